from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initviz.views.arrangement import (
    INPUTS,
    LARGEST,
    MOST_INPUTS,
    SMALLEST,
    TIGHT,
    Arrangement,
    arrange,
    capacity,
    most_telling,
)


def first(totals: tuple[int, ...], height: float) -> list[np.ndarray]:
    """The first neurons of every layer, as many as get a tile."""
    return [np.arange(capacity(total, height)) for total in totals]


def of(totals: tuple[int, ...], width: float = 740, height: float = 280, **more: float):
    return arrange(first(totals, height), totals, width, height, **more)


def overlaps(arrangement: Arrangement) -> bool:
    """Whether any two tiles lie upon one another."""
    x = np.concatenate([column.xs for column in arrangement.columns])
    y = np.concatenate([column.ys for column in arrangement.columns])
    half = np.concatenate([np.full(len(c.xs), c.size / 2) for c in arrangement.columns])
    reach = half[:, None] + half[None] - 1e-6
    near = (np.abs(x[:, None] - x) < reach) & (np.abs(y[:, None] - y) < reach)
    return bool((near & ~np.eye(len(x), dtype=bool)).any())


def test_columns_stand_from_the_inputs_to_the_output() -> None:
    columns = of((2, 16, 8, 1)).columns

    assert [column.layer for column in columns] == [INPUTS, 0, 1, 2]
    assert all(a.right < b.left for a, b in pairwise(columns))
    assert [column.total for column in columns] == [2, 16, 8, 1]


def test_a_single_output_has_a_large_tile() -> None:
    arrangement = of((2, 10, 10, 1))

    assert arrangement.columns[-1].size > 2 * arrangement.columns[1].size
    assert arrangement.answer is None


def test_several_outputs_have_a_tile_each_and_a_large_one_for_the_answer() -> None:
    arrangement = of((2, 10, 4))

    assert len(arrangement.columns[-1].neurons) == 4
    assert arrangement.answer is not None
    left, top, side = arrangement.answer
    assert left > arrangement.columns[-1].right
    assert left + side <= arrangement.width
    assert top >= 0
    assert top + side <= arrangement.height


@pytest.mark.parametrize(
    "totals",
    [
        (2, 1, 1), (2, 16, 16, 1), (2, *(10,) * 10, 1), (2, *(64,) * 5, 1), (2, *(64,) * 40, 1),
        (500, *(100,) * 5, 1), (2, 1024, 1), (13, 3), (2, 3, 64, 3, 10),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("room", [(740, 280), (240, 280), (1400, 460), (120, 60)], ids=str)
def test_tiles_lie_beside_one_another_and_inside(
    totals: tuple[int, ...], room: tuple[int, int]
) -> None:
    width, height = room
    arrangement = of(totals, width, height)

    assert not overlaps(arrangement)
    for column in arrangement.columns:
        assert column.left >= 0
        assert column.right <= arrangement.width + 1e-6
        assert (column.xs - column.size / 2 >= column.left - 1e-6).all()
        assert (column.xs + column.size / 2 <= column.right + 1e-6).all()
        if height > 100:
            assert (column.ys - column.size / 2 >= -1e-6).all()
            assert (column.ys + column.size / 2 <= arrangement.height + 1e-6).all()
    gaps = [b.left - a.right for a, b in pairwise(arrangement.columns)]
    assert min(gaps) >= TIGHT - 1e-6


@given(
    st.lists(st.integers(1, 300), min_size=2, max_size=30),
    st.integers(100, 2000), st.integers(120, 1000),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_tiles_of_any_network_can_be_read(totals: list[int], width: int, height: int) -> None:
    arrangement = of(tuple(totals), width, height)

    assert not overlaps(arrangement)
    for column in arrangement.columns[:-1]:
        assert SMALLEST <= column.size <= LARGEST


def test_what_does_not_fit_is_counted() -> None:
    columns = of((2, 64, 64, 1)).columns

    assert 10 <= len(columns[1].neurons) < 64
    assert columns[1].rest == 64 - len(columns[1].neurons)
    assert columns[0].rest == 0


def test_more_height_shows_more_neurons() -> None:
    assert capacity(64, 280) < capacity(64, 500) < capacity(64, 2000) == 64
    assert capacity(1024, 1) == 1


def test_columns_that_do_not_fit_make_the_ground_wider() -> None:
    shallow, deep = of((2, 16, 16, 1)), of((2, *(64,) * 40, 1))

    assert shallow.width == 740
    assert deep.width > 4000
    assert len(deep.columns_between(0, 740)) < 12


def test_showing_all_makes_the_ground_higher() -> None:
    totals = (2, 64, 1)
    arrangement = arrange([np.arange(n) for n in totals], totals, 740, 280)

    assert arrangement.height > 500
    assert not overlaps(arrangement)
    assert arrangement.columns[0].ys.mean() == pytest.approx(arrangement.height / 2)


def test_zoom_enlarges_all_alike() -> None:
    base, near = of((2, 16, 1)), of((2, 16, 1), zoom=2.0)

    for a, b in zip(base.columns, near.columns, strict=True):
        np.testing.assert_allclose(b.xs, 2 * a.xs)
        np.testing.assert_allclose(b.ys, 2 * a.ys)
        assert b.size == 2 * a.size
    assert near.width == 2 * base.width


def test_a_point_finds_the_tile_that_it_is_in() -> None:
    column = of((2, 16, 1)).columns[1]

    for place, (x, y) in enumerate(zip(column.xs, column.ys, strict=True)):
        assert column.at(x + 3, y - 3) == place
    assert column.at(column.right + 20, column.ys[0]) is None


def test_the_most_telling_neurons_keep_their_order() -> None:
    scores = np.array([3.0, 0.0, 9.0, 1.0, 9.0])

    assert most_telling(scores, 3).tolist() == [0, 2, 4]
    assert most_telling(scores, 2, always={1}).tolist() == [1, 2]
    assert most_telling(scores, 1, always={1, 3}).tolist() == [1, 3]


def test_equals_are_chosen_from_the_front_and_numbers_that_are_none_last() -> None:
    assert most_telling(np.zeros(5), 2).tolist() == [0, 1]
    assert most_telling(np.array([np.nan, np.inf, 1.0]), 1).tolist() == [2]


def test_a_column_holds_more_inputs_than_are_shown_of_hundreds() -> None:
    assert capacity(500, 280) > MOST_INPUTS


def test_tiles_give_way_before_the_output_leaves_the_picture() -> None:
    totals = (2, 16, 16, 16, 16, 1)
    half = of(totals, width=680, height=480)  # two lanes side by side on a large screen
    whole = of(totals, width=1400, height=480)
    assert half.width == 680
    assert half.columns[-1].right <= 680
    assert whole.columns[1].size > half.columns[1].size >= SMALLEST
    deep = of((2, *(64,) * 40, 1), width=680, height=480)  # nothing makes these fit
    assert deep.width > 680
    assert deep.columns[1].size > SMALLEST
