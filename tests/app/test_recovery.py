from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from initviz.app.left import Left, Note
from initviz.app.leftovers import LEFT, Folder
from initviz.app.model import Phase
from initviz.app.recovery import described, found_in, located, when
from initviz.app.window import Window
from initviz.catalog.datasets.csv_file import read_table
from initviz.catalog.datasets.own import own_values, prepare
from initviz.catalog.lessons import LESSONS
from initviz.engine import record
from initviz.experiment import DataSettings, Experiment
from initviz.recording import Recording
from initviz.runfile import save_run
from tests.app.conftest import LONG, SMALL, MakeWindow
from tests.app.fakes import full
from tests.app.hands import finish, shows
from tests.runfile.runs import same

OTHER = SMALL.replace(activation="relu", epochs=3)
Crashed = Callable[..., Recording]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "left"


@pytest.fixture
def crashed(root: Path) -> Crashed:
    """``crashed(*experiments)``: what a window leaves that has trained one after the other."""

    def crash(*experiments: Experiment, cursor: int = -1, edit: Experiment | None = None,
              lesson: str = "") -> Recording:  # fmt: skip
        folder, notes = Folder.new(root), []
        title = LESSONS[lesson].title if lesson else "Own experiment"
        for experiment in experiments:
            recording = record(experiment)
            file = folder.free_name([])
            last = folder.save(recording, file, lambda: False)
            notes.append(Note(file, title, lesson, last, last))
        shown = "" if edit else notes[-1].file
        folder.write(Left(edit or experiments[-1], lesson, title, cursor, tuple(notes), shown))
        folder.release()
        return recording

    return crash


def save(qtbot: QtBot, window: Window) -> None:
    """Save all that there is to save, now."""
    autosave = window.autosave

    def rests() -> bool:
        autosave._ended = -1e9
        autosave.look()
        autosave.look()
        return not autosave.busy and not autosave._unsaved() and not autosave._given_up

    qtbot.waitUntil(rests, timeout=LONG)


def started(make_window: MakeWindow, qtbot: QtBot, root: Path, *what: Experiment) -> Window:
    window = make_window(what[0] if what else OTHER, autosaves=root)
    qtbot.waitUntil(lambda: not window.recovery.busy, timeout=LONG)
    return window


def press(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def bring_back(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window.recovery.offer.accept)
    qtbot.waitUntil(lambda: not window.recovery.busy, timeout=LONG)


def folders(root: Path) -> list[Path]:
    return sorted(root.iterdir())


def test_nothing_is_offered_where_nothing_was_left(
    make_window: MakeWindow, qtbot: QtBot, root: Path
) -> None:
    window = started(make_window, qtbot, root)
    assert not window.recovery.offer.isVisible()


def test_what_a_crash_left_is_offered_and_comes_back_as_it_was(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    recording = crashed(SMALL, cursor=2)
    window = started(make_window, qtbot, root)
    offer = window.recovery.offer
    assert "ended unexpectedly: “Own experiment”, recorded up to epoch 4" in offer.text.text()
    assert window.model.experiment == OTHER  # what was asked for stays until then

    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 2, SMALL), timeout=LONG)
    assert same(window.model.recording, recording)
    assert window.model.phase is Phase.PAUSED
    assert not offer.isVisible()
    assert not window.banner.isVisible()
    assert "brought back" in window.scrubber.state.text()
    assert [run.title for run in window.session.runs.entries] == ["Own experiment"]

    window.model.edit(SMALL.replace(epochs=7))
    finish(qtbot, window)
    assert same(window.model.recording, record(SMALL.replace(epochs=7)))
    window.session.edits.undo.trigger()
    window.session.edits.undo.trigger()
    qtbot.waitUntil(lambda: shows(window, 0, OTHER), timeout=LONG)


def test_what_cannot_be_shown_stays_for_another_try_and_for_the_next_start(
    make_window: MakeWindow,
    qtbot: QtBot,
    root: Path,
    crashed: Crashed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crashed(SMALL, cursor=2)
    window = started(make_window, qtbot, root)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as breaking, qtbot.capture_exceptions() as raised:
        breaking.setattr(window.session, "show_run", broken)
        bring_back(qtbot, window)
        qtbot.waitUntil(lambda: bool(raised), timeout=LONG)
    assert window.recovery.offer.accept.isEnabled()
    window.close()
    assert found_in(root)[0].left is not None


def test_what_came_back_survives_another_crash_and_goes_with_a_tidy_close(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    recording = crashed(SMALL)
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    window.autosave.keeps = True
    window.close()

    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 4, SMALL), timeout=LONG)
    assert same(window.model.recording, recording)
    assert len(folders(root)) == 1
    window.close()
    assert folders(root) == []


