"""The run configuration and the mapping of every register, as TOML."""

from __future__ import annotations

from pathlib import Path

from loaders.synth.feed import FILES, FOLDER
from loaders.synth.notifications import notification_registers
from loaders.synth.registers import RegisterFile, case_registers
from loaders.synth.settings import AS_OF

_RUN = """\
# A synthetic Denmark: no person in it exists.

[run]
folder = "runs"
as_of = {as_of}
registers = ["mappings/*.toml"]
synthetic = true
seed = 1

[scope]
kind = "incident"
"""

_REGISTER = """\
extends = "{extends}"

[register]
name = "{name}"
title = "{title}"
{district}encoding = "{encoding}"
extract_date = {as_of}
legal_basis = "none: synthetic"
retention = "synthetic"
synthetic = true
{settings}
[register.files]
{files}
{sections}"""

_VILLAGES = """
# This feed also names the village that a street lies in, as not every one does.
[residences.address]
locality = "SupplerendeBynavn"
"""


def _mapping(register: RegisterFile, extends: str, files: dict[str, str]) -> str:
    return _REGISTER.format(
        extends=extends,
        name=register.name,
        title=register.title,
        district=f'district = "{register.district}"\n' if register.district else "",
        encoding=register.encoding,
        as_of=AS_OF.isoformat(),
        settings=register.settings,
        sections=register.sections,
        files="\n".join(f'{role} = "../{path}"' for role, path in files.items()),
    )


def write_configuration(out: Path, districts: tuple[str, ...]) -> None:
    """Write ``kintrace.toml`` and ``mappings/``."""
    (out / "mappings").mkdir(parents=True, exist_ok=True)
    (out / "kintrace.toml").write_text(_RUN.format(as_of=AS_OF.isoformat()), encoding="utf-8")
    title = "Det Centrale Personregister (syntetisk)"
    feed = RegisterFile("cpr", title, "", FOLDER, "utf-8", sections=_VILLAGES)
    texts = {feed.name: _mapping(feed, "cpr", {name: f"{FOLDER}/{name}.csv" for name in FILES})}
    for register in case_registers(districts):
        texts[register.name] = _mapping(register, "polsas", {"cases": register.path})
    for register in notification_registers(districts):
        texts[register.name] = _mapping(register, "underretning", {"notifications": register.path})
    for name, text in texts.items():
        (out / "mappings" / f"{name}.toml").write_text(text, encoding="utf-8")
