"""What is drawn over and under images of numbers, in pixels: outlines, and hatching for gaps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QTransform

from initviz.views.overplot import OverPlot
from initviz.views.style import Style

THIN = 4.0
"""Pixels under which what is marked gets a line through it, not around it."""


class Overlay(OverPlot):
    """An item as large as what is seen of the plot, which paints in pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.rects: list[QRectF] = []

    def set_rects(self, rects: Sequence[QRectF]) -> None:
        """Mark these rectangles of the plot instead."""
        if list(rects) != self.rects:
            self.rects = list(rects)
            self.setVisible(bool(self.rects))
            self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Paint each rectangle where it stands on the device."""
        transform = painter.worldTransform()
        painter.setWorldTransform(QTransform())
        for rect in self.rects:
            self.paint_rect(painter, transform.mapRect(rect))
        painter.setWorldTransform(transform)

    def paint_rect(self, painter: QPainter, rect: QRectF) -> None:
        """Paint one rectangle, in pixels."""
        raise NotImplementedError


class Outline(Overlay):
    """Lines around what is pinned, which are seen on every colour."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(10)

    def paint_rect(self, painter: QPainter, rect: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        thin = min(rect.width(), rect.height()) < THIN
        for colour, width in (("#101318", 3.0), ("#ffffff", 1.0 if thin else 1.5)):
            pen = QPen(QColor(colour), width)  # not cosmetic: it grows with the picture
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            if not thin:
                painter.drawRect(rect)
            elif rect.width() > rect.height():
                middle = round(rect.center().y())
                painter.drawLine(QLineF(rect.left(), middle, rect.right(), middle))
            else:
                middle = round(rect.center().x())
                painter.drawLine(QLineF(middle, rect.top(), middle, rect.bottom()))


class Hatch(Overlay):
    """Hatching under an image, seen where that has gaps."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.brush = QBrush(QColor(style.muted), Qt.BrushStyle.BDiagPattern)
        self.setZValue(-10)

    def paint_rect(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(rect, self.brush)
