"""Which register a record stands in: one file per district, and an older one where the district changed its system."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from linkage.intervals import LAST
from loaders.synth.habits import OLD_SETTINGS, habits_of, mapping_of_habits, replaced_districts
from loaders.synth.sampling import Ints

_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """One register of the synthetic Denmark."""

    name: str
    """The register's name in mappings and record ids."""
    title: str
    district: str
    path: str
    """Below the output folder."""
    encoding: str
    settings: str = ""
    """Further lines of its mapping's ``[register]``."""
    sections: str = ""
    """Further tables of its mapping."""
    old: bool = False
    """Whether it is the older layout of a district that changed its system."""


def slug(district: str) -> str:
    """A district's name for files and registers.

    >>> slug("Nordjyllands Politi"), slug("Midt- og Vestsjællands Politi")
    ('nordjylland', 'midt-og-vestsjaelland')
    """
    name = district.removesuffix(" Politi").removesuffix("s").lower()
    for letter, ascii_ in (("æ", "ae"), ("ø", "oe"), ("å", "aa"), ("- ", "-"), (" ", "-")):
        name = name.replace(letter, ascii_)
    return name


def case_registers(districts: tuple[str, ...]) -> list[RegisterFile]:
    """One case register per district, every third in Windows-1252, every fourth compressed; then the older ones."""
    present = [
        RegisterFile(
            name=f"polsas-{slug(d)}",
            title=f"Sagsregister, {d}",
            district=d,
            path=f"registers/politi/{slug(d)}.csv" + (".gz" if i % 4 == 3 else ""),
            encoding="windows-1252" if i % 3 == 1 else "utf-8",
            sections=mapping_of_habits(d),
        )
        for i, d in enumerate(districts)
    ]
    older = [
        RegisterFile(
            name=f"polsas-{slug(districts[i])}-gammel",
            title=f"Sagsregister til {habits_of(districts[i]).replaced}, {districts[i]}",
            district=districts[i],
            path=f"registers/politi/{slug(districts[i])}-gammel.csv",
            encoding="windows-1252",
            settings=OLD_SETTINGS,
            sections=mapping_of_habits(districts[i], old=True),
            old=True,
        )
        for i in replaced_districts(districts)
    ]
    return present + older


def changeovers(districts: tuple[str, ...]) -> Ints:
    """The first day of each district's present register, in days since 1970-01-01; before all days for most."""
    days = [habits_of(d).replaced for d in districts]
    return np.array([-LAST if d is None else (d - _EPOCH).days for d in days], dtype=np.int64)


def closing_days(districts: tuple[str, ...], end: int) -> Ints:
    """The day after the last one on which something was entered in each register of :func:`case_registers`."""
    older = list(replaced_districts(districts))
    return np.asarray(np.r_[np.full(len(districts), end), changeovers(districts)[older]], dtype=np.int64)


def register_of(districts: tuple[str, ...], district: Ints, entered: Ints) -> Ints:
    """Number of the register, in the order of :func:`case_registers`, in which a record entered on a day stands."""
    older = np.arange(len(districts))
    older[list(replaced_districts(districts))] = len(districts) + np.arange(len(replaced_districts(districts)))
    return np.where(entered < changeovers(districts)[district], older[district], district)
