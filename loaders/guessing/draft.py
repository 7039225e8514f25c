"""A mapping in TOML, drafted from a guess, with the reason of every line beside it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from loaders.guessing.codes import Codes, codes_of
from loaders.guessing.columns import percent
from loaders.guessing.dates import swapped
from loaders.guessing.guess import Guess, Layout
from loaders.guessing.kinds import ADDRESS_PARTS, DATES, RELATIVES, UNREAD, ColumnGuess, Kind
from loaders.guessing.titles import fold

ROLE = "rows"
"""What the drafted mapping calls the file."""

_WIDTH = 60
_PERSON = (Kind.NAME, Kind.GIVEN, Kind.MIDDLE, Kind.SURNAME)
_CHOICES = {
    "role": "SUSPECT, CHARGED, CONVICTED, INJURED, WITNESS, REPORTER, CHILD_PRESENT, OTHER",
    "category": "the words are in docs/mappings.md; an unknown code is read as other",
    "sex": "F or M",
}


def quoted(text: str) -> str:
    r"""A text as TOML writes it.

    >>> quoted('Køn "kode"')
    '"Køn \\"kode\\""'
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def register_name(stem: str) -> str:
    """A register's name out of a file's.

    >>> register_name("Sagsliste 2024 (Århus)")
    'sagsliste-2024-aarhus'
    """
    return re.sub(r"[^a-z0-9]+", "-", fold(stem)).strip("-")[:40] or "register"


@dataclass(slots=True)
class _Draft:
    """Lines of a mapping, and the columns that they read."""

    guess: Guess
    today: dt.date
    formats: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def line(self, text: str, why: str = "") -> None:
        self.lines.append(f"{text:<{_WIDTH}}  # {why}".rstrip() if why else text)

    def head(self, section: str, why: str = "") -> None:
        self.lines.append("")
        self.line(f"[{section}]", why)

    def cell(self, key: str, kind: Kind) -> None:
        """The line of a field, if a column was taken for it."""
        one = self.guess.guess_of(kind)
        if one is None:
            return
        self.used.add(one.column)
        text = self._cell(one)
        self.line(f"{key} = {text}", f"{one.sure}: {one.why}{self._doubt(one)}")

    def _doubt(self, one: ColumnGuess) -> str:
        if one.ambiguous:
            others = [o for f in one.formats if (o := swapped(f))]
            return f"; day and month may be the other way round: then formats = {json.dumps(others)}"
        return f"; it could also be {', '.join(one.alternatives)}" if one.alternatives else ""

    def _cell(self, one: ColumnGuess) -> str:
        if one.kind is Kind.BIRTH_YEAR:
            return f'{{ column = {quoted(one.column)}, formats = ["%Y"] }}'
        if one.kind in DATES and not self._general(one):
            return f"{{ column = {quoted(one.column)}, formats = {json.dumps(list(one.formats))} }}"
        return quoted(one.column)

    def _general(self, one: ColumnGuess) -> bool:
        """Whether the register's formats read the column as its own would."""
        return not one.ambiguous and set(one.formats) <= set(self.formats) and not _conflict(one.formats, self.formats)

    def mapped(self, key: str, kind: Kind) -> None:
        """A field read through a map of the register's codes."""
        one = self.guess.guess_of(kind)
        if one is None:
            return
        self.used.add(one.column)
        self.line(f"{key} = {{ column = {quoted(one.column)}, map = {quoted(key)} }}", f"{one.sure}: {one.why}")

    def key(self, name: str, columns: tuple[str, ...]) -> None:
        self.used |= set(columns)
        text = quoted(columns[0]) if len(columns) == 1 else f"[{', '.join(map(quoted, columns))}]"
        self.line(f"{name} = {text}", "what names the row; becomes NAME:VALUE")


def _conflict(formats: tuple[str, ...], general: list[str]) -> bool:
    return any(swapped(f) in general for f in formats)


