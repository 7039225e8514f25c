"""Readers: one register file, however it is written, as batches of text columns."""

from loaders.readers.opening import open_register_file, role_parts

__all__ = ["open_register_file", "role_parts"]
