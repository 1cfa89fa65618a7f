"""Finding widgets, and finding them again when a run is replayed."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGraphicsView,
    QLineEdit,
    QMenu,
    QMenuBar,
    QSlider,
    QSplitterHandle,
    QTabBar,
    QWidget,
)

TOUCHABLE = (
    QAbstractButton, QComboBox, QLineEdit, QSlider, QAbstractSpinBox, QTabBar, QGraphicsView,
    QSplitterHandle, QMenuBar, QAbstractItemView,
)  # fmt: skip


def path_of(widget: QWidget, root: QWidget) -> str:
    """Where a widget stands below another: its kind and which of that kind, level by level."""
    steps = []
    while widget is not root:
        parent = widget.parentWidget()
        alike = [c for c in parent.children() if type(c) is type(widget)]
        steps.append(f"{type(widget).__name__}:{alike.index(widget)}")
        widget = parent
    return "/".join(reversed(steps))


def find(root: QWidget, path: str) -> QWidget | None:
    """The widget at a path, None where there is none."""
    widget = root
    for step in filter(None, path.split("/")):
        name, place = step.split(":")
        alike = [c for c in widget.children() if type(c).__name__ == name]
        if int(place) >= len(alike) or not isinstance(alike[int(place)], QWidget):
            return None
        widget = alike[int(place)]  # type: ignore[assignment]
    return widget


def touchable(root: QWidget, kinds: tuple[type, ...] = TOUCHABLE) -> list[QWidget]:
    """The widgets below one that somebody could use now."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, kinds)
        and widget.isVisible()
        and widget.isEnabled()
        and widget.width() > 1
        and widget.window() is root.window()
    ]


def menus(window: QWidget) -> list[QMenu]:
    """The menus of a window that somebody can open, each filled as for that."""
    found = []
    for menu in window.findChildren(QMenu):
        above = menu.parentWidget()
        while above is not None and not isinstance(above, QGraphicsView):
            above = above.parentWidget()
        if above is None:  # pyqtgraph's own menus are never opened
            menu.aboutToShow.emit()
            found.append(menu)
    return found


def entries(window: QWidget) -> list[tuple[str, QAction]]:
    """The entries of all these menus that could be chosen now, with the titles of their menus."""
    there = menus(window)
    opened = {menu.menuAction().text() for menu in there}
    return [
        (menu.title(), action)
        for menu in there
        for action in menu.actions()
        if action.isEnabled() and action.isVisible() and not action.isSeparator()
        and action.text() not in opened
    ]  # fmt: skip


def scope(window: QWidget) -> tuple[str, QWidget]:
    """What takes the clicks: a popup, a modal dialog, or the window."""
    popup = QApplication.activePopupWidget()
    if popup is not None:
        return ("menu" if isinstance(popup, QMenu) else "popup"), popup
    modal = QApplication.activeModalWidget()
    if modal is not None:
        return "dialog", modal
    return "window", window
