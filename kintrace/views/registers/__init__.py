"""How registers came in: the report as data, as terminal tables and as one self-contained page."""
