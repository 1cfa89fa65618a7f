"""Sliders for numbers: slim, through round values, and silent while they are only told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from initviz.catalog.parameter import Parameter
from initviz.catalog.stops import nearest, stops
from initviz.experiment import DEPTH, WIDTH

HANDLE, HEIGHT = 10, 12
"""Pixels of the handle, as the style sheet draws it, and of the whole."""

KEYS = {
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
    Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
}  # fmt: skip
"""What a slider with the keyboard's focus understands, before the window does."""


class ValueSlider(QSlider):
    """A slider through the stops of a parameter.

    Emits ``slid(value)`` for every stop that a hand or a key moves it to, and nothing when it is
    shown a value. What lies beyond its ends rests at them.
    """

    slid = Signal(object)

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.parameter = parameter
        self.stops = stops(parameter)
        self._value: Any = parameter.default
        self._grip = 0.0  # from the middle of the handle to where it was taken
        self.setProperty("slim", True)
        self.setFixedHeight(HEIGHT)
        self.setRange(0, len(self.stops) - 1)
        self.setPageStep(max(len(self.stops) // 10, 1))
        # A click leaves Space and the arrows to the transport: they would edit, not step.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{parameter.label}: slider")
        self.setAccessibleDescription(parameter.help)
        default = parameter.format(parameter.default)
        self.setToolTip(f"{parameter.tooltip()}\nDouble click: back to {default}.")
        self.show_value(parameter.default)
        self.valueChanged.connect(lambda place: self._tell(self.stops[place]))
        self.sliderReleased.connect(lambda: self.show_value(self._value))

    def show_value(self, value: Any) -> None:
        """Move to a value without emitting anything, unless a hand holds the slider."""
        self._value = value
        if not self.isSliderDown():
            with QSignalBlocker(self):
                self.setValue(self._place(value))

    def _tell(self, value: Any) -> None:
        self._value = value
        self.slid.emit(value)

    def _place(self, value: float) -> int:
        return nearest(self.stops, value, log=self.parameter.log)

    def _middle(self, place: int) -> float:
        """Where the middle of the handle is at a stop, in pixels."""
        return HANDLE / 2 + place / max(self.maximum(), 1) * (self.width() - HANDLE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle, or make it jump to where the groove is pressed."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        off = event.position().x() - self._middle(self.value())
        self._grip = off if abs(off) <= HANDLE / 2 else 0.0
        self.setSliderDown(True)
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            x = event.position().x() - self._grip - HANDLE / 2
            share = x / max(self.width() - HANDLE, 1)
            self.setValue(round(min(max(share, 0.0), 1.0) * self.maximum()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go back to the default."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.show_value(self.parameter.default)
            self._tell(self.parameter.default)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, which scrolls."""
        event.ignore()

    def event(self, event: QEvent) -> bool:
        """Keep the arrows, with the focus: the window's shortcuts would take them."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in KEYS
            and event.modifiers() in (Qt.KeyboardModifier.NoModifier,
                                      Qt.KeyboardModifier.KeypadModifier)
        ):  # fmt: skip
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark the default below the groove."""
        with QPainter(self) as painter:
            x = round(self._middle(self._place(self.parameter.default)))
            painter.fillRect(QRect(x, 1, 1, HEIGHT - 2), self.palette().placeholderText())
        super().paintEvent(event)


class ShapeSliders(QWidget):
    """Depth and width of the hidden layers.

    Emits ``slid(sizes)``: so many layers of the same width. Where widths are mixed, it is the
    widest that counts.
    """

    slid = Signal(object)

    def __init__(self, label_width: int) -> None:
        super().__init__()
        self.depth_slider, self.width_slider = ValueSlider(DEPTH), ValueSlider(WIDTH)
        self._sizes: tuple[int, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(2)
        for slider in (self.depth_slider, self.width_slider):
            label = QLabel(slider.parameter.label.lower())
            label.setProperty("muted", True)
            label.setFixedWidth(label_width)
            label.setToolTip(slider.toolTip())
            label.setBuddy(slider)
            row = QHBoxLayout()
            row.setSpacing(6)
            row.addWidget(label)
            row.addWidget(slider, 1)
            column.addLayout(row)
        self.depth_slider.slid.connect(lambda depth: self.slid.emit((max(self._sizes),) * depth))
        self.width_slider.slid.connect(lambda width: self.slid.emit((width,) * len(self._sizes)))

    def show_sizes(self, sizes: Sequence[int]) -> None:
        """Show the hidden layers of an experiment; nothing is emitted."""
        self._sizes = tuple(sizes)
        self.depth_slider.show_value(len(sizes))
        self.width_slider.show_value(max(sizes))