def test_a_lesson_comes_back_with_its_title(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    lesson = LESSONS["zeros"]
    crashed(lesson.experiment.replace(epochs=2), lesson="zeros")
    window = started(make_window, qtbot, root)
    assert f"“{lesson.title}”" in window.recovery.offer.text.text()
    bring_back(qtbot, window)
    assert window.lesson is lesson
    assert window.lessons.currentData() == "zeros"


def test_an_edit_without_a_recording_comes_back_with_the_run_before_it(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    recording = crashed(SMALL, edit=SMALL.replace(seed=9))
    window = started(make_window, qtbot, root)
    assert "with 1 earlier run, " in window.recovery.offer.text.text()
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 0, SMALL.replace(seed=9)), timeout=LONG)

    (run,) = window.session.runs.entries
    window.session.show_run(run)
    qtbot.waitUntil(lambda: shows(window, 4, SMALL), timeout=LONG)
    assert same(window.model.recording, recording)


def test_an_edit_that_keeps_the_recording_comes_back_with_it(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    recording = crashed(SMALL, edit=SMALL.replace(epochs=9))
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 4), timeout=LONG)
    assert window.model.experiment == SMALL.replace(epochs=9)
    assert window.model.recording.last == recording.last


def test_earlier_runs_come_back_too(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    recording = crashed(SMALL, SMALL.replace(seed=9))
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 4, SMALL.replace(seed=9)), timeout=LONG)
    assert same(window.model.recording, recording)
    now, before = window.session.runs.entries
    assert now.recording is window.model.recording
    assert same(before.recording, record(SMALL))


def test_several_are_offered_one_after_the_other(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    first = crashed(SMALL)
    os.utime(folders(root)[0] / LEFT, (time.time() - 60, time.time() - 60))
    second = crashed(OTHER)

    window = started(make_window, qtbot, root, SMALL.replace(seed=77))
    assert "(1 of 2)" in window.recovery.offer.text.text()
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 3, OTHER), timeout=LONG)
    assert same(window.model.recording, second)
    assert "(2 of 2)" in window.recovery.offer.text.text()
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 4, SMALL), timeout=LONG)
    assert same(window.model.recording, first)
    assert not window.recovery.offer.isVisible()

    save(qtbot, window)
    assert len(folders(root)) == 1  # which has both by now
    assert len(list(folders(root)[0].glob("run-*"))) == 2


def test_what_was_just_being_saved_is_not_left_behind_beside_what_came_back(
    make_window: MakeWindow,
    qtbot: QtBot,
    root: Path,
    crashed: Crashed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("initviz.app.autosave.LOOK_MS", 10**8)
    crashed(SMALL)
    window = started(make_window, qtbot, root)
    finish(qtbot, window)
    window.autosave.look()
    job = window.autosave._job
    assert job is not None
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: job.done, timeout=LONG)
    assert len(folders(root)) == 2
    save(qtbot, window)
    (path,) = folders(root)
    assert len(list(path.glob("run-*"))) == 2
    window.close()
    assert folders(root) == []


