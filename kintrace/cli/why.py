"""`kintrace why`: the evidence between two mentions, in words and bits."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import click
import pyarrow.compute as pc
from rich.console import Group
from rich.table import Table
from rich.text import Text

from kintrace.audit import record_lookup
from kintrace.cli.options import Lookup, json_option, print_json, today, with_lookup
from kintrace.errors import RunError
from kintrace.pipeline.runs import Run
from kintrace.views.console import console, marked
from linkage.deciding import Decision, decision
from linkage.people.explain import Why, why_by_comparison, why_from_pairs


@click.command()
@click.argument("left")
@click.argument("right")
@with_lookup
@json_option
def why(
    left: str,
    right: str,
    lookup: Lookup,
    as_json: bool,
) -> None:
    """Explain why the mentions LEFT and RIGHT (record ids) are, or are not, one person.

    Evidence is in bits: +1 doubles the odds that they are one person, -1 halves them.
    """
    run, grant = lookup.run, lookup.grant
    grant.check(today())
    entities = _entities(run, left, right)
    record_lookup(run, grant, "why", sorted(set(entities.values())))
    reasons, decided = _why(run, left, right), _decision(run, left, right)
    if as_json:
        judged = None if decided is None else dataclasses.asdict(decided)
        print_json({**dataclasses.asdict(reasons), "judged": judged, "entities": entities, "demo": grant.demo})
    else:
        console().print(marked(_render(reasons, entities, decided), demo=grant.demo))


def _entities(run: Run, left: str, right: str) -> dict[str, str]:
    entities = run.read("resolve", "entities")
    found = entities.filter(pc.field("record_id").isin([left, right]))
    answer = dict(zip(found.column("record_id").to_pylist(), found.column("entity_id").to_pylist(), strict=True))
    for record in (left, right):
        if record not in answer:
            raise RunError(f"no mention {record!r} in this run", hint="kintrace person lists a person's mentions")
    return answer


def _why(run: Run, left: str, right: str) -> Why:
    model: dict[str, Any] = json.loads((run.stage("resolve") / "model.json").read_text("utf-8"))
    kept = why_from_pairs(run.read("resolve", "pairs"), model, left, right)
    if kept is not None:
        return kept
    tables = {"persons": run.read("load", "persons"), "registers": run.read("load", "registers")}
    tables |= run.read_all("wash", ("residences", "addresses"))
    return why_by_comparison(tables, model, left, right)


def _decision(run: Run, left: str, right: str) -> Decision | None:
    """The judgements that decided; an older run knew none."""
    if not (run.stage("resolve") / "judgements.parquet").is_file():
        return None
    return decision(run.read("resolve", "judgements"), left, right)


_DECIDED = {
    "same": "Judged to be one person, whatever the evidence below says",
    "different": "Judged to be two persons, whatever the evidence below says",
    "related": "One of them is judged to be one person with another record, and goes where that goes",
}


def _render(reasons: Why, entities: dict[str, str], decided: Decision | None) -> Group:
    one = entities[reasons.left] == entities[reasons.right]
    verdict = f"one person ({entities[reasons.left]})" if one else "two persons"
    lines = [Text(f"{reasons.left}  and  {reasons.right}: {verdict}", style="bold")]
    if decided is not None:
        numbers = ", ".join(map(str, decided.judgements))
        many = "judgements" if len(decided.judgements) > 1 else "judgement"
        lines.append(Text(f"{_DECIDED[decided.verdict]} ({many} {numbers} of the ledger).", style="bold yellow"))
    if not reasons.candidates:
        lines.append(
            Text("The run kept no such pair (never compared, or far too unlikely); compared now, for this question.")
        )
    table = Table("what", "says", "bits", "", box=None, pad_edge=False)
    table.add_row("any two mentions", "chance that they are one person", f"{reasons.prior_bits:+.1f}", "")
    for reason in reasons.reasons:
        bar = Text("█" * min(20, round(abs(reason.bits))), style="green" if reason.bits > 0 else "red")
        table.add_row(reason.comparison, reason.level, f"{reason.bits:+.1f}", bar)
    table.add_row("household", "what one household would explain", f"{reasons.household_bits:+.1f}", "")
    table.add_row(
        "together", f"probability {reasons.probability:.4f}", f"{reasons.match_weight:+.1f}", "", style="bold"
    )
    if one and decided is None and reasons.probability < 0.5:
        lines.append(Text("They are one person through other mentions of it, which each of them fits better."))
    return Group(*lines, table)
