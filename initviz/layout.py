"""Where the weights and biases of every layer lie in a lane's row of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class LayerSlots:
    """One layer's place in a row of parameters: the weights, row by row, then the biases.

    Attributes:
        fan_in, fan_out: the layer's inputs and outputs; weights are (fan_in, fan_out).
        start: where the weights begin.
    """

    fan_in: int
    fan_out: int
    start: int

    @property
    def middle(self) -> int:
        """Where the weights end and the biases begin."""
        return self.start + self.fan_in * self.fan_out

    @property
    def stop(self) -> int:
        """Where the biases end."""
        return self.middle + self.fan_out


def layout(sizes: Sequence[int]) -> tuple[LayerSlots, ...]:
    """The slots of every layer of a network with these sizes, inputs and outputs included."""
    slots: list[LayerSlots] = []
    start = 0
    for fan_in, fan_out in pairwise(sizes):
        slots.append(LayerSlots(fan_in, fan_out, start))
        start = slots[-1].stop
    return tuple(slots)
