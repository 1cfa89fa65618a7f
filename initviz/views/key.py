"""The key of a picture that stands alone: which mark and colour is which initialisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from initviz.views.style import GLYPHS, SMALL_SIZE, Style

GAP, BETWEEN = 5.0, 16.0
"""Pixels from a mark to its name, and from a name to the next mark."""


@dataclass(frozen=True)
class Entry:
    """One initialisation: its colour's number and its name."""

    colour: int
    title: str


class LaneKey(QWidget):
    """Marks and names in as many lines as they take; hidden until a picture needs it."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[Entry, ...] = ()
        self.look: Style | None = None
        self.hide()

    def show_entries(self, entries: Sequence[Entry], style: Style) -> None:
        """Show these, or nothing if there are none."""
        self.entries, self.look = tuple(entries), style
        self.setVisible(bool(entries))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many lines as the names need."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self.entries and self.look is not None:
            lines = len({round(at.y()) for at in self._places()})
            self.setFixedHeight(round(lines * self._metrics().height() + 2))

    def _metrics(self) -> QFontMetricsF:
        assert self.look is not None
        return QFontMetricsF(self.look.font(SMALL_SIZE))

    def _places(self) -> list[QPointF]:
        """Where each entry begins; one that does not fit begins a line."""
        metrics, places = self._metrics(), []
        x = y = 0.0
        for entry in self.entries:
            width = self._indent(metrics) + metrics.horizontalAdvance(entry.title)
            if x and x + width > self.width():
                x, y = 0.0, y + metrics.height()
            places.append(QPointF(x, y))
            x += width + BETWEEN
        return places

    def _indent(self, metrics: QFontMetricsF) -> float:
        return max(metrics.horizontalAdvance(glyph) for glyph in GLYPHS) + GAP

    def paint(self, painter: QPainter) -> None:
        """Draw it from the painter's origin, on whatever that paints."""
        assert self.look is not None
        metrics, middle = self._metrics(), int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(self.look.font(SMALL_SIZE))
        for entry, at in zip(self.entries, self._places(), strict=True):
            room = QRectF(at.x(), at.y(), self.width() - at.x(), metrics.height())
            painter.setPen(QColor(self.look.lanes[entry.colour]))
            painter.drawText(room, middle, GLYPHS[entry.colour])
            painter.setPen(QColor(self.look.text))
            words = room.adjusted(self._indent(metrics), 0, 0, 0)
            title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, middle, title)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it on the screen."""
        if self.look is not None:
            with QPainter(self) as painter:
                self.paint(painter)
