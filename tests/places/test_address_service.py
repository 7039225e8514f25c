"""Official addresses: a downloaded list as authority, and the service that is asked only when configured."""

from __future__ import annotations

import json
import stat
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from linkage.addresses import OFFICIAL, wash_tables
from loaders.address_service import TOKEN, URL, AddressService, read_official_addresses
from loaders.errors import RegisterError
from tests.places.rows import incidents, residences

SEMICOLON = "id;vejnavn;husnr;etage;dør;supplerendebynavn;postnr;postnrnavn;kommunekode\n"
ROWS = "a1;Nørregade;4B;1;tv;;9000;Aalborg;0851\na2;Nørregade;4B;1;th;;9000;Aalborg;0851\n"
STATED = {"street": "Norregade", "house_number": "4b", "floor": "1", "door": "tv", "postcode": "9000"}


class Service(BaseHTTPRequestHandler):
    """Answers like the public service, to whoever knows the token."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        query = parse_qs(path.query)
        text = query["adresse"][0]
        self.asked.append(text)
        if query["token"] != ["secret"]:
            self.send_error(403)
            return
        labels = {"doubtful": ["Egevej 1, 9000 Aalborg", "Elmevej 1, 9000 Aalborg"], "nowhere": []}
        found = labels.get(text, ["Nørregade 4B, 1. tv, 9000 Aalborg"])
        body = (
            b"<html>" if text == "broken" else json.dumps({"resultater": [{"betegnelse": f} for f in found]}).encode()
        )
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is for people."""


@pytest.fixture
def url() -> Iterator[str]:
    Service.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("comma", [False, True])
def test_a_downloaded_list_is_an_authority(tmp_path: Path, comma: bool) -> None:
    path = tmp_path / "adresser.csv"
    path.write_text((SEMICOLON + ROWS).replace(";", "," if comma else ";"), encoding="utf-8-sig")
    official = read_official_addresses(path)
    assert official.schema == OFFICIAL
    alone = wash_tables(residences(), incidents(STATED, STATED | {"street": "Nørregade"}), official=official)
    assert alone.incidents["address_id"].to_pylist() == ["9000|noerregade|4b|1|tv"] * 2
    assert alone.incidents["grade"].to_pylist() == ["B", "A"]
    assert alone.addresses["address_id"].to_pylist() == ["9000|noerregade|4b|1|tv"], "only addresses somebody states"


def test_json_lines_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "adresser.jsonl"
    row = {"vejnavn": "Nørregade", "husnr": "4B", "etage": None, "postnr": 9000, "adgangspunkt": {"x": 1}}
    path.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    assert read_official_addresses(path).to_pylist() == [
        dict.fromkeys(OFFICIAL.names) | {"street": "Nørregade", "house_number": "4B", "postcode": "9000"}
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "x;y\n1;2\n"), ("a.jsonl", "{nonsense"), ("b.jsonl", "[1]\n"), ("none.csv", None)]
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError, match=name):
        read_official_addresses(tmp_path / name)


@pytest.mark.parametrize(
    "environment", [{}, {URL: "https://adresser.example"}, {TOKEN: "secret"}, {URL: "", TOKEN: ""}]
)
def test_without_url_and_token_nobody_is_asked(tmp_path: Path, environment: dict[str, str]) -> None:
    assert AddressService.configured(environment, tmp_path / "answers.sqlite") is None


@pytest.mark.parametrize("address", ["http://adresser.example", "file:///etc/passwd", "ftp://localhost"])
def test_an_address_never_leaves_unencrypted(tmp_path: Path, address: str) -> None:
    with pytest.raises(RegisterError, match="HTTPS"):
        AddressService.configured({URL: address, TOKEN: "secret"}, tmp_path / "answers.sqlite")


def service(url: str, folder: Path, token: str = "secret") -> AddressService:  # noqa: S107
    found = AddressService.configured({URL: url, TOKEN: token}, folder / "answers.sqlite")
    assert found is not None
    return AddressService(found.url, found.token, found.cache, timeout=2.0, per_second=1000.0)


def test_the_service_is_asked_once_for_each_text(url: str, tmp_path: Path) -> None:
    asking = service(url, tmp_path)
    texts = ["Noregade 4b 1tv Ålborg", "doubtful", "nowhere", "doubtful"]
    first = asking.official(texts)
    assert asking.official(texts).equals(first)
    assert sorted(Service.asked) == sorted(set(texts))
    assert [row["street"] for row in first.to_pylist()] == ["Nørregade"]
    kept = (tmp_path / "answers.sqlite").read_bytes()
    assert b"Noregade" not in kept, "no text of a person stays"
    assert stat.S_IMODE((tmp_path / "answers.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize(("text", "token"), [("broken", "secret"), ("Nørregade 4B", "wrong")])
def test_a_failing_service_is_told_without_text_or_token(url: str, tmp_path: Path, text: str, token: str) -> None:
    with pytest.raises(RegisterError) as caught:
        service(url, tmp_path, token).official([text])
    assert text not in str(caught.value)
    assert token not in str(caught.value)


def test_a_service_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="no answer"):
        service("http://127.0.0.1:9", tmp_path).official(["Nørregade 4B"])


@pytest.mark.parametrize("url", ["https://127.0.0.1:9/a b", "https://127.0.0.1:port"])
def test_a_url_that_is_none_is_told_without_text_or_token(tmp_path: Path, url: str) -> None:
    with pytest.raises(RegisterError, match="no answer") as caught:
        service(url, tmp_path).official(["Hemmeligvej 4"])
    assert "Hemmeligvej" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_requests_keep_their_distance(url: str, tmp_path: Path) -> None:
    slow = AddressService(url, "secret", tmp_path / "answers.sqlite", per_second=20.0)
    begin = time.monotonic()
    slow.official(["one", "two", "three"])
    assert time.monotonic() - begin >= 0.1
