"""From registers to a published snapshot: run folders, stages, and the rebuild that walks through them."""

from kintrace.pipeline.rebuild import rebuild
from kintrace.pipeline.runs import Run, current_run, find_run, list_runs

__all__ = ["Run", "current_run", "find_run", "list_runs", "rebuild"]