def test_a_folder_is_kept_until_another_has_what_came_out_of_it(
    make_window: MakeWindow,
    qtbot: QtBot,
    root: Path,
    crashed: Crashed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("initviz.app.autosave.LOOK_MS", 10**8)
    crashed(SMALL)
    crashed(OTHER)
    window = started(make_window, qtbot, root, SMALL.replace(seed=77))
    bring_back(qtbot, window)
    bring_back(qtbot, window)
    autosave = window.autosave
    with monkeypatch.context() as disk:
        disk.setattr(Folder, "save", full)
        autosave.look()
        qtbot.waitUntil(lambda: autosave._job is not None and autosave._job.done, timeout=LONG)
        for _ in range(3):
            autosave.look()
            autosave._run_retry._until = 1e12
    assert len(folders(root)) == 2
    autosave._run_retry._until = 0.0
    save(qtbot, window)
    assert len(folders(root)) == 1


def test_one_window_offers_what_another_one_does_not(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    crashed(SMALL)
    window = started(make_window, qtbot, root)
    assert window.recovery.offer.isVisible()
    other = started(make_window, qtbot, root)
    assert not other.recovery.offer.isVisible()
    finish(qtbot, other)
    save(qtbot, other)
    third = started(make_window, qtbot, root)  # the second lives
    assert not third.recovery.offer.isVisible()


def test_what_is_discarded_is_gone_after_a_second_question(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    crashed(SMALL)
    window = started(make_window, qtbot, root)
    offer = window.recovery.offer
    press(qtbot, offer.discard)
    assert offer.text.text() == "Discard “Own experiment” for good?"
    assert not offer.accept.isVisible()
    press(qtbot, offer.keep)
    assert offer.accept.isVisible()
    assert folders(root)

    press(qtbot, offer.discard)
    press(qtbot, offer.really)
    assert not offer.isVisible()
    assert folders(root) == []


def test_the_keyboard_stays_in_the_offer_and_goes_from_there_to_the_training(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    crashed(SMALL)
    window = started(make_window, qtbot, root)
    offer = window.recovery.offer
    offer.discard.setFocus()
    for expected in (offer.keep, offer.discard, offer.keep):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
        assert window.focusWidget() is expected
    offer.really.setFocus()
    qtbot.keyClick(offer.really, Qt.Key.Key_Space)

    assert not offer.isVisible()
    assert window.focusWidget() is window.transport.main


@pytest.mark.parametrize("answer", ["not now", "none"])
def test_what_is_not_answered_is_offered_again(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed, answer: str
) -> None:
    crashed(SMALL)
    window = started(make_window, qtbot, root)
    if answer == "not now":
        press(qtbot, window.recovery.offer.later)
        assert not window.recovery.offer.isVisible()
    finish(qtbot, window)
    window.close()

    window = started(make_window, qtbot, root)
    assert window.recovery.offer.isVisible()


def test_an_offer_stays_while_the_window_is_used(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    crashed(SMALL)
    window = started(make_window, qtbot, root)
    finish(qtbot, window)
    window.banner.show_note("something else")
    window.banner.dismiss.click()
    assert window.recovery.offer.isVisible()


def test_a_damaged_recording_says_so_and_its_experiment_comes_back(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    crashed(SMALL, cursor=2)
    (run,) = folders(root)[0].glob("run-*")
    run.write_bytes(run.read_bytes()[:-200])
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 0, SMALL), timeout=LONG)
    words = window.banner.text.text()
    assert "its recording is damaged (run-0001.initviz: is no run file" in words
    assert "Train it again" in words


@pytest.fixture
def spoilt(root: Path, crashed: Crashed) -> Path:
    """A folder with two runs, of which the first is damaged; its path."""
    crashed(SMALL, SMALL.replace(seed=9))
    path = folders(root)[0] / "run-0001.initviz"
    path.write_bytes(path.read_bytes()[:-200])
    return path


def test_a_run_that_cannot_be_opened_stays_as_it_is_and_is_told_with_its_place(
    make_window: MakeWindow, qtbot: QtBot, root: Path, spoilt: Path
) -> None:
    content = spoilt.read_bytes()
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    assert f"stays in {spoilt.parent}" in window.banner.text.text()
    finish(qtbot, window)
    window.model.edit(SMALL.replace(seed=10))
    finish(qtbot, window)
    save(qtbot, window)
    assert spoilt.read_bytes() == content
    window.autosave.keeps = True  # as in another crash
    window.close()

    window = started(make_window, qtbot, root)
    assert "with 2 earlier runs" in window.recovery.offer.text.text()
    bring_back(qtbot, window)
    save(qtbot, window)
    assert spoilt.read_bytes() == content


def test_a_run_that_could_not_be_opened_is_offered_after_a_tidy_close_until_it_is_discarded(
    make_window: MakeWindow, qtbot: QtBot, root: Path, spoilt: Path
) -> None:
    for _ in range(2):
        window = started(make_window, qtbot, root)
        bring_back(qtbot, window)
        save(qtbot, window)
        window.close()
        assert [path.name for path in spoilt.parent.glob("run-*")] == [spoilt.name]

    window = started(make_window, qtbot, root)
    offer = window.recovery.offer
    assert "What could not be opened is still there: “Own experiment”, " in offer.text.text()
    bring_back(qtbot, window)
    assert "cannot be opened now, either" in window.banner.text.text()
    assert window.model.experiment == OTHER
    window.close()

    window = started(make_window, qtbot, root)
    press(qtbot, window.recovery.offer.discard)
    press(qtbot, window.recovery.offer.really)
    assert folders(root) == []


def test_a_run_that_can_be_opened_by_now_comes_back(
    make_window: MakeWindow, qtbot: QtBot, root: Path, spoilt: Path
) -> None:
    recording = record(SMALL)
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    window.close()
    save_run(recording, spoilt)

    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 4, SMALL), timeout=LONG)
    assert same(window.model.recording, recording)
    assert not window.banner.isVisible()
    window.close()
    assert folders(root) == []


def test_what_cannot_be_opened_stays_in_a_folder_that_is_given_up(
    make_window: MakeWindow, qtbot: QtBot, root: Path, spoilt: Path, crashed: Crashed
) -> None:
    os.utime(spoilt.parent / LEFT, (time.time() + 60, time.time() + 60))  # it is the first offer
    crashed(OTHER)
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    bring_back(qtbot, window)
    save(qtbot, window)
    assert [path.name for path in spoilt.parent.glob("run-*")] == [spoilt.name]
    assert len(folders(root)) == 2
    window.close()
    assert folders(root) == [spoilt.parent]


def test_of_two_runs_of_one_experiment_the_one_that_was_shown_is_shown(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    crashed(SMALL, SMALL.replace(epochs=6))
    folder = folders(root)[0]
    left = Left.from_toml((folder / LEFT).read_text("utf-8"))
    left = replace(left, experiment=SMALL, shown=left.runs[0].file)
    (folder / LEFT).write_text(left.to_toml(), "utf-8")
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 4), timeout=LONG)
    assert window.model.recording.last == 4
    assert window.session.runs.present is window.session.runs.entries[1]


@pytest.mark.parametrize("content", [b"", b"\xff", b"experiment = 3", b"runs = [7]"])
def test_a_damaged_folder_says_so_and_can_only_be_discarded(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed, content: bytes
) -> None:
    crashed(SMALL)
    run = next(folders(root)[0].glob("run-*"))
    run.unlink()
    (folders(root)[0] / LEFT).write_bytes(content)
    window = started(make_window, qtbot, root)
    offer = window.recovery.offer
    assert "damaged: left.toml" in offer.text.text()
    assert not offer.accept.isVisible()
    press(qtbot, offer.discard)
    press(qtbot, offer.really)
    assert folders(root) == []


def test_a_recording_comes_back_though_what_was_said_of_it_is_damaged(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    recording = crashed(SMALL)
    (folders(root)[0] / LEFT).write_bytes(b"")
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 4, SMALL), timeout=LONG)
    assert same(window.model.recording, recording)


