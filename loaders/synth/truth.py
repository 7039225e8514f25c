"""The truth behind the registers, from the simulator's own persons, stays and events."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from linkage.intervals import LAST
from linkage.vocabulary import Role
from loaders.synth.feed import custody, eighteenth, parents
from loaders.synth.identifiers import padded
from loaders.synth.mentions import People
from loaders.synth.notifications import Notifications, notification_ids
from loaders.synth.places import HOME
from loaders.synth.police import police_ids
from loaders.synth.records import Events, Records, domestic
from loaders.synth.sampling import Bools, Ints, Texts
from loaders.synth.spells import Spells
from loaders.synth.writing import date_column, text_column


@dataclass(frozen=True, slots=True)
class Made:
    """Everything that was made up, for the truth to be drawn from."""

    people: People
    person_ids: Texts
    """The feed's ids."""
    spouses: Spells
    protections: Spells
    events: Events
    records: Records
    notes: Notifications


def true_ids(rows: Ints, letter: str) -> Texts:
    """Ids of the truth: a letter and seven digits.

    >>> true_ids(np.array([12]), "p").tolist()
    ['p0000012']
    """
    return np.asarray(letter + padded(rows, 7), dtype=object)


def persons(made: Made) -> pa.Table:
    """Everybody who ever lived in the country, with what was planted on them."""
    country = made.people.country
    flags = ("twin", "namesake_parent", "namesake_neighbour", "transliterated")
    return pa.table(
        {
            "person": text_column(true_ids(np.arange(country.size), "p")),
            "birth_date": date_column(country["birth"]),
            "deceased": date_column(country["death"], unknown=LAST),
            "sex": text_column(np.where(country["male"], "M", "F").astype(object)),
            **{f: pa.array(country[f]) for f in flags},
        }
    )


@dataclass(frozen=True, slots=True)
class _Sealing:
    """Sealed pieces of stays: row of the stay, first day, day after the last."""

    row: Ints
    start: Ints
    end: Ints


def _sealed_pieces(made: Made) -> _Sealing:
    """Parts of stays in special protection: the protected person's own, and of children at the same address.

    A stay shared with a child that began before its 18th birthday stays sealed to its end, because the
    address is still the protected person's.
    """
    stays, protections = made.people.stays, made.protections
    unit = stays.columns["unit"]
    by_unit = np.argsort(unit, kind="stable")
    adult = eighteenth(made.people.country["birth"])
    pieces: list[tuple[int, int, int]] = []
    # few persons ever have special protection, so a loop over them is cheap
    for number in np.flatnonzero(protections.columns["special"]):
        person = protections.person[number]
        for own in range(*np.searchsorted(stays.person, [person, person + 1])):
            start = max(int(protections.start[number]), int(stays.start[own]))
            end = min(int(protections.end[number]), int(stays.end[own]))
            near = by_unit[slice(*np.searchsorted(unit[by_unit], [unit[own], unit[own] + 1]))]
            first, last = np.maximum(stays.start[near], start), np.minimum(stays.end[near], end)
            hidden = (first < last) & ((near == own) | (first < adult[stays.person[near]]))
            pieces += zip(near[hidden].tolist(), first[hidden].tolist(), last[hidden].tolist(), strict=True)
    columns = np.array(sorted(set(pieces)), dtype=np.int64).reshape(-1, 3)
    return _Sealing(columns[:, 0], columns[:, 1], columns[:, 2])


