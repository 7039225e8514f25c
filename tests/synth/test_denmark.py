"""What is written, where, and what is refused."""

from __future__ import annotations

import filecmp
import json
from dataclasses import replace
from pathlib import Path

import pytest

from loaders import load, read_mapping
from loaders.errors import SynthesisError
from loaders.synth import Noise, SynthSettings, denmark, is_denmark_of, make_denmark
from tests.synth.conftest import World, make


def _files(folder: Path) -> list[Path]:
    return sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())


def test_same_settings_give_the_same_bytes(village: World, tmp_path: Path) -> None:
    again = make(tmp_path / "again", persons=600, seed=3)
    files = _files(village.path)
    assert _files(again.path) == files
    same, different, missing = filecmp.cmpfiles(village.path, again.path, [str(f) for f in files], shallow=False)
    assert (different, missing, len(same)) == ([], [], len(files))


def test_another_seed_gives_another_world(village: World, tmp_path: Path) -> None:
    other = make(tmp_path / "other", persons=600, seed=4)
    name = "registers/cpr/navn.csv"
    assert (other.path / name).read_bytes() != (village.path / name).read_bytes()


def test_noise_changes_what_is_written_and_not_what_happened(village: World, tmp_path: Path) -> None:
    clean = make(tmp_path / "clean", persons=600, seed=3, noise=Noise.CLEAN)
    for name in ("persons", "stays", "relations", "roles"):
        assert clean.truth(name).equals(village.truth(name))
    assert clean.report.rates["name_wrong"] == 0.0


def test_report_counts_every_file_and_is_plain_json(village: World) -> None:
    told = village.report.to_json()
    assert json.loads(json.dumps(told)) == told
    data = {str(f) for f in _files(village.path)} - {"kintrace.toml", "truth/manifest.json"}
    assert set(told["files"]) == {f for f in data if not f.startswith("mappings/")}
    manifest = json.loads((village.path / "truth/manifest.json").read_text(encoding="utf-8"))
    assert {k: manifest[k] for k in told} == told
    assert told["files"]["truth/persons.parquet"] == village.truth("persons").num_rows


def test_every_register_loads_and_every_mention_has_its_truth(village: World) -> None:
    mappings = [read_mapping(p) for p in sorted((village.path / "mappings").glob("*.toml"))]
    assert len(mappings) == 27
    tables = load(mappings).tables
    known = dict(village.ask("select record_id, person from records"))
    loaded = tables["persons"].column("record_id").to_pylist()
    assert {r for r in loaded if not r.startswith("protected:")} <= known.keys()
    told = {r for (r,) in village.ask("select incident_id from incident_records")}
    assert {r for r in tables["incidents"].column("incident_id").to_pylist() if not r.startswith("protected:")} <= told
    assert len(loaded) == pytest.approx(len(known), rel=0.01)
    assert tables["refused"].num_rows < 0.001 * len(loaded)


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(SynthesisError, match="not empty"):
        make(tmp_path, persons=200)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(SynthesisError, match="no folder"):
        make(tmp_path / "out", persons=200)


def test_an_earlier_denmark_is_replaced_whole(tmp_path: Path) -> None:
    first = make(tmp_path / "out", persons=200, seed=1)
    (first.path / "registers" / "stale.csv").write_text("")
    second = make(tmp_path / "out", persons=300, seed=1)
    assert second.truth("persons").num_rows >= 300
    assert not (second.path / "registers" / "stale.csv").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_neighbouring_folders_are_left_alone(tmp_path: Path) -> None:
    for name in ("out.making", "out.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "letter.txt").write_text("mine")
    for persons in (200, 300):
        make(tmp_path / "out", persons=persons)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "out.making", "out.old"]
    assert all((tmp_path / name / "letter.txt").read_text() == "mine" for name in ("out.making", "out.old"))


def test_a_world_with_runs_is_never_replaced(tmp_path: Path) -> None:
    first = make(tmp_path / "out", persons=200, seed=1)
    log = first.path / "runs" / "lookups.log"
    log.parent.mkdir()
    log.write_text("who asked")
    before = _files(first.path)
    with pytest.raises(SynthesisError, match="holds runs of an earlier synthetic Denmark") as caught:
        make(tmp_path / "out", persons=300, seed=1)
    assert "delete" in str(caught.value)
    assert _files(first.path) == before
    assert log.read_text() == "who asked"


def test_a_world_can_be_made_in_the_folder_one_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for persons in (200, 300):
        make(Path(), persons=persons)
    assert Path("kintrace.toml").is_file()
    (tmp_path / "letter.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SynthesisError, match="not empty"):
        make(Path(), persons=200)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here", "letter.txt"]


def test_a_failing_move_puts_the_earlier_denmark_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make(tmp_path / "out", persons=200, seed=1)
    before = {f: (first.path / f).read_bytes() for f in _files(first.path)}
    rename = Path.rename

    def failing(source: Path, target: Path) -> Path:
        if source.parent.name == "new" and source.name == "registers":
            raise OSError(5, "Input/output error")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(SynthesisError, match="Input/output error"):
        make(tmp_path / "out", persons=300, seed=1)
    assert {f: (first.path / f).read_bytes() for f in _files(first.path)} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_world_is_known_by_its_settings(village: World, tmp_path: Path) -> None:
    settings = SynthSettings(persons=600, years=12, seed=3, noise=Noise.TYPICAL)
    assert is_denmark_of(village.path, settings)
    others = ({"persons": 601}, {"years": 11}, {"seed": 4}, {"noise": Noise.CLEAN})
    assert not any(is_denmark_of(village.path, replace(settings, **one)) for one in others)
    assert not is_denmark_of(tmp_path, settings)
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "manifest.json").write_text("[")
    assert not is_denmark_of(tmp_path, settings)


def test_a_failure_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make(tmp_path / "out", persons=200, seed=1)
    before = (first.path / "registers/cpr/navn.csv").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(denmark, "_truth", full)
    with pytest.raises(SynthesisError, match="No space left"):
        make(tmp_path / "out", persons=200, seed=2)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert (first.path / "registers/cpr/navn.csv").read_bytes() == before


@pytest.mark.parametrize(("persons", "years", "seed"), [(10, 12, 1), (1000, 0, 1), (1000, 99, 1), (1000, 12, -1)])
def test_impossible_settings_are_refused(persons: int, years: int, seed: int) -> None:
    with pytest.raises(SynthesisError):
        SynthSettings(persons=persons, years=years, seed=seed, noise=Noise.TYPICAL)


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    settings = SynthSettings(persons=150, years=3, seed=1, noise=Noise.HARSH)
    make_denmark(tmp_path / "out", settings, progress=told.append)
    assert told[-1].startswith("150 persons over 3 years")
