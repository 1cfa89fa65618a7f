from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_circles, make_moons

from initviz.catalog.datasets import DATASETS, FEATURES, SAMPLES, Dataset, dataset_choices
from tests.make import data

every_dataset = pytest.mark.parametrize("dataset", DATASETS.values(), ids=list(DATASETS))


def defaults(dataset: Dataset, **changes: Any) -> dict[str, Any]:
    return dict(data(dataset.name, **changes).values)


@every_dataset
def test_an_entry_can_be_shown(dataset: Dataset) -> None:
    assert DATASETS[dataset.name] is dataset
    assert dataset.help.endswith(".")
    assert len(set(dataset.axes)) == len(set(dataset.classes)) == 2
    names = [parameter.name for parameter in dataset.all_parameters()]
    assert len(set(names)) == len(names)
    assert {SAMPLES.name, FEATURES.name} <= set(names)
    assert dataset.name in [choice.value for choice in dataset_choices()]


@every_dataset
@pytest.mark.parametrize("samples", [SAMPLES.low, 9, 1000])
def test_points_lie_in_the_plane_in_two_classes_of_like_size(
    dataset: Dataset, samples: int
) -> None:
    x, y = dataset.make(int(samples), defaults(dataset), 1)
    assert x.shape == (samples, 2)
    assert y.shape == (samples,)
    assert np.isfinite(x).all()
    assert set(np.unique(y)) == {0, 1}
    if samples == 1000:
        assert 0.45 < y.mean() < 0.55
        assert (x.std(axis=0) > 0.1).all()


@every_dataset
def test_the_seed_alone_decides_the_points(dataset: Dataset) -> None:
    np.random.seed(7)
    before = np.random.get_state()[1].copy()
    once, labels = dataset.make(100, defaults(dataset), 3)
    again, same_labels = dataset.make(100, defaults(dataset), 3)
    other, _ = dataset.make(100, defaults(dataset), 4)
    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(labels, same_labels)
    assert not np.array_equal(once, other)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@every_dataset
def test_every_parameter_works_at_both_ends_of_its_range(dataset: Dataset) -> None:
    for parameter in dataset.parameters:
        usual = dataset.make(64, defaults(dataset), 1)[0]
        for end in (parameter.low, parameter.high):
            x, y = dataset.make(64, defaults(dataset, **{parameter.name: end}), 1)
            assert np.isfinite(x).all()
            assert set(np.unique(y)) == {0, 1}
            assert end == parameter.default or not np.array_equal(x, usual)


@every_dataset
def test_noise_has_the_deviation_that_it_says(dataset: Dataset) -> None:
    if "noise" not in defaults(dataset):
        pytest.skip("it has no noise")
    still, labels = dataset.make(4000, defaults(dataset, noise=0.0), 2)
    noisy, same_labels = dataset.make(4000, defaults(dataset, noise=0.5), 2)
    # The noise is drawn last, so that the points beneath are the same.
    np.testing.assert_array_equal(labels, same_labels)
    np.testing.assert_allclose((noisy - still).std(axis=0), 0.5, rtol=0.05)
    np.testing.assert_allclose((noisy - still).mean(axis=0), 0, atol=0.04)


def test_moons_and_circles_are_those_of_scikit_learn() -> None:
    x, y = DATASETS["moons"].make(100, {"noise": 0.2}, 5)
    expected, labels = make_moons(100, noise=0.2, random_state=5)
    np.testing.assert_array_equal(x, expected)
    np.testing.assert_array_equal(y, labels)
    x, y = DATASETS["circles"].make(100, {"noise": 0.1, "factor": 0.5}, 5)
    expected, labels = make_circles(100, noise=0.1, factor=0.5, random_state=5)
    np.testing.assert_array_equal(x, expected)
    np.testing.assert_array_equal(y, labels)


def test_xor_joins_opposite_quadrants_of_an_even_square() -> None:
    x, y = DATASETS["xor"].make(4000, {"noise": 0.0}, 1)
    np.testing.assert_array_equal(y, np.sign(x[:, 0]) == np.sign(x[:, 1]))
    assert np.abs(x).max() <= 1
    np.testing.assert_allclose(x.var(axis=0), 1 / 3, rtol=0.05)


def test_the_arms_of_the_spirals_are_each_other_turned_by_half_a_turn() -> None:
    x, y = DATASETS["spirals"].make(4000, {"noise": 0.0, "turns": 1.5}, 1)
    radius = np.linalg.norm(x, axis=1)
    turned = np.where(y == 1, -1, 1)[:, None] * x
    # Turned back, every point lies on one curve: its angle follows from its radius.
    angle = 2 * np.pi * 1.5 * radius
    np.testing.assert_allclose(
        turned, np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), atol=1e-12
    )


def test_the_blobs_stand_around_opposite_corners() -> None:
    x, y = DATASETS["blobs"].make(4000, {"noise": 0.5}, 1)
    np.testing.assert_allclose(x[y == 0].mean(axis=0), -1, atol=0.05)
    np.testing.assert_allclose(x[y == 1].mean(axis=0), 1, atol=0.05)
