"""The case registers of the twelve police districts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from linkage.intervals import LAST
from linkage.vocabulary import CATEGORIES, Role
from loaders.synth import tables
from loaders.synth.address_text import address_texts, clerk_styles
from loaders.synth.mentions import Mentioned, People, Written, danish_dates, write_mentions
from loaders.synth.records import UNKNOWN, Events, Records
from loaders.synth.sampling import Bools, Ints, Rng, Texts, choose
from loaders.synth.sloppiness import draw_sloppiness
from loaders.synth.writing import write_rows

_CODES: dict[str, tuple[tuple[str, float], ...]] = {
    Role.CHARGED.value: (("SIG", 1.0),),
    Role.SUSPECT.value: (("MIS", 0.8), ("ARR", 0.2)),
    Role.CONVICTED.value: (("DOM", 1.0),),
    Role.RESTRAINED.value: (("TIL", 1.0),),
    Role.PROTECTED.value: (("BES", 1.0),),
    Role.INJURED.value: (("FOU", 0.6), ("A/F", 0.4)),
    Role.CHILD_PRESENT.value: (("BARN", 1.0),),
    Role.WITNESS.value: (("VID", 1.0),),
    Role.REPORTER.value: (("ANM", 1.0),),
    Role.OTHER.value: (("PAR", 1.0),),
}
_STATUS = (("Afsluttet", 0.72), ("Under efterforskning", 0.12), ("Henlagt", 0.16))
_OUTCOMES = (("", 0.45), ("Henlagt", 0.2), ("Bøde", 0.13), ("Dom", 0.12), ("Tiltalefrafald", 0.05), ("Frifundet", 0.05))


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
    """One case register per district: every third in Windows-1252, every fourth compressed."""
    return [
        RegisterFile(
            name=f"polsas-{slug(d)}",
            title=f"Sagsregister, {d}",
            district=d,
            path=f"registers/politi/{slug(d)}.csv" + (".gz" if i % 4 == 3 else ""),
            encoding="windows-1252" if i % 3 == 1 else "utf-8",
        )
        for i, d in enumerate(districts)
    ]


def _role_codes(roles: Texts, rng: Rng) -> Texts:
    codes = np.full(len(roles), "", dtype=object)
    for role, options in _CODES.items():
        rows = np.flatnonzero(roles == role)
        codes[rows] = np.array([c for c, _ in options], dtype=object)[choose(rng, [w for _, w in options], len(rows))]
    return codes


def _places(people: People, events: Events, records: Records, rates: dict[str, float], rng: Rng) -> Texts:
    """The text of each record's place: a home, or only the name of a town."""
    places = people.country.places
    unit = events.unit[records.event]
    at_home = unit >= 0
    # the street of an incident away from home is the event's, so that all its records name the same one
    first, count = np.searchsorted(places.street_municipality, events.town), np.bincount(places.street_municipality)
    streets = (first + (rng.random(len(events.town)) * count[events.town]).astype(np.int64))[records.event]
    texts = places.street_name[streets] + ", " + places.street_postcode[streets] + " " + places.street_city[streets]
    cut = rng.random(len(unit)) < rates["place_no_unit"]
    typo = rng.random(len(unit)) < rates["address_typo"]
    styles = clerk_styles(records.clerk, len(places.districts), rng)
    rows = np.flatnonzero(at_home)
    texts[rows] = address_texts(places, unit[rows], styles[rows], without_unit=cut[rows], mistyped=typo[rows], rng=rng)
    return np.asarray(texts, dtype=object)


