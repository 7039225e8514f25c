"""Answers made readable in a terminal: facts with their sources, in the reader's order."""
