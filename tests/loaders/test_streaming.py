"""Loading in little memory: the same tables as in much, nothing left behind, and no growth with the file."""

from __future__ import annotations

import json
import random
import stat
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.addresses import parse_texts
from linkage.tables import CANONICAL
from loaders import RegisterError, duplicates, load, load_into, parsed_addresses, read_mapping, summarise
from loaders.streaming import settling
from loaders.streaming.ahead import ahead
from loaders.streaming.distinct import Distinct
from loaders.streaming.rowsets import RowSet
from loaders.streaming.runs import Spill, ranges
from loaders.streaming.scratch import MEMORY, Scratch
from loaders.streaming.texts import found_in, order_of, repeats
from tests.loaders.world import World, case

TINY = 2_000
"""Bytes: a few rows in memory, so that everything is spilled and read back in many ranges."""

DAYS = ("2001-02-03", "2010-05-06", "2015-07-08", "2019-01-01", "2020-03-05", "x", "")
GIVEN, SURNAMES = ("Anna", "Bo", "Kaj", "Lille"), ("Jensen", "Lund", "Bech")


def dirty(seed: int) -> World:
    """Registers with repeated, conflicting, dangling, unreadable and protected rows."""
    chance = random.Random(seed)  # noqa: S311 - rows to try, no secret
    pick = chance.choice
    world = World(extracts={"fyn": "2025-01-01", "nord": "2025-06-01"})
    people = [str(n) for n in range(1, chance.randint(3, 9))]

    def add(role: str, most: int, **values: tuple[str, ...]) -> None:
        for _ in range(chance.randint(0, most)):
            world.feed[role].append({name: pick(choices) for name, choices in values.items()})

    for number in people:
        mostly = (number, number, number, "99", "")
        row = {"PersonId": number, "Koen": "K", "Foedselsdato": "1985-05-01", "Status": "1"}
        world.feed["person"] += [{**row, "Foedselsdato": pick(("1985-05-01", "2012-05-01", "2030-01-01"))}]
        add("person", 1, PersonId=mostly, Koen=("K", "M", "?"), Foedselsdato=("1985-05-01", "2012-05-01"))
        name = {"Fornavne": GIVEN, "Efternavn": SURNAMES, "GyldigFra": DAYS, "GyldigTil": DAYS}
        add("navn", 3, PersonId=mostly, **name)
        add("personnummer", 2, PersonId=mostly, Personnummer=("018585-1234", "0185121111", "1234"), GyldigFra=DAYS)
        place = {"Kommunekode": ("851", "x"), "Vejnavn": ("Nygade", "Åvej", ""), "Husnummer": ("4",)}
        add("adresse", 4, PersonId=mostly, **place, GyldigFra=DAYS, GyldigTil=("", *DAYS))
        parent = {"ForaelderPersonId": (*people, "98", ""), "ForaelderPersonnummer": ("", "018585-1234")}
        add("foraelder", 2, PersonId=mostly, **parent, Rolle=("mor", "far", "onkel"), GyldigFra=DAYS)
        add("beskyttelse", 1, PersonId=mostly, Beskyttelsestype=("saerlig", "?"), GyldigFra=DAYS, GyldigTil=("", *DAYS))
    for district in ("fyn", "nord", "a", "a-b"):
        world.cases[district] = [
            case(
                pick(("J1", "J2", "J3", "")),
                pick(("1", "2", "")),
                Kategori=pick(("husspektakler", "vold", "hmm")),
                Gerningsdato=pick(("05-03-2020", "05-03-2020", "06-07-2015", "31-02-2020", "")),
                Gerningssted=pick(("", "Nygade 4, st. tv, 9000 Aalborg", "???")),
                Afgoerelse=pick(("", "frikendt")),
                Rolle=pick(("SIG", "FOU", "??")),
                Ident=pick(("", "0185851234", "060649AAAA")),
                Fornavn=pick(GIVEN),
                Efternavn=pick(SURNAMES),
                Foedselsdato=pick(("01-05-1985", "01-05-2012", "x")),
                Bopael=pick(("", "Åvej 9, 2. th, 5000 Odense C")),
                Optaget=pick(("07-03-2020", "", "01-01-2021")),
            )
            for _ in range(chance.randint(0, 20))
        ]
    return world


