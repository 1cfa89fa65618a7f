"""Where weights stand on an axis: a linear one with a zero in the middle, or one of decades."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtGui import QFontMetricsF

from initviz.catalog.parameter import short_exponent
from initviz.experiment import Experiment, Lane
from initviz.parts import Distribution, Histogram
from initviz.snapshot import LOG_HIGH, LOG_PER_DECADE
from initviz.theory import laws
from initviz.views.activations import RARE
from initviz.views.axes import Ticks
from initviz.views.distributions import LogAxis
from initviz.views.style import SMALL_SIZE, font

Array = NDArray[np.float64]

MOST_EMPTY = 5
"""How many times longer than its numbers a linear axis may stay."""


@dataclass(frozen=True)
class Linear:
    """The numbers themselves, from −``high`` to ``high``."""

    high: float

    @property
    def low(self) -> float:
        """The left end."""
        return -self.high

    def ticks(self, width: float) -> list[Ticks]:
        """0 and a round number to either side, or two, as far as labels have room."""
        power = 10 ** math.floor(math.log10(self.high))
        mark = max(s * power for s in (0.8, 1, 2, 3, 4, 5, 6, 8) if s * power <= 0.85 * self.high)
        metrics, pixels = QFontMetricsF(font(SMALL_SIZE)), width / (2.08 * self.high)
        for marks in ([-mark, -mark / 2, 0.0, mark / 2, mark], [-mark, 0.0, mark], [0.0, mark]):
            labels = [short_exponent(f"{v:g}") for v in marks]
            widths = [metrics.horizontalAdvance(label) for label in labels]
            widest = max((a + b) / 2 for a, b in pairwise(widths))
            if widest + 5 <= (marks[1] - marks[0]) * pixels:
                break
        return [list(zip(marks, labels, strict=True)), []]


def axis_edges(axis: Linear | LogAxis, layer: Distribution, place: int) -> Array:
    """The edges of one lane's bins on an axis."""
    if isinstance(axis, Linear):
        return np.asarray(layer.values.edges[place], dtype=np.float64)
    middle, half = axis.positions(layer.sizes), 0.5 / LOG_PER_DECADE
    return np.append(middle - half, middle[-1] + half)


def axis_shares(
    axis: Linear | LogAxis, layer: Distribution, place: int
) -> tuple[Array, Array | None]:
    """One lane's shares on an axis, now and at the start."""
    pair = (layer.values, layer.start_values)
    if isinstance(axis, LogAxis):
        pair = (layer.sizes, layer.start_sizes)

    def shares(histogram: Histogram) -> Array:
        if isinstance(axis, LogAxis):
            return np.asarray(axis.shares(histogram)[place])
        return np.asarray(histogram.shares[place], dtype=np.float64)

    now, start = pair
    return shares(now), None if start is None else shares(start)


@lru_cache(maxsize=64)
def lawful_shares(
    experiment: Experiment, lane: Lane, layer: int, end: float, bins: int
) -> Array | None:
    """What the law of a layer's first weights puts into ``bins`` even bins from −end to end.

    None where the weights depend on one another, or all are the same.
    """
    found = laws(experiment, lane)
    cdf = found[layer][0].cdf if found else None
    return None if cdf is None else np.asarray(np.diff(cdf(np.linspace(-end, end, bins + 1))))


def words_at(axis: Linear | LogAxis, layer: Distribution, place: int, x: float, symbol: str) -> str:
    """Which bin of one lane is at x, and its shares now and at the start; "" beside them all."""
    if isinstance(axis, LogAxis) and x < axis.first - 1 / LOG_PER_DECADE:
        zeros = layer.sizes.zeros, None if layer.start_sizes is None else layer.start_sizes.zeros
        return _per_cent(f"{symbol} exactly 0", *zeros, place)
    now, start = layer.values, layer.start_values
    edges = now.edges[place]
    if isinstance(axis, LogAxis):
        now, start = layer.sizes, layer.start_sizes
        edges = now.edges
    if not edges[0] <= x <= edges[-1]:
        return ""
    which = min(max(int(np.searchsorted(edges, x)) - 1, 0), len(edges) - 2)
    low, high = (float(edge) for edge in edges[which : which + 2])
    if isinstance(axis, LogAxis):
        symbol, low, high = f"|{symbol}|", 10**low, 10**high
    first = None if start is None else start.shares[:, which]
    return _per_cent(f"{symbol} {low:.3g} to {high:.3g}", now.shares[:, which], first, place)


def _per_cent(what: str, now: ArrayLike, start: ArrayLike | None, place: int) -> str:
    text = f"{what}: {100 * np.asarray(now)[place]:.3g} %"
    if start is None:
        return text
    return f"{text}, at the start {100 * np.asarray(start)[place]:.3g} %"


class Axes:
    """The axes of one run's distributions, which seldom change: jumping ones cannot be compared.

    Attributes:
        end: where the linear axis ends; 0 before anything was seen.
    """

    def __init__(self) -> None:
        self.end = 0.0
        self._decades: tuple[int, int] | None = None
        self._subject: object = None

    def follow(self, subject: object) -> None:
        """Forget what has been seen if it was of another subject."""
        if subject != self._subject:
            self._subject, self.end, self._decades = subject, 0.0, None

    def linear(self, layers: Sequence[Distribution]) -> Linear:
        """One axis for all layers and both lanes, which only shrinks by a lot."""
        end = float(layers[0].values.edges[:, -1].max())
        self.end = end if end < self.end / MOST_EMPTY else max(self.end, end)
        return Linear(self.end)

    def log(self, layers: Sequence[Distribution]) -> LogAxis:
        """The decades that hold more than a few numbers of any layer; they only grow."""
        edges = layers[0].sizes.edges
        bins = np.flatnonzero(np.max([_largest(layer) for layer in layers], axis=0) > RARE)
        if len(bins):
            low = math.floor(edges[bins[0]] + 1e-9)
            high = math.ceil(edges[bins[-1] + 1] - 1e-9)
            if self._decades:
                low, high = min(low, self._decades[0]), max(high, self._decades[1])
            self._decades = (low, high)
        low, high = self._decades or (-2, 0)
        low = min(low, LOG_HIGH - 2)  # what is larger than all bins counts into the last
        return LogAxis(low, max(high, low + 2))


def _largest(layer: Distribution) -> Array:
    """The largest share in every bin of the log axis, of any lane, now or at the start."""
    shares = [layer.sizes.shares]
    if layer.start_sizes is not None:
        shares.append(layer.start_sizes.shares)
    return np.asarray(np.concatenate(shares).max(axis=0), dtype=np.float64)
