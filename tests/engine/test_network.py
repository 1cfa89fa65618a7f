from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from initviz.catalog.activations import ACTIVATIONS
from initviz.engine.losses import LOSSES, binary_accuracies, binary_losses
from initviz.engine.network import Evaluation, Network, Pass, group
from initviz.layout import layout
from tests.reference import differentiate

ALL = list(ACTIVATIONS)
BINARY = LOSSES["binary"]
SHAPES = [(2, 1), (2, 1, 1), (2, 5, 1), (3, 4, 6, 1), (2, 7, 3, 5, 4, 1), (40, 9, 9, 9, 1)]


def batch(
    features: int, rows: int = 13, task: str = "binary", outputs: int = 1
) -> tuple[Tensor, Tensor]:
    """Inputs, and what the outputs should be."""
    generator = torch.Generator().manual_seed(rows)
    x = torch.randn(rows, features, generator=generator, dtype=torch.float64)
    if task == "binary":
        return x, (torch.rand(rows, 1, generator=generator) < 0.5).double()
    if task == "regression":
        return x, torch.randn(rows, outputs, generator=generator, dtype=torch.float64)
    labels = torch.randint(outputs, (rows,), generator=generator)
    return x, F.one_hot(labels, outputs).double()


def random_rows(lanes: int, sizes: tuple[int, ...], scale: float = 0.8) -> Tensor:
    generator = torch.Generator().manual_seed(lanes)
    count = layout(sizes)[-1].stop
    return torch.randn(lanes, count, generator=generator, dtype=torch.float64) * scale


def check_against_autograd(
    names: list[str],
    sizes: tuple[int, ...],
    *,
    scale: float = 0.8,
    rows: int = 13,
    task: str = "binary",
) -> None:
    parameters = random_rows(len(names), sizes, scale)
    activations = [ACTIVATIONS[name] for name in names]
    network = Network(sizes, activations, parameters.clone(), LOSSES[task])
    x, y = batch(sizes[0], rows, task, sizes[-1])
    passing = Pass(network, rows)
    logits = passing.forward(x)
    passing.backward(x, y)
    loss = LOSSES[task].losses(logits, y)
    gradient = network.gradient

    def same(mine: Tensor, theirs: Tensor | None) -> None:
        assert theirs is not None
        # Relative to the largest of them: with tiny weights all of them are tiny.
        bound = 1e-10 * float(theirs.detach().abs().max()) + 1e-15
        torch.testing.assert_close(mine, theirs.detach(), rtol=0, atol=bound)

    for k, name in enumerate(names):
        plain = differentiate(parameters[k], sizes, name, x, y, task)
        same(logits[k], plain.logits)
        same(loss[k], plain.loss)
        for i, slots in enumerate(layout(sizes)):
            same(passing.preactivations[i][k], plain.preactivations[i])
            same(passing.deltas[i][k], plain.preactivations[i].grad)
            same(gradient[k, slots.start : slots.middle].view(slots.fan_in, slots.fan_out),
                 plain.weights[i].grad)  # fmt: skip
            same(gradient[k, slots.middle : slots.stop], plain.biases[i].grad)
            same(network.weight_gradients[i][k], plain.weights[i].grad)
            same(network.bias_gradients[i][k].flatten(), plain.biases[i].grad)
            if i < len(plain.activations):
                same(passing.activations[i][k], plain.activations[i])


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_losses_and_all_gradients_equal_autograd(name: str, sizes: tuple[int, ...]) -> None:
    check_against_autograd([name] * 3, sizes)


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_lanes_with_different_activations_keep_their_own_gradients(sizes: tuple[int, ...]) -> None:
    check_against_autograd(ALL, sizes)
    check_against_autograd(["tanh", "tanh", "relu", "sigmoid", "sigmoid", "sigmoid"], sizes)


@pytest.mark.parametrize("scale", [1e-6, 30.0])
def test_gradients_hold_for_tiny_and_for_saturating_weights(scale: float) -> None:
    check_against_autograd(ALL, (2, 6, 6, 6, 1), scale=scale)


@pytest.mark.parametrize("scale", [1e-6, 0.8, 30.0])
@pytest.mark.parametrize(("task", "outputs"), [("classes", 2), ("classes", 7), ("regression", 1)])
def test_gradients_hold_for_every_task(task: str, outputs: int, scale: float) -> None:
    check_against_autograd(["tanh", "relu"], (2, 6, 5, outputs), task=task, scale=scale)


@pytest.mark.parametrize("rows", [1, 2, 257])
def test_gradients_hold_for_every_size_of_batch(rows: int) -> None:
    check_against_autograd(["tanh", "relu"], (2, 6, 5, 1), rows=rows)


def test_a_second_pass_leaves_nothing_of_the_first() -> None:
    sizes = (2, 6, 5, 1)
    parameters = random_rows(2, sizes)
    network = Network(sizes, [ACTIVATIONS["relu"]] * 2, parameters.clone(), BINARY)
    passing = Pass(network, 13)
    x, y = batch(2)
    passing.forward(x)
    passing.backward(x, y)
    once = network.gradient.clone()
    passing.forward(x.flip(0) * 3)
    passing.backward(x.flip(0) * 3, 1 - y)
    assert not torch.allclose(network.gradient, once)
    passing.forward(x)
    passing.backward(x, y)
    assert torch.equal(network.gradient, once)


