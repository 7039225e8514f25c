"""Canonical tables and a resolution in, a graph and its family histories out."""
