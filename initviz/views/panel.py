"""The frame around a plot: title, subtitle, switches, and buttons for what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from initviz.views.buttons import PanelButtons
from initviz.views.key import LaneKey
from initviz.views.readout import Readout
from initviz.views.style import Style
from initviz.views.switch import Switch as Switch

QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's own, which PySide does not export: no limit."""

LEFT, RIGHT = 10, 6
"""Pixels between the frame and what it holds."""


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
        with QPainter(self) as painter:
            elided = self.fontMetrics().elidedText(
                self.text(), Qt.TextElideMode.ElideRight, self.width()
            )
            self.style().drawItemText(
                painter, self.rect(), int(self.alignment()), self.palette(), self.isEnabled(),
                elided, self.foregroundRole(),
            )  # fmt: skip


class Panel(QFrame):
    """A titled frame with one body.

    Args:
        title: the view's name.
        body: the widget below the title.

    Signals:
        save_asked(), enlarge_asked(), hide_asked(), reset_asked(), menu_asked(place): what a
            button, the mouse or a key asked for.
    """

    save_asked = Signal()
    enlarge_asked = Signal()
    hide_asked = Signal()
    reset_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, title: str, body: QWidget) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.title = QLabel(title)
        self.title.setProperty("heading", True)
        self.subtitle = ElidedLabel("")
        self.subtitle.setProperty("muted", True)
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._switches: list[Switch] = []
        self._labels: list[QWidget] = []
        self._tools = QWidget()
        self._tool_row = QHBoxLayout(self._tools)
        self._tool_row.setContentsMargins(0, 0, 0, 0)
        self._tool_row.setSpacing(4)
        self.buttons = PanelButtons(title)
        self.buttons.save_asked.connect(self.save_asked)
        self.buttons.enlarge_asked.connect(self.enlarge_asked)
        self.buttons.hide_asked.connect(self.hide_asked)
        self.buttons.reset_asked.connect(self.reset_asked)
        self.buttons.menu_asked.connect(self.menu_asked)
        self._tool_row.addWidget(self.buttons)
        self._header = QHBoxLayout()
        self._header.setSpacing(8)
        self._header.addWidget(self.title)
        self._header.addWidget(self.subtitle, 1)
        self._header.addWidget(self._tools)
        self._second_row = QHBoxLayout()
        self._second_row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(LEFT, 5, RIGHT, 6)
        column.setSpacing(3)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)  # the tools give way
        column.addLayout(self._header)
        column.addLayout(self._second_row)
        self.key = LaneKey()
        column.addWidget(self.key)
        column.addWidget(body, 1)

    def minimumSizeHint(self) -> QSize:
        """Narrower than title and switches side by side, which give way."""
        return QSize(100, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the tools the form that there is room for."""
        super().resizeEvent(event)
        self.fit_tools()

    def fit_tools(self) -> None:
        """Give the tools the widest form that fits: beside the title, below it, or in short."""
        room = self.contentsRect().width() - LEFT - RIGHT
        beside = room - self.title.sizeHint().width() - 24
        switches = [switch for switch in self._switches if not switch.isHidden()]
        words = sum(w.sizeHint().width() + 4 for w in self._labels if not w.isHidden())
        chips = sum(switch.chips_width() + 4 for switch in switches) + words
        full, brief = (self.buttons.width_for(brief) for brief in (False, True))
        below = bool(switches) and chips + full > beside
        if below:
            beside = room
        row, other = self._header, self._second_row
        if below:
            row, other = other, row
        if row.indexOf(self._tools) < 0:
            other.removeWidget(self._tools)
            row.addWidget(self._tools)
        self.buttons.set_brief(chips + full > beside)
        # Words give way first; the first switch, which says most, keeps its buttons the longest.
        over = chips + brief - beside
        for label in self._labels:
            label.setMaximumWidth(0 if over > 0 else QWIDGETSIZE_MAX)
        over -= words if over > 0 else 0
        for switch in reversed(switches):
            switch.set_brief(over > 0)
            over -= switch.chips_width() - switch.brief_width() if over > 0 else 0

    def set_style(self, style: Style) -> None:
        """Take colours and sizes from a style."""
        self.buttons.set_style(style)
        for switch in self._switches:
            switch.set_style(style)
        self.fit_tools()

    def add_tool(self, tool: QWidget) -> None:
        """Put a switch in front of the buttons."""
        self._tool_row.insertWidget(self._tool_row.count() - 1, tool)
        if isinstance(tool, Switch):
            self._switches.append(tool)
        else:
            self._labels.append(tool)

    def show_zoomed(self, zoomed: bool) -> None:
        """Offer the whole axes, or no longer."""
        self.buttons.set_zoomed(zoomed)
        self.fit_tools()

    def show_enlarged(self, enlarged: bool) -> None:
        """Offer the way back from filling the page, or no longer."""
        self.buttons.set_enlarged(enlarged)
        self.fit_tools()

    @property
    def switches(self) -> tuple[Switch, ...]:
        """The switches in front of the buttons."""
        return tuple(self._switches)

    @property
    def tools_shown(self) -> bool:
        """Whether the buttons are there, see ``show_tools``."""
        return not self._tools.isHidden()

    def show_tools(self, shown: bool) -> None:
        """Hide the buttons, which mean nothing in a picture, or show them again."""
        self._tools.setVisible(shown)
        for readout in self.findChildren(Readout):
            readout.clear()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click on the title fills the page with the view."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.enlarge_asked.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right button, or the menu key, asks for what can be done with the view."""
        self.menu_asked.emit(event.globalPos())
