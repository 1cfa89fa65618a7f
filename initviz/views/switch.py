"""Switches: a choice of a few, all of them in sight where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QWidget

from initviz.views.style import DARK, SMALL_SIZE, Style

CHIP_PADDING = 14
"""Pixels beside the text of a switch's button: padding and border of the style sheet."""


class Switch(QWidget):
    """A row of small buttons of which exactly one is down; in short, one that opens a menu."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str, str]]) -> None:
        """``options`` are (value, label, tooltip); the first is chosen."""
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._group = QButtonGroup(self)
        self._values = [value for value, _, _ in options]
        self._brief = False
        self._arrow = 0
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        for index, (value, label, tip) in enumerate(options):
            button = self._chip(label, tip)
            button.setCheckable(True)
            self._group.addButton(button, index)
            action = self._menu.addAction(label)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, value=value: self.choose(value))
        self._short = self._chip("", "")
        self._short.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._short.setMenu(self._menu)
        self._short.hide()
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._toggled)
        self.set_style(DARK)

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._values[self._group.checkedId()]

    def choose(self, value: str) -> None:
        """Choose a value, as a click would."""
        self._group.button(self._values.index(value)).setChecked(True)
        self._name_choice()

    def set_style(self, style: Style) -> None:
        """Make room for the text."""
        # A button asks for its room before the style sheet has given it its font.
        metrics = QFontMetrics(style.font(SMALL_SIZE))
        for button in self._group.buttons():
            button.setMinimumWidth(metrics.horizontalAdvance(button.text()) + CHIP_PADDING)
        self._arrow = metrics.horizontalAdvance(" ▾")
        self._name_choice()

    def chips_width(self) -> int:
        """Pixels that the row of buttons takes."""
        buttons = self._group.buttons()
        return sum(b.minimumWidth() for b in buttons) + self._row.spacing() * (len(buttons) - 1)

    def brief_width(self) -> int:
        """Pixels that the one button takes."""
        return self._short.minimumWidth()

    def set_brief(self, brief: bool) -> None:
        """Show the chosen value only, with the others in a menu."""
        if brief != self._brief:
            self._brief = brief
            for button in self._group.buttons():
                button.setVisible(not brief)
            self._short.setVisible(brief)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows choose the neighbour of what is chosen."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not step or self._brief:
            super().keyPressEvent(event)
            return
        place = (self._group.checkedId() + step) % len(self._values)
        self.choose(self._values[place])
        self._group.button(place).setFocus(Qt.FocusReason.TabFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the arrows from the buttons, which move without choosing."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        ):
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _chip(self, label: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(label)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("chip", True)
        button.installEventFilter(self)
        self._row.addWidget(button)
        return button

    def _name_choice(self) -> None:
        chosen = self._group.checkedId()
        button = self._group.button(chosen)
        self._short.setText(f"{button.text()} ▾")
        self._short.setMinimumWidth(button.minimumWidth() + self._arrow)
        self._short.setToolTip(button.toolTip())
        self._short.setAccessibleName(button.toolTip())
        for place, action in enumerate(self._menu.actions()):
            action.setChecked(place == chosen)
            # Tab comes to the chosen one, the arrows go on from there.
            policy = Qt.FocusPolicy.TabFocus if place == chosen else Qt.FocusPolicy.NoFocus
            self._group.button(place).setFocusPolicy(policy)

    def _toggled(self, index: int, down: bool) -> None:
        if down:
            self._name_choice()
            self.chosen.emit(self._values[index])
