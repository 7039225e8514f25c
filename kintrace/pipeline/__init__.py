"""From registers to a published snapshot: run folders, stages, and the rebuild that walks through them.

The rebuild itself is `kintrace.pipeline.rebuild`; look-ups import run folders alone, so that an answer
does not wait for the engine to load.
"""

from kintrace.pipeline.runs import Run, current_run, find_run, list_runs

__all__ = ["Run", "current_run", "find_run", "list_runs"]
