"""Datasets in the plane: points drawn from a seed, as many as one likes, and their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.datasets.dataset import planar
from initviz.catalog.datasets.libraries import uses_sklearn
from initviz.catalog.parameter import Kind, Parameter
from initviz.catalog.tasks import REGRESSION

Drawn = tuple[NDArray[np.floating], NDArray[Any]]


def noise(default: float) -> Parameter:
    """How far points stray from their shape."""
    return Parameter(
        "noise", "Noise", "Standard deviation of the noise on both inputs.", Kind.NUMBER,
        default, 0.0, 2.0, slide=(0, 1),
    )  # fmt: skip


@uses_sklearn
def _moons(samples: int, parameters: Mapping[str, Any], seed: int) -> Drawn:
    from sklearn.datasets import make_moons

    x, y = make_moons(samples, noise=parameters["noise"], random_state=seed)
    return x, y


@uses_sklearn
def _circles(samples: int, parameters: Mapping[str, Any], seed: int) -> Drawn:
    from sklearn.datasets import make_circles

    x, y = make_circles(
        samples, noise=parameters["noise"], factor=parameters["factor"], random_state=seed
    )
    return x, y


def _xor(samples: int, parameters: Mapping[str, Any], seed: int) -> Drawn:
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, (samples, 2))
    y = (x[:, 0] * x[:, 1] > 0).astype(np.int64)
    return x + random.normal(0, 1, x.shape) * parameters["noise"], y


def _spirals(samples: int, parameters: Mapping[str, Any], seed: int) -> Drawn:
    random = np.random.default_rng(seed)
    y = np.arange(samples) % 2
    radius = np.sqrt(random.uniform(0.02, 1, samples))
    angle = 2 * np.pi * parameters["turns"] * radius + np.pi * y
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return x + random.normal(0, 1, x.shape) * parameters["noise"], y


def _blobs(samples: int, parameters: Mapping[str, Any], seed: int) -> Drawn:
    random = np.random.default_rng(seed)
    count = int(parameters["classes"])
    y = np.arange(samples) % count
    if count == 2:
        centres = np.array([[-1.0, -1.0], [1.0, 1.0]])
    else:
        angle = 2 * np.pi * np.arange(count) / count + np.pi / 2
        centres = 1.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres[y] + random.normal(0, 1, (samples, 2)) * parameters["noise"], y


def _linear(samples: int, parameters: Mapping[str, Any], seed: int) -> Drawn:
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, (samples, 2))
    seen = x + random.normal(0, 1, x.shape) * parameters["noise"]
    return seen, x[:, 0] + x[:, 1] > 0


# The lecture's own small example: two numbers about a student, and what becomes of them.
CGPA, IQ = (7.5, 1.2), (105.0, 14.0)
"""Mean and deviation; a grade point average goes from 0 to 10."""


def _students(
    samples: int, random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """CGPA and IQ, (samples, 2), and both again in deviations from their means."""
    x = random.normal(0, 1, (samples, 2)) * [CGPA[1], IQ[1]] + [CGPA[0], IQ[0]]
    x[:, 0] = np.clip(x[:, 0], 3, 10)
    grade, mind = ((x - [CGPA[0], IQ[0]]) / [CGPA[1], IQ[1]]).T
    return x, grade, mind


def _placed(samples: int, parameters: Mapping[str, Any], seed: int) -> Drawn:
    random = np.random.default_rng(seed)
    x, grade, mind = _students(samples, random)
    # Good marks or a quick mind will do, but not a failing in either.
    merit = 1.2 * grade + 0.9 * mind - 0.5 * grade * mind + 0.2
    return x, merit + random.normal(0, 1, samples) * parameters["noise"] > 0


def _salary(samples: int, parameters: Mapping[str, Any], seed: int) -> Drawn:
    random = np.random.default_rng(seed)
    x, grade, mind = _students(samples, random)
    # In 1000 € a year: a base, marks that count ever more, and a bend where both are high.
    pay = 42 + 6 * grade + 4 * mind + 2.5 * np.maximum(grade, 0) * np.maximum(mind, 0)
    return x, pay + random.normal(0, 10, samples) * parameters["noise"]


def _class_names(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(int(values["classes"])))


PLANAR = (
    planar("moons", "Two moons", "Two half circles in one another; a line is not enough.",
           _moons, (noise(0.2),)),
    planar("circles", "Circles", "A ring around a disc: a line can do no better than guess.",
           _circles,
           (noise(0.1),
            Parameter("factor", "Inner radius", "Radius of the inner circle; the outer is 1.",
                      Kind.NUMBER, 0.5, 0.05, 0.95, slide=(0.05, 0.95)))),
    planar("xor", "XOR", "Opposite quadrants belong together; the best line gets two thirds.",
           _xor, (noise(0.0),)),
    planar("spirals", "Spirals", "Two arms wound into each other; the hardest of the set.",
           _spirals,
           (noise(0.02),
            Parameter("turns", "Turns", "How often each arm winds around the centre.",
                      Kind.NUMBER, 1.5, 0.25, 4.0, slide=(0.25, 4)))),
    planar("blobs", "Blobs", "Round clouds, one for each class; straight lines part them.",
           _blobs,
           (noise(0.5),
            Parameter("classes", "Classes", "How many clouds there are.", Kind.INTEGER, 2, 2, 6,
                      unit="classes")),
           classes=_class_names),
    planar("linear", "Linear", "One straight line parts the classes: even one neuron can do it.",
           _linear, (noise(0.05),)),
    planar("placed", "Students: placed?",
           "From marks and IQ to whether a student is placed; the border is bent.",
           _placed, (noise(0.3),),
           axes=("CGPA (0–10)", "IQ (points)"), units=True,
           classes=lambda values: ("not placed", "placed")),
    planar("salary", "Students: salary",
           "From marks and IQ to a salary: a regression, whose loss is the squared error.",
           _salary, (noise(0.3),), task=REGRESSION,
           axes=("CGPA (0–10)", "IQ (points)"), target="salary (1000 € a year)", units=True),
)  # fmt: skip
