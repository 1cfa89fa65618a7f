from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from initviz.catalog.datasets.csv_file import read_table
from initviz.catalog.datasets.own import own_values, prepare
from initviz.engine import probe, record
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.recording import Recording
from initviz.runfile import RunFileError, form, open_run, save_run
from initviz.runfile.tables import name_of
from tests.runfile.runs import assert_equal, forged, members_of, recorded, write


def on_table(path: Path, rows: int = 40) -> Experiment:
    """An experiment on a table that is written for it."""
    lines = "".join(f"{i},{i * i % 7},{'ab'[i % 2]}\n" for i in range(rows))
    path.write_text(f"x,y,kind\n{lines}")
    table = read_table(path)
    prepared = prepare(table, "kind", classes=True, drop_missing=False)
    values = own_values(path, table, "kind", prepared, drop_missing=False)
    data = DataSettings(dataset="csv", values=values)
    return Experiment(data=data, hidden=(3,), lanes=(Lane(),), epochs=2)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine" / "people.csv"


@pytest.fixture
def run(tmp_path: Path, table: Path) -> Recording:
    """A recording on the table, saved as run.initviz."""
    recording = record(on_table(table))
    save_run(recording, tmp_path / "run.initviz")
    return recording


def opened(folder: Path) -> Recording:
    return open_run(folder / "run.initviz", tables=folder / "tables")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_table_that_is_where_it_was_stays_there(tmp_path: Path, run: Recording) -> None:
    assert opened(tmp_path).experiment == run.experiment
    assert not (tmp_path / "tables").exists()


@pytest.mark.parametrize("fate", ["gone", "changed", "a folder"])
def test_a_table_that_is_not_comes_out_of_the_run_file(
    tmp_path: Path, table: Path, run: Recording, fate: str
) -> None:
    before, seen = digest(table), probe(run, 2).layers
    table.unlink()
    if fate == "changed":
        table.write_text("x,y,kind\n1,2,a\n")
    if fate == "a folder":
        table.mkdir()
    again = opened(tmp_path)

    path = Path(again.experiment.data.values["path"])
    assert path == tmp_path / "tables" / before / "people.csv"
    assert digest(path) == before
    assert os.listdir(path.parent) == ["people.csv"]
    assert_equal(probe(again, 2).layers, seen)

    # What was opened can be saved, and opened once more, where there is only the cache.
    save_run(again, tmp_path / "run.initviz", tables=tmp_path / "tables")
    assert opened(tmp_path).experiment == again.experiment


def test_a_table_in_the_cache_that_was_spoilt_is_written_anew(
    tmp_path: Path, table: Path, run: Recording
) -> None:
    table.unlink()
    path = Path(opened(tmp_path).experiment.data.values["path"])
    good = path.read_bytes()
    path.write_bytes(good[:50])
    opened(tmp_path)

    assert path.read_bytes() == good


def test_a_run_whose_table_has_gone_is_saved_from_the_cache(
    tmp_path: Path, table: Path, run: Recording
) -> None:
    table.unlink()
    opened(tmp_path)
    save_run(run, tmp_path / "run.initviz", tables=tmp_path / "tables")

    assert "table.csv" in members_of(tmp_path / "run.initviz")


@pytest.mark.parametrize("fate", ["gone", "changed"])
def test_a_run_whose_table_is_not_there_to_be_saved_says_so(
    tmp_path: Path, table: Path, run: Recording, fate: str
) -> None:
    old = (tmp_path / "run.initviz").read_bytes()
    table.unlink()
    if fate == "changed":
        table.write_text("x,y,kind\n1,2,a\n")
    with pytest.raises(RunFileError, match=r"people\.csv is gone, or has changed .* put it back"):
        save_run(run, tmp_path / "run.initviz", tables=tmp_path / "tables")

    assert (tmp_path / "run.initviz").read_bytes() == old


