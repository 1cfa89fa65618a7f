"""Plain laws: the same width in every layer, or one that the user types."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from initviz.catalog.parameter import Choice, Kind, Parameter
from initviz.catalog.schemes.law import CUT_DEVIATION, normal, truncated, uniform
from initviz.catalog.schemes.scheme import (
    DEVIATION,
    PLAIN,
    LayerContext,
    Scheme,
    Worth,
    draw_normal,
    number,
)

HALF_WIDTH = number(
    "half_width", "Half-width a", "±", 0.01,
    "Weights are drawn between −a and a; their deviation is a/√3.", low=1e-12, high=1e3, log=True,
    slide=(1e-3, 10),
)  # fmt: skip
RESCALED = Parameter(
    "rescaled", "After the cut", "Whether σ is meant before the cut or after it.", Kind.CHOICE,
    "no",
    choices=lambda: [
        Choice("no", "leave", "σ is the deviation before the cut: 0.88 σ is left of it"),
        Choice("yes", "rescale", "as Keras does: the deviation after the cut is σ, cut at ±2.27 σ"),
    ],
)  # fmt: skip
DEVIATIONS = Parameter(
    "deviations", "Deviations σ",
    "The deviation of every layer, the first layer first; the last number goes on.",
    Kind.NUMBERS, (0.1, 0.5), 0.0, 1e3, longest=101, symbol="σ=",
)  # fmt: skip


def _uncut(parameters: Mapping[str, Any]) -> float:
    """The deviation that the cut is made from."""
    deviation = float(parameters["deviation"])
    return deviation / CUT_DEVIATION if parameters["rescaled"] == "yes" else deviation


def _truncated(init: Any, weight: Any, parameters: Mapping[str, Any], layer: LayerContext) -> Any:
    # torch's trunc_normal_ cuts at absolute bounds, so the 2σ of the law are spelt out.
    s = _uncut(parameters)
    return init.trunc_normal_(weight, 0.0, s, -2 * s, 2 * s, generator=layer.generator)


def custom_deviation(parameters: Mapping[str, Any], layer: LayerContext) -> float:
    """The number that the user typed for this layer; the last one goes on."""
    deviations = parameters["deviations"]
    return float(deviations[min(layer.index, len(deviations) - 1)])


def _refuse(parameters: Mapping[str, Any], layers: int) -> str:
    count = len(parameters["deviations"])
    if count <= layers:
        return ""
    return (
        f"Deviations σ: {count} numbers are too many for {layers} layers; write at most {layers} "
        "(the output layer is one of them)"
    )


UNIFORM = Scheme(
    "uniform", "Uniform", PLAIN, Worth.DEPENDS, "W ~ U(−a, a), variance a²/3", "–",
    "seeing what scale does",
    "The same width in every layer ignores how many inputs are added up.",
    lambda init, w, p, layer: init.uniform_(
        w, -p["half_width"], p["half_width"], generator=layer.generator
    ),
    (HALF_WIDTH,),
    law=lambda p, layer: uniform(p["half_width"]),
)  # fmt: skip
NORMAL = Scheme(
    "normal", "Normal", PLAIN, Worth.DEPENDS, "W ~ N(0, σ²)", "–", "seeing what scale does",
    "The same deviation in every layer ignores how many inputs are added up.",
    lambda init, w, p, layer: draw_normal(init, w, p["deviation"], layer),
    (DEVIATION,),
    law=lambda p, layer: normal(p["deviation"]),
)  # fmt: skip
TRUNCATED_NORMAL = Scheme(
    "truncated_normal", "Truncated normal", PLAIN, Worth.DEPENDS,
    "W ~ N(0, s²), cut at ±2s;  s = σ, or σ/0.8796 when rescaled", "–",
    "seeing what scale does",
    "No outliers, and a deviation of 0.88 s after the cut.",
    _truncated,
    (DEVIATION, RESCALED),
    law=lambda p, layer: truncated(_uncut(p)),
)  # fmt: skip
TORCH_DEFAULT = Scheme(
    "torch_default", "PyTorch default", PLAIN, Worth.DEPENDS,
    "W ~ U(±1/√fan_in), b likewise", "torch.nn.Linear", "shallow networks",
    "Its variance 1/(3 fan_in) keeps only a sixth of the square through a ReLU.",
    lambda init, w, p, layer: init.kaiming_uniform_(w, math.sqrt(5), generator=layer.generator),
    law=lambda p, layer: uniform(1 / math.sqrt(layer.fan_in)),
    bias="fan_in_uniform",
)  # fmt: skip
CUSTOM = Scheme(
    "custom", "Custom", PLAIN, Worth.DEPENDS, "W of layer l ~ N(0, σ_l²)", "–",
    "trying a scale for every layer",
    "Only the numbers say: watch where the signal grows and where it fades.",
    lambda init, w, p, layer: draw_normal(init, w, custom_deviation(p, layer), layer),
    (DEVIATIONS,),
    law=lambda p, layer: normal(custom_deviation(p, layer)),
    refuse=_refuse,
)  # fmt: skip

PLAIN_LAWS = (UNIFORM, NORMAL, TRUNCATED_NORMAL, TORCH_DEFAULT, CUSTOM)
