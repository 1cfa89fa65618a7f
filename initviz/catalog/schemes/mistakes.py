"""What not to do: weights that are all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from initviz.catalog.schemes.law import normal, point
from initviz.catalog.schemes.scheme import BAD, LayerContext, Scheme, Worth, number


def _constant(init: Any, weight: Any, parameters: Mapping[str, Any], layer: LayerContext) -> Any:
    if parameters["noise"] == 0:
        return init.constant_(weight, parameters["value"])
    return init.normal_(weight, parameters["value"], parameters["noise"], generator=layer.generator)


ZEROS = Scheme(
    "zeros", "Zeros", BAD, Worth.MISTAKE, "W = 0", "–", "nothing",
    "Without a weight no input gets through and no gradient comes back.",
    lambda init, w, p, layer: init.zeros_(w),
    law=lambda p, layer: point(0.0),
)  # fmt: skip
ONES = Scheme(
    "ones", "Ones", BAD, Worth.MISTAKE, "W = 1", "–", "nothing",
    "Equal neurons stay equal, and their sums grow with the width of the layer.",
    lambda init, w, p, layer: init.ones_(w),
    law=lambda p, layer: point(1.0),
)  # fmt: skip
CONSTANT = Scheme(
    "constant", "Constant", BAD, Worth.MISTAKE, "W = c, or N(c, s²) with noise", "–", "nothing",
    "Equal neurons receive equal gradients and stay equal: a layer becomes one neuron.",
    _constant,
    (
        number("value", "Value c", "", 0.5, "Every weight gets this value.", low=-100, high=100,
               slide=(-2, 2)),
        number("noise", "Noise s", "±", 0.0,
               "Standard deviation around the value: a little breaks the symmetry.",
               low=0.0, high=100, log=True, slide=(0, 1), unsaid=0.0),
    ),
    law=lambda p, layer: normal(p["noise"], p["value"]),
)  # fmt: skip

MISTAKES = (ZEROS, ONES, CONSTANT)
