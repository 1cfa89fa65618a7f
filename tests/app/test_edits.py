from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from initviz.app import edits as module
from initviz.app.edits import QUICK_SECONDS
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.findings import Remedy
from tests.app.conftest import LONG, SMALL
from tests.app.hands import actions, finish, press, press_focused, shows
from tests.app.test_differences import other_value
from tests.make import data

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LESSON = list(LESSONS.values())[2]
ZEROS, XAVIER = SMALL.lanes


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def rest(self) -> None:
        """Let so much time pass that the next edit is another step."""
        self.now += 2 * QUICK_SECONDS


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture
def fresh(window: Window, clock: Clock) -> Window:
    """The shared window with nothing to undo."""
    window.session.edits.stack.clear()
    return window


def setting(name: str) -> Callable[[Window], None]:
    value = other_value(Experiment.parameters()[name], getattr(SMALL, name))
    value = "mps" if name == "device" else value  # where no machine of the tests may go on

    def edit(window: Window) -> None:
        window.controls._change(**{name: value})

    edit.__name__ = name
    return edit


def dataset(window: Window) -> None:
    window.controls.dataset.edited.emit("xor")


def noise(window: Window) -> None:
    window.controls.data_fields["noise"].set_text("0.3")


def scheme(window: Window) -> None:
    window.controls.lanes.rows[0].scheme.edited.emit("he_normal")


def lane_value(window: Window) -> None:
    window.controls.lanes.rows[1]._fields["values", "gain"].set_text("2")


def lane_rate(window: Window) -> None:
    window.controls.lanes.rows[1]._fields["lane", "learning_rate"].set_text("2")


def added(window: Window) -> None:
    window.controls.lanes._append("lecun_normal")


def removed(window: Window) -> None:
    window.controls.lanes.rows[0].remove.click()


def moved(window: Window) -> None:
    window.controls.lanes.rows[0].move_asked.emit(1)


def remedy(window: Window) -> None:
    window.add_remedy(Remedy("Do better.", "He normal", Lane(scheme="he_normal")))


def lesson(window: Window) -> None:
    window.choose_lesson(LESSON.name)


def attempt(window: Window) -> None:
    wanted = next(each for one in LESSONS.values() for each in one.tries)
    window.verdicts.lesson.try_asked.emit(wanted)


def opened(window: Window) -> None:
    window.show_own(LESSON.experiment.replace(seed=77))


def own_data(window: Window) -> None:
    window.model.edit(window.model.experiment.replace(data=DataSettings(dataset="csv")))


EDITS = [
    *(setting(name) for name in Experiment.parameters()), dataset, noise, scheme, lane_value,
    lane_rate, added, removed, moved, remedy, lesson, attempt, opened, own_data,
]  # fmt: skip


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_every_edit_is_undone_and_redone_in_one_step(
    fresh: Window, edit: Callable[[Window], None]
) -> None:
    edit(fresh)
    new, beside = fresh.model.experiment, fresh.lesson
    assert new != SMALL
    assert fresh.session.edits.stack.count() == 1

    fresh.session.edits.undo.trigger()
    assert fresh.model.experiment == SMALL
    assert fresh.lesson is None
    assert fresh.controls.experiment == SMALL
    assert [row.lane for row in fresh.controls.lanes.rows] == list(SMALL.lanes)
    assert not fresh.session.edits.undo.isEnabled()

    fresh.session.edits.redo.trigger()
    assert fresh.model.experiment == new
    assert fresh.lesson is beside
    assert fresh.session.edits.stack.count() == 1
    assert not fresh.session.edits.redo.isEnabled()


def test_many_edits_are_walked_back_and_forth(fresh: Window, clock: Clock) -> None:
    stands = [SMALL]
    for edit in (setting("learning_rate"), added, moved, lesson, setting("seed")):
        clock.rest()
        edit(fresh)
        stands.append(fresh.model.experiment)
    for before in reversed(stands[:-1]):
        press_undo(fresh)
        assert fresh.model.experiment == before
    for after in stands[1:]:
        fresh.session.edits.redo.trigger()
        assert fresh.model.experiment == after


def press_undo(window: Window) -> None:
    window.session.edits.undo.trigger()


def test_a_new_edit_after_an_undo_forgets_what_could_be_redone(fresh: Window, clock: Clock) -> None:
    setting("seed")(fresh)
    press_undo(fresh)
    clock.rest()
    added(fresh)

    assert not fresh.session.edits.redo.isEnabled()
    press_undo(fresh)
    assert fresh.model.experiment == SMALL


