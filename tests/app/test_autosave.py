from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import SIGNAL
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

import initviz.app.autosave
import initviz.app.leftovers
from initviz.app.autosave import Autosave, Retry
from initviz.app.left import Left
from initviz.app.leftovers import LEFT, Folder
from initviz.app.model import Phase
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.recording import Recording
from initviz.runfile import open_run
from tests.app.conftest import LONG, SMALL, MakeWindow
from tests.app.fakes import full
from tests.app.hands import FAST, finish, shows
from tests.runfile.runs import same

MakeSaving = Callable[..., Window]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "left"


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting between two saves of a run, whatever they cost, and looks by the tests alone."""
    monkeypatch.setattr(initviz.app.autosave, "LOOK_MS", 10**8)
    monkeypatch.setattr(initviz.app.autosave, "SHARE", float("inf"))


def look(qtbot: QtBot, window: Window) -> None:
    """Look until there is nothing left to save."""
    autosave = window.autosave

    def rests() -> bool:
        autosave.look()
        autosave.look()
        return not autosave.busy

    qtbot.waitUntil(rests, timeout=LONG)


def only(root: Path) -> Path:
    (path,) = root.iterdir()
    return path


def left_in(path: Path) -> Left:
    return Left.from_toml((path / LEFT).read_text("utf-8"))


def test_nothing_is_left_by_a_window_in_which_nothing_was_done(
    make_window: MakeWindow, qtbot: QtBot, root: Path
) -> None:
    window = make_window(autosaves=root)
    look(qtbot, window)
    assert not root.exists()


def test_an_edit_is_saved_when_it_rests(make_window: MakeWindow, qtbot: QtBot, root: Path) -> None:
    window = make_window(None, autosaves=root)
    lesson = LESSONS["zeros"]
    window.choose_lesson("zeros")
    window.model.edit(lesson.experiment.replace(seed=4))
    window.autosave.look()
    assert not window.autosave.busy  # it may go on
    look(qtbot, window)

    left = left_in(only(root))
    assert left.experiment == lesson.experiment.replace(seed=4)
    assert left.lesson == "zeros"
    assert left.runs == ()
    assert "experiment is autosaved" in window.autosave.words()


def test_the_recording_is_saved_as_it_is(make_window: MakeWindow, qtbot: QtBot, root: Path) -> None:
    window = make_window(autosaves=root)
    finish(qtbot, window)
    window.player.go_to(2)
    look(qtbot, window)

    left = left_in(only(root))
    (note,) = left.runs
    assert same(open_run(only(root) / note.file), window.model.recording)
    assert left.shown == note.file
    assert (left.cursor, note.last) == (2, SMALL.epochs)
    assert "up to epoch 4" in window.autosave.words()

    before = (only(root) / note.file).stat().st_mtime_ns
    look(qtbot, window)
    assert (only(root) / note.file).stat().st_mtime_ns == before


def test_the_run_before_an_edit_stays_beside_the_new_one(
    make_window: MakeWindow, qtbot: QtBot, root: Path
) -> None:
    window = make_window(autosaves=root)
    finish(qtbot, window)
    first = window.model.recording
    window.model.edit(SMALL.replace(seed=8))
    finish(qtbot, window)
    look(qtbot, window)

    one, other = left_in(only(root)).runs
    assert same(open_run(only(root) / one.file), first)
    assert same(open_run(only(root) / other.file), window.model.recording)
    assert left_in(only(root)).shown == other.file

    window.session.runs.remove(window.session.runs.entries[-1])
    window.model.edit(SMALL.replace(seed=8, epochs=9))
    look(qtbot, window)
    assert left_in(only(root)).runs == (other,)
    assert not (only(root) / one.file).exists()


def test_earlier_runs_give_way_where_all_are_too_large(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(autosaves=root)
    finish(qtbot, window)
    look(qtbot, window)
    monkeypatch.setattr("initviz.app.saving.MOST_FOLDER", 100)
    window.model.edit(SMALL.replace(seed=8))
    finish(qtbot, window)
    look(qtbot, window)

    (note,) = left_in(only(root)).runs
    assert open_run(only(root) / note.file).experiment == SMALL.replace(seed=8)
    assert len(list(only(root).glob("run-*"))) == 1


def test_a_run_that_has_given_way_is_saved_again_where_there_is_room_and_stays(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(autosaves=root)
    for seed in (1, 2, 3):
        window.model.edit(SMALL.replace(seed=seed))
        finish(qtbot, window)
        look(qtbot, window)
    third, second, first = window.session.runs.entries
    size = max(path.stat().st_size for path in only(root).glob("run-*"))
    saved: list[int] = []
    real = Folder.save

    def save(self: Folder, recording: Recording, *more: Any) -> int:
        saved.append(recording.experiment.seed)
        return real(self, recording, *more)

    monkeypatch.setattr(Folder, "save", save)
    monkeypatch.setattr("initviz.app.saving.MOST_FOLDER", 2 * size + size // 2)

    def seeds() -> set[int]:
        window.player.go_to(1 if window.model.cursor != 1 else 2)  # something to be written
        for _ in range(3):
            look(qtbot, window)
        return {open_run(path).experiment.seed for path in only(root).glob("run-*")}

    assert seeds() == {2, 3}
    assert seeds() == {2, 3}
    assert saved == []  # not written to be deleted again
    window.session.runs.remove(second)
    assert seeds() == {1, 3}
    assert seeds() == {1, 3}
    assert saved == [1]

    monkeypatch.setattr("initviz.app.saving.MOST_FOLDER", size + size // 2)
    assert seeds() == {3}
    window.session.show_run(first)  # what is shown does not give way
    qtbot.waitUntil(lambda: window.model.recording is first.recording, timeout=LONG)
    assert seeds() == {1}
    assert seeds() == {1}
    assert saved == [1, 1]
    assert third in window.session.runs.entries


def test_a_run_that_gave_way_waits_while_what_is_shown_grows(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(autosaves=root)
    finish(qtbot, window)
    window.model.edit(SMALL.replace(seed=8))
    finish(qtbot, window)
    look(qtbot, window)
    earlier = window.session.runs.entries[1]
    monkeypatch.setattr("initviz.app.saving.MOST_FOLDER", 100)
    window.player.go_to(1)
    look(qtbot, window)
    assert len(list(only(root).glob("run-*"))) == 1
    monkeypatch.setattr("initviz.app.saving.MOST_FOLDER", initviz.app.leftovers.MOST_RUN)
    assert window.autosave._has_room(earlier)
    monkeypatch.setattr(window.model, "phase", Phase.TRAINING)
    assert not window.autosave._has_room(earlier)


def test_training_is_saved_now_and_then(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(SMALL.replace(epochs=10**6), autosaves=root)
    window.transport.set_speed(FAST)
    window.player.play()
    qtbot.waitUntil(lambda: bool(window.session.runs.entries), timeout=LONG)
    look(qtbot, window)
    (note,) = left_in(only(root)).runs
    assert note.last >= 1
    assert left_in(only(root)).cursor == -1

    window.autosave.look()
    assert not window.autosave.busy  # thirty seconds are not over
    monkeypatch.setattr(initviz.app.autosave, "EVERY", 0.0)
    window.player.pause()
    look(qtbot, window)
    assert left_in(only(root)).runs[0].last == window.model.recording.last


def test_the_longer_a_save_takes_the_rarer_it_is(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(autosaves=root)
    finish(qtbot, window)
    look(qtbot, window)
    monkeypatch.setattr(initviz.app.autosave, "SHARE", 1e-9)
    window.player.step_forward()
    qtbot.waitUntil(lambda: shows(window, SMALL.epochs + 1), timeout=LONG)
    look(qtbot, window)
    assert left_in(only(root)).runs[0].last == SMALL.epochs
    assert left_in(only(root)).cursor == SMALL.epochs + 1


def test_a_long_recording_is_thinned_to_fit(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(SMALL.replace(epochs=40), autosaves=root)
    finish(qtbot, window)
    kept = window.model.recording.kept()
    bound = kept.scalar_bytes + 12 * kept.parameters[0].nbytes
    monkeypatch.setattr(initviz.app.leftovers, "MOST_RUN", bound)
    look(qtbot, window)

    (note,) = left_in(only(root)).runs
    again = open_run(only(root) / note.file)
    assert again.kept_epochs() == list(range(0, 41, 4))
    assert again.parameters(40).tobytes() == kept.parameters[-1].tobytes()
    assert again.scalars().train_loss.tobytes() == kept.scalars.train_loss.tobytes()


def test_a_recording_that_cannot_be_small_is_told_and_its_experiment_saved(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initviz.app.leftovers, "LARGEST_RUN", 100)
    window = make_window(autosaves=root)
    finish(qtbot, window)
    look(qtbot, window)

    assert "too large for autosave" in window.scrubber.state.text()
    assert left_in(only(root)).experiment == SMALL
    assert left_in(only(root)).runs == ()


@pytest.mark.parametrize("where", ["initviz.app.leftovers.save_run", "initviz.app.leftovers.whole"])
def test_a_full_disk_is_told_once_and_got_over(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    window = make_window(autosaves=root)
    autosave = window.autosave
    said: list[str] = []
    monkeypatch.setattr(window.scrubber, "say", said.append)
    finish(qtbot, window)
    with monkeypatch.context() as disk:
        disk.setattr(where, full)
        for _ in range(3):
            look(qtbot, window)
            assert autosave._retry.waits or autosave._run_retry.waits
            autosave._retry._until = autosave._run_retry._until = 0.0
    look(qtbot, window)

    (words,) = said
    assert "cannot be written to (No space left on device)" in words
    assert not window.banner.isVisible()
    assert same(open_run(only(root) / left_in(only(root)).runs[0].file), window.model.recording)


def test_a_run_that_cannot_be_saved_keeps_no_other_from_it(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initviz.app.autosave, "PATIENCE", 0.0)
    window = make_window(autosaves=root)
    finish(qtbot, window)
    window.model.edit(SMALL.replace(hidden=(64, 64)))
    finish(qtbot, window)
    large, small = (run.recording for run in window.session.runs.entries)
    assert small.kept_bytes < large.kept_bytes // 4
    monkeypatch.setattr("initviz.app.leftovers.LARGEST_RUN", large.kept_bytes // 2)
    monkeypatch.setattr("initviz.app.leftovers.MOST_RUN", large.kept_bytes)

    def saved() -> bool:
        window.autosave.look()
        return any(root.glob("*/run-*"))

    qtbot.waitUntil(saved, timeout=LONG)
    (path,) = only(root).glob("run-*.initviz")
    assert same(open_run(path), small)


def test_a_disk_that_is_nearly_full_is_left_alone(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initviz.app.leftovers, "RESERVE", 2**62)
    window = make_window(autosaves=root)
    finish(qtbot, window)
    look(qtbot, window)

    assert "No space left on device" in window.scrubber.state.text()
    assert left_in(only(root)).runs == ()


@pytest.mark.parametrize("place", ["~/left", "file/left"])
def test_without_a_place_the_window_goes_on(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    path = Path(place) if place.startswith("~") else tmp_path / place
    window = make_window(autosaves=path)
    finish(qtbot, window)
    look(qtbot, window)

    assert "autosave does not work: " in window.scrubber.state.text()
    assert not Path("~").exists()
    assert window.autosave.words() == ""
    window.model.edit(SMALL.replace(seed=3))
    finish(qtbot, window)


def test_a_folder_that_has_vanished_is_made_again(
    make_window: MakeWindow, qtbot: QtBot, root: Path
) -> None:
    window = make_window(autosaves=root)
    finish(qtbot, window)
    look(qtbot, window)
    shutil.rmtree(root)
    window.player.go_to(1)
    look(qtbot, window)
    look(qtbot, window)

    (note,) = left_in(only(root)).runs
    assert same(open_run(only(root) / note.file), window.model.recording)


def test_what_failed_is_tried_again_more_and_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("initviz.app.autosave.time.monotonic", lambda: clock[0])
    retry = Retry()
    waits = []
    for _ in range(8):
        retry.failed()
        began = clock[0]
        while retry.waits:
            clock[0] += 1.0
        waits.append(clock[0] - began)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    retry.worked()
    assert not retry.waits


# --- the end ----------------------------------------------------------------------------------


def test_a_window_that_is_closed_leaves_nothing(
    make_window: MakeWindow, qtbot: QtBot, root: Path
) -> None:
    window = make_window(autosaves=root)
    finish(qtbot, window)
    look(qtbot, window)
    assert only(root)
    window.close()
    assert list(root.iterdir()) == []
    window.close()


def test_a_window_that_the_system_ends_leaves_the_newest(
    make_window: MakeWindow, qtbot: QtBot, root: Path
) -> None:
    window = make_window(autosaves=root)
    finish(qtbot, window)
    look(qtbot, window)
    window.model.edit(SMALL.replace(seed=5))
    finish(qtbot, window)
    recording = window.model.recording
    window.autosave.keeps = True
    window.close()

    folder = Folder.taken(only(root))
    assert folder is not None
    left = folder.left()
    assert left.experiment == SMALL.replace(seed=5)
    assert same(open_run(only(root) / left.shown), recording)
    folder.release()


def test_what_is_there_stays_when_the_session_ends_and_not_when_that_is_called_off(
    qtbot: QtBot, make_window: MakeWindow, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = QGuiApplication.instance()
    assert app is not None
    told = SIGNAL("commitDataRequest(QSessionManager&)")
    before = app.receivers(told)
    window = make_window(autosaves=root)
    assert app.receivers(told) == before + 1  # there is no session here that could end

    monkeypatch.setattr(initviz.app.autosave, "LOGOUT_MS", 1)
    window.autosave._logged_out()
    assert window.autosave.keeps
    qtbot.waitUntil(lambda: not window.autosave.keeps, timeout=LONG)


def test_a_window_is_closed_in_the_middle_of_a_save(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = threading.Event()

    def slow(_: Any, __: Path, *, cancelled: Callable[[], bool], part_bytes: int) -> None:
        entered.set()
        while not cancelled():
            pass
        raise initviz.catalog.datasets.csv_file.CancelledError

    monkeypatch.setattr("initviz.app.leftovers.save_run", slow)
    window = make_window(autosaves=root)
    finish(qtbot, window)
    window.autosave.look()
    assert entered.wait(30)
    window.close()
    assert list(root.iterdir()) == []


def test_a_save_that_a_closed_window_does_not_wait_for_leaves_nothing(
    make_window: MakeWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, let = threading.Event(), threading.Event()

    def slow(*_: Any, **__: Any) -> None:
        entered.set()
        let.wait(30)

    monkeypatch.setattr("initviz.app.leftovers.save_run", slow)
    monkeypatch.setattr(initviz.app.autosave, "CLOSE_SECONDS", 0.01)
    window = make_window(autosaves=root)
    finish(qtbot, window)
    window.autosave.look()
    assert entered.wait(30)
    window.close()
    let.set()
    job = window.autosave._job
    assert job is not None
    assert job.finish(30)
    assert list(root.iterdir()) == []


def test_windows_without_a_place_for_it_save_nothing(window: Window) -> None:
    assert not window.autosave._timer.isActive()
    assert isinstance(window.autosave, Autosave)