def test_a_table_that_is_too_large_is_refused_with_the_cure(
    tmp_path: Path, run: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("initviz.runfile.tables.MOST_TABLE", 100)
    with pytest.raises(RunFileError, match="cannot travel inside a run file; train on a part"):
        save_run(run, tmp_path / "other.initviz")
    monkeypatch.setattr("initviz.runfile.container.MOST_TABLE", 100)
    with pytest.raises(RunFileError, match=r"too large \(table\.csv\)"):
        opened(tmp_path)


def test_a_table_that_was_changed_or_left_out_is_refused_and_not_written(
    tmp_path: Path, table: Path, run: Recording
) -> None:
    members = members_of(tmp_path / "run.initviz")
    table.unlink()
    changed = {**members, "table.csv": members["table.csv"].replace(b"a", b"b")}
    write(tmp_path / "run.initviz", changed)
    with pytest.raises(RunFileError, match="has been changed"):
        opened(tmp_path)
    assert not list((tmp_path / "tables").rglob("*.*"))
    write(tmp_path / "run.initviz", forged(changed))
    with pytest.raises(RunFileError, match="not the one that it was trained on"):
        opened(tmp_path)

    def forget(manifest: dict[str, Any]) -> None:
        del manifest["members"]["table.csv"]

    del members["table.csv"]
    write(tmp_path / "run.initviz", forged(members, forget))
    with pytest.raises(RunFileError, match="does not belong to its experiment"):
        opened(tmp_path)


def test_a_table_nobody_asked_for_is_refused(tmp_path: Path) -> None:
    save_run(recorded(), tmp_path / "run.initviz")
    members = {**members_of(tmp_path / "run.initviz"), "table.csv": b"x,y\n1,2\n"}

    def tell(manifest: dict[str, Any]) -> None:
        entry = manifest["members"]["experiment.toml"]
        manifest["members"]["table.csv"] = {**entry, "size": 8}

    write(tmp_path / "run.initviz", forged(members, tell))
    with pytest.raises(RunFileError, match="does not belong to its experiment"):
        opened(tmp_path)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/ann/people.csv", "people.csv"),
        (r"C:\Users\Ann\Größe (2).tsv", "Größe (2).tsv"),
        ("../../evil.csv", "evil.csv"),
        ("..", "table.csv"),
        ("a/.bashrc", "table.csv"),
        ("x" * 300, "table.csv"),
        ("a\0b", "table.csv"),
        ("a:b", "b"),
        ("ends with a dot.", "table.csv"),
    ],
)
def test_a_table_keeps_its_name_where_that_does_no_harm(path: str, name: str) -> None:
    assert name_of({"path": path}) == name


@pytest.mark.parametrize("path", ["/dev/zero", "//elsewhere/share/x.csv"])
def test_a_path_of_somebody_else_is_neither_waited_for_nor_read_without_end(
    tmp_path: Path, run: Recording, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(
        Path, "is_file",
        lambda self, is_file=Path.is_file: looked.append(str(self)) or is_file(self),
    )  # fmt: skip
    members = members_of(tmp_path / "run.initviz")
    data = run.experiment.data
    foreign = run.experiment.replace(data=data.replace(values={**data.values, "path": path}))
    members["experiment.toml"] = foreign.to_toml().encode()
    write(tmp_path / "run.initviz", forged(members))
    again = opened(tmp_path)

    assert Path(again.experiment.data.values["path"]).parent.parent == tmp_path / "tables"
    assert not any("elsewhere" in each for each in looked)


def test_the_sample_that_every_initviz_has_does_not_travel(tmp_path: Path) -> None:
    recording = recorded(Experiment(data=DataSettings(dataset="csv"), hidden=(3,), epochs=2), 2)
    save_run(recording, tmp_path / "run.initviz")

    assert form.TABLE not in members_of(tmp_path / "run.initviz")
    assert opened(tmp_path).experiment == recording.experiment