def test_a_drag_is_one_step(fresh: Window, clock: Clock) -> None:
    for value in (0.2, 0.3, 0.4, 0.5):
        fresh.controls._change(learning_rate=value)
        clock.now += QUICK_SECONDS / 2
    assert fresh.session.edits.stack.count() == 1
    assert fresh.session.edits.undo.text() == "&Undo: learning rate 0.1 → 0.5"

    press_undo(fresh)
    assert fresh.model.experiment == SMALL


def test_a_drag_that_rests_is_one_step_and_the_next_drag_another(
    fresh: Window, qtbot: QtBot, clock: Clock
) -> None:
    handle = fresh.windowHandle()
    for values in ((0.2, 0.3), (0.4, 0.5)):
        qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
        for value in values:
            fresh.controls._change(learning_rate=value)
            clock.rest()
        qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    fresh.controls._change(learning_rate=0.6)

    for value in (0.5, 0.3, 0.1):
        press_undo(fresh)
        assert fresh.model.experiment.learning_rate == value
    assert not fresh.session.edits.undo.isEnabled()


def test_a_drag_that_ends_where_it_began_is_no_step(fresh: Window) -> None:
    for value in (0.2, 0.3, 0.1):
        fresh.controls._change(learning_rate=value)

    assert fresh.session.edits.stack.count() == 0
    assert not fresh.session.edits.undo.isEnabled()


def test_a_setting_changed_again_later_is_another_step(fresh: Window, clock: Clock) -> None:
    fresh.controls._change(learning_rate=0.2)
    clock.rest()
    fresh.controls._change(learning_rate=0.3)
    press_undo(fresh)

    assert fresh.model.experiment == SMALL.replace(learning_rate=0.2)


def test_quick_edits_of_different_settings_are_different_steps(fresh: Window) -> None:
    fresh.controls._change(learning_rate=0.2)
    fresh.controls._change(seed=9)
    added(fresh)
    fresh.controls.lanes._append("zeros")

    assert fresh.session.edits.stack.count() == 4


def test_what_was_undone_takes_no_later_edit_in(fresh: Window) -> None:
    fresh.controls._change(learning_rate=0.2)
    press_undo(fresh)
    fresh.session.edits.redo.trigger()
    fresh.controls._change(learning_rate=0.3)
    press_undo(fresh)

    assert fresh.model.experiment == SMALL.replace(learning_rate=0.2)


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (setting("learning_rate"), "learning rate 0.1 → 0.2"),
        (added, "add LeCun normal"),
        (removed, "remove Zeros"),
        (moved, "move Xavier uniform up"),
        (remedy, "add He normal"),
        (scheme, "Zeros → He normal"),
        (lane_value, "Xavier uniform: gain g 1 → 2"),
        (dataset, "data Two moons → XOR"),
        (own_data, "data Two moons → students.csv"),
        (lesson, LESSON.heading),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_the_menu_says_what_is_undone_and_redone(
    fresh: Window, edit: Callable[[Window], None], words: str
) -> None:
    assert fresh.session.edits.undo.text() == "&Undo"
    edit(fresh)
    assert fresh.session.edits.undo.text() == f"&Undo: {words}"
    assert f"Undo: {words}" in actions(fresh)
    assert fresh.session.edits.redo.text() == "&Redo"
    assert words in fresh.session.edits.undo.toolTip()

    press_undo(fresh)
    assert fresh.session.edits.redo.text() == f"&Redo: {words}"
    assert fresh.session.edits.undo.text() == "&Undo"


def test_an_ampersand_in_a_name_is_no_key(fresh: Window) -> None:
    fresh.model.edit(SMALL.replace(lanes=(ZEROS.replace(name="A&B"), XAVIER)))

    assert fresh.session.edits.undo.text() == "&Undo: Zeros → A&&B"


def test_a_long_edit_is_cut_in_the_menu_and_whole_in_the_tooltip(fresh: Window) -> None:
    name = "m" * 40
    fresh.model.edit(SMALL.replace(lanes=(ZEROS.replace(name=name), XAVIER.replace(name=name))))
    words = fresh.session.edits.undo.text().removeprefix("&Undo: ")

    assert len(words) == module.LONGEST
    assert words.endswith("…")
    assert fresh.session.edits.undo.toolTip().count(name) == 2


