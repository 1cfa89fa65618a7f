"""Datasets: points in the plane, drawn from a seed, and their labels.

Every entry makes its own raw points; standardising and lifting the plane into more features are
done once for all in ``initviz.engine.data``. scikit-learn is imported when a set is first made,
since importing it takes longer than the window may take to open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.parameter import Choice, Kind, Parameter

Points = tuple[NDArray[np.float64], NDArray[np.int64]]
Make = Callable[[int, Mapping[str, Any], int], Points]
"""``(samples, parameters, seed)`` → points (samples, 2) and labels (samples,) in {0, 1}."""


@dataclass(frozen=True)
class Dataset:
    """One kind of data to classify.

    Attributes:
        name: its name in files and code.
        label: its name on the screen.
        help: one sentence on what is hard about it.
        make: draws the points, see ``Make``.
        parameters: its own settings, beside those that all sets share.
        axes: the names of the two inputs.
        classes: the names of the two classes, 0 and 1.
    """

    name: str
    label: str
    help: str
    make: Make
    parameters: tuple[Parameter, ...]
    axes: tuple[str, str] = ("x₁", "x₂")
    classes: tuple[str, str] = ("class 0", "class 1")

    def all_parameters(self) -> tuple[Parameter, ...]:
        """The settings that all sets share, then its own."""
        return (SAMPLES, *self.parameters, FEATURES)


SAMPLES = Parameter(
    "samples", "Samples", "Number of training points; the test set has as many.", Kind.INTEGER,
    1000, 8, 20_000, unit="points", log=True,
)  # fmt: skip
FEATURES = Parameter(
    "features", "Features",
    "2 trains on the plane itself; more lifts the plane into that many inputs by a fixed random "
    "matrix.",
    Kind.INTEGER, 2, 2, 1000, unit="inputs", log=True, formula="x = x₂ P,  P ~ N(0, ½)",
)  # fmt: skip


def noise(default: float) -> Parameter:
    """How far points stray from their shape."""
    return Parameter(
        "noise", "Noise", "Standard deviation of the noise on both inputs.", Kind.NUMBER,
        default, 0.0, 2.0,
    )  # fmt: skip


def _moons(samples: int, parameters: Mapping[str, Any], seed: int) -> Points:
    from sklearn.datasets import make_moons

    x, y = make_moons(samples, noise=parameters["noise"], random_state=seed)
    return x, y


def _circles(samples: int, parameters: Mapping[str, Any], seed: int) -> Points:
    from sklearn.datasets import make_circles

    x, y = make_circles(
        samples, noise=parameters["noise"], factor=parameters["factor"], random_state=seed
    )
    return x, y


def _xor(samples: int, parameters: Mapping[str, Any], seed: int) -> Points:
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, (samples, 2))
    y = (x[:, 0] * x[:, 1] > 0).astype(np.int64)
    return x + random.normal(0, 1, x.shape) * parameters["noise"], y


def _spirals(samples: int, parameters: Mapping[str, Any], seed: int) -> Points:
    random = np.random.default_rng(seed)
    y = np.arange(samples) % 2
    radius = np.sqrt(random.uniform(0.02, 1, samples))
    angle = 2 * np.pi * parameters["turns"] * radius + np.pi * y
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return x + random.normal(0, 1, x.shape) * parameters["noise"], y


def _blobs(samples: int, parameters: Mapping[str, Any], seed: int) -> Points:
    random = np.random.default_rng(seed)
    y = np.arange(samples) % 2
    centres = np.array([[-1.0, -1.0], [1.0, 1.0]])
    return centres[y] + random.normal(0, 1, (samples, 2)) * parameters["noise"], y


DATASETS = {
    d.name: d
    for d in (
        Dataset("moons", "Two moons", "Two half circles in one another; a line is not enough.",
                _moons, (noise(0.2),)),
        Dataset("circles", "Circles", "A ring around a disc: a line can do no better than guess.",
                _circles,
                (noise(0.1),
                 Parameter("factor", "Inner radius", "Radius of the inner circle; the outer is 1.",
                           Kind.NUMBER, 0.5, 0.05, 0.95))),
        Dataset("xor", "XOR", "Opposite quadrants belong together; the best line gets two thirds.",
                _xor, (noise(0.0),)),
        Dataset("spirals", "Spirals", "Two arms wound into each other; the hardest of the set.",
                _spirals,
                (noise(0.02),
                 Parameter("turns", "Turns", "How often each arm winds around the centre.",
                           Kind.NUMBER, 1.5, 0.25, 4.0))),
        Dataset("blobs", "Two blobs", "Two clouds that one straight line can part.",
                _blobs, (noise(0.5),)),
    )
}  # fmt: skip


def dataset_choices() -> list[Choice]:
    """The datasets as the values of a setting."""
    return [Choice(d.name, d.label, d.help) for d in DATASETS.values()]
