from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from initviz.app import reading
from initviz.app.memory import Memory
from initviz.app.window import Window
from initviz.views.base import View
from tests.app.conftest import LONG, SMALL, MakeWindow


def entry(window: Window, view: View) -> QAction:
    return next(action for _, v, action in window.viewing.entries if v is view)


def test_the_size_is_remembered_and_a_full_screen_is_not(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "initviz.ini"
    window = make_window(SMALL, Memory(path))
    window.reading.larger()
    window.reading.toggle_full_screen()
    qtbot.waitUntil(window.isFullScreen, timeout=LONG)
    window.close()
    again = make_window(SMALL, Memory(path))

    assert not again.isFullScreen()
    assert again.look.text_scale == 1.1
    again.reading.as_system()
    again.close()
    assert make_window(SMALL, Memory(path)).look.text_scale == 1.0


def test_text_begins_as_large_as_the_systems(
    make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "system_size", lambda: 1.5)
    window = make_window(SMALL)
    assert window.look.text_scale == 1.5
    window.reading.smaller()
    assert window.look.text_scale == 1.25


def test_hidden_views_are_remembered_and_forgotten_with_the_layout(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    path = tmp_path / "initviz.ini"
    window = make_window(SMALL, Memory(path))
    window.page.set_hidden(window.page.view("gradients"), True)
    window.page.toggle_enlarged(window.page.view("history"))
    window.close()
    again = make_window(SMALL, Memory(path))
    assert again.page.hidden == {"gradients"}
    assert again.page.enlarged is None
    assert not entry(again, again.page.view("gradients")).isChecked()
    again.reset_layout()
    assert again.page.hidden == set()
    again.close()
    assert make_window(SMALL, Memory(path)).page.hidden == set()


def test_a_remembered_view_that_there_is_no_more_is_no_trouble(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    memory = Memory(tmp_path / "initviz.ini")
    memory.set_hidden("overview", {"history", "something else"})
    assert make_window(SMALL, memory).page.hidden == {"history"}
