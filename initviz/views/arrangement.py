"""Where the neurons of a network stand: columns of tiles, and which neurons have a tile.

Nothing here knows Qt. Coordinates are pixels of the network's own ground, which may be larger than
what is seen of it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

INPUTS = -1
"""The layer number of the inputs' column."""

SMALLEST, ROOMY, LARGEST = 22.0, 28.0, 56.0
"""Pixels on a side of a tile: where all neurons just fit, where some are left out, at most."""

SIDES = (LARGEST, 48.0, 40.0, 34.0, 30.0, 26.0, SMALLEST)
"""Sides that are tried, from the largest, for all columns to fit beside one another."""

GENEROUS = 34.0
"""Pixels on a side of tiles that need not be staggered to be larger, where there is width."""

SPACING = 1.18
"""Distance of two tiles, in sides of a tile."""

ANSWER = 116.0
"""Pixels on a side of the tile that shows what the network answers, at most."""

TIGHT, AIRY, WIDEST = 40.0, 64.0, 230.0
"""Pixels between two columns: the least, what they get where not all fit, the most."""

MARGIN = 6.0

MOST_INPUTS = 8
"""Inputs that are shown of more than a column holds."""


@dataclass(frozen=True)
class Column:
    """One layer's tiles.

    Attributes:
        layer: its place, ``INPUTS`` for the inputs.
        neurons: which of its neurons have a tile, in order, (n,).
        total: how many neurons it has.
        xs, ys: the tiles' centres, (n,).
        size: pixels on a side of a tile.
        x, half: the column's middle, and how far it reaches to either side.
    """

    layer: int
    neurons: NDArray[np.int_]
    total: int
    xs: Array
    ys: Array
    size: float
    x: float
    half: float

    @property
    def rest(self) -> int:
        """How many neurons have no tile."""
        return self.total - len(self.neurons)

    @property
    def left(self) -> float:
        """Where the column begins."""
        return self.x - self.half

    @property
    def right(self) -> float:
        """Where the column ends."""
        return self.x + self.half

    def at(self, x: float, y: float) -> int | None:
        """The place among ``neurons`` of the tile at a point."""
        near = np.maximum(np.abs(self.xs - x), np.abs(self.ys - y)) <= self.size / 2 + 1
        return int(np.flatnonzero(near)[0]) if near.any() else None

    def place(self, neuron: int) -> int | None:
        """The place among ``neurons`` of one of them."""
        found = np.flatnonzero(self.neurons == neuron)
        return int(found[0]) if len(found) else None


@dataclass(frozen=True)
class Arrangement:
    """All columns.

    Attributes:
        columns: the inputs first, the output last.
        width, height: of the ground.
        answer: left, top and side of a tile for the answer of several outputs; None where the
            one output's tile shows it.
    """

    columns: tuple[Column, ...]
    width: float
    height: float
    answer: tuple[float, float, float] | None = None

    def columns_between(self, left: float, right: float) -> list[int]:
        """Which columns are seen between two places, at least in part."""
        return [i for i, c in enumerate(self.columns) if c.right > left and c.left < right]


def capacity(total: int, height: float) -> int:
    """How many of a layer's neurons get a tile in a column of this height."""
    if total <= _most(SMALLEST, height):
        return total
    return max(1, _most(ROOMY, height))


def _most(size: float, height: float) -> int:
    """Tiles of this size that a column of two staggered rows holds."""
    return max(1, math.floor(2 * height / (size * SPACING)) - 1)


def most_telling(scores: Array, most: int, always: Collection[int] = ()) -> NDArray[np.int_]:
    """The neurons with the highest scores, in the order of their numbers.

    Args:
        scores: (n,); what is not finite counts as lowest, and of equals the first ones win.
        most: how many, but for those that are there ``always``.
        always: neurons that are among them whatever their scores; others give way.
    """
    kept = np.array(sorted(n for n in set(always) if n < len(scores)), dtype=np.int_)
    ranked = np.where(np.isfinite(scores), scores, -np.inf)
    ranked[kept] = np.inf
    order = np.argsort(-ranked, kind="stable")
    return np.sort(order[: max(most, len(kept))])


