"""The reference tables of municipalities, postcodes and districts."""

from __future__ import annotations

import pyarrow as pa

from linkage.geography import (
    district_of,
    district_of_postcode,
    districts,
    municipalities,
    postcode_name,
    postcodes,
)


def test_every_municipality_lies_in_one_of_twelve_districts() -> None:
    table = municipalities()
    assert table.num_rows == 99
    assert len(set(table["municipality"].to_pylist())) == 99
    assert set(table["district"].to_pylist()) == set(districts())
    assert len(districts()) == 12


def test_every_postcode_lies_in_known_municipalities() -> None:
    known = set(municipalities()["municipality"].to_pylist())
    rows = postcodes().to_pylist()
    assert len({r["postcode"] for r in rows}) == len(rows) > 1_000
    assert {m for r in rows for m in r["municipalities"]} <= known


def test_look_ups_keep_order_and_leave_the_unknown_null() -> None:
    codes = pa.chunked_array([pa.array(["0101", None]), pa.array(["0851", "0000"])])
    assert district_of(codes).to_pylist() == ["Københavns Politi", None, "Nordjyllands Politi", None]
    assert postcode_name(pa.array(["9000", None, "0001"])).to_pylist() == ["Aalborg", None, None]


def test_a_postcode_in_two_districts_has_none() -> None:
    of = dict(zip(*(municipalities()[c].to_pylist() for c in ("municipality", "district")), strict=True))
    split = [r["postcode"] for r in postcodes().to_pylist() if len({of[m] for m in r["municipalities"]}) > 1]
    assert split
    assert set(district_of_postcode(pa.array(split)).to_pylist()) == {None}
