"""Linkage beside its peers: ``python -m benchmarks linkage --set NAME --peers splink,recordlinkage``.

Every engine links in a process of its own, from starting Python to clusters written, first training on
the set and then with the model it saved; other processes make the sets and score the clusters. Repeats
take turns, so that what else the machine does falls on all alike. kintrace is told the kinds of columns and
nothing else; peers have their best settings for each set (:mod:`benchmarks.splink_settings`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.linkage_runs import Engine, Prepared, Row, check_engine, prepare, run_engine, warm
from benchmarks.set_names import SCALE_SET, SETS, SPLINK_VARIANTS

PEERS = ("splink", "recordlinkage")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    peers: tuple[str, ...]
    peer_python: str
    repeats: int
    seed: int
    saved: bool
    warm: bool


def engines_for(name: str, options: Options) -> list[Engine]:
    """The engines for a set, kintrace first; a peer may name its variant, as ``splink:fast``."""
    engines = [Engine("kintrace", "default", sys.executable)]
    for asked in options.peers:
        peer, _, variant = asked.partition(":")
        if peer == "recordlinkage":
            engines.append(Engine(peer, "ecm", sys.executable))
        else:
            variants = (variant,) if variant else SPLINK_VARIANTS[name]
            engines += [Engine(peer, one, options.peer_python) for one in variants]
    return engines


def measure(prepared: Prepared, options: Options, folder: Path) -> list[Row]:
    """All rows of one set: engine, variant, mode, threshold, repeat."""
    engines = engines_for(prepared.name, options)
    if options.warm:
        for engine in engines:
            warm(engine, prepared, folder / f"warm-{engine.title.replace(' ', '-')}", seed=options.seed)
    rows: list[Row] = []
    for repeat in range(options.repeats):
        for engine in engines:
            place = folder / f"{engine.title.replace(' ', '-')}-{repeat}"
            done = run_engine(engine, prepared, place, seed=options.seed, repeat=repeat)
            model = place / "model.json"
            if options.saved and model.is_file():
                done += run_engine(engine, prepared, place / "saved", seed=options.seed, repeat=repeat, model=model)
            for row in done:
                print(_line(row), file=sys.stderr, flush=True)
            rows += done
    return rows


def _line(row: Row) -> str:
    head = f"{row['set']}: {row['engine']}, {row['mode']}"
    if row.get("error"):
        return f"{head}: {row['error']}"
    cost = f", {row['seconds']} s, {row['peak_mb']} MB" if "seconds" in row else ""
    return f"{head}, cut {row['threshold']}: F1 {row['pairwise']['f1']}{cost}"


def merged(rows: list[Row]) -> list[Row]:
    """One row per set, size, engine, mode and threshold: medians over the repeats, and all their seconds."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        key = tuple(row.get(k) for k in ("set", "records", "engine", "mode", "threshold", "error"))
        groups.setdefault(key, []).append(row)
    out = []
    for group in groups.values():
        row = dict(group[0])
        row.pop("repeat", None)
        for figure in ("seconds", "cpu_seconds", "peak_mb"):
            values = [one[figure] for one in group if one.get(figure) is not None]
            if values:
                row[figure] = round(statistics.median(values), 2)
                row[f"{figure}_all"] = values
        out.append(row)
    return out