def arrange(
    shown: Sequence[NDArray[np.int_]],
    totals: Sequence[int],
    width: float,
    height: float,
    zoom: float = 1.0,
) -> Arrangement:
    """Stand the tiles of every layer in columns, the inputs first.

    All fit into the height, unless more are shown than ``capacity`` allows. Where the columns do
    not fit beside one another with room to read their edges, the ground is wider than ``width``.

    Args:
        shown: the neurons of each column that have a tile.
        totals: how many there are.
        width: of what is seen of the ground.
        height: the same.
        zoom: factor on everything.
    """
    # The largest tiles with which all columns fit; where none do, the largest that there are.
    single = totals[-1] == 1
    largest = fit = _fit(shown, single, width, height, SIDES[0])
    for side in SIDES[1:]:
        if fit[-1] >= TIGHT:
            break
        fit = _fit(shown, single, width, height, side)
    frame, sizes, halves, large, room = fit if fit[-1] >= TIGHT else largest
    answer_room = 0.0 if single else large + AIRY / 2
    fits = room >= TIGHT
    left = MARGIN
    if fits:
        left += max(0.0, room - WIDEST) * (len(shown) - 1) / 2
        room = min(room, WIDEST)
    else:
        room = AIRY
    tall = zip(shown, sizes, strict=True)
    ground = max(height, *(frame.needed(len(some), side) for some, side in tall))
    columns = []
    for i, (some, total, side, half) in enumerate(zip(shown, totals, sizes, halves, strict=True)):
        xs, ys = frame.stand(len(some), side)
        middle = left + half
        columns.append(
            Column(
                INPUTS + i, some, total, zoom * (middle + xs), zoom * (ground / 2 + ys),
                zoom * side, zoom * middle, zoom * half,
            )
        )  # fmt: skip
        left += 2 * half + room
    left -= room
    answer = None
    if answer_room:
        left += AIRY / 2
        answer = zoom * left, zoom * (ground - large) / 2, zoom * large
        left += large
    whole = width if fits else left + MARGIN
    return Arrangement(tuple(columns), zoom * whole, zoom * ground, answer)


def _fit(
    shown: Sequence[NDArray[np.int_]], single: bool, width: float, height: float, most: float
) -> tuple[_Frame, list[float], list[float], float, float]:
    """Columns of tiles of at most this side: how they stand, and the room between two of them.

    Returns:
        their frame, the sides of their tiles, half their widths, the side of the tile for the
        answer, and the pixels that are left between two columns.
    """
    # Staggered tiles are larger, and take more width.
    for least in (GENEROUS, SMALLEST):
        frame = _Frame(height, min(least, most))
        sizes, large = _sizes(shown, single, width, frame, most)
        halves = [
            side + 2 if frame.staggered(len(some), side) else side / 2
            for some, side in zip(shown, sizes, strict=True)
        ]
        answer_room = 0.0 if single else large + AIRY / 2
        room = (width - 2 * (sum(halves) + MARGIN) - answer_room) / (len(shown) - 1)
        if room >= AIRY:
            break
    return frame, sizes, halves, large, room


def _sizes(
    shown: Sequence[NDArray[np.int_]], single: bool, width: float, frame: _Frame, most: float
) -> tuple[list[float], float]:
    """The sides of every column's tiles, and of the tile that shows the answer."""
    counts = [len(some) for some in (shown[:-1] if single else shown)]
    size = max(SMALLEST, min([most, *(frame.size(count) for count in counts)]))
    large = max(size, min(ANSWER, 0.5 * frame.height, 0.24 * width))
    sizes = [size] * len(shown)
    if single:
        sizes[-1] = large
    return sizes, large


@dataclass(frozen=True)
class _Frame:
    """The height that there is, and the smallest tiles that stand in one row."""

    height: float
    least: float

    def staggered(self, count: int, size: float) -> bool:
        """Whether a column's tiles stand to the left and to the right in turns."""
        return count > 1 and count * max(size, self.least) * SPACING > self.height + 1e-6

    def size(self, count: int) -> float:
        """The largest tiles of which so many fit."""
        one_row = self.height / (count * SPACING)
        if one_row >= self.least:
            return one_row
        return 2 * self.height / ((count + 1) * SPACING)

    def needed(self, count: int, size: float) -> float:
        """Pixels that so many tiles take."""
        if self.staggered(count, size):
            return (count + 1) * size * SPACING / 2
        return count * size * SPACING

    def stand(self, count: int, size: float) -> tuple[Array, Array]:
        """The centres of a column's tiles, from its middle."""
        places = np.arange(count) - (count - 1) / 2
        if self.staggered(count, size):
            aside = (size / 2 + 2) * np.where(np.arange(count) % 2, 1.0, -1.0)
            return aside, places * size * SPACING / 2
        return np.zeros(count), places * size * SPACING
