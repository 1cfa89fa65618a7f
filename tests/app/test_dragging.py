"""A window that is dragged: what is shown on the way, and what stands when the hand rests."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

import initviz.app.player as player_module
import initviz.engine
from initviz.app.model import Phase
from initviz.app.sliders import ValueSlider
from initviz.app.window import Window
from initviz.engine import train
from initviz.experiment import Experiment
from initviz.recording import Recording
from initviz.snapshot import Snapshot
from tests.app.conftest import LONG, SMALL, is_waiting
from tests.app.hands import drag, press, shows


@pytest.fixture
def shown(window: Window) -> Iterator[list[Snapshot]]:
    """The snapshots that the window has been shown since the test began."""
    snapshots: list[Snapshot] = []
    window.player.shown.connect(snapshots.append)
    yield snapshots
    window.player.shown.disconnect(snapshots.append)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every edit belongs to one drag, which never rests."""
    monkeypatch.setattr(player_module, "SWIFT", math.inf)
    monkeypatch.setattr(player_module, "REST", math.inf)


def rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player_module, "REST", 0.0)


def is_rough(window: Window) -> bool:
    return window.player.snapshot is not None and window.player.snapshot.rough


def scale_slider(window: Window, row: int = 1) -> ValueSlider:
    slider = window.controls.lanes.rows[row]._fields["lane", "scale"].slider
    assert slider is not None
    return slider


def scales(shown: list[Snapshot]) -> list[float]:
    """The second lane's scale in every snapshot, repeated ones once."""
    found = [snapshot.experiment.lanes[1].scale for snapshot in shown]
    return [scale for i, scale in enumerate(found) if i == 0 or scale != found[i - 1]]


def scaled(scale: float) -> Experiment:
    return SMALL.with_lane(1, SMALL.lanes[1].replace(scale=scale))


class SlowSketch:
    """Stands for ``engine.sketch``: every sketch takes until the test has edited five times more.

    A drag that is always faster than its sketches.
    """

    def __init__(self) -> None:
        self.sketch = initviz.engine.sketch
        self.edits = threading.Semaphore(0)
        self.entered = threading.Event()
        self.done: list[Experiment] = []

    def __call__(self, experiment: Experiment) -> Recording:
        self.entered.set()
        for _ in range(5):
            assert self.edits.acquire(timeout=30)
        self.done.append(experiment)
        return self.sketch(experiment)


