"""Activation functions that level off, or never grow: the classic squashing functions."""

from __future__ import annotations

import numpy as np

from initviz.catalog.activations.activation import Activation, Array, copy


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)))


SIGMOID = Activation(
    name="sigmoid",
    label="Sigmoid",
    formula="φ(z) = 1 / (1 + e⁻ᶻ)",
    slope="φ'(z) = φ (1 − φ) ≤ ¼",
    module="nn.Sigmoid()",
    gain=1.8462,
    forward=lambda torch, z, out: torch.sigmoid(z, out=out),
    backward=lambda aten, delta, z, a, out: aten.sigmoid_backward(delta, a, grad_input=out),
    value=_sigmoid,
    derivative=lambda z: _sigmoid(z) * _sigmoid(-z),
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
    module="nn.Tanh()",
    gain=1.5925,
    forward=lambda torch, z, out: torch.tanh(z, out=out),
    backward=lambda aten, delta, z, a, out: aten.tanh_backward(delta, a, grad_input=out),
    value=np.tanh,
    derivative=lambda z: 1 - np.tanh(z) ** 2,
    value_at_0=0.0,
    slope_at_0=1.0,
    bounds=(-1.0, 1.0),
    monotone=True,
    saturation=(-0.97, 0.97),
    note="Linear around 0 and flat beyond ±2: Xavier keeps it in between.",
)
SOFTSIGN = Activation(
    name="softsign",
    label="Softsign",
    formula="φ(z) = z / (1 + |z|)",
    slope="φ'(z) = 1 / (1 + |z|)²",
    module="nn.Softsign()",
    gain=2.3375,
    forward=lambda torch, z, out: torch.div(z, torch.abs(z).add_(1), out=out),
    backward=lambda aten, delta, z, a, out: copy(delta / z.abs().add_(1).square_(), out),
    value=lambda z: z / (1 + np.abs(z)),
    derivative=lambda z: (1 + np.abs(z)) ** -2.0,
    value_at_0=0.0,
    slope_at_0=1.0,
    bounds=(-1.0, 1.0),
    monotone=True,
    saturation=(-0.755, 0.755),
    note="Like tanh, but it levels off slowly: gradients fade as 1/z², and not as e⁻²ᶻ.",
)
SIN = Activation(
    name="sin",
    label="Sine",
    formula="φ(z) = sin z",
    slope="φ'(z) = cos z",
    module="torch.sin",
    gain=1.5209,
    forward=lambda torch, z, out: torch.sin(z, out=out),
    backward=lambda aten, delta, z, a, out: copy(delta * z.cos(), out),
    value=np.sin,
    derivative=np.cos,
    value_at_0=0.0,
    slope_at_0=1.0,
    bounds=(-1.0, 1.0),
    monotone=False,
    saturation=None,
    note="Bounded, yet it never saturates: large weights make it wild instead of dead.",
)
