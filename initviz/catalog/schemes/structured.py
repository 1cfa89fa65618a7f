"""Schemes whose weights depend on one another: orthogonal, sparse, mirrored, or not random."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from initviz.catalog.parameter import Kind, Parameter
from initviz.catalog.schemes.scheme import (
    DEVIATION,
    GAIN,
    STRUCTURED,
    LayerContext,
    Scheme,
    Worth,
)

CONNECTIONS = Parameter(
    "connections", "Connections k",
    "Inputs that each neuron listens to; more than there are is all of them.",
    Kind.INTEGER, 15, 1, 1024, log=True, slide=(1, 64), symbol="k=",
)  # fmt: skip


def _sparse(init: Any, weight: Any, parameters: Mapping[str, Any], layer: LayerContext) -> Any:
    # torch's sparse_ chooses the places from torch's global source of randomness.
    init.normal_(weight, 0.0, parameters["deviation"], generator=layer.generator)
    count = min(int(parameters["connections"]), layer.fan_in)
    places = weight.new_empty(weight.shape).uniform_(generator=layer.generator)
    return weight.scatter_(1, places.argsort(dim=1)[:, count:], 0.0)


def _looks_linear(init: Any, weight: Any, p: Mapping[str, Any], layer: LayerContext) -> Any:
    """[[H, −H], [−H, H]]; the first layer [H; −H], the output [H, −H]; odd ones out stay 0."""
    init.zeros_(weight)
    rows = layer.fan_out if layer.is_output else layer.fan_out // 2
    columns = layer.fan_in if layer.is_first else layer.fan_in // 2
    if not rows or not columns:
        return init.orthogonal_(weight, p["gain"], generator=layer.generator)
    half = weight.new_empty(rows, columns)
    init.orthogonal_(half, p["gain"], generator=layer.generator)
    for down in range(1 if layer.is_output else 2):
        for right in range(1 if layer.is_first else 2):
            block = weight[down * rows : (down + 1) * rows, right * columns : (right + 1) * columns]
            block.copy_(half if down == right else -half)
    return weight


def _zero(init: Any, weight: Any, parameters: Mapping[str, Any], layer: LayerContext) -> Any:
    """Algorithm 1 of the paper: partial identities, and Hadamard where a layer widens."""
    if layer.fan_out <= layer.fan_in:
        return init.eye_(weight)
    power = math.ceil(math.log2(layer.fan_out))
    hadamard = weight.new_ones(1, 1)
    for _ in range(power):
        above = hadamard.repeat(1, 2)
        below = above.clone()
        below[:, len(hadamard) :].neg_()
        hadamard = above.new_empty(2 * len(hadamard), 2 * len(hadamard))
        hadamard[: len(above)], hadamard[len(above) :] = above, below
    scale = 2 ** (-(power - 1) / 2)
    return weight.copy_(hadamard[: layer.fan_out, : layer.fan_in]).mul_(scale)


def _nguyen_widrow(init: Any, weight: Any, p: Mapping[str, Any], layer: LayerContext) -> Any:
    init.uniform_(weight, -1.0, 1.0, generator=layer.generator)
    return weight.mul_(nguyen_widrow_norm(layer) / weight.norm(dim=1, keepdim=True))


def nguyen_widrow_norm(layer: LayerContext) -> float:
    """‖w_j‖ = 0.7 h^(1/d), for h neurons with d inputs."""
    return float(0.7 * layer.fan_out ** (1 / layer.fan_in))


ORTHOGONAL = Scheme(
    "orthogonal", "Orthogonal", STRUCTURED, Worth.GOOD, "W = g Q, QᵀQ = 1",
    "Saxe et al. 2013, Exact solutions to the nonlinear dynamics of learning",
    "very deep networks",
    "It stretches no direction more than another, so depth cannot thin the signal out.",
    lambda init, w, p, layer: init.orthogonal_(w, p["gain"], generator=layer.generator),
    (GAIN,), ("linear", "tanh"),
)  # fmt: skip
IDENTITY = Scheme(
    "identity", "Identity", STRUCTURED, Worth.DEPENDS, "W = 1 on the diagonal, else 0",
    "Le et al. 2015, A simple way to initialize recurrent networks of rectified linear units",
    "recurrent ReLU networks",
    "It hands everything on; but neurons beyond the narrowest layer get nothing and stay alike.",
    lambda init, w, p, layer: init.eye_(w),
    partners=("relu",),
)  # fmt: skip
SPARSE = Scheme(
    "sparse", "Sparse", STRUCTURED, Worth.DEPENDS, "k inputs a neuron ~ N(0, σ²), the rest 0",
    "Martens 2010, Deep learning via Hessian-free optimization",
    "wide layers, σ chosen for k",
    "The sum over k inputs does not grow with the width, and neurons differ from one another.",
    _sparse,
    (CONNECTIONS, DEVIATION), ("tanh",),
)  # fmt: skip
LOOKS_LINEAR = Scheme(
    "looks_linear", "Looks-linear", STRUCTURED, Worth.GOOD,
    "W = [[H, −H], [−H, H]], H = g Q orthogonal",
    "Balduzzi et al. 2017, The shattered gradients problem", "very deep ReLU networks",
    "Mirrored pairs make φ(z) − φ(−z) = z: the network starts as one linear map, and can bend.",
    _looks_linear,
    (GAIN,), ("relu", "leaky_relu"),
)  # fmt: skip
ZERO = Scheme(
    "zero", "ZerO", STRUCTURED, Worth.DEPENDS,
    "W = partial identity; c I H I with Hadamard's H where a layer widens, c = 2^(−(m−1)/2)",
    "Zhao et al. 2021, ZerO initialization", "residual networks",
    "Nothing is random: Hadamard's signs tell the neurons apart, where an identity would not.",
    _zero,
    partners=("relu",),
)  # fmt: skip
NGUYEN_WIDROW = Scheme(
    "nguyen_widrow", "Nguyen–Widrow", STRUCTURED, Worth.DEPENDS,
    "w_j of random direction, ‖w_j‖ = 0.7 h^(1/d);  b ~ U(±0.7 h^(1/d))",
    "Nguyen & Widrow 1990, Improving the learning speed of 2-layer neural networks",
    "one hidden layer of tanh",
    "It spreads the neurons' slopes over the input space, which helps where there are few inputs.",
    _nguyen_widrow,
    partners=("tanh",),
    bias="nguyen_widrow",
)  # fmt: skip

STRUCTURED_SCHEMES = (ORTHOGONAL, IDENTITY, SPARSE, LOOKS_LINEAR, ZERO, NGUYEN_WIDROW)
