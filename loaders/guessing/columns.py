"""From titles and values to one guess for each column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loaders.guessing.dates import DateFit, fit_dates
from loaders.guessing.kinds import DATES, GUESSED, UNREAD, ColumnGuess, Kind
from loaders.guessing.sample import DOUBLED
from loaders.guessing.titles import title_scores
from loaders.guessing.values import LOOSE, STRICT, Column

_TELLING = {
    Kind.CPR: 0.95,
    Kind.IDENTIFIER_TYPE: 0.9,
    Kind.EMAIL: 0.95,
    Kind.ADDRESS: 0.85,
    Kind.SEX: 0.75,
    Kind.GIVEN: 0.75,
    Kind.SURNAME: 0.75,
    Kind.NAME: 0.75,
    Kind.POSTCODE: 0.75,
    Kind.CITY: 0.75,
    Kind.CATEGORY: 0.75,
    Kind.ROLE: 0.75,
    Kind.STREET: 0.65,
    Kind.COORDINATE: 0.6,
}
"""How sure a kind can be by its values alone."""
_ALONE = 0.6
"""Share of values that must fit where no title speaks for the kind."""
_VETO = 0.15
"""Below this share of fitting values a title is not believed."""
_DATED = 0.7
_LIFETIME = 25
"""Dates that spread over more years than this, without a title, are birth dates."""

_MEANS = {
    Kind.CPR: "are personal numbers",
    Kind.GIVEN: "are known given names",
    Kind.SURNAME: "are known surnames",
    Kind.NAME: "are whole names",
    Kind.SEX: "are codes of sex",
    Kind.ADDRESS: "are addresses",
    Kind.PLACE: "are addresses",
    Kind.POSTCODE: "are Danish postcodes",
    Kind.CITY: "are Danish towns",
    Kind.MUNICIPALITY: "are municipality codes",
    Kind.CATEGORY: "are known words for incidents",
    Kind.ROLE: "are known codes of roles",
    Kind.IDENTIFIER_TYPE: "are types of personal number",
    Kind.EMAIL: "are e-mail addresses",
    Kind.PHONE: "look like telephone numbers",
    Kind.STREET: "end like street names",
}
_KEYS = frozenset({Kind.RECORD_ID, Kind.CASE_ID, Kind.IDENTIFIER})
_SEVERAL = frozenset({*UNREAD, Kind.IDENTIFIER})


@dataclass(frozen=True, slots=True)
class _Choice:
    """A kind that a column could be."""

    column: int
    kind: Kind
    score: float
    why: str


def percent(share: float) -> str:
    """A share in whole per cent that rounding turns neither into all nor into nothing.

    >>> percent(0.996), percent(0.001), percent(1.0)
    ('>99%', '<1%', '100%')
    """
    if 0 < share < 0.005 or 0.995 <= share < 1:
        return "<1%" if share < 0.5 else ">99%"
    return f"{share:.0%}"


def _titled(score: float) -> str:
    if score >= 1:
        return "the title says so"
    return "a word in the title says so" if score >= 0.7 else "the title resembles a word for it"


def _fit_of(kind: Kind, column: Column, dates: DateFit) -> tuple[float, str] | None:
    """How much the values speak for a kind, and in what words; None where they cannot speak."""
    if kind in DATES:
        told = f"{percent(dates.share)} of the values are dates"
        return dates.share, told
    if kind not in STRICT and kind not in LOOSE:
        return None
    strict = STRICT[kind](column) if kind in STRICT else 0.0
    loose = LOOSE[kind](column) if kind in LOOSE else 0.0
    if kind in _KEYS:
        return strict, "no value stands there twice" if column.unique else "values repeat"
    if strict >= 0.6 * loose or strict >= 0.5:
        return strict, f"{percent(strict)} of the values {_MEANS.get(kind, 'fit')}"
    return 0.6 * loose, "the values could be"


def _choices(number: int, column: Column, read_as: str, dates: DateFit) -> Iterator[_Choice]:
    titled = title_scores(read_as)
    if DOUBLED in column.title or not column.filled:
        return
    for kind in Kind:
        title = titled.get(kind, 0.0)
        if not title and kind not in _TELLING:
            continue
        fit = _fit_of(kind, column, dates)
        share, told = fit or (0.0, "")
        alone = _TELLING.get(kind, 0.0) * share if share > _ALONE else 0.0
        if fit is None:
            score, why = 0.85 * title, _titled(title)
        elif share < _VETO:
            score, why = 0.2 * title, f"{_titled(title)}, but {told}"
        else:
            by_title = title * (0.55 + 0.45 * min(1.0, share / 0.8))
            score = max(by_title, alone, min(1.0, by_title + 0.15) if alone and title else 0.0)
            why = f"{_titled(title)}; {told}" if title else told
        if score >= 0.3:
            yield _Choice(number, kind, score, why)
    if dates.share >= _DATED and not titled.keys() & DATES and dates.lifetime > _LIFETIME:
        yield _Choice(number, Kind.BIRTH_DATE, 0.5, f"{percent(dates.share)} are dates, spread like birth dates")


def _unknown(column: Column, read_as: str, dates: DateFit) -> str:
    """Why a column is not read."""
    if DOUBLED in column.title:
        return "its title is empty or stands there twice: give each column its own title"
    if not column.filled:
        return "it is empty in the sample"
    if dates.short_years > 0.5 and set(title_scores(read_as)) & DATES:
        return "its years have two digits, which do not tell the century: write them out in the extract"
    if dates.share >= _DATED:
        return "it holds dates, but the title does not say of what"
    return "neither its title nor its values say what it holds"


def guess_columns(columns: Sequence[Column], read_as: Sequence[str]) -> tuple[ColumnGuess, ...]:
    """What each column holds; a kind that only one column can have goes to the likeliest."""
    dates = [fit_dates(c.sample) for c in columns]
    found = [list(_choices(n, c, t, d)) for n, (c, t, d) in enumerate(zip(columns, read_as, dates, strict=True))]
    taken: dict[Kind, int] = {}
    given: dict[int, _Choice] = {}
    for one in sorted((c for many in found for c in many), key=lambda c: (-round(c.score, 6), c.column, c.kind)):
        free = one.kind not in taken or one.kind in _SEVERAL
        if one.column not in given and free and one.score >= GUESSED:
            given[one.column] = one
            taken.setdefault(one.kind, one.column)
    guesses = []
    for number, column in enumerate(columns):
        chosen = given.get(number)
        if chosen is None:
            lost = next((c for c in sorted(found[number], key=lambda c: -c.score) if c.score >= GUESSED), None)
            why = _unknown(column, read_as[number], dates[number])
            if lost is not None:
                why = f"it seems to be {lost.kind} too, which {columns[taken[lost.kind]].title!r} already is"
            guesses.append(ColumnGuess(column.title, None, 0.0, why))
            continue
        others = tuple(c.kind for c in found[number] if c.kind != chosen.kind and c.score >= chosen.score - 0.12)
        dated = dates[number] if chosen.kind in DATES else DateFit((), 0.0)
        guesses.append(
            ColumnGuess(column.title, chosen.kind, chosen.score, chosen.why, dated.formats, dated.ambiguous, others)
        )
    return _one_word_names(guesses, columns)


def _one_word_names(guesses: list[ColumnGuess], columns: Sequence[Column]) -> tuple[ColumnGuess, ...]:
    """A "name" of one word beside a surname is the given name."""
    kinds = {g.kind for g in guesses}
    if Kind.NAME not in kinds or Kind.GIVEN in kinds or Kind.SURNAME not in kinds:
        return tuple(guesses)
    at = next(n for n, g in enumerate(guesses) if g.kind is Kind.NAME)
    if columns[at].words < 1.5:
        old = guesses[at]
        guesses[at] = ColumnGuess(old.column, Kind.GIVEN, 0.7, "a name of one word beside a surname")
    return tuple(guesses)