def test_a_run_that_was_saved_just_before_the_end_is_found(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    recording = crashed(SMALL)
    folder = folders(root)[0]
    (run,) = folder.glob("run-*")
    left = Left.from_toml((folder / LEFT).read_text())
    (folder / LEFT).write_text(Left(left.experiment, "", "", -1).to_toml())
    run.rename(folder / "run-0007.initviz")
    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 4, SMALL), timeout=LONG)
    assert same(window.model.recording, recording)


def test_a_run_on_a_table_comes_back_though_the_table_is_gone(
    make_window: MakeWindow,
    qtbot: QtBot,
    root: Path,
    crashed: Crashed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("initviz.runfile.tables.cache_folder", lambda: tmp_path / "cache")
    path = tmp_path / "mine.csv"
    path.write_text("a,b,y\n" + "".join(f"{i},{i * i % 7},{i % 2}\n" for i in range(40)))
    table = read_table(path)
    prepared = prepare(table, "y", classes=True, drop_missing=False)
    values = own_values(path, table, "y", prepared, drop_missing=False)
    mine = SMALL.replace(data=DataSettings(dataset="csv", values=values))
    crashed(mine, edit=mine.replace(seed=9))
    path.unlink()

    window = started(make_window, qtbot, root)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 0), timeout=LONG)
    assert window.model.experiment.seed == 9
    assert window.model.experiment.data.values["path"].startswith(str(tmp_path / "cache"))
    finish(qtbot, window)
    window.session.show_run(window.session.runs.entries[-1])
    qtbot.waitUntil(lambda: shows(window, 4), timeout=LONG)


def test_a_table_is_found_only_where_it_is_the_same_one() -> None:
    def on(path: str, digest: str) -> Experiment:
        values = {"path": path, "digest": digest}
        return SMALL.replace(data=DataSettings(dataset="csv", values=values))

    mine = on("/gone.csv", "a" * 64)
    assert located(mine, on("/there.csv", "a" * 64)).data.values["path"] == "/there.csv"
    assert located(mine, on("/there.csv", "b" * 64)) == mine


def test_recordings_that_come_back_share_the_memory(
    make_window: MakeWindow, qtbot: QtBot, root: Path, crashed: Crashed
) -> None:
    bytes_of_one = crashed(SMALL, SMALL.replace(seed=9)).kept_bytes
    window = make_window(OTHER, autosaves=root, budget=bytes_of_one + 1)
    qtbot.waitUntil(lambda: not window.recovery.busy, timeout=LONG)
    bring_back(qtbot, window)
    qtbot.waitUntil(lambda: shows(window, 4, SMALL.replace(seed=9)), timeout=LONG)
    held = sum(run.recording.kept_bytes for run in window.session.runs.entries)
    assert 0 < held <= bytes_of_one + 1


def test_a_folder_that_may_not_be_read_offers_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert found_in(tmp_path / "file") == []
    assert found_in(tmp_path / "none") == []


def test_times_are_told_in_words() -> None:
    now = datetime(2026, 3, 1, 9, 30)
    assert when(now.replace(hour=0, minute=5), now) == "today at 00:05"
    assert when(now - timedelta(hours=10), now) == "yesterday at 23:30"
    assert when(now - timedelta(days=2), now) == "on 2026-02-27 at 09:30"
    left = Left(SMALL, "", "Zeros", 3, saved=now)
    assert described(left, now) == "“Zeros”, autosaved today at 09:30"
