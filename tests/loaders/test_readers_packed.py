"""Archives are read where they lie and within limits; what is no plain, quiet file is refused at once."""

from __future__ import annotations

import gzip
import io
import os
import struct
import threading
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from loaders import load, read_mapping
from loaders.errors import MappingError, RegisterError
from loaders.readers import open_register_file, role_parts
from tests.loaders.reading import COLUMNS, GOOD, ROWS, read, wanted

LINE = '{"no": 3, "name": "Bo", "born": null}\n'
MAPPING = """\
[register]
name = "a"
synthetic = true
extract_date = 2024-01-01
[register.files]
people = {stated}
[persons.p]
from = "people"
record_id = "no"
surname = "name"
birth_date = "born"
"""


def zipped(path: Path, **members: bytes | str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def mapped(folder: Path, stated: str) -> Path:
    (folder / "a.toml").write_text(MAPPING.format(stated=stated))
    return folder / "a.toml"


def test_the_only_file_of_an_archive_is_read(tmp_path: Path) -> None:
    for content in (GOOD.encode(), ("\ufeff" + GOOD).encode("utf-16-le")):
        assert read(wanted(zipped(tmp_path / "a.zip", **{"x/y.csv": content}))).rows == ROWS


def test_names_in_an_archive_are_names_and_never_paths(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    zipped(folder / "a.zip", **{"../../evil.csv": GOOD, "/etc/passwd.csv": GOOD, "x\x1b[2J.csv": GOOD})
    mapping = read_mapping(mapped(folder, '{ path = "a.zip", member = "*.csv" }'))
    parts = role_parts(mapping, "people")
    assert [p.name for p in parts] == ["a.zip/../../evil.csv", "a.zip//etc/passwd.csv", "a.zip/x?[2J.csv"]
    assert [read(part).numbers for part in parts] == [[1, 2]] * 3
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.toml", "a.zip", "inner"]


def test_several_files_of_an_archive_each_keep_their_row_numbers(tmp_path: Path) -> None:
    zipped(
        tmp_path / "a.zip", **{"n.csv": GOOD, "s.csv": GOOD.replace("\n1", "\n3").replace("\n2", "\n;\n4"), "x.pdf": ""}
    )
    tables = load([read_mapping(mapped(tmp_path, '{ path = "a.zip", member = "*.csv" }'))]).tables
    assert tables["persons"]["record_id"].to_pylist() == ["a:1", "a:2", "a:3", "a:4"]
    assert [(r["file"], r["row"]) for r in tables["refused"].to_pylist()] == [("a.zip/s.csv", 2)]


@pytest.mark.parametrize(
    ("members", "member", "says"),
    [
        ({"a.csv": GOOD, "b.csv": GOOD}, None, 'the archive holds 2 files (say which: member = "*.csv")'),
        ({"a.csv": GOOD}, "*.txt", "the archive holds no such file"),
        ({}, None, "the archive is empty"),
        ({"a.csv": gzip.compress(GOOD.encode())}, None, "a.zip/a.csv: holds another packed file (unpack it"),
        ({"mimetype": "x", "content.xml": "x"}, None, "is an OpenDocument file (save it as .xlsx"),
    ],
)
def test_an_archive_that_leaves_a_choice_or_holds_nothing_is_told(
    tmp_path: Path, members: dict[str, bytes | str], member: str | None, says: str
) -> None:
    with pytest.raises(RegisterError) as caught:
        read(wanted(zipped(tmp_path / "a.zip", **members), member=member))
    assert says in str(caught.value)


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "i.zip", **{"a.csv": GOOD}).read_bytes()
    with pytest.raises(RegisterError, match="holds another packed file"):
        read(wanted(zipped(tmp_path / "a.zip", **{"i.zip": inner})))


def _patched(content: bytes, *, flag: int = 0, method: int = 8) -> bytes:
    """The archive with other flags and another method in both headers of its one file."""
    at = content.index(b"PK\1\2")
    content = content[: at + 8] + struct.pack("<HH", flag, method) + content[at + 12 :]
    return content[:6] + struct.pack("<HH", flag, method) + content[10:]


@pytest.mark.parametrize(
    ("flag", "method", "says"),
    [
        (1, 8, "the file is encrypted"),
        (0x41, 8, "the file is encrypted"),
        (0, 14, "packed by method 14"),
        (0, 99, "method 99"),
    ],
)
def test_what_cannot_or_must_not_be_unpacked_is_told(tmp_path: Path, flag: int, method: int, says: str) -> None:
    file = zipped(tmp_path / "a.zip", **{"a.csv": GOOD})
    file.write_bytes(_patched(file.read_bytes(), flag=flag, method=method))
    with pytest.raises(RegisterError) as caught:
        read(wanted(file))
    assert says in str(caught.value)


def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(
        [
            packer.compress(GOOD.encode()),
            *(packer.compress(b"\n" * 1_000_000) for _ in range(megabytes)),
            packer.flush(),
        ]
    )


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_refused_long_before_it_has_gone_off(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "a"
    if kind == "gzip":
        file.write_bytes(_bomb(200))
    else:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
            member.write(GOOD.encode())
            for _ in range(200):
                member.write(b"\n" * 1_000_000)
    start = time.monotonic()
    with pytest.raises(RegisterError, match="unpacks to more than 64 MiB, too much for its size"):
        read(wanted(file))
    assert time.monotonic() - start < 20


def test_files_that_share_their_bytes_count_each_time(tmp_path: Path) -> None:
    """An archive whose list names one piece many times would unpack to far more than it holds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", GOOD)
        archive.filelist *= 2
        archive.NameToInfo["b.csv"] = archive.filelist[0]
    (tmp_path / "a.zip").write_bytes(buffer.getvalue())
    with pytest.raises(RegisterError, match="two files in the archive have one name"):
        read(wanted(tmp_path / "a.zip", member="*.csv"))


@pytest.mark.parametrize("cut", [30, 60, 100])
def test_a_truncated_archive_is_told(tmp_path: Path, cut: int) -> None:
    content = zipped(tmp_path / "a.zip", **{"a.csv": GOOD * 50}).read_bytes()
    (tmp_path / "a.zip").write_bytes(content[:-cut])
    with pytest.raises(RegisterError, match="the zip file is truncated or damaged"):
        read(wanted(tmp_path / "a.zip"))


def test_a_list_of_contents_that_is_far_too_long_is_not_read(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65_535, 65_535, 1 << 30, 0, 0)
    (tmp_path / "a.zip").write_bytes(b"PK\3\4" + b"\0" * 100 + end)
    with pytest.raises(RegisterError, match="the archive lists too many files"):
        read(wanted(tmp_path / "a.zip"))


def test_pipes_devices_and_folders_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, kind in (("pipe", "a pipe"), ("folder", "a folder"), ("/dev/zero", "a device")):
        with pytest.raises(RegisterError, match=f"is {kind}, not a file"):
            read(wanted(tmp_path / name))
        with pytest.raises(RegisterError, match=f"is {kind}, not a file"):
            load([read_mapping(mapped(tmp_path, f'"{name}"'))])
    with pytest.raises(MappingError, match="is a pipe, not a file"):
        read_mapping(tmp_path / "pipe")
    with pytest.raises(MappingError, match="is a device, not a file"):
        read_mapping(Path("/dev/zero"))


def test_a_pattern_passes_by_folders_and_names_pipes(tmp_path: Path) -> None:
    (tmp_path / "x1").mkdir()
    (tmp_path / "x2").write_text(GOOD)
    assert len(load([read_mapping(mapped(tmp_path, '"x*"'))]).tables["persons"]) == 2
    os.mkfifo(tmp_path / "x3")
    with pytest.raises(RegisterError, match="is a pipe, not a file"):
        load([read_mapping(mapped(tmp_path, '"x*"'))])


@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(LINE * 500_000)
    batches = open_register_file(wanted(file))
    next(batches)
    if change == "shrink":
        os.truncate(file, 5_000_000)
    else:
        with file.open("r+" if change == "rewrite" else "a") as handle:
            handle.write(LINE)
        os.utime(file, (1, 1))
    with pytest.raises(RegisterError, match=r"the file changed while it was read \(load it again once"):
        list(batches)


def test_a_writer_that_never_stops_does_not_keep_the_reader(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(LINE * 500_000)
    stop = threading.Event()

    def write() -> None:
        with file.open("a") as handle:
            while not stop.is_set():
                handle.write(LINE * 10_000)

    writer = threading.Thread(target=write)
    batches = open_register_file(wanted(file))
    next(batches)
    writer.start()
    try:
        with pytest.raises(RegisterError, match="the file changed while it was read"):
            list(batches)
    finally:
        stop.set()
        writer.join()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "a.csv").write_text(GOOD)
    mapped(folder, '"a.csv"')
    return folder


def test_a_mapping_that_is_a_link_to_elsewhere_is_refused(tmp_path: Path, elsewhere: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "link.toml").symlink_to(elsewhere / "a.toml")
    with pytest.raises(MappingError, match="is a link that leads out of its folder"):
        read_mapping(here / "link.toml")
    (here / "over.toml").write_text('extends = "link.toml"\n[register]\nname = "b"\n')
    with pytest.raises(MappingError, match="is a link that leads out of its folder"):
        read_mapping(here / "over.toml")
    (here / "real.toml").write_bytes((elsewhere / "a.toml").read_bytes())
    (here / "near.toml").symlink_to("real.toml")
    assert read_mapping(here / "near.toml").name == "a"
    (tmp_path / "folder").symlink_to(elsewhere)
    assert read_mapping(tmp_path / "folder" / "a.toml").name == "a"


@pytest.mark.parametrize("stated", ["a.csv", "sub/a.csv", "*.csv", "s*/*.csv"])
def test_a_register_behind_a_link_to_elsewhere_is_refused_unless_declared(
    tmp_path: Path, elsewhere: Path, stated: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "a.csv").symlink_to(elsewhere / "a.csv")
    (here / "sub").symlink_to(elsewhere)
    with pytest.raises(RegisterError, match=r"a link leads out of its folder \(.* follow_links = true"):
        load([read_mapping(mapped(here, f'"{stated}"'))])
    followed = load([read_mapping(mapped(here, f'{{ path = "{stated}", follow_links = true }}'))])
    assert len(followed.tables["persons"]) == 2
    assert len(load([read_mapping(mapped(here, '"../elsewhere/a.csv"'))]).tables["persons"]) == 2


def test_columns_are_the_ones_asked_for(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", **{"a.csv": GOOD})
    batches = list(open_register_file(wanted(tmp_path / "a.zip", COLUMNS[::-1])))
    assert [b.table.column_names for b in batches] == [list(COLUMNS[::-1])]