def _case_columns(records: Records, place: Texts, rng: Rng) -> dict[str, Texts]:
    n = len(records.event)
    danish = np.array([CATEGORIES[k].danish for k in records.kind], dtype=object)
    occurred = danish_dates(np.where(records.occurred == UNKNOWN, 0, records.occurred))
    withdrawn = danish_dates(np.where(records.withdrawn == LAST, 0, records.withdrawn))
    pick = {
        name: np.array([k for k, _ in options], dtype=object)[choose(rng, [w for _, w in options], n)]
        for name, options in (("status", _STATUS), ("outcome", _OUTCOMES))
    }
    return {
        "Journalnr": records.journal,
        "Referencenr": records.reference,
        "Kategori": danish,
        "Gerningskode": np.array([tables.OFFENCE_CODES[k] for k in records.kind], dtype=object),
        "Gerningsdato": np.where(records.occurred == UNKNOWN, "", occurred).astype(object),
        "Anmeldtdato": danish_dates(records.reported),
        "Gerningssted": place,
        "Sagsstatus": pick["status"],
        "Afgoerelse": pick["outcome"],
        "Optaget": danish_dates(records.entered),
        "Tilbagekaldt": np.where(records.withdrawn == LAST, "", withdrawn).astype(object),
    }


_ORDER = (
    "Journalnr",
    "Referencenr",
    "Kategori",
    "Gerningskode",
    "Gerningsdato",
    "Anmeldtdato",
    "Gerningssted",
    "Sagsstatus",
    "Afgoerelse",
    "Loebenr",
    "Rolle",
    "Identtype",
    "Ident",
    "Efternavn",
    "Fornavn",
    "Foedselsdato",
    "Koen",
    "Bopael",
    "Optaget",
    "Tilbagekaldt",
)


def _rows(case: dict[str, Texts], records: Records, written: Written, rng: Rng) -> tuple[dict[str, Texts], Ints, Ints]:
    """One row per mention and one for each record that names nobody, with the record of each row."""
    silent = np.setdiff1d(np.arange(len(records.event)), records.mention_record)
    record = np.r_[records.mention_record, silent]
    mention = np.r_[np.arange(len(records.mention_record)), np.full(len(silent), -1)]
    pad = np.full(len(silent), "", dtype=object)
    party = {
        "Loebenr": records.mention_number.astype("U4").astype(object),
        "Rolle": _role_codes(records.mention_role, rng),
        "Identtype": written.id_type,
        "Ident": written.identifier,
        "Efternavn": written.surname,
        "Fornavn": written.given,
        "Foedselsdato": written.birth,
        "Koen": written.sex,
        "Bopael": written.address,
    }
    columns = {k: v[record] for k, v in case.items()} | {k: np.concatenate([v, pad]) for k, v in party.items()}
    number = np.where(mention >= 0, np.r_[records.mention_number, np.zeros(len(silent), dtype=np.int64)], 0)
    order = np.lexsort((number, records.journal[record].astype("U32"), records.entered[record]))
    return {k: columns[k][order] for k in _ORDER}, record[order], mention[order]


def write_police(
    out: Path, people: People, events: Events, records: Records, *, rates: dict[str, float], rngs: dict[str, Rng]
) -> tuple[dict[str, int], dict[str, float]]:
    """Write every district's case register; rows per file, and the share of each slip."""
    rng = rngs["records"]
    record = records.mention_record
    who = Mentioned(records.mention_person, events.day[records.event[record]], records.clerk[record])
    slip = draw_sloppiness(who.clerk, record, rngs["mentions"])
    written = write_mentions(people, who, rates=rates, slip=slip, rngs=rngs)
    case = _case_columns(records, _places(people, events, records, rates, rng), rng)
    columns, row_record, _ = _rows(case, records, written, rng)
    counts = {}
    for number, register in enumerate(case_registers(people.country.places.districts)):
        mine: Bools = records.district[row_record] == number
        counts[register.path] = write_rows(
            out / register.path, {k: v[mine] for k, v in columns.items()}, encoding=register.encoding
        )
    return counts, written.slips


def police_ids(records: Records, districts: tuple[str, ...]) -> tuple[Texts, Texts]:
    """Incident ids of the records, and record ids of the mentions in them."""
    names = np.array([r.name for r in case_registers(districts)], dtype=object)
    incident = names[records.district] + ":" + records.journal
    mention = incident[records.mention_record] + "/" + records.mention_number.astype("U4").astype(object)
    return incident, mention
