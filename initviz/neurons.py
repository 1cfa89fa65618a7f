"""What the numbers say of single neurons: which are dead, saturated, or the same as others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.activations import Activation
from initviz.snapshot import Array

SAME = 1e-5
"""Neurons whose activations differ by less than this part of their layer's rms are one: float32
rounding moves equal neurons apart by some 1e-9 to 1e-6."""

SATURATED = 0.95
"""A neuron is saturated if this share of its activations is."""

SKETCH = 32
"""Random directions along which columns are compared."""

LOOKS = 3
"""Directions along which columns that are far from all others are sorted out first."""

SAFE = (1e-12, 1e15)
"""Sizes whose squares neither vanish nor overflow in float32."""


@dataclass(frozen=True)
class NeuronFigures:
    """The neurons of one layer of one lane, on n samples.

    Attributes:
        mean, deviation: of each neuron's activations, (width,).
        zeros: share of exact zeros, (width,).
        saturated: share in saturation, (width,); NaN where φ does not saturate.
        gradient: rms of ∂ℓ/∂z over the samples, (width,).
        group: (width,), the same number for neurons that are one; −1 for those that are alone.
        distinct: how many different neurons there are.
    """

    mean: Array
    deviation: Array
    zeros: Array
    saturated: Array
    gradient: Array
    group: NDArray[np.int_]
    distinct: int

    @property
    def dead(self) -> NDArray[np.bool_]:
        """(width,), whether a neuron is exactly 0 on every sample."""
        return np.asarray(self.zeros == 1)

    @property
    def stuck(self) -> NDArray[np.bool_]:
        """(width,), whether a neuron is saturated on nearly every sample."""
        return np.asarray(self.saturated >= SATURATED)


def neuron_figures(a: Array, grad_z: Array, activation: Activation | None) -> NeuronFigures:
    """The figures of one layer.

    Args:
        a: activations, (n, width).
        grad_z: ∂ℓ/∂z of every sample, (n, width).
        activation: the layer's φ; None for the output, which has none.
    """
    # Samples may lie last in memory: numpy sums along it in the order that is quick.
    with np.errstate(all="ignore"):  # lanes that have diverged
        saturated = np.full(a.shape[1], np.nan)
        if activation is not None and activation.saturation is not None:
            low, high = activation.saturation
            saturated = ((a < low) | (a > high)).mean(axis=0)
        group, distinct = groups(a)
        return NeuronFigures(
            mean=a.mean(axis=0, dtype=np.float64),
            deviation=a.std(axis=0, dtype=np.float64),
            zeros=(a == 0).mean(axis=0),
            saturated=saturated,
            gradient=np.sqrt(np.square(grad_z, dtype=np.float64).mean(axis=0)),
            group=group,
            distinct=distinct,
        )


def groups(columns: Array, tolerance: float = SAME) -> tuple[NDArray[np.int_], int]:
    """Which columns of (n, width) are the same but for rounding.

    A column belongs to the first one that it differs from by no more than the tolerance: a chain
    of columns, each close to the next, does not make its ends one. Distances are taken in a
    random sketch of the columns (Johnson and Lindenstrauss 1984), which is right to a fifth or
    so: enough, since equal neurons are some 1e-7 apart, and others far more than 1e-5.

    Returns:
        group (width,): numbered from 0 in the order of their first member, −1 for a column that
            is like no other, or not finite; how many distinct columns there are.
    """
    samples, width = columns.shape
    with np.errstate(all="ignore"):
        scale = float(np.sqrt(np.einsum("ij,ij", columns, columns) / max(samples * width, 1)))
    if scale == 0 and not columns.any():
        return _numbered(np.zeros(width, dtype=np.int_))
    if not SAFE[0] < scale < SAFE[1]:
        return _groups_of_any_size(columns, tolerance)
    sketching = _directions(samples).astype(columns.dtype)
    # Equal columns lie together along any direction: most others are told apart by a few.
    reach = 6 * tolerance * scale * samples**0.5
    run = np.zeros(width, dtype=np.int_)
    for direction in sketching[:LOOKS]:
        along = direction @ columns
        order = np.lexsort((along, run))
        run[order[1:]] = np.cumsum((np.diff(run[order]) > 0) | (np.diff(along[order]) > reach))
    starts = np.flatnonzero(np.diff(run[order], prepend=-1))
    stops = np.append(starts[1:], width)
    several = stops - starts > 1
    leader = np.arange(width)
    for start, stop in zip(starts[several].tolist(), stops[several].tolist(), strict=True):
        members = np.sort(order[start:stop])
        sketch = (sketching @ columns[:, members]).T
        close = _close(sketch, tolerance * scale * (SKETCH * samples) ** 0.5)
        leader[members] = members[_leaders(close)]
    return _numbered(leader)


def _close(points: Array, distance: float) -> NDArray[np.bool_]:
    """Which of the points (m, d) lie within a distance of which, (m, m)."""
    from_first = points - points[0]
    squares = np.einsum("ij,ij->i", from_first, from_first)
    if squares.max() <= distance**2:
        return np.ones((len(points), len(points)), dtype=np.bool_)
    centred = (points - points.mean(axis=0)).astype(np.float64)
    squares = np.einsum("ij,ij->i", centred, centred)
    apart = squares[:, None] + squares - 2 * centred @ centred.T
    return np.asarray(apart <= distance**2)


def _leaders(close: NDArray[np.bool_]) -> NDArray[np.int_]:
    """For each of m points the first that it is close to, of those close to no earlier one."""
    leader = np.arange(len(close))
    free = np.ones(len(close), dtype=np.bool_)
    if close[0].all():
        return np.zeros_like(leader)
    for first in np.flatnonzero(close.sum(axis=1) > 1):
        if free[first]:
            followers = close[first] & free
            leader[followers] = first
            free &= ~followers
    return leader


def _groups_of_any_size(columns: Array, tolerance: float) -> tuple[NDArray[np.int_], int]:
    """``groups`` of columns that are not finite, all 0, or of sizes whose squares are not safe."""
    sound = np.isfinite(columns).all(axis=0)
    leader = np.arange(columns.shape[1])
    if sound.any():
        finite = columns[:, sound].astype(np.float64)
        largest = float(np.abs(finite).max(initial=0))
        if largest > 0:
            group, _ = groups(finite / largest, tolerance)
        else:
            group = np.zeros(finite.shape[1], dtype=np.int_)
        members = np.flatnonzero(sound)
        for number in range(group.max(initial=-1) + 1):
            leader[members[group == number]] = members[group == number][0]
    return _numbered(leader)


def _numbered(leader: NDArray[np.int_]) -> tuple[NDArray[np.int_], int]:
    """Numbers for the groups of which ``leader`` names the first member."""
    counts = np.bincount(leader, minlength=len(leader))
    number = np.cumsum(counts > 1) - 1
    group = np.where(counts[leader] > 1, number[leader], -1)
    return group, int(np.count_nonzero(counts))


@lru_cache(maxsize=8)
def _directions(samples: int) -> Array:
    """Random directions, (SKETCH, samples): always the same."""
    return np.random.default_rng(0).standard_normal((SKETCH, samples))
