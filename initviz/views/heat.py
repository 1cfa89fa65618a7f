"""From numbers to the colours of a map: one scale for all lanes, and the bar that explains it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem

from initviz.views.axes import DecadeRange, Ticks, decades
from initviz.views.base import draw_once
from initviz.views.canvas import Canvas
from initviz.views.style import SMALL_SIZE, Style

ZERO, GAP = 254, 255
"""The numbers in a map of an exact zero, and of what is not finite or not there."""

MOST_COLUMNS = 400
"""Columns of a map; of more epochs, each holds the greatest value of a few."""

BAR_WIDTH = 14


class HeatScale:
    """Where numbers lie between the darkest and the brightest colour.

    Sizes are spread over decades, exact zeros apart from them; shares from 0 to 1. The range only
    grows while the same subject is followed.
    """

    def __init__(self) -> None:
        self.range = DecadeRange()
        self.share = False

    def follow(self, subject: object, *, share: bool) -> None:
        """Forget what has been seen if it was of another subject."""
        self.share = share
        self.range.follow(subject)

    @property
    def ends(self) -> tuple[float, float]:
        """What the ramp's ends stand for: decades, or shares."""
        if self.share:
            return 0.0, 1.0
        low, high = self.range.bounds
        # Below the lowest decade the bounds have room for the zero.
        return (low if not self.range.zero else self.range.floor + self._gap()), high

    @property
    def bounds(self) -> tuple[float, float]:
        """The ends of the bar, with the zero below."""
        return (0.0, 1.0) if self.share else self.range.bounds

    @property
    def zero(self) -> tuple[float, float] | None:
        """From where to where the bar shows the zero's colour; None where there is no zero."""
        if self.share or not self.range.zero:
            return None
        half = self.range.floor - self.range.bounds[0]
        return self.range.floor - half, self.range.floor + half

    def ticks(self) -> list[Ticks]:
        """Whole decades and "0", or per cents."""
        if self.share:
            return [[(s / 4, f"{25 * s} %") for s in range(5)], []]
        return self.range.ticks()

    def colours(self, values: NDArray[np.float64]) -> NDArray[np.ubyte]:
        """The place of every value in ``table``; the range grows to hold them."""
        if self.share:
            with np.errstate(invalid="ignore"):
                places = np.clip(values, 0, 1)
        else:
            self.range.see(values)
            low, high = self.ends
            places = (decades(values, low) - low) / (high - low)
        finite = np.isfinite(values)
        places = np.where(finite, places, 0)
        result = np.rint(np.clip(places, 0, 1) * (ZERO - 1)).astype(np.ubyte)
        if not self.share:
            result[values == 0] = ZERO
        result[~finite] = GAP
        return result

    def _gap(self) -> float:
        """Between the zero and the lowest decade."""
        return (self.range.floor - self.range.bounds[0]) / 0.3


def table(style: Style) -> NDArray[np.ubyte]:
    """The colours of a map, (256, 4): the ramp, ``ZERO``, and nothing for ``GAP``."""
    ramp = style.heat()
    colours = np.full((256, 4), 255, dtype=np.ubyte)
    colours[:ZERO, :3] = ramp[np.rint(np.linspace(0, 255, ZERO)).astype(int)]
    zero = QColor(style.exact_zero)
    colours[ZERO, :3] = zero.red(), zero.green(), zero.blue()
    colours[GAP] = 0
    return colours


def thinned_columns(
    epochs: NDArray[np.int_], values: NDArray[np.float64], first: int = 0, stride: int = 1
) -> tuple[NDArray[np.float64], int]:
    """The greatest of every few epochs, (columns, K, L), and of how many.

    Args:
        epochs: (E,), the epochs that have a row.
        values: (E, K, L); a few with a NaN among them become a gap.
        first: epochs before it are left out.
        stride: every so many epochs there is a row at least.
    """
    row = int(np.searchsorted(epochs, first))
    epochs, values = epochs[row:], values[row:]
    if not len(epochs):
        return values, 1
    count = int(epochs[-1]) + 1 - first
    # Whole strides, so that no column is without a row.
    step = stride * max(1, -(-count // (MOST_COLUMNS * stride)))
    if step == 1:
        return values, 1
    starts = np.searchsorted(epochs, np.arange(first, first + count, step))
    return np.asarray(np.maximum.reduceat(values, starts, axis=0)), step


class ColourBar:
    """The ramp with its ticks, in two columns of a canvas.

    Args:
        canvas, style: where it stands, and its colours.
        row, column: where it begins.
        rows: how many rows it takes.
    """

    def __init__(self, canvas: Canvas, style: Style, row: int, column: int, rows: int) -> None:
        self.box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self.box.setFixedWidth(BAR_WIDTH)
        self.axis = pg.AxisItem("right")
        self.axis.setPen(QColor(style.muted))
        self.axis.setTextPen(QColor(style.muted))
        self.axis.setTickFont(style.font(SMALL_SIZE))
        self.axis.label.setFont(style.font(SMALL_SIZE))
        self.axis.enableAutoSIPrefix(False)
        self.axis.setStyle(tickLength=4, tickTextOffset=4, hideOverlappingLabels=False)
        draw_once(self.axis)
        draw_once(self.axis.label)
        canvas.addItem(self.box, row, column, rows, 1)
        canvas.addItem(self.axis, row, column + 1, rows, 1)
        self.axis.linkToView(self.box)
        self.box.setXRange(0, 1, padding=0)
        self.ramp = pg.ImageItem(style.heat()[:, None], levels=(0, 255))
        self.zero = QGraphicsRectItem()
        self.zero.setPen(style.pen(style.muted))
        self.zero.setBrush(QColor(style.exact_zero))
        for item in (self.ramp, self.zero):
            self.box.addItem(item, ignoreBounds=True)
        self._shown: object = None

    def show(self, scale: HeatScale, label: str) -> None:
        """Explain a scale."""
        shown = (scale.bounds, scale.zero, label)
        if shown == self._shown:
            return
        self._shown = shown
        low, high = scale.ends
        self.ramp.setRect(QRectF(0, low, 1, high - low))
        zero = scale.zero
        self.zero.setVisible(zero is not None)
        if zero is not None:
            self.zero.setRect(QRectF(0, zero[0], 1, zero[1] - zero[0]))
        self.box.setYRange(*scale.bounds, padding=0)
        self.axis.setTicks(scale.ticks())
        self.axis.setLabel(label)
