"""Which neurons are one, dead or stuck, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initviz.catalog.activations import RELU, TANH
from initviz.neurons import SAME, groups, neuron_figures

KINDS = pytest.mark.parametrize("kind", [np.float32, np.float64])


def random(samples: int, width: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((samples, width))


@KINDS
@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_equal_columns_are_one(size: float, kind: type) -> None:
    columns = (random(50, 3) * size).astype(kind)[:, [0, 1, 0, 2, 1, 0]]
    group, distinct = groups(columns)

    assert group.tolist() == [0, 1, 0, -1, 1, 0]
    assert distinct == 3


@KINDS
def test_rounding_does_not_part_what_is_one(kind: type) -> None:
    columns = random(80, 2)[:, [0] * 9 + [1] * 7]
    columns = (columns * (1 + 1e-7 * random(80, 16, 4))).astype(kind)
    group, distinct = groups(columns)

    assert group.tolist() == [0] * 9 + [1] * 7
    assert distinct == 2


@KINDS
def test_neurons_that_differ_by_more_than_rounding_are_distinct(kind: type) -> None:
    columns = (random(80, 1) + 1e-3 * random(80, 16, 4)).astype(kind)
    group, distinct = groups(columns)

    assert (group == -1).all()
    assert distinct == 16


def test_zero_columns_are_one_beside_others_and_alone() -> None:
    columns = random(20, 5)
    columns[:, [1, 3]] = 0
    assert groups(columns)[0].tolist() == [-1, 0, -1, 0, -1]
    assert groups(columns)[1] == 4
    assert groups(np.zeros((20, 4)))[0].tolist() == [0, 0, 0, 0]
    assert groups(np.zeros((20, 4)))[1] == 1


def test_columns_that_are_not_finite_are_alone_and_leave_the_others() -> None:
    columns = random(20, 3)[:, [0, 1, 0, 2, 2]]
    columns[4, 1] = np.nan
    columns[5, 3] = np.inf
    group, distinct = groups(columns)
    assert group.tolist() == [0, -1, 0, -1, -1]
    assert distinct == 4

    group, distinct = groups(np.full((20, 4), np.nan))
    assert (group == -1).all()
    assert distinct == 4


@pytest.mark.parametrize("columns", [random(10, 1), np.zeros((10, 1)), np.full((10, 1), np.nan)])
def test_one_column_is_alone(columns: np.ndarray) -> None:
    group, distinct = groups(columns)
    assert group.tolist() == [-1]
    assert distinct == 1


def test_one_sample_is_enough_to_tell() -> None:
    group, distinct = groups(np.array([[1.0, 2.0, 1.0, 3.0]]))
    assert group.tolist() == [0, -1, 0, -1]
    assert distinct == 3


def test_a_chain_of_close_neurons_does_not_make_its_ends_one() -> None:
    one, other = random(200, 2).T
    steps = np.arange(400) * 0.4 * SAME
    columns = one[:, None] + other[:, None] * steps
    group, distinct = groups(columns)

    assert 100 < distinct <= 200  # two or three steps each
    for number in range(group.max() + 1):
        members = columns[:, group == number]
        apart = np.sqrt(((members - members[:, :1]) ** 2).mean(axis=0)).max()
        assert apart < 2 * SAME * np.sqrt((columns**2).mean())


def test_groups_whose_sums_agree_are_told_apart() -> None:
    base = random(64, 1)[:, 0]
    columns = np.stack([np.roll(base, i % 4) for i in range(32)], axis=1)  # the same numbers
    noisy = columns * (1 + 1e-7 * random(64, 32))
    for each in (columns, noisy, noisy.astype(np.float32)):
        group, distinct = groups(each)
        assert group.tolist() == [0, 1, 2, 3] * 8
        assert distinct == 4


def test_a_thousand_neurons_are_told_apart_whatever_they_look_like() -> None:
    kinds = np.random.default_rng(1).integers(0, 600, 1024)
    columns = random(128, 600).astype(np.float32)[:, kinds]
    group, distinct = groups(columns)
    assert distinct == len(set(kinds.tolist()))
    for column in range(0, 1024, 50):
        same = np.flatnonzero(kinds == kinds[column])
        assert len(same) == 1 or (np.flatnonzero(group == group[column]) == same).all()

    near = (random(128, 1) + 1e-3 * random(128, 1024, 5)).astype(np.float32)
    assert groups(near)[1] == 1024


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.randoms())
def test_permuting_columns_permutes_groups(kinds: list[int], chance: object) -> None:
    patterns = random(12, 6)
    patterns[:, 0] = 0
    columns = patterns[:, kinds]
    order = list(range(len(kinds)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    group, distinct = groups(columns)
    moved, still = groups(columns[:, order])

    assert distinct == still == len(set(kinds))
    for i, a in enumerate(order):
        assert (moved[i] == -1) == (group[a] == -1) == (kinds.count(kinds[a]) == 1)
        for j, b in enumerate(order):
            if group[a] >= 0 and group[b] >= 0:
                assert (moved[i] == moved[j]) == (group[a] == group[b]) == (kinds[a] == kinds[b])
    shared = [number for number in moved.tolist() if number >= 0]
    firsts = [n for i, n in enumerate(shared) if n not in shared[:i]]
    assert firsts == list(range(len(firsts)))


@KINDS
def test_figures_are_those_of_plain_loops(kind: type) -> None:
    a = np.tanh(2 * random(40, 6)).astype(kind)
    a[:, 1] = 0
    a[:, 4] = 0.99
    a[:3, 4] = 0.1
    a[:, 5] = -0.999
    a[0, 5] = 0.0
    gradient = random(40, 6, 5).astype(kind)
    figures = neuron_figures(a, gradient, TANH)
    low, high = TANH.saturation

    for w in range(6):
        column = [float(v) for v in a[:, w]]
        mean = sum(column) / 40
        assert figures.mean[w] == pytest.approx(mean, abs=1e-7)
        deviation = (sum((v - mean) ** 2 for v in column) / 40) ** 0.5
        assert figures.deviation[w] == pytest.approx(deviation, abs=1e-7)
        assert figures.zeros[w] == sum(v == 0 for v in column) / 40
        assert figures.saturated[w] == sum(v < low or v > high for v in column) / 40
        size = (sum(float(v) ** 2 for v in gradient[:, w]) / 40) ** 0.5
        assert figures.gradient[w] == pytest.approx(size, rel=1e-6)
    assert figures.dead.tolist() == [False, True, False, False, False, False]
    assert figures.stuck.tolist() == [False, False, False, False, False, True]
    assert figures.distinct == 6


def test_no_neuron_is_stuck_where_nothing_saturates() -> None:
    a = np.abs(random(10, 3)) * 100
    for activation in (RELU, None):
        figures = neuron_figures(a, a, activation)
        assert np.isnan(figures.saturated).all()
        assert not figures.stuck.any()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30, 1e-40])
def test_figures_of_any_number_are_given_without_a_word(value: float) -> None:
    a = np.full((10, 3), value, dtype=np.float32)
    figures = neuron_figures(a, a, TANH)

    assert figures.distinct == (1 if np.isfinite(value) else 3)
    assert not figures.dead.any()
