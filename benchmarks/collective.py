"""What kin as evidence adds on a synthetic Denmark, on against off, also at equal precision.

Run as ``python -m benchmarks.collective --persons 60000 --seeds 441,442``. One rebuild per country; its
mentions are then resolved again without the evidence. Attachments (a mention and the registered person it
was given to) are told at the ordinary cut, and at the cut at which either way makes as few mistakes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from benchmarks.family_history import measured
from kintrace.evaluation.answers import answers_with_entities
from kintrace.evaluation.score import attachments_wrong, score_histories
from kintrace.evaluation.truth import Truth, read_truth
from kintrace.pipeline.runs import Run
from linkage.partition import name_entities
from linkage.people import People, PeopleSettings, resolve_people

VARIANTS: dict[str, PeopleSettings] = {"with kin": PeopleSettings(), "without": PeopleSettings(kin=False)}

WRONG = (0.5, 1.0, 2.0)
"""Wrong attachments per 10,000 at which recall is told."""

Flags = npt.NDArray[np.bool_]


def resolved(run: Run, settings: PeopleSettings) -> People:
    """The run's mentions resolved again."""
    tables = run.read_all("load", ("persons", "relations", "registers", "involvements"))
    tables |= run.read_all("wash", ("incidents", "residences", "addresses"))
    return resolve_people(tables, settings, report=lambda text: None)


def attachments(people: People, truth: Truth) -> dict[str, Any]:
    """Recall at the ordinary cut, and at cuts at which attachments are equally precise.

    A mention counts whose person the population register holds; attachments are right if the mention
    and the registered person are one.
    """
    person = truth.tables["records"]
    links = people.anchors.join(person, "record_id", join_type="inner")
    registered = person.rename_columns(["anchor_id", "anchor_person"])
    links = links.join(registered, "anchor_id", join_type="left outer")
    links = links.sort_by([("match_weight", "descending"), ("record_id", "ascending")])
    mention = np.array([not text.startswith("cpr:") for text in links.column("record_id").to_pylist()])
    owned = np.array([text is not None and text.startswith("cpr:") for text in links.column("anchor_id").to_pylist()])
    known = set(person.filter(pc.starts_with(person.column("record_id"), "cpr:")).column("person").to_pylist())
    held = np.array([name in known for name in links.column("person").to_pylist()])
    right = np.array(links.column("person").to_pylist(), object) == np.array(
        links.column("anchor_person").to_pylist(), object
    )
    return at_levels(right[mention & owned], wanted=int((mention & held).sum()))


def at_levels(right: Flags, *, wanted: int) -> dict[str, Any]:
    """Recall of attachments, strongest first, for all of them and at each level of mistakes."""
    wrong = np.cumsum(~right) * 1e4 / np.arange(1, len(right) + 1)
    mistakes = float(wrong[-1]) if len(wrong) else 0.0
    told: dict[str, Any] = {"recall": float(right.sum() / wanted), "wrong_per_10000": mistakes}
    for level in WRONG:
        within = np.flatnonzero(wrong <= level)
        kept = int(within[-1]) + 1 if len(within) else 0
        told[f"recall_at_{level}_wrong"] = float(right[:kept].sum() / wanted)
    return told


def one_variant(run: Run, truth: Truth, settings: PeopleSettings) -> dict[str, Any]:
    """Attachments and family histories of one resolution."""
    people = resolved(run, settings)
    answers = answers_with_entities(run, truth, name_entities(people.partition, None).entities)
    row: dict[str, Any] = {"attachments": attachments(people, truth)}
    for name, cross in (("all", False), ("cross_district", True)):
        score = score_histories(answers, truth, seed=1, cross_district=cross).to_json()
        row[name] = {key: score[key] for key in ("recall", "precision", "ci", "n")}
    row["wrong_per_10000"] = attachments_wrong(answers, truth, run.read("load", "involvements", ["record_id"]))
    return row


def main() -> None:
    """Print one JSON object per country."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=60_000)
    parser.add_argument("--seeds", default="441,442")
    parser.add_argument("--noise", default="typical")
    arguments = parser.parse_args()
    for seed in arguments.seeds.split(","):
        with tempfile.TemporaryDirectory(prefix="kintrace-") as scratch:
            world = Path(scratch) / "world"
            sizes = ["--persons", str(arguments.persons), "--seed", seed, "--noise", arguments.noise]
            measured(["synth", str(world), *sizes])
            rebuilt, _, _ = measured(["rebuild", str(world)])
            run, truth = Run(Path(rebuilt["run"])), read_truth(world / "truth")
            rows = {name: one_variant(run, truth, settings) for name, settings in VARIANTS.items()}
            print(json.dumps({"seed": int(seed), "persons": arguments.persons, **rows}), flush=True)


if __name__ == "__main__":
    main()
