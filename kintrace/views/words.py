"""English and Danish words for what the graph calls by codes."""

from __future__ import annotations

import datetime as dt

from linkage.intervals import FIRST_DAY, LAST_DAY
from linkage.vocabulary import CATEGORIES

RULES = {
    "a": "the child",
    "b": "parent",
    "c": "sibling",
    "d": "parent's partner",
    "e": "lived with the child",
}

CLASSES = {
    "A": "a member had a part in it",
    "B": "before that member joined the family",
    "C": "at the address, nobody of the family named",
}

ROLES = {
    "SUSPECT": "suspect",
    "CHARGED": "charged",
    "CONVICTED": "convicted",
    "RESTRAINED": "restrained by the order",
    "PROTECTED": "protected by the order",
    "INJURED": "injured party",
    "CHILD_PRESENT": "child present",
    "SUBJECT_OF_NOTIFICATION": "subject of the notification",
    "WITNESS": "witness",
    "REPORTER": "reported it",
    "OTHER": "other part",
}


def category(name: str) -> str:
    """A category in Danish and English.

    >>> category("domestic_disturbance")
    'husspektakler (domestic disturbance)'
    """
    known = CATEGORIES.get(name)
    if known is None:
        return name
    return known.danish if known.danish == known.english else f"{known.danish} ({known.english})"


def day(value: dt.date | None) -> str:
    """A date, or what its sentinel means.

    >>> day(dt.date(2020, 5, 1)), day(LAST_DAY), day(FIRST_DAY), day(None)
    ('2020-05-01', 'now', 'before', 'unknown')
    """
    if value is None:
        return "unknown"
    return {LAST_DAY: "now", FIRST_DAY: "before"}.get(value) or value.isoformat()


def span(valid_from: dt.date, valid_to: dt.date) -> str:
    """An interval as people write it."""
    return f"{day(valid_from)} – {day(valid_to)}"


def span_until(valid_from: dt.date, valid_to: dt.date, as_of: dt.date) -> str:
    """An interval as it stands on a day: without an end where it still goes on.

    >>> span_until(dt.date(2009, 4, 5), dt.date(2020, 1, 2), dt.date(2020, 1, 1))
    '2009-04-05 –'
    """
    return f"{day(valid_from)} –" if valid_to > as_of else span(valid_from, valid_to)


def confidence(probability: float) -> str:
    """A probability in per cent that rounding never turns into certainty.

    >>> confidence(0.9871), confidence(0.99987), confidence(1.0)
    ('98.7%', '>99.9%', '>99.9%')
    """
    return ">99.9%" if probability >= 0.9995 else f"{probability:.1%}"


def age(birth: dt.date | None, on: dt.date) -> str:
    """Age in whole years on a day.

    >>> age(dt.date(2010, 6, 1), dt.date(2020, 5, 31))
    '9 years'
    """
    if birth is None:
        return "age unknown"
    years = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
    return f"{years} years"


def district(name: str | None) -> str:
    """A police district without the word that all of them share.

    >>> district("Nordjyllands Politi")
    'Nordjyllands'
    """
    return name.removesuffix(" Politi") if name else "unknown"
