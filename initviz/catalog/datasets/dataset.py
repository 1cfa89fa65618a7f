"""What a dataset is: its settings, what is known of it beforehand, and how its points are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.parameter import Kind, Parameter
from initviz.catalog.tasks import BINARY, CLASSES, REGRESSION, Task

TEST_SEED = 10_000
"""Added to the seed for the test points."""


TWO_CLASSES = ("class 0", "class 1")


class Points(NamedTuple):
    """Raw points, before standardising.

    Attributes:
        x: (n, features), in the units of ``Facts.axes``.
        y: (n,), the number of the class, or the target in its own unit.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True)
class Facts:
    """What is known of a dataset with its settings, before anything is made or read.

    Attributes:
        task: what is asked.
        train, test: the number of points.
        features: inputs of the network.
        axes: the names of the first inputs, with their units, such as "IQ"; at least two.
        classes: the names of the classes, () for a regression.
        target: the name and the unit of what is predicted.
        units: whether the axes have units that people know, and so want to read.
    """

    task: Task
    train: int
    test: int
    features: int
    axes: tuple[str, ...] = ("x₁", "x₂")
    classes: tuple[str, ...] = TWO_CLASSES
    target: str = ""
    units: bool = False

    @property
    def outputs(self) -> int:
        """Outputs of the network: one for each class, or a single one."""
        return len(self.classes) if self.task is CLASSES else 1


Make = Callable[[Mapping[str, Any], int], tuple[Points, Points]]
"""``(values, seed)`` → training and test points."""

Draw = Callable[[int, Mapping[str, Any], int], tuple[NDArray[np.floating], NDArray[Any]]]
"""``(samples, values, seed)`` → x (samples, 2) and y (samples,)."""


@dataclass(frozen=True)
class Dataset:
    """One kind of data to learn.

    Attributes:
        name: its name in files and code.
        label: its name on the screen.
        help: one sentence on what is hard about it.
        group: the heading that it stands under in the menu.
        parameters: its settings, in the order of the window.
        facts: ``values`` → ``Facts``; raises SettingError where values do not go together.
        make: see ``Make``; may import scikit-learn, which takes longer than the window may.
        lifted: whether more than two features are the plane, lifted by a random matrix.
    """

    name: str
    label: str
    help: str
    group: str
    parameters: tuple[Parameter, ...]
    facts: Callable[[Mapping[str, Any]], Facts]
    make: Make
    lifted: bool = False


SAMPLES = Parameter(
    "samples", "Samples", "Number of training points.", Kind.INTEGER,
    1000, 8, 20_000, unit="points", log=True,
)  # fmt: skip
TEST_SHARE = Parameter(
    "test_share", "Test share",
    "Test points as a share of all points; 0.5 is as many as there are to train on.",
    Kind.NUMBER, 0.5, 0.05, 0.8,
)  # fmt: skip
FEATURES = Parameter(
    "features", "Features",
    "2 trains on the plane itself; more lifts the plane into that many inputs by a fixed random "
    "matrix.",
    Kind.INTEGER, 2, 2, 1000, unit="inputs", log=True, formula="x = x₂ P,  P ~ N(0, ½)",
)  # fmt: skip


def test_points(values: Mapping[str, Any]) -> int:
    """The number of test points that belong to ``samples`` training points."""
    share = float(values["test_share"])
    return max(1, round(int(values["samples"]) * share / (1 - share)))


def as_points(drawn: tuple[NDArray[np.floating], NDArray[Any]]) -> Points:
    """Points in float64, whatever they were drawn in."""
    x, y = drawn
    return Points(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))


def planar(
    name: str, label: str, help: str, draw: Draw, parameters: tuple[Parameter, ...] = (), *,
    group: str = "In the plane", task: Task = BINARY, axes: tuple[str, str] = ("x₁", "x₂"),
    classes: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda values: TWO_CLASSES,
    target: str = "", units: bool = False,
) -> Dataset:  # fmt: skip
    """A set of points in the plane that can be drawn in any number, and lifted."""

    def facts(values: Mapping[str, Any]) -> Facts:
        named = () if task is REGRESSION else classes(values)
        asked = CLASSES if len(named) > 2 else task
        return Facts(
            asked, int(values["samples"]), test_points(values), int(values["features"]), axes,
            named, target, units,
        )  # fmt: skip

    def make(values: Mapping[str, Any], seed: int) -> tuple[Points, Points]:
        train = draw(int(values["samples"]), values, seed)
        test = draw(test_points(values), values, seed + TEST_SEED)
        return as_points(train), as_points(test)

    return Dataset(
        name, label, help, group, (SAMPLES, *parameters, TEST_SHARE, FEATURES), facts, make, True
    )
