"""``python -m benchmarks NAME ...``: the benchmarks by name."""

from __future__ import annotations

import runpy
import sys

NAMES = (
    "linkage",
    "family_history",
    "collective",
    "copenhagen",
    "denmark",
    "fuzz_readers",
    "loading",
    "name_keys",
    "twins",
    "washing",
)


def main() -> None:
    """Run one benchmark with the rest of the command line."""
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        raise SystemExit(f"usage: python -m benchmarks {{{','.join(NAMES)}}} ...")
    name = sys.argv.pop(1)
    runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()
