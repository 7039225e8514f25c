"""The words of the printed family history in English and Danish, and the shapes that stand for kinds.

The words are data (``templates/history_words.toml``); registers' own words are shown as they are stated.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from linkage.intervals import FIRST_DAY, LAST_DAY
from linkage.vocabulary import CATEGORIES

Language = Literal["en", "da"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

SHORTENED = 60
"""Characters of a name or place after which it is cut where it is not told in full."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((files("kintrace.views") / "templates" / "history_words.toml").read_text("utf-8"))


@cache
def _shape_of() -> Mapping[str, str]:
    return {kind: shape for shape, told in _data()["shapes"].items() for kind in told["kinds"]}


@dataclass(frozen=True, slots=True)
class Words:
    """Every word of the page in one language."""

    language: Language

    def _pick(self, group: str, name: str) -> str:
        return str(_data()[group][name][LANGUAGES.index(self.language)])

    def __call__(self, name: str, **values: object) -> str:
        """A text of the page, with its values filled in.

        >>> Words("da")("since_word", day="2020-05-01")
        'siden 2020-05-01'
        """
        return self._pick("texts", name).format(**values) if values else self._pick("texts", name)

    def rule(self, letter: str) -> str:
        """What a person under this rule is to the child."""
        return self._pick("rules", letter)

    def role(self, role: str) -> str:
        """A role in an incident; an unknown one as it is."""
        return self._pick("roles", role) if role in _data()["roles"] else role

    def short_role(self, role: str) -> str:
        """A role in a word that fits beside a mark."""
        return self._pick("short_roles", role) if role in _data()["short_roles"] else role

    def kind(self, category: str) -> str:
        """A category of incident in full.

        >>> Words("en").kind("domestic_disturbance"), Words("da").kind("domestic_disturbance")
        ('domestic disturbance (husspektakler)', 'husspektakler')
        """
        known = CATEGORIES.get(category)
        if known is None:
            return category
        if self.language == "da" or known.english == known.danish:
            return known.danish
        return f"{known.english} ({known.danish})"

    def short_kind(self, category: str) -> str:
        """A category in a word that fits beside a mark."""
        return self._pick("short_kinds", category) if category in _data()["short_kinds"] else category

    def shapes(self) -> list[tuple[str, str]]:
        """Each shape and the kinds that it stands for, in words."""
        at = LANGUAGES.index(self.language)
        return [(name, str(told["words"][at])) for name, told in _data()["shapes"].items()]

    def day(self, value: dt.date | None) -> str:
        """A date, or what its sentinel means.

        >>> Words("en").day(dt.date(2020, 5, 1)), Words("en").day(LAST_DAY), Words("da").day(None)
        ('2020-05-01', 'now', 'ukendt')
        """
        if value is None:
            return self("unknown")
        return {LAST_DAY: self("now"), FIRST_DAY: self("before")}.get(value) or value.isoformat()

    def span(self, valid_from: dt.date, valid_to: dt.date, as_of: dt.date) -> str:
        """A half-open interval as it stands on a day: without an end where it still goes on.

        >>> Words("en").span(dt.date(2020, 5, 1), LAST_DAY, dt.date(2021, 1, 1))
        '2020-05-01 –'
        """
        end = "" if valid_to > as_of else f" {self.day(valid_to)}"
        return f"{self.day(valid_from)} –{end}"

    def age(self, birth: dt.date | None, on: dt.date) -> str:
        """Age in whole years on a day."""
        if birth is None:
            return self("unknown")
        return self("years", n=on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day)))

    def confidence(self, probability: float) -> str:
        """A probability in per cent that rounding never turns into certainty.

        >>> Words("da").confidence(0.9871), Words("en").confidence(1.0)
        ('98,7 %', '>99.9%')
        """
        text = ">99.9%" if probability >= 0.9995 else f"{probability:.1%}"
        return text.replace(".", ",").replace("%", " %") if self.language == "da" else text

    def district(self, name: str | None) -> str:
        """A police district without the word that all of them share."""
        return name.removesuffix(" Politi") if name else self("unknown")


def shape(category: str) -> str:
    """The shape of a mark of this kind.

    >>> shape("simple_violence"), shape("never heard of")
    ('diamond', 'bar')
    """
    return _shape_of().get(category, "bar")


def printable(text: str) -> str:
    r"""A text of a register without what no page may hold: control characters become a visible sign.

    >>> printable("Ib\x00 Holm")
    'Ib� Holm'
    """
    return _UNPRINTABLE.sub("\ufffd", text)


def shortened(text: str, most: int = SHORTENED) -> str:
    """At most so many characters, with an ellipsis where some are missing.

    >>> shortened("Karen Holm", 6)
    'Karen…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
