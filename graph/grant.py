"""The permission that every read carries: who asks, for which case, on what legal basis, until when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from graph.errors import GrantError


@dataclass(frozen=True, slots=True)
class Grant:
    """A purpose stated before a look-up; no function that shows a person works without one."""

    case: str
    """Case id, or ``DEMO`` for a run that declares itself synthetic."""
    purpose: str
    legal_basis: str
    holder: str
    """Who asks."""
    valid_until: dt.date
    """First day on which the grant no longer holds."""
    own_roles_of_children: bool = False
    """Whether the holder may see incidents laid to a child itself (a separate right, from 15 years)."""

    synthetic: bool = False
    """Whether the registers looked into are synthetic, so that answers must be marked DEMO."""

    def check(self, today: dt.date) -> None:
        """Refuse a grant that states no case or purpose, or that has run out.

        Raises:
            GrantError: With what is missing.
        """
        if not (self.case.strip() and self.purpose.strip() and self.legal_basis.strip() and self.holder.strip()):
            raise GrantError("the grant names no case, purpose, legal basis or holder", hint="open a case first")
        if today >= self.valid_until:
            raise GrantError(f"the grant for case {self.case} ran out on {self.valid_until}", hint="renew the case")

    @property
    def demo(self) -> bool:
        """Whether answers must be marked DEMO."""
        return self.synthetic or self.case == DEMO_CASE


DEMO_CASE = "DEMO"


def demo_grant(holder: str = "demo") -> Grant:
    """The grant that a synthetic run gives itself; it never applies to real registers.

    >>> demo_grant().demo
    True
    """
    return Grant(
        case=DEMO_CASE,
        purpose="demonstration on synthetic data",
        legal_basis="none needed: no real person",
        holder=holder,
        valid_until=dt.date(9999, 12, 31),
    )
