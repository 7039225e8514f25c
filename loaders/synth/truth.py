"""The truth behind the registers, from the simulator's own persons, stays and events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.intervals import LAST
from linkage.vocabulary import Role
from loaders.synth.country import NEVER
from loaders.synth.feed import Lives
from loaders.synth.feed_columns import looked_up
from loaders.synth.mentions import People
from loaders.synth.notifications import Notifications, notification_ids
from loaders.synth.places import HOME
from loaders.synth.police import police_ids
from loaders.synth.records import Events, Records, domestic
from loaders.synth.relatives import custody, foster_parents, parents
from loaders.synth.sampling import Bools, Ints
from loaders.synth.sealed_stays import cut_stays
from loaders.synth.spells import Spells
from loaders.synth.writing import date_column, text_column


@dataclass(frozen=True, slots=True)
class Made:
    """Everything that was made up, for the truth to be drawn from."""

    lives: Lives
    events: Events
    records: Records
    notes: Notifications

    @property
    def people(self) -> People:
        """What the offices could know of everybody."""
        return self.lives.people


def numbered(letter: str, rows: Ints) -> pa.Array:
    """Ids of the truth as a column: a letter and seven digits; null for numbers below 0.

    >>> numbered("p", np.array([12, -1])).to_pylist()
    ['p0000012', None]
    """
    known = pa.array(np.asarray(rows, dtype=np.int64), mask=np.asarray(rows) < 0)
    return pc.binary_join_element_wise(letter, pc.utf8_lpad(pc.cast(known, pa.string()), 7, "0"), "")


def persons(made: Made) -> pa.Table:
    """Everybody who ever lived in the country, with what was planted on them."""
    country = made.people.country
    flags = ("twin", "namesake_parent", "namesake_neighbour", "transliterated")
    renumbered = np.zeros(country.size, dtype=bool)
    renumbered[country.renumbered.columns()["person"]] = True
    return pa.table(
        {
            "person": numbered("p", np.arange(country.size)),
            "birth_date": date_column(country["birth"]),
            "deceased": date_column(country["death"], unknown=LAST),
            "sex": text_column(np.where(country["male"], "M", "F").astype(object)),
            **{f: pa.array(country[f]) for f in flags},
            "immigrant": pa.array(country["number_from"] != NEVER),
            "renumbered": pa.array(renumbered),
        }
    )


def stays(made: Made) -> pa.Table:
    """All stays, split where special protection begins or ends; ``sealed`` marks the pieces inside.

    ``secondary`` marks a child's stay at its second home.
    """
    first, second, places = made.people.stays, made.lives.seconds, made.people.country.places
    spells = Spells(
        np.r_[first.person, second.person],
        np.r_[first.start, second.start],
        np.r_[first.end, second.end],
        {"unit": np.r_[first.columns["unit"], second.columns["unit"]]},
    )
    row, start, end, hidden = cut_stays(spells, made.lives.protections, made.people.country["birth"])
    secondary = row >= len(first.person)
    order = np.lexsort((start, secondary, spells.person[row]))
    row, start, end, hidden = row[order], start[order], end[order], hidden[order]
    unit = spells.columns["unit"][row]
    town = places.unit_municipality[unit]
    hub = places.unit_kind[unit] != HOME
    return pa.table(
        {
            "person": numbered("p", spells.person[row]),
            "address": numbered("u", unit),
            "access": numbered("a", places.unit_access[unit]),
            "municipality": looked_up(places.codes, town).cast(pa.string()),
            "district": looked_up(np.array(places.districts, dtype=object), places.district[town]).cast(pa.string()),
            "valid_from": date_column(start),
            "valid_to": date_column(end),
            "unit": pa.array(~hub),
            "hub": pa.array(hub),
            "sealed": pa.array(hidden),
            "secondary": pa.array(secondary[order]),
        }
    )


_KINDS = np.array(["parent", "adoptive_parent", "custody", "foster_parent", "spouse"], dtype=object)


def relations(made: Made) -> pa.Table:
    """What is registered: parents, custody, foster care and marriages; couples who only live together are not."""
    country, wed = made.people.country, made.lives.spouses
    parent, held, cared = parents(country), custody(country), foster_parents(country)
    blocks = (
        (parent["child"], parent["parent"], parent["adoptive"], parent["from"], parent["to"]),
        (held["child"], held["holder"], 2, held["from"], held["to"]),
        (cared["child"], cared["foster"], 3, cared["from"], cared["to"]),
        (wed.person, wed.columns["other"], 4, wed.start, wed.end),
        (wed.columns["other"], wed.person, 4, wed.start, wed.end),
    )
    person, other, start, end = (np.concatenate([b[i] for b in blocks]) for i in (0, 1, 3, 4))
    kind = np.concatenate([np.broadcast_to(b[2], len(b[0])) for b in blocks])
    order = np.lexsort((start, other, kind, person))
    return pa.table(
        {
            "person": numbered("p", person[order]),
            "other": numbered("p", other[order]),
            "kind": looked_up(_KINDS, kind[order]).cast(pa.string()),
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
    stands = made.records.withdrawn > made.people.country.end
    np.logical_or.at(ties, made.records.event[stands], domestic(made.records.kind[stands]))
    district = np.r_[places.district[happened.town], notes.district]
    return pa.table(
        {
            "event": pa.concat_arrays([numbered("e", np.arange(n)), numbered("n", np.arange(m))]),
            "date": date_column(np.r_[made.records.event_date, notes.day]),
            "category": text_column(np.r_[happened.kind, np.full(m, "municipal_notification", dtype=object)]),
            "place": numbered("u", np.r_[happened.unit, np.full(m, -1)]),
            "district": looked_up(np.array(places.districts, dtype=object), district).cast(pa.string()),
            "domestic": pa.array(np.r_[ties, np.zeros(m, dtype=bool)]),
            "counts": pa.array(np.r_[~_withdrawn(made), np.zeros(m, dtype=bool)]),
        }
    )


def roles(made: Made) -> pa.Table:
    """Everybody's part in every event."""
    happened, notes = made.events, made.notes
    note = np.arange(len(notes.child))
    known = notes.parent >= 0
    happened_order = np.lexsort((happened.role_person, happened.role_event))
    event, person = np.r_[note, note[known]], np.r_[notes.child, notes.parent[known]]
    order = np.lexsort((person, event))
    subject = np.full(len(note), Role.SUBJECT_OF_NOTIFICATION.value, dtype=object)
    role = np.r_[subject, np.full(int(known.sum()), Role.OTHER.value, dtype=object)][order]
    ids = [numbered("e", happened.role_event[happened_order]), numbered("n", event[order])]
    return pa.table(
        {
            "event": pa.concat_arrays(ids),
            "person": numbered("p", np.r_[happened.role_person[happened_order], person[order]]),
            "role": text_column(np.r_[happened.role[happened_order], role]),
        }
    )


def records(made: Made) -> tuple[pa.Table, pa.Table]:
    """Who every mention in the registers is, and which event every record of an incident tells of."""
    districts = made.people.country.places.districts
    incident, mention = police_ids(made.records, districts)
    note_ids, known = notification_ids(made.notes, districts), made.notes.parent >= 0
    everyone = np.arange(made.people.country.size)
    in_notes = text_column(np.r_[note_ids + "/barn", note_ids[known] + "/foraelder"])
    ids = pa.concat_arrays([numbered("cpr:", made.lives.ids), text_column(mention), in_notes])
    who = np.r_[everyone, made.records.mention_person, made.notes.child, made.notes.parent[known]]
    mentions = pa.table({"record_id": ids, "person": numbered("p", who)})
    event = [numbered("e", made.records.event), numbered("n", np.arange(len(note_ids)))]
    told = pa.table({"incident_id": text_column(np.r_[incident, note_ids]), "event": pa.concat_arrays(event)})
    return mentions.sort_by("record_id"), told.sort_by("incident_id")
