"""A family's history as one self-contained page: lanes of homes over time, the facts in a table."""

from kintrace.views.history_page.page import Cover, history_page

__all__ = ["Cover", "history_page"]
