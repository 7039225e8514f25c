"""What is written, where, and what is refused."""

from __future__ import annotations

import filecmp
import json
from pathlib import Path

import pytest

from loaders import load, read_mapping
from loaders.errors import SynthesisError
from loaders.synth import Noise, SynthSettings, denmark, make_denmark
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
    assert len(mappings) == 25
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
    (first.path / "runs").mkdir()
    second = make(tmp_path / "out", persons=300, seed=1)
    assert second.truth("persons").num_rows >= 300
    assert not (second.path / "runs").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


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
