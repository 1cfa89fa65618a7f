"""How the weights of every layer, their gradients and their updates are distributed.

A probe counts all layers of a lane in one go: forty small layers one by one take ten times as
long.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from initviz.parts import Distribution
from initviz.snapshot import (
    LOG_HIGH,
    LOG_LOW,
    LOG_PER_DECADE,
    VALUE_BINS,
    Array,
    Histogram,
)

OUTSIDE = 4.0
"""The axis reaches to the largest number of any layer, but not beyond this many rms of the layer:
all of a uniform law, and all but a few in a hundred thousand of a normal one."""

ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
"""Where axes end, times a power of ten: such an end seldom changes."""


class Numbers:
    """What some lanes have in all of their layers, one row a lane, to be counted.

    Args:
        layers: (lanes, fan_in, fan_out) each; copied.
    """

    def __init__(self, layers: Sequence[Array]) -> None:
        self.lanes = len(layers[0])
        self._flat = np.concatenate([layer.reshape(self.lanes, -1) for layer in layers], axis=1)
        self._counts = np.array([layer[0].size for layer in layers])
        self._starts = np.concatenate([[0], np.cumsum(self._counts)[:-1]])
        self._values: tuple[Array, NDArray[np.float64]] | None = None

    @cached_property
    def _finite(self) -> NDArray[np.bool_] | None:
        """Which numbers are finite; None where all are."""
        with np.errstate(all="ignore"):
            if np.isfinite(self._flat.sum(dtype=np.float64)):
                return None
        return np.asarray(np.isfinite(self._flat))

    @cached_property
    def _sizes(self) -> Array:
        sizes = np.abs(self._flat)
        return sizes if self._finite is None else np.where(self._finite, sizes, 0)

    @cached_property
    def zeros(self) -> NDArray[np.float64]:
        """Share of exact zeros, (layers, lanes)."""
        zeros = np.add.reduceat(self._flat == 0, self._starts, axis=1, dtype=np.int64)
        return np.asarray((zeros / self._counts).T)

    @cached_property
    def ends(self) -> NDArray[np.float64]:
        """How far an axis has to reach for all layers of each lane, (lanes,); 0 where all are 0."""
        largest = np.maximum.reduceat(self._sizes, self._starts, axis=1).astype(np.float64)
        with np.errstate(over="ignore"):  # lanes that diverge in float64: the largest decides
            squares = np.square(self._sizes, dtype=np.float64)
            rms = np.sqrt(np.add.reduceat(squares, self._starts, axis=1) / self._counts)
        # A little more: a spike at the very end would be lost in the frame.
        return np.asarray(1.04 * np.minimum(largest, OUTSIDE * rms).max(axis=1))

    def values(self, ends: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shares in even bins from −end to end of each lane, (layers, lanes, bins).

        What lies beyond counts into the outer bins. The last answer is kept.
        """
        if self._values is None or not np.array_equal(self._values[0], ends):
            scale = (VALUE_BINS / (2 * ends))[:, None].astype(self._flat.dtype)
            with np.errstate(all="ignore"):
                places = (self._flat + ends[:, None].astype(self._flat.dtype)) * scale
            self._values = ends.copy(), self._shares(places, VALUE_BINS)
        return self._values[1]

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """Shares of log₁₀ of the sizes, without the exact zeros, (layers, lanes, bins)."""
        with np.errstate(divide="ignore"):
            places = np.log10(self._sizes)
        places -= LOG_LOW
        places *= LOG_PER_DECADE
        shares = self._shares(places, (LOG_HIGH - LOG_LOW) * LOG_PER_DECADE)
        # log10(0) = −∞ counted into the lowest bin; two roundings must not leave a share below 0.
        shares[:, :, 0] = np.maximum(shares[:, :, 0] - self.zeros, 0)
        return shares

    def _shares(self, places: Array, bins: int) -> NDArray[np.float64]:
        """Shares of the numbers whose bins these are; what is not finite is in none."""
        np.clip(places, 0, bins - 1, out=places)
        if self._finite is not None:
            places[~self._finite] = bins  # one bin more, which is cut off again
        index = places.astype(np.int32)
        index += self._offsets(bins + 1)
        lanes, layers = self.lanes, len(self._counts)
        counts = np.bincount(index.ravel(), minlength=lanes * layers * (bins + 1))
        table = counts.reshape(lanes, layers, bins + 1)[:, :, :-1]
        return np.asarray(table.transpose(1, 0, 2) / self._counts[:, None, None])

    def _offsets(self, bins: int) -> NDArray[np.int32]:
        """Where the bins of every number's lane and layer begin, (lanes, numbers)."""
        layers = np.repeat(np.arange(len(self._counts), dtype=np.int32), self._counts)
        lanes = np.arange(self.lanes, dtype=np.int32)[:, None] * len(self._counts)
        return np.asarray((layers + lanes) * np.int32(bins), dtype=np.int32)


def distributions(now: Numbers, start: Numbers | None) -> tuple[Distribution, ...]:
    """Every layer's distribution, on a linear axis that a lane's layers share, and by size."""
    ends = now.ends if start is None else np.maximum(now.ends, start.ends)
    ends = np.array([round_end(end) if 1e-30 < end < 1e30 else 1.0 for end in ends.tolist()])
    edges = np.linspace(-ends, ends, VALUE_BINS + 1, axis=1)
    decades = np.linspace(LOG_LOW, LOG_HIGH, (LOG_HIGH - LOG_LOW) * LOG_PER_DECADE + 1)

    def both(numbers: Numbers, layer: int) -> tuple[Histogram, Histogram]:
        zeros = numbers.zeros[layer]
        return (
            Histogram(edges, numbers.values(ends)[layer], zeros),
            Histogram(decades, numbers.sizes[layer], zeros),
        )

    return tuple(
        Distribution(*both(now, layer), *((None, None) if start is None else both(start, layer)))
        for layer in range(len(now.zeros))
    )


def round_end(value: float) -> float:
    """The next number that is round, see ``ROUND``."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step for step in ROUND if step * power >= value * 0.9999) * power)
