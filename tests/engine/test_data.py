from __future__ import annotations

import numpy as np
import pytest

from initviz.catalog.datasets import DATASETS, Facts
from initviz.catalog.tasks import BINARY
from initviz.engine.data import Scale, Split, find_plane, load
from initviz.experiment import Experiment
from initviz.seeds import LIFT_SEED
from initviz.snapshot import Plane
from tests.make import data

every_dataset = pytest.mark.parametrize("dataset", list(DATASETS))
every_lifted = pytest.mark.parametrize("dataset", [d.name for d in DATASETS.values() if d.lifted])


@every_lifted
@pytest.mark.parametrize("features", [2, 3, 40])
def test_inputs_are_standardised_by_the_training_points(dataset: str, features: int) -> None:
    settings = data(dataset, samples=200, features=features)
    loaded = load(Experiment(data=settings, seed=4))
    train, test = loaded.train, loaded.test
    assert train.x.shape == test.x.shape == (200, features)
    np.testing.assert_allclose(train.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(train.x.std(axis=0), 1, atol=1e-12)

    entry = DATASETS[dataset]
    raw, raw_test = entry.make(settings.values, 4)
    lift = np.eye(2)
    if features > 2:
        lift = np.random.default_rng(LIFT_SEED).normal(0, np.sqrt(0.5), (2, features))
    lifted = raw[0] @ lift
    expected = (raw_test[0] @ lift - lifted.mean(axis=0)) / lifted.std(axis=0)
    np.testing.assert_allclose(test.x, expected, atol=1e-12)
    assert train.x.dtype == train.y.dtype == np.float64


@every_dataset
def test_what_the_outputs_should_be_follows_from_the_task(dataset: str) -> None:
    settings = data(dataset)
    loaded, facts = load(Experiment(data=settings)), settings.facts
    raw, raw_test = settings.entry.make(settings.values, 1)
    for split, y in ((loaded.train, raw.y), (loaded.test, raw_test.y)):
        assert split.y.shape == (len(y), facts.outputs)
        match facts.task.name:
            case "classes":
                np.testing.assert_array_equal(split.y.argmax(axis=1), y)
                np.testing.assert_array_equal(split.y.sum(axis=1), 1)
                assert set(np.unique(split.y)) == {0, 1}
            case "binary":
                np.testing.assert_array_equal(split.y[:, 0], y)
            case "regression":
                back = loaded.plane.target_mean + loaded.plane.target_deviation * split.y[:, 0]
                np.testing.assert_allclose(back, y, rtol=1e-12)
    np.testing.assert_array_equal(loaded.plane.labels, raw.y)
    if facts.task.name == "regression":
        assert loaded.train.y.mean() == pytest.approx(0, abs=1e-12)
        assert loaded.train.y.std() == pytest.approx(1)


@every_dataset
def test_every_dataset_is_standardised_and_has_its_plane(dataset: str) -> None:
    loaded = load(Experiment(data=data(dataset)))
    spread = loaded.train.x.std(axis=0)
    assert np.isclose(spread, 1).mean() > 0.9  # but for pixels that are always white
    assert ((np.abs(spread - 1) < 1e-9) | (spread == 0)).all()
    assert loaded.plane.is_projection == (loaded.train.x.shape[1] > 2)
    assert 0 < loaded.plane.explained <= 1


def test_a_plane_of_two_inputs_knows_their_units() -> None:
    loaded = load(Experiment(data=data("placed")))
    raw, _ = DATASETS["placed"].make(data("placed").values, 1)
    plane = loaded.plane
    back = np.array(plane.offset) + np.array(plane.scale) * plane.points
    np.testing.assert_allclose(back, raw.x, rtol=1e-9)
    assert plane.axes == ("CGPA (0–10)", "IQ (points)")


def test_the_same_settings_and_seed_give_the_same_points_and_others_others() -> None:
    once = load(Experiment(seed=5))
    assert load(Experiment(seed=5, activation="relu", learning_rate=1.0)) is once
    assert not np.array_equal(load(Experiment(seed=6)).train.x, once.train.x)
    assert not np.array_equal(once.test.x, once.train.x)


def test_the_lift_is_fixed_whatever_the_seed() -> None:
    def directions(seed: int) -> np.ndarray:
        raw = load(Experiment(seed=seed, data=data("xor", features=6))).plane.basis
        return raw.T @ raw  # the projection onto the plane, whatever its basis

    # Standardising bends the plane a little with the points, and no more than that.
    np.testing.assert_allclose(directions(1), directions(2), atol=0.1)


def test_arrays_that_are_shared_cannot_be_written_to() -> None:
    loaded = load(Experiment())
    for array in (loaded.train.x, loaded.train.y, loaded.test.x, loaded.test.y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_points_that_all_coincide_still_have_a_plane() -> None:
    plane = plane_of(np.zeros((10, 3)))
    assert np.isfinite(plane.points).all()
    assert np.isfinite(plane.explained)
    assert plane.extent[0] < plane.extent[1]


# ---- the plane ----


def plane_of(x: np.ndarray) -> Plane:
    scale = Scale.of(x)
    labels = np.zeros(len(x))
    return find_plane(Split(x, labels[:, None]), labels, Facts(BINARY, 1, 1, 2), scale, scale)


def test_two_inputs_are_drawn_as_they_are() -> None:
    loaded = load(Experiment(data=data("moons")))
    plane = loaded.plane
    assert not plane.is_projection
    assert plane.explained == 1
    assert plane.axes == ("x₁", "x₂")
    np.testing.assert_array_equal(plane.points, loaded.train.x)
    np.testing.assert_array_equal(plane.labels, loaded.train.y[:, 0])


@every_lifted
def test_more_inputs_are_drawn_in_the_plane_that_holds_all_of_them(dataset: str) -> None:
    loaded = load(Experiment(data=data(dataset, samples=300, features=50)))
    plane = loaded.plane
    assert plane.is_projection
    assert plane.axes == ("component 1", "component 2")
    np.testing.assert_allclose(plane.basis @ plane.basis.T, np.eye(2), atol=1e-12)
    assert plane.explained == pytest.approx(1, abs=1e-12)
    for split in (loaded.train, loaded.test):
        inside = (split.x - plane.centre) @ plane.basis.T
        np.testing.assert_allclose(plane.centre + inside @ plane.basis, split.x, atol=1e-9)
    np.testing.assert_allclose(plane.centre + plane.points @ plane.basis, loaded.train.x, atol=1e-9)


def test_the_plane_is_spanned_by_the_first_two_principal_components() -> None:
    random = np.random.default_rng(1)
    x = random.normal(0, 1, (400, 5)) @ np.diag([0.1, 3, 0.2, 2, 0.3]) + 7
    plane = plane_of(x)
    values, vectors = np.linalg.eigh(np.cov(x.T))
    for mine, theirs in zip(plane.basis, vectors.T[::-1], strict=False):
        assert abs(mine @ theirs) == pytest.approx(1, abs=1e-9)
    assert plane.explained == pytest.approx(values[-2:].sum() / values.sum(), abs=1e-9)
    np.testing.assert_allclose(plane.points.var(axis=0, ddof=1), values[::-1][:2])


@every_lifted
@pytest.mark.parametrize("features", [2, 9])
def test_the_square_that_is_drawn_holds_every_training_point(dataset: str, features: int) -> None:
    plane = load(Experiment(data=data(dataset, features=features))).plane
    left, right, bottom, top = plane.extent
    assert right - left == pytest.approx(top - bottom)
    u, v = plane.points.T
    assert left < u.min() < u.max() < right
    assert bottom < v.min() < v.max() < top
    # ... and is filled by them in its wider direction.
    assert max(np.ptp(u), np.ptp(v)) > 0.85 * (right - left)


def test_the_grid_is_cell_centres_row_by_row_from_the_bottom() -> None:
    plane = load(Experiment(data=data("xor", features=4))).plane
    left, right, bottom, top = plane.extent
    u, v = ((plane.grid(4) - plane.centre) @ plane.basis.T).T.reshape(2, 4, 4)
    step = (right - left) / 4
    np.testing.assert_allclose(u[0], left + step * (np.arange(4) + 0.5))
    np.testing.assert_allclose(v[:, 0], bottom + step * (np.arange(4) + 0.5))
    np.testing.assert_allclose(u, np.broadcast_to(u[0], (4, 4)))
    np.testing.assert_allclose(v, np.broadcast_to(v[:, :1], (4, 4)))
    assert v[-1, 0] + step / 2 == pytest.approx(top)


def test_what_is_small_in_its_unit_is_not_taken_for_constant() -> None:
    charges = np.array([[1.6e-19], [3.2e-19], [0.0]])
    assert Scale.of(charges).standardise(charges).std() == pytest.approx(1)


@pytest.mark.parametrize("value", [0.1, 1e15 / 3, -7.7e99, 0.0])
def test_a_column_of_one_number_is_constant_whatever_its_size(value: float) -> None:
    column = np.full((24, 1), value)
    assert np.abs(Scale.of(column).standardise(column)).max() <= 1e-15 * abs(value)
