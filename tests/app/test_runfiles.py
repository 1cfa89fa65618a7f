from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import initviz.app.runfiles
from initviz.app.memory import MOST_RECENT, Memory
from initviz.app.model import Phase
from initviz.app.recent import RecentMenu
from initviz.app.recovery import found_in
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.engine import record
from initviz.recording import Recording
from initviz.runfile import open_run, save_run
from tests.app.conftest import LONG, SMALL, MakeWindow
from tests.app.fakes import full
from tests.app.hands import answer, finish, press, shows
from tests.runfile.runs import same

OTHER = SMALL.replace(activation="relu", epochs=3)
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A run of another experiment than the window's."""
    save_run(record(OTHER), tmp_path / "other.initviz")
    return tmp_path / "other.initviz"


def rest(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: not window.run_files.busy, timeout=LONG)


class Held:
    """Stands for ``save_run`` or ``open_run``: waits for the test, then does as that one does."""

    def __init__(self, does: Callable[..., Any]) -> None:
        self._does = does
        self.begun, self.released = threading.Event(), threading.Event()

    def __call__(self, *arguments: Any, **more: Any) -> Any:
        self.begun.set()
        assert self.released.wait(30)
        return self._does(*arguments, **more)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Held]]:
    made: list[Held] = []

    def hold(name: str) -> Held:
        gate = Held(getattr(initviz.app.runfiles, name))
        monkeypatch.setattr(initviz.app.runfiles, name, gate)
        made.append(gate)
        return gate

    yield hold
    for gate in made:
        gate.released.set()


# --- saving -----------------------------------------------------------------------------------


