"""What a user does with a window, and sees of it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QSlider, QWidget
from pytestqt.qtbot import QtBot

from initviz.app.model import Phase
from initviz.app.sliders import HANDLE
from initviz.app.window import Window
from initviz.experiment import Experiment
from tests.app.conftest import LONG

FAST = math.inf


def shows(window: Window, epoch: int, experiment: Experiment | None = None) -> bool:
    """Whether every view, and the panel of findings, shows this epoch."""
    shown = window.player.snapshot
    if shown is None or shown.epoch != epoch or window.model.cursor != epoch:
        return False
    if shown.rough:
        return False
    if experiment is not None and shown.experiment != experiment:
        return False
    return all(view.snapshot is shown for view in window.page.views)


def finish(qtbot: QtBot, window: Window) -> None:
    """Train to the end as fast as it goes, and show it."""
    window.transport.set_speed(FAST)
    window.player.play()

    def finished() -> bool:
        window.player.look()  # oftener than the timer
        return window.model.phase is Phase.FINISHED

    qtbot.waitUntil(finished, timeout=LONG)
    qtbot.waitUntil(lambda: shows(window, window.model.experiment.epochs), timeout=LONG)


def press(qtbot: QtBot, window: Window, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    qtbot.keyClick(window, key, held)


def press_focused(qtbot: QtBot, window: Window, key: Qt.Key) -> None:
    """Press a key where the keyboard is."""
    focused: QWidget | None = window.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, key)


def actions(window: Window) -> dict[str, QAction]:
    """Every action of the menus by its words."""
    return {
        action.text().replace("&", ""): action for action in window.findChildren(QAction)
        if action.text()
    }  # fmt: skip


def answer(
    monkeypatch: pytest.MonkeyPatch, method: str, path: Path | str, filter_: str = ""
) -> list[tuple[object, ...]]:
    """Let a file dialog answer at once; returns what it was asked."""
    asked: list[tuple[object, ...]] = []

    def dialog(*arguments: object) -> tuple[str, str]:
        asked.append(arguments)
        return str(path), filter_

    monkeypatch.setattr(QFileDialog, method, dialog)
    return asked


def drag(qtbot: QtBot, slider: QSlider, start: float, end: float, steps: int = 40) -> None:
    """Drag a slider's handle from one share of its length to another, in many small moves."""

    def at(share: float) -> QPoint:
        half = HANDLE / 2
        return QPoint(round(half + share * (slider.width() - HANDLE)), slider.height() // 2)

    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(slider, left, pos=at(start))
    for step in range(1, steps + 1):
        qtbot.mouseMove(slider, at(start + (end - start) * step / steps))
    qtbot.mouseRelease(slider, left, pos=at(end))
