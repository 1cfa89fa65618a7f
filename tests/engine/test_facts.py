"""What is known of initialisation, reproduced: first the theory, then the famous cases.

The figures were measured elsewhere, in plain PyTorch over ten seeds; here each case runs on one
or two, in as few epochs as show it, within four deviations.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from initviz.catalog.activations import ACTIVATIONS, TANH
from initviz.engine import probe, record
from initviz.engine.figures import saturated
from initviz.engine.initialize import initial_parameters
from initviz.engine.losses import LOSSES
from initviz.engine.network import Network, Pass
from initviz.experiment import Experiment, Lane
from initviz.layout import layout
from initviz.parts import Wanted
from initviz.recording import Recording
from tests.make import data, lane


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second thread pays on a free machine only, and tests cannot know theirs to be free."""
    monkeypatch.setattr("initviz.engine.device.THREADED_PRODUCT", math.inf)


# ---- numbers at initialisation ----


def started(
    made: Lane, activation: str, *, width: int = 500, depth: int, precision: str = "float64"
) -> Pass:
    """``depth`` equal layers on normal inputs, forward and backward.

    The output is left out, so that the last hidden layer's pre-activations are the logits: 500 of
    them keep the gradients from being one vector, on which chance would weigh far more.
    """
    experiment = Experiment(
        data=data("moons", features=width), hidden=(width,) * depth, activation=activation,
        lanes=(made,), precision=precision,
    )  # fmt: skip
    stop = layout(experiment.sizes)[-1].start
    parameters = initial_parameters(experiment)[:, :stop]
    network = Network(
        experiment.sizes[:-1], [ACTIVATIONS[activation]], parameters, LOSSES["binary"]
    )
    passing = Pass(network, 100)
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(100, width, generator=generator, dtype=parameters.dtype)
    noise = torch.randn(100, width, generator=generator, dtype=parameters.dtype)
    # These labels make the gradient at the end noise that knows nothing of the weights.
    passing.backward(x, torch.sigmoid(passing.forward(x)[0]) - noise)
    return passing


def steps(layers: list[Tensor]) -> float:
    """The factor by which the mean square grows from one tensor to the next, on the mean."""
    squares = [float(layer.double().square().mean()) for layer in layers]
    return float((squares[-1] / squares[0]) ** (1 / (len(squares) - 1)))


def test_tiny_uniform_weights_thin_the_variance_out_by_sixty_a_layer() -> None:
    passing = started(lane("uniform", half_width=0.01), "linear", depth=6)
    assert steps(passing.preactivations) == pytest.approx(500 * 0.01**2 / 3, rel=0.01)
    assert steps(passing.deltas[::-1]) == pytest.approx(500 * 0.01**2 / 3, rel=0.01)


def test_a_sigmoid_takes_another_sixteenth_from_the_gradients_way_back() -> None:
    passing = started(lane("uniform", half_width=0.01), "sigmoid", depth=6)
    assert steps(passing.deltas[::-1]) == pytest.approx(1.0417e-3, rel=0.02)


@pytest.mark.parametrize(("scheme", "factor"), [("xavier_uniform", 0.5), ("he_normal", 1.0)])
def test_relu_halves_the_square_under_glorot_and_keeps_it_under_he(
    scheme: str, factor: float
) -> None:
    passing = started(lane(scheme), "relu", depth=20)
    assert steps(passing.activations) == pytest.approx(factor, rel=0.05)
    assert steps(passing.deltas[::-1]) == pytest.approx(factor, rel=0.05)


@pytest.mark.parametrize(("activation", "factor"), [("relu", 1 / 6), ("linear", 1 / 3)])
def test_pytorchs_default_weights_keep_a_sixth_or_a_third(activation: str, factor: float) -> None:
    made = Lane(scheme="torch_default", bias="zeros")
    passing = started(made, activation, depth=20)
    assert steps(passing.activations) == pytest.approx(factor, rel=0.03)


