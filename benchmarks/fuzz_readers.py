"""Coverage-guided fuzzing of everything that reads foreign bytes: readers, mappings, parsers of values.

Run as ``python -m benchmarks.fuzz_readers --minutes 60``; needs ``pip install atheris xlsxwriter``. Every
target runs in a process of its own with a share of the time, a limit on each input's time and on memory.
What it finds stays in ``--findings`` as files, and is run again with ``--target NAME --replay FILE``.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

SECONDS_PER_INPUT = {"parquet": 90}
"""More than the default where a process is started for every input, which a busy machine may delay."""
DEFAULT_SECONDS = 20
MEGABYTES = 3_000
WATCHED = (
    "loaders.readers",
    "loaders.mapping",
    "loaders.regular",
    "linkage.addresses",
    "linkage.identifiers",
    "linkage.dates",
    "linkage.names",
    "tomllib",
    "zipfile",
    "gzip",
)
"""Modules in which new ways through the code are looked for."""
_SPEED = re.compile(rb"stat::number_of_executed_units:\s*(\d+)")
_COVERED = re.compile(rb"cov: (\d+) ft: (\d+)")


def fuzz_one(name: str, seconds: int, folder: Path) -> None:
    """Fuzz one target in this process until the time is up or something is found."""
    import atheris

    with atheris.instrument_imports(include=list(WATCHED)):
        from benchmarks.fuzz_targets import TARGETS, outcome

    target = TARGETS[name]
    corpus = folder / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS_PER_INPUT.get(name, DEFAULT_SECONDS)}",
        f"-rss_limit_mb={MEGABYTES}",
        f"-artifact_prefix={folder / 'found' / name}-",
        "-max_len=65536",
        "-len_control=20",
        "-print_final_stats=1",
        "-reload=0",
        str(corpus),
    ]

    def once(data: bytes) -> None:
        outcome(target, data)

    atheris.Setup([sys.argv[0], *options], once)
    atheris.Fuzz()


def replay(name: str, file: Path) -> None:
    """Run one found input again, to see what it does."""
    from benchmarks.fuzz_targets import TARGETS, outcome

    print(outcome(TARGETS[name], file.read_bytes()))


def fuzz_all(names: list[str], minutes: float, folder: Path) -> list[dict[str, object]]:
    """Every target for its share of the time, one after the other."""
    (folder / "found").mkdir(parents=True, exist_ok=True)
    results: list[dict[str, object]] = []
    for name in names:
        seconds = max(int(minutes * 60 / len(names)), 10)
        before, start = set((folder / "found").iterdir()), time.monotonic()
        command = [sys.executable, "-m", "benchmarks.fuzz_readers", "--target", name, "--seconds", str(seconds)]
        run = subprocess.run([*command, "--findings", str(folder)], capture_output=True, check=False)
        (folder / f"{name}.log").write_bytes(run.stderr + run.stdout)
        covered = _COVERED.findall(run.stderr)
        ran = _SPEED.search(run.stderr)
        found = sorted(p.name for p in set((folder / "found").iterdir()) - before)
        results.append(
            {
                "target": name,
                "inputs": int(ran.group(1)) if ran else None,
                "seconds": round(time.monotonic() - start),
                "edges": int(covered[-1][0]) if covered else None,
                "found": found,
                "status": run.returncode,
            }
        )
        print(json.dumps(results[-1]), flush=True)
    return results


def main() -> int:
    """Parse the command line and fuzz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--findings", type=Path, default=Path("fuzzing"))
    parser.add_argument("--only", nargs="*", help="names of targets; all by default")
    parser.add_argument("--target", help="fuzz this one in this process")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--replay", type=Path)
    asked = parser.parse_args()
    if asked.target and asked.replay:
        replay(asked.target, asked.replay)
        return 0
    if asked.target:
        fuzz_one(asked.target, asked.seconds, asked.findings)
        return 0
    from benchmarks.fuzz_targets import TARGETS

    results = fuzz_all(asked.only or list(TARGETS), asked.minutes, asked.findings)
    table = Table("target", "inputs", "seconds", "edges", "findings", title="fuzzing")
    for row in results:
        findings = ", ".join(row["found"]) if isinstance(row["found"], list) else ""
        table.add_row(
            str(row["target"]), str(row["inputs"]), str(row["seconds"]), str(row["edges"]), findings or "none"
        )
    Console().print(table)
    return int(any(row["found"] or row["status"] for row in results))


if __name__ == "__main__":
    sys.exit(main())
