"""Windows, players and threads that are gone when their test is."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.app.memory import Memory
from initviz.app.model import Model
from initviz.app.player import Player
from initviz.app.runner import Prober, Trainer
from initviz.app.theme import all_kept
from initviz.app.window import SMALLEST, Window
from initviz.experiment import DataSettings, Experiment, Lane
from tests.tidy import tidy  # noqa: F401

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

LONG = 30_000
"""Milliseconds that a condition is waited for: a busy machine is not a failure."""

SMALL = Experiment(
    data=DataSettings(values={"samples": 32}),
    hidden=(8, 8),
    lanes=(Lane(scheme="zeros"), Lane(scheme="xavier_uniform")),
    batch_size=16,
    epochs=4,
)

MakePlayer = Callable[..., Player]
MakeWindow = Callable[..., Window]


def threads() -> list[str]:
    """The worker threads that are alive."""
    return [t.name for t in threading.enumerate() if t.name.startswith("initviz")]


def is_waiting(worker: Trainer | Prober) -> bool:
    """Whether a worker thread has nothing to do, and so will do nothing until it is told."""
    return bool(worker._condition._waiters)  # type: ignore[attr-defined]


def delete(widget: Any) -> None:
    """Let Qt destroy a closed widget now."""
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def nothing_outlives_its_test(qapp: QApplication) -> Iterator[None]:
    before = threads()
    yield
    assert threads() == before
    if not before:
        # A window is made four times as fast while the application has no style sheet.
        with all_kept():
            qapp.setStyleSheet("")


@pytest.fixture(autouse=True)
def _autosaves_of_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave what the user of this machine has autosaved alone."""
    monkeypatch.setattr("initviz.app.start.autosave_root", lambda: tmp_path / "autosave")


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "initviz.ini")


@pytest.fixture
def make_player(qtbot: QtBot) -> Iterator[MakePlayer]:
    """``make_player(experiment, speed)``: a player that shows epoch 0."""
    players: list[Player] = []

    def made(experiment: Experiment = SMALL, speed: float | None = None, **more: Any) -> Player:
        player = Player(Model(experiment), **more)
        players.append(player)
        if speed:
            player.set_speed(speed)
        qtbot.waitUntil(lambda: player.snapshot is not None, timeout=LONG)
        return player

    yield made
    for player in players:
        player.close()


@pytest.fixture
def make_window(qapp: QApplication, qtbot: QtBot, memory: Memory) -> Iterator[MakeWindow]:
    """``make_window(experiment)``: a window that shows epoch 0."""
    windows: list[Window] = []

    def made(experiment: Experiment | None = SMALL, memory: Memory = memory, **more: Any) -> Window:
        for old in windows:
            if not old.isVisible():
                delete(windows.pop(windows.index(old)))
        if not windows:
            with all_kept():
                qapp.setStyleSheet("")
        window = Window(experiment, memory, **more)
        windows.append(window)
        if memory.layout("window").isEmpty():
            window.resize(SMALLEST)  # less to draw
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        qtbot.waitUntil(lambda: window.player.snapshot is not None, timeout=LONG)
        return window

    yield made
    for window in windows:
        window.close()
        delete(window)


@pytest.fixture(scope="module")
def _shared(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    window = Window(SMALL, Memory(tmp_path_factory.mktemp("shared") / "initviz.ini"))
    window.resize(SMALLEST)
    window.show()
    yield window
    window.close()
    delete(window)


@pytest.fixture
def window(_shared: Window, qtbot: QtBot) -> Window:
    """A window that shows epoch 0 of ``SMALL``; the tests of a module share it."""
    window, player = _shared, _shared.player
    qtbot.waitExposed(window)
    window.activateWindow()
    window.setFocus()
    window.lesson = None
    player.pause()  # an edit of the epochs alone would let it train on
    window.model.edit(SMALL)
    window.transport.set_speed(10.0)
    window.banner.hide()

    def shows_epoch_0() -> bool:
        if player.run.recording.last > 0:  # perhaps by an epoch that was under way at the pause
            player.restart()
        player.look()
        shown = player.snapshot
        return (
            shown is not None
            and not shown.rough
            and len(player.model.recording) == 1
            and player.prober.idle
            and len(shown.history.train_loss) == 1
            and (shown.experiment == SMALL and bool(shown.layers))
        )

    qtbot.waitUntil(shows_epoch_0, timeout=LONG)
    return window
