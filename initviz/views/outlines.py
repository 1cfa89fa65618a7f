"""What is drawn over a network: frames around tiles that stand out, and a note."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from initviz.views.style import Style


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
    painter.setFont(style.font())
    box = QFontMetricsF(style.font()).boundingRect(text)
    ground = QRectF(0, 0, box.width() + 20, box.height() + 12)
    ground.moveCenter(centre)
    painter.setPen(QPen(QColor(style.bad), 1))
    painter.setBrush(QColor(style.panel))
    painter.drawRoundedRect(ground, 4, 4)
    painter.setPen(QColor(style.text))
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)
