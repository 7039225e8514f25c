"""Between load and everything else: does each extract keep what its register's mapping expects?

One that does not stops the rebuild before anything is made of it; the published run stays what it is.
The load stage is kept, so that the same rebuild goes on from there once somebody has accepted the
extract. What was judged depends on the run before and on clocks, so it lies in ``timings.json``; an
acceptance is a setting of the run and stands in its manifest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kintrace.audit import record_acceptance
from kintrace.errors import ConfigError, HeldBackError, NoSuchRunError, RunError
from kintrace.pipeline.progress import Reporter
from kintrace.pipeline.runs import TIMINGS, Run, current_run, write_json
from kintrace.settings import Settings
from loaders.expectations import Finding, RegisterMeasures, judge, measure
from loaders.expectations.judging import BROKEN
from loaders.mapping import read_mapping
from loaders.mapping.model import Expectations

_JUDGED = "expectations"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody's word that a register's extract is to be used though it breaks its expectations."""

    register: str
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """An acceptance as the run keeps it: also when, and what it let through."""

    register: str
    reason: str
    who: str
    at: str
    expectations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the registers of a run were held against, and who accepted what."""

    against: str | None
    """Name of the run before, None where there was none."""
    findings: tuple[Finding, ...] = ()
    accepted: tuple[Accepted, ...] = ()

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Everything that was not kept."""
        return tuple(one for one in self.findings if one.state == BROKEN)

    @property
    def held(self) -> tuple[Finding, ...]:
        """What was not kept and nobody has accepted."""
        through = {(one.register, key) for one in self.accepted for key in one.expectations}
        return tuple(one for one in self.broken if (one.register, one.key) not in through)


def check_acceptances(settings: Settings, acceptances: Sequence[Acceptance]) -> None:
    """Refuse a misspelt register and an empty reason before anything is loaded.

    Raises:
        ConfigError: A register that the settings do not name, or no reason.
    """
    if not acceptances:
        return
    names = sorted(read_mapping(path).name for path in settings.mappings)
    for one in acceptances:
        if one.register not in names:
            problem = f"no register is called {one.register}"
            raise ConfigError(problem, where=str(settings.path), hint=f"one of {', '.join(names)}")
        if not one.reason.strip():
            raise ConfigError(
                f"{one.register} is accepted without a reason", where=str(settings.path), hint="say why with --reason"
            )


def judgement_of(run: Run) -> Judgement | None:
    """What was judged when the run was made; None where nothing was.

    Raises:
        RunError: What the run keeps of it cannot be read.
    """
    stated = run.timings().get(_JUDGED)
    if stated is None:
        return None
    try:
        findings = tuple(Finding(**one) for one in stated["findings"])
        accepted = tuple(Accepted(**{**one, "expectations": tuple(one["expectations"])}) for one in stated["accepted"])
        return Judgement(stated["against"], findings, accepted)
    except (KeyError, TypeError):
        raise RunError(f"{TIMINGS} is damaged: {_JUDGED}", where=str(run.path), hint="rebuild") from None


def is_held(run: Run) -> bool:
    """Whether the run waits for somebody to accept an extract."""
    judged = None if run.complete or not (run.path / TIMINGS).is_file() else judgement_of(run)
    return judged is not None and bool(judged.held)


def accepted_settings(run: Run) -> list[dict[str, str]]:
    """Who accepted what, as a setting: registers and reasons, no clocks and no accounts."""
    judged = judgement_of(run)
    given = judged.accepted if judged else ()
    return [{"register": one.register, "reason": one.reason} for one in sorted(given, key=lambda one: one.register)]


def hold_back(run: Run, settings: Settings, acceptances: Sequence[Acceptance], *, reporter: Reporter) -> None:
    """Judge what the load stage wrote; stop where an extract breaks expectations that nobody accepts.

    Raises:
        HeldBackError: With what was expected, what was found and what to do.
        RunError: An acceptance cannot be logged.
    """
    earlier = judgement_of(run)
    against, findings = _judged(run, settings)
    broken: dict[str, list[str]] = {}
    for one in findings:
        if one.state == BROKEN:
            broken.setdefault(one.register, []).append(one.key)
    accepted = {one.register: one for one in earlier.accepted} if earlier else {}
    for given in acceptances:
        keys = broken.get(given.register, [])
        if not keys:
            reporter.note(f"{given.register} keeps what is expected of it: there was nothing to accept")
        at = record_acceptance(run, given.who, given.reason, register=given.register, broken=keys)
        accepted[given.register] = Accepted(given.register, given.reason, given.who, at, tuple(keys))
    judged = Judgement(against, findings, tuple(accepted[name] for name in sorted(accepted)))
    write_json(run.path / TIMINGS, {**run.timings(), _JUDGED: dataclasses.asdict(judged)})
    if judged.held:
        raise _held_back(run, judged)
    _tell(judged, reporter)


def _judged(run: Run, settings: Settings) -> tuple[str | None, tuple[Finding, ...]]:
    """The run that is published, and every expectation held against both."""
    stated: Mapping[str, Expectations] = {
        mapping.name: mapping.expectations for mapping in (read_mapping(path) for path in settings.mappings)
    }
    published = _published(settings)
    against = published.name if published else None
    if not any(one.stated for one in stated.values()):
        return against, ()
    now = _by_name(measure(run.stage("load")))
    before = _by_name(measure(published.stage("load"))) if published else {}
    found = (judge(stated[name], now[name], before.get(name)) for name in sorted(stated))
    return against, tuple(one for findings in found for one in findings)


def _published(settings: Settings) -> Run | None:
    try:
        return current_run(settings.runs)
    except NoSuchRunError:
        return None


def _by_name(measures: Sequence[RegisterMeasures]) -> dict[str, RegisterMeasures]:
    return {one.register: one for one in measures}


def _held_back(run: Run, judged: Judgement) -> HeldBackError:
    names = list(dict.fromkeys(one.register for one in judged.held))
    many = "expectation" if len(judged.held) == 1 else "expectations"
    breaks = "breaks" if len(names) == 1 else "break"
    kept = f"{judged.against} stays published" if judged.against else "nothing is published"
    accept = " ".join(f"--accept {name}" for name in names)
    return HeldBackError(
        f"held back: {', '.join(names)} {breaks} {len(judged.held)} {many}; {kept}",
        where=str(run.path),
        hint=f'ask for a new extract and rebuild, or use this one with {accept} --reason "..."',
    )


def _tell(judged: Judgement, reporter: Reporter) -> None:
    counts: dict[str, Any] = dict.fromkeys(("kept", BROKEN, "not_judged"), 0)
    for one in judged.findings:
        counts[one.state] += 1
    if not judged.findings:
        return
    since = f"against {judged.against}" if judged.against else "no run before to compare with"
    text = f"expectations: {counts['kept']} kept, {counts['not_judged']} not judged ({since})"
    reporter.note(text + (f", {counts[BROKEN]} accepted" if counts[BROKEN] else ""))
