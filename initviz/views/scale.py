"""Numbers as colours: a scale with 0 in its middle, an exact zero and gaps apart from it, a bar."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage

from initviz.snapshot import Array
from initviz.views.axes import tick_text
from initviz.views.base import draw_once
from initviz.views.canvas import Canvas
from initviz.views.plot import bare_plot
from initviz.views.style import SMALL_SIZE, Style

Bytes = NDArray[np.ubyte]

MIDDLE = 126
"""The byte of numbers close to 0; the scale's ends are 0 and twice as much."""

ZERO, GAP = 253, 254
"""The bytes of exact zeros, and of what is not a number."""

BAR_WIDTH = 12
"""Pixels of the coloured part of a bar."""

KEY = 0.09
"""The height of the key to exact zeros, and of the gap above it, as parts of the bar's."""


def table(style: Style) -> NDArray[np.ubyte]:
    """The colour of every byte, with its opacity, (256, 4); gaps are transparent."""
    shades = np.zeros((256, 4), dtype=np.ubyte)
    at = np.round(np.linspace(0, 255, 2 * MIDDLE + 1)).astype(int)
    shades[: 2 * MIDDLE + 1, :3] = style.diverging()[at]
    zero = QColor(zero_colour(style))
    shades[ZERO, :3] = zero.red(), zero.green(), zero.blue()
    shades[:GAP, 3] = 255
    return shades


def zero_colour(style: Style) -> str:
    """The colour of an exact zero: off, where small numbers are pale."""
    return "#2b303a" if style.name == "dark" else "#69707c"


def to_bytes(values: Array, level: float, *, zeros: bool = True) -> Bytes:
    """Bytes of numbers between −level and level; what lies beyond counts as the ends.

    ``zeros``: whether an exact 0 has a byte of its own.
    """
    with np.errstate(all="ignore"):
        places = values * (MIDDLE / level)
        np.clip(places, -MIDDLE, MIDDLE, out=places)
        places += MIDDLE + 0.5
        finite = bool(np.isfinite(values.sum(dtype=np.float64)))
        result = places.astype(np.ubyte)
    if zeros:
        result[values == 0] = ZERO
    if not finite:
        result[~np.isfinite(values)] = GAP
    return result


def round_up(value: float) -> float:
    """The next number of the form 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return float(power * next(step for step in (1, 2, 5, 10) if step * power >= value * 0.999))


def brief(value: float) -> str:
    """Two digits of a number: they do not dance while epochs pass."""
    return "0" if value == 0 else tick_text(float(f"{value:.1e}")).replace("e−0", "e−")


class Level:
    """Where a scale ends: a round number that follows the numbers, but not their every move."""

    def __init__(self) -> None:
        self.value = 1.0
        self._subject: object = None

    def follow(self, needed: float, subject: object) -> float:
        """The end that suits numbers up to ``needed`` of a subject, such as one layer of a run."""
        if math.isfinite(needed) and needed > 0:
            needed = min(max(needed, 1e-36), 1e36)
            settled = subject == self._subject and self.value / 6 < needed <= 1.25 * self.value
            if not settled:
                self._subject = subject
                self.value = round_up(needed)
        return self.value


class Cells(pg.ImageItem):
    """An image of bytes in the colours of a style."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        red, green, blue, opacity = table(style).astype(np.uint32).T
        self._table = opacity << 24 | red << 16 | green << 8 | blue
        self._rect: object = None

    def show_bytes(self, values: Bytes, rect: QRectF) -> None:
        """Show these (rows, columns) over a rectangle of the plot."""
        resized = self._rect != (rect, values.shape)
        self.setImage(values, autoLevels=False)
        if resized:
            self._rect = rect, values.shape
            self.setRect(rect)

    def render(self) -> None:
        """Make the QImage of the present bytes; pyqtgraph asks for it before painting."""
        values: Bytes = self.image
        self._pixels = self._table[values]  # QImage borrows the memory
        height, width = values.shape
        whole = not (values == GAP).any()
        # Qt draws a table of colours much slower, and colours that cannot be seen through faster.
        form = QImage.Format.Format_RGB32 if whole else QImage.Format.Format_ARGB32_Premultiplied
        self.qimage = QImage(self._pixels.data, width, height, 4 * width, form)
        self._renderRequired = False
        self._unrenderable = False


class ColourBar:
    """A bar that says what the colours stand for; it stands as high as the image beside it.

    Args:
        zeros: whether there is a key to exact zeros below it.
    """

    def __init__(self, canvas: Canvas, style: Style, row: int, column: int, *, zeros: bool) -> None:
        self.zeros, self.look = zeros, style
        self._shown: tuple[float, bool] | None = None
        self.plot = bare_plot(canvas, row, column)
        axis = self.plot.getAxis("right")
        axis.setPen(QColor(style.muted))
        axis.setTextPen(QColor(style.muted))
        axis.setTickFont(style.font(SMALL_SIZE))
        axis.setStyle(tickLength=3, tickTextOffset=3, hideOverlappingLabels=False)
        axis.enableAutoSIPrefix(False)
        draw_once(axis)
        self.bar, self.key = Cells(style), Cells(style)
        self.plot.addItem(self.bar)
        if zeros:
            self.plot.addItem(self.key)
            self.key.show_bytes(np.array([[ZERO]], dtype=np.ubyte), QRectF(0, -2 * KEY, 1, KEY))
        bottom = -2 * KEY if zeros else 0.0
        self.plot.setRange(xRange=(0, 1), yRange=(bottom, 1), padding=0)

    def show(self, level: float, *, positive: bool = False) -> int:
        """Show the scale from −level, or from 0, to level; returns the pixels that it needs."""
        texts = self._texts(level, positive)
        if (level, positive) != self._shown:
            self._shown = level, positive
            start = MIDDLE if positive else 0
            column = np.arange(start, 2 * MIDDLE + 1).astype(np.ubyte)[:, None]
            self.bar.show_bytes(column, QRectF(0, 0, 1, 1))
            self.plot.getAxis("right").setTicks([texts, []])
        room = QFontMetricsF(self.look.font(SMALL_SIZE))
        widest = max(room.horizontalAdvance(text) for _, text in texts)
        width = math.ceil(widest) + 8
        self.plot.getAxis("right").setWidth(width)
        return BAR_WIDTH + width

    def _texts(self, level: float, positive: bool) -> list[tuple[float, str]]:
        if positive:
            texts = [(0.0, "0"), (0.5, tick_text(level / 2)), (1.0, tick_text(level))]
        else:
            texts = [(0.0, tick_text(-level)), (0.5, "0"), (1.0, tick_text(level))]
        return [(-1.5 * KEY, "= 0"), *texts] if self.zeros else texts
