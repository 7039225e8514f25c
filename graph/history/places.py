"""Where the family lived: the lanes of a history, and the child's moves between them."""

from __future__ import annotations

from collections.abc import Sequence

from graph.history.members import Family, Question, Spans, believed
from graph.history.values import Move, Stay
from graph.snapshot import Snapshot
from graph.snapshot.layout import OTHER, ROW, VALID_FROM, VALID_TO
from linkage.intervals import FIRST, to_date

WHOLE_LIFE = frozenset({"a", "b"})
"""Rules whose stays are all shown: where a parent lived before is where the family comes from."""


def stays_of(snapshot: Snapshot, made: Family, asked: Question) -> tuple[Stay, ...]:
    """Stays of child and parents up to ``as_of``, and those of other members that meet their time.

    Sorted by start, person and address; cut at the day after ``as_of``.
    """
    found = set()
    for person, rule in made.rules.items():
        seen: Spans = [(FIRST, asked.horizon)] if rule in WHOLE_LIFE else made.intervals[person]
        for row in believed(snapshot.rows("out", "LIVED_AT", person), asked.known_at):
            start, end = row[VALID_FROM], min(row[VALID_TO], asked.horizon)
            if start < end and any(start < last and first < end for first, last in seen):
                found.add(_stay(snapshot, person, row, end))
    return tuple(sorted(found, key=lambda s: (s.valid_from, s.person_id, s.address_id, s.valid_to, s.register)))


def _stay(snapshot: Snapshot, person: int, row: list[int], end: int) -> Stay:
    address = row[OTHER]
    return Stay(
        person_id=snapshot.id_of("Person", person),
        address_id=snapshot.id_of("Address", address),
        label=snapshot.value("Address", "label", address),
        district=snapshot.value("Address", "district", address),
        valid_from=to_date(row[VALID_FROM]),
        valid_to=to_date(end),
        unit=snapshot.value("LIVED_AT", "unit", row[ROW]),
        hub=snapshot.value("LIVED_AT", "hub", row[ROW]),
        sealed=snapshot.value("LIVED_AT", "sealed", row[ROW]),
        register=snapshot.value("LIVED_AT", "register", row[ROW]),
    )


def moves_of(stays: Sequence[Stay]) -> tuple[Move, ...]:
    """Changes of address of one person, dated at the start of the later stay; sorted like the stays.

    A stay follows the one that ended last before it, or on its first day. Where another stay goes on
    over that day, only one that ended on it was left: what begins beside a home is a second one (shared
    residence), and nobody moved.
    """
    moves = []
    for after in stays:
        ended = [one for one in stays if one.valid_to <= after.valid_from and one.valid_from < after.valid_from]
        if any(one.valid_from < after.valid_from < one.valid_to for one in stays):
            ended = [one for one in ended if one.valid_to == after.valid_from]
        if not ended:
            continue
        before = max(ended, key=lambda one: (one.valid_to, one.valid_from, one.address_id))
        if before.address_id != after.address_id:
            moves.append(Move(after.valid_from, before.label, after.label, before.district, after.district))
    return tuple(moves)
