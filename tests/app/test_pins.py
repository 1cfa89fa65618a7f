from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import initviz.engine
from initviz.app.pins import MOST_PINNED
from initviz.app.window import Window
from initviz.experiment import Experiment, Lane
from initviz.parts import Wanted
from initviz.recording import Recording
from initviz.snapshot import Snapshot
from initviz.views.gradients import GradientView
from initviz.views.history import HistoryView
from tests.app.conftest import LONG, SMALL, MakeWindow, is_waiting
from tests.app.hands import finish, press, shows

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
OTHER = SMALL.replace(learning_rate=0.5)
DEEP = SMALL.replace(hidden=(8,) * 4, lanes=(Lane(scheme="he_normal"),))


def train(qtbot: QtBot, window: Window, experiment: Experiment) -> None:
    window.model.edit(experiment)
    qtbot.waitUntil(lambda: shows(window, 0, experiment), timeout=LONG)
    finish(qtbot, window)


def pin(qtbot: QtBot, window: Window) -> None:
    before = len(window.session.pins.shown)
    press(qtbot, window, Qt.Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: len(window.session.pins.shown) == before + 1, timeout=LONG)


@pytest.fixture
def trained(make_window: MakeWindow, qtbot: QtBot) -> Window:
    window = make_window()
    finish(qtbot, window)
    return window


def views(window: Window) -> tuple[HistoryView, GradientView]:
    history, gradients = window.page.view("history"), window.page.view("gradients")
    assert isinstance(history, HistoryView)
    assert isinstance(gradients, GradientView)
    return history, gradients


def test_nothing_is_pinned_before_an_epoch_is_trained(make_window: MakeWindow) -> None:
    window = make_window()
    window.session.pins.toggle_present()

    assert window.session.pins.shown == ()


def test_a_pinned_run_stays_in_sight_behind_the_next_one(trained: Window, qtbot: QtBot) -> None:
    history, gradients = views(trained)
    before = [curve.y.copy() for curve in history.curves.curves]
    flows = [curve.y.copy() for curve in gradients.curves.curves]
    pin(qtbot, trained)
    (pinned,) = trained.session.pins.shown
    assert pinned.title == trained.session.runs.entries[0].name
    assert pinned.snapshot.epoch == 4
    assert len(pinned.snapshot.history.train_loss) == 5
    train(qtbot, trained, OTHER)

    grey = history.grey.curves.curves
    for k, curve in enumerate(grey):
        np.testing.assert_allclose(curve.y, before[k], atol=0.7)  # the axis' floor may have moved
        assert curve.colour == SMALL.lanes[k].colour
    np.testing.assert_array_equal(grey[1].y, before[1])
    np.testing.assert_array_equal(gradients.grey.curves.curves[1].y, flows[1])
    assert not np.array_equal(history.curves.curves[1].y, before[1])


def test_the_same_key_takes_the_pin_away(trained: Window, qtbot: QtBot) -> None:
    pin(qtbot, trained)
    press(qtbot, trained, Qt.Key.Key_P, CONTROL)

    assert trained.session.pins.shown == ()
    assert all(view.grey.curves.curves == [] for view in views(trained))


def test_all_pins_are_taken_away_at_once(trained: Window, qtbot: QtBot) -> None:
    pin(qtbot, trained)
    train(qtbot, trained, OTHER)
    pin(qtbot, trained)
    press(qtbot, trained, Qt.Key.Key_P, CONTROL, SHIFT)

    assert trained.session.pins.shown == ()


def test_one_pin_too_many_takes_the_oldest_away(trained: Window, qtbot: QtBot) -> None:
    for seed in range(2, 2 + MOST_PINNED):
        pin(qtbot, trained)
        train(qtbot, trained, SMALL.replace(seed=seed))
    oldest, *others = trained.session.pins.shown
    press(qtbot, trained, Qt.Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: oldest not in trained.session.pins.shown, timeout=LONG)

    assert len(trained.session.pins.shown) == MOST_PINNED
    assert list(trained.session.pins.shown[:-1]) == others
    assert trained.session.pins.shown[-1].snapshot.experiment == trained.model.experiment


def test_an_earlier_run_is_pinned_without_being_shown(trained: Window, qtbot: QtBot) -> None:
    trained.player.go_to(3)
    train(qtbot, trained, DEEP)
    trained.session.pins.toggle(trained.session.runs.entries[1])
    assert trained.session.pins.has(trained.session.runs.entries[1])
    qtbot.waitUntil(lambda: bool(trained.session.pins.shown), timeout=LONG)
    (pinned,) = trained.session.pins.shown

    assert pinned.snapshot.experiment == SMALL
    assert pinned.snapshot.epoch == 3
    assert pinned.snapshot.layers
    assert trained.model.experiment == DEEP
    assert trained.player.snapshot is not None
    assert trained.player.snapshot.experiment == DEEP
    assert len(views(trained)[1].grey.curves.curves[0].x) == 3
    assert len(views(trained)[1].curves.curves[0].x) == 5


