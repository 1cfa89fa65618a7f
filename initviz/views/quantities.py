"""What training notes of every layer at every epoch, as views draw it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from initviz.recording import Scalars

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A figure that every layer of every lane has at every epoch.

    Attributes:
        name: how switches and code call it.
        label: on the switch.
        symbol: in formulas, on axes and in front of exact numbers.
        words: what it is, as a title.
        tip: one sentence for the switch.
        of: from all figures to its own, (epochs, K, L).
        first: the first epoch that has it.
        share: whether it lies between 0 and 1, and needs no log axis.
    """

    name: str
    label: str
    symbol: str
    words: str
    tip: str
    of: Callable[[Scalars], Array]
    first: int = 0
    share: bool = False

    def text(self, value: float) -> str:
        """A value in words, with its symbol."""
        if np.isnan(value):
            return f"{self.symbol} is not a number"
        if np.isinf(value):
            return f"{self.symbol} is infinite"
        if self.share:
            return f"{self.symbol} {100 * value:.3g} %"
        return f"{self.symbol} {'exactly 0' if value == 0 else f'{value:.4g}'}"


def _moved(history: Scalars) -> Array:
    """‖W − W₀‖ over ‖W₀‖; where the first weights are 0 there is only ‖W‖ itself."""
    start = history.weight_norm[:1]
    with np.errstate(all="ignore"):
        return np.asarray(history.distance / np.where(start == 0, 1.0, start))


GRADIENT = Quantity(
    "gradient", "gradient", "‖∂L/∂W‖", "gradient norm",
    "Gradient norm ‖∂L/∂W‖ of each layer, on the last batch of the epoch",
    lambda history: history.gradient_norm,
)  # fmt: skip
DEVIATION = Quantity(
    "deviation", "activation σ", "σ(a)", "deviation of the activations",
    "Standard deviation of each layer's activations: 0 says that all of them are the same",
    lambda history: history.activation_deviation,
)  # fmt: skip
DEAD = Quantity(
    "dead", "dead", "dead", "neurons that are always 0",
    "Share of each layer's neurons that give exactly 0 for every input that was tried",
    lambda history: history.dead_share, share=True,
)  # fmt: skip
SATURATED = Quantity(
    "saturated", "saturated", "saturated", "activations where φ is flat",
    "Share of each layer's activations that lie where φ is flat, and passes little back",
    lambda history: history.saturated_share, share=True,
)  # fmt: skip
UPDATE = Quantity(
    "update", "ΔW:W", "‖ΔW‖/‖W‖", "update : weight",
    "Update-to-weight ratio ‖ΔW‖/‖W‖ of the last step of each epoch; about 1e-3 is usual",
    lambda history: history.update_ratio, first=1,
)  # fmt: skip
MOVED = Quantity(
    "moved", "moved", "‖W − W₀‖/‖W₀‖", "distance from the start",
    "How far each layer has moved from its first weights, ‖W − W₀‖/‖W₀‖",
    _moved,
)  # fmt: skip
QUANTITIES = {q.name: q for q in (GRADIENT, DEVIATION, DEAD, SATURATED, UPDATE, MOVED)}
