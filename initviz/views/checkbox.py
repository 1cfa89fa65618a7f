"""A box to tick, whose outline is seen on every ground."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

ROUND = 2.0
"""Pixels by which the corners are rounded, as Fusion draws them."""


class CheckBox(QCheckBox):
    """``QCheckBox``, with an outline in the colour of muted words.

    Fusion takes a darker shade of the window's colour, which can hardly be seen on a dark one.
    """

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the outline upon the box."""
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        part = QStyle.SubElement.SE_CheckBoxIndicator
        box = QRectF(self.style().subElementRect(part, option, self)).adjusted(0.5, 0.5, -0.5, -0.5)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        focused = self.hasFocus() and self.isEnabled()
        role = QPalette.ColorRole.Highlight if focused else QPalette.ColorRole.PlaceholderText
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(group, role), 1.0))
            painter.drawRoundedRect(box, ROUND, ROUND)
