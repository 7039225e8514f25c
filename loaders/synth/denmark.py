"""One synthetic Denmark, from settings to a folder."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from loaders.errors import SynthesisError
from loaders.synth import spells, truth
from loaders.synth.changeover import take_over
from loaders.synth.configuration import write_configuration
from loaders.synth.error_rates import rates
from loaders.synth.feed import Lives, person_numbers, write_feed
from loaders.synth.histories import TRUTH_INPUTS, true_histories
from loaders.synth.life import simulate
from loaders.synth.mentions import People
from loaders.synth.notifications import notify, write_notifications
from loaders.synth.personal_numbers import cpr_history
from loaders.synth.planted import planted_lives
from loaders.synth.police import write_police
from loaders.synth.records import order_events, write_down
from loaders.synth.sampling import Rng, streams
from loaders.synth.settings import AS_OF, SynthReport, SynthSettings
from loaders.synth.shared_homes import second_homes
from loaders.synth.writing import write_table

MANIFEST = "truth/manifest.json"


def _silent(_: str) -> None:
    pass


def make_denmark(out: Path, settings: SynthSettings, *, progress: Callable[[str], None] = _silent) -> SynthReport:
    """Write a synthetic Denmark into ``out``: configuration, mappings, registers and truth.

    The same settings give the same bytes. Everything is written beside ``out`` first and moved there at
    the end, so that a world is there whole or not at all; an earlier synthetic Denmark is replaced unless
    it holds runs, whose look-up log must outlive it.

    Raises:
        SynthesisError: ``out`` is a file, a folder that holds anything else, or a world with runs.
    """
    out = out.absolute()
    try:
        _refuse_foreign(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        with _scratch(out) as (new, old):
            report = _make(new, settings, progress)
            _refuse_foreign(out)  # somebody may have filled it while the world was made
            _put_in_place(new, old, out)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SynthesisError(f"cannot be written: {reason}", where=str(out), hint="check space and rights") from error
    progress(f"{settings.persons:,} persons over {settings.years} years in {out}")
    return report


def is_denmark_of(out: Path, settings: SynthSettings) -> bool:
    """Whether ``out`` holds the synthetic Denmark of exactly these settings.

    It can then be used as it is instead of being made again. Only its manifest is asked.
    """
    try:
        told = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    asked = {k: v for k, v in SynthReport(settings).to_json().items() if k in ("persons", "years", "seed", "noise")}
    return isinstance(told, dict) and {k: told.get(k) for k in asked} == asked


def _refuse_foreign(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise SynthesisError("is no folder", where=str(out), hint="name a new folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        hint = "name a new folder; only an earlier synthetic Denmark is replaced"
        raise SynthesisError("the folder is not empty", where=str(out), hint=hint)
    if os.path.lexists(out / "runs"):
        hint = "name another folder, or delete this one if its runs are no longer needed"
        raise SynthesisError("holds runs of an earlier synthetic Denmark", where=str(out), hint=hint)


@contextmanager
def _scratch(out: Path) -> Iterator[tuple[Path, Path]]:
    """Two new folders beside ``out``, for the world being made and for the one set aside.

    What was set aside and neither deleted nor put back stays: nothing but an empty folder is removed then.
    """
    holder = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    new, old = holder / "new", holder / "old"
    try:
        new.mkdir()
        old.mkdir()
        yield new, old
    finally:
        shutil.rmtree(new, ignore_errors=True)
        with suppress(OSError):
            old.rmdir()
            holder.rmdir()


def _put_in_place(new: Path, old: Path, out: Path) -> None:
    """Swap the contents by renaming; the old ones are deleted only when all the new ones are there.

    ``out`` itself stays, as somebody may stand in it. The truth, whose manifest says that the world is
    whole, leaves first and comes last.
    """
    out.mkdir(exist_ok=True)
    leaving = [(p, old / p.name) for p in sorted(out.iterdir(), reverse=True)]
    coming = [(p, out / p.name) for p in sorted(new.iterdir())]
    moved: list[tuple[Path, Path]] = []
    try:
        for source, target in leaving + coming:
            source.rename(target)
            moved.append((source, target))
    except BaseException:
        for source, target in reversed(moved):
            target.rename(source)
        raise
    for path in old.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _make(out: Path, settings: SynthSettings, progress: Callable[[str], None]) -> SynthReport:
    rngs = streams(settings.seed)
    country, log = simulate(settings, rngs, progress=progress)
    numbers = cpr_history(country, rngs["numbers"])
    cpr = numbers.current(np.arange(country.size))
    people = People(country, spells.stays(country), spells.names(country), cpr, numbers)
    events = order_events(log)
    wrong = rates(settings.noise)
    records = write_down(country, events, stays=people.stays, rates=wrong, rng=rngs["records"])
    records = take_over(records, country.places.districts, wrong["converted"], rngs["records"])
    protections = spells.protections(country)
    lives = Lives(
        people=people,
        ids=person_numbers(country.size, rngs["feed"]),
        seconds=second_homes(country, people.stays, protections),
        spouses=spells.spouses(country),
        protections=protections,
    )
    notes = notify(people, events, rngs["notifications"])
    made = truth.Made(lives=lives, events=events, records=records, notes=notes)
    progress("writing the registers")
    write_configuration(out, country.places.districts)
    files, slips = _registers(out, made, wrong, rngs)
    progress("writing the truth")
    files |= _truth(out, made)
    report = SynthReport(settings, files, {k: round(v, 6) for k, v in slips.items()})
    manifest = {**report.to_json(), "planted": wrong, "lives": planted_lives(lives)}
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return report


def _registers(
    out: Path, made: truth.Made, wrong: dict[str, float], rngs: dict[str, Rng]
) -> tuple[dict[str, int], dict[str, float]]:
    people = made.people
    files = write_feed(out, made.lives, rngs["feed"])
    police, slips = write_police(out, people, made.events, made.records, rates=wrong, rngs=rngs)
    notes = write_notifications(out, people, made.notes, rates=wrong, rng=rngs["notifications"])
    return files | police | notes, slips


def _truth(out: Path, made: truth.Made) -> dict[str, int]:
    tables = {name: getattr(truth, name)(made) for name in TRUTH_INPUTS}
    tables["histories"], tables["children"] = true_histories(tables, AS_OF)
    tables["records"], tables["incident_records"] = truth.records(made)
    return {f"truth/{n}.parquet": write_table(out / "truth" / f"{n}.parquet", t) for n, t in sorted(tables.items())}
