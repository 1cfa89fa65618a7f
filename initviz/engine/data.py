"""From a dataset of the catalogue to the arrays that a network trains on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from initviz.experiment import DataSettings, Experiment
from initviz.snapshot import Plane

TEST_SEED = 10_000
LIFT_SEED = 500


@dataclass(frozen=True)
class Split:
    """Inputs (n, features), standardised, and labels (n,) in {0, 1}, both float64."""

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
    values = settings.values
    samples, features = int(values["samples"]), int(values["features"])
    train_x, train_y = settings.entry.make(samples, values, seed)
    test_x, test_y = settings.entry.make(samples, values, seed + TEST_SEED)
    if features > 2:
        # x = x₂ P: the points stay in a plane, so that the boundary can still be drawn.
        random = np.random.default_rng(LIFT_SEED)
        lift = random.normal(0, np.sqrt(0.5), (2, features))
        train_x, test_x = train_x @ lift, test_x @ lift
    mean, deviation = train_x.mean(axis=0), train_x.std(axis=0)
    deviation[deviation < 1e-12] = 1  # a constant column stays constant instead of becoming NaN
    train = Split((train_x - mean) / deviation, train_y.astype(np.float64))
    test = Split((test_x - mean) / deviation, test_y.astype(np.float64))
    for array in (train.x, train.y, test.x, test.y):
        array.setflags(write=False)
    return Data(train, test, find_plane(train, settings.entry.axes))


def find_plane(train: Split, axes: tuple[str, str]) -> Plane:
    """The plane to draw: the inputs themselves, or the first two principal components."""
    features = train.x.shape[1]
    if features == 2:
        basis, centre, explained = np.eye(2), np.zeros(2), 1.0
    else:
        centre = train.x.mean(axis=0)
        _, singular, directions = np.linalg.svd(train.x - centre, full_matrices=False)
        basis = directions[:2]
        explained = float((singular[:2] ** 2).sum() / max((singular**2).sum(), 1e-300))
        axes = ("component 1", "component 2")
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
        labels=train.y,
        explained=explained,
        axes=axes,
    )
