from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

import initviz.engine
from initviz.app import theme
from initviz.app.layouts import TITLE_BAR
from initviz.app.memory import Memory
from initviz.app.model import Phase
from initviz.app.theme import Theme
from initviz.app.window import Window, ordinal
from initviz.catalog.lessons import LESSONS
from initviz.views.style import DARK, LIGHT
from tests.app.conftest import LONG, SMALL, MakeWindow, delete, threads
from tests.app.fakes import failing
from tests.app.hands import FAST, actions, finish, shows

FIRST = next(iter(LESSONS.values()))


# --- what goes wrong --------------------------------------------------------------------------


def test_refused_input_leaves_the_picture(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    finish(qtbot, window)
    run, shown = window.player.run, window.player.snapshot
    window.controls.fields["hidden"].set_text("8,,8")
    window.controls.fields["hidden"].set_text("100 x 1024")
    window.controls.fields["learning_rate"].set_text("-")
    window.player.look()

    assert window.model.experiment == SMALL
    assert window.player.run is run
    assert window.player.snapshot is shown
    assert window.model.cursor == SMALL.epochs
    assert all(
        window.controls.fields[name].cure.isVisible() for name in ("hidden", "learning_rate")
    )


def test_a_thinned_recording_says_so_and_the_scrubber_snaps(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    budget = 6 * SMALL.parameter_count * len(SMALL.lanes) * 4
    window = make_window(SMALL.replace(epochs=20), budget=budget)
    assert "memory" not in window.scrubber.state.text()
    finish(qtbot, window)
    recording = window.model.recording
    assert f"every {ordinal(recording.stride)} epoch is kept" in window.scrubber.state.text()

    window.scrubber.slider.setValue(recording.stride + 1)
    assert window.model.cursor == recording.stride
    assert window.scrubber.slider.value() == recording.stride
    qtbot.waitUntil(lambda: shows(window, recording.stride), timeout=LONG)


def test_a_failed_training_is_told_and_an_edit_gets_over_it(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "train", failing(2, "out of memory"))
        window = make_window()
        window.transport.set_speed(FAST)
        window.player.play()
        qtbot.waitUntil(lambda: window.model.phase is Phase.FAILED, timeout=LONG)
    assert window.banner.isVisible()
    assert "there is not enough memory" in window.banner.text.text()
    assert window.banner.button.isVisible()
    assert not window.transport.main.isEnabled()

    window.controls.fields["seed"].set_text("5")
    qtbot.waitUntil(lambda: shows(window, 0, SMALL.replace(seed=5)), timeout=LONG)
    assert not window.banner.isVisible()
    assert window.transport.main.isEnabled()
    finish(qtbot, window)


def test_a_failed_training_can_be_tried_again(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "train", failing(1, "out of memory"))
        window = make_window()
        window.player.play()
        qtbot.waitUntil(lambda: window.model.phase is Phase.FAILED, timeout=LONG)
    qtbot.mouseClick(window.banner.button, Qt.MouseButton.LeftButton)
    assert not window.banner.isVisible()
    finish(qtbot, window)


# --- theme ------------------------------------------------------------------------------------


def test_the_theme_is_chosen_in_the_menu(make_window: MakeWindow, qapp: QApplication) -> None:
    window = make_window()
    for words, style in (("Light", LIGHT), ("Dark", DARK)):
        shown = window.player.snapshot
        actions(window)[words].trigger()
        assert window.look.name == style.name
        assert qapp.palette().window().color().name() == style.window
        assert {view.look.name for view in window.page.views} == {style.name}
        assert all(view.snapshot is shown for view in window.page.views)
        assert [a.isChecked() for a in window.theme_actions.values()].count(True) == 1


def test_the_systems_theme_is_followed_while_it_is_chosen(
    make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    window.set_theme(Theme.SYSTEM)
    monkeypatch.setattr(theme, "resolve", lambda choice: DARK if choice is Theme.DARK else LIGHT)
    window._system_theme_changed()
    assert window.look.name == "light"

    window.set_theme(Theme.DARK)
    window._system_theme_changed()
    assert window.look.name == "dark"


# --- coming and going -------------------------------------------------------------------------


def test_a_window_remembers(make_window: MakeWindow, memory: Memory, tmp_path: Path) -> None:
    window = make_window(None)
    lesson = list(LESSONS.values())[1]
    window.choose_lesson(lesson.name)
    window.controls.fields["seed"].set_text("42")
    window.set_theme(Theme.LIGHT)
    window.transport.set_speed(FAST)
    width = (window.screen().availableSize() - TITLE_BAR).width()
    window.resize(width, 655)  # no larger than the screen of the tests
    QApplication.processEvents()  # narrow now, the transport has taken a row of its own
    window.page.rows.setSizes([150, 450])
    sizes = window.page.rows.sizes()
    window.close()

    again = make_window(None, Memory(tmp_path / "initviz.ini"))
    assert again.model.experiment == lesson.experiment.replace(seed=42)
    assert again.lessons.currentData() == lesson.name
    assert "CHANGED" in again.verdicts.lesson.findChildren(QLabel)[0].text()
    assert again.look.name == "light"
    assert again.player.speed == FAST
    assert again.transport.speed.currentData() == FAST
    assert (again.width(), again.height()) == (width, 655)
    assert again.page.rows.sizes() == pytest.approx(sizes, abs=3)


def test_an_experiment_that_is_asked_for_is_shown_instead_of_the_remembered(
    make_window: MakeWindow, memory: Memory
) -> None:
    memory.experiment = SMALL.replace(seed=9)
    window = make_window(FIRST.experiment)

    assert window.model.experiment == FIRST.experiment
    assert window.lesson is FIRST


def test_a_first_start_shows_the_first_lesson(make_window: MakeWindow) -> None:
    assert make_window(None).model.experiment == FIRST.experiment


def test_the_layout_is_reset(make_window: MakeWindow) -> None:
    window = make_window()

    def upper_share() -> float:
        upper, lower = window.page.rows.sizes()
        return upper / (upper + lower)

    before = upper_share()
    window.page.rows.setSizes([1000, 100])
    assert upper_share() > before + 0.1
    window.reset_layout()

    assert upper_share() == pytest.approx(before, abs=0.02)
    assert window.memory.layout("window").isEmpty()


def test_a_window_closes_while_it_trains(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(SMALL.replace(epochs=1_000_000))
    window.transport.set_speed(FAST)
    window.player.play()
    qtbot.waitUntil(lambda: window.model.recording.last > 2, timeout=LONG)
    assert threads()

    assert window.close()
    assert threads() == []
    assert window.close()  # once more does no harm


def test_a_window_closes_before_torch_is_loaded(memory: Memory, qtbot: QtBot) -> None:
    window = Window(SMALL, memory)
    qtbot.addWidget(window)
    window.close()

    assert threads() == []


def test_five_windows_leave_no_thread_and_no_widget(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    gc.collect()
    before = len(qapp.allWidgets())
    for i in range(5):
        qapp.setStyleSheet("")
        window = Window(SMALL, Memory(tmp_path / f"{i}.ini"))
        window.show()
        qtbot.waitExposed(window)
        window.close()
        delete(window)
        del window

    assert threads() == []
    gc.collect()
    assert len(qapp.allWidgets()) <= before


def opened_and_closed(qtbot: QtBot, memory: Memory) -> list[weakref.ref[object]]:
    """What is left of a window, and of its recording, after three edits that are one step."""
    window = Window(SMALL, memory)
    window.show()
    player = window.player
    qtbot.waitUntil(lambda: player.snapshot is not None, timeout=LONG)
    for text in ("2", "23", "234"):
        window.controls.fields["seed"].set_text(text)
    assert window.session.edits.stack.count() == 1
    window.close()
    delete(window)
    return [weakref.ref(window), weakref.ref(window.model.recording)]


def test_a_closed_window_is_forgotten_with_all_that_it_held(qtbot: QtBot, memory: Memory) -> None:
    left = opened_and_closed(qtbot, memory)
    gc.unfreeze()  # as the next window does
    gc.collect()
    assert [each() is None for each in left] == [True, True]


def closed(qtbot: QtBot, memory: Memory) -> list[weakref.ref[object]]:
    """A window in which this and that was edited, and which is closed by now."""
    window = Window(SMALL, memory)
    window.show()
    qtbot.waitUntil(lambda: window.player.snapshot is not None, timeout=LONG)
    for page in range(len(window.pages)):
        window.tabs.setCurrentIndex(page)
        for width in (3, 4, 5):  # so quickly, one after the other, that they are one step
            window.model.edit(SMALL.replace(hidden=(width,) * (page + 1)))
    qtbot.waitUntil(lambda: window.player.rests, timeout=LONG)
    parts = [window, window.model, window.player, window.session, window.zooms, *window.pages]
    window.close()
    delete(window)
    return [weakref.ref(part) for part in parts]


@pytest.mark.usefixtures("qapp")
def test_a_closed_window_is_gone_whatever_was_edited_in_it(qtbot: QtBot, memory: Memory) -> None:
    gone = closed(qtbot, memory)
    gc.unfreeze()  # as the next window does
    gc.collect()
    assert [ref() for ref in gone if ref() is not None] == []


@pytest.mark.usefixtures("qapp")
def test_a_window_that_is_closed_at_once_leaves_no_timer_behind(memory: Memory) -> None:
    before = timers()
    window = Window(SMALL, memory)
    window.show()
    window.close()
    delete(window)
    del window
    gc.unfreeze()  # as the next window does
    gc.collect()
    assert timers() == before


def timers() -> int:
    gc.collect()
    return sum(type(each) is QTimer for each in gc.get_objects())
