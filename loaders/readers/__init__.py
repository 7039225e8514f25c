"""Readers: one register file, however it is written, as batches of text columns."""
