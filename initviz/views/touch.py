"""Clicks and drags upon a plot, in its own coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from initviz.views.curves import Curve


class Touch(pg.GraphicsObject):
    """An item that nobody sees over all of a plot.

    Emits ``touched(QPointF)``, a place in the plot's coordinates, at a click with the left
    button, and all along a drag with it if it takes ``drags``.
    """

    touched = Signal(QPointF)

    def __init__(self, plot: pg.PlotItem, *, drags: bool = False) -> None:
        super().__init__()
        self.drags = drags
        self.setZValue(100)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        plot.addItem(self, ignoreBounds=True)

    def viewRangeChanged(self) -> None:
        """The item is as large as what is seen of the plot."""
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        """All that the view shows."""
        return QRectF(self.viewRect() or QRectF())

    def dataBounds(self, *_: object, **__: object) -> None:
        """The views set their own ranges."""

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
        """Tell where the mouse is."""
        if event.button() != Qt.MouseButton.LeftButton or not self.drags:
            event.ignore()
            return
        event.accept()
        self.touched.emit(event.pos())


def nearest(
    plot: pg.PlotItem, curves: Sequence[Curve], position: QPointF, within: float = 14.0
) -> list[tuple[int, int]]:
    """(curve, point) of those at a place in the scene: the nearest, and others upon it.

    [] if none is within so many pixels.
    """
    if not plot.vb.sceneBoundingRect().contains(position):
        return []
    corner, one = plot.vb.mapViewToScene(QPointF(0, 0)), plot.vb.mapViewToScene(QPointF(1, 1))
    found: list[tuple[float, int, int]] = []
    for which, curve in enumerate(curves):
        x = corner.x() + curve.x * (one.x() - corner.x()) - position.x()
        y = corner.y() + curve.y * (one.y() - corner.y()) - position.y()
        distance = np.hypot(x, y)
        if np.isfinite(distance).any():
            point = int(np.nanargmin(distance))
            found.append((float(distance[point]), which, point))
    found.sort()
    least = found[0][0] if found else np.inf
    return [(which, point) for far, which, point in found if far <= within and far - least <= 2.5]
