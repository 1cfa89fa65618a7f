"""The Export dialog: a page for each kind of thing that can be taken out of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QPushButton, QTabWidget, QVBoxLayout

from initviz.app.export_data import ExportData
from initviz.app.export_film import ExportFilm
from initviz.app.export_picture import ExportPicture
from initviz.app.room import fit_to_screen, scrolling

if TYPE_CHECKING:
    from initviz.app.window import Window

FIRST_SIZE, SHARE = (940, 600), 0.72
"""Pixels, and how much of a larger window the dialog takes: the preview gains by it."""

PICTURE, FILM, DATA = "picture", "film", "data"
KINDS = {PICTURE: "Picture", FILM: "Film", DATA: "Data and code"}
"""What the tabs are called."""


class Export(QDialog):
    """What can be saved of a run, each kind on a tab.

    Args:
        window: whose run, pages and views they are.
        what: the name of the page or view that is chosen first.
        kind: a name in ``KINDS``, whose tab is on top.
    """

    def __init__(self, window: Window, what: str, kind: str = PICTURE) -> None:
        super().__init__(window)
        self.setWindowTitle("Export")
        first = QSize(*(window.look.px(side) for side in FIRST_SIZE))
        fit_to_screen(self, first.expandedTo(window.size() * SHARE))
        self.tabs = QTabWidget()
        self.tabs.tabBar().setAccessibleName("What to export")
        self.picture = ExportPicture(window, what)
        self.film = ExportFilm(window, what)
        self.data = ExportData(window)
        panes: dict[str, ExportPicture | ExportFilm | ExportData] = {
            PICTURE: self.picture,
            FILM: self.film,
            DATA: self.data,
        }
        for name, pane in panes.items():
            pane.close_asked.connect(self.reject)
            self.finished.connect(lambda _, pane=pane: pane.end())
            self.tabs.addTab(scrolling(pane), KINDS[name])
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Return saves, wherever the keyboard is
        for early in (self.picture, self.data):  # epoch 0 may still be on its way
            window.player.recorded.connect(early.recorded)
        self._panes = list(panes.values())
        self.tabs.setCurrentIndex(self._panes.index(panes[kind]))
        self.tabs.currentChanged.connect(lambda _: self._tab_changed())
        column = QVBoxLayout(self)
        column.addWidget(self.tabs)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what is on top."""
        super().showEvent(event)
        self._tab_changed()

    def _tab_changed(self) -> None:
        """Return saves what is on top."""
        shown = self._panes[self.tabs.currentIndex()]
        for pane in self._panes:
            pane.save.setDefault(pane is shown)
        if shown is self.film:
            self.film.draw()
