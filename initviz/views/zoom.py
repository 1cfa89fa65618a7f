"""Zooming: the wheel narrows an axis, dragging moves it, and axes of one meaning go together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF

from initviz.views.axes import Ticks, fine_decades, fine_ticks, whole_numbers

Part = tuple[float, float]
"""The ends of what an axis shows, the lower first."""

SHARED = ("epochs", "layers")
"""Meanings that an axis has in every view: these go together on all pages."""

FIXED = "fixed"
"""The meaning of an axis that is never zoomed."""

LEAST = {"epochs": 2.0, "layers": 2.0}
"""The shortest parts of axes that count something."""

DEEPEST = 200.0
"""How many times an axis can be enlarged."""

END = 15
"""Pixels that a label may reach past the ends of its axis."""

COUNTED, UPRIGHT, LEVEL = 28, 40, 60
"""Pixels between the ticks of a zoomed axis: counts, numbers above and beside one another."""

STEP = 1.0015
"""The factor of one eighth of a degree of the wheel; a notch is 120 of them."""


class Zooms(QObject):
    """Which part of which axis is shown, where it is not the whole.

    Signals:
        moved(key): another part of this axis is shown, or the whole again.
    """

    moved = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, Part] = {}

    def show(self, key: str, part: Part | None) -> None:
        """Show a part of an axis; None is the whole."""
        if part == self.parts.get(key):
            return
        if part is None:
            del self.parts[key]
        else:
            self.parts[key] = part
        self.moved.emit(key)

    def reset(self, keys: Iterable[str] | None = None) -> None:
        """Show the whole of these axes, or of all."""
        for key in list(self.parts if keys is None else keys):
            self.show(key, None)


class ZoomBox(pg.ViewBox):
    """The box of a plot. The range that a view sets is the whole; zooming shows a part of it.

    Args:
        zooms: where the part is remembered, for all boxes with the same key.
        keys: of the axes x and y.
    """

    def __init__(self, zooms: Zooms, keys: tuple[str, str]) -> None:
        super().__init__(enableMenu=False)
        self.zooms, self.keys = zooms, keys
        self.whole: list[Part | None] = [None, None]
        self.setMouseEnabled(x=False, y=False)
        self.setDefaultPadding(0)

    def setRange(
        self,
        rect: QRectF | None = None,
        xRange: Iterable[float] | None = None,
        yRange: Iterable[float] | None = None,
        padding: float | None = None,
        update: bool = True,
        disableAutoRange: bool = True,
    ) -> None:
        """Take a range as the whole of an axis; what was zoomed to stays in sight."""
        if rect is not None:
            xRange, yRange = (rect.left(), rect.right()), (rect.top(), rect.bottom())
        if disableAutoRange:
            # It ranges a last time before it ends: that must not come after this.
            for side, ends in (("x", xRange), ("y", yRange)):
                if ends is not None:
                    self.enableAutoRange(side, False)
        set_: list[Part | None] = [None, None]
        for axis, ends in enumerate((xRange, yRange)):
            if ends is None:
                continue
            low, high = sorted(map(float, ends))
            margin = (high - low) * (self.suggestPadding(axis) if padding is None else padding)
            whole = self.whole[axis] = (low - margin, high + margin)
            set_[axis] = self._fitting(axis, whole)
        super().setRange(
            xRange=set_[0], yRange=set_[1], padding=0, update=update, disableAutoRange=False
        )

    def follow(self, key: str) -> None:
        """Show the part that is wanted now of the axes with this key."""
        found = [self.keys[axis] == key and self.whole[axis] is not None for axis in (0, 1)]
        if any(found):
            if self.state["aspectLocked"]:
                found = [True, True]  # set one by one, each would push the other
            ranges = [self.part(axis) if found[axis] else None for axis in (0, 1)]
            super().setRange(xRange=ranges[0], yRange=ranges[1], padding=0, disableAutoRange=False)

    def part(self, axis: int) -> Part | None:
        """What is shown of an axis; None before a view has said how long it is."""
        whole = self.whole[axis]
        return None if whole is None else self._fitting(axis, whole)

    def zoomed(self, axis: int) -> bool:
        """Whether less than the whole of an axis is shown."""
        return self.keys[axis] in self.zooms.parts

    def _fitting(self, axis: int, whole: Part) -> Part:
        part = self.zooms.parts.get(self.keys[axis])
        return whole if part is None else within(part, whole)

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        """Narrow or widen the axes around the mouse, or the one that the mouse is over."""
        event.accept()
        factor = STEP ** -event.delta()
        at = self.mapSceneToView(event.scenePos())
        axes = (0, 1) if axis is None or self.state["aspectLocked"] else (axis,)
        self.zoom(factor, at, axes)

    def zoom(self, factor: float, at: QPointF, axes: Iterable[int] = (0, 1)) -> None:
        """Show ``factor`` times as much of axes, with a place (in data) staying where it is."""
        for axis in (axis for axis in axes if self.keys[axis] != FIXED):
            part, whole = self.part(axis), self.whole[axis]
            if part is None or whole is None or whole[0] == whole[1]:
                continue
            centre = at.y() if axis else at.x()
            length = whole[1] - whole[0]
            shortest = min(LEAST.get(self.keys[axis], length / DEEPEST), length)
            most = shortest / (part[1] - part[0])
            by = max(factor, most) if factor < 1 else factor
            low, high = (centre + (end - centre) * by for end in part)
            all_ = high - low >= length * (1 - 1e-9)
            self.zooms.show(self.keys[axis], None if all_ else within((low, high), whole))

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Move along the axes that are zoomed."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        by = self.mapSceneToView(event.lastScenePos()) - self.mapSceneToView(event.scenePos())
        for each in (0, 1) if axis is None else (axis,):
            part, whole = self.part(each), self.whole[each]
            if part is not None and whole is not None and self.zoomed(each):
                step = by.y() if each else by.x()
                moved = within((part[0] + step, part[1] + step), whole)
                self.zooms.show(self.keys[each], moved)


def within(part: Part, whole: Part) -> Part:
    """A part of the same length, moved into the whole; the whole where it is longer."""
    low, high = part
    if high - low >= whole[1] - whole[0]:
        return whole
    shift = max(whole[0] - low, 0.0) + min(whole[1] - high, 0.0)
    return low + shift, high + shift


class FineAxis(pg.AxisItem):
    """An axis that has finer ticks where zooming leaves too few of those it was given.

    Attributes:
        decades: whether its positions are log₁₀ of what they stand for.
        counts: whether it counts something, and has no ticks between whole numbers.
        text: the words for a number.
    """

    def __init__(self, side: str) -> None:
        self.decades = self.counts = False
        self.text: Callable[[float], str] | None = None
        self._given: list[Ticks] | None = None
        super().__init__(side)

    def setTicks(self, ticks: list[Ticks] | None) -> None:
        """Take the ticks for the whole axis."""
        self._given = ticks
        self._choose()

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """As pyqtgraph has it, but nothing between what is counted."""
        spacing: list[tuple[float, float]] = super().tickSpacing(low, high, size)
        return [s for s in spacing if s[0] >= 1] or [(1.0, 0.0)] if self.counts else spacing

    def boundingRect(self) -> QRectF:
        """Room for the labels at the ends, also where there is a grid; others would be dropped."""
        rect = QRectF(super().boundingRect())
        if self.grid is False:
            return rect
        return rect.adjusted(0, -END, 0, END) if self._upright else rect.adjusted(-END, 0, END, 0)

    @property
    def _upright(self) -> bool:
        return self.orientation in ("left", "right")

    def setRange(self, low: float, high: float) -> None:
        """Show another range, with ticks that suit it."""
        super().setRange(low, high)
        if self._given is not None:
            self._choose()

    def _choose(self) -> None:
        chosen = self._given
        box = self.linkedView()
        side = 1 if self._upright else 0
        if chosen is not None and isinstance(box, ZoomBox) and box.zoomed(side):
            low, high = sorted(self.range)
            seen = [tick for tick in chosen[0] if low <= tick[0] <= high]
            if len(seen) < 3 or self.counts:
                room = max(self.boundingRect().height() if side else self.boundingRect().width(), 1)
                apart = COUNTED if self.counts else UPRIGHT if side else LEVEL
                chosen = [self._finer(low, high, room / apart), []]
        if chosen != self._tickLevels:
            super().setTicks(chosen)
            if chosen is not None:
                self._make_room([text for level in chosen for _, text in level])

    def _make_room(self, labels: list[str]) -> None:
        """Be as wide as the labels are: pyqtgraph finds out when it has painted without them."""
        if self._upright and labels:
            metrics = QFontMetricsF(self.style["tickFont"] or QFont())
            widest = max(metrics.horizontalAdvance(label) for label in labels)
            self._updateMaxTextSize(math.ceil(widest) + 2)

    def _finer(self, low: float, high: float, room: float) -> Ticks:
        """As many ticks as there is room for, from one end to the other."""
        assert self._given is not None
        most = max(2, min(math.floor(room), 8))
        if self.counts:
            found = whole_numbers(low, high, self._given[0], most)
            return [(at, self.text(at)) for at, _ in found] if self.text else found
        if self.decades:
            return fine_decades(low, high, self._given[0], most)
        return fine_ticks(low, high, most, self.text)
