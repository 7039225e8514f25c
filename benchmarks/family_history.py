"""Family histories on synthetic Denmarks: make, rebuild, evaluate, one line per seed.

Run as ``python -m benchmarks.family_history --persons 100000 --seeds 101,102,103``. Each step is a
process of its own, timed from outside with its peak memory, as an operator would see it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def measured(arguments: list[str]) -> tuple[Any, float, float]:
    """Output of a `kintrace` command as JSON, its wall seconds and its peak memory in GB."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([sys.executable, "-m", "kintrace", *arguments, "--json"], stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"kintrace {arguments[0]} failed with status {os.waitstatus_to_exitcode(status)}")
        output.seek(0)
        answer = json.load(output)
    return answer, round(time.monotonic() - begin, 1), round(usage.ru_maxrss / 1024**2, 2)


def one_world(folder: Path, persons: int, years: int, seed: int, noise: str, recordlinkage: bool) -> dict[str, Any]:
    """Figures of one synthetic Denmark."""
    world = folder / f"{noise}-{persons}-{seed}"
    sizes = ["--persons", str(persons), "--years", str(years), "--seed", str(seed), "--noise", noise]
    _, synth_s, synth_gb = measured(["synth", str(world), *sizes])
    rebuilt, rebuild_s, rebuild_gb = measured(["rebuild", str(world)])
    extra = ["--recordlinkage"] if recordlinkage else []
    score, evaluate_s, _ = measured(["evaluate", rebuilt["run"], "--truth", str(world / "truth"), *extra])
    return {
        "persons": persons,
        "years": years,
        "seed": seed,
        "noise": noise,
        "synth_seconds": synth_s,
        "synth_gb": synth_gb,
        "rebuild_seconds": rebuild_s,
        "rebuild_gb": rebuild_gb,
        "evaluate_seconds": evaluate_s,
        "score": score,
    }


def main() -> None:
    """Measure every seed asked for and print JSON lines, then a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--years", type=int, default=12)
    parser.add_argument("--seeds", default="101,102,103")
    parser.add_argument("--noise", default="typical")
    parser.add_argument("--recordlinkage", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep the worlds here instead of in a temporary folder")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="kintrace-") as scratch:
        folder = arguments.folder or Path(scratch)
        for seed in arguments.seeds.split(","):
            row = one_world(
                folder, arguments.persons, arguments.years, int(seed), arguments.noise, arguments.recordlinkage
            )
            print(json.dumps(row), flush=True)
            rows.append(row)
    print_table(rows)
    print_hard_cases(rows)


def print_table(rows: list[dict[str, Any]]) -> None:
    """The headline figures as a Markdown table."""
    print("| seed | all: R / P | cross-district: R / P | ceiling cross | baseline cross | wrong per 10,000 | rebuild |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        score = row["score"]
        whole, cross = score["family_history"], score["family_history_cross_district"]
        print(
            f"| {row['seed']} | {whole['recall']:.4f} / {whole['precision']:.4f} "
            f"| {cross['recall']:.4f} / {cross['precision']:.4f} "
            f"| {cross['ceiling']['recall']:.4f} | {cross['baseline']['recall']:.4f} "
            f"| {score['attachments_wrong']} | {row['rebuild_seconds']} s, {row['rebuild_gb']} GB |"
        )


def print_hard_cases(rows: list[dict[str, Any]]) -> None:
    """Recall and precision of mentions by group, one column per seed, with 95 % intervals; then calibration."""
    seeds = [row["seed"] for row in rows]
    print("\n| mentions of | " + " | ".join(f"{seed}: R / P | wrong per 10,000" for seed in seeds) + " |")
    print("|---|" + "---|---|" * len(seeds))
    for group in zip(*(row["score"]["hard_cases"] for row in rows), strict=True):
        shares = [f"{_share(one['recall'])} / {_share(one['precision'])}" for one in group]
        wrong = ["–" if one["wrong_per_10000"] is None else one["wrong_per_10000"] for one in group]
        cells = [f"{share} | {count}" for share, count in zip(shares, wrong, strict=True)]
        print(f"| {group[0]['group']} | " + " | ".join(cells) + " |")
    print("\n| seed | links stated .99 or more | right | expected right of all | right of all |")
    print("|---|---|---|---|---|")
    for row in rows:
        links = row["score"]["calibration"]["links"]
        sure = links["sure"]
        told = f"{sure['n']:,} | {_share(sure)} | {links['expected_right']:,.0f} | {links['right']:,}"
        print(f"| {row['seed']} | {told} of {links['n']:,} |")


def _share(one: dict[str, Any]) -> str:
    if not one["n"]:
        return "–"
    low, high = one["interval"]
    return f"{one['share']:.4f} ({low:.4f}–{high:.4f})"


if __name__ == "__main__":
    main()
