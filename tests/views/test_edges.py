from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QApplication

from initviz.views.arrangement import arrange
from initviz.views.edges import (
    LEVELS,
    Bundle,
    EdgeItem,
    cubics,
    edge_colour,
    keep_strongest,
    levels,
    strongest,
    weakest,
)
from initviz.views.style import DARK, LIGHT, Style


def bundle(values: object, scale: float = 1.0) -> Bundle:
    numbers = np.asarray(values, dtype=float)
    arrangement = arrange(
        [np.arange(n) for n in numbers.shape], (numbers.shape[0], numbers.shape[1]), 400, 200
    )
    source, target = arrangement.columns
    return Bundle(source, target, numbers, scale, np.isfinite(numbers) & (numbers != 0))


def painted(item: EdgeItem) -> QImage:
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(item.look.panel))
    painter = QPainter(image)
    item.paint(painter)
    painter.end()
    return image


def test_strength_follows_sign_and_size() -> None:
    values = np.array([-1.0, -0.5, -1e-9, 0.0, 1e-9, 0.5, 1.0, 5.0])

    assert levels(values, 1.0).tolist() == [-8, -4, -1, 0, 1, 4, 8, 8]


def test_what_is_not_finite_is_not_drawn() -> None:
    assert levels(np.array([np.nan, np.inf, -np.inf, 1.0]), 1.0).tolist() == [0, 0, 0, 8]


def test_a_floor_leaves_the_differences_of_the_strong_ones() -> None:
    assert levels(np.array([0.8, 0.9, 1.0]), 1.0).tolist() == [7, 8, 8]
    assert levels(np.array([0.8, 0.9, 1.0]), 1.0, floor=0.75).tolist() == [2, 5, 8]
    assert levels(np.array([-2.0]), 2.0, floor=2.0).tolist() == [-1]


@pytest.mark.parametrize("value", [1e-300, 1e-45, 1e30, 1.7e308])
def test_extreme_sizes_are_strong_in_their_layer(value: float) -> None:
    values = np.array([value, -value])
    assert strongest(values) == value
    assert levels(values, strongest(values)).tolist() == [8, -8]


def test_one_outlier_does_not_fade_the_rest() -> None:
    values = np.append(np.ones(999), 1e6)

    assert strongest(values) == 1.0
    assert strongest(np.zeros(5)) == 0.0
    assert strongest(np.array([np.nan, np.inf])) == 0.0


def test_only_the_strongest_are_kept() -> None:
    random = np.random.default_rng(0)
    values = random.standard_normal((40, 40))
    (kept,) = keep_strongest([values], 100)

    assert kept.sum() == 100
    assert np.abs(values[kept]).min() >= np.abs(values[~kept]).max()


def test_every_layer_has_its_share() -> None:
    small, large = np.full((3, 3), 1e-6), np.full((3, 3), 1e3)
    kept = keep_strongest([small, large], 10)

    assert sum(int(part.sum()) for part in kept) == 10
    assert all(part.sum() == 5 for part in kept)


def test_layers_that_have_few_leave_their_share_to_others() -> None:
    few, many = np.ones((1, 2)), np.arange(1.0, 101).reshape(10, 10)
    kept = keep_strongest([many, few], 50)

    assert [int(part.sum()) for part in kept] == [48, 2]
    assert sum(int(part.sum()) for part in keep_strongest([many, many, few], 51)) <= 51
    assert kept[0].ravel().tolist() == [False] * 52 + [True] * 48


def test_zeros_are_never_kept() -> None:
    values = np.array([[0.0, 1.0], [np.nan, -1.0]])

    assert keep_strongest([values], 10)[0].tolist() == [[False, True], [False, True]]
    assert not keep_strongest([np.zeros((2, 2))], 1)[0].any()


def test_the_weakest_is_zero_where_all_are_drawn() -> None:
    values = np.array([[1.0, -2.0, 0.0]])

    assert weakest(values, values != 0) == 0
    assert weakest(values, np.array([[False, True, False]])) == pytest.approx(1.5)


def test_zero_weights_draw_nothing(qapp: QApplication) -> None:
    item = EdgeItem(DARK)
    item.set_bundles([bundle(np.zeros((3, 4)))], QRectF(0, 0, 400, 200))

    assert item.strokes == []
    image = painted(item)
    assert {image.pixel(x, 100) for x in range(0, 400, 3)} == {QColor(DARK.panel).rgb()}


def test_strokes_are_few_and_the_strongest_lie_on_top(qapp: QApplication) -> None:
    item = EdgeItem(DARK)
    random = np.random.default_rng(0)
    item.set_bundles([bundle(random.standard_normal((30, 30)))], QRectF(0, 0, 400, 200))

    strengths = [abs(level) for _, level in item.strokes]
    assert len(strengths) <= 2 * LEVELS
    assert strengths == sorted(strengths)


@pytest.mark.parametrize("style", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_line_has_the_colour_of_its_sign(qapp: QApplication, style: Style, sign: int) -> None:
    item = EdgeItem(style)
    drawn = bundle([[sign]])
    item.set_bundles([drawn], QRectF(0, 0, 400, 200))

    image = painted(item)
    ground, line = QColor(style.panel), QColor(edge_colour(style, sign))

    def away(colour: QColor, other: QColor) -> int:
        return sum(abs(a - b) for a, b in zip(colour.getRgb()[:3], other.getRgb()[:3], strict=True))

    colour = max((image.pixelColor(200, y) for y in range(200)), key=lambda c: away(c, ground))
    other = QColor(edge_colour(style, -sign))
    assert away(colour, line) < min(away(colour, ground), away(colour, other))
    assert (colour.red() > colour.blue()) == (sign < 0)


def test_larger_weights_are_wider(qapp: QApplication) -> None:
    def thickness(value: float) -> int:
        item = EdgeItem(DARK)
        drawn = bundle([[value]])
        item.set_bundles([drawn], QRectF(0, 0, 400, 200))
        image = painted(item)
        ground = QColor(DARK.panel).rgb()
        return sum(image.pixel(200, y) != ground for y in range(200))

    assert thickness(1.0) > thickness(0.6) >= thickness(0.05) > 0


def test_the_mouse_finds_the_line_that_passes_there() -> None:
    drawn = bundle([[1.0, -1.0], [0.0, 0.5]])
    x0, y0, x1, y1 = drawn.ends()
    for i, j in ((0, 0), (0, 1), (1, 1)):
        share = 0.2 if i == 0 else 0.8  # near an end the lines are apart
        x = x0[i, j] + share * (x1[i, j] - x0[i, j])
        y = y0[i, j] + (y1[i, j] - y0[i, j]) * (3 * share**2 - 2 * share**3)
        assert drawn.at(float(x), float(y)) == (i, j)
    assert drawn.at(float(x0[0, 0]) + 20, 0.0) is None
    # The zero weight is not there.
    assert drawn.at(float(x0[1, 0]) + 1, float(y0[1, 0])) == (1, 1)


def test_curves_go_through_a_stream_as_point_by_point() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 5, 4))
    expected = QPainterPath()
    for (a, c, e, g), (b, d, f, h) in zip(x.tolist(), y.tolist(), strict=True):
        expected.moveTo(a, b)
        expected.cubicTo(c, d, e, f, g, h)

    assert cubics(x, y) == expected
    assert cubics(np.empty((0, 4)), np.empty((0, 4))).isEmpty()