def draft_mapping(guess: Guess, *, name: str, files: str, today: dt.date) -> str:
    """The text of a mapping that reads the register as it was guessed, ready for ``read_mapping``.

    ``files`` is where the register lies, as the mapping is to state it; ``today`` stands for the date of
    the extract, which no file tells.
    """
    draft = _Draft(guess, today)
    for one in guess.columns:
        if one.kind in DATES and not one.ambiguous and not _conflict(one.formats, draft.formats):
            draft.formats += [f for f in one.formats if f not in draft.formats]
    draft.formats = draft.formats or ["%Y-%m-%d"]
    _register(draft, name, files)
    _maps(draft)
    if guess.layout in (Layout.PERSONS, Layout.PARTIES):
        _persons(draft)
        _residences(draft)
        _relations(draft)
    if guess.layout in (Layout.PARTIES, Layout.INCIDENTS):
        _incidents(draft)
    if guess.layout is Layout.PARTIES:
        _involvements(draft)
    draft.lines += ["", *_unread(draft)]
    return "\n".join(line.rstrip() for line in draft.lines).strip() + "\n"


def _register(draft: _Draft, name: str, files: str) -> None:
    guess, sample = draft.guess, draft.guess.sample
    draft.line(f"# Drafted from {'all' if sample.whole else 'a sample of'} {len(sample.table)} rows. Read every line;")
    draft.line("# then: kintrace registers check THIS_FILE")
    draft.lines += [f"# Mind: {note}." for note in guess.notes]
    draft.head("register")
    draft.line(f"name = {quoted(name)}", "begins every record id")
    draft.line(f"title = {quoted(name)}", "what reports call it")
    invented = "month + 80 marks the numbers as invented" if guess.synthetic else "true only if nobody in it exists"
    draft.line(f"synthetic = {'true' if guess.synthetic else 'false'}", invented)
    draft.line(f"extract_date = {draft.today.isoformat()}", "the day of the guess: put the day the extract was drawn")
    if sample.kind in ("delimited", "json lines"):
        draft.line(f"encoding = {quoted(sample.encoding)}", "as the bytes of the sample are written")
    if sample.kind == "delimited":
        draft.line(f"delimiter = {quoted(sample.delimiter)}", "parts most lines into equally many columns")
    draft.line(f"date_formats = {json.dumps(draft.formats)}", "of the date columns below, the most frequent first")
    if guess.has(Kind.DISTRICT):
        one = guess.guess_of(Kind.DISTRICT)
        assert one is not None  # noqa: S101
        draft.used.add(one.column)
        draft.line(f"district_column = {quoted(one.column)}", f"{one.sure}: {one.why}")
    else:
        draft.line('# district = "Nordjyllands Politi"', "the police district, if the register is of one")
    draft.head("register.files")
    stated = dict(sample.form)
    if "url" not in stated:
        stated = {"path": files, **stated}
    pairs = [f"{key} = {quoted(value)}" for key, value in stated.items()]
    pairs += [f"header_row = {sample.header_row}"] if sample.header_row != 1 else []
    draft.line(f"{ROLE} = {{ {', '.join(pairs)} }}" if len(pairs) > 1 else f"{ROLE} = {quoted(files)}")


def _maps(draft: _Draft) -> None:
    """``[maps.*]`` with the codes found: the known ones mapped, the others to decide."""
    wanted = [("sex", Kind.SEX)] if draft.guess.layout is not Layout.INCIDENTS else []
    if draft.guess.layout in (Layout.PARTIES, Layout.INCIDENTS):
        wanted += [("category", Kind.CATEGORY), ("role", Kind.ROLE)]
    for name, kind in wanted:
        column = draft.guess.of(kind)
        if column is not None:
            _map(draft, name, codes_of(draft.guess.column(column), name))


