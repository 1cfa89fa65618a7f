"""What to do next: an action as plain data, so that it can be written down and done again."""

from __future__ import annotations

import math
import random
from typing import Any

from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QGraphicsView,
    QLineEdit,
    QSlider,
    QSplitterHandle,
    QTabBar,
    QWidget,
)

from initviz.app.fields import Field
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.catalog.parameter import Kind, Parameter
from stress.monkey.hands import BUTTONS, HELD, KEYS
from stress.monkey.places import entries, path_of, touchable

Action = dict[str, Any]

RUBBISH = (
    "", "-", "0", "-1", "1e999", "nan", "inf", "8,,8", "100 x 1024", "10, 4", "40 x 16", "1",
    "999999999999", "abc", "3.5.1", "1,5", "  7 ", "×", "½", "\uff45",
    "\u202e12", "0x10", "'\"<b>&",
    "1024", "2 x 3 x 4", "1e-9", "1e6", "64 × 8", ", ", "a" * 200,
)  # fmt: skip
RESTS = (0, 0, 0, 0, 0, 1, 5, 15, 30, 80, 250)
"""Milliseconds between two actions: mostly none, now and then enough to see a picture."""

IN_WINDOW = {
    "click": 14, "click_anywhere": 6, "combo": 8, "slide": 6, "type": 9, "drag": 6, "wheel": 5,
    "hover": 5, "key": 9, "menu": 12, "menu_bar": 1, "page": 4, "splitter": 2, "resize": 3,
    "drop": 1, "lesson": 4, "train": 8, "context": 2, "state": 1, "export": 1.0, "undo": 3,
    "activate": 1, "speed": 2, "scrub": 3, "reopen": 0.2,
}  # fmt: skip
IN_DIALOG = {
    "click": 20, "click_anywhere": 4, "combo": 10, "slide": 2, "type": 4, "spin": 8, "drag": 1,
    "wheel": 2, "hover": 2, "key": 5, "page": 4, "resize": 1, "leave": 5, "wait": 8,
    "reopen": 0.1,
}  # fmt: skip
IN_POPUP = {"key": 8, "click_anywhere": 6, "hover": 2, "leave": 3, "click": 4, "reopen": 0.05}
IN_MENU = {"key": 10, "click_anywhere": 8, "hover": 3, "leave": 2}
WEIGHTS = {"window": IN_WINDOW, "dialog": IN_DIALOG, "popup": IN_POPUP, "menu": IN_MENU}
MENU_KEYS = ("Up", "Down", "Left", "Right", "Return", "Escape", "Home", "End", "space", "a", "s")