def test_orthogonal_layers_keep_every_norm_through_a_hundred_layers() -> None:
    passing = started(lane("orthogonal"), "linear", width=64, depth=100)
    norms = [z.norm(dim=2) for z in passing.preactivations]
    for norm in norms[1:]:
        torch.testing.assert_close(norm, norms[0], rtol=1e-10, atol=0)
    backwards = [delta.norm(dim=2) for delta in passing.deltas]
    for norm in backwards[:-1]:
        torch.testing.assert_close(norm, backwards[-1], rtol=1e-10, atol=0)


@pytest.mark.parametrize(
    ("made", "share"),
    [
        (lane("normal", deviation=1.0), 0.92545),
        (lane("normal", deviation=10.0), 0.99253),
        (lane("uniform", half_width=1.0), 0.87125),
    ],
    ids=lambda value: value.title if isinstance(value, Lane) else "",
)
def test_large_weights_saturate_tanh_by_the_known_share(made: Lane, share: float) -> None:
    passing = started(made, "tanh", depth=2)
    assert saturated(passing.activations[0], [TANH])[0] == pytest.approx(share, rel=0.005)


def test_pytorchs_default_bound_is_one_over_the_root_of_fan_in() -> None:
    experiment = Experiment(
        data=data("moons", features=500), hidden=(100,), lanes=(lane("torch_default"),)
    )
    layer = layout(experiment.sizes)[0]
    drawn = initial_parameters(experiment)[0, : layer.stop].abs()
    assert 0.0447 < float(drawn[: layer.middle].max()) <= 0.0447214
    assert 0.04 < float(drawn[layer.middle :].max()) <= 0.0447214


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_zeros_keep_every_weight_gradient_at_zero(activation: str) -> None:
    experiment = Experiment(
        data=data("moons", samples=200), hidden=(8, 8), activation=activation,
        lanes=(lane("zeros"),), epochs=100,
    )  # fmt: skip
    recording = record(experiment)
    figures = recording.scalars()
    assert (figures.gradient_norm == 0).all()
    assert (figures.weight_norm == 0).all()
    assert figures.train_loss[0, 0] == pytest.approx(math.log(2), abs=1e-7)
    np.testing.assert_allclose(figures.train_loss, math.log(2), atol=5e-3)
    for epoch in (0, 50, 100):
        for layer in probe(recording, epoch, Wanted(grid=0)).layers:
            assert layer.grad_weight_size.zeros[0] == 1
    slots = layout(experiment.sizes)
    moved = np.flatnonzero(recording.parameters(100)[0])
    assert list(moved) == [slots[-1].middle]  # only the output's bias


def test_zeros_behind_sigmoids_start_with_the_last_weights_alone() -> None:
    experiment = Experiment(
        hidden=(8, 8, 8), activation="sigmoid", lanes=(lane("zeros"),), epochs=1
    )
    *hidden, output = probe(record(experiment), 0, Wanted(grid=0)).layers
    for layer in hidden:
        assert (layer.activation == 0.5).all()
        assert (layer.grad_weight == 0).all()
    assert (output.grad_weight != 0).all()


# ---- one straight line ----


def crossings(recording: Recording, epoch: int, index: int) -> int:
    """How often the class changes along the first neuron's weights, over all of the plane.

    One straight boundary, at right angles to them, means: once at most.
    """
    snapshot = probe(recording, epoch, Wanted(grid=60))
    assert snapshot.boundary is not None
    direction = snapshot.layers[0].weight[index, :, 0]
    along = snapshot.plane.grid(60) @ direction
    order = np.argsort(along, kind="stable")
    called = snapshot.boundary[index].flatten()[order] > 0
    return int((called[1:] != called[:-1]).sum())


MONOTONE = [activation.name for activation in ACTIVATIONS.values() if activation.monotone]


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("names", [MONOTONE[:5], MONOTONE[5:]], ids=",".join)
def test_constant_weights_draw_one_straight_line_at_any_depth(depth: int, names: list[str]) -> None:
    lanes = [lane("constant", value=0.5).replace(activation=name) for name in names]
    control = lane("xavier_uniform").replace(activation="tanh", learning_rate=0.1)
    experiment = Experiment(
        data=data("xor", samples=400), hidden=(16,) * depth, lanes=(*lanes, control),
        epochs=30, precision="float64", learning_rate=0.01,
    )  # fmt: skip
    recording = record(experiment)
    for epoch in (0, 10, 30):
        layers = probe(recording, epoch, Wanted(grid=0)).layers[:-1]
        counts = [crossings(recording, epoch, index) for index in range(len(lanes))]
        assert max(counts) == 1
        assert sum(counts) >= len(names) - 1  # the sigmoid's may lie outside of the picture
        for layer in layers:
            assert (layer.symmetry[:-1] < 1e-5).all()
    # The measurement can tell: what breaks the symmetry bends its boundary.
    assert crossings(recording, 30, len(lanes)) > 1
    assert layers[0].symmetry[-1] > 0.1


