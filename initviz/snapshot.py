"""Snapshots: everything that one epoch shows, derived from the recorded weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from initviz.experiment import Experiment
from initviz.focus import NEAREST, Focus
from initviz.history import History
from initviz.parts import Array as Array
from initviz.parts import (
    Distribution,
    NeuronHistory,
    Part,
    Samples,
    Spectra,
    Tiles,
    Updates,
)
from initviz.parts import Histogram as Histogram
from initviz.parts import Spread as Spread

LOG_LOW, LOG_HIGH, LOG_PER_DECADE = -16, 8, 4
"""The decades that histograms of sizes cover, and their bins a decade."""

VALUE_BINS = 64


@dataclass(frozen=True)
class Plane:
    """The plane of inputs that boundaries are drawn over.

    A point (u, v) of the plane stands for the input ``centre + u basis[0] + v basis[1]``.

    Attributes:
        centre: (features,), the input that the plane's origin stands for.
        basis: (2, features), orthonormal.
        extent: left, right, bottom, top of the square that is drawn.
        points: (n, 2), the training points in the plane.
        labels: (n,), the numbers of their classes, or their targets, in the target's unit.
        explained: the share of the inputs' variance that lies in the plane, 0 to 1.
        axes: the names of u and v.
        offset, scale: ``offset + scale · (u, v)`` is the point in the units of the data.
        target_mean, target_deviation: an output z of a regression stands for
            ``target_mean + target_deviation · z``.
    """

    centre: NDArray[np.float64]
    basis: NDArray[np.float64]
    extent: tuple[float, float, float, float]
    points: NDArray[np.float64]
    labels: NDArray[np.float64]
    explained: float
    axes: tuple[str, str]
    offset: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    target_mean: float = 0.0
    target_deviation: float = 1.0

    @cached_property
    def squares(self) -> NDArray[np.float64]:
        """Mean square of the inputs of every training point, sorted, (n,).

        What lies outside of the plane is taken as equal for all.
        """
        centre = self.centre @ self.basis.T
        inside = ((self.points + centre) ** 2).sum(axis=1) / self.basis.shape[1]
        outside = float(inside.mean()) * (1 / max(self.explained, 1e-6) - 1)
        return np.asarray(np.sort(inside + outside))

    @property
    def is_projection(self) -> bool:
        """Whether the inputs have more dimensions than the two that are drawn."""
        return bool(self.basis.shape[1] > 2)

    def grid(self, size: int) -> NDArray[np.float64]:
        """The inputs at ``size`` × ``size`` cell centres, (size², features), row by row."""
        left, right, bottom, top = self.extent
        steps = (np.arange(size) + 0.5) / size
        u, v = np.meshgrid(left + steps * (right - left), bottom + steps * (top - bottom))
        return self.centre + np.stack([u.ravel(), v.ravel()], axis=1) @ self.basis


@dataclass(frozen=True)
class LayerValues:
    """The numbers of one layer of all K lanes on the probe's n samples.

    Attributes:
        name: "hidden 1", ..., "output".
        weight: (K, fan_in, fan_out).
        bias: (K, fan_out).
        preactivation: z, (K, n, fan_out); the logits for the output.
        activation: a = φ(z), (K, n, fan_out); the logits again for the output.
        grad_z: dℓᵢ/dz per sample i (not divided by n), (K, n, fan_out).
        grad_weight: dL/dW of the mean loss, (K, fan_in, fan_out).
        grad_bias: dL/db, (K, fan_out).
    """

    name: str
    weight: Array
    bias: Array
    preactivation: Array
    activation: Array
    grad_z: Array
    grad_weight: Array
    grad_bias: Array


@dataclass(frozen=True)
class LayerSnapshot(LayerValues):
    """One layer with what its numbers come to, lane by lane.

    Attributes:
        activation_size, grad_z_size, grad_weight_size: their sizes, see ``Spread``.
        deviation: (K,), standard deviation of the activations.
        saturated: (K,), share of activations in saturation; NaN where φ does not saturate.
        symmetry: (K,), how far the neurons of the layer are from being one neuron: rms deviation
            from the mean neuron over the rms activation. 0 means identical.
        values: the distribution of the activations on a linear axis.
        sizes: the distribution of log₁₀|a|.
    """

    activation_size: Spread
    grad_z_size: Spread
    grad_weight_size: Spread
    deviation: Array
    saturated: Array
    symmetry: Array
    values: Histogram
    sizes: Histogram


@dataclass(frozen=True)
class Snapshot:
    """Everything that one epoch of an experiment shows.

    Attributes:
        experiment: what was trained.
        epoch: the epoch that the weights are from.
        layers: every layer with weights, the output last; () if not wanted.
        plane: where boundaries are drawn.
        boundary: (K, outputs, G, G), the outputs on the plane, row 0 at the bottom; None if not
            wanted.
        history: the figures of every epoch recorded when the probe ran, past ``epoch`` too.
        diverged_at: (K,), the first epoch at which the lane's weights or losses were no longer
            finite, −1 where they always were.
        bare: the same without what the numbers come to, where only VALUES were wanted; see
            ``values``.
        rough: whether it is a sketch, of few points, that answers a drag until it rests.
        focus: the lanes and the layer that some parts are about.
        tiles: see ``Tiles``; None if not wanted.
        updates: see ``Updates``; None if not wanted, and where no earlier epoch is held.
        neuron: see ``NeuronHistory``; None unless a neuron is in focus and NEURONS was wanted.
        samples: see ``Samples``; None if not wanted.
        distributions: for each of ``DISTRIBUTED`` that was wanted, every layer's.
        spectra: see ``Spectra``; None if not wanted.
    """

    experiment: Experiment
    epoch: int
    layers: tuple[LayerSnapshot, ...]
    plane: Plane
    boundary: Array | None
    history: History
    diverged_at: NDArray[np.int_]
    bare: tuple[LayerValues, ...] = ()
    rough: bool = False
    focus: Focus = NEAREST
    tiles: Tiles | None = None
    updates: Updates | None = None
    neuron: NeuronHistory | None = None
    samples: Samples | None = None
    distributions: Mapping[Part, tuple[Distribution, ...]] = field(default_factory=dict)
    spectra: Spectra | None = None

    @property
    def values(self) -> tuple[LayerValues, ...]:
        """The numbers of every layer, the output last; () if neither they nor more was wanted."""
        return self.layers or self.bare

    @property
    def run(self) -> object:
        """What an axis that only grows is kept for: the run, or the whole of a drag.

        So curves move while something is dragged, and not the axes under them.
        """
        return "a drag" if self.rough else self.experiment.run_key

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """(K,), whether each lane had diverged by this epoch."""
        by_now: NDArray[np.bool_] = (self.diverged_at >= 0) & (self.diverged_at <= self.epoch)
        return by_now


@dataclass(frozen=True, eq=False)
class Pinned:
    """A run that stays in sight, in grey, behind the one that is shown; equal to itself only.

    Attributes:
        title: what the run is called.
        snapshot: the epoch that was shown when it was pinned; ``history`` has its figures.
    """

    title: str
    snapshot: Snapshot
