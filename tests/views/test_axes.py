from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initviz.views.axes import (
    HIGHEST,
    LOWEST,
    DecadeRange,
    decade_label,
    decades,
    depth_ticks,
    layer_ticks,
    number_ticks,
)

FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=64)


def test_decades_are_logs_of_sizes() -> None:
    assert decades(np.array([1e-3, -100.0, 1.0]), -9).tolist() == [-3, 2, 0]


def test_an_exact_zero_is_drawn_at_the_floor() -> None:
    assert decades(np.array([0.0, -0.0]), -9.5).tolist() == [-9.5, -9.5]


def test_what_is_not_finite_is_a_gap() -> None:
    assert np.isnan(decades(np.array([np.nan, np.inf, -np.inf]), -9)).all()


def test_float32_is_read_without_loss_of_its_smallest_numbers() -> None:
    smallest = np.array([1e-45], dtype=np.float32)
    assert decades(smallest, -99)[0] == LOWEST
    assert decades(np.array([1e-19], dtype=np.float32), -99)[0] == pytest.approx(-19)


@given(st.lists(FLOATS, min_size=1, max_size=20))
def test_every_value_is_drawn_inside_the_range_or_is_a_gap(values: list[float]) -> None:
    shown = DecadeRange()
    shown.see(np.array(values))
    low, high = shown.bounds
    heights = decades(np.array(values), shown.floor)

    assert LOWEST - 10 < low < high <= HIGHEST + 1
    assert np.isnan(heights).tolist() == [not math.isfinite(value) for value in values]
    drawn = heights[np.isfinite(heights)]
    assert ((low <= drawn) & (drawn <= high)).all()


@given(st.lists(st.lists(FLOATS, max_size=4), min_size=2, max_size=6), st.sampled_from([1, 0.25]))
def test_a_range_only_grows(epochs: list[list[float]], step: float) -> None:
    shown = DecadeRange(step=step)
    shown.see(np.array([1.0]))
    for values in epochs:
        low, high = shown.bounds
        shown.see(np.array(values, dtype=float))
        assert shown.bounds[0] <= low
        assert shown.bounds[1] >= high


def test_another_subject_is_a_new_range() -> None:
    shown = DecadeRange()
    shown.follow("one")
    shown.see(np.array([0, 1e-12]))
    shown.follow("one")
    assert shown.zero
    assert shown.bounds[0] < -12

    shown.follow("another")

    assert not shown.zero
    assert shown.bounds == (-1, 1)


def test_only_a_seen_zero_gives_the_axis_a_floor() -> None:
    shown = DecadeRange()
    shown.see(np.array([1e-3, 1e2]))
    assert "0" not in [label for _, label in shown.ticks()[0]]

    shown.see(np.array([0.0]))

    assert shown.ticks()[0][0] == (shown.floor, "0")
    assert shown.bounds[0] < shown.floor < -3


@given(st.integers(LOWEST, HIGHEST), st.integers(LOWEST, HIGHEST), st.booleans())
def test_ticks_are_few_inside_the_range_and_apart(a: int, b: int, zero: bool) -> None:
    shown = DecadeRange()
    shown.see(np.array([10.0**a, 10.0**b, *([0.0] if zero else [])]))
    ticks = shown.ticks()[0]
    positions = [position for position, _ in ticks]
    low, high = shown.bounds

    assert 2 <= len(ticks) <= 11
    assert all(low <= position <= high for position in positions)
    assert positions == sorted(positions)
    assert min(np.diff(positions)) >= 0.05 * (high - low)
    assert len({label for _, label in ticks}) == len(ticks)


@pytest.mark.parametrize(
    ("decade", "label"),
    [(-4, "1e-4"), (-2, "0.01"), (-1, "0.1"), (0, "1"), (1, "10"), (2, "100"), (3, "1e3")],
)
def test_decades_are_labelled_as_people_write_them(decade: int, label: str) -> None:
    assert decade_label(decade) == label
    assert float(label) == 10.0**decade


def test_the_ends_say_that_more_lies_beyond_them() -> None:
    assert decade_label(LOWEST) == f"≤1e{LOWEST}"
    assert decade_label(HIGHEST) == f"≥1e{HIGHEST}"


@pytest.mark.parametrize("layers", [2, 3, 9, 10, 17, 41, 80, 101])
@pytest.mark.parametrize("width", [120.0, 280.0, 900.0])
def test_layer_ticks_begin_at_1_end_at_out_and_are_apart(layers: int, width: float) -> None:
    names = [f"hidden {i}" for i in range(1, layers)] + ["output"]
    ticks = layer_ticks(names, width)[0]
    positions = [position for position, _ in ticks]

    assert ticks[0] == (1, "1")
    assert ticks[-1] == (layers, "out")
    assert positions == sorted(set(positions))
    assert all(label == f"{position:.0f}" for position, label in ticks[:-1])
    assert min(np.diff(positions[1:]), default=99) * width / layers > 20


def test_few_layers_are_all_named() -> None:
    names = ["hidden 1", "hidden 2", "hidden 3", "output"]
    assert [label for _, label in layer_ticks(names, 300)[0]] == ["1", "2", "3", "out"]


@pytest.mark.parametrize("layers", [2, 5, 11, 41, 101])
@pytest.mark.parametrize("width", [150, 220, 800])
def test_depth_starts_at_the_inputs_and_keeps_its_labels_apart(layers: int, width: int) -> None:
    names = [f"hidden {n}" for n in range(1, layers)] + ["output"]
    (ticks, minor) = depth_ticks(names, width)

    assert minor == []
    assert ticks[0] == (0.0, "in")
    assert ticks[-1] == (float(layers), "out")
    assert all(text == str(int(at)) for at, text in ticks[1:-1])
    pixels = width / (layers + 1)
    gaps = [(b[0] - a[0]) * pixels for a, b in pairwise(ticks)]
    assert min(gaps) >= 15


@pytest.mark.parametrize("count", [1, 2, 8, 16, 64, 100, 512, 1024])
@pytest.mark.parametrize("pixels", [40, 170, 900])
def test_neurons_are_numbered_from_1_at_round_distances(count: int, pixels: int) -> None:
    numbers = number_ticks(count, pixels, 14)

    assert numbers[0] == 1
    assert numbers[-1] <= count
    assert numbers == sorted(set(numbers))
    gaps = [(b - a) * pixels / count for a, b in pairwise(numbers)]
    assert not gaps or min(gaps) >= 14
    steps = {b - a for a, b in pairwise(numbers[1:])}
    assert len(steps) <= 1
    if count > 1:
        assert len(numbers) > 1