def _map(draft: _Draft, name: str, codes: Codes) -> None:
    draft.head(f"maps.{name}", f"code = canonical word; {percent(codes.share)} of the rows are known")
    for code, word in codes.known.items():
        draft.line(f"{quoted(code)} = {quoted(word)}")
    for code in codes.unknown:
        draft.line(f"# {quoted(code)} = {quoted('')}", f"unknown: {_CHOICES[name]}")
    if codes.untold:
        draft.line(f"# {codes.untold} further values are rare or not fit to be shown")


def _persons(draft: _Draft) -> None:
    guess = draft.guess
    draft.head("persons.person", "one mention per row")
    draft.line(f'from = "{ROLE}"')
    _when(draft)
    draft.key("record_id", guess.record_key)
    for kind in _PERSON:
        draft.cell(kind.value, kind)
    draft.cell("earlier_surnames", Kind.EARLIER_SURNAME)
    parts = [guess.of(k) for k in (Kind.BIRTH_YEAR, Kind.BIRTH_MONTH, Kind.BIRTH_DAY)]
    if guess.has(Kind.BIRTH_DATE):
        draft.cell("birth_date", Kind.BIRTH_DATE)
    elif all(parts):
        columns = [p for p in parts if p]
        draft.used |= set(columns)
        draft.line(f"birth_date = {{ parts = [{', '.join(map(quoted, columns))}] }}", "year, month and day")
    else:
        draft.cell("birth_date", Kind.BIRTH_YEAR)
    draft.mapped("sex", Kind.SEX)
    draft.cell("deceased", Kind.DECEASED)
    _identifiers(draft)
    draft.cell("known_from", Kind.KNOWN_FROM)


def _when(draft: _Draft) -> None:
    if draft.guess.when:
        draft.line(f"when = {quoted(draft.guess.when)}", "filled where a row names a person; some rows name none")


def _identifiers(draft: _Draft) -> None:
    guess, stated = draft.guess, []
    kind = guess.of(Kind.IDENTIFIER_TYPE)
    why = []
    for one in guess.columns:
        if one.kind is Kind.CPR:
            typed = f", type = {quoted(kind)}" if kind else ""
            stated.append(f"{{ column = {quoted(one.column)}{typed} }}" if typed else quoted(one.column))
            draft.used |= {one.column, *([kind] if kind else [])}
            why.append(f"{one.sure}: {one.why}")
        elif one.kind is Kind.IDENTIFIER:
            stated.append(f'{{ column = {quoted(one.column)}, stated = "LOCAL" }}')
            draft.used.add(one.column)
            why.append("a number of persons that is no CPR number: it proves identity in this register only")
    if stated:
        text = stated[0] if len(stated) == 1 else f"[{', '.join(stated)}]"
        draft.line(f"identifiers = {text}", "; ".join(why))


def _residences(draft: _Draft) -> None:
    guess = draft.guess
    if not guess.has(Kind.ADDRESS, *ADDRESS_PARTS):
        return
    draft.head("residences.home", "where the person lived")
    draft.line(f'from = "{ROLE}"')
    _when(draft)
    draft.key("record_id", guess.record_key)
    _place(draft)
    spell = guess.has(Kind.VALID_FROM)
    if spell:
        draft.line('uncertainty = { constant = "registered" }', "a stay with its dates")
        draft.cell("valid_from", Kind.VALID_FROM)
        draft.cell("valid_to", Kind.VALID_TO)
    else:
        draft.line('uncertainty = { constant = "stated" }', "no date of moving in: the address is known for one day")
        dated = [c for k in (Kind.OCCURRED, Kind.REPORTED, Kind.KNOWN_FROM) if (c := guess.of(k))]
        if guess.layout is Layout.PARTIES and dated:
            draft.line(f"valid_from = {_first_date(draft, dated)}", "the day of the case")
        else:
            day = f'{{ constant = "{draft.today.isoformat()}", formats = ["%Y-%m-%d"] }}'
            draft.line(f"valid_from = {day}", "the day of the extract: change it with extract_date")
    draft.cell("known_from", Kind.KNOWN_FROM)


