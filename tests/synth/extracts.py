"""The registers of a made world as a reader finds them, row by row."""

from __future__ import annotations

import csv
import gzip
import io
import re
import tomllib

from loaders.synth.habits import OLD_COLUMNS
from tests.synth.conftest import World

Row = dict[str, str]


def read(world_: World, mapping: str) -> list[Row]:
    """All rows of a single-file register, decoded as its mapping says."""
    path = world_.path / "mappings" / f"{mapping}.toml"
    register = tomllib.loads(path.read_text(encoding="utf-8"))["register"]
    (name,) = register["files"].values()
    data = (path.parent / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode(register["encoding"])
    return list(csv.DictReader(io.StringIO(text), delimiter=register.get("delimiter", ";")))


def feed(world_: World, name: str) -> list[Row]:
    """All rows of a file of the population feed."""
    text = (world_.path / f"registers/cpr/{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def police(world_: World) -> list[Row]:
    """All rows of the case registers in the present layout, with their register's name under ``register``."""
    names = sorted(p.stem for p in (world_.path / "mappings").glob("polsas-*.toml"))
    return [{**row, "register": name} for name in names if not name.endswith("gammel") for row in read(world_, name)]


def before_changeover(world_: World) -> list[Row]:
    """All rows of the older registers, under the present column names."""
    names = sorted(p.stem for p in (world_.path / "mappings").glob("polsas-*-gammel.toml"))
    present = {old: new for new, old in OLD_COLUMNS.items()}
    return [{present[k]: v for k, v in row.items()} | {"register": n} for n in names for row in read(world_, n)]


def key(row: Row) -> str:
    """Record id of a mention."""
    return f"{row['register']}:{row['Journalnr']}/{row['Loebenr']}"


def day(danish: str) -> str:
    """A date in the order that sorts."""
    return "-".join(reversed(re.split(r"[-.]", danish)))


def events_of(town: World) -> dict[str, str]:
    """True event of each incident id."""
    return dict(town.ask("select incident_id, event from incident_records where event like 'e%'"))


def true_roles(town: World) -> dict[tuple[str, str], str]:
    """Role of each mentioned person in each incident."""
    roles = town.ask("select incident_id, person, role from incident_records join roles using (event)")
    return {(incident, person): role for incident, person, role in roles}
