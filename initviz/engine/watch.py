"""What training notes of every layer's activations, epoch by epoch.

Maps of layers over epochs show them for every epoch that there was, also for those whose weights
were thinned out of the recording.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from initviz.catalog.activations import Activation
from initviz.engine.network import Network, Pass, as_inputs
from initviz.recording import Array

MOST_NUMBERS = 1 << 20
"""Activations, over all lanes and layers, that are looked at in an epoch."""

LEAST_SAMPLES, MOST_SAMPLES = 8, 128


class Watch:
    """A few training points that go through the network at the end of every epoch.

    Args:
        network: whose parameters are read at every look.
        activations: one for each lane of the network.
        x: (n, features), the training points; the first few are taken.
    """

    def __init__(self, network: Network, activations: Sequence[Activation], x: Tensor) -> None:
        neurons = network.lanes * sum(network.sizes[1:])
        rows = min(len(x), max(LEAST_SAMPLES, min(MOST_SAMPLES, MOST_NUMBERS // neurons)))
        self._pass = Pass(network, rows)
        self._inputs = as_inputs(x[:rows], network.lanes)
        self._ranges = [activation.saturation for activation in activations]

    def look(self) -> dict[str, Array]:
        """``activation_deviation``, ``dead_share`` and ``saturated_share``, each (K, L)."""
        self._pass.forward_again(self._inputs)
        layers = [*self._pass.activations, self._pass.preactivations[-1]]
        lanes = len(self._ranges)
        deviation, dead, saturated = (np.full((lanes, len(layers)), np.nan) for _ in range(3))
        with np.errstate(all="ignore"):  # lanes that have diverged
            for place, layer in enumerate(layers):
                a = layer.transpose(1, 2).cpu().numpy()  # (K, width, rows) as it lies in memory
                deviation[:, place] = _deviation(a)
                dead[:, place] = 1 - a.any(axis=2).mean(axis=1)
                if place < len(layers) - 1:
                    self._count_saturated(a, saturated[:, place])
        return {
            "activation_deviation": deviation, "dead_share": dead, "saturated_share": saturated,
        }  # fmt: skip

    def _count_saturated(self, a: Array, shares: Array) -> None:
        for lane, ends in enumerate(self._ranges):
            if ends:
                low, high = ends
                shares[lane] = (
                    np.count_nonzero(a[lane] < low) + np.count_nonzero(a[lane] > high)
                ) / a[lane].size


def _deviation(a: Array) -> Array:
    """Standard deviation of every lane of (K, width, rows), (K,)."""
    deviation = a.std(axis=(1, 2))
    # Squares beyond float32 are taken again in float64; so are those that vanish.
    for lane in np.flatnonzero(~((deviation > 1e-15) & (deviation < 1e18))):
        deviation[lane] = a[lane].std(dtype=np.float64)
    return np.asarray(deviation, dtype=np.float64)