def written(folder: Path, name: str, memory: int) -> dict[str, bytes]:
    """The bytes of every file that a load writes."""
    out = folder / name
    out.mkdir()
    load_into(out, [read_mapping(p) for p in sorted(folder.glob("*.toml"))], memory=memory)
    return {path.name: path.read_bytes() for path in out.iterdir()}


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 100_000))
def test_how_much_memory_there_is_does_not_show(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("world")
    mappings = [read_mapping(p) for p in dirty(seed).write(folder)]
    ample = written(folder, "ample", MEMORY)
    assert set(ample) == {f"{name}.parquet" for name in CANONICAL}
    assert written(folder, "tiny", TINY) == ample
    tables = load(mappings, memory=TINY).tables
    for name, shape in CANONICAL.items():
        assert tables[name].equals(shape.check(pq.read_table(folder / "ample" / f"{name}.parquet"))), name


def homes(folder: Path, text: str) -> Path:
    """A register of persons with their homes in one file."""
    (folder / "people.csv").write_text("id;name;born;street;moved\n" + text, encoding="utf-8")
    path = folder / "people.toml"
    path.write_text(
        '[register]\nname = "people"\nsynthetic = true\nextract_date = 2026-01-01\nfiles.people = "people.csv"\n'
        '[persons.one]\nfrom = "people"\nrecord_id = "id"\nsurname = "name"\nbirth_date = "born"\n'
        '[residences.home]\nfrom = "people"\nrecord_id = "id"\nuncertainty = { constant = "registered" }\n'
        'street = "street"\nvalid_from = "moved"\n'
    )
    return path


def test_a_key_that_very_many_rows_bear_is_settled_in_parts(tmp_path: Path) -> None:
    rows = [f"0;Lund{n % 50};1980-01-{n % 28 + 1:02};Nygade;2001-01-01\n" for n in range(3_000)]
    rows += [f"{n};Bech;1985-05-01;Nygade;2001-01-01\n" for n in range(1, 300)]
    random.Random(1).shuffle(rows)  # noqa: S311 - an order to try, no secret
    mapping = read_mapping(homes(tmp_path, "".join(rows)))
    ample = load([mapping]).tables
    with mock.patch.object(settling, "distinct_of_parts", wraps=duplicates.distinct_of_parts) as in_parts:
        little = load([mapping], memory=100_000).tables
    assert in_parts.called
    assert little == ample
    (counts,) = summarise(little["quality"])
    same = sum(row == min(r for r in rows if r.startswith("0;")) for row in rows) - 1
    assert (counts.read, counts.refused, counts.duplicates) == (3_299, 2_999 - same, same)
    assert little["residences"].num_rows == little["persons"].num_rows == 300


@contextmanager
def interrupted(folder: Path, error: type[BaseException]) -> Iterator[list[Path]]:
    """A load into the folder that ends with this error once something lies in its scratch folder, which is given."""
    seen: list[Path] = []

    calls: list[int] = []

    def stop(_: str, rows: int) -> None:
        calls.append(rows)
        while len(calls) > 1 and not seen:  # Reading runs ahead of spilling.
            time.sleep(0.01)
            seen.extend(p for p in folder.glob(".spill-*") if any(p.iterdir()))
        if seen:
            assert stat.S_IMODE(seen[0].stat().st_mode) == 0o700
            raise error("enough")

    lines = "".join(f"{n};Bech;1985-05-01;{'Nygade' * 20};2001-01-01\n" for n in range(80_000))
    (folder.parent / "in").mkdir()
    mapping = read_mapping(homes(folder.parent / "in", lines))
    with pytest.raises(error, match="enough"):
        load_into(folder, [mapping], memory=100_000, progress=stop)
    yield seen


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_load_leaves_no_rows_behind(tmp_path: Path, error: type[BaseException]) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with interrupted(folder, error) as seen:
        assert seen
        assert not [p for p in folder.iterdir() if p.suffix != ".parquet"]


def test_a_file_that_breaks_off_leaves_no_rows_behind(tmp_path: Path) -> None:
    mapping = read_mapping(homes(tmp_path, "1;Bech;1985-05-01;Nygade;2001-01-01\n"))
    (tmp_path / "people.csv").write_bytes(b"id;name;born;street;moved\n" + b"\xff\xfe;\xff;;;\n" * 1_000)
    (tmp_path / "out").mkdir()
    with pytest.raises(RegisterError):
        load_into(tmp_path / "out", [mapping], memory=TINY)
    assert not list((tmp_path / "out").glob(".spill-*"))


_CHILD = """
import json, resource, sys
from pathlib import Path
from loaders import load_into, read_mapping
folder = Path(sys.argv[1])
(folder / "out").mkdir()
rows = load_into(folder / "out", [read_mapping(folder / "people.toml")], memory=16 << 20)
print(json.dumps([rows["persons"], rows["refused"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def _loaded(folder: Path, rows: int) -> tuple[int, int, float]:
    """Persons, refused rows and peak memory in MB of a load; every second row repeats an id with another name."""
    folder.mkdir()
    homes(folder, "")
    number = np.arange(rows)
    ids = pc.utf8_lpad(pa.array((number // 2 * 7_919) % rows).cast(pa.string()), 12, "0")
    day = pa.array(np.datetime64("1940-01-01") + number % 20_000).cast(pa.string())
    moved = pa.array(np.datetime64("1990-01-01") + number % 10_000).cast(pa.string())
    table = {"id": ids, "name": pc.binary_join_element_wise("Navn", (pa.array(number)).cast(pa.string()), "")}
    table |= {"born": day, "street": pa.array(["Nygade", "Torvet"]).take(pa.array(number % 2)), "moved": moved}
    pacsv.write_csv(pa.table(table), folder / "people.csv", pacsv.WriteOptions(delimiter=";", quoting_style="none"))
    command = [sys.executable, "-c", _CHILD, str(folder)]
    persons, refused, peak = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return persons, refused, peak


def test_memory_does_not_grow_with_the_file_nor_with_what_is_refused(tmp_path: Path) -> None:
    small, large = (_loaded(tmp_path / str(rows), rows) for rows in (300_000, 900_000))
    assert small[:2] == (150_000, 150_000)
    assert large[:2] == (450_000, 450_000)
    assert large[2] < small[2] + 80


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, max_size=60), st.lists(texts, max_size=20), st.sampled_from(["", "register:", "æ" * 40]))
def test_keys_sort_and_meet_as_their_bytes_do(keys: list[str], known: list[str], beginning: str) -> None:
    column = pa.array([beginning + key for key in keys], pa.string())
    order = order_of(column)
    ordered = column if order is None else column.take(pa.array(order))
    assert ordered.to_pylist() == sorted(column.to_pylist(), key=lambda key: key.encode())
    others = sorted({beginning + key for key in (*known, *keys[::3])}, key=lambda key: key.encode())
    assert found_in(ordered, pa.array(others, pa.string())).tolist() == [k in others for k in ordered.to_pylist()]
    same = [n > 0 and ordered[n] == ordered[n - 1] for n in range(len(ordered))]
    assert repeats(ordered).tolist() == same


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(texts, max_size=30), max_size=8), st.integers(1, 5_000))
def test_runs_give_every_row_back_once_and_in_order(batches: list[list[str]], memory: int) -> None:
    schema = pa.schema([pa.field("key", pa.string()), pa.field("at", pa.int64())])
    with Scratch(None, memory) as scratch:
        spill = Spill(scratch)
        runs = spill.runs("some", "key", schema)
        for batch in batches:
            spill.add(runs, pa.table([batch, np.arange(len(batch))], schema=schema))
        spill.settle([runs])
        spill.close()
        parts = [runs.between(bounds).to_pylist() for bounds in ranges([runs], scratch.range)]
        wanted = sorted({key for batch in batches for key in batch[::2]}, key=lambda key: key.encode())
        held = runs.holding(wanted).to_pylist()
    rows = [{"key": key, "at": at} for batch in batches for at, key in enumerate(batch)]

    def by_key(row: dict[str, object]) -> tuple[bytes, object]:
        return str(row["key"]).encode(), row["at"]

    given_back = [row for part in parts for row in part]
    assert [r["key"] for r in given_back] == [r["key"] for r in sorted(rows, key=by_key)]
    assert sorted(given_back, key=by_key) == sorted(rows, key=by_key)
    assert sorted(held, key=by_key) == sorted((r for r in rows if r["key"] in wanted), key=by_key)
    keys = [{row["key"] for row in part} for part in parts]
    assert sum(map(len, keys)) == len(set().union(*keys))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 1 << 25)), st.lists(st.integers(1, 1 << 25)), st.integers(0, 1 << 25))
def test_a_set_of_rows_is_a_set(one: list[int], other: list[int], limit: int) -> None:
    rows, gone = RowSet(), RowSet()
    rows.add(np.array(one, dtype=np.int64))
    gone.add(np.array(other, dtype=np.int64))
    asked = np.array([*one, *other], dtype=np.int64)
    assert rows.contains(asked).tolist() == [int(n) in one for n in asked]
    left = set(one) - set(other)
    assert rows.without(gone).count(0, limit) == sum(n <= limit for n in left)
    assert rows.count(limit, 1 << 26) == sum(n > limit for n in set(one))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.none() | st.integers(0, 400), max_size=200), max_size=6), st.sampled_from([256, 1 << 20]))
def test_distinct_values_are_counted_also_when_they_are_many(batches: list[list[int | None]], memory: int) -> None:
    with Scratch(None, memory) as scratch:
        counted = Distinct(scratch)
        for batch in batches:
            counted.add(pa.array([None if n is None else f"værdi {n}" for n in batch], pa.string()))
        assert counted.count() == len({n for batch in batches for n in batch if n is not None})


def test_a_column_of_few_values_takes_no_memory_however_often_they_come() -> None:
    column = pa.array(["F", "M"] * 10_000)
    with Scratch(None, MEMORY) as scratch:
        counted = Distinct(scratch)
        counted.add(column)
        tracemalloc.start()
        try:
            for _ in range(100):
                counted.add(column)
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert counted.count() == 2
    assert held < len(column)


def test_addresses_remembered_from_earlier_batches_are_parsed_alike() -> None:
    chance = random.Random(3)  # noqa: S311 - texts to try, no secret
    remembering = parsed_addresses.ParsedAddresses()
    with mock.patch.object(parsed_addresses, "MOST", 40):
        for _ in range(6):
            batch = [chance.choice((None, "", f"Nygade {chance.randint(1, 60)}, 2. th, 9000 By")) for _ in range(80)]
            parsed, fresh = remembering.parse(pa.array(batch)), parse_texts(pa.array(batch))
            for part in fresh.type:
                assert pc.struct_field(parsed, part.name).equals(pc.struct_field(fresh, part.name))


def test_values_made_ahead_come_in_order_and_errors_where_they_arose() -> None:
    closed = []

    def numbers(last: int) -> Generator[int, None, None]:
        try:
            yield from range(last)
            raise ValueError("the end")
        finally:
            closed.append(last)

    got: list[int] = []
    with pytest.raises(ValueError, match="the end"), ahead(numbers(5)) as values:
        got.extend(values)
    with ahead(numbers(1_000_000)) as values:
        assert next(values) == 0
    assert (got, closed) == ([0, 1, 2, 3, 4], [5, 1_000_000])
