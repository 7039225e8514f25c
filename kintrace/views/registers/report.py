"""What the report on a run's registers tells, put together from the run and the one before it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kintrace.errors import RunError
from kintrace.pipeline.hold_back import Accepted, Judgement, judgement_of
from kintrace.pipeline.runs import Run, find_run, list_runs
from kintrace.views.registers.wording import FEW
from loaders.expectations import Change, Finding, RegisterMeasures, changes_since, measure, state_of
from loaders.expectations.judging import BROKEN


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """How every register of a run came in."""

    run: str
    synthetic: bool
    against: str | None
    """Name of the run compared with."""
    registers: tuple[RegisterMeasures, ...]
    changes: tuple[Change, ...]
    judgement: Judgement | None

    @property
    def notable(self) -> tuple[Change, ...]:
        """Changes worth a sentence."""
        return tuple(one for one in self.changes if one.notable)

    def findings(self, register: str) -> tuple[Finding, ...]:
        """What the register was held against, broken first."""
        found = self.judgement.findings if self.judgement else ()
        return tuple(sorted((f for f in found if f.register == register), key=lambda f: (f.state != BROKEN, f.key)))

    def accepted(self, register: str) -> Accepted | None:
        """Who accepted the register's extract, if anybody had to."""
        given = self.judgement.accepted if self.judgement else ()
        return next((one for one in given if one.register == register and one.expectations), None)

    def is_accepted(self, finding: Finding) -> bool:
        """Whether a broken expectation was accepted."""
        given = self.accepted(finding.register)
        return given is not None and finding.key in given.expectations

    def state(self, register: str) -> str:
        """``kept``, ``broken``, ``accepted``, ``not_judged``, or ``none_stated``."""
        found = self.findings(register)
        if not found:
            return "none_stated" if self.judgement else "not_judged"
        if any(f.state == BROKEN and not self.is_accepted(f) for f in found):
            return BROKEN
        return "accepted" if any(f.state == BROKEN for f in found) else state_of(found)


def build_report(run: Run, against: Path | None = None) -> RegisterReport:
    """The report on a run, compared with another or, by default, with the one it was judged against.

    Raises:
        RunError: The run has no loaded registers.
        NoSuchRunError: The run to compare with is not there.
    """
    registers = measure(_loaded(run))
    judgement = judgement_of(run)
    other = _named(run, against) if against else _before(run, judgement)
    changes = changes_since(measure(_loaded(other)), registers) if other else ()
    synthetic = any(one.synthetic for one in registers)
    return RegisterReport(run.name, synthetic, other.name if other else None, registers, changes, judgement)


def _loaded(run: Run) -> Path:
    folder = run.stage("load")
    if not folder.is_dir():
        raise RunError(
            "no register of this run was loaded", where=str(run.path), hint="finish it with kintrace rebuild"
        )
    return folder


def _named(run: Run, against: Path) -> Run:
    """A run by its folder, or by its name beside the run."""
    beside = run.path.parent / against
    return Run(beside.resolve()) if len(against.parts) == 1 and (beside / "load").is_dir() else find_run(against)


def _before(run: Run, judgement: Judgement | None) -> Run | None:
    """The run that this one was judged against, while it is kept; else the last complete one before it."""
    if judgement is not None:
        judged = Run(run.path.parent / judgement.against) if judgement.against else None
        if judged is None or judged.stage("load").is_dir():
            return judged
    names = [one.name for one in list_runs(run.path.parent)]
    if run.name not in names:
        return None
    older = list_runs(run.path.parent)[names.index(run.name) + 1 :]
    return next((one for one in older if one.complete and one.stage("load").is_dir()), None)


def as_document(report: RegisterReport) -> dict[str, Any]:
    """The report as plain values, with small counts of persons' attributes left out as None."""
    document = dataclasses.asdict(report)
    for register in document["registers"]:
        register["codes"] = [{**one, "count": _some(one["count"])} for one in register["codes"]]
        register["entries"]["months"] = [[month, _some(count)] for month, count in register["entries"]["months"]]
    return document


def _some(count: int) -> int | None:
    return count if count >= FEW else None
