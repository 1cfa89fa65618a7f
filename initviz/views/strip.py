"""A strip that says which columns of a network are seen, and moves to others."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsSceneMouseEvent

from initviz.views.style import Style

HEIGHT = 14.0
"""Pixels of the strip."""


class Strip(pg.GraphicsWidget):
    """A block for every column, and a frame around those that are seen.

    Signals:
        moved(float): where the middle of the frame shall be, from 0 to 1.
    """

    moved = Signal(float)

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.blocks: list[tuple[float, float]] = []
        self.seen = (0.0, 1.0)
        self.marked: int | None = None
        self.setToolTip("Which layers are seen: drag it to see others")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_blocks(
        self, blocks: Sequence[tuple[float, float]], seen: tuple[float, float], marked: int | None
    ) -> None:
        """Show these.

        Args:
            blocks: where every column begins and ends, from 0 to 1.
            seen: where the frame begins and ends.
            marked: the column of the layer in focus.
        """
        if (list(blocks), seen, marked) != (self.blocks, self.seen, self.marked):
            self.blocks, self.seen, self.marked = list(blocks), seen, marked
            self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Blocks, then the frame."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.size().width() - 2, self.size().height()
        painter.setPen(Qt.PenStyle.NoPen)
        for i, (left, right) in enumerate(self.blocks):
            inside = right > self.seen[0] and left < self.seen[1]
            colour = self.look.accent if i == self.marked else self.look.muted
            shade = QColor(colour)
            shade.setAlphaF(1.0 if inside or i == self.marked else 0.4)
            painter.setBrush(shade)
            side = max(2.0, (right - left) * width)
            painter.drawRoundedRect(QRectF(1 + left * width, height / 2 - 2.5, side, 5), 1, 1)
        frame = QRectF(
            1 + self.seen[0] * width, 0.75, (self.seen[1] - self.seen[0]) * width, height - 1.5
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.look.text), 1))
        painter.drawRoundedRect(frame, 3, 3)

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        event.accept()
        self._go(event.pos())

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        self._go(event.pos())

    def _go(self, position: QPointF) -> None:
        self.moved.emit(min(1.0, max(0.0, position.x() / max(self.size().width(), 1))))