def test_the_scale_is_dragged_through_its_decades_and_what_rests_is_exact(
    window: Window, qtbot: QtBot, shown: list[Snapshot]
) -> None:
    slider = scale_slider(window)
    left = Qt.MouseButton.LeftButton
    y = slider.height() // 2
    qtbot.mousePress(slider, left, pos=QPoint(round(slider._middle(slider.value())), y))
    for place, x in enumerate(range(slider.width() // 2, slider.width(), 2)):
        before = len(shown), slider.value()
        qtbot.mouseMove(slider, QPoint(x, y))
        if place % 4 == 3 and slider.value() != before[1]:
            qtbot.waitUntil(lambda before=before: len(shown) > before[0], timeout=LONG)
    qtbot.mouseRelease(slider, left, pos=QPoint(slider.width(), y))
    last = slider.stops[slider.value()]
    assert last == 100
    assert window.model.experiment == scaled(last)
    qtbot.waitUntil(lambda: shows(window, 0, scaled(last)), timeout=LONG)

    assert len(scales(shown)) >= 5
    assert scales(shown) == sorted(scales(shown))
    assert scales(shown)[-1] == last
    assert {snapshot.epoch for snapshot in shown} == {0}
    recording = window.model.recording
    assert recording.last == 0
    assert window.model.phase is Phase.IDLE
    exact = next(iter(train(scaled(last), epochs=0)))
    np.testing.assert_array_equal(recording.parameters(0), exact.parameters)
    for name, value in vars(exact.scalars).items():
        np.testing.assert_array_equal(getattr(recording.scalars(), name)[0], value)
    assert window.player.snapshot is not None
    assert not window.player.snapshot.rough
    np.testing.assert_array_equal(
        window.player.snapshot.history.test_loss, recording.scalars().test_loss
    )


def test_a_drag_is_one_step_that_is_undone_as_a_whole(window: Window, qtbot: QtBot) -> None:
    steps, runs = window.session.edits.stack.index(), len(window.session.runs.entries)
    drag(qtbot, scale_slider(window), 0.5, 1.0)
    assert window.model.experiment == scaled(100)
    assert window.session.edits.stack.index() == steps + 1

    window.session.edits.undo.trigger()
    assert window.model.experiment == SMALL
    # A sketch may come first: the edit is as near to the last one as those of a drag.
    qtbot.waitUntil(lambda: shows(window, 0, SMALL) and window.player.rests, timeout=LONG)
    assert window.model.recording.last == 0
    assert len(window.session.runs.entries) <= runs + 1


def test_a_drag_faster_than_its_sketches_still_shows_values_on_the_way(
    window: Window, qtbot: QtBot, shown: list[Snapshot], held: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    slow = SlowSketch()
    monkeypatch.setattr(initviz.engine, "sketch", slow)
    slider = scale_slider(window)
    made = []
    for place in range(41):
        slider.setValue(place)
        made.append(slider.stops[place])
        slow.edits.release()
        if place % 5 == 4:  # a sketch has been let go, and four edits lie behind it
            before = len(shown)
            qtbot.waitUntil(lambda before=before: len(shown) > before, timeout=LONG)
    slow.edits.release(100)
    qtbot.waitUntil(lambda: scales(shown)[-1:] == [made[-1]], timeout=LONG)

    assert shown[-1].rough
    assert len(scales(shown)) > 5
    assert scales(shown) == sorted(scales(shown))
    assert len(window.model.recording) == 0
    assert window.model.phase is Phase.IDLE

    rest(monkeypatch)
    qtbot.waitUntil(lambda: shows(window, 0, scaled(made[-1])), timeout=LONG)
    assert window.model.recording.last == 0


def test_the_window_goes_on_while_a_sketch_takes_its_time(
    window: Window, qtbot: QtBot, held: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowSketch()
    monkeypatch.setattr(initviz.engine, "sketch", slow)
    slider = scale_slider(window)
    slider.setValue(3)
    qtbot.waitUntil(slow.entered.is_set, timeout=LONG)
    field = window.controls.lanes.rows[1]._fields["lane", "scale"]
    for place in range(4, 30):
        slider.setValue(place)
        assert window.model.experiment.lanes[1].scale == slider.stops[place]
        assert field.control.text() == f"{slider.stops[place]:g}"  # type: ignore[union-attr]
    assert not slow.done
    slow.edits.release(1000)
    rest(monkeypatch)
    qtbot.waitUntil(lambda: shows(window, 0, window.model.experiment), timeout=LONG)


def test_findings_wait_for_the_rest_and_say_so(
    window: Window, qtbot: QtBot, held: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons = [card.reason.text() for card in window.verdicts.cards]
    slider = scale_slider(window)
    slider.setValue(0)
    qtbot.waitUntil(lambda: is_rough(window), timeout=LONG)
    assert "out of date" in window.verdicts.heading.text()
    assert [card.reason.text() for card in window.verdicts.cards] == reasons

    rest(monkeypatch)
    qtbot.waitUntil(lambda: shows(window, 0, scaled(0.01)), timeout=LONG)
    assert "epoch 0" in window.verdicts.heading.text()
    assert [card.reason.text() for card in window.verdicts.cards] != reasons
    assert "×0.01" in window.verdicts.cards[1].lane.text()


def test_training_may_begin_in_the_middle_of_a_drag(
    window: Window, qtbot: QtBot, held: None
) -> None:
    slider = scale_slider(window)
    slider.setValue(5)
    slider.setValue(9)
    assert len(window.model.recording) == 0
    window.setFocus()
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.model.recording.last > 0, timeout=LONG)
    assert window.model.recording.experiment == scaled(slider.stops[9])


def test_a_sketch_that_comes_after_the_real_epoch_0_is_not_shown(
    window: Window, qtbot: QtBot, shown: list[Snapshot], held: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    slow = SlowSketch()
    monkeypatch.setattr(initviz.engine, "sketch", slow)
    scale_slider(window).setValue(3)
    qtbot.waitUntil(slow.entered.is_set, timeout=LONG)
    rest(monkeypatch)
    qtbot.waitUntil(lambda: len(window.model.recording) == 1, timeout=LONG)
    slow.edits.release(5)
    qtbot.waitUntil(lambda: shows(window, 0, window.model.experiment), timeout=LONG)
    assert slow.done
    assert all(not np.isnan(s.history.gradient_norm).any() for s in shown)


def test_a_sketch_that_fails_is_no_word_to_the_user(
    window: Window, qtbot: QtBot, held: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def failing(experiment: Experiment) -> Recording:
        tried.append(experiment)
        raise RuntimeError("no sketch")

    monkeypatch.setattr(initviz.engine, "sketch", failing)
    scale_slider(window).setValue(3)
    qtbot.waitUntil(lambda: bool(tried) and is_waiting(window.player.prober), timeout=LONG)
    window.player.look()
    assert window.model.phase is Phase.IDLE
    rest(monkeypatch)
    qtbot.waitUntil(lambda: shows(window, 0, window.model.experiment), timeout=LONG)


def test_activations_are_walked_through_with_the_arrow_keys(
    window: Window, qtbot: QtBot, shown: list[Snapshot], held: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    combo = window.controls.fields["activation"].control
    assert isinstance(combo, QComboBox)
    for _ in range(3):
        qtbot.keyClick(combo, Qt.Key.Key_Down)
        name = window.model.experiment.activation
        assert combo.currentData() == name
        qtbot.waitUntil(
            lambda name=name: bool(shown) and shown[-1].experiment.activation == name, timeout=LONG
        )
    assert shown[-1].rough
    rest(monkeypatch)
    qtbot.waitUntil(lambda: shows(window, 0, window.model.experiment), timeout=LONG)


def test_a_single_edit_is_answered_by_the_real_epoch_0(
    window: Window, qtbot: QtBot, shown: list[Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_module, "SWIFT", 0.0)
    scale_slider(window).setValue(3)
    qtbot.waitUntil(lambda: shows(window, 0, window.model.experiment), timeout=LONG)
    assert all(not np.isnan(s.history.gradient_norm).any() for s in shown)


def test_a_network_too_large_to_be_sketched_is_still_answered(
    window: Window, qtbot: QtBot, shown: list[Snapshot], held: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(player_module, "LARGEST_SKETCH", 10)
    for place in (3, 4, 5):
        scale_slider(window).setValue(place)
    qtbot.waitUntil(lambda: shows(window, 0, window.model.experiment), timeout=LONG)
    assert all(not np.isnan(s.history.gradient_norm).any() for s in shown)
