"""Identifiers: which form is which type, and what a CPR number says about its bearer."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from linkage.errors import LinkageError
from linkage.identifiers import LINKING_TYPES, REGISTER_TYPES, classify_identifiers, cpr_birth_dates, cpr_sex
from linkage.tables import IDENTIFIER
from linkage.vocabulary import IdentifierType


def classify(value: str | None, stated: str | None = None, *, synthetic: bool = False) -> tuple[str, str] | None:
    found = classify_identifiers(
        pa.array([value], pa.string()), pa.array([stated], pa.string()), synthetic=synthetic
    ).to_pylist()[0]
    return (found["type"], found["value"]) if found else None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("060649-2251", ("CPR", "0606492251")),
        (" 0606492251 ", ("CPR", "0606492251")),
        ("060649 2251", ("CPR", "0606492251")),
        ("311299-1234", ("CPR", "3112991234")),
        ("290200-5123", ("CPR", "2902005123")),
        ("290200-1123", ("UNIDENTIFIED", "2902001123")),
        ("310400-1234", ("UNKNOWN", "3104001234")),
        ("060049-2251", ("UNKNOWN", "0600492251")),
        ("068649-2251", ("UNKNOWN", "0686492251")),
        ("660649-2251", ("REPLACEMENT", "6606492251")),
        ("910149-2251", ("REPLACEMENT", "9101492251")),
        ("920149-2251", ("UNKNOWN", "9201492251")),
        ("0203291WQ3", ("X-eCPR", "0203291WQ3")),
        ("0203290wq3", ("D-eCPR", "0203290WQ3")),
        ("060649AAAA", ("ENR", "060649AAAA")),
        ("060649-aaaa", ("ENR", "060649AAAA")),
        ("300251MPSH", ("UNR", "300251MPSH")),
        ("990001AADA", ("KNR", "990001AADA")),
        ("290200K", ("UNIDENTIFIED", "290200K")),
        ("290200", ("UNIDENTIFIED", "290200")),
        ("290200ABCD", ("UNIDENTIFIED", "290200ABCD")),
        ("300200M", ("ASSOCIATION", "300200M")),
        ("300200-1234", ("ASSOCIATION", "3002001234")),
        ("34140111", ("UNKNOWN", "34140111")),
        ("æøå", ("UNKNOWN", "ÆØÅ")),
        ("", None),
        ("  - ", None),
        ("000000-0000", None),
        (None, None),
    ],
)
def test_form_decides_the_type(value: str | None, expected: tuple[str, str] | None) -> None:
    assert classify(value) == expected


@pytest.mark.parametrize(
    ("value", "stated", "expected"),
    [
        ("0606492251", "PNR", "CPR"),
        ("0606492251", "pnr.", "CPR"),
        ("0606492251", "ENR", "ENR"),
        ("0606492251", "Erstatning", "REPLACEMENT"),
        ("0606492251", "LOCAL", "LOCAL"),
        ("060649AAAA", "PNR", "ENR"),
        ("0203291WQ3", "D-eCPR", "D-eCPR"),
        ("0203290WQ3", "X-eCPR", "D-eCPR"),
        ("3104001234", "PNR", "UNKNOWN"),
        ("K17", "local", "LOCAL"),
        ("0606492251", "whatever", "CPR"),
        ("0606492251", "", "CPR"),
    ],
)
def test_a_stated_type_lowers_and_never_raises(value: str, stated: str, expected: str) -> None:
    found = classify(value, stated)
    assert found is not None
    assert found[0] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("068649-2251", "CPR"), ("068649-9251", "CPR"), ("668649-2251", "REPLACEMENT"), ("069349-2251", "UNKNOWN")],
)
def test_month_plus_eighty_needs_a_synthetic_register(value: str, expected: str) -> None:
    found = classify(value, synthetic=True)
    assert found is not None
    assert found[0] == expected
    real = classify(value)
    assert real is not None
    assert real[0] == "UNKNOWN"


def test_placeholders_never_link() -> None:
    placeholders = {"ENR", "UNR", "KNR", "UNIDENTIFIED", "ASSOCIATION", "D-eCPR", "UNKNOWN"}
    assert not placeholders & {kind.value for kind in LINKING_TYPES}
    assert REGISTER_TYPES < LINKING_TYPES
    assert IdentifierType.CPR not in REGISTER_TYPES


def test_the_shape_is_the_declared_one_for_any_input() -> None:
    for values in (pa.array([], pa.string()), pa.chunked_array([["0606492251"], [None]]), pa.array([None, None])):
        found = classify_identifiers(values, None, synthetic=False)
        assert found.type == IDENTIFIER
        assert len(found) == len(values)


def test_stated_types_must_match_in_length() -> None:
    with pytest.raises(LinkageError, match="stated types"):
        classify_identifiers(pa.array(["a"]), pa.array([], pa.string()), synthetic=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0606490251", dt.date(1949, 6, 6)),
        ("0606493999", dt.date(1949, 6, 6)),
        ("0606364000", dt.date(2036, 6, 6)),
        ("0606374000", dt.date(1937, 6, 6)),
        ("0606369000", dt.date(2036, 6, 6)),
        ("0606379000", dt.date(1937, 6, 6)),
        ("0606575000", dt.date(2057, 6, 6)),
        ("0606588000", dt.date(1858, 6, 6)),
        ("0686049251", dt.date(2004, 6, 6)),
        ("2902005123", dt.date(2000, 2, 29)),
        ("2902001123", None),
        ("6606492251", None),
        ("060649AAAA", None),
        (None, None),
    ],
)
def test_century_rule(value: str | None, expected: dt.date | None) -> None:
    assert cpr_birth_dates(pa.array([value], pa.string())).to_pylist() == [expected]


def test_last_digit_tells_the_sex() -> None:
    assert cpr_sex(pa.array(["0606492251", "0686492252", None, "060649AAAA"])).to_pylist() == ["M", "F", None, None]
