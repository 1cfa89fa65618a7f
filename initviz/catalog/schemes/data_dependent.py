"""Schemes that look at a batch of training data before they are done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from initviz.catalog.schemes.scheme import DATA, LayerContext, Scheme, Worth

TOLERANCE, MOST_TRIES = 0.01, 10
"""How near the variance has to come to 1, and how often it is tried; Mishkin & Matas use 0.1."""


def _unit_variance(
    weight: Any, bias: Any, inputs: Any, parameters: Mapping[str, Any], layer: LayerContext
) -> None:
    """W /= √Var(z), layer by layer; the output layer stays as it is."""
    if layer.is_output:
        return
    for _ in range(MOST_TRIES):
        variance = float((inputs @ weight.T + bias).var(correction=0))
        # Nothing to scale where z does not vary, or is no number.
        if not 1e-30 < variance < 1e30 or abs(variance - 1) < TOLERANCE:
            return
        weight.div_(variance**0.5)


LSUV = Scheme(
    "lsuv", "LSUV", DATA, Worth.GOOD,
    "W = Q orthogonal, then W ← W / √Var(z), layer by layer, on a batch; not the output layer",
    "Mishkin & Matas 2015, All you need is a good init", "any activation, any depth",
    "Instead of trusting a formula it measures every layer's variance, and sets it to 1.",
    lambda init, w, p, layer: init.orthogonal_(w, generator=layer.generator),
    partners=("relu", "tanh", "elu", "selu", "gelu", "silu", "mish", "softplus", "softsign"),
    adapt=_unit_variance,
)  # fmt: skip

DATA_DEPENDENT = (LSUV,)
