from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from torch import Tensor

from initviz.engine.data import load
from initviz.engine.probe import probe
from initviz.engine.spectra import jacobians
from initviz.engine.train import record
from initviz.experiment import Experiment, Lane
from initviz.focus import Focus
from initviz.layout import layout
from initviz.parts import Part, Spectra, Wanted
from initviz.recording import Recording
from tests.make import data, lane
from tests.reference import FUNCTIONS, leaves

MIXED = (
    Lane(scheme="xavier_uniform", activation="tanh"),
    Lane(scheme="he_normal", activation="relu"),
    Lane(scheme="kumar", activation="sigmoid"),
    Lane(scheme="orthogonal", activation="tanh"),
    Lane(scheme="zeros", activation="relu"),
)
WANTED = frozenset({Part.SPECTRA})


def recorded(lanes: tuple[Lane, ...] = MIXED, features: int = 2, **changes: object) -> Recording:
    settings: dict[str, object] = {
        "data": data("moons", samples=60, features=features), "hidden": (9, 7, 5),
        "lanes": lanes, "epochs": 2, "precision": "float64",
    }  # fmt: skip
    return record(Experiment(**{**settings, **changes}))


def spectra(recording: Recording, layer: int = 0, fine: bool = True) -> Spectra:
    found = probe(recording, recording.last, Wanted(0, WANTED, Focus(0, None, layer), fine)).spectra
    assert found is not None
    return found


def by_autograd(recording: Recording, k: int, sample: int) -> tuple[Tensor, Tensor]:
    """∂a/∂x to the last hidden layer and ∂z/∂x to the logits, (width, features)."""
    experiment = recording.experiment
    row = torch.tensor(recording.parameters(recording.last)[k], dtype=torch.float64)
    weights, biases = leaves(row, experiment.sizes)
    name = experiment.activation_of(experiment.lanes[k]).name

    def hidden(x: Tensor) -> Tensor:
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            x = FUNCTIONS[name](x @ weight + bias)
        return x

    x = torch.tensor(load(experiment).train.x[sample])
    jacobian = torch.autograd.functional.jacobian
    return jacobian(hidden, x), jacobian(lambda x: hidden(x) @ weights[-1] + biases[-1], x)


def padded(values: Tensor, count: int) -> np.ndarray:
    """Singular values with zeros behind, as wide matrices have more of them than narrow ones."""
    result = np.zeros(count)
    result[: min(count, len(values))] = values.detach().numpy()[:count]
    return result


@pytest.mark.parametrize(
    ("features", "hidden"),
    [(2, (9, 7, 5)), (2, (6,)), (500, (9, 7)), (500, (6,)), (7, (7, 3, 9))],
    ids=str,
)
def test_jacobians_are_those_of_autograd(features: int, hidden: tuple[int, ...]) -> None:
    recording = recorded(features=features, hidden=hidden)
    found = spectra(recording)
    samples = found.hidden.shape[1]

    assert samples > 3
    for k in range(len(MIXED)):
        for sample in (0, samples - 1):
            inner, outer = by_autograd(recording, k, sample)
            for mine, theirs in ((found.hidden, inner), (found.outputs, outer)):
                values = torch.linalg.svdvals(theirs)
                np.testing.assert_allclose(
                    mine[k, sample], padded(values, mine.shape[2]), rtol=1e-6, atol=1e-12
                )


@pytest.mark.parametrize("layer", range(4))
def test_a_layers_singular_values_are_those_of_its_weights_now_and_at_the_start(
    layer: int,
) -> None:
    recording = recorded()
    found = spectra(recording, layer)
    slot = layout(recording.experiment.sizes)[layer]

    assert found.layer == layer
    for k in range(len(MIXED)):
        for mine, epoch in ((found.weight, recording.last), (found.start, 0)):
            row = recording.parameters(epoch)[k, slot.start : slot.middle]
            theirs = np.linalg.svd(row.reshape(slot.fan_in, slot.fan_out), compute_uv=False)
            np.testing.assert_allclose(mine[k], theirs, rtol=1e-9, atol=1e-12)


def test_orthogonal_weights_stretch_nothing_and_zeros_let_nothing_through() -> None:
    recording = recorded()
    found = probe(recording, 0, Wanted(0, WANTED, Focus(0, None, 1))).spectra
    assert found is not None
    np.testing.assert_allclose(found.weight[3], 1)
    assert (found.weight[4] == 0).all()
    assert (found.hidden[4] == 0).all()
    assert (np.diff(found.weight, axis=1) <= 1e-12).all()


@pytest.mark.parametrize("features", [2, 500])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_lane_that_is_not_finite_has_no_singular_values_and_leaves_the_others_theirs(
    features: int, bad: float
) -> None:
    recording = recorded(features=features)
    healthy = spectra(recording)
    # What is held is not to be written to, but here nobody else looks at it.
    recording._kept[recording.last] = recording.parameters(recording.last).copy()
    recording._kept[recording.last][1] = bad
    found = spectra(recording)

    for name in ("weight", "hidden", "outputs"):
        mine, before = getattr(found, name), getattr(healthy, name)
        assert np.isnan(mine[1]).all()
        for k in (0, 2, 3, 4):
            np.testing.assert_array_equal(mine[k], before[k])
    assert np.isfinite(found.start).all()


def test_wide_layers_wait_until_the_picture_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[jacobians.__module__], "WIDEST", 6)
    monkeypatch.setattr(sys.modules[jacobians.__module__], "PLAYING_WORK", 1)
    recording = recorded((lane("xavier_uniform"),))
    playing = spectra(recording, layer=1, fine=False)
    assert np.isnan(playing.weight).all()
    assert np.isnan(playing.start).all()
    assert np.isnan(playing.hidden).all()
    assert np.isnan(playing.outputs).all()

    resting = spectra(recording, layer=1)
    assert playing.weight.shape == resting.weight.shape
    for name in ("weight", "start", "hidden", "outputs"):
        assert np.isfinite(getattr(resting, name)).all()


def test_more_work_is_spent_on_jacobians_at_rest() -> None:
    recording = recorded((lane("xavier_uniform"),), features=500, hidden=(128, 128))
    few, many = (spectra(recording, fine=fine).hidden.shape[1] for fine in (False, True))
    assert 0 < few < many
