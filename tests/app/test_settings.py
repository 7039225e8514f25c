"""A wrong kintrace.toml is refused with its name, what is wrong and what to write."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kintrace.errors import ConfigError
from kintrace.settings import Settings, read_settings
from tests.app.ask import ask
from tests.app.worlds import copy_world

RUN = "[run]\nas_of = 2025-12-31\n"

WRONG = {
    "": "as_of is missing",
    "[run]\n": "write as_of = 2025-12-31",
    '[run]\nas_of = "2025-12-31"\n': "as_of is missing or no date",
    "[run]\nas_of = 2025-12-31T10:00:00\n": "as_of is missing or no date",
    "[run]\nas_of = 0001-01-01\n": "the day on which the extracts were drawn",
    "[run]\nas_of = 9999-12-31\n": "the day on which the extracts were drawn",
    "[run]\nas_off = 2025-12-31\n": "did you mean as_of?",
    RUN + "colour = 1\n": "known: as_of, folder, judgements, registers, seed, synthetic",
    RUN + '[scop]\nkind = "all"\n': "did you mean scope?",
    "run = 5\n": "write [run] on a line of its own",
    "[run\n": "not valid TOML",
    "\0": "not valid TOML",
    RUN + "registers = []\n": "matches no mapping file",
    RUN + 'registers = ["nowhere/*.toml"]\n': "looked for nowhere/*.toml",
    RUN + 'registers = ["/nowhere/*.toml"]\n': "looked for /nowhere/*.toml",
    RUN + "registers = [1]\n": "no list of paths",
    RUN + 'registers = [""]\n': "no list of paths",
    RUN + 'registers = "mappings/*.toml"\n': "no list of paths",
    RUN + 'seed = "x"\n': "seed is 'x'",
    RUN + "judgements = 5\n": "a str is expected",
    RUN + "seed = true\n": "seed is True",
    RUN + "seed = -1\n": "use 0 or more",
    RUN + 'synthetic = "yes"\n': "synthetic is 'yes'",
    RUN + '[scope]\nkind = "al"\n': 'use "incident" or "all"',
    RUN + '[scope]\nkind = ["all"]\n': 'use "incident" or "all"',
    RUN + '[scope]\nkind = "all"\n': "names no legal basis",
    RUN + '[scope]\nkind = "all"\nlegal_basis = "  "\n': "names no legal basis",
    RUN + '[scope]\nkind = "all"\nlegal_basis = 5\n': "name the statute in quotes",
}


@pytest.fixture
def world(hamlet: Path, tmp_path: Path) -> Path:
    return copy_world(hamlet, tmp_path / "world")


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_what_is_wrong_is_said_in_one_line_with_the_file(world: Path, text: str, said: str) -> None:
    config = world / "kintrace.toml"
    config.write_text(text, "utf-8")
    refused = ask("rebuild", world)
    assert refused.exit_code == 2
    assert refused.stderr.startswith(f"kintrace: {config}: ")
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not (world / "runs").exists()


def test_a_text_that_is_no_utf_8_is_named(world: Path) -> None:
    (world / "kintrace.toml").write_bytes("# æ\n".encode("latin-1"))
    refused = ask("rebuild", world)
    assert refused.exit_code == 2
    assert "not valid TOML" in refused.stderr


def test_a_folder_without_settings_is_named(tmp_path: Path) -> None:
    refused = ask("rebuild", tmp_path / "nowhere")
    assert refused.exit_code == 2
    assert str(tmp_path / "nowhere") in refused.stderr
    assert "kintrace synth" in refused.stderr


def test_real_registers_cannot_be_called_synthetic_to_spare_the_case(world: Path) -> None:
    for mapping in (world / "mappings").iterdir():
        mapping.write_text(mapping.read_text("utf-8").replace("synthetic = true", "synthetic = false"), "utf-8")
    refused = ask("rebuild", world)
    assert refused.exit_code == 2
    assert "[run] synthetic is true, and the register of cpr.toml is real" in refused.stderr


def test_synthetic_and_real_registers_never_mix(world: Path) -> None:
    config, cpr = world / "kintrace.toml", world / "mappings" / "cpr.toml"
    config.write_text(config.read_text("utf-8").replace("synthetic = true", "synthetic = false"), "utf-8")
    cpr.write_text(cpr.read_text("utf-8").replace("synthetic = true", "synthetic = false"), "utf-8")
    refused = ask("rebuild", world)
    assert refused.exit_code != 0
    assert "synthetic and real registers never mix" in refused.stderr


def test_a_mistyped_mapping_is_named_with_its_line(world: Path) -> None:
    mapping = world / "mappings" / "polsas-fyn.toml"
    mapping.write_text(mapping.read_text("utf-8").replace("extract_date", "extract_dat"), "utf-8")
    refused = ask("rebuild", world)
    assert refused.exit_code != 0
    assert "polsas-fyn.toml, line" in refused.stderr
    assert "did you mean 'extract_date'?" in refused.stderr


def test_a_register_file_that_is_gone_is_named(world: Path) -> None:
    (world / "registers" / "cpr" / "navn.csv").unlink()
    refused = ask("rebuild", world)
    assert refused.exit_code != 0
    assert "navn.csv" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_settings_say_what_may_change_a_result_and_no_paths(world: Path) -> None:
    settings = read_settings(world)
    assert settings == read_settings(world / "kintrace.toml")
    assert settings.as_of == dt.date(2025, 12, 31)
    assert settings.runs == world.resolve() / "runs"
    assert [path.name for path in settings.mappings] == sorted(p.name for p in (world / "mappings").iterdir())
    assert str(world) not in str(settings.result_settings())


def test_a_mapping_may_stand_anywhere(world: Path, tmp_path: Path) -> None:
    config = tmp_path / "elsewhere" / "kintrace.toml"
    config.parent.mkdir()
    config.write_text(RUN + f'registers = ["{world}/mappings/*.toml"]\n', "utf-8")
    assert read_settings(config).mappings == read_settings(world).mappings
    assert isinstance(read_settings(config), Settings)


def test_the_error_is_a_value_error_for_those_who_call_from_python(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(tmp_path)
    assert isinstance(caught.value, ValueError)
    assert caught.value.hint
