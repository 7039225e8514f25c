"""`kintrace.toml`, read once: which registers, which run folder, what scope, which seed."""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kintrace.errors import ConfigError

_KEYS = {
    "run": {"folder", "as_of", "registers", "synthetic", "seed", "judgements"},
    "scope": {"kind", "legal_basis"},
}

EARLIEST, LATEST = dt.date(1000, 1, 1), dt.date(2999, 12, 31)
"""Days that a question can be about: rules look years back and ahead, and must not leave the calendar."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a rebuild; everything that may change its result."""

    path: Path
    """The file they came from; relative paths in it start at its folder."""
    runs: Path
    """Folder that holds the runs."""
    mappings: tuple[Path, ...]
    """One mapping per register, sorted."""
    as_of: dt.date
    """The day the registers were extracted; nothing later is known."""
    synthetic: bool
    seed: int
    scope: str
    """``incident`` (requirement R12) or ``all``, which needs a legal basis."""
    scope_legal_basis: str
    judgements: Path | None = None
    """The ledger of judgements (:mod:`kintrace.ledger`), None where there is none."""

    def result_settings(self) -> dict[str, Any]:
        """The part that a run's manifest states: values, no paths."""
        return {
            "as_of": self.as_of.isoformat(),
            "synthetic": self.synthetic,
            "seed": self.seed,
            "scope": self.scope,
            "scope_legal_basis": self.scope_legal_basis,
        }


def read_settings(path: Path) -> Settings:
    """Settings from a `kintrace.toml` (or from the folder that holds one).

    Raises:
        ConfigError: Missing file, bad TOML, unknown key, wrong type, or no register found.
    """
    path = path / "kintrace.toml" if path.is_dir() else path
    content = _parse(path)
    _check_keys(content, path)
    run = content.get("run", {})
    scope = content.get("scope", {})
    as_of = run.get("as_of")
    if not isinstance(as_of, dt.date) or isinstance(as_of, dt.datetime):
        raise ConfigError("[run] as_of is missing or no date", where=str(path), hint="write as_of = 2025-12-31")
    if not EARLIEST <= as_of <= LATEST:
        raise ConfigError(f"[run] as_of is {as_of}", where=str(path), hint="the day on which the extracts were drawn")
    kind = scope.get("kind", "incident")
    basis = scope.get("legal_basis", "")
    if not isinstance(basis, str):
        raise ConfigError("[scope] legal_basis is no text", where=str(path), hint="name the statute in quotes")
    if kind not in ("incident", "all"):
        raise ConfigError(f"[scope] kind is {kind!r}", where=str(path), hint='use "incident" or "all"')
    if kind == "all" and not basis.strip():
        raise ConfigError(
            "[scope] kind = all keeps everybody and names no legal basis", where=str(path), hint="set legal_basis"
        )
    base = path.resolve().parent
    return Settings(
        path=path.resolve(),
        runs=base / str(run.get("folder", "runs")),
        mappings=_find_mappings(base, run.get("registers", ["mappings/*.toml"]), path),
        as_of=as_of,
        synthetic=_typed(run, "synthetic", False, path),
        seed=_seed(run, path),
        scope=kind,
        scope_legal_basis=basis,
        judgements=_ledger(base, run, path),
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            "no such file", where=str(path), hint="name a kintrace.toml, or make one with kintrace synth"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid TOML: {error}", where=str(path)) from None


def _check_keys(content: dict[str, Any], path: Path) -> None:
    for section, values in content.items():
        known = _KEYS.get(section)
        if known is not None and not isinstance(values, dict):
            raise ConfigError(
                f"{section} is no section", where=str(path), hint=f"write [{section}] on a line of its own"
            )
        if known is None:
            raise ConfigError(f"unknown section [{section}]", where=str(path), hint=_nearest(section, _KEYS))
        for key in values:
            if key not in known:
                raise ConfigError(f"unknown key {key} in [{section}]", where=str(path), hint=_nearest(key, known))


def _nearest(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"did you mean {near[0]}?" if near else "known: " + ", ".join(sorted(known))


def _typed(values: dict[str, Any], key: str, default: Any, path: Path) -> Any:
    value = values.get(key, default)
    if type(value) is not type(default):
        raise ConfigError(f"[run] {key} is {value!r}", where=str(path), hint=f"a {type(default).__name__} is expected")
    return value


def _seed(values: dict[str, Any], path: Path) -> int:
    seed: int = _typed(values, "seed", 1, path)
    if seed < 0:
        raise ConfigError(f"[run] seed is {seed}", where=str(path), hint="use 0 or more")
    return seed


def _ledger(base: Path, run: dict[str, Any], path: Path) -> Path | None:
    named: str = _typed(run, "judgements", "", path)
    return base / named if named else None


def _find_mappings(base: Path, patterns: object, path: Path) -> tuple[Path, ...]:
    if not isinstance(patterns, list) or not all(isinstance(p, str) and p for p in patterns):
        raise ConfigError("[run] registers is no list of paths", where=str(path), hint='["mappings/*.toml"]')
    found = sorted({m for p in patterns for m in _matching(base, p)})
    if not found:
        raise ConfigError(
            "[run] registers matches no mapping file", where=str(path), hint=f"looked for {', '.join(patterns)}"
        )
    return tuple(found)


def _matching(base: Path, pattern: str) -> Iterable[Path]:
    """Files of a pattern that starts at `base`, or at the root of the file system."""
    anchor = Path(pattern).anchor
    return Path(anchor).glob(pattern.removeprefix(anchor)) if anchor else base.glob(pattern)
