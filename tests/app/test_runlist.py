from __future__ import annotations

import gc
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.app.runlist import LaneScores, RunList, RunRow
from initviz.app.window import Window
from initviz.experiment import Experiment, Lane
from initviz.views.style import DARK, GLYPHS, LIGHT
from tests.app.conftest import LONG, SMALL, MakeWindow
from tests.app.hands import finish, press, shows

CONTROL = Qt.KeyboardModifier.ControlModifier
OTHER, THIRD = SMALL.replace(learning_rate=0.5), SMALL.replace(lanes=SMALL.lanes[1:])


def train(qtbot: QtBot, window: Window, experiment: Experiment) -> None:
    window.model.edit(experiment)
    qtbot.waitUntil(lambda: shows(window, 0, experiment), timeout=LONG)
    finish(qtbot, window)


@pytest.fixture
def opened(make_window: MakeWindow, qtbot: QtBot) -> tuple[Window, RunList]:
    """A window that has trained three experiments, and its list of runs, open."""
    window = make_window()
    for experiment in (SMALL, OTHER, THIRD):
        train(qtbot, window, experiment)
    press(qtbot, window, Qt.Key.Key_H, CONTROL)
    qtbot.waitUntil(window.session.list.isVisible)
    return window, window.session.list


def focused(window_list: RunList) -> object:
    return window_list.focusWidget()