# ---- the famous cases ----

GOOD = lane("xavier_uniform")
HE = lane("he_normal")


def case(bad: Lane, good: Lane, dataset: str, hidden: Any, **changes: Any) -> Recording:
    settings = {"data": data(dataset), "hidden": hidden, "lanes": (bad, good), **changes}
    return record(Experiment(**settings))


def lately(recording: Recording, index: int) -> float:
    """The test accuracy, past the luck of one last batch."""
    return float(np.median(recording.scalars().test_score[-5:, index]))


def reaches(recording: Recording, index: int, accuracy: float) -> bool:
    return bool(recording.scalars().test_score[:, index].max() >= accuracy)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("activation", "good"), [("tanh", GOOD), ("relu", HE)])
def test_zeros_never_learn_circles(activation: str, good: Lane, seed: int) -> None:
    recording = case(
        lane("zeros"), good, "circles", "16, 16", activation=activation, epochs=30, seed=seed
    )  # fmt: skip
    figures = recording.scalars()
    assert (figures.test_score[:, 0] == 0.5).all()
    assert (figures.gradient_norm[:, 0] == 0).all()
    assert figures.train_loss[-1, 0] == pytest.approx(0.6935, abs=0.001)
    assert lately(recording, 1) >= 0.992 - 4 * 0.002


@pytest.mark.parametrize("seed", [1, 2])
def test_constants_get_no_further_on_xor_than_one_line(seed: int) -> None:
    recording = case(lane("constant", value=0.5), GOOD, "xor", "16, 16", seed=seed)
    assert lately(recording, 0) == pytest.approx(0.666, abs=4 * 0.021)
    assert not reaches(recording, 0, 0.75)
    assert crossings(recording, 60, 0) <= 1
    assert lately(recording, 1) >= 0.987 - 4 * 0.005


def test_tiny_weights_leave_every_layer_of_tanh_equally_without_gradient() -> None:
    recording = case(
        lane("uniform", half_width=0.01), GOOD, "moons", "5 × 100",
        data=data("moons", features=500), learning_rate=0.05, epochs=12,
    )  # fmt: skip
    figures = recording.scalars()
    norms = figures.gradient_norm[0, 0]
    assert ((norms > 1e-6) & (norms < 1.6e-5)).all()  # about 4e-6
    assert 0.3 < norms[0] / norms[-1] < 3
    assert (figures.gradient_norm[:, 0] < 1e-3).all()
    assert (figures.test_score[1:, 0] == 0.5).all()
    assert lately(recording, 1) >= 0.968 - 4 * 0.007
    # dL/dz does vanish on the way back; the weights' gradients meet activations that grow.
    layers = probe(recording, 0, Wanted(grid=0)).layers
    assert layers[0].grad_z_size.rms[0] < 1e-6 * layers[-1].grad_z_size.rms[0]


def test_tiny_weights_behind_sigmoids_lose_the_gradient_on_the_way_back() -> None:
    recording = case(
        lane("uniform", half_width=0.01), lane("kumar"), "moons", "5 × 100",
        data=data("moons", features=500), activation="sigmoid", epochs=25,
    )  # fmt: skip
    figures = recording.scalars()
    norms = figures.gradient_norm[0, 0]
    assert 1e-8 < norms[0] / norms[-1] < 1e-5  # about 3e-7
    assert (figures.test_score[:, 0] == 0.5).all()
    assert reaches(recording, 1, 0.968 - 4 * 0.007)


