"""What the numbers say of single neurons: which are dead, saturated, or the same as others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.activations import Activation
from initviz.snapshot import Array

SAME = 1e-5
"""Neurons whose activations differ by less than this part of their layer's rms are one: float32
rounding moves equal neurons apart by some 1e-9 to 1e-6."""

SATURATED = 0.95
"""A neuron is saturated if this share of its activations is."""


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

    Columns are put in order by their projection on a fixed direction; equal ones become
    neighbours, and neighbours are compared number by number.

    Returns:
        group (width,): numbered from 0 in the order of their first member, −1 for a column that
            is like no other; how many distinct columns there are.
    """
    samples, width = columns.shape
    with np.errstate(all="ignore"):
        scale = float(np.sqrt(np.square(columns, dtype=np.float64).mean()))
        if not np.isfinite(scale):
            return np.full(width, -1), width
        direction = np.random.default_rng(0).standard_normal(samples)
        order = np.argsort(direction @ columns, kind="stable")
        apart = np.diff(columns[:, order], axis=1)
        distance = np.sqrt(np.square(apart, dtype=np.float64).mean(axis=0))
    new = np.concatenate([[True], distance > tolerance * scale])
    member = np.empty(width, dtype=np.int_)
    member[order] = np.cumsum(new) - 1
    counts = np.bincount(member)
    shared: dict[int, int] = {}
    group = np.array(
        [shared.setdefault(m, len(shared)) if counts[m] > 1 else -1 for m in member.tolist()]
    )
    return group, len(counts)
