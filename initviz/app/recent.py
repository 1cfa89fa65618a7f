"""File → Open recent: what was opened and saved last."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from initviz.app.window import Window


class RecentMenu(QMenu):
    """The files of the memory, the newest first; those that are gone say so."""

    def __init__(self, window: Window) -> None:
        super().__init__("Open &recent", window)
        self._window = window
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """Show what there is now."""
        self.clear()
        paths = self._window.memory.recent
        names = [path.name for path in paths]
        for path in paths:
            there = os.path.exists(path)  # Path.exists raises where a folder may not be read
            # Files of one name are told apart by their folders.
            name = path.name if names.count(path.name) == 1 else f"{path.name} – {path.parent}"
            name = name.replace("&", "&&")
            action = QAction(name if there else f"{name} (missing)", self)
            action.setToolTip(str(path))
            action.setEnabled(there)
            action.triggered.connect(lambda _=False, path=path: self._window.files.open_path(path))
            self.addAction(action)
        self.addSeparator()
        forget = QAction("&Clear this list" if paths else "Nothing yet", self)
        forget.setEnabled(bool(paths))
        forget.triggered.connect(lambda _=False: self._window.memory.forget_files())
        self.addAction(forget)
