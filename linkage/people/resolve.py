"""Who is who among the mentions of all registers.

Two passes. The *registered* pass ties mentions to the persons of a population register. The *free*
pass clusters the mentions that are left (everybody, where no such register is given) among themselves.
Each pass has a model of its own, because a stay of years and an address of one day do not agree in the
same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.blocking import RuleCount
from linkage.clustering import Merge
from linkage.errors import LinkageError
from linkage.judged import summary, warnings
from linkage.judgements import CONTRADICTIONS
from linkage.people.blocking import people_keys
from linkage.people.comparisons import people_comparisons
from linkage.people.judged import judged_people, people_contradictions
from linkage.people.kin import with_kin
from linkage.people.links import anchor_links, pairs_table
from linkage.people.mentions import Mentions, build_mentions
from linkage.people.passes import FREE, REGISTERED, Pass, free_pass, registered_pass, scorers_of
from linkage.people.registered import Owners, find_owners, judged_owners
from linkage.people.settings import PeopleSettings
from linkage.people.unregistered import cluster_rest, two_parts
from linkage.weights import Model

Report = Callable[[str], None]
Ints = npt.NDArray[np.int64]

__all__ = ["FREE", "REGISTERED", "People", "PeopleSettings", "resolve_people"]


@dataclass(frozen=True, slots=True)
class People:
    """A resolution of mentions and how it came about."""

    partition: pa.Table
    """record_id, cluster (the smallest record id of the part)."""
    pairs: pa.Table
    """stage, left, right, match_weight, probability, levels and evidence (structs by comparison)."""
    merges: pa.Table
    """left, right (smallest record ids of the clusters), height in bits; in order."""
    model: dict[str, Any]
    """The model of each pass by its name, the blocking passes, and what was learned of kin."""
    anchors: pa.Table
    """record_id, anchor_id, match_weight, probability."""
    judgements: pa.Table
    """Those that bound the partition, schema `linkage.judged.APPLIED`."""
    contradictions: pa.Table = field(default_factory=CONTRADICTIONS.empty_table)
    """What speaks against judgements, schema `linkage.judgements.CONTRADICTIONS`."""

    def links(self, entities: pa.Table) -> pa.Table:
        """How sure each mention's place in its entity is, in the shape of `linkage.tables.LINKS`."""
        joined_table = self.anchors.join(entities, "record_id").sort_by("record_id")
        return joined_table.select(["record_id", "entity_id", "anchor_id", "match_weight", "probability"])


def resolve_people(tables: Mapping[str, pa.Table], settings: PeopleSettings, *, report: Report) -> People:
    """Resolve all mentions of canonical tables (persons, residences washed, addresses, registers, involvements).

    A table `judgements` (:mod:`linkage.judgements`) binds the result where there is one.

    Raises:
        LinkageError: There are no mentions, or the judgements are no ledger.
    """
    if not tables["persons"].num_rows:
        raise LinkageError("no mention to resolve", where="table persons", hint="look at the refused rows")
    mentions = build_mentions(tables["persons"], tables["residences"], tables["addresses"], tables["registers"])
    parties = tables["involvements"].select(["incident_id", "record_id"])
    told_apart = two_parts(mentions, parties)
    judged = judged_people(mentions, tables.get("judgements"), parties=told_apart)
    comparisons = people_comparisons(mentions)
    keys = people_keys(mentions)
    passes: list[Pass] = []
    owners, kin = judged_owners(judged), dict[str, Any]()
    registered = registered_pass(mentions, comparisons, keys, settings=settings, judged=judged)
    if registered is not None:
        passes.append(registered)
        owners = find_owners(mentions, passes[0].scored, parties, judged=judged, cut=settings.cut)
        if settings.kin:
            passes[0], owners, kin = with_kin(mentions, passes[0], owners, tables=tables, cut=settings.cut)
    rest = ~mentions.registered & (owners.person < 0)
    bounds, clustering = judged.bounds(rest, told_apart), None
    free = free_pass(mentions, comparisons, keys, settings=settings, rest=rest)
    if free is not None:
        passes.append(free)
        clustering = cluster_rest(mentions, free, rest, bounds=bounds, settings=settings)
    alone = judged.rows.group if clustering is None else clustering.cluster
    cluster = np.where(rest, alone, np.where(owners.person >= 0, owners.person, np.arange(len(mentions))))
    spoken = people_contradictions(
        mentions, judged, scorers_of(passes), clustering=clustering, bounds=bounds, parties=told_apart
    )
    counts = {one.name: one.counts for one in (registered, free) if one is not None}
    for one in passes:
        report(f"{sum(c.pairs for c in counts[one.name]):,} pairs found in the {one.name} pass")
        for warning in one.scorer.model.warnings:
            report(f"warning ({one.name} pass): {warning}")
    if tables.get("judgements") is not None:
        for line in (summary(judged.rows), *(f"warning: {warning}" for warning in warnings(spoken))):
            report(line)
    nothing = np.empty(0, np.int64)
    merges = Merge(nothing, nothing, np.empty(0)) if clustering is None else clustering.merges
    people = _people(mentions, passes, owners, _smallest(cluster), merges)
    return replace(people, contradictions=spoken, model=_model(passes, counts) | kin)


def _smallest(cluster: Ints) -> Ints:
    """Labels renamed to the smallest row of each part, whichever row named it before."""
    smallest = np.full(len(cluster), len(cluster), np.int64)
    np.minimum.at(smallest, cluster, np.arange(len(cluster)))
    return smallest[cluster]


def _people(mentions: Mentions, passes: list[Pass], owners: Owners, cluster: Ints, merges: Merge) -> People:
    ids = mentions.record_ids
    linked = np.flatnonzero(owners.person >= 0)
    person = owners.person[linked]
    left = np.append(np.minimum(linked, person), merges.left)
    right = np.append(np.maximum(linked, person), merges.right)
    return People(
        partition=pa.table({"record_id": ids, "cluster": ids.take(pa.array(cluster))}),
        pairs=pa.concat_tables(
            [pairs_table(ids, one.name, one.scorer, one.scored) for one in passes], promote_options="permissive"
        )
        if passes
        else pa.table({"left": pa.array([], pa.string()), "right": pa.array([], pa.string())}),
        merges=pa.table(
            {
                "left": ids.take(pa.array(left)),
                "right": ids.take(pa.array(right)),
                "height": np.append(owners.weight[linked], merges.height),
            }
        ),
        model={},
        anchors=anchor_links(mentions, owners, [one.scored for one in passes], cluster),
        judgements=owners.judged.rows.applied,
    )


def _model(passes: list[Pass], counts: Mapping[str, tuple[RuleCount, ...]]) -> dict[str, Any]:
    models: dict[str, Model] = {one.name: one.scorer.model for one in passes}
    return {name: model.to_dict() for name, model in models.items()} | {
        "blocking": [
            {"pass": name, "rule": c.name, "pairs": c.pairs, "unique": c.unique}
            | {"split": c.split, "windowed": c.windowed}
            for name, rules in counts.items()
            for c in rules
        ]
    }