def print_table(rows: list[Row]) -> None:
    """The rows as a Markdown table."""
    print("| set | records | engine | pairwise P / R | F1 (95 %) | B-cubed F1 | largest | train + link | saved | MB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    saved = {_key(r): r for r in rows if r["mode"] == "saved" and not r.get("error")}
    for row in rows:
        if row["mode"] == "saved":
            continue
        head = f"| {row['set']} | {row['records']:,} | {row['engine']}"
        if row.get("error"):
            print(f"{head} | {row['error']} | | | | | | |")
            continue
        pairs, low_high = row["pairwise"], row["pairwise"]["f1_interval"]
        head += f" @{row['threshold']}" if row["threshold"] != "0" else ""
        again = saved.get(_key(row))
        cost = ["", "", ""]
        if row.get("seconds") is not None:
            cost = [f"{row['seconds']} s ({row['cpu_seconds']} s cpu)", _again(again), f"{row['peak_mb']}"]
        print(
            f"{head} | {pairs['precision']:.4f} / {pairs['recall']:.4f} "
            f"| {pairs['f1']:.4f} ({low_high[0]:.4f}–{low_high[1]:.4f}) | {row['bcubed']['f1']:.4f} "
            f"| {row['largest']} | {' | '.join(cost)} |"
        )


def _key(row: Row) -> tuple[Any, ...]:
    return row["set"], row["records"], row["engine"], row["threshold"]


def _again(row: Row | None) -> str:
    return f"{row['seconds']} s" if row and row.get("seconds") is not None else ""


def print_promises(rows: list[Row]) -> None:
    """What kintrace says of itself beside what is true: sure links, right pairs expected, warnings."""
    told = [row for row in rows if row.get("calibration") and row["mode"] == "train"]
    if not told:
        return
    print(
        "\n| set | records | links stated .99 or more | of them right (95 %) | links: right, expected right | warned |"
    )
    print("|---|---|---|---|---|---|")
    for row in told:
        found = row["calibration"]
        sure, (low, high) = found["sure"], found["sure"]["interval"]
        share = "–" if sure["share"] is None else f"{sure['share']:.4f} ({low:.4f}–{high:.4f})"
        counts = f"{found['right']:,}, {found['expected_right']:,.0f} of {found['n']:,}"
        warned = len(row.get("warnings", []))
        print(f"| {row['set']} | {row['records']:,} | {sure['n']:,} | {share} | {counts} | {warned} |")


def print_scale(rows: list[Row]) -> None:
    """Seconds and memory of the scale set by size, and how they grow from one size to the next."""
    timed = [r for r in rows if r["set"] == SCALE_SET and r.get("seconds") is not None]
    sizes = sorted({row["records"] for row in timed})
    print("\n| engine | mode | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---|---|" + "---|" * len(sizes))
    for engine, mode in dict.fromkeys((row["engine"], row["mode"]) for row in timed):
        at = {row["records"]: row for row in timed if (row["engine"], row["mode"]) == (engine, mode)}
        cells, before = [], None
        for size in sizes:
            row = at.get(size)
            growth = f", × {row['seconds'] / before['seconds']:.1f}" if row and before and before["seconds"] else ""
            cells.append(f"{row['seconds']} s{growth}; {row['peak_mb']} MB" if row else "")
            before = row
        print(f"| {engine} | {mode} | " + " | ".join(cells) + " |")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"cores": os.cpu_count(), "python": platform.python_version(), "load": load, "system": platform.machine()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks linkage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", action="append", choices=SETS, dest="sets", help="Repeat for several; default: all.")
    parser.add_argument("--peers", default="", help=f"Of {', '.join(PEERS)}; splink:VARIANT for one of its variants.")
    data = Path(os.environ.get("BENCH_DATA", "data"))
    parser.add_argument(
        "--data", type=Path, default=data, help="Folder of the public sets (default data, or BENCH_DATA)."
    )
    parser.add_argument("--records", type=int, help="Size of the made sets (default 30,000) and of the scale set.")
    parser.add_argument("--scale", help=f"Sizes such as 100000,300000,1000000: the curve of {SCALE_SET}.")
    parser.add_argument("--seed", type=int, default=42, help="Seed of the made sets and of the engines.")
    parser.add_argument("--repeats", type=int, default=1, help="Runs of each engine, in turns; medians are told.")
    parser.add_argument("--no-saved", action="store_true", help="Leave out linking with a saved model.")
    parser.add_argument("--cold", action="store_true", help="Do not run each engine on 2,000 records first.")
    parser.add_argument("--peer-python", help="Python that has Splink, if not this one.")
    parser.add_argument("--make-peer", action="store_true", help="Make an environment with Splink under --cache.")
    cache = Path(tempfile.gettempdir()) / "kintrace-benchmarks"
    parser.add_argument("--cache", type=Path, default=cache, help="Folder for made sets and environments.")
    parser.add_argument("--json", type=Path, dest="report", help="Also write all rows here.")
    return parser


def _peer_python(chosen: argparse.Namespace) -> str:
    """The Python that runs Splink; made first if asked."""
    if chosen.peer_python:
        return str(chosen.peer_python)
    if not chosen.make_peer:
        return sys.executable
    home = chosen.cache / "peer"
    python = home / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "splink==5.0.*", "duckdb"], check=True)
    return str(python)


def _wanted(chosen: argparse.Namespace) -> list[tuple[str, int]]:
    """Sets and sizes."""
    wanted = [(SCALE_SET, int(size)) for size in (chosen.scale or "").split(",") if size]
    names = chosen.sets or ([] if wanted else [name for name in SETS if name != SCALE_SET])
    size = chosen.records
    return [(name, size or (1_000_000 if name == SCALE_SET else 30_000)) for name in names] + wanted


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for; JSON lines of progress go to the error stream, the table is printed."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    peers = tuple(p.strip() for p in chosen.peers.split(",") if p.strip())
    if unknown := [p for p in peers if p.partition(":")[0] not in PEERS]:
        parser.error(f"no such peer: {', '.join(unknown)} (of {', '.join(PEERS)})")
    python = _peer_python(chosen) if any(p.startswith("splink") for p in peers) else sys.executable
    options = Options(peers, python, chosen.repeats, chosen.seed, not chosen.no_saved, not chosen.cold)
    for name, _ in _wanted(chosen):
        for engine in engines_for(name, options):
            check_engine(engine)
    rows: list[Row] = []
    for name, records in _wanted(chosen):
        prepared = prepare(name, records, chosen.seed, data=chosen.data, cache=chosen.cache)
        with tempfile.TemporaryDirectory(prefix="kintrace-") as scratch:
            rows += measure(prepared, options, Path(scratch))
        if chosen.report:
            report = {"machine": machine(), "seed": chosen.seed, "rows": rows}
            chosen.report.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print_table(merged(rows))
    print_promises(merged(rows))
    if chosen.scale:
        print_scale(merged(rows))


if __name__ == "__main__":
    main()
