"""What is drawn under the mouse, in words: a small label beside it, and a ring around the point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from weakref import WeakMethod

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsView, QLabel, QWidget

from initviz.views.curves import Curve
from initviz.views.style import SMALL_SIZE, Style

NEAR = 14.0
"""Pixels within which the mouse is at a point."""

TOGETHER = 2.5
"""Pixels within which points lie upon one another, and are read together."""

AWAY = 14
"""Pixels between the mouse and the label."""

RING = 13


class Readout(QObject):
    """Asks a view what is under the mouse, and shows the answer there.

    It costs nothing while the mouse is elsewhere.

    Args:
        canvas: where the view is drawn.
        ask: a method that has the words for a place in the coordinates of the canvas' scene.
    """

    def __init__(self, canvas: QGraphicsView, ask: Callable[[QPointF], str]) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._asked = WeakMethod(ask)  # a ring of view and readout would outlive the page
        self._mouse: QPoint | None = None
        self._point: QPointF | None = None
        self.label = QLabel(canvas)
        self.label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setMargin(4)
        self.label.hide()
        self.ring = Ring(canvas)
        canvas.setMouseTracking(True)
        canvas.viewport().installEventFilter(self)

    def set_style(self, style: Style) -> None:
        """Change colours and size."""
        self.label.setFont(style.font(SMALL_SIZE))
        self.label.setStyleSheet(
            f"background: {style.field}; color: {style.text}; border: 1px solid {style.muted};"
            f"border-radius: 4px; font-size: {style.px(SMALL_SIZE)}px;"
        )
        self.label.clear()  # the same words take other room
        self.ring.set_style(style)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse."""
        kind = event.type()
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            # While something is dragged, nobody reads.
            self._mouse = None if event.buttons() else event.position().toPoint()
            self.refresh()
        elif kind in (QEvent.Type.Leave, QEvent.Type.Hide, QEvent.Type.MouseButtonPress):
            self._mouse = None
            self.refresh()
        elif kind == QEvent.Type.Wheel:
            self.clear()
        return False

    def point_out(self, position: QPointF) -> None:
        """Draw the ring around the point that is being read, in the scene's coordinates."""
        self._point = position

    def refresh(self) -> None:
        """Read again what is under the mouse, which rests while the epochs go by."""
        self._point = None
        if self._mouse is None:
            self.clear()
            return
        ask = self._asked()
        text = ask(self._canvas.mapToScene(self._mouse)) if ask is not None else ""
        point: QPointF | None = self._point  # which the answer may have pointed out
        if not text:
            self.clear()
            return
        if text != self.label.text():
            self.label.setText(text)
            self._fit_label()
        self.label.move(beside(self._mouse, self.label.size(), self._canvas.rect()))
        self.label.show()
        self.ring.setVisible(point is not None)
        if point is not None:
            self.ring.stand_at(self._canvas.mapFromScene(point))

    def _fit_label(self) -> None:
        """As large as its text; in a narrow canvas the lines are broken."""
        self.label.setWordWrap(False)
        size, widest = self.label.sizeHint(), self._canvas.width()
        if size.width() > widest:
            self.label.setWordWrap(True)
            size = QSize(widest, self.label.heightForWidth(widest))
        self.label.resize(size)

    def clear(self) -> None:
        """Show nothing."""
        self.label.hide()
        self.ring.hide()


class Ring(QWidget):
    """A thin ring around a point."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(RING, RING)
        self._colours = ("#000000", "#ffffff")
        self.hide()

    def set_style(self, style: Style) -> None:
        """Change the colours: one that stands out, on one that it stands out from."""
        self._colours = (style.panel, style.text)

    def stand_at(self, centre: QPoint) -> None:
        """Stand around a point of the parent."""
        self.move(centre - QPoint(RING // 2, RING // 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for colour, width in zip(self._colours, (3.0, 1.5), strict=True):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawEllipse(QPointF(RING / 2, RING / 2), RING / 2 - 2, RING / 2 - 2)


def beside(mouse: QPoint, size: QSize, room: QRect) -> QPoint:
    """Where a label stands beside the mouse: above it to the right, where there is room."""
    x, y = mouse.x() + AWAY, mouse.y() - AWAY - size.height()
    if x + size.width() > room.right():
        x = mouse.x() - AWAY - size.width()
    if y < room.top():
        y = mouse.y() + AWAY
    x = max(room.left(), min(x, room.right() - size.width()))
    y = max(room.top(), min(y, room.bottom() - size.height()))
    return QPoint(x, y)


def points_near(
    box: pg.ViewBox, curves: Sequence[Curve], position: QPointF, within: float = NEAR
) -> list[tuple[int, int]]:
    """The points of curves that are nearest to a place in the scene: (which curve, which point).

    The nearest first, then those of other curves that lie upon it; [] if none is near.
    """
    if not box.sceneBoundingRect().contains(position):
        return []
    found: list[tuple[float, int, int]] = []
    for which, curve in enumerate(curves):
        pixels = in_scene(box, curve.x, curve.y)
        distances = np.hypot(pixels[:, 0] - position.x(), pixels[:, 1] - position.y())
        if np.isfinite(distances).any():
            point = int(np.nanargmin(distances))
            found.append((float(distances[point]), which, point))
    found.sort()
    if not found or found[0][0] > within:
        return []
    places = [in_scene(box, *_one(curves, each))[0] for each in found]
    return [
        (which, point)
        for (_, which, point), place in zip(found, places, strict=True)
        if np.hypot(*(place - places[0])) <= TOGETHER
    ]


class Place(NamedTuple):
    """The whole numbers nearest to a place in a plot; −1 beyond its edges."""

    x: int
    y: int


def place_in(box: pg.ViewBox, position: QPointF) -> Place:
    """Which column and row of a plot a place in the scene is in."""
    if not box.sceneBoundingRect().contains(position):
        return Place(-1, -1)
    at = box.mapSceneToView(position)
    return Place(round(at.x()), round(at.y()))


def _one(curves: Sequence[Curve], found: tuple[float, int, int]) -> tuple[np.ndarray, np.ndarray]:
    _, which, point = found
    curve = curves[which]
    return np.asarray(curve.x)[[point]], np.asarray(curve.y)[[point]]


def in_scene(box: pg.ViewBox, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Places in a plot's coordinates, (n,) each, as pixels of the scene, (n, 2)."""
    corner = box.mapViewToScene(QPointF(0, 0))
    across, up = box.mapViewToScene(QPointF(1, 0)), box.mapViewToScene(QPointF(0, 1))
    return np.stack(
        [
            corner.x() + np.asarray(x, float) * (across.x() - corner.x()),
            corner.y() + np.asarray(y, float) * (up.y() - corner.y()),
        ],
        axis=1,
    )


def figure(value: float) -> str:
    """A number as it is read: three digits, 0 for an exact zero, words for what is none."""
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "infinite" if value > 0 else "−infinite"
    if value == 0:
        return "exactly 0"
    return f"{value:.3g}".replace("-", "−", 1) if value < 0 else f"{value:.3g}"
