"""`kintrace doctor` and `kintrace completion`, as an operator meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kintrace.cli import main


def findings(*arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    result = CliRunner().invoke(main, ["doctor", *arguments, "--json"])
    return result.exit_code, {one["about"]: one for one in json.loads(result.stdout)}


def configured(folder: Path, *, register: str) -> Path:
    (folder / "mappings").mkdir()
    (folder / "kintrace.toml").write_text("[run]\nas_of = 2025-12-31\n", encoding="utf-8")
    (folder / "mappings" / "town.toml").write_text(register, encoding="utf-8")
    return folder


REGISTER = """
[register]
name = "town"
title = "The town's people"
legal_basis = "none: invented"
retention = "none"
synthetic = true
extract_date = 2025-12-31

[register.files]
people = "people.csv"

[persons.person]
from = "people"
record_id = "id"
surname = "name"
"""


def test_a_machine_alone_is_told_about_without_a_problem() -> None:
    code, found = findings()
    assert code == 0
    assert found["Python"]["seen"] == ".".join(map(str, sys.version_info[:3]))
    assert found["the recordlinkage baseline"]["state"] in ("ok", "note")


def test_the_ledger_of_judgements_is_looked_at(tmp_path: Path) -> None:
    folder = configured(tmp_path, register=REGISTER)
    config = folder / "kintrace.toml"
    config.write_text(config.read_text("utf-8") + 'judgements = "judged.jsonl"\n', "utf-8")
    assert findings(str(folder))[1]["judgements"]["state"] == "problem"
    (folder / "judged.jsonl").touch()
    assert findings(str(folder))[1]["judgements"]["state"] == "ok"


def test_a_sound_configuration_is_ready(tmp_path: Path) -> None:
    folder = configured(tmp_path, register=REGISTER)
    folder.joinpath("mappings", "people.csv").write_text("id;name\n1;Jensen\n", encoding="utf-8")
    code, found = findings(str(folder))
    assert code == 0
    assert found["register town"]["state"] == "ok"
    assert found["published run"]["state"] == "note"
    assert found["published run"]["remedy"] == "kintrace rebuild CONFIG"


@pytest.mark.parametrize(
    ("register", "said"),
    [(REGISTER.replace("surname", "sirname"), "surname"), (REGISTER, "people.csv")],
    ids=["a slip in a mapping", "a missing file"],
)
def test_what_would_stop_a_rebuild_is_a_problem_with_its_remedy(tmp_path: Path, register: str, said: str) -> None:
    code, found = findings(str(configured(tmp_path, register=register)))
    assert code == 1
    problems = [one for one in found.values() if one["state"] == "problem"]
    assert len(problems) == 1
    assert said in problems[0]["seen"]


def test_no_configuration_is_told_as_such(tmp_path: Path) -> None:
    code, found = findings(str(tmp_path))
    assert code == 1
    assert "no such file" in found["configuration"]["seen"]


def test_a_shell_completes_commands() -> None:
    script = CliRunner().invoke(main, ["completion", "bash"]).stdout
    told = subprocess.run(
        ["bash", "-c", f"{script}\ncomplete -p kintrace"], capture_output=True, text=True, check=True
    ).stdout
    assert "_kintrace_completion" in told
    environment = {"COMP_WORDS": "kintrace reb", "COMP_CWORD": "1", "_KINTRACE_COMPLETE": "bash_complete"}
    offered = CliRunner().invoke(main, [], env=environment, prog_name="kintrace").stdout
    assert offered == "plain,rebuild\n"
