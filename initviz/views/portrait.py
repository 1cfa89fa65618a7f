"""One pinned neuron closely: its tile with the training points, and its figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QTransform

from initviz.snapshot import Plane
from initviz.views.answers import Colouring
from initviz.views.base import draw_once
from initviz.views.style import SMALL_SIZE, Style
from initviz.views.tiles import Strip, TileItem

MOST_POINTS = 160
"""Training points on the tile."""

LINE = 15.0
"""Pixels of a line of text."""

TITLE = 19.0


class Points(pg.GraphicsObject):
    """The training points over a tile, drawn once."""

    def __init__(self, style: Style, plane: Plane, colouring: Colouring) -> None:
        super().__init__()
        self.look, self.plane, self.colouring = style, plane, colouring
        self._rect = QRectF()
        self._paths: list[tuple[QPainterPath, str]] = []
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        draw_once(self)

    def set_rect(self, rect: QRectF) -> None:
        """Lie over a tile that stands here."""
        if rect == self._rect:
            return
        self.prepareGeometryChange()
        self._rect = rect
        left, right, bottom, top = self.plane.extent
        step = max(1, math.ceil(len(self.plane.points) / MOST_POINTS))
        points, labels = self.plane.points[::step], self.plane.labels[::step]
        x = rect.left() + (points[:, 0] - left) / (right - left) * rect.width()
        y = rect.bottom() - (points[:, 1] - bottom) / (top - bottom) * rect.height()
        size = 4.0 if rect.width() >= 90 else 3.0
        self._paths = []
        for mark in self.colouring.marks(labels):
            path = QPainterPath()
            for at in zip(x[mark.chosen].tolist(), y[mark.chosen].tolist(), strict=True):
                if rect.contains(QPointF(*at)):
                    to = QTransform.fromTranslate(*at).scale(size, size)
                    path.addPath(to.map(Symbols[mark.symbol]))
            self._paths.append((path, mark.fill))

    def boundingRect(self) -> QRectF:
        """The tile."""
        return QRectF(self._rect.adjusted(-3, -3, 3, 3))

    def paint(self, painter: QPainter, *_: object) -> None:
        """All points of a class at once."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.look.outline), 0.5))
        for path, fill in self._paths:
            painter.setBrush(QColor(fill))
            painter.drawPath(path)


class Portrait(pg.GraphicsWidget):
    """The large tile of a neuron, two for two lanes, and lines of figures beside it or below."""

    def __init__(self, style: Style, plane: Plane, colouring: Colouring, lanes: int) -> None:
        super().__init__()
        self.look = style
        self.tiles = TileItem(style)
        self.tiles.setParentItem(self)
        self.points = [Points(style, plane, colouring) for _ in range(lanes)]
        for item in self.points:
            item.setParentItem(self)
        self.words = Words(style)
        self.words.setParentItem(self)
        draw_once(self.words)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setMinimumSize(40, 40)

    def rects(self) -> list[QRectF]:
        """Where the tiles stand."""
        count = len(self.points)
        width, height = self.size().width(), self.size().height() - self.look.px(TITLE)
        if count == 1:
            side = max(20.0, min(height - 4, 0.55 * width))
            return [QRectF(0, self.look.px(TITLE), side, side)]
        side = max(20.0, min((width - 8) / 2, height - 2 * self.look.px(LINE) - 6))
        return [QRectF(k * width / 2, self.look.px(TITLE), side, side) for k in range(count)]

    def show_neuron(
        self, title: str, strips: Sequence[Strip], lines: Sequence[Sequence[tuple[str, str]]]
    ) -> None:
        """Draw a neuron.

        Args:
            title: the neuron's name.
            strips: one tile for each lane, standing where ``rects`` says.
            lines: for each lane (name, number), the most telling first.
        """
        whole = self.rect()
        self.tiles.set_tiles(strips, [], whole)
        rects = self.rects()
        for item, rect in zip(self.points, rects, strict=True):
            item.set_rect(rect)
        self.words.show_words(title, lines, rects, whole)


class Words(pg.GraphicsObject):
    """The title and the figures of a portrait."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.title = ""
        self.lines: list[list[tuple[str, str]]] = []
        self._rects: list[QRectF] = []
        self._whole = QRectF()

    def show_words(
        self,
        title: str,
        lines: Sequence[Sequence[tuple[str, str]]],
        rects: Sequence[QRectF],
        whole: QRectF,
    ) -> None:
        """Write these beside tiles that stand there, or below two of them."""
        wanted = (title, [list(part) for part in lines], list(rects), whole)
        if wanted != (self.title, self.lines, self._rects, self._whole):
            self.prepareGeometryChange()
            self.title, self.lines, self._rects, self._whole = wanted
            self.update()

    def boundingRect(self) -> QRectF:
        """All of the portrait."""
        return QRectF(self._whole)

    def paint(self, painter: QPainter, *_: object) -> None:
        """Title, then figures."""
        painter.setFont(self.look.font(bold=True))
        painter.setPen(QColor(self.look.text))
        box = QRectF(0, 0, self._whole.width(), self.look.px(TITLE) - 3)
        metrics = QFontMetricsF(self.look.font(bold=True))
        title = metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(self.look.font(SMALL_SIZE))
        for rect, lines in zip(self._rects, self.lines, strict=True):
            if len(self._rects) == 1:
                self._beside(painter, rect, lines)
            else:
                self._below(painter, rect, lines)

    def _beside(self, painter: QPainter, rect: QRectF, lines: list[tuple[str, str]]) -> None:
        left, y = rect.right() + 9, rect.top()
        room = self._whole.width() - left
        line = self.look.px(LINE)
        apart = min(self.look.px(20), max(line, rect.height() / max(len(lines), 1)))
        for name, number in lines:
            if y + line > self._whole.height() + 1:
                return
            self._pair(painter, QRectF(left, y, room - 8, line), name, number)
            y += apart

    def _below(self, painter: QPainter, rect: QRectF, lines: list[tuple[str, str]]) -> None:
        y, room = rect.bottom() + 2, self._whole.width() / 2 - 10
        line = self.look.px(LINE)
        for name, number in lines[:2]:
            self._pair(painter, QRectF(rect.left(), y, room, line), name, number)
            y += line - 1

    def _pair(self, painter: QPainter, box: QRectF, name: str, number: str) -> None:
        painter.setPen(QColor(self.look.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QColor(self.look.text))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(box, right, number)


def label_bytes(values: NDArray[np.floating], colouring: Colouring) -> NDArray[np.ubyte]:
    """Outputs (outputs, g, g) as bytes into the colouring's table, (1, g, g)."""
    finite = np.isfinite(values)
    sound = values if finite.all() else np.where(finite, values, 0)
    return colouring.paint(sound)[None]