def test_a_lane_of_nothing_but_nan_leaves_the_others_alone() -> None:
    sizes = (2, 6, 5, 1)
    sound = random_rows(3, sizes)
    broken = sound.clone()
    broken[1] = torch.nan
    x, y = batch(2)
    gradients = []
    for parameters in (sound, broken):
        network = Network(sizes, [ACTIVATIONS["tanh"]] * 3, parameters, BINARY)
        passing = Pass(network, len(x))
        passing.forward(x)
        passing.backward(x, y)
        gradients.append(network.gradient.clone())
    assert torch.equal(gradients[0][[0, 2]], gradients[1][[0, 2]])
    assert torch.isnan(gradients[1][1]).all()


@pytest.mark.parametrize("rows", [1, 5, 16, 17, 100, 1000])
@pytest.mark.parametrize("chunk", [1, 1 << 9, 1 << 18])
def test_evaluation_gives_the_logits_of_the_pass_whatever_its_chunks(
    rows: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Evaluation, "CHUNK", chunk)
    sizes = (2, 6, 6, 9, 1)
    network = Network(sizes, list(ACTIVATIONS.values()), random_rows(len(ALL), sizes), BINARY)
    x, _ = batch(2, rows)
    evaluation = Evaluation(network, x)
    expected = Pass(network, rows).forward(x)
    for _ in range(2):  # the buffers are used again
        torch.testing.assert_close(evaluation.run(), expected, rtol=1e-12, atol=1e-12)


def test_equal_neighbours_form_one_group() -> None:
    activations = [ACTIVATIONS[name] for name in ("tanh", "tanh", "relu", "tanh")]
    runs = group(activations)
    assert [(run.start, run.stop, activation.name) for run, activation in runs] == [
        (0, 2, "tanh"),
        (2, 3, "relu"),
        (3, 4, "tanh"),
    ]


# ---- figures ----


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_losses_are_exact_at_both_ends(dtype: torch.dtype) -> None:
    logits = torch.tensor([0.0, 1.0, -1.0, 30.0, -30.0, 41.0, 90.0, 1e4, -1e4], dtype=dtype)
    for label in (0.0, 1.0):
        y = torch.full((1, 1), label, dtype=dtype)
        mine = binary_losses(logits[:, None, None], y)
        sign = 1 if label == 0 else -1
        exact = [max(sign * z, 0) + math.log1p(math.exp(-abs(z))) for z in logits.double().tolist()]
        torch.testing.assert_close(
            mine, torch.tensor(exact, dtype=torch.float64),
            rtol=1e-6 if dtype is torch.float32 else 1e-12, atol=1e-12,
        )  # fmt: skip


def test_losses_are_means_over_samples_per_lane() -> None:
    logits = random_rows(4, (2, 5, 1))[:, :12, None]
    y = batch(2, 12)[1]
    for k in range(4):
        expected = F.binary_cross_entropy_with_logits(logits[k], y)
        assert float(binary_losses(logits, y)[k]) == pytest.approx(float(expected), rel=1e-12)


def test_accuracies_count_right_answers_and_nan_is_wrong() -> None:
    y = torch.tensor([[1.0], [0.0], [1.0], [0.0]])
    logits = torch.tensor([
        [2.0, -2.0, 0.1, -0.1],
        [-2.0, 2.0, -0.1, 0.1],
        [2.0, 2.0, 2.0, 2.0],
        [0.0, 0.0, 0.0, 0.0],
        [math.nan, math.nan, math.nan, math.nan],
        [math.inf, -math.inf, math.nan, -1.0],
    ])[:, :, None]  # fmt: skip
    assert binary_accuracies(logits, y).tolist() == [1.0, 0.0, 0.5, 0.5, 0.0, 0.75]


@pytest.mark.parametrize("width", [3, 16, 64])
@pytest.mark.parametrize("name", ALL)
def test_float32_is_float64_to_its_digits(name: str, width: int) -> None:
    # float32 takes other kernels, and one of torch's is known to write nothing at all.
    sizes, lanes = (2, width, width, 1), 3
    parameters = random_rows(lanes, sizes, 0.5)
    x, y = batch(2, 100)
    passes = {}
    for dtype in (torch.float64, torch.float32):
        network = Network(sizes, [ACTIVATIONS[name]] * lanes, parameters.to(dtype), BINARY)
        passes[dtype] = passing = Pass(network, len(x))
        passing.forward(x.to(dtype))
        passing.backward(x.to(dtype), y.to(dtype))
        torch.testing.assert_close(
            Evaluation(network, x.to(dtype)).run(), passing.preactivations[-1],
            rtol=1e-4, atol=1e-4,
        )  # fmt: skip
    fine, coarse = passes[torch.float64], passes[torch.float32]
    for part in ("preactivations", "activations", "deltas"):
        for a, b in zip(getattr(fine, part), getattr(coarse, part), strict=True):
            torch.testing.assert_close(b.double(), a, rtol=1e-3, atol=1e-4 * float(a.abs().max()))
    a, b = fine.network.gradient, coarse.network.gradient
    torch.testing.assert_close(b.double(), a, rtol=1e-3, atol=1e-4 * float(a.abs().max()))
