"""Registers in, canonical tables out."""
