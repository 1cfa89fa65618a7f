from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from initviz.catalog.datasets import DATASETS, Dataset, Points, dataset_choices
from initviz.catalog.datasets.dataset import SAMPLES, TEST_SEED
from initviz.catalog.datasets.tables import split, split_counts
from initviz.catalog.parameter import Kind
from initviz.catalog.tasks import REGRESSION
from initviz.experiment import ExperimentError
from tests.make import data

every_dataset = pytest.mark.parametrize("dataset", DATASETS.values(), ids=list(DATASETS))
DRAWN = [d for d in DATASETS.values() if SAMPLES in d.parameters]
LIFTED = [d for d in DATASETS.values() if d.lifted]
every_drawn = pytest.mark.parametrize("dataset", DRAWN, ids=lambda d: d.name)
every_lifted = pytest.mark.parametrize("dataset", LIFTED, ids=lambda d: d.name)


def values(dataset: Dataset, **changes: Any) -> dict[str, Any]:
    return dict(data(dataset.name, **changes).values)


def make(dataset: Dataset | str, seed: int = 1, **changes: Any) -> tuple[Points, Points]:
    entry = DATASETS[dataset] if isinstance(dataset, str) else dataset
    return entry.make(values(entry, **changes), seed)


@every_dataset
def test_an_entry_can_be_shown(dataset: Dataset) -> None:
    assert DATASETS[dataset.name] is dataset
    assert dataset.help.endswith(".")
    assert dataset.group
    names = [parameter.name for parameter in dataset.parameters]
    assert len(set(names)) == len(names)
    assert "test_share" in names
    assert dataset.name in [choice.value for choice in dataset_choices()]


@every_dataset
def test_the_points_are_what_the_facts_say(dataset: Dataset) -> None:
    facts = dataset.facts(values(dataset))
    for part, count in zip(make(dataset), (facts.train, facts.test), strict=True):
        features = 2 if dataset.lifted else facts.features
        assert part.x.shape == (count, features)
        assert part.y.shape == (count,)
        assert part.x.dtype == part.y.dtype == np.float64
        assert np.isfinite(part.x).all()
        if facts.task is REGRESSION:
            assert facts.classes == ()
            assert facts.target
            assert len(np.unique(part.y)) > 20
        else:
            assert set(np.unique(part.y)) == set(range(len(facts.classes)))
            assert facts.outputs == (1 if len(facts.classes) == 2 else len(facts.classes))
    assert len(set(facts.axes[:2])) == 2
    assert len(set(facts.classes)) == len(facts.classes)


@every_drawn
@pytest.mark.parametrize("samples", [8, 9, 1000])
def test_classes_are_of_like_size_however_many_points(dataset: Dataset, samples: int) -> None:
    train, _ = make(dataset, samples=samples)
    assert len(train.x) == samples
    facts = dataset.facts(values(dataset, samples=samples))
    if samples == 1000 and facts.classes:
        shares = np.bincount(train.y.astype(int)) / samples
        assert shares.min() > 0.35 * 2 / len(shares)
    assert (train.x.std(axis=0) > 0.01).all()


@every_dataset
def test_the_seed_alone_decides_the_points(dataset: Dataset) -> None:
    np.random.seed(7)
    before = np.random.get_state()[1].copy()
    once, again, other = make(dataset, 3), make(dataset, 3), make(dataset, 4)
    for part, same in zip(once, again, strict=True):
        np.testing.assert_array_equal(part.x, same.x)
        np.testing.assert_array_equal(part.y, same.y)
    assert not np.array_equal(once[0].x, other[0].x)
    assert not np.array_equal(once[0].x[:20], once[1].x[:20])
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@every_dataset
def test_every_parameter_works_at_both_ends_of_its_range(dataset: Dataset) -> None:
    usual = make(dataset, **({"samples": 64} if dataset in DRAWN else {}))
    for parameter in (p for p in dataset.parameters if not p.hidden):
        assert parameter.kind in (Kind.NUMBER, Kind.INTEGER)
        if parameter.name == "features":
            continue  # done by lifting, or checked as a whole below
        for end in (parameter.low, parameter.high):
            changes = {parameter.name: end}
            if dataset in DRAWN:
                changes = {"samples": 64, **changes}
            train, test = make(dataset, **changes)
            assert np.isfinite(train.x).all()
            # More rows than there are, or as many as usual, are the same ones.
            more = dataset.name == "csv" and parameter.name == "samples" and end > 64
            if end not in (parameter.default, 64) and not more:
                same = [
                    np.array_equal(mine, theirs)
                    for part, other in zip((train, test), usual, strict=True)
                    for mine, theirs in zip(part, other, strict=True)
                ]
                assert not all(same)


@every_dataset
@pytest.mark.parametrize("share", [0.05, 0.5, 0.8])
def test_the_test_share_is_a_share_of_all_points(dataset: Dataset, share: float) -> None:
    train, test = make(dataset, test_share=share)
    assert len(test.x) / (len(train.x) + len(test.x)) == pytest.approx(share, abs=0.005)


@every_lifted
def test_half_of_the_points_for_testing_is_as_many_from_another_seed(dataset: Dataset) -> None:
    train, test = make(dataset, 5)
    assert len(train.x) == len(test.x) == 1000
    np.testing.assert_array_equal(make(dataset, 5 + TEST_SEED)[0].x, test.x)


@every_lifted
def test_noise_has_the_deviation_that_it_says(dataset: Dataset) -> None:
    if dataset.name in ("placed", "salary"):
        pytest.skip("its noise is in the answer")
    (still, labels), _ = make(dataset, 2, samples=4000, noise=0.0)
    (noisy, same_labels), _ = make(dataset, 2, samples=4000, noise=0.5)
    # The noise is drawn last, so that the points beneath are the same.
    np.testing.assert_array_equal(labels, same_labels)
    np.testing.assert_allclose((noisy - still).std(axis=0), 0.5, rtol=0.05)
    np.testing.assert_allclose((noisy - still).mean(axis=0), 0, atol=0.04)


