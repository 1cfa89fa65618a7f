"""The two axes that activations are spread over: their values, or the decades of their sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.parameter import short_exponent
from initviz.snapshot import LOG_PER_DECADE, Histogram
from initviz.views.axes import Ticks, decade_label, tick_text


@dataclass(frozen=True)
class LinearAxis:
    """The activations themselves, from ``low`` to ``high``."""

    low: float
    high: float

    def ticks(self, width: float) -> list[Ticks]:
        """Ends and middle."""
        middle = (self.low + self.high) / 2
        return [[(v, short_exponent(f"{v:g}")) for v in (self.low, middle, self.high)], []]

    def positions(self, histogram: Histogram) -> NDArray[np.float64]:
        """The middle of every cell."""
        return np.asarray((histogram.edges[1:] + histogram.edges[:-1]) / 2, dtype=np.float64)

    def shares(self, histogram: Histogram) -> NDArray[np.float64]:
        """The share of every cell, (K, cells)."""
        return np.asarray(histogram.shares, dtype=np.float64)

    def cell(self, histogram: Histogram, at: float) -> int | None:
        """The cell at a place, None where there is none."""
        edges = histogram.edges
        found = int(np.searchsorted(edges, at, side="right")) - 1
        return found if 0 <= found < len(edges) - 1 else None

    def words(self, histogram: Histogram, cell: int) -> str:
        """Which values a cell holds."""
        return (
            f"a from {tick_text(histogram.edges[cell])} to {tick_text(histogram.edges[cell + 1])}"
        )


@dataclass(frozen=True)
class LogAxis:
    """log₁₀|a| in cells of one bin: exact zeros, a gap, then ``first`` to ``last``."""

    first: int
    last: int

    @property
    def zero(self) -> float:
        """Where exact zeros stand."""
        return self.first - 1.5 * self._wide / LOG_PER_DECADE

    @property
    def low(self) -> float:
        """The left end."""
        return self.first - 2 * self._wide / LOG_PER_DECADE

    @property
    def _wide(self) -> int:
        """Cells of the zeros, and of the gap beside them: wide enough to be seen on any range."""
        return 1 + (self.last - self.first) * LOG_PER_DECADE // 20

    @property
    def high(self) -> float:
        """The right end."""
        return float(self.last)

    def ticks(self, width: float) -> list[Ticks]:
        """As many decades as ``width`` pixels hold, and "0" for the zeros."""
        pixels = width / (self.high - self.low)
        step = next(s for s in (1, 2, 3, 4, 6, 8, 12, 24, 48) if s * pixels > 38)
        marks = [(float(d), decade_label(d)) for d in range(self.last, self.first - 1, -step)]
        apart = [mark for mark in marks if (mark[0] - self.zero) * pixels > 30]
        return [[(self.zero, "0"), *apart], []]

    def positions(self, histogram: Histogram) -> NDArray[np.float64]:
        """The middle of every cell."""
        cells = 2 * self._wide + (self.last - self.first) * LOG_PER_DECADE
        return self.low + (np.arange(cells) + 0.5) / LOG_PER_DECADE

    def shares(self, histogram: Histogram) -> NDArray[np.float64]:
        """The share of every cell, (K, cells)."""
        start = round((self.first - float(histogram.edges[0])) * LOG_PER_DECADE)
        stop = start + (self.last - self.first) * LOG_PER_DECADE
        zeros = np.asarray(histogram.zeros, dtype=np.float64)[:, None]
        zeros = np.repeat(zeros, self._wide, axis=1)
        inside = histogram.shares[:, start:stop].astype(np.float64)
        inside[:, 0] += histogram.shares[:, :start].sum(axis=1)
        inside[:, -1] += histogram.shares[:, stop:].sum(axis=1)
        return np.concatenate([zeros, 0 * zeros, inside], axis=1)

    def cell(self, histogram: Histogram, at: float) -> int | None:
        """The cell at a place, None in the gap and beyond the ends."""
        found = math.floor((at - self.low) * LOG_PER_DECADE)
        last = 2 * self._wide + (self.last - self.first) * LOG_PER_DECADE
        gap = self._wide <= found < 2 * self._wide
        return found if 0 <= found < last and not gap else None

    def words(self, histogram: Histogram, cell: int) -> str:
        """Which sizes a cell holds."""
        if cell < 2 * self._wide:
            return "a exactly 0"
        low = self.low + cell / LOG_PER_DECADE
        return f"|a| from {10**low:.2g} to {10 ** (low + 1 / LOG_PER_DECADE):.2g}"


Axis = LinearAxis | LogAxis
