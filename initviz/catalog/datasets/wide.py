"""Sets with many features of their own, which no plane holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from initviz.catalog.datasets.dataset import (
    SAMPLES,
    TEST_SHARE,
    Dataset,
    Facts,
    Points,
    test_points,
)
from initviz.catalog.datasets.libraries import uses_sklearn
from initviz.catalog.parameter import Kind, Parameter, SettingError
from initviz.catalog.tasks import BINARY, CLASSES

FEATURES = Parameter(
    "features", "Features", "Inputs of the network.", Kind.INTEGER, 500, 4, 1000, unit="inputs",
    log=True,
)  # fmt: skip
INFORMATIVE = Parameter(
    "informative", "Informative", "Inputs that say something of the class; the rest is noise.",
    Kind.INTEGER, 20, 2, 200, unit="inputs", log=True,
)  # fmt: skip
COUNT = Parameter(
    "classes", "Classes", "How many classes there are.", Kind.INTEGER, 2, 2, 6, unit="classes"
)
SEPARATION = Parameter(
    "separation", "Separation", "How far the classes lie apart; larger is easier.", Kind.NUMBER,
    2.0, 0.1, 10.0, slide=(0.1, 5),
)  # fmt: skip


def _classification_facts(values: Mapping[str, Any]) -> Facts:
    features, informative = int(values["features"]), int(values["informative"])
    if informative > features:
        raise SettingError(
            f"Informative: {informative} of {features} inputs are too many; write at most "
            f"{features}",
            "informative",
        )
    names = tuple(f"class {number}" for number in range(int(values["classes"])))
    if 2 * len(names) > 2 ** min(informative, 20):
        raise SettingError(
            f"Classes: {len(names)} do not fit into {informative} informative inputs; write more "
            "of those, or fewer classes",
            "informative",
        )
    axes = tuple(f"input {number + 1}" for number in range(features))
    return Facts(
        BINARY if len(names) == 2 else CLASSES, int(values["samples"]), test_points(values),
        features, axes, names,
    )  # fmt: skip


@uses_sklearn
def _classification(values: Mapping[str, Any], seed: int) -> tuple[Points, Points]:
    from sklearn.datasets import make_classification

    train, test = int(values["samples"]), test_points(values)
    # One draw for both: another seed would place the classes elsewhere.
    x, y = make_classification(
        train + test,
        n_features=int(values["features"]),
        n_informative=int(values["informative"]),
        n_redundant=0,
        n_classes=int(values["classes"]),
        class_sep=float(values["separation"]),
        flip_y=0.01,
        random_state=seed,
    )
    labels = y.astype(np.float64)
    return Points(x[:train], labels[:train]), Points(x[train:], labels[train:])


WIDE = (
    Dataset(
        "classification", "Many features",
        "scikit-learn's make_classification: a few inputs that tell, among hundreds of noise.",
        "Many features",
        (SAMPLES, FEATURES, INFORMATIVE, COUNT, SEPARATION, TEST_SHARE),
        _classification_facts, _classification,
    ),
)  # fmt: skip
