"""The incoming or outgoing weights of one neuron as bars."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from initviz.snapshot import Array
from initviz.views.edges import edge_colour
from initviz.views.style import GLYPHS, SMALL_SIZE, Style

TITLE, MARGIN = 15.0, 8.0

IN_ORDER = 64
"""Weights up to which the bars stand in the neurons' order; more are sorted by their value."""


class WeightBars(pg.GraphicsWidget):
    """Bars up and down from zero, one row for each lane, all on one scale."""

    def __init__(self, style: Style, title: str) -> None:
        super().__init__()
        self.look = style
        self.title = title
        self.heights: list[NDArray[np.float64]] = []
        self.largest = 0.0
        self._neurons: NDArray[np.int_] = np.zeros(0, dtype=np.int_)
        self._values: list[Array] = []
        self._colours: list[int] = []
        self._bars: list[tuple[list[QRectF], int]] = []
        self._zeros: list[QLineF] = []
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setMinimumSize(30, 30)

    def show_weights(self, values: list[Array], colours: list[int]) -> None:
        """Draw weights, (n,) for each lane, whose marks stand beside where there are two."""
        self._values, self._colours = values, colours
        finite = [np.where(np.isfinite(v), v, 0).astype(np.float64) for v in values]
        self.largest = max((float(np.abs(v).max()) for v in finite if len(v)), default=0.0)
        count = len(finite[0]) if finite else 0
        # Two lanes keep their neurons aligned: the first one's order is everybody's.
        in_order = count <= IN_ORDER
        self._neurons = np.arange(count) if in_order else np.argsort(-finite[0], kind="stable")
        scale = self.largest or 1.0
        self.heights = [v[self._neurons] / scale for v in finite]
        self._lay_out()
        self.update()

    def _lay_out(self) -> None:
        self._bars, self._zeros = [], []
        for row, heights in enumerate(self.heights):
            area = self.area(row)
            zero, reach = area.center().y(), area.height() / 2 - 1
            self._zeros.append(QLineF(area.left(), zero, area.right(), zero))
            step = area.width() / max(len(heights), 1)
            wide = min(14.0, max(0.75, step - (1.0 if step >= 3 else 0.0)))
            left = area.left() + (np.arange(len(heights)) + 0.5) * step - wide / 2
            for sign in (-1, 1):
                some = np.flatnonzero(np.sign(heights) == sign)
                size = np.maximum(np.abs(heights[some]) * reach, 0.75)
                rects = [
                    QRectF(x, zero if sign < 0 else zero - h, wide, h)
                    for x, h in zip(left[some].tolist(), size.tolist(), strict=True)
                ]
                self._bars.append((rects, sign))

    def area(self, row: int) -> QRectF:
        """Where the bars of a lane stand."""
        rows = max(len(self.heights), 1)
        left = 14.0 if rows > 1 else 0.0
        height = (self.size().height() - self.look.px(TITLE)) / rows
        width = max(4.0, self.size().width() - left - MARGIN)
        return QRectF(left, self.look.px(TITLE) + row * height, width, height)

    def at(self, position: QPointF) -> tuple[int, list[float]] | None:
        """The neuron whose bar is at a place, and its weight in every lane."""
        for row, heights in enumerate(self.heights):
            area = self.area(row)
            if len(heights) and area.contains(position):
                place = int((position.x() - area.left()) / area.width() * len(heights))
                neuron = int(self._neurons[min(place, len(heights) - 1)])
                return neuron, [float(v[neuron]) for v in self._values]
        return None

    def resizeEvent(self, event: object) -> None:
        """Lay the bars out anew."""
        super().resizeEvent(event)
        self._lay_out()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Title, zero lines, bars."""
        painter.setFont(self.look.font(SMALL_SIZE))
        metrics = QFontMetricsF(self.look.font(SMALL_SIZE))
        width = self.size().width() - MARGIN
        count = len(self._neurons)
        box = QRectF(0, 0, width, self.look.px(TITLE))
        painter.setPen(QColor(self.look.muted))
        sorted_ = " sorted" if count > IN_ORDER else ""
        title = f"{self.title} {count}{sorted_}" if count else f"{self.title}: none"
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, title)
        if count:
            end = f"±{self.largest:.2g}"
            if metrics.horizontalAdvance(title + end) + 8 <= width:
                right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
                painter.drawText(box, right, end)
        painter.setPen(QPen(QColor(self.look.border), 1))
        painter.drawLines(self._zeros)
        painter.setPen(Qt.PenStyle.NoPen)
        for rects, sign in self._bars:
            painter.setBrush(QColor(edge_colour(self.look, sign)))
            painter.drawRects(rects)
        if len(self.heights) > 1:
            for row, colour in enumerate(self._colours):
                painter.setPen(QColor(self.look.lanes[colour]))
                area = self.area(row)
                box = QRectF(0, area.top(), 12, area.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, GLYPHS[colour])
