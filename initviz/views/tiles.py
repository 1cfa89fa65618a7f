"""All tiles of a network as one item: small pictures over the input plane, and marks on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from initviz.views.arrangement import Array
from initviz.views.style import SMALL_SIZE, Style, font

Bytes = NDArray[np.ubyte]

BADGE = 13.0
"""Pixels of a badge at a corner."""

MARKED = 15.0
"""Pixels on a side under which a tile has no room for marks."""


@dataclass(frozen=True)
class Strip:
    """Tiles that are coloured alike.

    Attributes:
        values: bytes into the table, (n, g, g), row 0 at the bottom.
        gaps: (n, g, g), where there is nothing to draw; None for nowhere.
        table: 256 colours, (256, 3).
        rects: where the tiles stand.
    """

    values: Bytes
    gaps: NDArray[np.bool_] | None
    table: Bytes
    rects: Sequence[QRectF]


@dataclass(frozen=True)
class Mark:
    """What is said of a neuron on its tile.

    Attributes:
        rect: the tile.
        dead: exactly 0 on every sample: a cross.
        stuck: saturated on nearly every one: a hatched corner.
        group: a letter that identical neurons share, or "".
        chosen: whether it was chosen to be shown: a dot.
    """

    rect: QRectF
    dead: bool = False
    stuck: bool = False
    group: str = ""
    chosen: bool = False


def signed_bytes(values: Array, limits: Array) -> tuple[Bytes, NDArray[np.bool_] | None]:
    """Numbers as places in a diverging map with 0 in its middle, and where they are not finite.

    Args:
        values: (n, g, g).
        limits: (n,), the size at which each picture's colours end; 0 for a picture of zeros.
    """
    finite = np.isfinite(values)
    whole = bool(finite.all())
    if not whole:
        values = np.where(finite, values, 0)
    with np.errstate(all="ignore"):
        factors = np.where(limits > 0, 127.0 / limits, 0.0).astype(np.float64)
        factors = np.where(np.isfinite(factors), factors, 0.0)
        shares = values * factors[:, None, None]
    # 0 is exactly the middle: 128 of 256.
    result = np.clip(np.rint(shares), -127, 127) + 128
    return result.astype(np.ubyte), None if whole else ~finite


class TileItem(pg.GraphicsObject):
    """Tiles and their marks. All pictures lie in one image, one below the other."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.rects: list[QRectF] = []
        self.marks: list[Mark] = []
        self.image = QImage()
        self._pixels: NDArray[np.uint32] = np.zeros((0, 1), dtype=np.uint32)
        self._cells = 1
        self._ground = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_tiles(self, strips: Sequence[Strip], marks: Sequence[Mark], ground: QRectF) -> None:
        """Draw these tiles instead, on a ground of this size."""
        if ground != self._ground:
            self.prepareGeometryChange()
            self._ground = ground
        self.rects = [rect for strip in strips for rect in strip.rects]
        self.marks = list(marks)
        parts = []
        gap = np.uint32(QColor(self.look.field).rgb())
        for strip in strips:
            colours = np.take(_packed(strip.table), strip.values[:, ::-1])
            if strip.gaps is not None:
                colours[strip.gaps[:, ::-1]] = gap
            parts.append(colours)
        if parts:
            pixels = np.concatenate(parts)
            self._cells = pixels.shape[-1]
            self._pixels = np.ascontiguousarray(pixels.reshape(-1, self._cells))
            rows, columns = self._pixels.shape
            # QImage borrows the memory, which lives as long as this item.
            self.image = QImage(
                self._pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32
            )
        self.update()

    def picture(self, place: int) -> NDArray[np.uint32]:
        """The pixels of one tile, (g, g), the top row first, as 0xffRRGGBB."""
        return self._pixels[place * self._cells : (place + 1) * self._cells]

    def boundingRect(self) -> QRectF:
        """All of the ground."""
        return QRectF(self._ground)

    def paint(self, painter: QPainter, *_: object) -> None:
        """The pictures, then the marks."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        cells = self._cells
        for i, rect in enumerate(self.rects):
            painter.drawImage(rect, self.image, QRectF(0, i * cells, cells, cells))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_frames(painter)
        for mark in self.marks:
            if mark.rect.width() >= MARKED:
                self._draw_mark(painter, mark)

    def _draw_frames(self, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(self.look.border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects(self.rects)

    def _draw_mark(self, painter: QPainter, mark: Mark) -> None:
        rect = mark.rect
        if mark.dead:
            inner = rect.adjusted(3, 3, -3, -3)
            painter.setPen(QPen(QColor("#16191e"), 1.3))
            painter.drawLines(
                [
                    QLineF(inner.topLeft(), inner.bottomRight()),
                    QLineF(inner.topRight(), inner.bottomLeft()),
                ]
            )
        if mark.stuck:
            draw_hatched(painter, rect, self.look)
        if mark.group:
            draw_badge(painter, rect.topLeft(), mark.group, self.look)
        if mark.chosen:
            painter.setPen(QPen(QColor(self.look.panel), 1))
            painter.setBrush(QColor(self.look.text))
            painter.drawEllipse(rect.topRight(), 3.5, 3.5)


def draw_hatched(painter: QPainter, rect: QRectF, style: Style) -> None:
    """A hatched corner at the lower right of a tile."""
    side = min(14.0, 0.55 * rect.width())
    corner = rect.bottomRight()
    triangle = QPolygonF([corner, corner - QPointF(side, 0), corner - QPointF(0, side)])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(style.panel))
    painter.drawPolygon(triangle)
    painter.setPen(QPen(QColor(style.text), 1.2))
    painter.drawLines(
        [
            QLineF(corner - QPointF(part * side, 0), corner - QPointF(0, part * side))
            for part in (1.0, 0.62, 0.28)
        ]
    )


def draw_badge(painter: QPainter, centre: QPointF, text: str, style: Style) -> None:
    """A letter on a disc at a corner of a tile."""
    glyphs = _letter(text)
    width = max(BADGE, glyphs.boundingRect().width() + 6)
    disc = QRectF(centre.x() - 4, centre.y() - 3, width, BADGE)
    painter.setPen(QPen(QColor(style.panel), 1))
    painter.setBrush(QColor(style.text))
    painter.drawRoundedRect(disc, BADGE / 2, BADGE / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(style.panel))
    box = glyphs.boundingRect()
    painter.drawPath(
        QTransform.fromTranslate(
            disc.center().x() - box.center().x(), disc.center().y() - box.center().y()
        ).map(glyphs)
    )


@lru_cache(maxsize=64)
def _letter(text: str) -> QPainterPath:
    path = QPainterPath()
    path.addText(0, 0, font(SMALL_SIZE, bold=True), text)
    return path


def _packed(table: Bytes) -> NDArray[np.uint32]:
    """Colours (n, 3) as Qt's 0xffRRGGBB, (n,)."""
    wide = table.astype(np.uint32)
    return np.asarray(0xFF000000 | wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2], np.uint32)