def test_ctrl_shift_s_asks_where_to_and_saves_the_run(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = make_window()
    finish(qtbot, window)
    asked = answer(monkeypatch, "getSaveFileName", tmp_path / "mine")
    press(qtbot, window, Qt.Key.Key_S, CONTROL, SHIFT)
    rest(qtbot, window)

    assert "run.initviz" in str(asked[0][2])
    assert same(open_run(tmp_path / "mine.initviz"), window.model.recording)
    assert "saved: " in window.scrubber.state.text()
    assert not window.banner.isVisible()
    assert window.memory.recent == [tmp_path / "mine.initviz"]


def test_training_goes_on_while_a_run_is_saved_as_it_was(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, held: Callable[[str], Held]
) -> None:
    window = make_window()
    gate = held("save_run")
    window.run_files.save(tmp_path / "run.initviz")
    assert "saving run.initviz" in window.scrubber.state.text()
    finish(qtbot, window)
    assert window.run_files.busy

    window.run_files.save(tmp_path / "second.initviz")
    assert "still being saved" in window.banner.text.text()
    gate.released.set()
    rest(qtbot, window)
    assert open_run(tmp_path / "run.initviz").last == 0
    assert not (tmp_path / "second.initviz").exists()


def test_a_run_that_cannot_be_saved_says_why(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.run_files.save(tmp_path / "missing" / "run.initviz")
    rest(qtbot, window)
    assert "Not saved: " in window.banner.text.text()
    assert (
        "cannot be written (No such file or directory; choose a folder" in window.banner.text.text()
    )
    assert "saving" not in window.scrubber.state.text()

    (tmp_path / "run.initviz").write_text("something else")
    window.run_files.save(tmp_path / "run")
    assert "run.initviz exists; choose it to replace it" in window.banner.text.text()
    assert (tmp_path / "run.initviz").read_text() == "something else"

    monkeypatch.setattr(window.model.recording, "kept", Recording(SMALL).kept)
    window.run_files.save(tmp_path / "other")
    rest(qtbot, window)
    assert "nothing has been recorded yet" in window.banner.text.text()
    assert not (tmp_path / "other.initviz").exists()


def test_a_window_that_is_closed_finishes_what_it_saves(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, held: Callable[[str], Held]
) -> None:
    window = make_window()
    gate = held("save_run")
    window.run_files.save(tmp_path / "run.initviz")
    assert gate.begun.wait(30)
    threading.Timer(0.05, gate.released.set).start()
    window.close()

    assert open_run(tmp_path / "run.initviz").experiment == SMALL


def test_what_a_window_that_is_closed_could_not_save_is_offered_by_the_next_start(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(autosaves=tmp_path / "left")
    finish(qtbot, window)
    recording = window.model.recording
    monkeypatch.setattr(initviz.app.runfiles, "save_run", full)
    window.run_files.save(tmp_path / "run.initviz")
    window.close()

    assert not (tmp_path / "run.initviz").exists()
    (found,) = found_in(tmp_path / "left")
    assert found.left is not None
    assert same(open_run(found.folder.path / found.left.shown), recording)
    found.folder.release()


# --- opening ----------------------------------------------------------------------------------


def test_an_opened_run_is_shown_at_its_end_and_is_one_of_the_sessions(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, saved: Path
) -> None:
    window = make_window()
    finish(qtbot, window)
    asked = answer(monkeypatch, "getOpenFileName", saved)
    press(qtbot, window, Qt.Key.Key_O, CONTROL)
    qtbot.waitUntil(lambda: shows(window, 3, OTHER), timeout=LONG)

    assert "*.toml *.initviz" in str(asked[0][3])
    assert window.model.phase is Phase.FINISHED
    assert window.lesson is None
    assert same(window.model.recording, record(OTHER))
    assert [run.title for run in window.session.runs.entries] == ["other", "Own experiment"]
    assert window.session.runs.present is window.session.runs.entries[0]
    assert "opened: " in window.scrubber.state.text()
    assert window.memory.folder == saved.parent
    assert not window.banner.isVisible()

    press(qtbot, window, Qt.Key.Key_Z, CONTROL)  # and the way back
    qtbot.waitUntil(lambda: shows(window, SMALL.epochs, SMALL), timeout=LONG)


def test_an_opened_run_is_trained_on_as_if_it_had_never_been_closed(
    make_window: MakeWindow, qtbot: QtBot, saved: Path
) -> None:
    window = make_window()
    window.files.open_path(saved)
    qtbot.waitUntil(lambda: shows(window, 3, OTHER), timeout=LONG)
    window.model.edit(OTHER.replace(epochs=6))
    finish(qtbot, window)

    assert same(window.model.recording, record(OTHER.replace(epochs=6)))
    (run,) = window.session.runs.entries
    assert run.state() == "6 epochs"


def test_a_lessons_run_brings_its_lesson(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    lesson = LESSONS["zeros"]
    save_run(record(lesson.experiment.replace(epochs=2)), tmp_path / "run.initviz")
    window = make_window()
    window.files.open_path(tmp_path / "run.initviz")
    qtbot.waitUntil(lambda: shows(window, 2), timeout=LONG)

    assert window.lesson is lesson


def test_an_opened_run_makes_earlier_ones_give_way(
    make_window: MakeWindow, qtbot: QtBot, saved: Path
) -> None:
    bytes_of_one = record(SMALL).kept_bytes
    window = make_window(budget=bytes_of_one + 1)
    finish(qtbot, window)
    first = window.model.recording
    window.files.open_path(saved)
    qtbot.waitUntil(lambda: shows(window, 3, OTHER), timeout=LONG)

    assert window.model.recording.kept_bytes > 0
    assert first.kept_bytes + window.model.recording.kept_bytes <= bytes_of_one + 1


@pytest.mark.parametrize("content", [b"", b"not a run", None])
def test_a_file_that_is_no_run_is_a_sentence(
    window: Window, qtbot: QtBot, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "broken.initviz"
    if content is not None:
        path.write_bytes(content)
    window.files.open_path(path)
    rest(qtbot, window)

    assert window.banner.isVisible()
    assert window.banner.text.text().startswith("broken.initviz: ")
    assert window.model.experiment == SMALL
    assert window.memory.recent == []
    assert "opening" not in window.scrubber.state.text()


def test_the_window_goes_on_while_a_run_is_opened_and_the_newest_wish_counts(
    make_window: MakeWindow, qtbot: QtBot, saved: Path, held: Callable[[str], Held]
) -> None:
    window = make_window()
    second = saved.with_name("second.initviz")
    save_run(record(OTHER.replace(seed=7)), second)
    gate = held("open_run")
    window.files.open_path(saved)
    window.files.open_path(second)
    assert "opening second.initviz" in window.scrubber.state.text()
    finish(qtbot, window)  # trains meanwhile
    gate.released.set()
    rest(qtbot, window)

    qtbot.waitUntil(lambda: shows(window, 3, OTHER.replace(seed=7)), timeout=LONG)
    assert [run.title for run in window.session.runs.entries] == ["second", "Own experiment"]


def test_a_window_that_is_closed_gives_up_what_it_opens(
    make_window: MakeWindow, saved: Path, held: Callable[[str], Held]
) -> None:
    window = make_window()
    gate = held("open_run")
    window.files.open_path(saved)
    assert gate.begun.wait(30)
    threading.Timer(0.05, gate.released.set).start()
    window.close()

    assert window.model.experiment == SMALL


def test_recent_files_of_one_name_are_told_apart_by_their_folders(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window()
    for path in ("one/a.toml", "other/a.toml", "other/b.toml"):
        window.memory.note_file(tmp_path / path)

    assert [a.text() for a in recent_menu(window).actions()[:3]] == [
        "b.toml (missing)", f"a.toml – {tmp_path / 'other'} (missing)",
        f"a.toml – {tmp_path / 'one'} (missing)",
    ]  # fmt: skip


def test_the_windows_title_names_the_run_that_is_shown(
    make_window: MakeWindow, qtbot: QtBot, saved: Path
) -> None:
    window = make_window()
    assert window.windowTitle() == "Own experiment – initviz"
    window.files.open_path(saved)
    qtbot.waitUntil(lambda: shows(window, 3, OTHER), timeout=LONG)
    assert window.windowTitle() == "other – initviz"

    window.choose_lesson("zeros")
    assert window.windowTitle() == f"{LESSONS['zeros'].title} – initviz"


def test_a_run_of_another_torch_says_so(
    make_window: MakeWindow, qtbot: QtBot, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initviz.app.runfiles, "_torch", lambda: "9.9")
    window = make_window()
    window.files.open_path(saved)
    rest(qtbot, window)

    assert "this is 9.9: epochs" in window.banner.text.text()


def test_a_run_file_is_dropped_onto_the_window(
    make_window: MakeWindow, qtbot: QtBot, saved: Path
) -> None:
    window = make_window()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(saved))])
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(5, 5), *how)
    window.dragEnterEvent(entering)
    assert entering.isAccepted()
    window.dropEvent(QDropEvent(QPointF(5, 5), *how))

    qtbot.waitUntil(lambda: shows(window, 3, OTHER), timeout=LONG)


def test_a_window_starts_on_a_run(
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    saved: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from initviz import cli
    from initviz.app import start

    monkeypatch.setattr("initviz.display.has_display", lambda: True)
    monkeypatch.setattr(start, "Memory", lambda: Memory(tmp_path / "initviz.ini"))
    seen: list[tuple[np.ndarray[Any, Any], list[str]]] = []

    def exec_() -> int:
        windows = [w for w in qapp.topLevelWidgets() if isinstance(w, Window)]
        window = next(w for w in windows if w.model.experiment == OTHER)
        qtbot.waitUntil(lambda: shows(window, 3, OTHER), timeout=LONG)
        titles = [run.title for run in window.session.runs.entries]
        seen.append((window.model.recording.parameters(3), titles))
        window.close()
        return 0

    monkeypatch.setattr(QApplication, "exec", lambda *_: exec_())
    assert cli.main([str(saved)]) == 0

    ((parameters, titles),) = seen
    assert np.array_equal(parameters, record(OTHER).parameters(3))
    assert titles == ["other"]
    assert Memory(tmp_path / "initviz.ini").recent == [saved]


# --- recent files -----------------------------------------------------------------------------


def recent_menu(window: Window) -> RecentMenu:
    menu = window.findChild(RecentMenu)
    assert menu is not None
    menu.aboutToShow.emit()
    return menu


def test_recent_files_are_opened_again_and_the_missing_ones_say_so(
    make_window: MakeWindow, qtbot: QtBot, saved: Path, tmp_path: Path
) -> None:
    window = make_window()
    assert [a.text() for a in recent_menu(window).actions() if a.text()] == ["Nothing yet"]
    (tmp_path / "a&b.toml").write_text(SMALL.to_toml(), "utf-8")
    window.memory.note_file(tmp_path / "gone.initviz")
    window.memory.note_file(saved)
    window.files.open_path(tmp_path / "a&b.toml")
    menu = recent_menu(window)

    first, second, third, _, clear = menu.actions()
    assert [a.text() for a in (first, second, third)] == [
        "a&&b.toml", "other.initviz", "gone.initviz (missing)",
    ]  # fmt: skip
    assert second.toolTip() == str(saved)
    assert menu.toolTipsVisible()
    assert second.isEnabled()
    assert not third.isEnabled()
    second.trigger()
    qtbot.waitUntil(lambda: shows(window, 3, OTHER), timeout=LONG)
    assert window.memory.recent[0] == saved

    clear.trigger()
    assert window.memory.recent == []
    assert [a.text() for a in recent_menu(window).actions() if a.text()] == ["Nothing yet"]


def test_the_newest_few_files_are_remembered_once_each(tmp_path: Path) -> None:
    path = tmp_path / "initviz.ini"
    memory = Memory(path)
    names = [tmp_path / f"{number}, é=;\\.toml" for number in range(MOST_RECENT + 5)]
    for name in [*names, names[8]]:
        memory.note_file(name)
    memory.save()

    again = Memory(path)
    assert again.recent == [names[8], *[n for n in names[:4:-1] if n != names[8]]][:MOST_RECENT]
    assert again.folder == tmp_path


@pytest.mark.parametrize("content", ["recent={", "recent=7", "recent=a, b", 'recent="[1, null]"'])
def test_remembered_files_that_are_rubbish_are_forgotten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "initviz.ini"
    path.write_text(f"[General]\n{content}\n")
    assert Memory(path).recent == []