def _first_date(draft: _Draft, columns: list[str]) -> str:
    draft.used |= set(columns)
    listed = ", ".join(map(quoted, columns))
    formats = [f for c in columns for g in draft.guess.columns if g.column == c for f in g.formats]
    own = dict.fromkeys(formats)
    if set(own) <= set(draft.formats):
        return f"{{ first = [{listed}] }}"
    return f"{{ first = [{listed}], formats = {json.dumps(list(own))} }}"


def _place(draft: _Draft) -> None:
    for kind in (Kind.ADDRESS, *ADDRESS_PARTS, Kind.MUNICIPALITY):
        draft.cell(kind.value, kind)


def _relations(draft: _Draft) -> None:
    for kind in RELATIVES:
        one = draft.guess.guess_of(kind)
        if one is None:
            continue
        draft.head(f"relations.{kind.value}", "by personal number: the other need not stand in this register")
        draft.line(f'from = "{ROLE}"')
        draft.line(f"when = {quoted(one.column)}")
        draft.key("record_id", draft.guess.record_key)
        draft.line('kind = { constant = "parent" }')
        draft.used.add(one.column)
        draft.line(f"other_identifier = {quoted(one.column)}", f"{one.sure}: {one.why}")


def _incidents(draft: _Draft) -> None:
    guess = draft.guess
    draft.head("incidents.case", "one per case; rows of one case are joined")
    draft.line(f'from = "{ROLE}"')
    draft.key("incident_id", guess.case_key)
    number = Kind.JOURNAL_NUMBER if guess.has(Kind.JOURNAL_NUMBER) else Kind.CASE_ID
    draft.cell("journal_number", number)
    draft.cell("journal_reference", Kind.JOURNAL_REFERENCE)
    if guess.has(Kind.CATEGORY):
        draft.mapped("category", Kind.CATEGORY)
    else:
        draft.line('category = { constant = "other" }', "no column says what happened")
    draft.cell("code", Kind.CODE)
    draft.cell("occurred", Kind.OCCURRED)
    draft.cell("reported", Kind.REPORTED)
    if guess.has(Kind.PLACE):
        draft.cell("address", Kind.PLACE)
    elif guess.layout is Layout.INCIDENTS:
        _place(draft)
    draft.cell("status", Kind.STATUS)
    draft.cell("outcome", Kind.OUTCOME)
    if guess.has(Kind.OUTCOME) and guess.layout is Layout.PARTIES:
        draft.line('varying = "outcome"', "parties of one case may have different ones")
    draft.cell("known_from", Kind.KNOWN_FROM)


def _involvements(draft: _Draft) -> None:
    guess = draft.guess
    draft.head("involvements.party", "what the person was in the case")
    draft.line(f'from = "{ROLE}"')
    _when(draft)
    draft.key("incident_id", guess.case_key)
    draft.key("record_id", guess.record_key)
    if guess.has(Kind.ROLE):
        draft.mapped("role", Kind.ROLE)
        draft.cell("stated_role", Kind.ROLE)
    else:
        draft.line('role = { constant = "OTHER" }', f"no column says it; else one of {_CHOICES['role']}")
    draft.cell("known_from", Kind.KNOWN_FROM)


def _unread(draft: _Draft) -> Iterator[str]:
    for one in draft.guess.columns:
        if one.column not in draft.used:
            yield f"# not read: {quoted(one.column)} because {why_unread(draft.guess, one)}"


def why_unread(guess: Guess, one: ColumnGuess) -> str:
    """Why the mapping reads a column nowhere."""
    if one.kind is None:
        return one.why
    if one.kind in UNREAD:
        return f"it seems to be {one.kind.value.replace('_', ' ')}: {UNREAD[one.kind]}"
    return f"it seems to be {one.kind.value.replace('_', ' ')}, which {guess.layout.value} have no use for"
