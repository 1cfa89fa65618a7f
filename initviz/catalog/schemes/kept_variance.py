"""Schemes that keep the variance: each layer's weights are scaled by the fans it has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from initviz.catalog.activations import Activation
from initviz.catalog.meanfield import critical_weight
from initviz.catalog.parameter import Choice, Kind, Parameter
from initviz.catalog.schemes.law import normal, uniform
from initviz.catalog.schemes.scheme import (
    GAIN,
    KEPT,
    LayerContext,
    Scheme,
    Worth,
    draw_normal,
    number,
)

MODE = Parameter(
    "mode", "Fan", "Which side of a layer the variance is kept for.", Kind.CHOICE, "fan_in",
    choices=lambda: [
        Choice("fan_in", "fan in", "keeps the activations' size forwards"),
        Choice("fan_out", "fan out", "keeps the gradients' size backwards"),
    ],
)  # fmt: skip
SLOPE = number(
    "slope", "Slope a", "a=", 0.0,
    "The activation's slope below 0: 0 for ReLU, 0.01 for leaky ReLU.", low=0.0, high=10.0,
    slide=(0, 1), unsaid=0.0, formula="g² = 2/(1 + a²)",
)  # fmt: skip
RECTIFIERS = ("relu", "leaky_relu", "elu", "gelu", "silu", "mish")


def kumar_deviation(activation: Activation, fan_in: int) -> float:
    """σ of Kumar's law, 1 / (√fan_in φ'(0) √(1 + φ(0)²)); 3.6/√fan_in for the sigmoid.

    ReLU has no slope at 0; Kumar treats it apart and arrives at He's √(2/fan_in).
    """
    if activation.slope_at_0 < 0.1:
        return math.sqrt(2 / fan_in)
    if activation.name == "sigmoid":
        # The paper rounds 1/(¼ √1.25) = 3.578 to 3.6, and the rounded law is the known one.
        return 3.6 / math.sqrt(fan_in)
    return 1 / (math.sqrt(fan_in) * activation.slope_at_0 * math.sqrt(1 + activation.value_at_0**2))


def he_deviation(parameters: Mapping[str, Any], layer: LayerContext) -> float:
    """√(g²/fan), g² = 2/(1 + a²)."""
    fan = layer.fan_in if parameters["mode"] == "fan_in" else layer.fan_out
    return math.sqrt(2 / (1 + parameters["slope"] ** 2) / fan)


def xavier_deviation(parameters: Mapping[str, Any], layer: LayerContext) -> float:
    """g √(2/(fan_in + fan_out))."""
    return float(parameters["gain"]) * math.sqrt(2 / (layer.fan_in + layer.fan_out))


def random_walk_gain(activation: Activation, fan_in: int) -> float:
    """g of Sussillo & Abbott 2014, for which the log of a gradient's norm walks without drift."""
    if activation.name in ("relu", "leaky_relu"):
        return math.sqrt(2) * math.exp(1.2 / (max(fan_in, 6) - 2.4))
    return math.exp(1 / (2 * fan_in))


def _random_walk_deviation(layer: LayerContext) -> float:
    return random_walk_gain(layer.activation, layer.fan_in) / math.sqrt(layer.fan_in)


def _critical_deviation(layer: LayerContext) -> float:
    return math.sqrt(critical_weight(layer.activation, layer.bias_variance) / layer.fan_in)


def _kaiming(p: Mapping[str, Any], layer: LayerContext) -> dict[str, Any]:
    return {
        "a": p["slope"], "mode": p["mode"], "nonlinearity": "leaky_relu",
        "generator": layer.generator,
    }  # fmt: skip


