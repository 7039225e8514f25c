"""The differences of two runs as frozen values: counts of everything, ids of some, never a name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting, version or accepted extract that is not the same."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """How the rows of one register in one canonical table changed; sealed rows are the register ``protected``."""

    register: str
    table: str
    before: int
    after: int
    came: int
    """Rows with a key that the earlier run does not have."""
    went: int
    """Rows whose key the later run does not have."""
    withdrawn: int
    """Rows of both runs that were believed and are no more."""
    corrected: int
    """Other rows of both runs that say something else."""


@dataclass(frozen=True, slots=True)
class Group:
    """Entities that became one, or one that came apart."""

    entity: str
    """The one."""
    others: tuple[str, ...]
    """The several: ids of the earlier run that merged into it, or of the later run that it came apart into."""


@dataclass(frozen=True, slots=True)
class MovedMention:
    """A mention that left one person for another while both went on."""

    record_id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntityChanges:
    """Who is who, before and after: counts over all mentions, ids of persons within the runs' scope."""

    before: int
    after: int
    unchanged: int
    """Entities with the same mentions in both."""
    changed: int
    """Entities that went on with other mentions: some came, went or moved."""
    new: int
    """Entities of mentions that the earlier run does not have."""
    gone: int
    """Entities of which the later run has no mention."""
    merged: int
    """Earlier entities that are part of another now."""
    split: int
    """Later entities that were part of another before."""
    moved: int
    """Mentions that left one person for another while both went on."""
    merges: tuple[Group, ...]
    splits: tuple[Group, ...]
    moves: tuple[MovedMention, ...]
    new_ids: tuple[str, ...]
    gone_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why a line of a history changed; ``about`` are ids of records or persons, empty where protected."""

    why: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventChange:
    """One event of a child's history that is there in another way, or in one run only."""

    records: tuple[str, ...]
    """Ids of the records that tell of it, in either run; ``protected`` where they are sealed."""
    date: dt.date
    before: tuple[str, ...]
    """What the earlier run says: class, person and role of each part; empty if it has no such event."""
    after: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ChildChange:
    """A child whose history is not the same."""

    child: str
    """Its id in the later run, or in the earlier one if only that knows it."""
    before: int
    """Events of the history in the earlier run."""
    after: int
    events: tuple[EventChange, ...]


@dataclass(frozen=True, slots=True)
class RunDifferences:
    """Everything that differs; lists end at ``limit``, counts do not."""

    earlier: str
    later: str
    as_of: dt.date
    """The day at which both runs' histories were asked for."""
    demo: bool
    limit: int
    settings: tuple[SettingChange, ...]
    registers: tuple[RegisterChange, ...]
    entities: EntityChanges
    histories: int
    """Children with a history in either run."""
    changed_histories: int
    reasons: tuple[tuple[str, int], ...]
    """How many children's histories changed for each reason; a child can have several."""
    children: tuple[ChildChange, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        quiet = not (self.settings or self.registers or self.changed_histories)
        return quiet and self.entities.unchanged == self.entities.before == self.entities.after

    def persons(self) -> tuple[str, ...]:
        """Every person that the answer names, for the log."""
        who = self.entities
        named = {group.entity for group in (*who.merges, *who.splits)}
        named |= {other for group in (*who.merges, *who.splits) for other in group.others}
        named |= {one for move in who.moves for one in (move.before, move.after)}
        named |= {*who.new_ids, *who.gone_ids, *(one.child for one in self.children)}
        return tuple(sorted(named))
