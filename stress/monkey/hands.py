"""Hands that press keys and move the mouse, by Qt's own test events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QInputMethodEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

BUTTONS = {
    "left": Qt.MouseButton.LeftButton,
    "middle": Qt.MouseButton.MiddleButton,
    "right": Qt.MouseButton.RightButton,
}
HELD = {
    "": Qt.KeyboardModifier.NoModifier,
    "ctrl": Qt.KeyboardModifier.ControlModifier,
    "shift": Qt.KeyboardModifier.ShiftModifier,
    "alt": Qt.KeyboardModifier.AltModifier,
    "ctrl+shift": Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
}
KEYS = {
    "space": Qt.Key.Key_Space, "Left": Qt.Key.Key_Left, "Right": Qt.Key.Key_Right,
    "Up": Qt.Key.Key_Up, "Down": Qt.Key.Key_Down, "Home": Qt.Key.Key_Home, "End": Qt.Key.Key_End,
    "Prior": Qt.Key.Key_PageUp, "Next": Qt.Key.Key_PageDown, "Return": Qt.Key.Key_Return,
    "Escape": Qt.Key.Key_Escape, "Tab": Qt.Key.Key_Tab, "BackSpace": Qt.Key.Key_Backspace,
    "Delete": Qt.Key.Key_Delete, "F1": Qt.Key.Key_F1, "F10": Qt.Key.Key_F10, "F11": Qt.Key.Key_F11,
    "Menu": Qt.Key.Key_Menu, "plus": Qt.Key.Key_Plus, "minus": Qt.Key.Key_Minus,
    **{letter: Qt.Key(ord(letter.upper())) for letter in "abcdefghijklmnopqrstuvwxyz"},
    **{digit: Qt.Key(ord(digit)) for digit in "0123456789"},
}  # fmt: skip
"""Keys by the names that X gives them."""


class Hands(Protocol):
    """What presses and moves; places are in the coordinates of the widget."""

    def move(self, widget: QWidget, at: QPoint) -> None: ...
    def click(self, widget: QWidget, at: QPoint, button: str, held: str, times: int) -> None: ...
    def drag(self, widget: QWidget, path: Sequence[QPoint], button: str) -> None: ...
    def wheel(self, widget: QWidget, at: QPoint, steps: int, held: str) -> None: ...
    def key(self, widget: QWidget, name: str, held: str) -> None: ...
    def type(self, widget: QWidget, text: str) -> None: ...


def ground(widget: QWidget, *places: QPoint) -> tuple[QWidget, QWindow] | None:
    """The window that a widget is on, as Qt and as the screen know it.

    None if it is not there, or if one of the places in the widget is outside of it: scrolled away.
    """
    if not isValid(widget):  # it went when the last event was worked off
        return None
    top = widget.window()
    handle = top.windowHandle()
    if handle is None or not top.isVisible():
        return None
    there = top.rect() & QRect(QPoint(0, 0), handle.size())
    inside = all(there.contains(widget.mapTo(top, place)) for place in places)
    return (top, handle) if inside else None


class TestHands:
    """Synthetic events: they go the way of the platform's, through popups and modal dialogs.

    Attributes:
        between: is called between two events of one action, when Qt has worked the first one off.
    """

    def __init__(self) -> None:
        self.between: Callable[[], None] = lambda: None

    def move(self, widget: QWidget, at: QPoint) -> None:
        if found := ground(widget, at):
            top, handle = found
            QTest.mouseMove(handle, widget.mapTo(top, at))

    def click(self, widget: QWidget, at: QPoint, button: str, held: str, times: int) -> None:
        if not (found := ground(widget, at)):
            return
        top, handle = found
        place = widget.mapTo(top, at)
        if times == 1:
            QTest.mouseClick(handle, BUTTONS[button], HELD[held], place)
        else:
            QTest.mouseDClick(handle, BUTTONS[button], HELD[held], place)

    def drag(self, widget: QWidget, path: Sequence[QPoint], button: str) -> None:
        if not (found := ground(widget, *path)):
            return
        top, handle = found
        places = [widget.mapTo(top, point) for point in path]
        QTest.mousePress(handle, BUTTONS[button], HELD[""], places[0])
        for place in places[1:]:
            if isValid(top) and top.windowHandle() is handle:
                QTest.mouseMove(handle, place)
                self.between()
        if isValid(top) and top.windowHandle() is handle:
            QTest.mouseRelease(handle, BUTTONS[button], HELD[""], places[-1])

    def wheel(self, widget: QWidget, at: QPoint, steps: int, held: str) -> None:
        if found := ground(widget, at):
            top, handle = found
            place = QPointF(widget.mapTo(top, at))
            QTest.wheelEvent(handle, place, QPoint(0, 120 * steps), stateKey=HELD[held])

    def key(self, widget: QWidget, name: str, held: str) -> None:
        if found := ground(widget):
            QTest.keyClick(found[1], KEYS[name], HELD[held])

    def type(self, widget: QWidget, text: str) -> None:
        if not (found := ground(widget)):
            return
        if text.isascii():
            for letter in text:
                QTest.keyClick(found[1], letter)
                self.between()
        elif (focused := QApplication.focusWidget()) is not None:
            event = QInputMethodEvent("", [])
            event.setCommitString(text)
            QApplication.sendEvent(focused, event)
