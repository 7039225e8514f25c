"""What a mapping may say of its files, and what each mistake in it is told as."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from loaders import MappingError, read_mapping
from loaders.mapping.model import Database, Form
from tests.loaders.test_documented import GUIDE

MAPPING = """\
[register]
name = "a"
synthetic = true
[register.files]
people = {stated}
[persons.p]
from = "people"
record_id = "no"
"""


def form(folder: Path, stated: str) -> Form:
    (folder / "a.toml").write_text(MAPPING.format(stated=stated))
    return read_mapping(folder / "a.toml").forms.get("people", Form())


def test_a_form_says_how_a_file_is_written(tmp_path: Path) -> None:
    assert form(tmp_path, '"a.csv"') == Form()
    text = 'encoding = "latin-1", delimiter = ","'
    stated = f'{{ path = "a.xlsx", sheet = "Sager", header_row = 3, {text}, follow_links = true }}'
    expected = Form("iso8859-1", ",", header_row=3, sheet="Sager", follow_links=True)
    assert form(tmp_path, stated) == expected
    assert form(tmp_path, '{ path = "a.zip", member = "*.csv", schema = "Person", separator = "; " }') == Form(
        member="*.csv", schema="Person", separator="; "
    )
    assert form(tmp_path, "{ frame = true }") == Form(frame=True)
    assert form(tmp_path, '{ url_env = "X", query = "SELECT 1 AS no" }').database == Database(
        url_env="X", query="SELECT 1 AS no"
    )


def test_the_forms_in_the_guide_are_forms(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (files,) = [block for block in blocks if "password_env" in block]
    section = '\n[persons.p]\nfrom = "cases"\nrecord_id = "no"\n'
    (tmp_path / "a.toml").write_text('[register]\nname = "a"\nsynthetic = true\n' + files + section)
    mapping = read_mapping(tmp_path / "a.toml")
    assert len(mapping.files) == files.count(" = {") + 2
    words = re.findall(r"`(\w+)`", GUIDE.read_text(encoding="utf-8").split("## Files")[1].split("## Cells")[0])
    assert {"path", "url", *(f.name for f in fields(Form)), *(f.name for f in fields(Database))} - {"database"} <= set(
        words
    )


def test_paths_and_sqlite_files_stand_beside_their_mapping(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "a.toml").write_text(MAPPING.format(stated='{ path = ["x.csv", "y*.csv"], header_row = 2 }'))
    (tmp_path / "b.toml").write_text('extends = "base/a.toml"\n[register]\nname = "b"\n')
    mapping = read_mapping(tmp_path / "b.toml")
    assert mapping.files["people"] == (tmp_path / "base" / "x.csv", tmp_path / "base" / "y*.csv")
    assert mapping.forms["people"].header_row == 2
    for url, meant in (
        ("sqlite:///a.db", f"sqlite:///{tmp_path}/a.db"),
        ("sqlite:////data/a.db", "sqlite:////data/a.db"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
    ):
        database = form(tmp_path, f'{{ url = "{url}", table = "t" }}').database
        assert database is not None
        assert database.url == meant


def test_a_role_stated_anew_forgets_how_the_base_wrote_it(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(MAPPING.format(stated='{ path = "x.csv", header_row = 2 }'))
    over = '[register.files]\npeople = { url = "sqlite:///x.db", table = "t" }\n'
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n[register]\nname = "b"\n' + over)
    mapping = read_mapping(tmp_path / "b.toml")
    assert mapping.files["people"] == ()
    assert mapping.forms["people"].header_row == 1


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ("3", "must be a path, a pattern or a list of them"),
        ('""', "must be a path, a pattern or a list of them"),
        ("{}", "must have exactly one of path, url, url_env, frame"),
        ('{ path = "a", url = "sqlite:///x", table = "t" }', "must have exactly one of path, url, url_env, frame"),
        ('{ path = "a", shet = "x" }', "register.files.people.shet: unknown key (did you mean 'sheet'?)"),
        ('{ path = "a", header_row = -1 }', "header_row: must be from 0 to 1000"),
        ('{ path = "a", header_row = true }', "header_row: must be a number"),
        ('{ path = "a", encoding = "klingon" }', "unknown encoding (one of utf-8, windows-1252, latin-1, utf-16)"),
        ('{ path = "a", delimiter = ";;" }', "delimiter must be one ASCII character"),
        ('{ path = "a", table = "t" }', "table: is for databases only"),
        ("{ frame = false }", "frame: must be true"),
        ('{ url = "sqlite:///x" }', "needs either table or query"),
        ('{ url = "sqlite:///x", table = "t", query = "SELECT 1" }', "needs either table or query"),
        ('{ url = "sqlite:///x", query = "DELETE FROM t" }', "query: must begin with SELECT or WITH"),
        ('{ url = "sqlite:///x", query = "SELECT 1; DROP TABLE t" }', "query: must be one statement"),
        ('{ url = "postgresql://u:hemmelig@h/d", table = "t" }', "url: a password must not stand in a mapping"),
        (
            '{ url = "postgresql://u@h/d?password=hemmelig", table = "t" }',
            "url: a password must not stand in a mapping",
        ),
        (
            '{ url = "postgresql://u:hem/melig@h/d?x=hemmelig", table = "t" }',
            "url: a password must not stand in a mapping",
        ),
        (
            '{ url = "mssql+pyodbc:///?odbc_connect=UID%3Du%3BPWD%3Dhemmelig", table = "t" }',
            "url: a password must not stand in a mapping",
        ),
        ('{ url_env = "A", password_env = "B", table = "t" }', "password_env: the URL is secret as a whole already"),
    ],
)
def test_what_a_form_must_not_say_is_told_with_its_line(tmp_path: Path, stated: str, says: str) -> None:
    with pytest.raises(MappingError) as caught:
        form(tmp_path, stated)
    assert str(caught.value).startswith("a.toml, line 5: ")
    assert says in str(caught.value)
    assert "hemmelig" not in str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ';' AS no",
        "-- all; of them\nSELECT 1 AS no;",
        "/* ; */ (SELECT 1 AS no)",
        'WITH "a;" AS (SELECT 1) TABLE x',
    ],
)
def test_a_semicolon_in_a_text_ends_no_statement(tmp_path: Path, query: str) -> None:
    database = form(tmp_path, f"{{ url_env = 'X', query = '''{query}''' }}").database
    assert database is not None
    assert database.query == query


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("x = " + "[" * 100_000, "not TOML"),
        ("x = " + "[" * 60 + "]" * 60, "nested more than 32 deep"),
        ("x = " + "9" * 10_000, "not TOML that can be read"),
        ("#" * 2_000_000, "is larger than 1 MiB"),
        ("a.b" * 1000, "not TOML"),
    ],
)
def test_a_mapping_made_to_hurt_is_refused(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "a.toml").write_text(content)
    with pytest.raises(MappingError) as caught:
        read_mapping(tmp_path / "a.toml")
    assert says in str(caught.value)
