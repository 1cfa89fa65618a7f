"""One lane's network on the screen: tiles and edges on a ground that can be moved, and captions."""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsSceneHoverEvent,
    QGraphicsSceneMouseEvent,
    QGraphicsSceneResizeEvent,
    QGraphicsSceneWheelEvent,
)

from initviz.views.arrangement import Arrangement, Column
from initviz.views.base import draw_once
from initviz.views.captions import NAMES, RESTS, Captions
from initviz.views.edges import EdgeItem
from initviz.views.outlines import Outlines
from initviz.views.style import Style
from initviz.views.tiles import TileItem

STILL = 4.0
"""Pixels that the mouse may move while it clicks."""

FADED = 0.28
"""How opaque connections are while others stand out."""


@dataclass(frozen=True)
class Hit:
    """What lies under the mouse.

    Attributes:
        layer: its place, ``INPUTS`` for the inputs; for a connection the layer that it leads to.
        neuron: the neuron whose tile it is, or that the connection leads to; None for a name, or
            a count, of a layer.
        source: for a connection, the neuron that it comes from.
        rest: whether it is the count of the neurons without a tile.
    """

    layer: int
    neuron: int | None = None
    source: int | None = None
    rest: bool = False

    @property
    def tile(self) -> bool:
        """Whether it is a tile."""
        return self.neuron is not None and self.source is None


class Pane(pg.GraphicsWidget):
    """A window on the ground that a network is drawn on.

    Signals:
        clicked(Hit or None, whether Ctrl is held)
        dragged(QPointF): how far.
        wheeled(float, QPointF, bool): steps of the wheel, the place on the ground's window, and
            whether to move sideways.
        pointed(Hit or None): the mouse is somewhere else.
        resized()
    """

    clicked = Signal(object, bool)
    dragged = Signal(object)
    wheeled = Signal(float, object, bool)
    pointed = Signal(object)
    resized = Signal()

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.arrangement: Arrangement | None = None
        self.offset = QPointF()
        self._pressed: QPointF | None = None
        self._dragging = False
        self._pointed: Hit | None = None
        self.setAcceptHoverEvents(True)
        self.body = pg.GraphicsWidget()
        self.body.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
        self.body.setParentItem(self)
        self.edges, self.lit = EdgeItem(style), EdgeItem(style, bold=True)
        self.tiles = TileItem(style)
        self.outlines = Outlines(style)
        self.ground: tuple[QGraphicsItem, ...] = (
            self.edges, self.lit, self.tiles, self.outlines,
        )  # fmt: skip
        for item in self.ground:
            item.setParentItem(self.body)
        self.captions = Captions(style)
        self.captions.setParentItem(self)
        draw_once(self.captions)
        for item in (self.body, self.captions):
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setMinimumSize(40, 40)

    @property
    def window(self) -> QRectF:
        """What is seen of the ground, in its coordinates."""
        return QRectF(self.offset, self.body.size())

    def show_arrangement(self, arrangement: Arrangement, offset: QPointF) -> None:
        """Move the ground."""
        self.arrangement, self.offset = arrangement, offset
        for item in self.ground:
            item.setPos(-offset)

    def rect_of(self, column: Column, place: int) -> QRectF:
        """Where a tile stands on the ground."""
        side = column.size
        return QRectF(column.xs[place] - side / 2, column.ys[place] - side / 2, side, side)

    def hit(self, position: QPointF) -> Hit | None:
        """What lies at a place of the pane."""
        if self.arrangement is None or not self.rect().contains(position):
            return None
        for row, layer, box in self.captions.boxes:
            if box.contains(position):
                return Hit(layer, rest=row == "rest")
        if not self.body.geometry().contains(position):
            return None
        spot = position - self.body.pos() + self.offset
        for column in self.arrangement.columns:
            if column.left - 1 <= spot.x() <= column.right + 1:
                place = column.at(spot.x(), spot.y())
                if place is not None:
                    return Hit(column.layer, int(column.neurons[place]))
        for bundle in (*self.lit.bundles, *self.edges.bundles):
            found = bundle.at(spot.x(), spot.y())
            if found is not None:
                source, target = bundle.source, bundle.target
                return Hit(
                    target.layer, int(target.neurons[found[1]]), int(source.neurons[found[0]])
                )
        return None

    def resizeEvent(self, event: QGraphicsSceneResizeEvent) -> None:
        """Make room for the captions."""
        super().resizeEvent(event)
        width, height = self.size().width(), self.size().height()
        names, rests = self.look.px(NAMES), self.look.px(RESTS)
        self.body.setGeometry(QRectF(0, names, width, max(10.0, height - names - rests)))
        self.captions.set_size(width, height)
        self.resized.emit()

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed, self._dragging = event.pos(), False
        event.accept()

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self._pressed is None:
            return
        moved = event.pos() - self._pressed
        if self._dragging or moved.manhattanLength() > STILL:
            self._dragging = True
            self._pressed = event.pos()
            self.dragged.emit(moved)

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self._pressed is not None and not self._dragging:
            held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.clicked.emit(self.hit(event.pos()), held)
        self._pressed = None

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        event.accept()
        sideways = event.orientation() == Qt.Orientation.Horizontal or bool(
            event.modifiers()
            & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier)
        )
        self.wheeled.emit(event.delta() / 120, event.pos() - self.body.pos(), sideways)

    def hoverMoveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._point(self.hit(event.pos()))

    def hoverLeaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _point(self, hit: Hit | None) -> None:
        if hit != self._pointed:
            self._pointed = hit
            self.setCursor(
                Qt.CursorShape.ArrowCursor if hit is None else Qt.CursorShape.PointingHandCursor
            )
            self.pointed.emit(hit)
