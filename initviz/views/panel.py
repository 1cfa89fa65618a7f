"""The frame around a plot: title, subtitle, switches, a button that saves the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from initviz.views.icons import icon
from initviz.views.style import SMALL_SIZE, Style, font

CHIP_PADDING = 14
"""Pixels beside the text of a switch's button: padding and border of the style sheet."""


class ElidedLabel(QLabel):
    """A label that ends in "…" where there is no room for all of it; its tooltip has the rest."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        if text != self.text():
            super().setText(text)
            self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.width() < 40:
            return  # a letter and an ellipsis say nothing
        painter = QPainter(self)
        elided = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        self.style().drawItemText(
            painter, self.rect(), int(self.alignment()), self.palette(), self.isEnabled(), elided,
            self.foregroundRole(),
        )  # fmt: skip


class Switch(QWidget):
    """A row of small buttons of which exactly one is down."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str, str]]) -> None:
        """``options`` are (value, label, tooltip); the first is chosen."""
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        self._values = [value for value, _, _ in options]
        for index, (_, label, tip) in enumerate(options):
            button = QToolButton()
            button.setText(label)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setCheckable(True)
            button.setProperty("chip", True)
            # A button asks for its room before the style sheet has given it its font.
            room = QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(label)
            button.setMinimumWidth(room + CHIP_PADDING)
            self._group.addButton(button, index)
            row.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._toggled)

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._values[self._group.checkedId()]

    def choose(self, value: str) -> None:
        """Choose a value, as a click would."""
        self._group.button(self._values.index(value)).setChecked(True)

    def _toggled(self, index: int, down: bool) -> None:
        if down:
            self.chosen.emit(self._values[index])


class Panel(QFrame):
    """A titled frame with one body.

    Args:
        title: the view's name.
        body: the widget below the title.
    """

    save_asked = Signal()

    def __init__(self, title: str, body: QWidget) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.title = QLabel(title)
        self.title.setProperty("heading", True)
        self.subtitle = ElidedLabel("")
        self.subtitle.setProperty("muted", True)
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._tools = QWidget()
        self._tool_row = QHBoxLayout(self._tools)
        self._tool_row.setContentsMargins(0, 0, 0, 0)
        self._tool_row.setSpacing(4)
        self._save = QToolButton()
        self._save.setProperty("chip", True)
        self._save.setIconSize(QSize(14, 14))
        self._save.setToolTip(f"Save a picture of “{title}”")
        self._save.setAccessibleName(f"Save a picture of {title}")
        self._save.clicked.connect(self.save_asked)
        self._tool_row.addWidget(self._save)
        self._header = QHBoxLayout()
        self._header.setSpacing(8)
        self._header.addWidget(self.title)
        self._header.addWidget(self.subtitle, 1)
        self._header.addWidget(self._tools)
        self._second_row = QHBoxLayout()
        self._second_row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 5, 6, 6)
        column.setSpacing(3)
        column.addLayout(self._header)
        column.addLayout(self._second_row)
        column.addWidget(body, 1)

    def minimumSizeHint(self) -> QSize:
        """Narrower than title and switches side by side, which give way."""
        return QSize(100, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Move the switches below the title where there is no room for both."""
        super().resizeEvent(event)
        beside = self.title.sizeHint().width() + self._tools.sizeHint().width() + 40
        row = self._header if beside <= self.width() else self._second_row
        if row.indexOf(self._tools) < 0:
            self._header.removeWidget(self._tools)
            self._second_row.removeWidget(self._tools)
            row.addWidget(self._tools)

    def set_style(self, style: Style) -> None:
        """Take the colours of the buttons from a style."""
        self._save.setIcon(icon("save", style.muted))

    def add_tool(self, tool: QWidget) -> None:
        """Put a switch in front of the save button."""
        self._tool_row.insertWidget(self._tool_row.count() - 1, tool)

    def show_tools(self, shown: bool) -> None:
        """Hide the buttons, which mean nothing in a picture, or show them again."""
        self._tools.setVisible(shown)
