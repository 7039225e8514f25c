"""Municipalities, postcodes and police districts: the small map that washing and districts hang on.

The tables are facts shipped with the package (`linkage/data/README.md` names their sources), read
once. A municipality lies in exactly one police district; a postcode may lie in several.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import pyarrow as pa
import pyarrow.compute as pc


def _rows(name: str) -> list[list[str]]:
    text = resources.files("linkage").joinpath("data", name).read_text(encoding="utf-8")
    return [line.split(",") for line in text.splitlines()[1:]]


@cache
def municipalities() -> pa.Table:
    """The municipalities: ``municipality`` (four-digit code), ``name`` and ``district``, by code.

    >>> municipalities().num_rows
    99
    """
    codes, names, district = zip(*_rows("municipalities.csv"), strict=True)
    return pa.table({"municipality": codes, "name": names, "district": district})


@cache
def postcodes() -> pa.Table:
    """The postcodes: ``postcode``, ``name`` and ``municipalities`` (list of codes), by postcode."""
    codes, names, lies_in = zip(*_rows("postcodes.csv"), strict=True)
    lists = pa.array([text.split() for text in lies_in], pa.list_(pa.string()))
    return pa.table({"postcode": codes, "name": names, "municipalities": lists})


@cache
def districts() -> tuple[str, ...]:
    """The names of the police districts, sorted.

    >>> len(districts()), districts()[0]
    (12, 'Bornholms Politi')
    """
    return tuple(sorted(set(municipalities()["district"].to_pylist())))


@cache
def _district_of_postcode() -> pa.Table:
    """Postcodes all of whose municipalities lie in one district, with it."""
    of = dict(zip(*(municipalities()[c].to_pylist() for c in ("municipality", "district")), strict=True))
    pairs: list[tuple[str, str]] = []
    for row in postcodes().to_pylist():
        found = {of[code] for code in row["municipalities"] if code in of}
        if len(found) == 1:
            pairs.append((row["postcode"], found.pop()))
    codes, names = zip(*pairs, strict=True)
    return pa.table({"postcode": codes, "district": names})


def _look_up(keys: pa.Array | pa.ChunkedArray, known: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.Array:
    index = pc.index_in(keys, value_set=known.combine_chunks(), skip_nulls=True)
    found = pc.take(values, index)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def district_of(municipality: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The police district of each four-digit municipality code; null for null and unknown codes.

    >>> district_of(pa.array(["0851", None, "9999"])).to_pylist()
    ['Nordjyllands Politi', None, None]
    """
    return _look_up(municipality, municipalities()["municipality"], municipalities()["district"])


def district_of_postcode(postcode: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The police district of each postcode; null where it is unknown or the postcode lies in several.

    >>> district_of_postcode(pa.array(["9000", "0000"])).to_pylist()
    ['Nordjyllands Politi', None]
    """
    known = _district_of_postcode()
    return _look_up(postcode, known["postcode"], known["district"])


def postcode_name(postcode: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The name of each postcode's town; null where the postcode is unknown.

    >>> postcode_name(pa.array(["9310"])).to_pylist()
    ['Vodskov']
    """
    return _look_up(postcode, postcodes()["postcode"], postcodes()["name"])
