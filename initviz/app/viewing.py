"""Which views the page shows: the View menu, the panels' own menus, and the keys for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from initviz.views.base import View
from initviz.views.page import Page

if TYPE_CHECKING:
    from initviz.app.window import Window


class Viewing(QObject):
    """Enlarges, hides and puts back the views of a window's pages, and remembers which are hidden.

    Attributes:
        entries: for every view of every page, the entry of the View menu that shows or hides it.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._last: View | None = None  # that the mouse was over
        self.entries: list[tuple[Page, View, QAction]] = []
        for page in window.pages:
            page.hide_views(window.memory.hidden(page.arrangement.name))
            page.changed.connect(self._changed)
            for view in page.views:
                view.panel.installEventFilter(self)
                view.panel.menu_asked.connect(partial(self.show_menu, view))
                entry = QAction(view.title, window)
                entry.setCheckable(True)
                entry.toggled.connect(partial(self._toggled, page, view))
                self.entries.append((page, view, entry))
        window.tabs.currentChanged.connect(lambda _: self._changed())
        self._changed()

    def view(self) -> View | None:
        """The view that is meant: under the mouse, else with the focus, else the last of them."""
        shown = self._window.page.shown
        focused = self._window.focusWidget()
        under = [view for view in shown if view.panel.underMouse()]
        with_focus = [v for v in shown if focused is not None and v.panel.isAncestorOf(focused)]
        last = [view for view in shown if view is self._last]
        return next(iter([*under, *with_focus, *last, *shown]), None)

    def enlarge(self) -> None:
        """Let the view that is meant fill the page, or put it back."""
        view = self.view()
        if view is not None:
            self._window.page.toggle_enlarged(view)

    def reset_axes(self) -> None:
        """Show the whole axes of the view that is meant."""
        view = self.view()
        if view is not None:
            view.canvas.reset_axes()

    def show_all(self) -> None:
        """Bring every view of the page back."""
        self._window.page.hide_views(())

    def menu(self, view: View) -> QMenu:
        """What can be done with a view."""
        page = next(p for p, v, _ in self.entries if v is view)
        files = self._window.files
        menu = QMenu(self._window)
        reset = menu.addAction("Reset axes", view.canvas.reset_axes)
        reset.setEnabled(view.canvas.is_zoomed())
        enlarged = page.enlarged is view
        menu.addAction("Put back" if enlarged else "Enlarge", partial(page.toggle_enlarged, view))
        menu.addAction("Hide", partial(page.set_hidden, view, True))
        menu.addSeparator()
        menu.addAction("Save picture…", partial(files.save_picture, view.name))
        menu.addAction("Copy picture", partial(files.copy_picture, view))
        return menu

    def show_menu(self, view: View, place: QPoint) -> None:
        """Open a view's menu at a place on the screen."""
        menu = self.menu(view)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def remember(self) -> None:
        """Keep which views are hidden, for the next start."""
        for page in self._window.pages:
            page.put_back()
            self._window.memory.set_hidden(page.arrangement.name, page.hidden)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Know where the mouse was last: a menu takes it away from the view that is meant."""
        if event.type() == QEvent.Type.Enter:
            self._last = next((v for _, v, _ in self.entries if v.panel is watched), None)
        return False

    def _toggled(self, page: Page, view: View, shown: bool) -> None:
        page.set_hidden(view, not shown)

    def _changed(self) -> None:
        for page, view, entry in self.entries:
            entry.setVisible(page is self._window.page)
            entry.blockSignals(True)
            entry.setChecked(view.name not in page.hidden)
            entry.blockSignals(False)
