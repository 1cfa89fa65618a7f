from __future__ import annotations

import math
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.app.memory import Memory
from initviz.app.start import run
from initviz.app.theme import Theme
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.experiment import Experiment, Lane
from tests.app.conftest import LONG, SMALL, MakeWindow, threads

RUBBISH = {
    "binary": bytes(range(256)) * 20,
    "empty": b"",
    "not ini": b"{]]\n= = =\n[[[",
    "wrong values": (
        b"[General]\nexperiment=epochs = -1\nlesson=@Variant(\\0\\0\\0\\x7f\\0)\ntheme=17\n"
        b"speed=fast\nfolder=/no/such/folder\n[layout]\nwindow=12\noverview-0=@ByteArray(zzz)\n"
    ),
    "a list": b"[General]\nexperiment=a, b, c\nlesson=zeros, ones\nspeed=1, 2\ntheme=dark, light\n",
    "not a number": b"[General]\nspeed=nan\n",
    "a negative number": b"[General]\nspeed=-4\n",
}


def test_what_is_remembered_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "initviz.ini"
    memory = Memory(path)
    awkward = SMALL.replace(lanes=(Lane(scheme="zeros", name='a "b", c; [d] = \\ é 中 %'),))
    memory.experiment = awkward
    memory.lesson = "zeros"
    memory.theme = Theme.LIGHT
    memory.speed = math.inf
    memory.folder = tmp_path
    memory.set_layout("window", QByteArray(bytes(range(256))))
    memory.save()
    again = Memory(path)

    assert again.experiment == awkward
    assert again.lesson == "zeros"
    assert again.theme is Theme.LIGHT
    assert again.speed == math.inf
    assert again.folder == tmp_path
    assert again.layout("window").data() == bytes(range(256))
    again.forget_layout()
    assert again.layout("window").isEmpty()


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_lessons_experiment_is_remembered(tmp_path: Path, lesson: object) -> None:
    memory = Memory(tmp_path / "initviz.ini")
    memory.experiment = lesson.experiment  # type: ignore[attr-defined]
    memory.save()

    assert Memory(tmp_path / "initviz.ini").experiment == lesson.experiment  # type: ignore[attr-defined]


def test_a_first_start_remembers_nothing(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "none" / "initviz.ini")

    assert memory.experiment is None
    assert memory.lesson == ""
    assert memory.theme is Theme.SYSTEM
    assert memory.speed == 10.0
    assert memory.folder == Path.home()
    assert memory.layout("window").isEmpty()


@pytest.mark.parametrize("content", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_is_forgotten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rubbish.ini"
    path.write_bytes(content)
    memory = Memory(path)

    assert memory.experiment is None
    assert memory.theme in Theme
    assert isinstance(memory.speed, float)
    assert isinstance(memory.lesson, str)
    assert memory.folder.is_dir()
    assert memory.layout("window").isEmpty()


@pytest.mark.parametrize("name", ["wrong values", "not a number"])
def test_a_window_opens_on_rubbish(tmp_path: Path, make_window: MakeWindow, name: str) -> None:
    path = tmp_path / "rubbish.ini"
    path.write_bytes(RUBBISH[name])
    window = make_window(None, Memory(path))

    assert window.model.experiment == next(iter(LESSONS.values())).experiment
    assert window.player.speed == 10.0


def test_a_file_that_cannot_be_written_is_not_fatal(
    tmp_path: Path, make_window: MakeWindow
) -> None:
    (tmp_path / "file").write_text("in the way")
    window = make_window(SMALL, Memory(tmp_path / "file" / "initviz.ini"))

    assert window.close()


def test_the_app_runs_until_its_window_is_closed(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from initviz.app import start

    monkeypatch.setattr(start, "Memory", lambda: Memory(tmp_path / "initviz.ini"))
    seen: list[Experiment] = []

    def exec_() -> int:
        window = next(w for w in qapp.topLevelWidgets() if isinstance(w, Window))
        qtbot.waitUntil(lambda: window.player.snapshot is not None, timeout=LONG)
        seen.append(window.model.experiment)
        window.close()
        return 0

    monkeypatch.setattr(QApplication, "exec", lambda *_: exec_())
    assert run(SMALL) == 0

    assert seen == [SMALL]
    assert threads() == []
    assert not any(isinstance(widget, Window) for widget in qapp.topLevelWidgets())
    assert Memory(tmp_path / "initviz.ini").experiment == SMALL


def test_settings_that_cannot_be_written_are_told_in_the_window_and_can_be_dismissed(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    path = tmp_path / "file" / "initviz.ini"
    window = make_window(memory=Memory(path))

    assert window.banner.isVisible()
    assert f"{path} cannot be written" in window.banner.text.text()
    window.banner.dismiss.click()
    assert not window.banner.isVisible()


def test_settings_without_a_home_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(_: str) -> Path:
        raise OSError(2, "there is no home folder")

    monkeypatch.setattr("initviz.app.memory.place", homeless)
    assert "there is no home folder" in Memory().unkept


def test_settings_that_can_be_written_are_not_talked_of(tmp_path: Path) -> None:
    assert Memory(tmp_path / "new" / "initviz.ini").unkept == ""
