"""Cosines, spreads and orders of columns, against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initviz.similarity import cosine, cosines, directions, similar_order, spread

KINDS = pytest.mark.parametrize("kind", [np.float32, np.float64])


def random(samples: int, width: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((samples, width))


def plain(columns: np.ndarray) -> np.ndarray:
    """Every cosine by itself, in float64."""
    width = columns.shape[1]
    result = np.full((width, width), np.nan)
    for i in range(width):
        for j in range(width):
            a, b = columns[:, i].astype(float), columns[:, j].astype(float)
            if np.isfinite(a).all() and np.isfinite(b).all() and a.any() and b.any():
                a, b = a / np.abs(a).max(), b / np.abs(b).max()
                result[i, j] = a @ b / math.sqrt(a @ a) / math.sqrt(b @ b)
    return result


@KINDS
@pytest.mark.parametrize("size", [1e-30, 1e-3, 1.0, 1e30])
@pytest.mark.parametrize(("samples", "width"), [(1, 1), (1, 5), (7, 3), (40, 30)])
def test_cosines_are_those_of_every_pair(samples: int, width: int, size: float, kind: type) -> None:
    columns = (random(samples, width) * size).astype(kind)
    matrix, block = cosines(directions(columns), 100)

    assert block == 1
    np.testing.assert_allclose(matrix, plain(columns), atol=2e-6)
    assert (np.diag(matrix) == 1).all()
    assert (np.abs(matrix) <= 1).all()


def test_the_layout_in_memory_does_not_matter() -> None:
    columns = random(20, 30).astype(np.float32)
    by_rows, _ = cosines(directions(columns), 8)
    by_columns, _ = cosines(directions(np.asfortranarray(columns)), 8)

    np.testing.assert_allclose(by_rows, by_columns, atol=1e-6)


def test_columns_without_a_direction_leave_nan_and_nothing_else() -> None:
    columns = random(9, 6).astype(np.float32)
    columns[:, 1] = 0
    columns[3, 4] = np.inf
    columns[2, 5] = np.nan
    of = directions(columns)

    assert of.zero.tolist() == [False, True, False, False, False, False]
    assert of.broken.tolist() == [False, False, False, False, True, True]
    assert of.usable.tolist() == [True, False, True, True, False, False]
    matrix, _ = cosines(of, 100)
    np.testing.assert_allclose(matrix, plain(columns), atol=2e-6)


@pytest.mark.parametrize("columns", [np.zeros((5, 4)), np.full((5, 4), np.nan)])
def test_where_no_column_has_a_direction_everything_is_nan(columns: np.ndarray) -> None:
    matrix, _ = cosines(directions(columns), 100)
    assert np.isnan(matrix).all()
    assert sorted(similar_order(directions(columns))) == [0, 1, 2, 3]


def test_sizes_that_no_float32_holds_do_no_harm() -> None:
    columns = np.array([[1e-45, 3e38, 1.0], [0.0, 3e38, 1e-45]], dtype=np.float32)
    matrix, _ = cosines(directions(columns), 100)

    np.testing.assert_allclose(matrix, plain(columns), atol=1e-6)
    longest = np.array([[1.7e308, 1e-320], [1.7e308, 0.0]])
    matrix, _ = cosines(directions(longest), 100)
    np.testing.assert_allclose(matrix[0, 1], math.sqrt(0.5), atol=1e-6)


@pytest.mark.parametrize(("width", "most", "block"), [(10, 5, 2), (11, 5, 3), (1024, 200, 6)])
def test_a_block_has_the_mean_of_its_cosines(width: int, most: int, block: int) -> None:
    columns = random(12, width)
    columns[:, 1] = 0
    columns[:, block : 2 * block] = 0
    matrix, found = cosines(directions(columns), most)
    assert found == block
    assert len(matrix) == -(-width // block) <= most

    each = plain(columns[:, : 3 * block])
    for i in (0, 2):
        rows = each[i * block : (i + 1) * block]
        assert matrix[i, 0] == pytest.approx(np.nanmean(rows[:, :block]), abs=1e-5)
        assert math.isnan(matrix[i, 1])


def test_one_cosine_is_exact() -> None:
    columns = np.array([[3.0, 4.0, 0.0, -3.0], [4.0, -3.0, 0.0, -4.0]])
    of = directions(columns)

    assert cosine(of, 0, 0) == pytest.approx(1, abs=1e-15)
    assert cosine(of, 0, 1) == pytest.approx(0, abs=1e-15)
    assert cosine(of, 0, 3) == pytest.approx(-1, abs=1e-15)
    assert math.isnan(cosine(of, 0, 2))


@KINDS
@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
@pytest.mark.parametrize("apart", [1.0, 0.05, 1e-3])
def test_the_spread_is_the_distance_from_the_mean_column(
    apart: float, size: float, kind: type
) -> None:
    columns = ((random(30, 1, 2) + apart * random(30, 12)) * size).astype(kind)
    exact = columns.astype(np.float64) / size
    mean = exact.mean(axis=1, keepdims=True)
    wanted = np.sqrt(((exact - mean) ** 2).mean() / (exact**2).mean())

    assert spread(directions(columns)) == pytest.approx(wanted, rel=2e-3)


@KINDS
@pytest.mark.parametrize("size", [1e-30, 0.7, 1e30])
def test_equal_columns_have_a_spread_of_exactly_0(size: float, kind: type) -> None:
    columns = np.repeat(random(30, 1) * size, 16, axis=1).astype(kind)
    assert spread(directions(columns)) == 0
    assert spread(directions(np.zeros((4, 3), dtype=kind))) == 0
    assert math.isnan(spread(directions(np.full((4, 3), np.nan, dtype=kind))))


@given(st.lists(st.sampled_from([0, 1, 2, 3]), min_size=1, max_size=24))
def test_columns_that_are_the_same_lie_together_in_the_order(kinds: list[int]) -> None:
    patterns = random(6, 4)
    patterns[:, 3] = 0
    order = similar_order(directions(patterns[:, kinds]))

    assert sorted(order.tolist()) == list(range(len(kinds)))
    sorted_kinds = [kinds[i] for i in order]
    starts = [k for i, k in enumerate(sorted_kinds) if i == 0 or sorted_kinds[i - 1] != k]
    assert len(starts) == len(set(starts))
    if 3 in starts:
        assert starts[-1] == 3  # what has no direction comes last


def test_the_order_goes_to_the_most_similar_next() -> None:
    angles = np.array([0.0, 0.9, 0.3, 0.6])
    columns = np.stack([np.cos(angles), np.sin(angles)])
    assert similar_order(directions(columns)).tolist() == [0, 2, 3, 1]
