from __future__ import annotations

import gc
import threading
import weakref

import pytest
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


def test_what_one_window_has_left_out_is_collected_by_the_next(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Collector, "frozen", False)
    first = Collector()
    knot = Knot()
    freed_by = knot.freed_by
    first.freeze()
    qtbot.waitUntil(lambda: Collector.frozen, timeout=LONG)
    del knot
    first.close()
    gc.collect()
    assert freed_by == []

    second = Collector()
    second.freeze()
    qtbot.waitUntil(lambda: bool(freed_by), timeout=LONG)
    second.close()
    assert gc.get_freeze_count() > 0


def test_a_window_leaves_things_out_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Collector, "frozen", False)
    collector = Collector()
    collector.freeze()
    collector.look()
    monkeypatch.setattr(Collector, "frozen", False)
    collector.freeze()
    collector.look()
    assert not Collector.frozen
    collector.close()
