"""The graph on disk: written once, whole; opened in milliseconds; read through memory maps."""

from graph.snapshot.reader import Snapshot
from graph.snapshot.writer import write_snapshot

__all__ = ["Snapshot", "write_snapshot"]
