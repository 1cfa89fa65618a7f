"""The mouse on a view's plots: clicks and drags at places in a plot's own coordinates."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from initviz.views.base import View
from initviz.views.plot import Plot


def scene_at(plot: Plot, x: float, y: float) -> QPointF:
    """A place of a plot in its scene, as ``value_at`` takes it."""
    QApplication.processEvents()
    return QPointF(plot.vb.mapViewToScene(QPointF(x, y)))


def pixel_at(view: View, plot: Plot, x: float, y: float) -> QPoint:
    """A place of a plot on the view's canvas."""
    return view.canvas.mapFromScene(scene_at(plot, x, y))


def click(view: View, plot: Plot, x: float, y: float) -> None:
    """Click there."""
    QTest.mouseClick(
        view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=pixel_at(view, plot, x, y)
    )


def drag(view: View, plot: Plot, *places: tuple[float, float]) -> None:
    """Press at the first place, move over the others, and let go at the last."""
    port, button = view.canvas.viewport(), Qt.MouseButton.LeftButton
    pixels = [pixel_at(view, plot, *place) for place in places]
    limit = pg.getConfigOption("mouseRateLimit")
    pg.setConfigOption("mouseRateLimit", -1)  # no place is passed over
    try:
        QTest.mousePress(port, button, pos=pixels[0])
        for pixel in pixels[1:]:
            # QTest's own moves hold no button.
            event = QMouseEvent(
                QEvent.Type.MouseMove, QPointF(pixel), QPointF(port.mapToGlobal(pixel)),
                Qt.MouseButton.NoButton, button, Qt.KeyboardModifier.NoModifier,
            )  # fmt: skip
            QApplication.sendEvent(port, event)
        QTest.mouseRelease(port, button, pos=pixels[-1])
    finally:
        pg.setConfigOption("mouseRateLimit", limit)
