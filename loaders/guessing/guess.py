"""A register as a whole: what its rows are, what names them, and whether a mapping can read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from loaders.errors import RegisterError
from loaders.guessing.columns import guess_columns
from loaders.guessing.kinds import ADDRESS_PARTS, NAMES, ColumnGuess, Kind
from loaders.guessing.sample import Sample, Source, take_sample
from loaders.guessing.values import Column
from loaders.mapping.model import ROW_NUMBER


class Layout(StrEnum):
    """What one row of a register is."""

    PERSONS = "persons"
    """One person."""
    PARTIES = "parties"
    """One person's part in one case."""
    INCIDENTS = "incidents"
    """One case without persons."""
    NONE = "none"
    """Nothing that a mapping can read."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a register was taken for."""

    sample: Sample
    columns: tuple[ColumnGuess, ...]
    layout: Layout
    record_key: tuple[str, ...] = ()
    """Columns that together name a mention; the row's number where none do."""
    case_key: tuple[str, ...] = ()
    when: str | None = None
    """Column that is filled where a row names a person, if some name none."""
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    """What the reader should know or decide."""

    def of(self, kind: Kind) -> str | None:
        """The column of a kind."""
        return next((g.column for g in self.columns if g.kind is kind), None)

    def guess_of(self, kind: Kind) -> ColumnGuess | None:
        """The guess that gave a kind its column."""
        return next((g for g in self.columns if g.kind is kind), None)

    def has(self, *kinds: Kind) -> bool:
        """Whether any of the kinds has a column."""
        return any(self.of(kind) for kind in kinds)

    def column(self, title: str) -> Column:
        """The sampled values of a column."""
        return Column(title, self.sample.table.column(title).combine_chunks())


def guess_register(source: Source) -> Guess:
    """What a register that nobody has described seems to hold.

    Raises:
        RegisterError: The file cannot be read as a register, or has no rows to judge by.
    """
    sample = take_sample(source)
    if not len(sample.table):
        raise RegisterError("has no rows to judge by", where=source.path.name, hint="take an extract with rows")
    columns = [Column(t, sample.table.column(t).combine_chunks()) for t in sample.titles()]
    guesses = guess_columns(columns, sample.read_as)
    plain = Guess(sample, guesses, Layout.NONE)
    layout = _layout(plain)
    numbers = [c for c, g in zip(columns, guesses, strict=True) if g.kind is Kind.CPR]
    keyed = _Keys(plain, layout)
    return Guess(
        sample=sample,
        columns=guesses,
        layout=layout,
        record_key=keyed.record,
        case_key=keyed.case,
        when=_when(plain) if layout is Layout.PARTIES else None,
        synthetic=any(c.invented > 0.5 for c in numbers),
        notes=(*sample.notes, *keyed.notes, *_honest(plain, layout)),
    )


def _layout(guess: Guess) -> Layout:
    person = guess.has(*NAMES, Kind.CPR)
    dated = guess.has(Kind.OCCURRED, Kind.REPORTED)
    numbered = guess.has(Kind.CASE_ID, Kind.JOURNAL_NUMBER)
    case = (guess.has(Kind.CATEGORY) and (dated or numbered)) or (numbered and dated)
    case = case or (guess.has(Kind.ROLE) and (dated or numbered))
    if person:
        return Layout.PARTIES if case else Layout.PERSONS
    return Layout.INCIDENTS if case else Layout.NONE


def _repeats(table: pa.Table, columns: tuple[str, ...]) -> float:
    """Share of the filled rows whose values in these columns another row has too."""
    rows = table.select(list(columns)).drop_null()
    return 1 - rows.group_by(list(columns)).aggregate([]).num_rows / len(rows) if len(rows) else 1.0


def _filled(table: pa.Table, columns: tuple[str, ...]) -> float:
    return len(table.select(list(columns)).drop_null()) / max(len(table), 1)


