"""Activation functions that pass what is positive: the line, ReLU and its relatives."""

from __future__ import annotations

import numpy as np

from initviz.catalog.activations.activation import Activation, copy

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
"""Solutions of the fixed-point equations of Klambauer et al. 2017, appendix A1."""

LINEAR = Activation(
    name="linear",
    label="Linear",
    formula="φ(z) = z",
    slope="φ'(z) = 1",
    module="nn.Identity()",
    gain=1.0,
    forward=lambda torch, z, out: copy(z, out),
    backward=lambda aten, delta, z, a, out: copy(delta, out),
    value=lambda z: z * 1.0,
    derivative=lambda z: np.ones(z.shape, dtype=np.float64),
    value_at_0=0.0,
    slope_at_0=1.0,
    bounds=None,
    monotone=True,
    saturation=None,
    note="The network is one linear map, however deep: theory in its purest form.",
)
RELU = Activation(
    name="relu",
    label="ReLU",
    formula="φ(z) = max(0, z)",
    slope="φ'(z) = 1 for z > 0, else 0",
    module="nn.ReLU()",
    gain=1.41421,
    forward=lambda torch, z, out: torch.clamp_min(z, 0, out=out),
    backward=lambda aten, delta, z, a, out: aten.threshold_backward(delta, z, 0, grad_input=out),
    value=lambda z: np.maximum(z, 0.0),
    derivative=lambda z: np.where(z > 0, 1.0, 0.0),
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
    module="nn.LeakyReLU(0.01)",
    gain=1.41414,
    forward=lambda torch, z, out: torch.ops.aten.leaky_relu(z, 0.01, out=out),
    backward=lambda aten, delta, z, a, out: aten.leaky_relu_backward(
        delta, z, 0.01, False, grad_input=out
    ),
    value=lambda z: np.where(z > 0, z, 0.01 * z),
    derivative=lambda z: np.where(z > 0, 1.0, 0.01),
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
    module="nn.ELU()",
    gain=1.2452,
    forward=lambda torch, z, out: torch.ops.aten.elu(z, out=out),
    backward=lambda aten, delta, z, a, out: aten.elu_backward(
        delta, 1, 1, 1, False, z, grad_input=out
    ),
    value=lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    derivative=lambda z: np.exp(np.minimum(z, 0)),
    value_at_0=0.0,
    slope_at_0=1.0,
    bounds=None,
    monotone=True,
    saturation=None,
    note="Smooth at 0 and close to centred.",
)
SELU = Activation(
    name="selu",
    label="SELU",
    formula="φ(z) = λ z for z > 0, else λ α (eᶻ − 1);  λ = 1.0507, α = 1.6733",
    slope="φ'(z) = λ for z > 0, else λ α eᶻ",
    module="nn.SELU()",
    gain=1.0,
    forward=lambda torch, z, out: torch.ops.aten.elu(z, SELU_ALPHA, SELU_SCALE, out=out),
    backward=lambda aten, delta, z, a, out: aten.elu_backward(
        delta, SELU_ALPHA, SELU_SCALE, 1, False, z, grad_input=out
    ),
    value=lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0))),
    derivative=lambda z: SELU_SCALE * np.where(z > 0, 1.0, SELU_ALPHA * np.exp(np.minimum(z, 0))),
    value_at_0=0.0,
    slope_at_0=SELU_SCALE * SELU_ALPHA,
    bounds=None,
    monotone=True,
    saturation=None,
    note="Made so that LeCun's variance 1/fan_in keeps mean 0 and variance 1 by itself.",
)
