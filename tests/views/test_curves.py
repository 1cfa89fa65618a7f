from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from initviz.views.curves import Curve, LaneCurves
from initviz.views.style import DARK, LIGHT, STYLES, Style

WIDTH, HEIGHT = 60, 100


def painted(curves: list[Curve], style: Style = DARK, marker: float = 7) -> QImage:
    """The curves on a bare panel, in lines of three pixels, a unit of the plot to a pixel."""
    item = LaneCurves(style, width=3, marker=marker)
    item.set_curves(curves)
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32)
    image.fill(QColor(style.panel))
    painter = QPainter(image)
    try:
        item.paint(painter)
    finally:
        painter.end()
    return image


def level(y: float, colour: int, **more: object) -> Curve:
    """A curve from side to side at one height."""
    x = np.arange(float(WIDTH + 1))
    return Curve(x, np.full(len(x), y), colour, **more)  # type: ignore[arg-type]


def row(image: QImage, y: int) -> list[str]:
    return [image.pixelColor(x, y).name() for x in range(image.width())]


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_curve_is_drawn_in_the_colour_of_its_lane(style: Style) -> None:
    colours = [5, 0, 7, 2, 1, 6, 3, 4]
    image = painted([level(10 * i + 5.5, colour) for i, colour in enumerate(colours)], style)

    for i, colour in enumerate(colours):
        assert set(row(image, 10 * i + 5)) == {QColor(style.lanes[colour]).name()}
        assert set(row(image, 10 * i)) == {QColor(style.panel).name()}


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gap_in_a_curve_is_bare_ground(bad: float) -> None:
    broken = level(50.5, 1)
    broken.y[20:41] = bad
    image = painted([broken])

    line, ground = QColor(DARK.lanes[1]).name(), QColor(DARK.panel).name()
    middle = row(image, 50)
    assert set(middle[:18]) == set(middle[43:]) == {line}
    assert set(middle[22:39]) == {ground}
    assert {name for y in (*range(48), *range(54, HEIGHT)) for name in row(image, y)} == {ground}


@pytest.mark.usefixtures("qapp")
def test_two_equal_curves_are_both_seen_where_the_upper_is_dashed() -> None:
    image = painted([level(50.5, 0), level(50.5, 1, dashed=True)])

    assert {QColor(DARK.lanes[0]).name(), QColor(DARK.lanes[1]).name()} <= set(row(image, 50))


@pytest.mark.usefixtures("qapp")
def test_marked_points_carry_a_mark_in_the_colour_of_their_lane_and_others_none() -> None:
    points = np.array([10.5, 30.5, 50.5])
    image = painted([
        Curve(points, np.full(3, 20.5), 3, marked=[0, 2]),
        Curve(points, np.full(3, 60.5), 1, marked=slice(0, 2)),
    ], marker=9)  # fmt: skip

    # Higher than the line is wide, a point shows the mark that it carries.
    first, second, ground = (QColor(c).name() for c in (DARK.lanes[3], DARK.lanes[1], DARK.panel))
    assert [row(image, 17)[x] for x in (10, 30, 50)] == [first, ground, first]
    assert [row(image, 57)[x] for x in (10, 30, 50)] == [second, second, ground]


@pytest.mark.usefixtures("qapp")
def test_another_look_draws_the_same_curves_in_its_colours() -> None:
    item = LaneCurves(DARK, width=3)
    item.set_curves([level(50.5, 7)])
    item.set_look(LIGHT)
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32)
    image.fill(QColor(LIGHT.panel))
    painter = QPainter(image)
    try:
        item.paint(painter)
    finally:
        painter.end()

    assert row(image, 50)[30] == QColor(LIGHT.lanes[7]).name()
