"""Words on a box of their own, upon what a plot draws."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QTextOption

from initviz.views.style import SMALL_SIZE, Style

MARGIN = 12
"""Pixels of the box that are beside its words."""

DARK_WORDS = "#16191e"
"""What can be read on ``LIGHT_BOX``, whatever lies under it."""

LIGHT_BOX = (255, 255, 255, 208)


class Label(pg.TextItem):
    """Words around a place in a plot, in one line or, where that is too long, in two.

    Args:
        style: whose small font they have.
        colour: of the words.
        ground: of the box behind them.
    """

    def __init__(self, style: Style, colour: str = DARK_WORDS, ground: object = LIGHT_BOX) -> None:
        super().__init__("", color=colour, anchor=(0.5, 0.5), fill=pg.mkBrush(ground))
        self.look = style
        self._lastScene: pg.GraphicsScene | None = None
        self.setFont(style.font(SMALL_SIZE))
        self.textItem.document().setDefaultTextOption(QTextOption(Qt.AlignmentFlag.AlignHCenter))

    def say(self, words: str, room: float = float("inf")) -> None:
        """Show these words in a width of ``room`` pixels; "" for none."""
        width = QFontMetricsF(self.look.font(SMALL_SIZE)).horizontalAdvance(words) + MARGIN
        if width > room:
            words = words.replace(" ", "\n", 1)
        if words != self.toPlainText():
            self.textItem.setTextWidth(-1)
            self.setText(words)
            # Lines are centred in a width, which they do not have by themselves.
            self.textItem.setTextWidth(self.textItem.document().idealWidth())
            self.updateTextPos()
        self.setVisible(bool(words))

    def paint(self, painter: QPainter, *more: object) -> None:
        """Draw the box; the words are an item of their own."""
        scene = self.scene()
        if scene is not self._lastScene:
            # pyqtgraph would take the painter for the screen's: in a picture, which is scaled and
            # moved, the first box then stands beside its words.
            device = self.sceneTransform().inverted()[0] * painter.worldTransform()
            if self._lastScene is not None:
                self._lastScene.sigPrepareForPaint.disconnect(self.updateTransform)
            self._lastScene = scene
            scene.sigPrepareForPaint.connect(self.updateTransform)
            self.updateTransform()
            painter.setWorldTransform(self.sceneTransform() * device)
        super().paint(painter, *more)
