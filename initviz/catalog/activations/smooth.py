"""Activation functions that round the ReLU off."""

from __future__ import annotations

import math

import numpy as np

from initviz.catalog.activations.activation import Activation, Array, copy

_erf = np.vectorize(math.erf, otypes=[float])


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)))


def _normal_cdf(z: Array) -> Array:
    return np.asarray(0.5 * (1 + _erf(z / math.sqrt(2))))


def _softplus(z: Array) -> Array:
    return np.asarray(np.logaddexp(0, z))


def _mish_slope(z: Array) -> Array:
    t = np.tanh(_softplus(z))
    return np.asarray(t + z * _sigmoid(z) * (1 - t**2))


GELU = Activation(
    name="gelu",
    label="GELU",
    formula="φ(z) = z Φ(z)",
    slope="φ'(z) = Φ(z) + z φ₀(z), φ₀ the normal density",
    module="nn.GELU()",
    gain=1.5335,
    # torch 2.13's gelu writes nothing into some float32 outputs that are not contiguous.
    forward=lambda torch, z, out: copy(torch.nn.functional.gelu(z), out),
    backward=lambda aten, delta, z, a, out: aten.gelu_backward(delta, z, grad_input=out),
    value=lambda z: z * _normal_cdf(z),
    derivative=lambda z: _normal_cdf(z) + z * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi),
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
    module="nn.SiLU()",
    gain=1.6765,
    forward=lambda torch, z, out: torch.ops.aten.silu(z, out=out),
    backward=lambda aten, delta, z, a, out: aten.silu_backward(delta, z, grad_input=out),
    value=lambda z: z * _sigmoid(z),
    derivative=lambda z: _sigmoid(z) * (1 + z * _sigmoid(-z)),
    value_at_0=0.0,
    slope_at_0=0.5,
    bounds=None,
    monotone=False,
    saturation=None,
    note="Also called swish; it needs a larger gain than He's.",
)
SOFTPLUS = Activation(
    name="softplus",
    label="Softplus",
    formula="φ(z) = log(1 + eᶻ)",
    slope="φ'(z) = σ(z)",
    module="nn.Softplus()",
    gain=1.0419,
    forward=lambda torch, z, out: torch.ops.aten.softplus(z, out=out),
    backward=lambda aten, delta, z, a, out: aten.softplus_backward(delta, z, 1, 20, grad_input=out),
    value=_softplus,
    derivative=_sigmoid,
    value_at_0=math.log(2),
    slope_at_0=0.5,
    bounds=None,
    monotone=True,
    saturation=None,
    note="Never 0 and never centred: its mean adds up from layer to layer.",
)
MISH = Activation(
    name="mish",
    label="Mish",
    formula="φ(z) = z tanh(log(1 + eᶻ))",
    slope="φ'(z) = t + z σ(z) (1 − t²),  t = tanh(log(1 + eᶻ))",
    module="nn.Mish()",
    gain=1.4869,
    forward=lambda torch, z, out: torch.ops.aten.mish(z, out=out),
    backward=lambda aten, delta, z, a, out: copy(aten.mish_backward(delta, z), out),
    value=lambda z: z * np.tanh(_softplus(z)),
    derivative=_mish_slope,
    value_at_0=0.0,
    slope_at_0=0.6,
    bounds=None,
    monotone=False,
    saturation=None,
    note="Close to SiLU; it dips below 0 before it rises.",
)
