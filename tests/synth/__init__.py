"""Tests of the synthetic Denmark."""
