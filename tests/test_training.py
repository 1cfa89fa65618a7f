from __future__ import annotations

import numpy as np
import pytest

from initviz import Experiment, engine, iterate, train
from tests.make import data

EXPERIMENT = Experiment(data=data("moons", samples=32), hidden=(8,), epochs=3)


def test_training_records_the_experiments_own_number_of_epochs() -> None:
    recording = train(EXPERIMENT)

    assert recording.last == 3
    assert recording.experiment is EXPERIMENT
    assert np.array_equal(recording.parameters(3), engine.record(EXPERIMENT).parameters(3))


@pytest.mark.parametrize("epochs", [0, 1, 5])
def test_another_number_of_epochs_can_be_trained(epochs: int) -> None:
    reached: list[int] = []
    recording = train(EXPERIMENT, epochs, reached.append)

    assert recording.last == epochs
    assert recording.experiment is EXPERIMENT
    assert reached == list(range(epochs + 1))


def test_a_budget_thins_out_older_weights() -> None:
    size = 4 * EXPERIMENT.parameter_count
    assert train(EXPERIMENT, 7, budget=3 * size).kept_epochs() == [0, 4, 7]


def test_iterating_gives_one_epoch_after_the_other() -> None:
    recording = train(EXPERIMENT)
    for number, epoch in enumerate(iterate(EXPERIMENT)):
        assert epoch.number == number
        assert np.array_equal(epoch.parameters, recording.parameters(number))
    assert number == 3
    assert [epoch.number for epoch in iterate(EXPERIMENT, 1)] == [0, 1]


def test_a_negative_number_of_epochs_is_refused() -> None:
    for call in (train, iterate):
        with pytest.raises(ValueError, match="epochs: -1 is out of range; write 0 or more"):
            call(EXPERIMENT, -1)
