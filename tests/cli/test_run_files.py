"""Run files as what a command works on."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from initviz import cli
from initviz.cli.inputs import Subject, subject_of, subjects
from initviz.cli.status import BadInputError
from initviz.cli.training import recorded
from initviz.engine import record
from initviz.experiment import Experiment, Lane
from initviz.runfile import save_run
from tests.make import data
from tests.runfile.runs import same

SMALL = Experiment(data=data("moons", samples=32), hidden=(8,), lanes=(Lane(),) * 2, epochs=4)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    save_run(record(SMALL.replace(epochs=2)), tmp_path / "mine.initviz")
    return tmp_path / "mine.initviz"


def test_a_run_file_is_a_subject_with_its_recording(run: Path) -> None:
    options = argparse.Namespace(what=[str(run), "zeros"], csv=None, target=None)
    mine, zeros = subjects(options)

    assert mine.name == "mine"
    assert mine.experiment == SMALL.replace(epochs=2)
    assert mine.recording is not None
    assert same(mine.recording, record(mine.experiment))
    assert zeros.recording is None


def test_its_suffix_may_be_written_in_capitals(run: Path) -> None:
    loud = run.rename(run.with_name("LOUD.INITVIZ"))
    assert subject_of(str(loud)).name == "LOUD"


def test_a_spoilt_run_file_is_bad_input(run: Path) -> None:
    run.write_bytes(run.read_bytes()[:100])
    with pytest.raises(BadInputError, match=r"mine\.initviz: is no run file"):
        subject_of(str(run))


def test_what_is_recorded_is_used(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("initviz.engine.train", None)
    subject = subject_of(str(run))
    for last in (0, 1, 2):
        assert recorded(subject, last) is subject.recording


@pytest.mark.parametrize("table", ["scalars", "weights"])
def test_tables_are_made_of_a_run_file(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr("initviz.engine.train", None)
    out = tmp_path / "out"
    assert cli.main(["table", str(run), "--what", table, "--out", str(out), "--quiet"]) == 0
    (file,) = out.iterdir()
    assert file.name.startswith(f"mine-{table}")


@pytest.mark.parametrize("last", [3, 6])
def test_what_is_missing_is_trained(run: Path, last: int) -> None:
    seen: list[int] = []
    subject = subject_of(str(run))
    longer = Subject(subject.name, SMALL, subject.recording)
    recording = recorded(longer, last, seen.append)

    assert recording is subject.recording
    assert seen == list(range(last + 1))
    wanted = record(SMALL.replace(epochs=last))
    wanted.experiment = SMALL
    assert same(recording, wanted)


def test_a_lesson_is_trained_from_the_beginning_and_keeps_its_own_number_of_epochs() -> None:
    recording = recorded(Subject("small", SMALL), 1)

    assert recording.last == 1
    assert recording.experiment == SMALL
    assert recorded(Subject("small", SMALL), 0).last == 0