def test_two_runs_are_pinned_in_one_go(trained: Window, qtbot: QtBot) -> None:
    train(qtbot, trained, OTHER)
    for run in trained.session.runs.entries:
        trained.session.pins.toggle(run)
    qtbot.waitUntil(lambda: len(trained.session.pins.shown) == 2, timeout=LONG)

    assert [pinned.snapshot.experiment for pinned in trained.session.pins.shown] == [OTHER, SMALL]


def test_a_pin_that_is_taken_back_before_it_is_there_never_comes(
    trained: Window, qtbot: QtBot
) -> None:
    run = trained.session.runs.entries[0]
    trained.session.pins.toggle(run)
    trained.session.pins.toggle(run)
    qtbot.waitUntil(lambda: trained.player.prober.idle and is_waiting(trained.player.prober)
                    and trained.player._aside is None, timeout=LONG)  # fmt: skip

    assert trained.session.pins.shown == ()


def test_a_pin_that_is_taken_back_and_put_again_leaves_the_picture_alone(
    trained: Window, qtbot: QtBot
) -> None:
    player, pins, run = trained.player, trained.session.pins, trained.session.runs.entries[0]
    qtbot.waitUntil(lambda: player.rests, timeout=LONG)
    picture = player.snapshot
    player._timer.stop()
    pins.toggle(run)
    player.look()  # asks for the pin's figures
    pins.toggle(run)
    pins.toggle(run)
    qtbot.waitUntil(lambda: player.look() or bool(pins.shown), timeout=LONG)  # type: ignore[func-returns-value]
    player._timer.start()

    assert player.snapshot is picture
    assert not pins._wanted


def test_a_run_without_weights_cannot_be_pinned(trained: Window, qtbot: QtBot) -> None:
    train(qtbot, trained, OTHER)
    old = trained.session.runs.entries[1]
    old.recording.give_way(old.recording.kept_bytes)
    trained.session.pins.toggle(old)

    assert not trained.session.pins.has(old)


def test_a_removed_run_takes_its_pin_with_it(trained: Window, qtbot: QtBot) -> None:
    pin(qtbot, trained)
    train(qtbot, trained, OTHER)
    trained.session.runs.remove(trained.session.runs.entries[1])

    assert trained.session.pins.shown == ()
    assert views(trained)[0].grey.curves.curves == []


def test_a_pin_that_cannot_be_probed_is_given_up_and_the_picture_stays(
    trained: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, trained, OTHER)
    probe = initviz.engine.probe

    def broken(recording: Recording, epoch: int, wanted: Wanted, *more: Any) -> Snapshot:
        if recording.experiment == SMALL:
            raise MemoryError("no room")
        return probe(recording, epoch, wanted)

    monkeypatch.setattr(initviz.engine, "probe", broken)
    run = trained.session.runs.entries[1]
    trained.session.pins.toggle(run)
    qtbot.waitUntil(lambda: not trained.session.pins.has(run), timeout=LONG)

    assert trained.session.pins.shown == ()
    trained.player.go_to(1)
    qtbot.waitUntil(lambda: shows(trained, 1, OTHER), timeout=LONG)


def test_a_pin_survives_the_end_of_its_recordings_weights(trained: Window, qtbot: QtBot) -> None:
    pin(qtbot, trained)
    train(qtbot, trained, OTHER)
    old = trained.session.runs.entries[1].recording
    old.give_way(old.kept_bytes)
    trained.player.go_to(2)
    qtbot.waitUntil(lambda: shows(trained, 2, OTHER), timeout=LONG)

    assert len(trained.session.pins.shown) == 1
    assert len(views(trained)[0].grey.curves.curves) == 2


def test_a_pin_while_training_is_put_too(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(SMALL.replace(epochs=100_000))
    window.transport.set_speed(30.0)
    window.player.play()
    qtbot.waitUntil(lambda: window.session.runs.present is not None, timeout=LONG)
    pin(qtbot, window)
    at = window.session.pins.shown[0].snapshot.epoch
    qtbot.waitUntil(lambda: window.model.cursor > at + 1, timeout=LONG)
    window.player.pause()

    assert len(views(window)[0].grey.curves.curves) == 2
