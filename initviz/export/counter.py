"""The strip below a film's frames that says which epoch is shown."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from initviz.views.style import Style

HEIGHT = 28
MARGIN = 10
GAP = 14
BAR = 4


class Counter:
    """Draws "epoch 12 of 60", and a bar that fills, in a strip that hides nothing of the picture.

    Args:
        style: its look.
        end: the epoch in which the run ends.
    """

    def __init__(self, style: Style, end: int) -> None:
        self.look, self.end = style, end
        self.height = style.px(HEIGHT)
        widest = QFontMetricsF(style.font()).horizontalAdvance(self.words(end))
        self._room = widest + style.px(GAP)

    def words(self, epoch: int) -> str:
        """What is said; as wide for every epoch, so that nothing moves."""
        digits = len(str(self.end))
        return f"epoch {str(epoch).rjust(digits, chr(0x2007))} of {self.end}"  # figure spaces

    def draw(self, painter: QPainter, place: QRect, epoch: int) -> None:
        """Draw the strip of an epoch into a rectangle."""
        look, margin = self.look, self.look.px(MARGIN)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(look.font())
        painter.setPen(QColor(look.text))
        inner = QRectF(place).adjusted(margin, 0, -margin, 0)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, middle, self.words(epoch))
        bar = QRectF(0, 0, inner.width() - self._room, look.px(BAR))
        bar.moveCenter(inner.center())
        bar.moveRight(inner.right())
        painter.setPen(Qt.PenStyle.NoPen)
        share = epoch / max(self.end, 1)
        for colour, width in ((look.border, bar.width()), (look.accent, share * bar.width())):
            painter.setBrush(QColor(colour))
            part = QRectF(bar.left(), bar.top(), width, bar.height())
            painter.drawRoundedRect(part, bar.height() / 2, bar.height() / 2)
        painter.restore()