class _Keys:
    """Which columns name the mentions and cases of a register."""

    def __init__(self, guess: Guess, layout: Layout) -> None:
        self.notes: list[str] = []
        self.table = guess.sample.table
        self.case: tuple[str, ...] = ()
        own = guess.of(Kind.RECORD_ID)
        if layout in (Layout.PARTIES, Layout.INCIDENTS):
            number = guess.of(Kind.CASE_ID) or guess.of(Kind.JOURNAL_NUMBER)
            if number is None and own is not None and layout is Layout.INCIDENTS:
                number = own
            self.case = self._usable((number,), "case") if number else self._by_row("case")
        choices: list[tuple[str, ...]] = [(own,)] if own else []
        if layout is Layout.PARTIES and self.case != (ROW_NUMBER,):
            party = guess.of(Kind.PARTY_NUMBER)
            choices = [(*self.case, party)] if party else [(*self.case, own)] if own else [self.case]
        self.record = self._first(choices) if layout in (Layout.PARTIES, Layout.PERSONS) else ()

    def _first(self, choices: list[tuple[str, ...]]) -> tuple[str, ...]:
        """The first choice of columns that name a mention."""
        for one in choices:
            if _filled(self.table, one) < 0.5:
                continue
            repeated = _repeats(self.table, one)
            if repeated <= 0.01 or (len(choices[0]) == 1 and len(one) == 1 and self._own_rows(one, repeated)):
                return one
        return self._by_row("row")

    def _own_rows(self, key: tuple[str, ...], repeated: float) -> bool:
        """Whether a repeated key is one person in several rows rather than a number without meaning."""
        if repeated > 0.9:
            return False
        self.notes.append(
            f"{key[0]!r} stands in several rows: they count as one person if they agree, else the first counts"
        )
        return True

    def _usable(self, key: tuple[str, ...], what: str) -> tuple[str, ...]:
        return key if _filled(self.table, key) >= 0.5 else self._by_row(what)

    def _by_row(self, what: str) -> tuple[str, ...]:
        self.notes.append(
            f"no column names a {what} of its own: rows are named by their number, so two extracts cannot be compared"
        )
        return (ROW_NUMBER,)


_PERSONAL = (*NAMES, Kind.CPR, Kind.BIRTH_DATE, Kind.SEX, Kind.ROLE, Kind.PARTY_NUMBER)


def _when(guess: Guess) -> str | None:
    """The column by which rows that name a person are known, where some rows name none."""
    columns = {k: guess.of(k) for k in sorted(_PERSONAL)}
    there = {k: pc.is_valid(guess.sample.table.column(c)) for k, c in columns.items() if c}
    somebody = None
    for kind in (*NAMES, Kind.CPR):
        if kind in there:
            somebody = there[kind] if somebody is None else pc.or_(somebody, there[kind])
    if somebody is None or pc.all(somebody).as_py():
        return None
    order = (Kind.PARTY_NUMBER, Kind.ROLE, Kind.SURNAME, Kind.NAME, Kind.GIVEN, Kind.CPR, Kind.SEX, Kind.BIRTH_DATE)
    known = [k for k in order if k in there]
    best = max(known, key=lambda k: (pc.sum(pc.equal(there[k], somebody)).as_py() or 0, -known.index(k)))
    return columns[best]


def _honest(guess: Guess, layout: Layout) -> list[str]:
    """What the reader should know before the register is used."""
    notes = []
    if layout in (Layout.PERSONS, Layout.PARTIES):
        if not guess.has(Kind.BIRTH_DATE, Kind.BIRTH_YEAR, Kind.CPR):
            notes.append("no birth date and no personal number: persons of one name cannot be told apart")
        if not guess.has(Kind.CPR) and guess.has(Kind.IDENTIFIER):
            notes.append("the personal number is none that other registers know: it links rows of this register only")
        if not guess.has(Kind.ADDRESS, *ADDRESS_PARTS):
            notes.append("no address: nobody can be found to have lived with anybody")
    if layout is Layout.PERSONS:
        notes.append("no incidents: by itself this register gives no family histories")
    if layout is Layout.PARTIES and not guess.has(Kind.ROLE):
        notes.append("no column states what a person was in a case: every part is OTHER, which never counts")
    notes += [
        f"{g.column!r}: day and month could be the other way round; look at the extract's documentation"
        for g in guess.columns
        if g.ambiguous
    ]
    return notes