# --- keys -------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [(Qt.Key.Key_Z, SHIFT), (Qt.Key.Key_Y,)], ids=["Z", "Y"])
def test_keys_undo_and_redo(fresh: Window, qtbot: QtBot, again: tuple[Any, ...]) -> None:
    new = SMALL.replace(seed=9)
    fresh.model.edit(new)
    press(qtbot, fresh, Qt.Key.Key_Z, CONTROL)
    assert fresh.model.experiment == SMALL
    qtbot.waitUntil(lambda: shows(fresh, 0, SMALL), timeout=LONG)

    press(qtbot, fresh, again[0], CONTROL, *again[1:])
    assert fresh.model.experiment == new


def focus(window: Window, qtbot: QtBot, name: str) -> QLineEdit:
    control = window.controls.fields[name].control
    assert isinstance(control, QLineEdit)
    control.setFocus()
    qtbot.waitUntil(control.hasFocus)
    return control


def press_in_field(qtbot: QtBot, window: Window) -> None:
    focused = window.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Z, CONTROL)


def test_in_a_field_the_keys_undo_the_edit(fresh: Window, qtbot: QtBot) -> None:
    control = focus(fresh, qtbot, "batch_size")
    control.selectAll()
    qtbot.keyClicks(control, "64")
    assert fresh.model.experiment.batch_size == 64
    press_in_field(qtbot, fresh)

    assert fresh.model.experiment == SMALL
    assert control.text() == "16"
    assert fresh.session.edits.redo.isEnabled()


def test_a_field_with_refused_text_takes_its_typing_back_first(fresh: Window, qtbot: QtBot) -> None:
    fresh.model.edit(SMALL.replace(seed=9))
    control = focus(fresh, qtbot, "hidden")
    qtbot.keyClicks(control, ",,")
    assert fresh.controls.fields["hidden"].cure.text()
    press_in_field(qtbot, fresh)
    assert fresh.model.experiment == SMALL.replace(seed=9)  # it was the field's
    assert control.text() == "8, 8"

    press_in_field(qtbot, fresh)
    assert fresh.model.experiment == SMALL


def test_the_buttons_at_the_top_undo_and_redo(fresh: Window, qtbot: QtBot) -> None:
    undo, redo = fresh.top.undo, fresh.top.redo
    assert not undo.isEnabled()
    assert not redo.isEnabled()
    fresh.model.edit(SMALL.replace(seed=9))
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert fresh.model.experiment == SMALL
    qtbot.mouseClick(redo, Qt.MouseButton.LeftButton)
    assert fresh.model.experiment == SMALL.replace(seed=9)
    for button in (undo, redo):
        assert button.toolTip()
        assert button.accessibleName()
        assert not button.icon().isNull()


def test_an_undo_moves_the_keyboard_nowhere(fresh: Window, qtbot: QtBot) -> None:
    control = focus(fresh, qtbot, "seed")
    press_focused(qtbot, fresh, Qt.Key.Key_Up)
    assert fresh.model.experiment.seed == 2
    press_in_field(qtbot, fresh)

    assert fresh.model.experiment == SMALL
    assert control.hasFocus()


# --- typing -----------------------------------------------------------------------------------

REFUSED = [("hidden", "4, 2000"), ("learning_rate", "1e7"), ("epochs", "1000001")]


def retype(qtbot: QtBot, window: Window, name: str, text: str) -> QLineEdit:
    control = focus(window, qtbot, name)
    control.selectAll()
    qtbot.keyClicks(control, text)
    return control


def leave(qtbot: QtBot, window: Window) -> None:
    window.centralWidget().setFocus()


def enter(qtbot: QtBot, window: Window) -> None:
    press_focused(qtbot, window, Qt.Key.Key_Return)


def escape(qtbot: QtBot, window: Window) -> None:
    press_focused(qtbot, window, Qt.Key.Key_Escape)


@pytest.mark.parametrize("end", [enter, leave, escape], ids=lambda end: end.__name__)
@pytest.mark.parametrize(("name", "text"), REFUSED)
def test_a_refused_entry_leaves_the_trained_run_and_no_step(
    fresh: Window, qtbot: QtBot, clock: Clock, name: str, text: str, end: Callable[..., None]
) -> None:
    finish(qtbot, fresh)
    recording = fresh.model.recording
    control = focus(fresh, qtbot, name)
    control.selectAll()
    for letter in text:
        clock.rest()  # slow typing is one typing, too
        qtbot.keyClicks(control, letter)
    end(qtbot, fresh)

    assert fresh.model.experiment == SMALL
    assert fresh.model.recording is recording
    assert recording.experiment == SMALL
    assert fresh.model.cursor == SMALL.epochs
    assert fresh.session.edits.stack.count() == 0
    assert bool(fresh.controls.fields[name].cure.text()) == (end is not escape)