def test_an_empty_list_says_how_runs_come_into_it(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    qtbot.mouseClick(window.top.runs, Qt.MouseButton.LeftButton)

    assert window.session.list.isVisible()
    assert window.session.list.empty.isVisible()
    assert window.session.list.rows == []
    window.session.list.close()


def test_every_run_has_a_row_the_newest_on_top(opened: tuple[Window, RunList]) -> None:
    window, listed = opened
    assert [row.run for row in listed.rows] == window.session.runs.entries
    assert [row.y() for row in listed.rows] == sorted(row.y() for row in listed.rows)
    titles = [row.title.text() for row in listed.rows]
    assert titles[1] == "2 · learning rate 0.1 → 0.5"
    for row in listed.rows:
        assert row.title.toolTip() == row.title.text() == row.run.name
        assert "4 epochs" in row.state.text()
        assert row.scores.scores == row.run.scores()
        for button in row.buttons:
            assert button.toolTip()
            assert row.run.name in button.accessibleName()


def test_the_run_that_is_shown_is_marked_by_words(opened: tuple[Window, RunList]) -> None:
    _, listed = opened
    present, *others = listed.rows

    assert present.state.text().startswith("shown now")
    assert not present.show_.isEnabled()
    assert not present.remove.isEnabled()
    for row in others:
        assert "shown now" not in row.state.text()
        assert row.show_.isEnabled()
        assert row.remove.isEnabled()


def test_a_run_is_brought_back_by_a_click(opened: tuple[Window, RunList], qtbot: QtBot) -> None:
    window, listed = opened
    oldest = listed.rows[-1].run
    qtbot.mouseClick(listed.rows[-1].show_, Qt.MouseButton.LeftButton)

    assert not listed.isVisible()
    assert window.model.recording is oldest.recording
    qtbot.waitUntil(lambda: shows(window, 4, SMALL), timeout=LONG)


def test_a_run_is_brought_back_with_keys_alone(
    opened: tuple[Window, RunList], qtbot: QtBot
) -> None:
    window, listed = opened
    assert listed.focusWidget() is listed.rows[0].pin  # the first that can be pressed
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(listed.focusWidget(), key)
    assert listed.focusWidget() is listed.rows[1].show_
    qtbot.keyClick(listed.focusWidget(), Qt.Key.Key_Tab)
    assert listed.focusWidget() is listed.rows[1].pin
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(listed.focusWidget(), key)
    assert listed.focusWidget() is listed.rows[1].pin
    qtbot.keyClick(listed.focusWidget(), Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert listed.focusWidget() is listed.rows[1].show_
    qtbot.keyClick(listed.focusWidget(), Qt.Key.Key_Return)

    assert not listed.isVisible()
    assert window.model.experiment == OTHER


def test_a_pin_is_put_and_taken_away_in_the_open_list(
    opened: tuple[Window, RunList], qtbot: QtBot
) -> None:
    window, listed = opened
    row = listed.rows[1]
    qtbot.keyClick(row.pin, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(window.session.pins.shown) == 1, timeout=LONG)
    assert listed.isVisible()
    assert row.pin.isChecked()
    assert row.pin.text() == "Pinned"

    row.pin.click()
    assert window.session.pins.shown == ()
    assert not row.pin.isChecked()
    assert row.pin.text() == "Pin"


def test_delete_forgets_a_run_and_the_next_has_the_keyboard(
    opened: tuple[Window, RunList], qtbot: QtBot
) -> None:
    window, listed = opened
    gone, stays = listed.rows[1].run, listed.rows[2].run
    listed.rows[1].pin.setFocus()
    qtbot.keyClick(listed.rows[1].pin, Qt.Key.Key_Delete)
    assert gone not in window.session.runs.entries
    assert [row.run for row in listed.rows] == window.session.runs.entries
    assert listed.focusWidget() in listed.rows[1].buttons
    assert listed.rows[1].run is stays

    qtbot.keyClick(listed.rows[0].pin, Qt.Key.Key_Delete)  # the present run
    assert len(window.session.runs.entries) == 2


def test_escape_closes_the_list(opened: tuple[Window, RunList], qtbot: QtBot) -> None:
    _, listed = opened
    qtbot.keyClick(listed.focusWidget(), Qt.Key.Key_Escape)

    assert not listed.isVisible()


def test_a_run_whose_weights_are_gone_says_so(opened: tuple[Window, RunList]) -> None:
    window, listed = opened
    row = listed.rows[-1]
    row.run.recording.give_way(row.run.recording.kept_bytes)
    window.session.runs.changed.emit()

    assert "only the figures are kept" in row.state.text()
    assert "trained again" in row.show_.toolTip()
    assert row.show_.isEnabled()
    assert not row.pin.isEnabled()


def test_the_open_list_follows_the_training(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(SMALL.replace(epochs=100_000))
    window.session.show_list()
    window.transport.set_speed(30.0)
    window.player.play()

    def epochs() -> int:
        rows = window.session.list.rows
        return rows[0].run.recording.last if rows and "epochs" in rows[0].state.text() else 0

    qtbot.waitUntil(lambda: epochs() > 2, timeout=LONG)
    window.player.pause()
    assert not window.session.list.empty.isVisible()
    window.session.list.close()


def test_a_list_that_is_closed_costs_nothing(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    finish(qtbot, window)

    assert window.session.list.rows == []


@pytest.mark.parametrize("style", [DARK, LIGHT], ids=lambda style: style.name)
def test_eight_lanes_are_drawn_in_their_colours_with_marks_and_scores(
    qtbot: QtBot, style: object
) -> None:
    lanes = Experiment(lanes=tuple(Lane(scheme="he_normal") for _ in range(8))).lanes
    assert style in (DARK, LIGHT)
    look = DARK if style is DARK else LIGHT
    scores = LaneScores()
    qtbot.addWidget(scores)
    scores.show_scores([(lane, "97 %") for lane in lanes], look)
    scores.resize(400, scores.sizeHint().height())
    image = scores.grab().toImage()

    def distance(x: int, y: int, colour: str) -> int:
        one, other = image.pixelColor(x, y), QColor(colour)
        return max(abs(one.red() - other.red()), abs(one.green() - other.green()),
                   abs(one.blue() - other.blue()))  # fmt: skip

    for place in range(8):
        left, top = (place % 2) * 209, place // 2 * 16
        box = [(left + x, top + y) for x in range(14) for y in range(16)]
        assert min(distance(x, y, look.lanes[place]) for x, y in box) < 40
        assert GLYPHS[place] in scores.toolTip()
    assert scores.accessibleDescription().count("97 %") == 8


def test_long_titles_give_way_and_stay_in_the_tooltip(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window()
    name = "m" * 40
    train(qtbot, window, SMALL.replace(lanes=(SMALL.lanes[0].replace(name=name), SMALL.lanes[1])))
    window.session.show_list()
    QApplication.processEvents()
    row: RunRow = window.session.list.rows[0]

    assert window.session.list.width() <= window.width()
    assert row.width() <= window.session.list.width()
    assert name in row.scores.toolTip()
    window.session.list.close()


def test_many_runs_are_scrolled_within_the_window(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    for seed in range(12):
        window.model.edit(SMALL.replace(seed=seed))
        qtbot.waitUntil(lambda: len(window.model.recording) == 1, timeout=LONG)
        window.player.step_forward()
        qtbot.waitUntil(lambda: window.model.cursor == 1, timeout=LONG)
    window.session.show_list()
    QApplication.processEvents()
    listed = window.session.list

    assert listed.geometry().bottom() <= window.geometry().bottom()
    assert listed.geometry().right() <= window.geometry().right()
    for _ in range(11):
        qtbot.keyClick(listed.focusWidget(), Qt.Key.Key_Down)
    last = listed.rows[-1]
    assert listed.focusWidget() in last.buttons
    assert not last.visibleRegion().isEmpty()
    listed.close()


def test_a_closed_list_keeps_no_weights_of_a_run_that_is_gone(
    opened: tuple[Window, RunList],
) -> None:
    window, listed = opened
    listed.close()
    gone = weakref.ref(window.session.runs.entries[-1].recording)
    window.session.runs.remove(window.session.runs.entries[-1])
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()

    assert gone() is None
