"""Two runs compared: one answer out of settings, registers, persons and histories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from graph.grant import Grant
from kintrace.differences.entities import compare_entities
from kintrace.differences.evidence import Side
from kintrace.differences.histories import compare_histories
from kintrace.differences.lines import history_lines, no_successors, open_snapshot
from kintrace.differences.registers import register_changes, setting_changes
from kintrace.differences.values import RunDifferences
from kintrace.errors import RunError
from kintrace.pipeline.runs import Run


def compare_runs(
    runs: tuple[Run, Run],
    grants: tuple[Grant, Grant],
    *,
    today: dt.date,
    as_of: dt.date | None = None,
    limit: int = 20,
    note: Callable[[str], None] = lambda text: None,
) -> RunDifferences:
    """Everything that differs between two runs, whatever lies between them.

    Histories of both are asked for at one day, so that a child's growing older is no difference.

    Args:
        runs: The run before and the run after.
        grants: The purpose of the look-up, for each run.
        today: The day of the look-up.
        as_of: The day of the histories; the later run's own if left out.
        limit: Most entities and children of each list.
        note: Told what is being done.

    Raises:
        GrantError: A grant is incomplete or has run out.
        RunError: A run is unfinished, or only one of them is synthetic.
    """
    earlier, later = runs
    common = _common_day(earlier, later)
    day = as_of or common
    for grant in grants:
        grant.check(today)
    note("comparing register rows")
    registers = register_changes(earlier, later)
    note("comparing who is who")
    entities = compare_entities(earlier, later, limit)
    note("asking both runs for every child's history")
    sides = (
        Side("earlier", earlier, open_snapshot(earlier), entities.successors),
        Side("later", later, open_snapshot(later), no_successors()),
    )
    before, after = (
        history_lines(side.snapshot, day, grant, today=today, successors=side.successors)
        for side, grant in zip(sides, grants, strict=True)
    )
    changes = compare_histories(sides, (before[0], after[0]), (before[1], after[1]), entities.shifted)
    return RunDifferences(
        earlier=earlier.name,
        later=later.name,
        as_of=day,
        demo=grants[1].demo,
        limit=limit,
        settings=setting_changes(earlier, later),
        registers=registers,
        entities=entities.changes,
        histories=changes.histories,
        changed_histories=len(changes.children),
        reasons=changes.reasons,
        children=changes.children[:limit],
    )


def _common_day(earlier: Run, later: Run) -> dt.date:
    """The day of the later run's extracts.

    Raises:
        RunError: Only one of the runs is synthetic.
    """
    settings = [run.manifest()["settings"] for run in (earlier, later)]
    if settings[0]["synthetic"] != settings[1]["synthetic"]:
        raise RunError("one run is synthetic and the other real", where=str(later.path), hint="compare like with like")
    return dt.date.fromisoformat(settings[1]["as_of"])
