"""Tests of addresses, households and events."""
