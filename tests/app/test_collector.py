from __future__ import annotations

import gc
import threading
import weakref

from pytestqt.qtbot import QtBot

from initviz.app.collector import Collector
from tests.app.conftest import LONG, MakeWindow


class Knot:
    """Something that only the collector frees."""

    def __init__(self) -> None:
        self.me = self
        self.freed_by: list[str] = []
        weakref.finalize(self, self.note, self.freed_by)

    @staticmethod
    def note(freed_by: list[str]) -> None:
        freed_by.append(threading.current_thread().name)


def litter(kept: list[list[int]]) -> None:
    """Make as many objects as make Python collect, were it to do so by itself."""
    kept.extend([] for _ in range(10 * gc.get_threshold()[0]))


def test_no_thread_but_the_windows_frees_what_is_held_by_cycles(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    make_window()
    knot = Knot()
    freed_by = knot.freed_by
    del knot
    kept: list[list[int]] = []
    thread = threading.Thread(target=litter, args=(kept,), name="other")
    thread.start()
    thread.join()
    assert freed_by == []

    qtbot.waitUntil(lambda: bool(freed_by), timeout=LONG)
    assert freed_by == [threading.main_thread().name]
    assert kept  # so many new objects are what a collection waits for


def test_python_collects_by_itself_again_when_the_last_window_is_closed(
    make_window: MakeWindow,
) -> None:
    window = make_window()
    assert not gc.isenabled()
    other = Collector()
    window.close()
    assert not gc.isenabled()
    other.close()
    other.close()
    assert gc.isenabled()