class Chooser:
    """Chooses actions at random; the same seed chooses the same of the same window.

    Args:
        seed: decides everything.
        real: whether only actions that a mouse and a keyboard can do are wanted, and no more of
            the others than it takes.
    """

    def __init__(self, seed: int, real: bool = False) -> None:
        self.random = random.Random(seed)
        self.real = real

    def next(self, where: str, root: QWidget, window: Window) -> Action:
        """An action upon what takes the clicks now."""
        weights = dict(WEIGHTS[where])
        if self.real:  # what no mouse does, only as often as it takes
            for name in ("menu", "resize", "drop", "lesson", "state", "speed", "reopen"):
                if name in weights:
                    weights[name] /= 4
        for _ in range(20):
            name = self.random.choices(list(weights), list(weights.values()))[0]
            action = getattr(self, f"_{name}", self._plain)(root, window)
            if action is not None:
                return {"do": name, "in": where, "rest": self.random.choice(RESTS), **action}
        return {"do": "wait", "in": where, "rest": 30}

    # --- what they act upon -------------------------------------------------------------------

    def _one(self, root: QWidget, *kinds: type) -> QWidget | None:
        found = touchable(root, kinds) if kinds else touchable(root)
        return self.random.choice(found) if found else None

    def _at(self) -> list[float]:
        return [round(self.random.random(), 4), round(self.random.random(), 4)]

    def _plain(self, root: QWidget, window: Window) -> Action | None:
        return {}

    def _click(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root)
        if widget is None:
            return None
        return {
            "on": path_of(widget, root), "at": self._at(),
            "button": self.random.choices(list(BUTTONS), (10, 1, 2))[0],
            "held": self.random.choice(["", "", "", "", *HELD]),
            "times": self.random.choice((1, 1, 1, 1, 2)),
        }  # fmt: skip

    def _click_anywhere(self, root: QWidget, window: Window) -> Action | None:
        return {
            "on": "", "at": self._at(), "button": self.random.choices(list(BUTTONS), (10, 1, 1))[0],
            "held": "", "times": self.random.choice((1, 1, 2)),
        }  # fmt: skip

    def _combo(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root, QComboBox)
        if widget is None:
            return None
        return {"on": path_of(widget, root), "item": self.random.randrange(1000),
                "opens": self.random.random() < 0.2}  # fmt: skip

    def _slide(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root, QSlider)
        return widget and {"on": path_of(widget, root), "path": self._path(6)}  # type: ignore[return-value]

    def _spin(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root, QAbstractSpinBox)
        if widget is None:
            return None
        text = self.random.choice([str(self.random.randrange(3000)), "", "0", "99999", "64", "abc"])
        return {"on": path_of(widget, root), "text": text}

    def _type(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root, QLineEdit)
        if widget is None:
            return None
        field = widget.parentWidget()
        text = self.random.choice(RUBBISH)
        if isinstance(field, Field) and self.random.random() < 0.7:
            text = self._value(field.parameter)
        ends = self.random.choice(("", "Return", "Tab", "Escape", "Up", "Down"))
        return {"on": path_of(widget, root), "text": text, "end": ends}

    def _value(self, parameter: Parameter) -> str:
        draw = self.random
        if parameter.kind is Kind.SIZES:
            depth = draw.choice((1, 2, 2, 3, 3, 5, 8, 20, 40))
            return ", ".join([str(draw.choice((1, 2, 4, 8, 16, 32)))] * depth)
        if parameter.kind not in (Kind.INTEGER, Kind.NUMBER):
            return draw.choice(RUBBISH)
        low, high = (parameter.slide or (parameter.low, min(parameter.high, 300)))[:2]
        low, high = max(low, -1e3), min(high, 1e3)
        value = draw.uniform(low, high)
        if low > 0 and draw.random() < 0.7:
            value = math.exp(draw.uniform(math.log(low), math.log(high)))
        value = draw.choice((value, value, value, parameter.low, low, high))
        return f"{value:.0f}" if parameter.kind is Kind.INTEGER else f"{value:.3g}"

    def _path(self, most: int) -> list[list[float]]:
        return [self._at() for _ in range(self.random.randint(2, most))]

    def _drag(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root, QGraphicsView) or root
        return {"on": path_of(widget, root), "path": self._path(8),
                "button": self.random.choices(list(BUTTONS), (8, 1, 1))[0]}  # fmt: skip

    def _splitter(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root, QSplitterHandle)
        if widget is None:
            return None
        by = [[0.5, 0.5], *([self.random.uniform(-9, 9), self.random.uniform(-9, 9)],) * 2]
        return {"on": path_of(widget, root), "path": by}

    def _wheel(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root, QGraphicsView, QComboBox, QSlider, QAbstractSpinBox) or root
        return {"on": path_of(widget, root), "at": self._at(),
                "steps": self.random.choice((-5, -2, -1, 1, 2, 5)),
                "held": self.random.choice(("", "", "ctrl", "shift"))}  # fmt: skip

    def _hover(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root) or root
        return {"on": path_of(widget, root), "path": self._path(6)}

    def _key(self, root: QWidget, window: Window) -> Action | None:
        if root.inherits("QMenu"):
            return {"key": self.random.choice(MENU_KEYS), "held": ""}
        return {"key": self.random.choice(list(KEYS)),
                "held": self.random.choice(["", "", "", *HELD])}  # fmt: skip

    def _context(self, root: QWidget, window: Window) -> Action | None:
        return {**self._drag(root, window), "at": self._at()}  # type: ignore[dict-item]

    def _menu(self, root: QWidget, window: Window) -> Action | None:
        there = entries(window)
        if not there:
            return None
        title = self.random.choice(sorted({title for title, _ in there}))
        texts = sorted({action.text() for menu, action in there if menu == title})
        return {"menu": title, "entry": self.random.choice(texts)}

    def _menu_bar(self, root: QWidget, window: Window) -> Action | None:
        return {"key": self.random.choice("feriolvh"), "held": "alt"}

    def _page(self, root: QWidget, window: Window) -> Action | None:
        widget = self._one(root, QTabBar)
        return widget and {"on": path_of(widget, root), "tab": self.random.randrange(6)}  # type: ignore[return-value]

    def _resize(self, root: QWidget, window: Window) -> Action | None:
        sizes = ((1, 1), (960, 600), (1280, 800), (1000, 2000), (2400, 620), (800, 600))
        free = (self.random.randint(300, 2000), self.random.randint(300, 1400))
        return {"size": self.random.choice((*sizes, free, free, free))}

    def _drop(self, root: QWidget, window: Window) -> Action | None:
        return {"kind": self.random.choice((".toml", ".csv", ".initviz", ".png"))}

    def _lesson(self, root: QWidget, window: Window) -> Action | None:
        return {"name": self.random.choice(list(LESSONS))}

    def _state(self, root: QWidget, window: Window) -> Action | None:
        return {"to": self.random.choice(("minimised", "maximised", "full", "normal", "normal"))}

    def _export(self, root: QWidget, window: Window) -> Action | None:
        return {"tab": self.random.choice(("save_page", "make_film", "save_data"))}

    def _undo(self, root: QWidget, window: Window) -> Action | None:
        return {"times": self.random.randint(1, 6), "redo": self.random.random() < 0.4}

    def _speed(self, root: QWidget, window: Window) -> Action | None:
        return {"item": self.random.choice((0, 2, 3, 4, 5, 5, 5, 5))}

    def _scrub(self, root: QWidget, window: Window) -> Action | None:
        return {"path": self._path(6)}
