"""The Export dialog: a page for each kind of thing that can be taken out of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from initviz.app.export_picture import ExportPicture

if TYPE_CHECKING:
    from initviz.app.window import Window

FIRST_SIZE = (940, 600)


class Export(QDialog):
    """What can be saved of a run, each kind on a tab; a single one needs no tabs.

    Args:
        window: whose run, pages and views they are.
        what: the name of the page or view that is chosen first.
    """

    def __init__(self, window: Window, what: str) -> None:
        super().__init__(window)
        self.setWindowTitle("Export")
        self.resize(*(window.look.px(side) for side in FIRST_SIZE))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setTabBarAutoHide(True)
        self.tabs.tabBar().setAccessibleName("What to export")
        self.picture = ExportPicture(window, what)
        self.picture.close_asked.connect(self.reject)
        self.add("Picture", self.picture)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs)
        self.finished.connect(lambda _: self.picture.end())

    def add(self, title: str, pane: QWidget) -> None:
        """Offer another kind."""
        self.tabs.addTab(pane, title)
