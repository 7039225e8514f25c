"""The published table is whole: every number used is in it, and the documentation repeats it row by row."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import pytest

from loaders.synth import parameters, tables
from loaders.synth.error_rates import RATE_TABLE, Rate
from loaders.synth.parameters import WORLD_TABLE, Parameter

ROOT = Path(parameters.__file__).parents[2]
PAGE = ROOT / "docs" / "synthetic-denmark.md"
AIMS = {
    "moves_per_year",
    "moves_within_municipality",
    "incidents_per_100",
    "emigration_per_year",
    "immigration_per_year",
    "step_adoptions_per_minor",
}
"""Parameters that others are calibrated to; tests read them, the simulation does not."""


def world_row(parameter: Parameter) -> str:
    """The parameter as the page has it."""
    return f"| `{parameter.name}` | {parameter.value:g} | {parameter.meaning} | {parameter.source} |"


def rate_row(rate: Rate) -> str:
    """The rate as the page has it."""
    levels = " | ".join(f"{v:.3g}" for v in (rate.clean, rate.typical, rate.harsh))
    return f"| `{rate.name}` | {levels} | {rate.meaning} | {rate.source} |"


def table_names() -> dict[str, str]:
    """The tables by age or kind with the text that stands under each."""
    body = ast.parse(Path(tables.__file__).read_text(encoding="utf-8")).body
    found = {}
    for node, following in pairwise(body):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
        ):
            found[node.target.id] = str(following.value.value).replace("\n", " ")
    return found


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_page_repeats_every_row(page: str) -> None:
    lines = set(page.splitlines())
    assert not [p.name for p in WORLD_TABLE if world_row(p) not in lines]
    assert not [r.name for r in RATE_TABLE if rate_row(r) not in lines]
    assert not [n for n, text in table_names().items() if f"| `{n}` | {text} |" not in lines]


def test_every_parameter_is_used() -> None:
    code = "".join(
        p.read_text(encoding="utf-8")
        for p in sorted(Path(parameters.__file__).parent.glob("*.py"))
        if p.name not in ("parameters.py", "error_rates.py")
    )
    unused = {p.name for p in WORLD_TABLE if f'"{p.name}"' not in code}
    assert unused == AIMS
    assert not {r.name for r in RATE_TABLE if f'"{r.name}"' not in code}


def test_names_are_unique_and_every_number_has_a_source() -> None:
    assert len({p.name for p in WORLD_TABLE}) == len(WORLD_TABLE)
    assert all(p.meaning and p.source for p in WORLD_TABLE)
    assert all(r.meaning and r.source for r in RATE_TABLE)


def test_shares_that_add_up_to_one() -> None:
    for shares in (
        [w for *_, w in tables.AGE_SHARES],
        tables.SIBSHIPS,
        [w for _, w in tables.NAME_ERRORS],
        [w for _, w in tables.BIRTH_ERRORS],
        [w for _, w in tables.ADDRESS_STYLES],
    ):
        assert sum(shares) == pytest.approx(1.0)