def test_escape_brings_the_trained_run_back(fresh: Window, qtbot: QtBot, clock: Clock) -> None:
    finish(qtbot, fresh)
    recording = fresh.model.recording
    retype(qtbot, fresh, "hidden", "4, 32")
    assert fresh.model.experiment.hidden == (4, 32)
    clock.rest()
    escape(qtbot, fresh)

    assert fresh.model.recording is recording
    assert fresh.model.cursor == SMALL.epochs
    assert fresh.session.edits.stack.count() == 0


def test_slow_typing_is_one_step_and_the_next_typing_another(
    fresh: Window, qtbot: QtBot, clock: Clock
) -> None:
    for text in ("64", "32"):
        control = focus(fresh, qtbot, "batch_size")
        control.selectAll()
        for letter in text:
            clock.rest()
            qtbot.keyClicks(control, letter)
        enter(qtbot, fresh)
    assert fresh.session.edits.stack.count() == 2

    press_undo(fresh)
    assert fresh.model.experiment.batch_size == 64
    press_undo(fresh)
    assert fresh.model.experiment == SMALL


def test_what_was_trained_holds_against_what_is_refused_after_it(
    fresh: Window, qtbot: QtBot
) -> None:
    control = retype(qtbot, fresh, "batch_size", "3")
    fresh.player.step_forward()
    qtbot.waitUntil(lambda: shows(fresh, 1), timeout=LONG)
    recording = fresh.model.recording
    qtbot.keyClicks(control, "2x")

    assert fresh.model.experiment.batch_size == 3
    assert fresh.model.recording is recording
    assert fresh.session.edits.stack.count() == 1
    press_undo(fresh)
    assert fresh.model.experiment == SMALL


def test_training_takes_refused_text_for_what_holds(fresh: Window, qtbot: QtBot) -> None:
    control = retype(qtbot, fresh, "hidden", "4, 2000")
    assert control.text() == "4, 2000"
    fresh.player.play()

    assert control.text() == "8, 8"
    assert not fresh.controls.fields["hidden"].cure.text()
    assert fresh.model.experiment == SMALL


def test_a_drag_that_ends_where_it_began_leaves_the_trained_run(
    fresh: Window, qtbot: QtBot
) -> None:
    finish(qtbot, fresh)
    recording = fresh.model.recording
    for value in (0.2, 0.3, 0.1):
        fresh.controls._change(learning_rate=value)

    assert fresh.model.recording is recording
    assert fresh.model.cursor == SMALL.epochs


def test_what_was_trained_is_a_step_however_quickly_the_next_edit_follows(
    fresh: Window, qtbot: QtBot
) -> None:
    fresh.controls._change(learning_rate=0.2)
    fresh.player.step_forward()
    qtbot.waitUntil(lambda: shows(fresh, 1), timeout=LONG)
    recording = fresh.model.recording
    fresh.controls._change(learning_rate=0.3)

    press_undo(fresh)
    assert fresh.model.recording is recording


def test_an_edit_after_a_run_was_shown_takes_back_nothing_before_it(
    fresh: Window, qtbot: QtBot
) -> None:
    finish(qtbot, fresh)
    fresh.controls._change(learning_rate=0.2)
    fresh.session.edits.seal()
    fresh.controls._change(learning_rate=SMALL.learning_rate)

    assert fresh.session.edits.stack.count() == 2
    press_undo(fresh)
    assert fresh.model.experiment.learning_rate == 0.2


# --- lessons ----------------------------------------------------------------------------------


def test_undo_brings_the_lesson_back(fresh: Window, clock: Clock) -> None:
    lesson(fresh)
    clock.rest()
    fresh.show_own(SMALL.replace(data=data("xor")))
    assert fresh.lesson is None
    press_undo(fresh)
    assert fresh.lesson is LESSON
    assert fresh.lessons.currentData() == LESSON.name
    press_undo(fresh)
    assert fresh.lessons.currentIndex() == -1
    fresh.session.edits.redo.trigger()
    assert fresh.lesson is LESSON


def test_what_changes_nothing_seals_no_later_edit(fresh: Window) -> None:
    fresh.session.edits.seal()
    fresh.session.note()
    for value in (0.2, 0.3):
        fresh.controls._change(learning_rate=value)

    assert fresh.session.edits.stack.count() == 1
