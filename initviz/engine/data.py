"""From a dataset of the catalogue to the arrays that a network trains on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.datasets import Facts
from initviz.catalog.tasks import CLASSES, REGRESSION
from initviz.experiment import DataSettings, Experiment
from initviz.seeds import LIFT_SEED
from initviz.snapshot import Plane

ROUNDING = 1e-15
"""A deviation of this part of a column's numbers is what is left of none."""


@dataclass(frozen=True)
class Split:
    """Inputs (n, features), standardised, and what the outputs should be, (n, outputs), float64.

    For two classes that is 0 or 1, for more a 1 in the place of the right class, for a regression
    the standardised target.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True)
class Data:
    """What one experiment trains and tests on, and the plane that it is drawn in."""

    train: Split
    test: Split
    plane: Plane


def load(experiment: Experiment) -> Data:
    """The data of an experiment; the same settings and seed give the same arrays."""
    return _load(experiment.data, experiment.seed)


@lru_cache(maxsize=2)  # 20,000 points of 1,000 features are 320 MB
def _load(settings: DataSettings, seed: int) -> Data:
    facts = settings.facts
    (train_x, train_y), (test_x, test_y) = settings.entry.make(settings.values, seed)
    if settings.entry.lifted and facts.features > 2:
        # x = x₂ P: the points stay in a plane, so that the boundary can still be drawn.
        random = np.random.default_rng(LIFT_SEED)
        lift = random.normal(0, np.sqrt(0.5), (2, facts.features))
        train_x, test_x = train_x @ lift, test_x @ lift
    inputs, target = Scale.of(train_x), Scale(np.zeros(1), np.ones(1))
    if facts.task is REGRESSION:
        target = Scale.of(train_y[:, None])
    train, test = (
        Split(inputs.standardise(x), encode(y, facts, target))
        for x, y in ((train_x, train_y), (test_x, test_y))
    )
    for array in (train.x, train.y, test.x, test.y):
        array.setflags(write=False)
    return Data(train, test, find_plane(train, train_y, facts, inputs, target))


@dataclass(frozen=True)
class Scale:
    """Means and deviations of the training points' columns, (columns,)."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    @classmethod
    def of(cls, x: NDArray[np.float64]) -> Scale:
        """The scale of x (n, columns)."""
        deviation = x.std(axis=0)
        # A constant column stays constant, and is not NaN; its mean may be off by a rounding.
        deviation[deviation <= ROUNDING * np.abs(x).max(axis=0)] = 1
        return cls(x.mean(axis=0), deviation)

    def standardise(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """x (n, columns) with the training points' mean at 0 and their deviation at 1."""
        return (x - self.mean) / self.deviation


def encode(y: NDArray[np.float64], facts: Facts, target: Scale) -> NDArray[np.float64]:
    """Labels or targets (n,) as what the outputs should be, (n, outputs); see ``Split``."""
    if facts.task is CLASSES:
        return np.asarray(np.eye(facts.outputs)[y.astype(int)])
    return target.standardise(y[:, None])


def find_plane(
    train: Split, labels: NDArray[np.float64], facts: Facts, inputs: Scale, target: Scale
) -> Plane:
    """The plane to draw: the inputs themselves, or the first two principal components."""
    axes = facts.axes[:2]
    offset, scale = inputs.mean[:2], inputs.deviation[:2]
    features = train.x.shape[1]
    if features == 2:
        basis, centre, explained = np.eye(2), np.zeros(2), 1.0
    else:
        centre = train.x.mean(axis=0)
        _, singular, directions = np.linalg.svd(train.x - centre, full_matrices=False)
        basis = directions[:2]
        explained = float((singular[:2] ** 2).sum() / max((singular**2).sum(), 1e-300))
        axes = ("component 1", "component 2")
        offset, scale = np.zeros(2), np.ones(2)
    points = (train.x - centre) @ basis.T
    low, high = points.min(axis=0), points.max(axis=0)
    half = max(float((high - low).max()) / 2 * 1.12, 1e-6)
    middle = (low + high) / 2
    extent = (middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half)
    return Plane(
        centre=centre,
        basis=basis,
        extent=(float(extent[0]), float(extent[1]), float(extent[2]), float(extent[3])),
        points=points,
        labels=labels,
        explained=explained,
        axes=(axes[0], axes[1]),
        offset=(float(offset[0]), float(offset[1])),
        scale=(float(scale[0]), float(scale[1])),
        target_mean=float(target.mean[0]),
        target_deviation=float(target.deviation[0]),
    )
