"""Numbers, limits, findings and changes of registers in words, in English or Danish."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kintrace.views.registers.words import REASONS, TEXTS

if TYPE_CHECKING:
    from loaders.expectations import Change, Finding

LANGUAGES = ("en", "da")

FEW = 5
"""Counts of persons' attributes below this are not shown."""


_PERCENT = "\u00a0%"
"""Danish sets a space before the sign, and no line may break there."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's way of saying things."""

    language: str = "en"

    def say(self, key: str, **values: object) -> str:
        """A text of this language with its values put in."""
        return TEXTS[key][LANGUAGES.index(self.language)].format(**values)

    def count(self, number: float) -> str:
        """A whole number with its thousands apart.

        >>> Wording("en").count(12345), Wording("da").count(12345)
        ('12,345', '12.345')
        """
        text = f"{round(number):,}"
        return text if self.language == "en" else text.replace(",", ".")

    def some(self, number: int) -> str:
        """A count that might single somebody out, blurred where it is small."""
        return self.count(number) if number == 0 or number >= FEW else self.say("few")

    def percent(self, share: float | None) -> str:
        r"""A share that rounding turns neither into all nor into nothing.

        >>> Wording("en").percent(0.9996), Wording("da").percent(0.5), Wording().percent(None)
        ('>99.9%', '50,0\xa0%', '–')
        """
        if share is None:
            return "–"
        low, high = 0 < share < 0.0005, 0.9995 <= share < 1
        text = "<0.1" if low else ">99.9" if high else f"{100 * share:.1f}" if 0 < share < 1 else f"{100 * share:.0f}"
        return f"{text}%" if self.language == "en" else text.replace(".", ",") + _PERCENT

    def day(self, ordinal: float | dt.date | None) -> str:
        """A date, also from its ordinal."""
        if ordinal is None:
            return "–"
        return (ordinal if isinstance(ordinal, dt.date) else dt.date.fromordinal(int(ordinal))).isoformat()

    def reason(self, stated: str) -> str:
        """Why something was refused."""
        return REASONS.get(stated, stated) if self.language == "da" else stated

    def limit(self, one: Finding) -> str:
        """What an expectation asks for."""
        if one.unit == "day":
            return self.say("no_older")
        if one.unit in ("change", "points"):
            within = self._round(one.limit) if one.unit == "change" else self._points(one.limit)
            return self.say("within", x=("±" if one.unit == "change" else "") + within)
        most = one.unit in ("most", "days") or one.key.endswith(".max")
        number = self._round(one.limit) if one.unit in ("most", "least") else self._number(one, one.limit)
        return self.say("at_most" if most else "at_least", x=number)

    def found(self, one: Finding) -> str:
        """What the extract has, or why it was not judged."""
        if one.found is None:
            return self.say(one.why) if one.why else "–"
        change = ""
        if one.unit == "change" and one.before and one.before != one.found:
            change = f" ({self.change_of(one.before, one.found)})"
        return self._number(one, one.found) + change

    def before(self, one: Finding) -> str:
        """What the run before had."""
        return self._number(one, one.before) if one.before is not None else "–"

    def verdict(self, one: Finding, *, accepted: bool = False) -> str:
        """Kept, broken, or why it was not judged."""
        if one.state == "not_judged":
            return self.say("not_judged") + (f": {self.say(one.why)}" if one.why else "")
        return self.say("accepted" if accepted and one.state == "broken" else one.state)

    def change(self, one: Change) -> str:
        """A change as a clause about its register."""
        number = {"rows": self.count, "share": self.percent, "day": self.day}[one.unit]
        before, now = (number(side) if side is not None else "–" for side in (one.before, one.now))
        key = f"change_{one.what}"
        if one.what == "rows":
            if not one.before:
                return self.say("change_rows_new", subject=one.subject, now=now)
            change = self.change_of(one.before, one.now or 0)
            return self.say(key, subject=one.subject, before=before, now=now, change=change)
        return self.say(key, subject=one.subject, before=before, now=now)

    def change_of(self, before: float, now: float) -> str:
        r"""By what share a number grew or shrank; many times over in times.

        >>> Wording().change_of(1000, 510), Wording().change_of(100, 1000), Wording("da").change_of(100, 102)
        ('−49%', '×10', '+2\xa0%')
        """
        ratio = now / before
        if ratio >= 3:
            return f"×{ratio:.0f}"
        text = f"{'+' if now >= before else '−'}{abs(100 * (ratio - 1)):.0f}"
        return f"{text}%" if self.language == "en" else text + _PERCENT

    def _round(self, share: float) -> str:
        """A share as somebody chose it, without figures that say nothing."""
        text = f"{100 * share:g}"
        return f"{text}%" if self.language == "en" else text.replace(".", ",") + _PERCENT

    def _points(self, share: float) -> str:
        return self.say("points", n=f"{100 * share:g}")

    def _number(self, one: Finding, number: float) -> str:
        if one.unit in ("rows", "values", "change"):
            return self.count(number)
        if one.unit == "days":
            return self.say("day") if number == 1 else self.say("days", n=self.count(number))
        return self.day(number) if one.unit == "day" else self.percent(number)
