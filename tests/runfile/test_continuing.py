"""A run that was saved and opened again is the run that it was, and goes on as it would have."""

from __future__ import annotations

from pathlib import Path

import pytest

from initviz.cli.inputs import Subject
from initviz.cli.training import recorded
from initviz.engine import probe, record
from initviz.experiment import Experiment, Lane
from initviz.parts import Part, Wanted
from initviz.recording import Recording
from initviz.runfile import open_run, save_run
from tests.make import data
from tests.runfile.runs import assert_equal, same

LANES = (Lane(scheme="zeros"), Lane(scheme="he_normal", activation="relu"), Lane(scale=200.0))
EXPERIMENT = Experiment(
    data=data("moons", samples=48), hidden=(8, 8), lanes=LANES, batch_size=16, epochs=12
)


def parted(experiment: Experiment, folder: Path, budget: int, at: int = 5) -> Recording:
    """A recording that was saved at an epoch, opened, and trained on to the experiment's end."""
    first = record(experiment.replace(epochs=at), budget=budget)
    first.experiment = experiment
    save_run(first, folder / "run.initviz")
    again = open_run(folder / "run.initviz", budget=budget)
    return recorded(Subject("run", experiment, again), experiment.epochs)


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("room", [100, 4], ids=["all epochs", "thinned"])
def test_it_is_trained_on_to_the_same_numbers(tmp_path: Path, optimiser: str, room: int) -> None:
    experiment = EXPERIMENT.replace(optimiser=optimiser, learning_rate=0.01)
    budget = room * len(LANES) * experiment.parameter_count * 4
    uninterrupted = record(experiment, budget=budget)
    assert (uninterrupted.stride > 1) == (room == 4)

    assert same(parted(experiment, tmp_path, budget), uninterrupted)


def test_a_run_in_float64_is_trained_on_to_the_same_numbers(tmp_path: Path) -> None:
    experiment = EXPERIMENT.replace(precision="float64", l2=0.01, batch_size=48)
    assert same(parted(experiment, tmp_path, 2**20), record(experiment))


@pytest.mark.parametrize("room", [100, 4], ids=["all epochs", "thinned"])
def test_it_shows_the_same_pictures_at_every_epoch(tmp_path: Path, room: int) -> None:
    budget = room * len(LANES) * EXPERIMENT.parameter_count * 4
    before = record(EXPERIMENT, budget=budget)
    save_run(before, tmp_path / "run.initviz")
    after = open_run(tmp_path / "run.initviz", budget=budget)

    wanted = Wanted(grid=20, parts=frozenset(Part))
    assert after.kept_epochs() == before.kept_epochs()
    for number in before.kept_epochs():
        assert_equal(probe(before, number, wanted), probe(after, number, wanted))
