"""The side panels on a narrow screen: one at a time, the other at the press of a button."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QBoxLayout, QToolButton, QWidget

MIDDLE = 430
"""Pixels that the plots need between two panels."""

NEVER_FROM = 1280
"""Pixels of a window that is never called narrow, however large its text is."""


class Side:
    """A panel, the button that stands in its place, and the menu's entry for both."""

    def __init__(self, panel: QWidget, mark: str, title: str, key: str) -> None:
        self.panel = panel
        self.action = QAction(title)
        self.action.setCheckable(True)
        self.action.setChecked(True)
        self.action.setShortcut(QKeySequence(key))
        self.button = QToolButton()
        self.button.setText(mark)
        self.button.setProperty("flat", True)
        name = f"{title.replace('&', '')} ({key})"
        self.button.setToolTip(name)
        self.button.setAccessibleName(name)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(lambda _=False: self.action.trigger())
        self.button.hide()
        self.away = False  # by its user, where there is room for both

    def show(self, shown: bool) -> None:
        """Show the panel, or the button."""
        self.panel.setVisible(shown)
        self.button.setVisible(not shown)
        self.action.setChecked(shown)


class Folding(QObject):
    """Shows both panels where there is room, else the one that was asked for last.

    Args:
        left, right: the panels.
        parent: the window.
    """

    def __init__(self, left: QWidget, right: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.left = Side(left, "▸", "Show the e&xperiment", "F8")
        self.right = Side(right, "◂", "Show what the numbers sa&y", "F9")
        self._narrow = False
        self._open: Side | None = self.left  # while it is narrow
        for side in (self.left, self.right):
            side.action.setParent(self)
            side.action.triggered.connect(lambda shown, side=side: self._asked(side, shown))

    def lay_out(self, row: QBoxLayout) -> None:
        """Put both panels and their buttons around what is in a row."""
        row.insertWidget(0, self.left.panel)
        row.insertWidget(0, self.left.button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.right.panel)
        row.addWidget(self.right.button, 0, Qt.AlignmentFlag.AlignTop)

    @property
    def narrow(self) -> bool:
        """Whether there is no room for both."""
        return self._narrow

    def fit(self, width: int) -> None:
        """Follow the width of the window, or the size of the text."""
        both = self.left.panel.maximumWidth() + self.right.panel.maximumWidth() + MIDDLE
        self._narrow = width < min(both, NEVER_FROM)
        self._apply()

    def _asked(self, side: Side, shown: bool) -> None:
        if self._narrow:
            self._open = side if shown else None
        else:
            side.away = not shown
        self._apply()

    def _apply(self) -> None:
        for side in (self.left, self.right):
            side.show(side is self._open if self._narrow else not side.away)
