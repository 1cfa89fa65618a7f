"""One lane's network on the screen: tiles and edges on a ground that can be moved, and captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsSceneHoverEvent,
    QGraphicsSceneMouseEvent,
    QGraphicsSceneResizeEvent,
    QGraphicsSceneWheelEvent,
)

from initviz.views.arrangement import INPUTS, Arrangement, Column
from initviz.views.base import draw_once
from initviz.views.edges import EdgeItem
from initviz.views.style import SMALL_SIZE, Style, font
from initviz.views.tiles import TileItem

NAMES, RESTS = 18.0, 15.0
"""Pixels above the tiles for the names of the layers, and below for the counts of the rest."""

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
        self.body.setGeometry(QRectF(0, NAMES, width, max(10.0, height - NAMES - RESTS)))
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


class Outlines(pg.GraphicsObject):
    """Frames around tiles that stand out, a note, and how much of the ground's height is seen."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.pinned: list[QRectF] = []
        self.hovered: list[QRectF] = []
        self.note = ""
        self._window, self._ground = QRectF(), QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_outlines(
        self, pinned: Sequence[QRectF], hovered: Sequence[QRectF], note: str, window: QRectF,
        ground: QRectF,
    ) -> None:  # fmt: skip
        """Draw these; the window is what is seen of the ground."""
        wanted = (list(pinned), list(hovered), note, window, ground)
        if wanted == (self.pinned, self.hovered, self.note, self._window, self._ground):
            return
        if ground != self._ground:
            self.prepareGeometryChange()
        self.pinned, self.hovered, self.note, self._window, self._ground = wanted
        self.update()

    def boundingRect(self) -> QRectF:
        """All of the ground."""
        return QRectF(self._ground.united(self._window))

    def paint(self, painter: QPainter, *_: object) -> None:
        """Frames, the note, and the bar at the right."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rects, colour in ((self.hovered, self.look.text), (self.pinned, self.look.accent)):
            for rect in rects:
                painter.setPen(QPen(QColor(self.look.panel), 4))
                painter.drawRoundedRect(rect.adjusted(-1.5, -1.5, 1.5, 1.5), 2, 2)
                painter.setPen(QPen(QColor(colour), 2))
                painter.drawRoundedRect(rect.adjusted(-1.5, -1.5, 1.5, 1.5), 2, 2)
        seen, whole = self._window.height(), self._ground.height()
        if whole > seen + 1:
            length = max(20.0, seen * seen / whole)
            top = self._window.top() * (seen - length) / max(whole - seen, 1)
            bar = QRectF(self._window.right() - 5, self._window.top() + top, 4, length)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.look.muted))
            painter.drawRoundedRect(bar, 2, 2)
        if self.note:
            draw_note(painter, self._window.center(), self.note, self.look)


def draw_note(painter: QPainter, centre: QPointF, text: str, style: Style) -> None:
    """Words on a ground of their own, around a point."""
    painter.setFont(font())
    box = QFontMetricsF(font()).boundingRect(text)
    ground = QRectF(0, 0, box.width() + 20, box.height() + 12)
    ground.moveCenter(centre)
    painter.setPen(QPen(QColor(style.bad), 1))
    painter.setBrush(QColor(style.panel))
    painter.drawRoundedRect(ground, 4, 4)
    painter.setPen(QColor(style.text))
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)


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
            box = QRectF(0, 0, caption.room, NAMES)
            box.moveCenter(QPointF(caption.x, NAMES / 2))
            if caption.layer != INPUTS:
                self.boxes.append(("name", caption.layer, box))
            if caption.rest:
                below = QRectF(box)
                below.moveTop(self._size.height() - RESTS)
                self.boxes.append(("rest", caption.layer, below))
        self.update()

    def boundingRect(self) -> QRectF:
        """All of the pane."""
        return QRectF(self._size)

    def paint(self, painter: QPainter, *_: object) -> None:
        """Names, and counts."""
        metrics = QFontMetricsF(font(SMALL_SIZE))
        bold = QFontMetricsF(font(SMALL_SIZE, bold=True))
        middle = Qt.AlignmentFlag.AlignCenter
        for caption in self.captions:
            painter.setFont(font(SMALL_SIZE, bold=caption.marked))
            painter.setPen(QColor(self.look.text if caption.marked else self.look.muted))
            name = caption.name
            if (bold if caption.marked else metrics).horizontalAdvance(name) > caption.room:
                name = name.replace("hidden ", "").replace("output", "out").replace("inputs", "in")
            wide = max(caption.room, 60.0)
            box = QRectF(caption.x - wide / 2, 0, wide, NAMES - 4)
            painter.drawText(box, middle, name)
            if caption.marked:
                half = (bold.horizontalAdvance(name)) / 2
                painter.setPen(QPen(QColor(self.look.accent), 2))
                painter.drawLine(
                    QPointF(caption.x - half, NAMES - 3), QPointF(caption.x + half, NAMES - 3)
                )
            if caption.rest:
                painter.setFont(font(SMALL_SIZE))
                painter.setPen(QColor(self.look.muted))
                below = QRectF(caption.x - 40, self._size.height() - RESTS, 80, RESTS)
                painter.drawText(below, middle, f"+{caption.rest:,}")
