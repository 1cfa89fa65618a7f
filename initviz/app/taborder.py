"""The order in which Tab goes through the controls: as they stand, whenever they were made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QLayout,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QWidget,
)


def controls(regions: Sequence[QWidget]) -> list[QWidget]:
    """Every control in these parts of a window that Tab can reach now, in order."""
    return [widget for region in regions for widget in _walk(region) if _reachable(widget)]


def step(regions: Sequence[QWidget], forward: bool) -> bool:
    """Give the keyboard to the next control, or the one before; after the last comes the first."""
    order = controls(regions)
    if not order:
        return False
    here = QApplication.focusWidget()
    place = next((i for i, widget in enumerate(order) if widget is here), None)
    if place is None:
        place = -1 if forward else len(order)
    target = order[(place + (1 if forward else -1)) % len(order)]
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    target.setFocus(reason)
    _bring_into_sight(target)
    return True


def _reachable(widget: QWidget) -> bool:
    if widget.focusProxy() is not None or not widget.isEnabled() or not widget.isVisible():
        return False
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _bring_into_sight(widget: QWidget) -> None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()


def _walk(widget: QWidget) -> Iterator[QWidget]:
    """A widget and all in it, in the order of reading."""
    yield widget
    for child in _children(widget):
        yield from _walk(child)


def _children(widget: QWidget) -> Iterator[QWidget]:
    if isinstance(widget, QScrollArea):
        inner = widget.widget()
        return iter([inner] if inner is not None else [])
    if isinstance(widget, QTabWidget):
        return iter([widget.tabBar(), widget.currentWidget()])
    if isinstance(widget, QSplitter):
        return iter([each for i in range(widget.count()) if (each := widget.widget(i))])
    layout = widget.layout()
    return _in_layout(layout) if layout is not None else iter(())


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        inner, widget = (item.layout(), item.widget()) if item is not None else (None, None)
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _in_layout(inner)
