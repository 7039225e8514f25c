"""Official addresses from outside: a downloaded list, or, where somebody has decided so, a public service.

Neither is used unless it is asked for. A list stays in the house. A service is told addresses of persons,
which is a disclosure: it is asked only where its URL and token are configured, slowly, and never twice for
the same text. The service meant is the national one for washing addresses (Adressevask, the successor of
the one that closed in August 2026): ``GET URL/vask/?adresse=TEXT&token=TOKEN``.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from linkage.addresses import OFFICIAL, PARTS, parse_texts
from loaders.errors import RegisterError

URL, TOKEN = "KINTRACE_ADDRESS_SERVICE_URL", "KINTRACE_ADDRESS_SERVICE_TOKEN"
"""Names of the two variables without which no service is asked."""

_NAMES: dict[str, tuple[str, ...]] = {
    "street": ("vejnavn", "street"),
    "house_number": ("husnummertekst", "husnr", "house_number"),
    "floor": ("etagebetegnelse", "etage", "floor"),
    "door": ("dørbetegnelse", "doerbetegnelse", "dør", "doer", "door"),
    "locality": ("supplerendebynavn", "supplerende_bynavn", "locality"),
    "postcode": ("postnr", "postnummer", "postcode"),
    "city": ("postnrnavn", "postdistrikt", "city"),
    "municipality": ("kommunekode", "kommune", "municipality"),
}
"""Headers under which downloads of the address register and its services name each part."""


def read_official_addresses(path: Path) -> pa.Table:
    """A downloaded list of street doors and units (CSV with a header, or JSON lines) as ``OFFICIAL``.

    Raises:
        RegisterError: The file cannot be read, or names no street and house number.
    """
    try:
        rows = _json_lines(path) if path.suffix in (".json", ".jsonl", ".ndjson") else _delimited(path)
    except (OSError, pa.ArrowException, ValueError, AttributeError):  # The last of a line that is no object.
        hint = "CSV with a header, or one JSON object per line"
        raise RegisterError("the list of addresses cannot be read", where=path.name, hint=hint) from None
    found = {name.strip().lower().lstrip("\ufeff"): name for name in rows.column_names}
    columns = {
        part: next((rows.column(found[name]).cast(pa.string()) for name in names if name in found), None)
        for part, names in _NAMES.items()
    }
    if columns["street"] is None or columns["house_number"] is None:
        hint = "columns vejnavn and husnr"
        raise RegisterError("the list names no street and house number", where=path.name, hint=hint)
    nothing = pa.nulls(len(rows), pa.string())
    return pa.table([nothing if c is None else _filled(c) for c in columns.values()], schema=OFFICIAL)


def _delimited(path: Path) -> pa.Table:
    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig")
    texts = pacsv.ConvertOptions(column_types={n: pa.string() for n in _header(header)}, strings_can_be_null=True)
    delimiter = ";" if header.count(";") > header.count(",") else ","
    return pacsv.read_csv(path, parse_options=pacsv.ParseOptions(delimiter=delimiter), convert_options=texts)


def _header(line: str) -> list[str]:
    return [name.strip().strip('"') for name in line.replace(";", ",").split(",")]


def _json_lines(path: Path) -> pa.Table:
    with path.open(encoding="utf-8") as file:
        return pa.Table.from_pylist([_flat(json.loads(line)) for line in file if line.strip()])


def _flat(row: dict[str, Any]) -> dict[str, str | None]:
    wanted = {name for names in _NAMES.values() for name in names}
    return {k.lower(): None if v is None else str(v) for k, v in row.items() if k.lower() in wanted}


def _filled(column: pa.ChunkedArray) -> pa.Array:
    values = column.combine_chunks()
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Addresses and the token go to the configured host and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


@dataclass(frozen=True, slots=True)
class AddressService:
    """A public washing service, asked with patience and remembered on disk."""

    url: str
    token: str
    cache: Path
    """A SQLite file of digests of texts and the service's answers; the texts themselves are not kept."""
    timeout: float = 10.0
    per_second: float = 5.0

    @classmethod
    def configured(cls, environment: Mapping[str, str], cache: Path) -> AddressService | None:
        """The service that the environment names, or None: then nobody is asked.

        Raises:
            RegisterError: The URL is neither HTTPS nor on this machine.
        """
        url, token = environment.get(URL, "").rstrip("/"), environment.get(TOKEN, "")
        if not url or not token:
            return None
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")):
            raise RegisterError("the address service is not asked over HTTPS", where=URL, hint="https://...")
        return cls(url, token, cache)

    def official(self, texts: Iterable[str]) -> pa.Table:
        """The addresses that the service holds the texts to mean, as ``OFFICIAL``; nothing where it is unsure.

        Raises:
            RegisterError: The service does not answer, or not as it should.
        """
        labels: set[str] = set()
        last = 0.0
        self.cache.parent.mkdir(parents=True, exist_ok=True)
        self.cache.touch(mode=0o600)
        with closing(sqlite3.connect(self.cache, isolation_level=None)) as known:
            known.execute("CREATE TABLE IF NOT EXISTS answers (digest TEXT PRIMARY KEY, label TEXT) WITHOUT ROWID")
            for text in sorted(set(texts)):
                digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
                row = known.execute("SELECT label FROM answers WHERE digest = ?", (digest,)).fetchone()
                if row is None:
                    time.sleep(max(0.0, last + 1.0 / self.per_second - time.monotonic()))
                    last = time.monotonic()
                    row = (self._ask(text),)
                    known.execute("INSERT INTO answers VALUES (?, ?)", (digest, row[0]))
                if row[0]:
                    labels.add(row[0])
        parts = parse_texts(pa.array(sorted(labels), pa.string()))
        columns = {name: parts.field(name) for name in PARTS.names}
        columns["municipality"] = pa.nulls(len(parts), pa.string())
        return pa.table([columns[name] for name in OFFICIAL.names], schema=OFFICIAL)

    def _ask(self, text: str) -> str | None:
        """The one address that the service holds a text to mean; neither text nor token is in any message."""
        query = urllib.parse.urlencode({"adresse": text, "token": self.token})
        request = urllib.request.Request(f"{self.url}/vask/?{query}", headers={"Accept": "application/json"})  # noqa: S310
        try:
            with _OPENER.open(request, timeout=self.timeout) as response:
                answer = json.loads(response.read(1 << 20))
            found = {row.get("betegnelse") or row.get("adressebetegnelse") for row in answer["resultater"]} - {None}
        except urllib.error.HTTPError as error:
            error.close()
            problem = f"the address service answers with status {error.code}"
            raise RegisterError(problem, where=URL, hint="check the token, or unset it to ask nobody") from None
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError) as error:
            problem = f"the address service gives no answer ({type(error).__name__})"
            raise RegisterError(problem, where=URL, hint="unset the variable to ask nobody") from None
        return str(found.pop()) if len(found) == 1 else None