@pytest.mark.parametrize("seed", [1, 3])
def test_tiny_weights_need_many_epochs_even_with_relu(seed: int) -> None:
    recording = case(
        lane("uniform", half_width=0.01), HE, "moons", "16, 16", activation="relu", epochs=80,
        seed=seed,
    )  # fmt: skip
    accuracy = recording.scalars().test_score
    assert (accuracy[1:40, 0] == 0.5).all()
    assert accuracy[:, 0].max() > 0.8
    assert accuracy[:20, 1].max() > 0.9


def test_adam_hides_what_tiny_weights_do() -> None:
    tiny = lane("uniform", half_width=0.01)
    plain = case(tiny, GOOD, "moons", "16, 16", epochs=15)
    adam = case(tiny, GOOD, "moons", "16, 16", epochs=15, optimiser="adam", learning_rate=0.01)
    assert (plain.scalars().test_score[1:, 0] == 0.5).all()
    assert lately(adam, 0) > 0.8


@pytest.mark.parametrize("seed", [1, 2])
def test_large_weights_saturate_and_their_gradients_explode_where_they_are_not_zero(
    seed: int,
) -> None:
    recording = case(
        lane("normal", deviation=10), GOOD, "circles", "5 × 64", learning_rate=0.05, seed=seed
    )  # fmt: skip
    figures = recording.scalars()
    assert 10 < figures.train_loss[0, 0] < 100  # about 34
    *hidden, _ = probe(recording, 0, Wanted(grid=0)).layers
    for layer in hidden[1:]:
        assert layer.saturated[0] == pytest.approx(0.98, abs=0.005)
    assert hidden[0].saturated[0] > 0.8  # two inputs saturate the first layer less
    # Of the mean loss over all 1000 points the rms is 2.1; a snapshot has each sample's own.
    assert 1 < hidden[0].grad_z_size.rms[0] / 1000 < 4
    assert hidden[0].grad_z_size.median[0] == 0
    assert lately(recording, 0) == pytest.approx(0.668, abs=4 * 0.051)
    assert figures.test_score[30:, 1].max() >= 0.991 - 4 * 0.003


@pytest.mark.parametrize("seed", [1, 2])
def test_normal_weights_explode_through_relu_to_nan(seed: int) -> None:
    recording = case(
        lane("normal", deviation=1), HE, "circles", "5 × 64",
        activation="relu", learning_rate=0.01, epochs=30, seed=seed,
    )  # fmt: skip
    figures = recording.scalars()
    assert 500 < figures.train_loss[0, 0] < 10_000  # about 2800
    assert list(recording.diverged_at()) == [1, -1]
    assert np.isnan(figures.train_loss[1:, 0]).all()
    assert lately(recording, 1) >= 0.992 - 4 * 0.003


def test_forty_layers_of_relu_need_he_where_xavier_stands_still() -> None:
    recording = case(
        lane("xavier_normal"), HE, "moons", "40 × 64",
        activation="relu", learning_rate=0.01, epochs=12,
    )  # fmt: skip
    assert (recording.scalars().test_score[:, 0] == 0.5).all()
    assert reaches(recording, 1, 0.9)


def test_ten_layers_of_relu_stand_still_from_pytorchs_own_default() -> None:
    recording = case(
        lane("torch_default"), HE, "moons", "10 × 64",
        activation="relu", learning_rate=0.01, epochs=18,
    )  # fmt: skip
    assert lately(recording, 0) == 0.5
    assert not reaches(recording, 0, 0.7)
    assert reaches(recording, 1, 0.9)


def test_deep_sigmoids_need_kumar_where_xavier_stands_still() -> None:
    recording = case(GOOD, lane("kumar"), "moons", "5 × 64", activation="sigmoid", epochs=40)
    assert (recording.scalars().test_score[:, 0] == 0.5).all()
    assert reaches(recording, 1, 0.94)


@pytest.mark.parametrize("seed", [1, 2])
def test_zeros_behind_one_layer_of_sigmoids_draw_one_line_and_no_more(seed: int) -> None:
    recording = record(
        Experiment(
            hidden=(16,), activation="sigmoid", lanes=(lane("zeros"),), learning_rate=0.5,
            epochs=60, seed=seed, precision="float64",
        )
    )  # fmt: skip
    assert lately(recording, 0) == pytest.approx(0.866, abs=0.02)
    assert crossings(recording, 60, 0) == 1
