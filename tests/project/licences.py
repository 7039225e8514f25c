"""Which licences the distributions that kintrace pulls in are under, from their own metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PERMISSIVE = frozenset(
    [
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "PSF-2.0",
        "Python-2.0",
        "Unlicense",
        "Zlib",
    ]
)
"""Licences that ask for no more than their notice."""

LIBRARY = frozenset({"LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"})
"""Copyleft of a library: fine to import as it is, installed by its own users and never changed by us."""

FILE = frozenset({"MPL-2.0"})
"""Copyleft of single files: fine for tools, which nobody passes on."""

EXCEPTIONS = frozenset({"LLVM-exception"})

CLASSIFIERS = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
    "zlib/libpng License": "Zlib",
    "The Unlicense (Unlicense)": "Unlicense",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
}
"""Trove classifiers that stand for one licence or one family of equal terms."""

FREE_TEXT = {"BSD": "BSD-3-Clause", "Apache 2.0": "Apache-2.0", "Apache License 2.0": "Apache-2.0"}


def closure(roots: Iterable[Requirement], *, extras: frozenset[str] = frozenset()) -> dict[str, Distribution]:
    """Every installed distribution that the roots pull in on this machine, by canonical name.

    Args:
        roots: What is asked for, extras included.
        extras: Extras that the roots' own markers may name.

    Raises:
        PackageNotFoundError: Something asked for without a marker is not installed.
    """
    waiting = [root for root in roots if _applies(root, extras)]
    seen: set[tuple[str, frozenset[str]]] = set()
    found: dict[str, Distribution] = {}
    while waiting:
        asked = waiting.pop()
        name, wanted = canonicalize_name(asked.name), frozenset(asked.extras)
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError as absent:
            raise PackageNotFoundError(f"{name}: not installed; make test installs it") from absent
        children = (Requirement(line) for line in found[name].requires or [])
        waiting += [child for child in children if _applies(child, wanted)]
    return dict(sorted(found.items()))


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras})


def stated_licence(found: Distribution) -> str | None:
    """The licence as an SPDX expression, from the clearest field that states one; None if none does."""
    fields = found.metadata.json
    expression = fields.get("license_expression")
    if isinstance(expression, str):
        return expression
    prefix = "License :: OSI Approved :: "
    named = [c.removeprefix(prefix) for c in fields.get("classifier", []) if c.startswith(prefix)]
    if named:
        return " AND ".join(CLASSIFIERS.get(name, f"LicenseRef-{name.replace(' ', '-')}") for name in named)
    text = str(fields.get("license", "")).strip()
    return FREE_TEXT.get(text, text) if text and "\n" not in text else None


def allowed(expression: str, licences: frozenset[str]) -> bool:
    """Whether an SPDX expression can be met by the given licences alone.

    >>> allowed("MIT OR GPL-3.0-only", PERMISSIVE), allowed("MIT AND GPL-3.0-only", PERMISSIVE)
    (True, False)
    >>> allowed("BSD-2-Clause AND (Apache-2.0 WITH LLVM-exception OR GPL-2.0-only)", PERMISSIVE)
    True
    """
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    verdict = _either(tokens, licences)
    return verdict and not tokens


def _either(tokens: list[str], licences: frozenset[str]) -> bool:
    verdict = _both(tokens, licences)
    while tokens and tokens[0].upper() == "OR":
        tokens.pop(0)
        verdict = _both(tokens, licences) or verdict
    return verdict


def _both(tokens: list[str], licences: frozenset[str]) -> bool:
    verdict = _single(tokens, licences)
    while tokens and tokens[0].upper() == "AND":
        tokens.pop(0)
        verdict = _single(tokens, licences) and verdict
    return verdict


def _single(tokens: list[str], licences: frozenset[str]) -> bool:
    token = tokens.pop(0) if tokens else ""
    if token == "(":  # noqa: S105
        verdict = _either(tokens, licences)
        return tokens.pop(0) == ")" and verdict if tokens else False
    if tokens and tokens[0].upper() == "WITH":
        tokens.pop(0)
        return tokens.pop(0) in EXCEPTIONS and token in licences if tokens else False
    return token in licences
