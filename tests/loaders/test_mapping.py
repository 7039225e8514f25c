"""Mapping files: what they may say, and where they say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders import MappingError, load, read_mapping, shipped_mappings
from loaders.mapping.toml_lines import key_lines
from tests.loaders.world import World, case

GOOD = """\
[register]
name = "clubs"
synthetic = true
extract_date = 2024-05-01
delimiter = ","
date_formats = ["%d.%m.%Y"]

[register.files]
members = "members.csv"

[maps.sex]
f = "F"
m = "M"

[persons.member]
from = "members"
record_id = "no"
surname = "name"
sex = { column = "sex", map = "sex" }
birth_date = "born"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "clubs.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_is_read_whole(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, GOOD))
    assert mapping.name == "clubs"
    assert mapping.columns("members") == ("born", "name", "no", "sex")
    assert mapping.files["members"] == (tmp_path / "members.csv",)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("delimiter =", "delimeter =", 5, "'delimiter'"),
        ('name = "clubs"', 'name = "Clubs!"', 2, "not a register's name"),
        ('name = "clubs"', 'name = "protected"', 2, "reserved"),
        ("synthetic = true", 'synthetic = "yes"', 3, "true or false"),
        ("synthetic = true\n", "", 1, "synthetic"),
        ('delimiter = ","', 'delimiter = ",,"', 5, "one ASCII character"),
        ('delimiter = ","', 'encoding = "utf-99"', 5, "windows-1252"),
        ('"%d.%m.%Y"', '"%d.%m.%y"', 6, "century"),
        ('"%d.%m.%Y"', '"%d.%m.%Q"', 6, "%Q"),
        ('["%d.%m.%Y"]', '[\n  "%d.%m.%Y",\n  "%m",\n]', 8, "%Y"),
        ("extract_date = 2024-05-01", 'extract_date = "2024"', 4, "a date"),
        ('m = "M"', 'm = "Male"', 13, "not a sex"),
        ("[maps.sex]", "[mapz.sex]", 11, "'maps'"),
        ("[persons.member]", "[person.member]", 15, "'persons'"),
        ('from = "members"', 'from = "member"', 16, "'members'"),
        ('from = "members"\n', "", 15, "from"),
        ('record_id = "no"\n', "", 15, "record_id"),
        ("birth_date =", "birthdate =", 20, "'birth_date'"),
        ('map = "sex"', 'map = "sexes"', 19, "'sex'"),
        ('{ column = "sex", map = "sex" }', '{ colum = "sex" }', 19, "'column'"),
        ('{ column = "sex", map = "sex" }', '{ column = "sex", constant = "F" }', 19, "exactly one"),
        ('{ column = "sex", map = "sex" }', '{ constant = "X" }', 19, "not a sex"),
        ('surname = "name"', "surname = 3", 18, "column"),
        ('surname = "name"', 'surname = { parts = ["a", "b", "c"] }', 18, "year, month, day"),
        ('surname = "name"', 'surname = { column = "name", formats = ["%Y"] }', 18, "dates only"),
        ('surname = "name"', 'surname = "name', 18, "not TOML"),
        ("[register]\n", 'extends = "polsaz"\n[register]\n', 1, "'polsas'"),
    ],
)
def test_a_slip_is_told_with_its_line_and_the_likely_word(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    assert f"clubs.toml, line {line}:" in str(caught.value)
    assert says in str(caught.value)
    assert caught.value.exit_code != 0


def test_the_shipped_mappings_extend(tmp_path: Path) -> None:
    assert set(shipped_mappings()) >= {"copenhagen", "cpr", "polsas", "underretning"}
    world = World()
    world.person("1", "Anna", "Jensen", "1985-05-01")
    world.cases["nord"] = [case("J1")]
    world.notifications["und"] = []
    assert [read_mapping(p).name for p in world.write(tmp_path)] == ["cpr", "nord", "und"]


def test_an_extending_mapping_wins_and_its_errors_name_its_own_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'extends = "polsas"\n[register]\nname = "a"\nsynthetic = true\n[register.files]\ncases = "a.csv"\n'
        '[maps.role]\nSIG = "SUSPECT"\nXYZ = "CHRGED"\n',
    )
    with pytest.raises(MappingError, match=r"clubs\.toml, line 9: maps\.role\.XYZ.*'CHARGED'"):
        read_mapping(path)
    path.write_text(path.read_text().replace("CHRGED", "CHARGED"))
    mapping = read_mapping(path)
    part = next(s for s in mapping.sections if s.table == "involvements")
    roles = dict(part.cells["role"].map or ())
    assert (roles["SIG"], roles["XYZ"], roles["FOU"]) == ("SUSPECT", "CHARGED", "INJURED")


def test_a_relative_base_may_be_shared_and_a_ring_is_refused(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(GOOD)
    child = tmp_path / "child.toml"
    child.write_text('extends = "base.toml"\n[register]\nname = "other"\n')
    assert read_mapping(child).name == "other"
    child.write_text('extends = "ring.toml"\n')
    (tmp_path / "ring.toml").write_text('extends = "child.toml"\n')
    with pytest.raises(MappingError, match=r"ring\.toml, line 1: .*in a ring"):
        read_mapping(child)


def test_a_missing_mapping_is_told(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no such mapping file"):
        read_mapping(tmp_path / "none.toml")


def test_synthetic_and_real_registers_never_mix(tmp_path: Path) -> None:
    for name, flag in (("a", "true"), ("b", "false")):
        (tmp_path / f"{name}.toml").write_text(
            GOOD.replace('"clubs"', f'"{name}"').replace("synthetic = true", f"synthetic = {flag}")
        )
    (tmp_path / "members.csv").write_text("no,name,sex,born\n")
    both = [read_mapping(tmp_path / "a.toml"), read_mapping(tmp_path / "b.toml")]
    assert load(both[:1]).tables["registers"].num_rows == 1
    with pytest.raises(MappingError, match="never mix"):
        load(both)


def test_registers_need_names_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text("no,name,sex,born\n")
    mapping = read_mapping(written(tmp_path, GOOD))
    with pytest.raises(MappingError, match="two registers are called clubs"):
        load([mapping, mapping])


def test_lines_are_found_in_every_toml_construct() -> None:
    text = (
        'a = """x\n[no]\n"""\nb.c = [ # [\n  "1", "]",\n  { d = 1 },\n]\n["e f"]\ng = \'#\'\n'
        "[[h]]\ni = 1\n[[h]]\ni = { j = 2 }\n"
    )
    lines = key_lines(text)
    expected = {("b", "c"): 4, ("b", "c", 1): 5, ("b", "c", 2, "d"): 6, ("e f", "g"): 9, ("h", 1, "i", "j"): 13}
    assert {path: lines[path] for path in expected} == expected