XAVIER_UNIFORM = Scheme(
    "xavier_uniform", "Xavier uniform", KEPT, Worth.GOOD,
    "W ~ U(±g √(6/(fan_in + fan_out)))", "Glorot & Bengio 2010", "tanh and linear units",
    "A compromise that keeps the size of activations forwards and of gradients backwards.",
    lambda init, w, p, layer: init.xavier_uniform_(w, p["gain"], generator=layer.generator),
    (GAIN,), ("tanh", "linear", "softsign", "sin"),
    law=lambda p, layer: uniform(math.sqrt(3) * xavier_deviation(p, layer)),
)  # fmt: skip
XAVIER_NORMAL = Scheme(
    "xavier_normal", "Xavier normal", KEPT, Worth.GOOD,
    "W ~ N(0, 2g²/(fan_in + fan_out))", "Glorot & Bengio 2010", "tanh and linear units",
    "A compromise that keeps the size of activations forwards and of gradients backwards.",
    lambda init, w, p, layer: init.xavier_normal_(w, p["gain"], generator=layer.generator),
    (GAIN,), ("tanh", "linear", "softsign", "sin"),
    law=lambda p, layer: normal(xavier_deviation(p, layer)),
)  # fmt: skip
HE_UNIFORM = Scheme(
    "he_uniform", "He uniform", KEPT, Worth.GOOD, "W ~ U(±g √(3/fan)),  g² = 2/(1 + a²)",
    "He et al. 2015, Delving Deep into Rectifiers", "ReLU and its relatives",
    "ReLU drops half of the square, and the factor 2 puts it back.",
    lambda init, w, p, layer: init.kaiming_uniform_(w, **_kaiming(p, layer)),
    (MODE, SLOPE), RECTIFIERS,
    law=lambda p, layer: uniform(math.sqrt(3) * he_deviation(p, layer)),
)  # fmt: skip
HE_NORMAL = Scheme(
    "he_normal", "He normal", KEPT, Worth.GOOD, "W ~ N(0, g²/fan),  g² = 2/(1 + a²)",
    "He et al. 2015, Delving Deep into Rectifiers", "ReLU and its relatives",
    "ReLU drops half of the square, and the factor 2 puts it back.",
    lambda init, w, p, layer: init.kaiming_normal_(w, **_kaiming(p, layer)),
    (MODE, SLOPE), RECTIFIERS,
    law=lambda p, layer: normal(he_deviation(p, layer)),
)  # fmt: skip
KUMAR = Scheme(
    "kumar", "Kumar", KEPT, Worth.GOOD,
    "W ~ N(0, 1/(fan_in φ'(0)² (1 + φ(0)²)));  sigmoid: N(0, 3.6²/fan_in)",
    "Kumar 2017, On weight initialization in deep neural networks",
    "sigmoid, and any smooth activation",
    "It counts the slope of the activation and that a sigmoid's output is not centred.",
    lambda init, w, p, layer: draw_normal(
        init, w, kumar_deviation(layer.activation, layer.fan_in), layer
    ),
    partners=("sigmoid",),
    law=lambda p, layer: normal(kumar_deviation(layer.activation, layer.fan_in)),
)  # fmt: skip
LECUN_UNIFORM = Scheme(
    "lecun_uniform", "LeCun uniform", KEPT, Worth.GOOD, "W ~ U(±√(3/fan_in)), variance 1/fan_in",
    "LeCun et al. 1998, Efficient BackProp", "linear units and SELU",
    "Each neuron sums fan_in inputs, so each may bring 1/fan_in of the variance.",
    lambda init, w, p, layer: init.kaiming_uniform_(
        w, nonlinearity="linear", generator=layer.generator
    ),
    partners=("selu", "linear", "softplus"),
    law=lambda p, layer: uniform(math.sqrt(3 / layer.fan_in)),
)  # fmt: skip
LECUN_NORMAL = Scheme(
    "lecun_normal", "LeCun normal", KEPT, Worth.GOOD, "W ~ N(0, 1/fan_in)",
    "LeCun et al. 1998; Klambauer et al. 2017, Self-Normalizing Neural Networks",
    "linear units and SELU",
    "Each neuron sums fan_in inputs, so each may bring 1/fan_in of the variance.",
    lambda init, w, p, layer: init.kaiming_normal_(
        w, nonlinearity="linear", generator=layer.generator
    ),
    partners=("selu", "linear", "softplus"),
    law=lambda p, layer: normal(1 / math.sqrt(layer.fan_in)),
)  # fmt: skip
RANDOM_WALK = Scheme(
    "random_walk", "Random walk", KEPT, Worth.GOOD,
    "W ~ N(0, g²/fan_in);  ReLU g = √2 e^(1.2/(max(n, 6) − 2.4)), else g = e^(1/2n),  n = fan_in",
    "Sussillo & Abbott 2014, Random walk initialization", "very deep networks",
    "It mends what narrow layers lose: the log of the gradient's size walks, but does not drift.",
    lambda init, w, p, layer: draw_normal(init, w, _random_walk_deviation(layer), layer),
    partners=("relu", "leaky_relu", "linear"),
    law=lambda p, layer: normal(_random_walk_deviation(layer)),
)  # fmt: skip
EDGE_OF_CHAOS = Scheme(
    "edge_of_chaos", "Edge of chaos", KEPT, Worth.GOOD,
    "W ~ N(0, σ_w²/fan_in), b ~ N(0, σ_b²), σ_w² such that χ₁ = σ_w² E[φ'(√q* z)²] = 1",
    "Poole et al. 2016; Schoenholz et al. 2017, Deep Information Propagation",
    "very deep tanh networks",
    "At χ₁ = 1 gradients neither vanish nor explode; σ_b² is that of the lane's biases.",
    lambda init, w, p, layer: draw_normal(init, w, _critical_deviation(layer), layer),
    partners=("tanh", "softsign", "sin"),
    law=lambda p, layer: normal(_critical_deviation(layer)),
    bias="normal",
    bias_values={"deviation": math.sqrt(0.05)},
)  # fmt: skip

KEPT_VARIANCE = (
    XAVIER_UNIFORM, XAVIER_NORMAL, HE_UNIFORM, HE_NORMAL, KUMAR, LECUN_UNIFORM, LECUN_NORMAL,
    RANDOM_WALK, EDGE_OF_CHAOS,
)  # fmt: skip
