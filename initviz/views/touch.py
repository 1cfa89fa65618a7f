"""Clicks and drags upon a plot, in its own coordinates."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter

from initviz.views.overplot import OverPlot
from initviz.views.plot import Plot
from initviz.views.zoom import ZoomBox


class Touch(OverPlot):
    """An item that nobody sees over all of a plot.

    Emits ``touched(QPointF)``, a place in the plot's coordinates, at a click with the left
    button, and all along a drag with it if it takes ``drags``.
    """

    touched = Signal(QPointF)

    def __init__(self, plot: Plot, *, drags: bool = False) -> None:
        super().__init__()
        self.drags = drags
        self.setZValue(100)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        plot.addItem(self, ignoreBounds=True)

    def paint(self, painter: QPainter, *_: object) -> None:
        """There is nothing to see."""

    def mouseClickEvent(self, event: Any) -> None:
        """Tell where a click was; the second of two belongs to others."""
        if event.button() != Qt.MouseButton.LeftButton or event.double():
            event.ignore()
            return
        event.accept()
        self.touched.emit(event.pos())

    def mouseDragEvent(self, event: Any) -> None:
        """Tell where the mouse is; what is zoomed is moved by the box."""
        box = self.getViewBox()
        moves = isinstance(box, ZoomBox) and any(box.zoomed(axis) for axis in (0, 1))
        if event.button() != Qt.MouseButton.LeftButton or not self.drags or moves:
            event.ignore()
            return
        event.accept()
        self.touched.emit(event.pos())
