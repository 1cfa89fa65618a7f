"""Activation functions: value, derivative, saturation rule and variance-keeping gain.

Values and derivatives are torch's own operations; torch is handed in by the engine, so that
this module stays importable without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from initviz.catalog.parameter import Choice

Forward = Callable[[Any, Any, Any], Any]
"""``(torch, z, out)``: write φ(z) into ``out``."""

Backward = Callable[[Any, Any, Any, Any, Any], Any]
"""``(aten, delta, z, a, out)``: write delta · φ'(z) into ``out``; a = φ(z)."""


@dataclass(frozen=True)
class Activation:
    """One activation function φ.

    Attributes:
        name: its name in files and code.
        label: its name on the screen.
        formula: φ(z) in plain Unicode.
        slope: φ'(z) in plain Unicode.
        gain: 1/√E[φ(z)²] for z ~ N(0, 1): the factor that keeps Var(z) = 1 from layer to layer.
        forward, backward: torch's operations, see ``Forward`` and ``Backward``.
        value_at_0, slope_at_0: φ(0) and φ'(0), which Kumar's scheme needs.
        bounds: the range of φ; None where it has no bound on at least one side.
        monotone: whether φ only rises: equal neurons then draw one straight boundary, however
            many layers of them.
        saturation: a unit is saturated below the first or above the second value; None where
            the function does not saturate on both sides.
        note: one sentence on what it does to initialisation.
    """

    name: str
    label: str
    formula: str
    slope: str
    gain: float
    forward: Forward
    backward: Backward
    value_at_0: float
    slope_at_0: float
    bounds: tuple[float, float] | None
    monotone: bool
    saturation: tuple[float, float] | None
    note: str


def _copy(source: Any, out: Any) -> Any:
    return out.copy_(source)


LINEAR = Activation(
    name="linear",
    label="Linear",
    formula="φ(z) = z",
    slope="φ'(z) = 1",
    gain=1.0,
    forward=lambda torch, z, out: _copy(z, out),
    backward=lambda aten, delta, z, a, out: _copy(delta, out),
    value_at_0=0.0,
    slope_at_0=1.0,
    bounds=None,
    monotone=True,
    saturation=None,
    note="The network is one linear map, however deep: theory in its purest form.",
)
SIGMOID = Activation(
    name="sigmoid",
    label="Sigmoid",
    formula="φ(z) = 1 / (1 + e⁻ᶻ)",
    slope="φ'(z) = φ (1 − φ) ≤ ¼",
    gain=1.8462,
    forward=lambda torch, z, out: torch.sigmoid(z, out=out),
    backward=lambda aten, delta, z, a, out: aten.sigmoid_backward(delta, a, grad_input=out),
    value_at_0=0.5,
    slope_at_0=0.25,
    bounds=(0.0, 1.0),
    monotone=True,
    saturation=(0.015, 0.985),
    note="Its slope is at most ¼ and its output is never centred, so deep sigmoid networks vanish.",
)
TANH = Activation(
    name="tanh",
    label="tanh",
    formula="φ(z) = tanh z",
    slope="φ'(z) = 1 − φ²",
    gain=1.5925,
    forward=lambda torch, z, out: torch.tanh(z, out=out),
    backward=lambda aten, delta, z, a, out: aten.tanh_backward(delta, a, grad_input=out),
    value_at_0=0.0,
    slope_at_0=1.0,
    bounds=(-1.0, 1.0),
    monotone=True,
    saturation=(-0.97, 0.97),
    note="Linear around 0 and flat beyond ±2: Xavier keeps it in between.",
)
RELU = Activation(
    name="relu",
    label="ReLU",
    formula="φ(z) = max(0, z)",
    slope="φ'(z) = 1 for z > 0, else 0",
    gain=1.41421,
    forward=lambda torch, z, out: torch.clamp_min(z, 0, out=out),
    backward=lambda aten, delta, z, a, out: aten.threshold_backward(delta, z, 0, grad_input=out),
    value_at_0=0.0,
    slope_at_0=0.0,
    bounds=None,
    monotone=True,
    saturation=None,
    note="It drops half of the signal's square in every layer; He's factor 2 gives it back.",
)
LEAKY_RELU = Activation(
    name="leaky_relu",
    label="Leaky ReLU",
    formula="φ(z) = z for z > 0, else 0.01 z",
    slope="φ'(z) = 1 for z > 0, else 0.01",
    gain=1.41414,
    forward=lambda torch, z, out: torch.ops.aten.leaky_relu(z, 0.01, out=out),
    backward=lambda aten, delta, z, a, out: aten.leaky_relu_backward(
        delta, z, 0.01, False, grad_input=out
    ),
    value_at_0=0.0,
    slope_at_0=0.01,
    bounds=None,
    monotone=True,
    saturation=None,
    note="A ReLU whose units cannot die for ever.",
)
ELU = Activation(
    name="elu",
    label="ELU",
    formula="φ(z) = z for z > 0, else eᶻ − 1",
    slope="φ'(z) = 1 for z > 0, else eᶻ",
    gain=1.2452,
    forward=lambda torch, z, out: torch.ops.aten.elu(z, out=out),
    backward=lambda aten, delta, z, a, out: aten.elu_backward(
        delta, 1, 1, 1, False, z, grad_input=out
    ),
    value_at_0=0.0,
    slope_at_0=1.0,
    bounds=None,
    monotone=True,
    saturation=None,
    note="Smooth at 0 and close to centred.",
)
GELU = Activation(
    name="gelu",
    label="GELU",
    formula="φ(z) = z Φ(z)",
    slope="φ'(z) = Φ(z) + z φ₀(z), φ₀ the normal density",
    gain=1.5335,
    # torch 2.13's gelu writes nothing into some float32 outputs that are not contiguous.
    forward=lambda torch, z, out: _copy(torch.nn.functional.gelu(z), out),
    backward=lambda aten, delta, z, a, out: aten.gelu_backward(delta, z, grad_input=out),
    value_at_0=0.0,
    slope_at_0=0.5,
    bounds=None,
    monotone=False,
    saturation=None,
    note="The transformer's ReLU: it needs a slightly larger gain than He's.",
)
SILU = Activation(
    name="silu",
    label="SiLU",
    formula="φ(z) = z σ(z)",
    slope="φ'(z) = σ(z) (1 + z (1 − σ(z)))",
    gain=1.6765,
    forward=lambda torch, z, out: torch.ops.aten.silu(z, out=out),
    backward=lambda aten, delta, z, a, out: aten.silu_backward(delta, z, grad_input=out),
    value_at_0=0.0,
    slope_at_0=0.5,
    bounds=None,
    monotone=False,
    saturation=None,
    note="Also called swish; it needs a larger gain than He's.",
)

ACTIVATIONS = {a.name: a for a in (LINEAR, SIGMOID, TANH, RELU, LEAKY_RELU, ELU, GELU, SILU)}


def activation_choices() -> list[Choice]:
    """The activations as the values of a setting."""
    return [Choice(a.name, a.label, f"{a.formula}\n{a.note}") for a in ACTIVATIONS.values()]
