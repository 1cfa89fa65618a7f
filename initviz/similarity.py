"""How alike the neurons of one layer are: cosines between their columns, and an order by them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from initviz.snapshot import Array

SAFE = (1e-12, 1e15)
"""Lengths whose squares neither vanish nor overflow in float32."""

LONGEST = 1e308
"""Longer columns count as this long."""

FAR = 0.01
"""Mean squares from the mean column, as a part of all, that are not lost in rounding."""


@dataclass(frozen=True)
class Directions:
    """Columns of numbers, one a neuron, without their lengths.

    Attributes:
        columns: (n, width), as they are.
        length: (width,), in float64; NaN where a column is not finite.
    """

    columns: Array
    length: NDArray[np.float64]

    @property
    def zero(self) -> NDArray[np.bool_]:
        """(width,), whether a column is exactly 0 and has no direction."""
        return np.asarray(self.length == 0)

    @property
    def broken(self) -> NDArray[np.bool_]:
        """(width,), whether a column is not finite."""
        return np.isnan(self.length)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """(width,), whether a column has a direction."""
        return np.asarray(self.length > 0)


def directions(columns: Array) -> Directions:
    """The directions of the columns of (n, width), at any size of the numbers."""
    with np.errstate(all="ignore"):
        length = np.sqrt(np.einsum("ij,ij->j", columns, columns)).astype(np.float64)
    if not length.any() and not columns.any():
        return Directions(columns, length)
    for column in np.flatnonzero(_unsafe(length)):
        exact, largest = _rescaled(columns[:, column])
        with np.errstate(over="ignore"):
            length[column] = min(largest * np.linalg.norm(exact), LONGEST)
    return Directions(columns, length)


def cosine(of: Directions, first: int, second: int) -> float:
    """The cosine between two columns; NaN where one has no direction."""
    if not (of.usable[first] and of.usable[second]):
        return float("nan")
    pair = of.columns[:, [first, second]].astype(np.float64)
    pair /= np.abs(pair).max(axis=0)
    a, b = pair.T / np.linalg.norm(pair, axis=0)[:, None]
    return float(np.clip(a @ b, -1, 1))


def cosines(of: Directions, most: int) -> tuple[Array, int]:
    """The cosines between all columns, at most (most, most).

    With more columns, each cell stands for a block of neighbours and has the mean of the cosines
    between those of its two blocks: the product of the blocks' mean directions.

    Returns:
        matrix (m, m), NaN where no column has a direction; how many columns make a block.
    """
    width = len(of.length)
    block = -(-width // most)
    means, count = _units(of), of.usable.astype(np.float32)
    if block > 1:
        means, count = (_block_sums(each, block) for each in (means, count[None]))
        means /= np.maximum(count, 1)
        count = count[0]
    found = count > 0
    matrix = np.clip(means.T @ means, -1, 1)
    if block == 1:
        np.fill_diagonal(matrix, 1)
    matrix[~found] = np.nan
    matrix[:, ~found] = np.nan
    return matrix, block


def similar_order(of: Directions) -> NDArray[np.int_]:
    """An order of the columns, (width,), in which each is followed by the one most like it.

    It begins with the first that has a direction; those that have none come last.
    """
    units = _units(of)
    alike = units.T @ units
    left = of.usable
    order = []
    here = int(np.argmax(left))
    while left.any():
        order.append(here)
        left[here] = False
        here = int(np.argmax(np.where(left, alike[here], -2)))
    none = np.flatnonzero(~of.usable)
    return np.concatenate([np.array(order, dtype=np.int_), none])


def spread(of: Directions) -> float:
    """How far the columns are from being one: rms deviation from their mean.

    It is given as a part of the rms of all numbers, 0 where all of them are 0; NaN where they are
    not finite. 0 means identical.
    """
    columns = of.columns
    with np.errstate(over="ignore"):
        size = float(np.linalg.norm(of.length))
    if size == 0 or np.isnan(size):
        return size
    if not SAFE[0] < size < SAFE[1]:
        exact, _ = _rescaled(columns)
        return spread(directions(exact))
    width = columns.shape[1]
    mean = (columns @ np.full(width, 1 / width, columns.dtype)).astype(np.float64)
    within = size**2 - width * float(mean @ mean)
    if within < FAR * size**2:
        # Against the first column, equal columns differ by exactly 0, and nothing cancels.
        apart = columns - columns[:, :1]
        mean = apart.mean(axis=1).astype(np.float64)
        within = _norm(apart) ** 2 - width * float(mean @ mean)
    return float(np.sqrt(max(within, 0.0)) / size)


def _norm(columns: Array) -> float:
    """‖·‖ of all numbers; the sum of each column's float32 squares is taken in float64."""
    squares = np.einsum("ij,ij->j", columns, columns)
    return float(np.sqrt(squares.sum(dtype=np.float64)))


def _units(of: Directions) -> Array:
    """The columns at length 1, (n, width), in float32; 0 where there is no direction."""
    unsafe = _unsafe(of.length)
    inverse = np.where(unsafe, 0, 1 / np.where(unsafe, 1, of.length)).astype(np.float32)
    with np.errstate(all="ignore"):
        units: Array = np.multiply(of.columns, inverse, dtype=np.float32)
    if of.broken.any():
        units[:, of.broken] = 0
    for column in np.flatnonzero(unsafe & of.usable):
        exact, _ = _rescaled(of.columns[:, column])
        units[:, column] = exact / np.linalg.norm(exact)
    return units


def _block_sums(columns: Array, block: int) -> Array:
    """Sums of so many neighbouring columns each, the last of those that are left."""
    sums = columns[:, ::block].copy(order="K")
    for place in range(1, block):
        others = columns[:, place::block]
        sums[:, : others.shape[1]] += others
    return sums


def _unsafe(length: NDArray[np.float64]) -> NDArray[np.bool_]:
    return ~((length > SAFE[0]) & (length < SAFE[1]))


def _rescaled(numbers: Array) -> tuple[NDArray[np.float64], float]:
    """Numbers with 1 as the largest, and that number; NaN where it is not finite."""
    exact = numbers.astype(np.float64)
    largest = float(np.abs(exact).max(initial=0))
    if largest == 0:
        return exact, 0.0
    if not np.isfinite(largest):
        return np.full_like(exact, np.nan), float("nan")
    return exact / largest, largest
