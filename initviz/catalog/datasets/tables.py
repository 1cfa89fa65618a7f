"""Real data that ship with scikit-learn: small tables, split by the seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.datasets.dataset import TEST_SHARE, Dataset, Facts, Points
from initviz.catalog.datasets.libraries import uses_sklearn
from initviz.catalog.tasks import BINARY, CLASSES, REGRESSION, Task

REAL = "Real data"
TABLE_TEST_SHARE = dataclasses.replace(
    TEST_SHARE, default=0.25, help="Rows that are kept for testing; which ones is up to the seed."
)


def split_counts(rows: int, share: float) -> tuple[int, int]:
    """Training and test rows, at least one of each."""
    test = min(max(1, round(rows * share)), rows - 1)
    return rows - test, test


def split(
    x: NDArray[np.float64], y: NDArray[np.float64], share: float, seed: int, *, classes: bool
) -> tuple[Points, Points]:
    """Training and test rows in an order that the seed decides.

    Classes keep their shares in both parts, to within a row.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(x))
    train, _ = split_counts(len(x), share)
    if classes:
        # Each class is spread evenly over the order; its cut end is then the test part.
        place = np.empty(len(x))
        for label in np.unique(y):
            members = order[y[order] == label]
            place[members] = (np.arange(len(members)) + random.random()) / len(members)
        order = np.argsort(place, kind="stable")
    first = order[:train]
    first = first[random.permutation(len(first))]
    rest = order[train:]
    return Points(x[first], y[first]), Points(x[rest], y[rest])


def table(
    name: str, label: str, help: str, *, loader: str, task: Task, rows: int, features: int,
    axes: tuple[str, ...], classes: tuple[str, ...] = (), target: str = "",
) -> Dataset:  # fmt: skip
    """A table of scikit-learn; its size and names stand here, since loading it takes a second."""

    def facts(values: Mapping[str, Any]) -> Facts:
        train, test = split_counts(rows, float(values["test_share"]))
        return Facts(task, train, test, features, axes, classes, target)

    @uses_sklearn
    def make(values: Mapping[str, Any], seed: int) -> tuple[Points, Points]:
        from sklearn import datasets

        x, y = getattr(datasets, loader)(return_X_y=True)
        return split(
            np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64),
            float(values["test_share"]), seed, classes=task is not REGRESSION,
        )  # fmt: skip

    return Dataset(name, label, help, REAL, (TABLE_TEST_SHARE,), facts, make)


TABLES = (
    table(
        "digits", "Digits", "Handwritten digits of 8 × 8 pixels: ten classes.",
        loader="load_digits", task=CLASSES, rows=1797, features=64,
        axes=("pixel 1", "pixel 2"), classes=tuple("0123456789"),
    ),
    table(
        "breast_cancer", "Breast cancer",
        "Measurements of cell nuclei: malignant or benign; almost a straight line.",
        loader="load_breast_cancer", task=BINARY, rows=569, features=30,
        axes=("mean radius", "mean texture"), classes=("malignant", "benign"),
    ),
    table(
        "iris", "Iris", "Lengths and widths of petals and sepals: three kinds of iris.",
        loader="load_iris", task=CLASSES, rows=150, features=4,
        axes=("sepal length (cm)", "sepal width (cm)"),
        classes=("setosa", "versicolor", "virginica"),
    ),
    table(
        "wine", "Wine", "Chemistry of wines from three growers.",
        loader="load_wine", task=CLASSES, rows=178, features=13,
        axes=("alcohol", "malic_acid"), classes=("class_0", "class_1", "class_2"),
    ),
    table(
        "diabetes", "Diabetes",
        "How far a disease goes in a year, from ten measurements: a noisy regression.",
        loader="load_diabetes", task=REGRESSION, rows=442, features=10, axes=("age", "sex"),
        target="progression after a year",
    ),
)  # fmt: skip
