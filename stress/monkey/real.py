"""Hands that press keys and move the mouse through the X server, as a person's would."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QWidget

BUTTONS = {"left": 1, "middle": 2, "right": 3}
REAL = {
    QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonDblClick, QEvent.Type.KeyPress, QEvent.Type.KeyRelease,
    QEvent.Type.Wheel,
}  # fmt: skip
NAMED = {" ": "space", ",": "comma", ".": "period", "-": "minus", "×": "multiply"}


class RealHands:
    """``xdotool`` in a process of its own; what it is told reaches the window as XTEST events."""

    def __init__(self) -> None:
        self._tool = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True)

    def close(self) -> None:
        assert self._tool.stdin is not None
        self._tool.stdin.close()
        self._tool.wait(30)

    def _do(self, *lines: str) -> None:
        assert self._tool.stdin is not None
        self._tool.stdin.write("".join(f"{line}\n" for line in lines))
        self._tool.stdin.flush()

    def _to(self, widget: QWidget, at: QPoint) -> str:
        place = widget.mapToGlobal(at)
        return f"mousemove {max(place.x(), 0)} {max(place.y(), 0)}"

    def move(self, widget: QWidget, at: QPoint) -> None:
        self._do(self._to(widget, at))

    def _held(self, held: str, *lines: str) -> None:
        keys = [key for key in held.split("+") if key]
        self._do(
            *(f"keydown {key}" for key in keys), *lines, *(f"keyup {key}" for key in reversed(keys))
        )

    def click(self, widget: QWidget, at: QPoint, button: str, held: str, times: int) -> None:
        self._held(held, self._to(widget, at), *[f"click {BUTTONS[button]}"] * times)

    def drag(self, widget: QWidget, path: Sequence[QPoint], button: str) -> None:
        moves = [self._to(widget, point) for point in path]
        self._do(moves[0], f"mousedown {BUTTONS[button]}", *moves, f"mouseup {BUTTONS[button]}")

    def wheel(self, widget: QWidget, at: QPoint, steps: int, held: str) -> None:
        self._held(held, self._to(widget, at), *[f"click {4 if steps > 0 else 5}"] * abs(steps))

    def key(self, widget: QWidget, name: str, held: str) -> None:
        self._do(f"key {f'{held}+' if held else ''}{name}")

    def type(self, widget: QWidget, text: str) -> None:
        letters = [NAMED.get(letter, letter) for letter in text]
        self._do(*(f"key {letter}" for letter in letters if len(letter) > 1 or letter.isalnum()))


class Deliveries(QObject):
    """Counts the events that have come from the X server to any of the windows."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self._known: set[QWindow] = set()

    def look(self) -> None:
        """Take in windows that are new."""
        there = set(QGuiApplication.topLevelWindows())
        for window in there - self._known:
            window.installEventFilter(self)
        self._known = there

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self.count += event.type() in REAL and event.spontaneous()
        return False
