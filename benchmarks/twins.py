"""The named Cypher queries against the snapshot, row by row, on random families of a published run.

Run as ``python -m benchmarks.twins RUN --families 500``, after ``kintrace publish RUN --to neo4j``. Prints how
many answers differ (none may) and how long the answers take over Bolt.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from graph.grant import demo_grant
from graph.history import family_history, history_rows
from graph.neo4j.cypher import Reader, open_reader
from graph.snapshot import Snapshot
from graph.traversal import earlier_districts, focus_persons
from kintrace.cli.neo4j import connection
from kintrace.pipeline.runs import build_id, find_run

Rows = set[tuple[Any, ...]]


def compare(reader: Reader, name: str, asked: Iterable[tuple[dict[str, Any], Callable[[], Any]]]) -> dict[str, Any]:
    """Ask both sides every question; differences, rows and milliseconds over Bolt."""
    grant, today = demo_grant("benchmark"), dt.date(1970, 1, 1)
    differ, rows, times = 0, 0, []
    for parameters, own in asked:
        begin = time.perf_counter()
        said = reader.query(name, parameters, grant, today=today)
        times.append((time.perf_counter() - begin) * 1000)
        theirs: Rows = {tuple(row) for row in said.rows}
        ours: Rows = {tuple(_plain(v) for v in dataclasses.astuple(row)) for row in own()}
        differ += theirs != ours
        rows += len(ours)
    times.sort()
    return {
        "query": name,
        "asked": len(times),
        "rows": rows,
        "differ": differ,
        "median_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[int(len(times) * 0.99)], 1),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def main() -> None:
    """Compare and print one JSON line per query."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--families", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    run = find_run(arguments.run)
    snapshot = Snapshot.open(run.stage("snapshot") / "store")
    as_of = dt.date.fromisoformat(run.manifest()["settings"]["as_of"])
    draw = random.Random(arguments.seed)  # noqa: S311
    people = snapshot.table("Person")
    held = people.filter(people.column("held")).column("person_id").to_pylist()
    children = draw.sample(held, min(arguments.families, len(held)))
    events = draw.sample(snapshot.column("Incident", "event_id").to_pylist(), len(children))
    grant, today = demo_grant("benchmark"), dt.date(1970, 1, 1)
    family = {"as_of": as_of}

    def histories(child: str) -> Callable[[], Any]:
        return lambda: history_rows(family_history(snapshot, child, as_of, grant, today=today))

    def districts(child: str) -> Callable[[], Any]:
        return lambda: earlier_districts(snapshot, child, as_of, grant, today=today)

    def focus(event: str) -> Callable[[], Any]:
        return lambda: focus_persons(snapshot, event, grant, today=today)

    with open_reader(connection(), build=build_id(run)) as reader:
        for name, asked in (
            ("family_history", [({"child": c, **family}, histories(c)) for c in children]),
            ("earlier_districts", [({"child": c, **family}, districts(c)) for c in children]),
            ("focus_persons", [({"event": e}, focus(e)) for e in events]),
        ):
            print(json.dumps(compare(reader, name, asked)), flush=True)


if __name__ == "__main__":
    main()
