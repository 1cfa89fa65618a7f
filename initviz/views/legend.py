"""The line below a network that says what its colours, widths and marks mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from initviz.views.base import draw_once
from initviz.views.edges import THICKEST, edge_colour
from initviz.views.style import SMALL_SIZE, Style
from initviz.views.tiles import draw_badge, draw_hatched

HEIGHT = 18.0
"""Pixels of the line."""

BAR = 64.0
"""Pixels of the colour bar."""

GAP = 14.0


@dataclass(frozen=True)
class LegendText:
    """What the legend says.

    Attributes:
        low, high: what stands at the ends of the tiles' colours.
        edges: what the connections' colours and widths show.
        dead, stuck, groups: how many neurons, and how many groups of identical ones.
        where: "" or where these were counted.
        counted: whether the numbers are said here, and not elsewhere.
    """

    low: str = ""
    high: str = ""
    edges: str = ""
    dead: int = 0
    stuck: int = 0
    groups: int = 0
    where: str = ""
    counted: bool = True

    @property
    def counts(self) -> list[tuple[str, str]]:
        """(mark, words) for every kind of mark that there is."""
        kinds = (
            ("dead", self.dead, f"{self.dead} dead"),
            ("stuck", self.stuck, f"{self.stuck} saturated"),
            ("group", self.groups, _groups(self.groups)),
        )
        if not self.counted:
            plain = ("dead", "saturated", "identical")
            return [(kind, word) for (kind, count, _), word in zip(kinds, plain, strict=True)
                    if count]  # fmt: skip
        return [(kind, words) for kind, count, words in kinds if count]


def _groups(count: int) -> str:
    return "1 group of identical" if count == 1 else f"{count} groups of identical"


class Legend(pg.GraphicsWidget):
    """One line; parts that do not fit any more are left out, the last ones first."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.text = LegendText()
        colours = np.ascontiguousarray(style.diverging())
        self._colours = colours
        self._bar = QImage(colours.data, 256, 1, 768, QImage.Format.Format_RGB888)
        draw_once(self)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_text(self, text: LegendText) -> None:
        """Say this."""
        if text != self.text:
            self.text = text
            self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """From the left: tiles, connections, marks."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.look.font(SMALL_SIZE))
        x = self._draw_tiles(painter, 4.0)
        x = self._draw_edges(painter, x + GAP)
        self._draw_marks(painter, x + GAP)

    def _fits(self, x: float, text: str, more: float = 0.0) -> bool:
        advance = QFontMetricsF(self.look.font(SMALL_SIZE)).horizontalAdvance(text)
        return bool(x + advance + more <= self.size().width())

    def _write(self, painter: QPainter, x: float, text: str) -> float:
        width = QFontMetricsF(self.look.font(SMALL_SIZE)).horizontalAdvance(text)
        painter.setPen(QColor(self.look.muted))
        box = QRectF(x, 0, width + 2, self.size().height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        return float(x + width)

    def _draw_tiles(self, painter: QPainter, x: float) -> float:
        text = self.text
        if not text.high or not self._fits(x, text.low + text.high, BAR + 8):
            return x - GAP
        x = self._write(painter, x, text.low) + 4
        middle = self.size().height() / 2
        painter.drawImage(QRectF(x, middle - 4, BAR, 8), self._bar)
        return self._write(painter, x + BAR + 4, text.high)

    def _draw_edges(self, painter: QPainter, x: float) -> float:
        text = self.text.edges
        if not text or not self._fits(x, text, 66):
            return x - GAP
        middle = self.size().height() / 2
        for sign, place in ((-1, 0.0), (1, 1.0)):
            for width, part in ((1.0, 0.0), (THICKEST, 1.0)):
                at = x + place * 34 + (part if sign > 0 else 1 - part) * 14
                colour = QColor(edge_colour(self.look, sign))
                painter.setPen(QPen(colour, width))
                painter.drawLine(QPointF(at, middle), QPointF(at + 12, middle))
            if sign < 0:
                painter.setPen(QColor(self.look.muted))
        return self._write(painter, x + 66, text)

    def _draw_marks(self, painter: QPainter, x: float) -> None:
        middle = self.size().height() / 2
        where = self.text.where
        for kind, words in self.text.counts:
            if not self._fits(x, words, 18):
                return
            box = QRectF(x, middle - 6, 12, 12)
            if kind == "dead":
                painter.fillRect(box, QColor(self.look.neutral))
                painter.setPen(QPen(QColor("#16191e"), 1.3))
                painter.drawLine(box.topLeft() + QPointF(2, 2), box.bottomRight() - QPointF(2, 2))
                painter.drawLine(box.topRight() + QPointF(-2, 2), box.bottomLeft() + QPointF(2, -2))
            elif kind == "stuck":
                painter.fillRect(box, QColor(self.look.positive))
                draw_hatched(painter, box, self.look)
            else:
                draw_badge(painter, box.topLeft() + QPointF(4, 2.5), "a", self.look)
            x = self._write(painter, x + 17, words) + GAP
        if self.text.counts and where and self._fits(x, where):
            self._write(painter, x - GAP + 5, where)
