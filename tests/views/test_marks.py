from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from initviz.views.marks import Hatch, Outline, Overlay
from initviz.views.style import DARK


def painted(item: Overlay, rect: QRectF, scale: float = 10) -> np.ndarray:
    """The grey of a 100 × 100 picture on which a rectangle of the plot is marked."""
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("#808080"))
    item.rects = [rect]
    painter = QPainter(image)
    painter.setWorldTransform(QTransform.fromScale(scale, scale))
    item.paint(painter)
    painter.end()
    pixels = [[QColor(image.pixel(x, y)).lightness() for x in range(100)] for y in range(100)]
    return np.array(pixels)


def test_an_outline_is_light_and_dark_around_what_it_marks() -> None:
    seen = painted(Outline(), QRectF(2, 3, 5, 2))

    assert (seen[36:44, 26:64] == 128).all()  # what is marked stays to be seen
    assert seen[28:33, 40].max() > 200
    assert seen[27:34, 40].min() < 60
    assert (seen[60:] == 128).all()


def test_a_thin_row_gets_a_line_that_can_be_seen() -> None:
    seen = painted(Outline(), QRectF(1, 5, 8, 0.01))

    assert seen[47:53, 50].max() > 200
    assert np.count_nonzero(seen[:, 50] != 128) <= 4


def test_a_hatch_covers_its_rectangle_alone() -> None:
    seen = painted(Hatch(DARK), QRectF(2, 3, 5, 2))

    inside = seen[30:50, 20:70]
    assert 0.05 < (inside != 128).mean() < 0.6
    assert (seen[:29] == 128).all()
    assert (seen[52:] == 128).all()


def test_an_outline_grows_with_the_picture_and_no_more() -> None:
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2)
    image.fill(QColor("#808080"))
    outline = Outline()
    outline.rects = [QRectF(2, 3, 5, 2)]
    painter = QPainter(image)
    painter.setWorldTransform(QTransform.fromScale(10, 10))
    outline.paint(painter)
    painter.end()

    column = [QColor(image.pixel(80, y)).lightness() != 128 for y in range(50, 80)]
    assert 5 <= sum(column) <= 8
