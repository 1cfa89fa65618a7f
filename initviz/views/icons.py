"""Icons drawn with the painter: sharp at every size, and in the colour of the text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPen, QPixmap, QPolygonF

Shape = Callable[[QPainter], None]
"""Draws on a square from (0, 0) to (16, 16), filled and stroked in the icon's colour."""


def _triangle(left: float, right: float) -> QPolygonF:
    return QPolygonF([QPointF(left, 3), QPointF(left, 13), QPointF(right, 8)])


def _bar(x: float, width: float = 2) -> QRectF:
    return QRectF(x, 3, width, 10)


def _play(painter: QPainter) -> None:
    painter.drawPolygon(_triangle(4, 13))


def _pause(painter: QPainter) -> None:
    painter.drawRects([_bar(4, 3), _bar(9, 3)])


def _forward(painter: QPainter) -> None:
    painter.drawPolygon(_triangle(4, 10))
    painter.drawRect(_bar(11))


def _back(painter: QPainter) -> None:
    painter.drawPolygon(_triangle(12, 6))
    painter.drawRect(_bar(3))


def _end(painter: QPainter) -> None:
    painter.drawPolygon(_triangle(1, 6.5))
    painter.drawPolygon(_triangle(6.5, 12))
    painter.drawRect(_bar(12.5))


def _start(painter: QPainter) -> None:
    painter.drawPolygon(_triangle(15, 9.5))
    painter.drawPolygon(_triangle(9.5, 4))
    painter.drawRect(_bar(1.5))


def _stroke(painter: QPainter, *lines: list[tuple[float, float]]) -> None:
    pen = QPen(painter.brush().color(), 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    for line in lines:
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line]))


def _save(painter: QPainter) -> None:
    _stroke(
        painter, [(8, 2), (8, 10)], [(4.5, 7), (8, 10.5), (11.5, 7)],
        [(2.5, 11), (2.5, 14), (13.5, 14), (13.5, 11)],
    )  # fmt: skip


def _remove(painter: QPainter) -> None:
    _stroke(painter, [(4.5, 4.5), (11.5, 11.5)], [(11.5, 4.5), (4.5, 11.5)])


def _more(painter: QPainter) -> None:
    for x in (3.0, 8.0, 13.0):
        painter.drawEllipse(QPointF(x, 8), 1.3, 1.3)


def _open(painter: QPainter) -> None:
    _stroke(painter, [(4, 6), (8, 10), (12, 6)])


def _replay(painter: QPainter) -> None:
    pen = QPen(painter.brush().color(), 1.8)
    painter.setPen(pen)
    fill = painter.brush()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(3, 3, 10, 10), 60 * 16, 300 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawPolygon(QPolygonF([QPointF(9.5, 0), QPointF(9.5, 6.5), QPointF(14, 4)]))


def _undo(painter: QPainter) -> None:
    fill = painter.brush()
    pen = QPen(fill.color(), 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(4, 5, 9, 8), -90 * 16, 180 * 16)
    painter.drawLine(QPointF(8.5, 5), QPointF(5, 5))
    painter.drawLine(QPointF(8.5, 13), QPointF(6, 13))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawPolygon(QPolygonF([QPointF(6, 1.2), QPointF(6, 8.8), QPointF(1.2, 5)]))


def _redo(painter: QPainter) -> None:
    painter.translate(16, 0)
    painter.scale(-1, 1)
    _undo(painter)


def _corners(painter: QPainter, inner: float, outer: float) -> None:
    for x in (-1, 1):
        for y in (-1, 1):
            corner = (8 + x * outer, 8 + y * outer)
            _stroke(painter, [(8 + x * inner, corner[1]), corner, (corner[0], 8 + y * inner)])


def _enlarge(painter: QPainter) -> None:
    _corners(painter, 2, 5.5)


def _shrink(painter: QPainter) -> None:
    _corners(painter, 5.5, 2)


def _whole(painter: QPainter) -> None:
    _stroke(
        painter, [(1.5, 8), (14.5, 8)], [(4, 5.5), (1.5, 8), (4, 10.5)],
        [(12, 5.5), (14.5, 8), (12, 10.5)],
    )  # fmt: skip


SHAPES: dict[str, Shape] = {
    "play": _play, "pause": _pause, "forward": _forward, "back": _back, "start": _start,
    "end": _end, "save": _save, "remove": _remove, "more": _more, "open": _open,
    "replay": _replay, "undo": _undo, "redo": _redo, "enlarge": _enlarge, "shrink": _shrink,
    "whole": _whole,
}  # fmt: skip


class _Engine(QIconEngine):
    def __init__(self, shape: Shape, colour: QColor) -> None:
        super().__init__()
        self._shape, self._colour = shape, colour

    def clone(self) -> QIconEngine:
        return _Engine(self._shape, self._colour)

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:
        area = QRectF(rect)  # type: ignore[call-overload]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(area.topLeft())
        painter.scale(area.width() / 16, area.height() / 16)
        colour = QColor(self._colour)
        if mode == QIcon.Mode.Disabled:
            colour.setAlphaF(0.35)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        self._shape(painter)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():
            return QPixmap()  # Qt asks for it while a row is being squeezed in
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            self.paint(painter, pixmap.rect(), mode, state)
        return pixmap


def icon(name: str, colour: str) -> QIcon:
    """The icon of this name (see ``SHAPES``) in a colour."""
    return QIcon(_Engine(SHAPES[name], QColor(colour)))
