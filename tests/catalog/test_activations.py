from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from torch import Tensor

from initviz.catalog.activations import ACTIVATIONS, Activation, activation_choices
from tests.reference import FUNCTIONS

GAINS = {
    "tanh": 1.5925, "sigmoid": 1.8462, "relu": 1.41421, "gelu": 1.5335, "silu": 1.6765,
    "elu": 1.2452, "selu": 1.0000, "softplus": 1.0419, "softsign": 2.3375, "mish": 1.4869,
    "sin": 1.5209,
}  # fmt: skip
"""1/√E[φ²] for z ~ N(0, 1), computed elsewhere."""

every_activation = pytest.mark.parametrize(
    "activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS)
)


def points() -> Tensor:
    ordinary = torch.linspace(-12, 12, 2401, dtype=torch.float64)
    return torch.cat([ordinary, torch.tensor([0.0, -0.0, 1e-300, -1e-300, 700.0, -700.0])])


def forward(activation: Activation, z: Tensor) -> Tensor:
    out = torch.full_like(z, torch.nan)
    activation.forward(torch, z, out)
    return out


def slope(activation: Activation, z: Tensor) -> Tensor:
    out = torch.full_like(z, torch.nan)
    one = torch.ones_like(z)
    activation.backward(torch.ops.aten, one, z, forward(activation, z), out)
    return out


@every_activation
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_value_is_that_of_torch(activation: Activation, dtype: torch.dtype) -> None:
    z = points().to(dtype)
    kept = z.clone()
    torch.testing.assert_close(
        forward(activation, z), FUNCTIONS[activation.name](z), rtol=0, atol=0
    )
    assert torch.equal(z, kept)


@every_activation
def test_the_value_may_be_written_over_the_argument(activation: Activation) -> None:
    z = points()
    expected = forward(activation, z)
    activation.forward(torch, z, z)
    assert torch.equal(z, expected)


@every_activation
def test_the_derivative_equals_autograd(activation: Activation) -> None:
    z = points().requires_grad_()
    delta = torch.linspace(-3, 3, len(z), dtype=torch.float64)
    FUNCTIONS[activation.name](z).backward(delta)
    out = torch.full_like(delta, torch.nan)
    plain = z.detach()
    activation.backward(torch.ops.aten, delta, plain, forward(activation, plain), out)
    torch.testing.assert_close(out, z.grad, rtol=1e-12, atol=1e-14)


@every_activation
def test_the_derivative_equals_a_difference_of_values(activation: Activation) -> None:
    z = torch.linspace(-5, 5, 1000, dtype=torch.float64)  # 0 is not among them
    step = 1e-6
    difference = forward(activation, z + step) - forward(activation, z - step)
    torch.testing.assert_close(slope(activation, z), difference / (2 * step), rtol=0, atol=1e-8)


@every_activation
def test_value_and_slope_at_zero_are_those_declared(activation: Activation) -> None:
    zero = torch.zeros(1, dtype=torch.float64)
    assert float(forward(activation, zero)) == pytest.approx(activation.value_at_0, abs=1e-12)
    assert float(slope(activation, zero)) == pytest.approx(activation.slope_at_0, abs=1e-12)


@every_activation
def test_the_gain_keeps_the_variance_of_normal_preactivations(activation: Activation) -> None:
    def square(z: float) -> float:
        value = float(forward(activation, torch.tensor([z], dtype=torch.float64)))
        return value**2 * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)

    mean = quad(square, -12, 0)[0] + quad(square, 0, 12)[0]
    assert activation.gain == pytest.approx(1 / np.sqrt(mean), abs=6e-5)
    if activation.name in GAINS:
        assert activation.gain == pytest.approx(GAINS[activation.name], abs=1e-9)


@every_activation
def test_bounds_hold_every_value_and_are_reached(activation: Activation) -> None:
    a = forward(activation, torch.linspace(-800, 800, 1601, dtype=torch.float64))
    if activation.bounds is None:
        assert a.abs().max() > 100
    else:
        low, high = activation.bounds
        assert float(a.min()) == pytest.approx(low, abs=1e-2)
        assert float(a.max()) == pytest.approx(high, abs=1e-2)
        assert ((a >= low) & (a <= high)).all()


@every_activation
def test_saturation_is_where_both_ends_are_flat(activation: Activation) -> None:
    if activation.saturation is None:
        assert activation.bounds is None or not activation.monotone
        return
    assert activation.bounds is not None
    z = torch.linspace(-30, 30, 60_001, dtype=torch.float64)
    a, steepness = forward(activation, z), slope(activation, z)
    low, high = activation.saturation
    beyond = (a < low) | (a > high)
    assert 0 < beyond.double().mean() < 1
    # Flat means that a gradient keeps less than a sixteenth of what it would at best.
    steepest = steepness.max()
    assert (steepness[beyond] <= steepest * 0.0625).all()
    assert (steepness[~beyond] >= steepest * 0.05).all()
    bottom, top = activation.bounds
    assert low - bottom == pytest.approx(top - high)


@every_activation
def test_theory_and_training_use_the_same_function(activation: Activation) -> None:
    z = points()
    wild = np.array([-1e4, 1e4])
    with np.errstate(over="raise", invalid="raise"):
        value, derivative = activation.value(z.numpy()), activation.derivative(z.numpy())
        assert np.isfinite(activation.value(wild)).all()
        assert np.isfinite(activation.derivative(wild)).all()
    np.testing.assert_allclose(value, forward(activation, z), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(derivative, slope(activation, z), rtol=1e-8, atol=1e-8)


@every_activation
def test_an_entry_can_be_shown(activation: Activation) -> None:
    assert ACTIVATIONS[activation.name] is activation
    assert activation.formula.startswith("φ(z) = ")
    assert activation.slope.startswith("φ'(z) = ")
    assert activation.note.endswith(".")
    choice = next(c for c in activation_choices() if c.value == activation.name)
    assert choice.label == activation.label
    assert activation.formula in choice.help
