"""Transport at the top, scrubber and progress at the bottom."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from initviz.app.model import Model, Phase
from initviz.app.player import SPEEDS, Player
from initviz.views.combo import Combo
from initviz.views.icons import icon
from initviz.views.style import Style

SAYING_MS = 6000
"""How long a note stands beside the scrubber."""

ICON = 16
"""Pixels on a side of an icon."""


class Transport(QWidget):
    """To the start, step back, train or pause, step forward, to the end, and the speed."""

    def __init__(self, model: Model, player: Player) -> None:
        super().__init__()
        self._model, self._player = model, player
        self._style: Style | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.start = self._button("To the initial state (Home)", player.to_start)
        self.back = self._button("One epoch back; nothing is trained again (←)", player.step_back)
        self.main = self._button("Train or pause (Space)", player.toggle)
        self.main.setProperty("primary", True)
        self.forward = self._button(
            "One epoch forward; at the end, train one more (→)", player.step_forward
        )
        self.end = self._button("To the newest epoch (End)", player.to_end)
        for button in (self.start, self.back, self.main, self.forward, self.end):
            row.addWidget(button)
        self.speed = Combo()
        self.speed.setToolTip("How many epochs a second are shown while training")
        self.speed.setAccessibleName("Speed")
        self.speed.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for speed in SPEEDS:
            self.speed.addItem(speed_text(speed), speed)
        self.speed.activated.connect(lambda index: player.set_speed(self.speed.itemData(index)))
        self.set_speed(player.speed)
        row.addWidget(self.speed)
        model.phase_changed.connect(lambda _: self._refresh())

    def set_speed(self, speed: float) -> None:
        """Show and use a speed."""
        index = self.speed.findData(speed)
        self.speed.setCurrentIndex(index if index >= 0 else SPEEDS.index(10.0))
        self._player.set_speed(self.speed.currentData())

    def set_style(self, style: Style) -> None:
        """Colour the icons."""
        self._style = style
        for button, name in (
            (self.start, "start"), (self.back, "back"), (self.forward, "forward"),
            (self.end, "end"),
        ):  # fmt: skip
            button.setIcon(icon(name, style.text))
        for button in (self.start, self.back, self.main, self.forward, self.end):
            button.setIconSize(QSize(1, 1) * style.px(ICON))
        self.main.setFixedWidth(style.px(96))
        self._refresh()

    def _button(self, tip: str, action: object) -> QPushButton:
        button = QPushButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setAutoDefault(False)
        # Space and the arrows belong to the window, whichever button was clicked last.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(action)
        return button

    def _refresh(self) -> None:
        phase = self._model.phase
        label, name = {
            Phase.TRAINING: ("Pause", "pause"),
            Phase.FINISHED: ("Replay", "replay"),
        }.get(phase, ("Train", "play"))
        self.main.setText(label)
        self.main.setEnabled(phase is not Phase.FAILED)
        if self._style:
            seen = self._style.on_accent if self.main.isEnabled() else self._style.muted
            self.main.setIcon(icon(name, seen))


def speed_text(speed: float) -> str:
    """The words for a speed in epochs a second."""
    if math.isinf(speed):
        return "as fast as it goes"
    return f"{speed:g} epoch/s" if speed == 1 else f"{speed:g} epochs/s"


class Scrubber(QWidget):
    """The epoch shown, a slider over all recorded epochs, the speed and the device.

    Signals:
        moved(epoch): somebody wants to see another one.
        said(note): it says what was just done.
    """

    moved = Signal(int)
    said = Signal(str)

    def __init__(self, model: Model) -> None:
        super().__init__()
        self._model = model
        self.epoch = QLabel()
        self.slider = JumpSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Epoch")
        self.slider.setToolTip("Drag to any recorded epoch")
        # The window's own keys (←, →, Home, End) move it; with the focus, it would move twice.
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.valueChanged.connect(self.moved)
        self.state = QLabel()
        self.state.setProperty("muted", True)
        self._state_text = ""
        self._saying = QTimer(self)
        self._saying.setSingleShot(True)
        self._saying.timeout.connect(self._said)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(10)
        row.addWidget(self.epoch)
        row.addWidget(self.slider, 1)
        row.addWidget(self.state)
        self.refresh("", 0.0)

    def refresh(self, thinned: str, rate: float, instead: str = "") -> None:
        """Show the model's cursor and phase; ``thinned`` says if weights were thinned out.

        ``instead`` says what is going on where the phase does not tell.
        """
        model = self._model
        last = max(model.recording.last, 0)
        with QSignalBlocker(self.slider):
            self.slider.setMaximum(max(model.experiment.epochs, last))
            self.slider.recorded = last
            self.slider.setValue(model.cursor)
        self.slider.update()
        end = max(model.experiment.epochs, last)
        self.epoch.setText(f"epoch <b>{model.cursor} of {end}</b>")
        parts = [model.phase.value]
        if model.phase is Phase.TRAINING and rate:
            parts = [f"{rate:.0f} epochs/s" if rate >= 10 else f"{rate:.1f} epochs/s"]
        if instead:
            parts = [instead]
        if thinned:
            parts.insert(0, thinned)
        parts.append(model.experiment.device.upper())
        self._state_text = " · ".join(parts)
        if not self._saying.isActive():
            self.state.setText(self._state_text)

    def set_style(self, style: Style) -> None:
        """Make room for the text."""
        self.epoch.setMinimumWidth(style.px(118))

    def say(self, note: str) -> None:
        """Say for a few seconds what was just done, where it moves nothing; "" takes it back."""
        self.said.emit(note)
        self.state.setText(note or self._state_text)
        if note:
            self._saying.start(SAYING_MS)
        else:
            self._saying.stop()

    def _said(self) -> None:
        self.state.setText(self._state_text)


class JumpSlider(QSlider):
    """A slider that jumps to where it is clicked and stops at the newest recorded epoch."""

    recorded = 0

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel alone: it would move the slider past what is recorded."""
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._jump(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._jump(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def _jump(self, event: QMouseEvent) -> None:
        handle = 14
        share = (event.position().x() - handle / 2) / max(self.width() - handle, 1)
        self.setValue(min(round(share * self.maximum()), self.recorded))
