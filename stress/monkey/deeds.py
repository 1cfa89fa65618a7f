"""Doing what was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QScrollArea,
    QTabBar,
    QWidget,
)
from shiboken6 import isValid

from initviz.app.model import Phase
from initviz.app.window import Window
from stress.monkey.answers import Answers
from stress.monkey.hands import Hands
from stress.monkey.places import entries, find


class Deeds:
    """Does actions upon a window.

    Args:
        hands: press keys and move the mouse.
        answers: know files.
    """

    def __init__(self, hands: Hands, answers: Answers) -> None:
        self.hands, self.answers = hands, answers

    def do(self, action: dict[str, Any], root: QWidget, window: Window) -> None:
        """Do an action; one whose widget is not there any more is left out."""
        widget = find(root, action.get("on", ""))
        if widget is None or not widget.isVisible():
            return
        getattr(self, f"_{action['do']}")(action, widget, window)

    def _bring_into_sight(self, widget: QWidget) -> None:
        above: QWidget | None = widget.parentWidget()
        while above is not None:
            if isinstance(above, QScrollArea):
                above.ensureWidgetVisible(widget, 0, 0)
            above = above.parentWidget()

    # --- mouse and keyboard -------------------------------------------------------------------

    def _click(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        self._bring_into_sight(widget)
        self.hands.click(
            widget, place(widget, action["at"]), action["button"], action["held"], action["times"]
        )

    _click_anywhere = _click

    def _drag(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        path = [place(widget, at) for at in action["path"]]
        self.hands.drag(widget, path, action.get("button", "left"))

    def _slide(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        self._bring_into_sight(widget)
        self._drag(action, widget, window)

    _splitter = _drag

    def _scrub(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        self._drag(action, window.scrubber.slider, window)

    def _wheel(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        self.hands.wheel(widget, place(widget, action["at"]), action["steps"], action["held"])

    def _hover(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        for at in action["path"]:
            if not isValid(widget):  # the mouse over it has let others take its place
                return
            self.hands.move(widget, place(widget, at))

    def _key(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        self.hands.key(widget, action["key"], action["held"])

    _menu_bar = _key

    def _type(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        self._bring_into_sight(widget)
        widget.setFocus()
        assert isinstance(widget, QLineEdit)
        widget.selectAll()
        self.hands.type(widget, action["text"])
        if action["end"]:
            self.hands.key(widget, action["end"], "")

    def _spin(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        self._bring_into_sight(widget)
        widget.setFocus()
        assert isinstance(widget, QAbstractSpinBox)
        widget.selectAll()
        self.hands.type(widget, action["text"])
        self.hands.key(widget, "Tab", "")

    def _combo(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        assert isinstance(widget, QComboBox)
        self._bring_into_sight(widget)
        if action["opens"]:
            widget.showPopup()
        elif widget.count():
            item = action["item"] % widget.count()
            widget.setCurrentIndex(item)
            widget.activated.emit(item)

    def _page(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        assert isinstance(widget, QTabBar)
        middle = widget.tabRect(action["tab"] % max(widget.count(), 1)).center()
        self.hands.click(widget, middle, "left", "", 1)

    def _context(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        at = place(widget, action["at"])
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Keyboard, at, widget.mapToGlobal(at), Qt.KeyboardModifier(0)
        )
        QApplication.sendEvent(widget, event)

    # --- what people want ---------------------------------------------------------------------

    def _menu(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        for title, entry in entries(window):
            if (title, entry.text()) == (action["menu"], action["entry"]):
                entry.trigger()
                return

    def _resize(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        widget.window().resize(*action["size"])

    def _drop(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        path = self.answers.any_file((action["kind"],))
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        common = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
        QApplication.sendEvent(window, QDragEnterEvent(QPoint(9, 9), *common))
        QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), *common, QEvent.Type.Drop))

    def _lesson(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        window.choose_lesson(action["name"])

    def _train(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        if window.model.phase is not Phase.TRAINING:
            self.hands.click(
                window.transport.main, window.transport.main.rect().center(), "left", "", 1
            )

    def _state(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        to = {"minimised": window.showMinimized, "maximised": window.showMaximized,
              "full": window.showFullScreen, "normal": window.showNormal}  # fmt: skip
        to[action["to"]]()

    def _export(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        getattr(window.files, action["tab"])()

    def _undo(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        edits = window.session.edits
        for _ in range(action["times"]):
            (edits.redo if action["redo"] else edits.undo).trigger()

    def _activate(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        window.activateWindow()
        window.setFocus()

    def _speed(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        combo = window.transport.speed
        combo.setCurrentIndex(action["item"])
        combo.activated.emit(action["item"])

    def _wait(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        """Nothing: the rest after it is what was wanted."""

    def _leave(self, action: dict[str, Any], widget: QWidget, window: Window) -> None:
        leave(widget)


def leave(widget: QWidget) -> None:
    """Close a popup or a dialog."""
    top = widget.window()
    if isinstance(top, QDialog):
        top.reject()
    else:
        top.close()


def place(widget: QWidget, at: list[float]) -> QPoint:
    """A place in a widget, given in shares of its size."""
    return QPoint(round(at[0] * (widget.width() - 1)), round(at[1] * (widget.height() - 1)))


def left_behind(folder: Path) -> list[str]:
    """Names of files that should have been taken away."""
    return sorted(p.name for p in folder.rglob("*") if p.name.endswith((".part", ".tmp")))
