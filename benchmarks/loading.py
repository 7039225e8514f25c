"""A file of persons with their homes, as large as asked for, through ``loaders.load_into`` in a process of its own.

Run as ``python -m benchmarks.loading --gigabytes 5``. Writes the file (ids in no order, none twice; a few persons
under special protection) and its mapping into a temporary folder, loads it, prints rows a second, seconds, processor
seconds, peak memory and the size of what was written, and removes everything.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

_CHUNK = 500_000
_MAPPING = """
[register]
name = "people"
synthetic = true
extract_date = 2026-01-01
delimiter = ";"
date_formats = ["%Y-%m-%d"]

[register.files]
people = "people.csv"
protected = "protected.csv"

[maps.sex]
K = "F"
M = "M"

[persons.person]
from = "people"
record_id = "Id"
given = "Fornavn"
middle = "Mellemnavn"
surname = "Efternavn"
birth_date = "Foedselsdato"
sex = { column = "Koen", map = "sex" }
identifiers = { column = "Personnummer", stated = "PNR" }

[residences.home]
from = "people"
record_id = "Id"
uncertainty = { constant = "registered" }
street = "Vejnavn"
house_number = "Husnummer"
floor = "Etage"
door = "Sidedoer"
postcode = "Postnummer"
city = "Postdistrikt"
municipality = "Kommunekode"
valid_from = "Flyttedato"

[protections.special]
from = "protected"
record_id = "Id"
kind = { constant = "special" }
valid_from = "Fra"
"""

_GIVEN = [
    f"{a}{b}"
    for a in ("An", "Bo", "Kar", "Sør", "Met", "Lar", "Ing", "Åse", "Moh", "Fre")
    for b in ("na", "en", "te", "ine", "a", "us", "ik", "e", "amed", "ja")
]
_SURNAMES = ["Jensen", "Nielsen", "Hansen", "Pedersen", "Møller", *(f"Slægt{n}sen" for n in range(8_000))]
_STREETS = [
    f"{a}{b} {c}"
    for a in ("Nørre", "Sønder", "Bøge", "Ege", "Kirke")
    for b in ("gade", "vej", "allé")
    for c in range(300)
]

Numbers = npt.NDArray[np.int64]


def _digits(values: Numbers, width: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(values).cast(pa.string()), width, "0")


def _drawn(texts: list[str], skew: npt.NDArray[np.float64]) -> pa.Array:
    return pa.array(texts).take(pa.array((skew * len(texts)).astype(np.int64)))


def _ids(first: int, last: int) -> pa.Array:
    """Ids of the rows from one to another: each number below a power of two once, in no order."""
    return _digits((np.arange(first, last, dtype=np.int64) * 0x9E3779B1) & ((1 << 30) - 1), 10)


def _rows(first: int, last: int, draw: np.random.Generator) -> pa.Table:
    rows = last - first

    def dates(low: int, high: int) -> tuple[Numbers, Numbers, Numbers]:
        return draw.integers(low, high, rows), draw.integers(1, 13, rows), draw.integers(1, 29, rows)

    def iso(year: Numbers, month: Numbers, day: Numbers) -> pa.Array:
        return pc.binary_join_element_wise(_digits(year, 4), _digits(month, 2), _digits(day, 2), "-")

    born, area = dates(1930, 2025), draw.integers(0, 600, rows)
    number = (_digits(v, 2) for v in (born[2], born[1] + 80, born[0] % 100))
    return pa.table(
        {
            "Id": _ids(first, last),
            "Fornavn": _drawn(_GIVEN, draw.random(rows) ** 2),
            "Mellemnavn": _drawn([""] * 50 + _SURNAMES[:50], draw.random(rows)),
            "Efternavn": _drawn(_SURNAMES, draw.random(rows) ** 3),
            "Foedselsdato": iso(*born),
            "Koen": _drawn(["K", "M"], draw.random(rows)),
            "Personnummer": pc.binary_join_element_wise(*number, _digits(draw.integers(0, 10_000, rows), 4), ""),
            "Vejnavn": _drawn(_STREETS, draw.random(rows)),
            "Husnummer": _digits(draw.integers(1, 200, rows), 1),
            "Etage": _drawn(["", "st", "1", "2", "3", "4"], draw.random(rows)),
            "Sidedoer": _drawn(["", "tv", "th", "mf"], draw.random(rows)),
            "Postnummer": _digits(area * 10 + 1000, 4),
            "Postdistrikt": pc.binary_join_element_wise("By", pa.array(area).cast(pa.string()), ""),
            "Kommunekode": _digits(draw.integers(101, 860, rows), 4),
            "Flyttedato": iso(*dates(1990, 2025)),
        }
    )


def make_register(folder: Path, size: float, protected: int) -> int:
    """Write a mapping and its files, about ``size`` bytes of them, and give the number of rows."""
    (folder / "people.toml").write_text(_MAPPING, encoding="utf-8")
    form = pacsv.WriteOptions(delimiter=";", quoting_style="none")
    draw = np.random.default_rng(1)
    path, rows = folder / "people.csv", 0
    with pacsv.CSVWriter(path, _rows(0, 0, draw).schema, write_options=form) as writer:
        while path.stat().st_size < size:
            writer.write(_rows(rows, rows + _CHUNK, draw))
            rows += _CHUNK
    chosen = pa.table({"Id": _ids(0, protected), "Fra": pa.repeat("2019-01-01", protected)})
    pacsv.write_csv(chosen, folder / "protected.csv", form)
    return rows


def _load(folder: Path, memory: int) -> dict[str, Any]:
    """Load in this process, and say what it took."""
    from loaders import load_into, read_mapping

    out = folder / "out"
    out.mkdir()
    mapping = read_mapping(folder / "people.toml")
    begin = time.perf_counter()
    rows = load_into(out, [mapping], memory=memory)
    seconds = time.perf_counter() - begin
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": round(seconds, 1),
        "rows_a_second": round(rows["persons"] / seconds),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
        "written_mb": round(sum(f.stat().st_size for f in out.iterdir()) / 1e6),
        "persons": rows["persons"],
        "residences": rows["residences"],
    }


def main() -> None:
    """Make, load in a child process, print, remove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=5.0)
    parser.add_argument("--protected", type=int, default=1000, help="persons under special protection")
    parser.add_argument("--memory-mb", type=int, default=1024, help="what load_into may hold of rows")
    parser.add_argument("--folder", type=Path, help="where to make the temporary folder")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--load", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.load:
        sys.stdout.write(json.dumps(_load(arguments.load, arguments.memory_mb << 20)))
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as made:
        folder = Path(made)
        rows = make_register(folder, arguments.gigabytes * 1e9, arguments.protected)
        told: dict[str, Any] = {"rows": rows, "gigabytes": round((folder / "people.csv").stat().st_size / 1e9, 2)}
        command = [sys.executable, "-m", "benchmarks.loading", "--load", made, "--memory-mb", str(arguments.memory_mb)]
        told |= json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if arguments.json:
        sys.stdout.write(json.dumps(told) + "\n")
        return
    for name, value in told.items():
        sys.stdout.write(f"{name.replace('_', ' '):18} {value:>14,}\n")


if __name__ == "__main__":
    main()
