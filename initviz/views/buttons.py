"""The buttons of a panel: whole axes again, save, enlarge, hide; or, where it is tight, one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from initviz.views.icons import icon
from initviz.views.style import Style

ICON = 14
"""Pixels on a side of an icon."""


class PanelButtons(QWidget):
    """What can be done with a view.

    Signals:
        save_asked(), enlarge_asked(), hide_asked(), reset_asked(): the button was pressed.
        menu_asked(place): the menu with all of that is wanted at a place on the screen.
    """

    save_asked = Signal()
    enlarge_asked = Signal()
    hide_asked = Signal()
    reset_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._brief = self._zoomed = self._enlarged = False
        self._style: Style | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.reset = self._button(f"Show the whole axes of “{title}” again (A)")
        self.reset.clicked.connect(self.reset_asked)
        self.save = self._button(f"Save a picture of “{title}”")
        self.save.clicked.connect(self.save_asked)
        self.enlarge = self._button("")
        self.enlarge.clicked.connect(self.enlarge_asked)
        self.hide_ = self._button(f"Hide “{title}”; the View menu brings it back")
        self.hide_.clicked.connect(self.hide_asked)
        self.menu = self._button(f"Save, enlarge or hide “{title}”")
        self.menu.clicked.connect(
            lambda _=False: self.menu_asked.emit(
                self.menu.mapToGlobal(self.menu.rect().bottomLeft())
            )
        )
        self.set_enlarged(False)

    def set_style(self, style: Style) -> None:
        """Change the colours and the size of the icons."""
        self._style = style
        for button, name in (
            (self.reset, "whole"), (self.save, "save"), (self.hide_, "remove"),
            (self.menu, "more"), (self.enlarge, "shrink" if self._enlarged else "enlarge"),
        ):  # fmt: skip
            button.setIcon(icon(name, style.muted))
            button.setIconSize(QSize(1, 1) * style.px(ICON))

    def set_brief(self, brief: bool) -> None:
        """Put all but the button for zoomed axes behind one."""
        self._brief = brief
        self._arrange()

    def set_zoomed(self, zoomed: bool) -> None:
        """Offer the whole axes while less of them is shown, in the last button's place."""
        self._zoomed = zoomed
        self._arrange()

    def set_enlarged(self, enlarged: bool) -> None:
        """Offer the way back instead while the view fills the page."""
        self._enlarged = enlarged
        tip = f"Put “{self._title}” back into the page (F, Esc or double click)"
        if not enlarged:
            tip = f"Enlarge “{self._title}” to the whole page (F or double click)"
        self.enlarge.setToolTip(tip)
        self.enlarge.setAccessibleName(tip)
        if self._style is not None:
            self.set_style(self._style)
        self._arrange()

    def width_for(self, brief: bool) -> int:
        """Pixels that the buttons take, zoomed or not: a plot must not jump when it is zoomed."""
        one = self.save.sizeHint().width() + self._row.spacing()
        return one * (1 if brief else 3)

    def _arrange(self) -> None:
        self.reset.setVisible(self._zoomed)
        self.menu.setVisible(self._brief and not self._zoomed)
        self.save.setVisible(not self._brief)
        self.enlarge.setVisible(not self._brief)
        self.hide_.setVisible(not (self._brief or self._enlarged or self._zoomed))

    def _button(self, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("chip", True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        self._row.addWidget(button)
        return button
