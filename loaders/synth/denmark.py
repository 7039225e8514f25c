"""One synthetic Denmark, from settings to a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from loaders.errors import SynthesisError
from loaders.synth import spells, truth
from loaders.synth.configuration import write_configuration
from loaders.synth.feed import person_ids, write_feed
from loaders.synth.histories import TRUTH_INPUTS, true_histories
from loaders.synth.identifiers import cpr_numbers
from loaders.synth.life import simulate
from loaders.synth.mentions import People
from loaders.synth.notifications import notify, write_notifications
from loaders.synth.parameters import rates
from loaders.synth.police import write_police
from loaders.synth.records import order_events, write_down
from loaders.synth.sampling import Rng, streams
from loaders.synth.settings import AS_OF, SynthReport, SynthSettings
from loaders.synth.writing import write_table

MANIFEST = "truth/manifest.json"


def _silent(_: str) -> None:
    pass


def make_denmark(out: Path, settings: SynthSettings, *, progress: Callable[[str], None] = _silent) -> SynthReport:
    """Write a synthetic Denmark into ``out``: configuration, mappings, registers and truth.

    The same settings give the same bytes. Everything is written beside ``out`` first and renamed at the
    end, so that a world is there whole or not at all; an earlier synthetic Denmark is replaced.

    Raises:
        SynthesisError: ``out`` is a file, or a folder that holds anything else.
    """
    _refuse_foreign(out)
    scratch = out.with_name(out.name + ".making")
    if scratch.exists():
        shutil.rmtree(scratch)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir()
        report = _make(scratch, settings, progress)
        _put_in_place(scratch, out)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SynthesisError(f"cannot be written: {reason}", where=str(out), hint="check space and rights") from error
    finally:
        if scratch.exists():
            shutil.rmtree(scratch, ignore_errors=True)
    progress(f"{settings.persons:,} persons over {settings.years} years in {out}")
    return report


def _refuse_foreign(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise SynthesisError("is no folder", where=str(out), hint="name a new folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        hint = "name a new folder; only an earlier synthetic Denmark is replaced"
        raise SynthesisError("the folder is not empty", where=str(out), hint=hint)


def _put_in_place(scratch: Path, out: Path) -> None:
    """Swap the folders by renaming; the old one is deleted only when the new one is there."""
    old = out.with_name(out.name + ".old")
    if old.exists():
        shutil.rmtree(old)
    if out.exists():
        out.rename(old)
    scratch.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _make(out: Path, settings: SynthSettings, progress: Callable[[str], None]) -> SynthReport:
    rngs = streams(settings.seed)
    country, log = simulate(settings, rngs, progress=progress)
    people = People(
        country, spells.stays(country), spells.names(country), cpr_numbers(country["birth"], country["male"])
    )
    events = order_events(log)
    wrong = rates(settings.noise)
    records = write_down(country, events, stays=people.stays, rates=wrong, rng=rngs["records"])
    made = truth.Made(
        people=people,
        person_ids=person_ids(country.size, rngs["feed"]),
        spouses=spells.spouses(country),
        protections=spells.protections(country),
        events=events,
        records=records,
        notes=notify(people, events, rngs["notifications"]),
    )
    progress("writing the registers")
    write_configuration(out, country.places.districts)
    files, slips = _registers(out, made, wrong, rngs)
    progress("writing the truth")
    files |= _truth(out, made)
    report = SynthReport(settings, files, {k: round(v, 6) for k, v in slips.items()})
    manifest = {**report.to_json(), "planted": wrong}
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return report


def _registers(
    out: Path, made: truth.Made, wrong: dict[str, float], rngs: dict[str, Rng]
) -> tuple[dict[str, int], dict[str, float]]:
    people = made.people
    files = write_feed(
        out, people, made.person_ids, spouses=made.spouses, protections=made.protections, rng=rngs["feed"]
    )
    police, slips = write_police(out, people, made.events, made.records, rates=wrong, rngs=rngs)
    notes = write_notifications(out, people, made.notes, rates=wrong, rng=rngs["notifications"])
    return files | police | notes, slips


def _truth(out: Path, made: truth.Made) -> dict[str, int]:
    tables = {name: getattr(truth, name)(made) for name in TRUTH_INPUTS}
    tables["histories"], tables["children"] = true_histories(tables, AS_OF)
    tables["records"], tables["incident_records"] = truth.records(made)
    return {f"truth/{n}.parquet": write_table(out / "truth" / f"{n}.parquet", t) for n, t in sorted(tables.items())}
