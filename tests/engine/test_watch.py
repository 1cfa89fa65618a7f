from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from initviz.catalog.activations import ACTIVATIONS
from initviz.engine.data import load
from initviz.engine.train import _Trainer, record
from initviz.engine.watch import LEAST_SAMPLES, MOST_NUMBERS, MOST_SAMPLES, Watch
from initviz.experiment import Experiment, Lane
from initviz.layout import layout
from initviz.recording import Recording
from tests.make import data, lane
from tests.reference import FUNCTIONS, leaves


def small(*lanes: Lane, **changes: object) -> Experiment:
    settings: dict[str, object] = {
        "data": data("moons", samples=100), "hidden": (12, 7, 7), "lanes": lanes, "epochs": 2,
        "learning_rate": 0.05,
    }  # fmt: skip
    return Experiment(**{**settings, **changes})


MIXED = small(
    Lane(scheme="he_normal", activation="relu"),
    Lane(scheme="xavier_uniform", activation="tanh"),
    Lane(
        scheme="normal",
        values={"deviation": 0.5},
        activation="relu",
        bias="constant",
        bias_values={"value": -0.6},
    ),
    Lane(scheme="normal", values={"deviation": 3.0}, activation="sigmoid"),
    Lane(scheme="zeros", activation="tanh"),
    Lane(scheme="kumar", activation="sigmoid"),
)
"""Lanes whose activations take turns: the network stacks them in another order."""


def activations(recording: Recording, epoch: int, k: int) -> list[np.ndarray]:
    """Every layer's on the watched points, by plain torch in float64, the logits last."""
    experiment = recording.experiment
    row = torch.tensor(recording.parameters(epoch)[k], dtype=torch.float64)
    weights, biases = leaves(row, experiment.sizes)
    name = experiment.activation_of(experiment.lanes[k]).name
    a = torch.tensor(load(experiment).train.x[:MOST_SAMPLES])
    found = []
    with torch.no_grad():
        for weight, bias in zip(weights, biases, strict=True):
            a = a @ weight + bias
            if weight is not weights[-1]:
                a = FUNCTIONS[name](a)
            found.append(a.numpy())
    return found


@pytest.fixture(scope="module")
def mixed() -> Recording:
    return record(MIXED)


@pytest.mark.parametrize("epoch", [0, 2])
@pytest.mark.parametrize("k", range(len(MIXED.lanes)))
def test_what_training_notes_is_what_plain_torch_finds(
    mixed: Recording, epoch: int, k: int
) -> None:
    history, experiment = mixed.scalars(), mixed.experiment
    activation = experiment.activation_of(experiment.lanes[k])
    found = activations(mixed, epoch, k)
    for layer, a in enumerate(found):
        deviation = history.activation_deviation[epoch, k, layer]
        assert deviation == pytest.approx(a.std(), rel=1e-4, abs=1e-12)
        assert history.dead_share[epoch, k, layer] == (a == 0).all(axis=0).mean()
        share = history.saturated_share[epoch, k, layer]
        if activation.saturation is None or layer == len(found) - 1:
            assert np.isnan(share)
        else:
            low, high = activation.saturation
            # An activation at the very bound may be rounded to either side.
            assert share == pytest.approx(((a < low) | (a > high)).mean(), abs=2 / a.size)


def test_the_mix_has_what_is_looked_for(mixed: Recording) -> None:
    history = mixed.scalars()
    assert 0 < history.dead_share[0, 2].max() < 1  # ReLU units that are off for all
    assert history.dead_share[0, 4, :-1].min() == 1  # zeros
    assert 0.2 < history.saturated_share[0, 3].max(where=[True] * 3 + [False], initial=0) < 1


def test_the_distance_is_that_of_the_recorded_weights(mixed: Recording) -> None:
    history = mixed.scalars()
    for epoch in range(3):
        moved = mixed.parameters(epoch).astype(float) - mixed.parameters(0)
        for layer, slot in enumerate(layout(mixed.experiment.sizes)):
            expected = np.linalg.norm(moved[:, slot.start : slot.middle], axis=1)
            np.testing.assert_allclose(history.distance[epoch, :, layer], expected, rtol=1e-5)
    assert (history.distance[0] == 0).all()
    assert (history.distance[2, 1] > 0).all()


@pytest.mark.parametrize("many", [False, True], ids=["all at once", "layer by layer"])
def test_norms_are_those_of_the_weights_without_biases(
    monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    if many:
        monkeypatch.setattr(sys.modules["initviz.engine.train"], "FEW_NUMBERS", 0)
    recording = record(small(lane("xavier_uniform"), lane("he_normal"), lane("zeros")))
    history = recording.scalars()
    for layer, slot in enumerate(layout(recording.experiment.sizes)):
        now = recording.parameters(2)[:, slot.start : slot.middle].astype(float)
        norm = np.linalg.norm(now, axis=1)
        np.testing.assert_allclose(history.weight_norm[2, :, layer], norm, rtol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_watched(name: str) -> None:
    recording = record(small(lane("xavier_uniform"), activation=name, epochs=1))
    [first, *_, logits] = activations(recording, 1, 0)
    history = recording.scalars()
    assert history.activation_deviation[1, 0, 0] == pytest.approx(first.std(), rel=1e-4)
    assert history.activation_deviation[1, 0, -1] == pytest.approx(logits.std(), rel=1e-3)


def test_activations_that_are_all_the_same_have_no_deviation() -> None:
    # Zero weights and a bias of 0.3: rounding must not be taken for a deviation.
    lanes = Lane(scheme="zeros", bias="constant", bias_values={"value": 0.3})
    history = record(small(lanes, epochs=1)).scalars()
    assert (history.activation_deviation[0, 0, :-1] == 0).all()
    assert (history.dead_share[0, 0, :-1] == 0).all()


@pytest.mark.parametrize("size", [1e-12, 1e-6, 1000.0])
def test_deviations_are_right_however_small_or_large(size: float) -> None:
    lanes = Lane(scheme="normal", values={"deviation": size}), Lane(scheme="xavier_uniform")
    experiment = small(*lanes, activation="linear", hidden=(6, 6), epochs=1)
    recording = record(experiment)
    found = activations(recording, 0, 0)
    for layer, a in enumerate(found):
        noted = recording.scalars().activation_deviation[0, 0, layer]
        assert noted == pytest.approx(a.std(), rel=1e-4, abs=1e-37)


def test_a_lane_that_is_not_finite_has_no_figures_and_leaves_the_others_theirs() -> None:
    experiment = small(lane("xavier_uniform"), lane("xavier_normal"))
    trainer = _Trainer(experiment)
    before = trainer.watch.look()
    for layer in trainer.network.layers:
        layer[1] = torch.nan
    after = trainer.watch.look()
    for name, figures in after.items():
        np.testing.assert_array_equal(figures[0], before[name][0])
        assert np.isnan(figures[1]).all()


@pytest.mark.parametrize(
    ("hidden", "count", "samples"),
    [((4,), 1000, MOST_SAMPLES), ((4,), 20, 20), ((1000,) * 20, 1000, LEAST_SAMPLES)],
)
def test_few_points_are_looked_at(hidden: tuple[int, ...], count: int, samples: int) -> None:
    experiment = small(lane("zeros"), hidden=hidden)
    network = _Trainer(small(lane("zeros"), hidden=hidden)).network
    watch = Watch(network, [experiment.activation_of(experiment.lanes[0])], torch.zeros(count, 2))
    assert watch._lines.shape[1] == samples
    assert samples * sum(hidden) <= MOST_NUMBERS or samples == LEAST_SAMPLES
