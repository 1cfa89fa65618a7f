"""The words above and below the columns of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from initviz.views.arrangement import INPUTS
from initviz.views.style import SMALL_SIZE, Style

NAMES, RESTS = 18.0, 15.0
"""Pixels above the tiles for the names of the layers, and below for the counts of the rest."""


@dataclass(frozen=True)
class Caption:
    """What stands above and below a column.

    Attributes:
        layer, name: the layer's.
        x: its middle, on the pane.
        rest: how many neurons have no tile.
        room: pixels there are.
        marked: whether the layer is in focus.
    """

    layer: int
    name: str
    x: float
    rest: int
    room: float
    marked: bool


class Captions(pg.GraphicsObject):
    """The names of the layers above their columns, and how many neurons are not shown below."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.captions: list[Caption] = []
        self.boxes: list[tuple[str, int, QRectF]] = []
        self._size = QRectF()

    def set_size(self, width: float, height: float) -> None:
        """Take the size of the pane."""
        self.prepareGeometryChange()
        self._size = QRectF(0, 0, width, height)

    def set_captions(self, captions: Sequence[Caption]) -> None:
        """Show these instead."""
        if list(captions) == self.captions:
            return
        self.captions = list(captions)
        self.boxes = []
        for caption in self.captions:
            box = QRectF(0, 0, caption.room, self.look.px(NAMES))
            box.moveCenter(QPointF(caption.x, self.look.px(NAMES) / 2))
            if caption.layer != INPUTS:
                self.boxes.append(("name", caption.layer, box))
            if caption.rest:
                below = QRectF(box)
                below.moveTop(self._size.height() - self.look.px(RESTS))
                self.boxes.append(("rest", caption.layer, below))
        self.update()

    def boundingRect(self) -> QRectF:
        """All of the pane."""
        return QRectF(self._size)

    def paint(self, painter: QPainter, *_: object) -> None:
        """Names, and counts."""
        metrics = QFontMetricsF(self.look.font(SMALL_SIZE))
        bold = QFontMetricsF(self.look.font(SMALL_SIZE, bold=True))
        middle = Qt.AlignmentFlag.AlignCenter
        names, rests = self.look.px(NAMES), self.look.px(RESTS)
        for caption in self.captions:
            painter.setFont(self.look.font(SMALL_SIZE, bold=caption.marked))
            painter.setPen(QColor(self.look.text if caption.marked else self.look.muted))
            name = caption.name
            if (bold if caption.marked else metrics).horizontalAdvance(name) > caption.room:
                name = name.replace("hidden ", "").replace("output", "out").replace("inputs", "in")
            wide = max(caption.room, float(self.look.px(60)))
            box = QRectF(caption.x - wide / 2, 0, wide, names - 4)
            painter.drawText(box, middle, name)
            if caption.marked:
                half = (bold.horizontalAdvance(name)) / 2
                painter.setPen(QPen(QColor(self.look.accent), 2))
                painter.drawLine(
                    QPointF(caption.x - half, names - 3), QPointF(caption.x + half, names - 3)
                )
            if caption.rest:
                painter.setFont(self.look.font(SMALL_SIZE))
                painter.setPen(QColor(self.look.muted))
                below = QRectF(caption.x - 40, self._size.height() - rests, 80, rests)
                painter.drawText(below, middle, f"+{caption.rest:,}")
