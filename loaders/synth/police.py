"""The case registers of the twelve police districts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from linkage.intervals import LAST
from linkage.vocabulary import CATEGORIES
from loaders.synth import tables
from loaders.synth.address_text import address_texts, draw_hands
from loaders.synth.amendments import Rows, amend
from loaders.synth.habits import OLD_COLUMNS, OLD_ROLES, ROLE_CODES, habits_of
from loaders.synth.mentions import Mentioned, People, danish_dates
from loaders.synth.parties import Written, write_mentions
from loaders.synth.records import UNKNOWN, Events, Records
from loaders.synth.registers import RegisterFile, case_registers, closing_days
from loaders.synth.sampling import Bools, Rng, Texts, choose
from loaders.synth.sloppiness import draw_sloppiness
from loaders.synth.writing import write_rows

_STATUS = (("Afsluttet", 0.72), ("Under efterforskning", 0.12), ("Henlagt", 0.16))
_OUTCOMES = (("", 0.45), ("Henlagt", 0.2), ("Bøde", 0.13), ("Dom", 0.12), ("Tiltalefrafald", 0.05), ("Frifundet", 0.05))


HANDED_OVER = "Overført til anden kreds"


def _role_codes(roles: Texts, rng: Rng) -> Texts:
    codes = np.full(len(roles), "", dtype=object)
    for role, options in ROLE_CODES.items():
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
    days = events.day[records.event]
    texts = (
        places.street_names_on(streets, days)
        + ", "
        + places.street_postcode[streets]
        + " "
        + places.street_city[streets]
    )
    cut = rng.random(len(unit)) < rates["place_no_unit"]
    typo = rng.random(len(unit)) < rates["address_typo"]
    nobodys = rates | {"address_care_of": 0.0}
    hand = draw_hands(places, records.clerk, nobodys, rng, without_unit=cut, mistyped=typo)
    rows = np.flatnonzero(at_home)
    texts[rows] = address_texts(places, unit[rows], days[rows], hand.of(rows), rng=rng)
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
        "Gerningssted": place[records.source],
        "Sagsstatus": np.where(records.handed_over, HANDED_OVER, pick["status"]).astype(object)[records.source],
        "Afgoerelse": pick["outcome"][records.source],
        "Optaget": danish_dates(records.entered),
        "Tilbagekaldt": np.where(records.withdrawn == LAST, "", withdrawn).astype(object),
    }


_DATES = frozenset({"Gerningsdato", "Anmeldtdato", "Foedselsdato", "Optaget", "Tilbagekaldt"})
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


def _rows(case: dict[str, Texts], records: Records, written: Written, rng: Rng) -> Rows:
    """One row per mention and one for each record that names nobody."""
    silent = np.setdiff1d(np.arange(len(records.event)), records.mention_record)
    record = np.r_[records.mention_record, silent]
    pad = np.full(len(silent), "", dtype=object)
    party = {
        "Loebenr": records.mention_number.astype("U4").astype(object),
        "Rolle": _role_codes(records.mention_role, rng)[records.mention_source],
        "Identtype": written.id_type,
        "Ident": written.identifier,
        "Efternavn": written.surname,
        "Fornavn": written.given,
        "Foedselsdato": written.birth,
        "Koen": written.sex,
        "Bopael": written.address,
    }
    columns = {k: v[record] for k, v in case.items()} | {k: np.concatenate([v, pad]) for k, v in party.items()}
    number = np.r_[records.mention_number, np.zeros(len(silent), dtype=np.int64)]
    return Rows(columns, record, records.entered[record], number)


def _laid_out(columns: dict[str, Texts], register: RegisterFile) -> dict[str, Texts]:
    """The columns of one register, in its layout and with the words of its district."""
    if register.old:
        roles, sexes = {"": "", **OLD_ROLES}, {"": "", "M": "mand", "K": "kvinde"}
        columns = {
            new: np.array([t.replace("-", ".") for t in columns[name]], dtype=object)
            if name in _DATES
            else columns[name]
            for name, new in OLD_COLUMNS.items()
        }
        swapped = {OLD_COLUMNS["Rolle"]: roles, OLD_COLUMNS["Koen"]: sexes}
    else:
        habits = habits_of(register.district)
        swapped = {"Rolle": habits.roles, "Kategori": habits.categories}
    for name, words in swapped.items():
        if words:
            columns[name] = np.array([words.get(t, t) for t in columns[name]], dtype=object)
    return columns


def write_police(
    out: Path, people: People, events: Events, records: Records, *, rates: dict[str, float], rngs: dict[str, Rng]
) -> tuple[dict[str, int], dict[str, float]]:
    """Write every district's case register; rows per file, and the share of each slip."""
    rng = rngs["records"]
    record = records.mention_record
    who = Mentioned(records.mention_person, events.day[records.event[record]], records.clerk[record])
    slip = draw_sloppiness(who.clerk, record, rngs["mentions"])
    written, slips = write_mentions(people, who, rates=rates, slip=slip, rngs=rngs)
    districts = people.country.places.districts
    case = _case_columns(records, _places(people, events, records, rates, rng), rng)
    rows = _rows(case, records, written.of(records.mention_source), rng)
    rows = amend(rows, records, closing_days(districts, people.country.end), rates["amended"], rng=rng)
    rows = rows.ordered(records, _ORDER)
    counts = {}
    for number, register in enumerate(case_registers(districts)):
        mine: Bools = records.register[rows.record] == number
        laid_out = _laid_out({k: v[mine] for k, v in rows.columns.items()}, register)
        counts[register.path] = write_rows(
            out / register.path, laid_out, encoding=register.encoding, delimiter="|" if register.old else ";"
        )
    return counts, slips


def police_ids(records: Records, districts: tuple[str, ...]) -> tuple[Texts, Texts]:
    """Incident ids of the records, and record ids of the mentions in them."""
    names = np.array([r.name for r in case_registers(districts)], dtype=object)
    incident = names[records.register] + ":" + records.journal
    mention = incident[records.mention_record] + "/" + records.mention_number.astype("U4").astype(object)
    return incident, mention
