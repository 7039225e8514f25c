"""One linkage by recordlinkage in a process of its own: ``python -m benchmarks.engine_recordlinkage JOB.json``.

Index, comparison, ECM classifier and connected components, as `kintrace link --engine recordlinkage` runs
them on the same standardised columns. The package keeps no model, so there is nothing to link with later.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.measure import Stopwatch, write_report


def main() -> None:
    """Read, link, write clusters."""
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    out, watch = Path(job["out"]), Stopwatch()
    with watch.stage("import"):
        import pyarrow.parquet as pq

        from linkage.baseline import link_with_recordlinkage
    with watch.stage("read"):
        table = pq.read_table(job["table"])
    with watch.stage("link"):
        found = link_with_recordlinkage(table, job["kinds"])
    with watch.stage("write"):
        pq.write_table(found.entities.rename_columns(["rec_id", "cluster"]), out / "clusters@0.parquet")
    write_report(out, watch, candidates=found.report.candidates, warnings=list(found.report.warnings))


if __name__ == "__main__":
    main()
