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
def former_municipalities() -> pa.Table:
    """Municipalities that are no more: ``municipality`` (code), ``name``, ``successors`` (list of codes), by code.

    Their area went to one municipality of today in 2003, 2006 or 2007, or was divided among several.

    >>> former_municipalities().slice(0, 1).to_pylist()
    [{'municipality': '0171', 'name': 'Ledøje-Smørum', 'successors': ['0240']}]
    """
    codes, names, successors = zip(*_rows("former_municipalities.csv"), strict=True)
    lists = pa.array([text.split() for text in successors], pa.list_(pa.string()))
    return pa.table({"municipality": codes, "name": names, "successors": lists})


@cache
def _successions() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Successors of each former municipality, and municipalities of each postcode."""
    former, posts = former_municipalities().to_pylist(), postcodes().to_pylist()
    return (
        {row["municipality"]: frozenset(row["successors"]) for row in former},
        {row["postcode"]: frozenset(row["municipalities"]) for row in posts},
    )


def municipality_today(code: str, postcode: str | None) -> str:
    """The municipality of today that an address with this code lies in, as far as code and postcode tell.

    A former municipality that was divided is settled by the postcode where that lies in one of the
    successors only; else the code is handed back as it came, because both are possible.

    >>> municipality_today("0837", None), municipality_today("0851", None)
    ('0851', '0851')
    >>> municipality_today("0719", "8981"), municipality_today("0719", None)
    ('0730', '0719')
    """
    former, lies_in = _successions()
    successors = former.get(code)
    if successors is None:
        return code
    if len(successors) > 1 and postcode is not None:
        successors = (successors & lies_in.get(postcode, frozenset())) or successors
    return next(iter(successors)) if len(successors) == 1 else code


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