def _cut(start: int, end: int, sealed: list[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """A stay cut at the borders of its sealed pieces, in order."""
    borders = sorted({start, end, *(d for piece in sealed for d in piece)})
    cut: list[tuple[int, int, bool]] = []
    for a, b in pairwise(borders):
        hidden = any(c <= a and b <= d for c, d in sealed)
        if cut and cut[-1][2] == hidden:
            cut[-1] = (cut[-1][0], b, hidden)
        else:
            cut.append((a, b, hidden))
    return cut


def stays(made: Made) -> pa.Table:
    """All stays, split where special protection begins or ends; ``sealed`` marks the pieces inside."""
    spells, places = made.people.stays, made.people.country.places
    sealing = _sealed_pieces(made)
    touched = np.unique(sealing.row)
    whole = np.setdiff1d(np.arange(len(spells.person)), touched)
    cut = [
        (row, *piece)
        for row in touched.tolist()
        for mine in (np.flatnonzero(sealing.row == row),)
        for piece in _cut(
            int(spells.start[row]),
            int(spells.end[row]),
            list(zip(sealing.start[mine].tolist(), sealing.end[mine].tolist(), strict=True)),
        )
    ]
    extra = np.array(cut, dtype=np.int64).reshape(-1, 4)
    row = np.r_[whole, extra[:, 0]]
    start, end = np.r_[spells.start[whole], extra[:, 1]], np.r_[spells.end[whole], extra[:, 2]]
    hidden = np.r_[np.zeros(len(whole), dtype=bool), extra[:, 3].astype(bool)]
    order = np.lexsort((start, spells.person[row]))
    row, start, end, hidden = row[order], start[order], end[order], hidden[order]
    unit = spells.columns["unit"][row]
    town = places.unit_municipality[unit]
    hub = places.unit_kind[unit] != HOME
    return pa.table(
        {
            "person": text_column(true_ids(spells.person[row], "p")),
            "address": text_column(true_ids(unit, "u")),
            "access": text_column(true_ids(places.unit_access[unit], "a")),
            "municipality": text_column(places.codes[town]),
            "district": text_column(np.array(places.districts, dtype=object)[places.district[town]]),
            "valid_from": date_column(start),
            "valid_to": date_column(end),
            "unit": pa.array(~hub),
            "hub": pa.array(hub),
            "sealed": pa.array(hidden),
        }
    )


def relations(made: Made) -> pa.Table:
    """What is registered: parents, custody and marriages; couples who only live together are not."""
    parent, held, wed = parents(made.people), custody(made.people), made.spouses
    always = np.full(len(parent["child"]), LAST)
    blocks = (
        (parent["child"], parent["parent"], "parent", parent["from"], always),
        (held["child"], held["holder"], "custody", held["from"], held["to"]),
        (wed.person, wed.columns["other"], "spouse", wed.start, wed.end),
        (wed.columns["other"], wed.person, "spouse", wed.start, wed.end),
    )
    person, other, start, end = (np.concatenate([b[i] for b in blocks]) for i in (0, 1, 3, 4))
    kind = np.concatenate([np.full(len(b[0]), b[2], dtype=object) for b in blocks])
    order = np.lexsort((start, other, kind.astype("U8"), person))
    return pa.table(
        {
            "person": text_column(true_ids(person[order], "p")),
            "other": text_column(true_ids(other[order], "p")),
            "kind": text_column(kind[order]),
            "valid_from": date_column(start[order]),
            "valid_to": date_column(end[order]),
        }
    )


def _withdrawn(made: Made) -> Bools:
    """Events all of whose records have been withdrawn by the last day: nobody believes in them any more."""
    stands = np.zeros(len(made.events.day), dtype=bool)
    stands[made.records.event[made.records.withdrawn > made.people.country.end]] = True
    return ~stands


def events(made: Made) -> pa.Table:
    """Everything that happened, then every notification; ``counts`` is false for notifications and withdrawn events."""
    happened, places, notes = made.events, made.people.country.places, made.notes
    n, m = len(happened.day), len(notes.child)
    ties = np.zeros(n, dtype=bool)
    np.logical_or.at(ties, made.records.event, domestic(made.records.kind))
    districts = np.array(places.districts, dtype=object)
    at_home = happened.unit >= 0
    place = true_ids(np.maximum(happened.unit, 0), "u")
    place[~at_home] = None
    return pa.table(
        {
            "event": text_column(np.r_[true_ids(np.arange(n), "e"), true_ids(np.arange(m), "n")]),
            "date": date_column(np.r_[made.records.event_date, notes.day]),
            "category": text_column(np.r_[happened.kind, np.full(m, "municipal_notification", dtype=object)]),
            "place": text_column(np.r_[place, np.full(m, None, dtype=object)]),
            "district": text_column(np.r_[districts[places.district[happened.town]], districts[notes.district]]),
            "domestic": pa.array(np.r_[ties, np.zeros(m, dtype=bool)]),
            "counts": pa.array(np.r_[~_withdrawn(made), np.zeros(m, dtype=bool)]),
        }
    )


def roles(made: Made) -> pa.Table:
    """Everybody's part in every event."""
    happened, notes = made.events, made.notes
    note = np.arange(len(notes.child))
    known = notes.parent >= 0
    event = np.r_[true_ids(happened.role_event, "e"), true_ids(note, "n"), true_ids(note[known], "n")]
    person = np.r_[happened.role_person, notes.child, notes.parent[known]]
    subject = np.full(len(note), Role.SUBJECT_OF_NOTIFICATION.value, dtype=object)
    role = np.r_[happened.role, subject, np.full(int(known.sum()), Role.OTHER.value, dtype=object)]
    order = np.lexsort((role.astype("U32"), person, event.astype("U8")))
    return pa.table(
        {
            "event": text_column(event[order]),
            "person": text_column(true_ids(person[order], "p")),
            "role": text_column(role[order]),
        }
    )


def records(made: Made) -> tuple[pa.Table, pa.Table]:
    """Who every mention in the registers is, and which event every record of an incident tells of."""
    districts = made.people.country.places.districts
    incident, mention = police_ids(made.records, districts)
    note_ids, known = notification_ids(made.notes, districts), made.notes.parent >= 0
    everyone = np.arange(made.people.country.size)
    ids = np.r_["cpr:" + made.person_ids, mention, note_ids + "/barn", note_ids[known] + "/foraelder"]
    who = np.r_[everyone, made.records.mention_person, made.notes.child, made.notes.parent[known]]
    order = np.argsort(ids.astype("U96"), kind="stable")
    mentions = pa.table({"record_id": text_column(ids[order]), "person": text_column(true_ids(who[order], "p"))})
    incidents = np.r_[incident, note_ids]
    event = np.r_[true_ids(made.records.event, "e"), true_ids(np.arange(len(note_ids)), "n")]
    order = np.argsort(incidents.astype("U96"), kind="stable")
    told = pa.table({"incident_id": text_column(incidents[order]), "event": text_column(event[order])})
    return mentions, told