def test_moons_and_circles_are_those_of_scikit_learn() -> None:
    (x, y), _ = make("moons", 5, samples=100)
    expected, labels = sklearn_datasets.make_moons(100, noise=0.2, random_state=5)
    np.testing.assert_array_equal(x, expected)
    np.testing.assert_array_equal(y, labels)
    (x, y), _ = make("circles", 5, samples=100)
    expected, labels = sklearn_datasets.make_circles(100, noise=0.1, factor=0.5, random_state=5)
    np.testing.assert_array_equal(x, expected)
    np.testing.assert_array_equal(y, labels)


def test_xor_joins_opposite_quadrants_of_an_even_square() -> None:
    (x, y), _ = make("xor", samples=4000)
    np.testing.assert_array_equal(y, np.sign(x[:, 0]) == np.sign(x[:, 1]))
    assert np.abs(x).max() <= 1
    np.testing.assert_allclose(x.var(axis=0), 1 / 3, rtol=0.05)


def test_the_arms_of_the_spirals_are_each_other_turned_by_half_a_turn() -> None:
    (x, y), _ = make("spirals", samples=4000, noise=0.0)
    radius = np.linalg.norm(x, axis=1)
    turned = np.where(y == 1, -1, 1)[:, None] * x
    # Turned back, every point lies on one curve: its angle follows from its radius.
    angle = 2 * np.pi * 1.5 * radius
    np.testing.assert_allclose(
        turned, np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), atol=1e-12
    )


@pytest.mark.parametrize("classes", [2, 3, 4, 5, 6])
def test_blobs_can_be_told_apart_by_straight_lines(classes: int) -> None:
    train, test = make("blobs", classes=classes, samples=2000)
    found = LogisticRegression(max_iter=500).fit(*train).score(*test)
    assert 0.85 < found <= 1


def test_a_line_parts_the_linear_set_and_nothing_parts_circles() -> None:
    for name, low, high in (("linear", 0.93, 1.0), ("circles", 0.4, 0.62)):
        train, test = make(name)
        assert low < LogisticRegression().fit(*train).score(*test) <= high


def test_students_have_plausible_marks_and_a_bent_border() -> None:
    train, test = make("placed", samples=4000)
    assert train.x[:, 0].min() >= 3
    assert train.x[:, 0].max() <= 10
    assert 60 < train.x[:, 1].mean() < 130
    scale = train.x.std(axis=0)
    straight = LogisticRegression().fit(train.x / scale, train.y).score(test.x / scale, test.y)
    near = KNeighborsClassifier(25).fit(train.x / scale, train.y).score(test.x / scale, test.y)
    assert near > straight + 0.005
    assert near > 0.88
    facts = DATASETS["placed"].facts(values(DATASETS["placed"]))
    assert facts.units
    assert facts.classes == ("not placed", "placed")
    pay = make("salary", noise=0.0)[0]
    assert 10 < pay.y.min() < pay.y.mean() < pay.y.max() < 120


@pytest.mark.parametrize(
    ("name", "loader"),
    [("digits", "load_digits"), ("breast_cancer", "load_breast_cancer"), ("iris", "load_iris"),
     ("wine", "load_wine"), ("diabetes", "load_diabetes")],
)  # fmt: skip
def test_the_facts_of_a_table_are_those_of_scikit_learn(name: str, loader: str) -> None:
    real = getattr(sklearn_datasets, loader)()
    facts = DATASETS[name].facts(values(DATASETS[name]))
    assert (facts.train + facts.test, facts.features) == real.data.shape
    if facts.classes:
        assert list(facts.classes) == [str(each) for each in real.target_names]
    if name != "digits":
        assert list(facts.axes) == list(real.feature_names[:2])
    train, test = make(name)
    both = np.concatenate([train.x, test.x])
    np.testing.assert_array_equal(
        both[np.lexsort(both.T)], real.data[np.lexsort(np.asarray(real.data).T)]
    )  # every row once


def test_a_split_keeps_the_shares_of_the_classes() -> None:
    y = np.repeat([0.0, 1.0, 2.0], [70, 20, 10])
    x = np.arange(100.0)[:, None]
    for seed in range(5):
        train, test = split(x, y, 0.3, seed, classes=True)
        assert len(train.y) == 70
        np.testing.assert_allclose(np.bincount(test.y.astype(int)), [21, 6, 3], atol=1.1)
        assert not np.array_equal(train.y, np.sort(train.y))  # batches see all classes


@pytest.mark.parametrize(("rows", "share", "expected"), [(2, 0.05, (1, 1)), (10, 0.8, (2, 8))])
def test_a_split_leaves_something_on_both_sides(
    rows: int, share: float, expected: tuple[int, int]
) -> None:
    assert split_counts(rows, share) == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"informative": 30, "features": 10}, "30 of 10 inputs are too many; write at most 10"),
        ({"informative": 2, "classes": 6}, "6 do not fit into 2 informative inputs"),
    ],
)
def test_values_that_do_not_go_together_are_refused_with_the_cure(
    changes: dict[str, int], message: str
) -> None:
    with pytest.raises(ExperimentError, match=message) as caught:
        data("classification", **changes)
    assert caught.value.problems[0].path == ("values", "informative")


def test_listing_the_datasets_imports_no_library_that_makes_them() -> None:
    code = (
        "import sys, initviz.experiment as e\n"
        "[e.DataSettings(dataset=name).facts for name in e.DATASETS]\n"
        "sys.exit('sklearn' in sys.modules or 'torch' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
