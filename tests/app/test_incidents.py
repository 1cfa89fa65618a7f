from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from PySide6.QtCore import QObject, QTimer, qCritical, qInstallMessageHandler, qWarning
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.app import incidents as module
from initviz.app.hooks import Hooks
from initviz.app.incidents import MOST, Incidents
from initviz.report import Incident


def incident(place: str = "a.py:1", message: str = "no") -> Incident:
    return Incident("ValueError", message, "MainThread", "Traceback …", ("ValueError", place))


@contextmanager
def hooked() -> Iterator[Incidents]:
    incidents = Incidents()
    hooks = Hooks(incidents.take)
    try:
        yield incidents
    finally:
        hooks.restore()


def boom(*_: object) -> None:
    raise ZeroDivisionError("division by zero")


# --- counting ---------------------------------------------------------------------------------


def test_an_error_that_comes_again_is_counted_and_shown_once() -> None:
    incidents = Incidents()
    for number in range(312):
        incidents.take(incident(message=f"at {number}"))
    assert [each.message for each in incidents.fresh()] == ["at 0"]
    assert incidents.times(incident()) == 312


def test_the_log_has_the_first_time_in_full_and_then_every_tenfold(
    caplog: pytest.LogCaptureFixture,
) -> None:
    incidents = Incidents()
    for _ in range(1234):
        incidents.take(incident())
    texts = [record.getMessage() for record in caplog.records]
    assert "Traceback …" in texts[0]
    assert [text.split()[1] for text in texts[1:]] == ["10", "100", "1000"]


def test_an_error_that_was_seen_and_goes_on_is_quiet_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    incidents = Incidents()
    incidents.take(incident())
    incidents.see(incident())
    incidents.take(incident())
    assert incidents.fresh() == []
    now[0] += module.QUIET_SECONDS
    assert len(incidents.fresh()) == 1


def test_an_error_that_is_over_is_not_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    incidents = Incidents()
    incidents.take(incident())
    incidents.see(incident())
    now[0] += 10 * module.QUIET_SECONDS
    assert incidents.fresh() == []


def test_a_muted_error_is_counted_on_and_another_one_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    incidents = Incidents()
    incidents.take(incident())
    incidents.see(incident(), mute=True)
    now[0] += 10 * module.QUIET_SECONDS
    incidents.take(incident())
    incidents.take(incident("b.py:2", "another"))
    assert [each.message for each in incidents.fresh()] == ["another"]
    assert incidents.times(incident()) == 2


def test_errors_of_ever_new_places_are_bounded() -> None:
    incidents = Incidents()
    for number in range(10 * MOST):
        incidents.take(incident(f"a.py:{number}"))
        assert len(incidents.all()) == min(number + 1, MOST)
    shown = [each.place[1] for each in incidents.fresh()]
    assert shown[0] == "a.py:0"  # what the others may come from
    assert shown[-1] == f"a.py:{10 * MOST - 1}"


def test_an_error_is_shown_however_many_were_seen_before() -> None:
    incidents = Incidents()
    for number in range(10 * MOST):
        new = incident(f"a.py:{number}")
        incidents.take(new)
        assert incidents.fresh() == [new]
        assert incidents.knows(new)
        incidents.see(new)


def test_what_is_forgotten_for_a_new_error_is_not_what_goes_on_or_is_muted() -> None:
    incidents = Incidents()
    muted, old, going_on = (incident(f"{name}.py:1") for name in ("muted", "old", "going_on"))
    for each in (muted, going_on, old):
        incidents.take(each)
        incidents.see(each, mute=each is muted)
    for number in range(MOST - 3):
        other = incident(f"a.py:{number}")
        incidents.take(other)
        incidents.see(other)
    incidents.take(going_on)
    incidents.see(going_on)
    incidents.take(incident("new.py:1"))
    assert not incidents.knows(old)
    for number in range(MOST - 2):
        incidents.take(incident(f"b.py:{number}"))
    assert incidents.knows(muted)
    assert not incidents.knows(going_on)
    assert len(incidents.all()) == MOST


def test_what_is_muted_stays_so_though_it_was_forgotten_while_it_was_shown() -> None:
    incidents = Incidents()
    shown = incident("shown.py:1")
    incidents.take(shown)
    incidents.see(shown)
    for number in range(MOST):
        incidents.take(incident(f"a.py:{number}"))
    incidents.see(shown, mute=True)
    assert incidents.times(shown) == 1
    incidents.take(shown)
    assert shown not in incidents.fresh()
    assert len(incidents.all()) == MOST


def test_many_threads_lose_no_count() -> None:
    incidents = Incidents()

    def work() -> None:
        for _ in range(500):
            incidents.take(incident())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert incidents.times(incident()) == 2000


# --- where errors come out --------------------------------------------------------------------


def test_an_error_of_a_plain_thread_is_taken_with_its_name() -> None:
    with hooked() as incidents:
        thread = threading.Thread(target=boom, name="reader")
        thread.start()
        thread.join()
    ((found, times),) = incidents.all()
    assert (found.summary, found.thread, times) == (
        "ZeroDivisionError: division by zero", "reader", 1,
    )  # fmt: skip


def test_a_thread_that_ends_itself_is_no_error() -> None:
    with hooked() as incidents:
        thread = threading.Thread(target=sys.exit)
        thread.start()
        thread.join()
    assert incidents.all() == []


def test_an_error_of_an_object_that_is_collected_is_taken() -> None:
    class Stubborn:
        def __del__(self) -> None:
            boom()

    with hooked() as incidents:
        Stubborn()
        gc.collect(0)
    ((found, _),) = incidents.all()
    assert "Stubborn" in found.traceback


def test_an_error_of_a_slot_is_taken_and_the_event_loop_goes_on(qtbot: QtBot) -> None:
    ticks: list[int] = []
    with hooked() as incidents:
        QTimer.singleShot(0, boom)
        QTimer.singleShot(1, lambda: ticks.append(1))
        qtbot.waitUntil(lambda: bool(ticks))
    assert [found.kind for found, _ in incidents.all()] == ["ZeroDivisionError"]


def test_nothing_of_an_error_is_kept_alive(qapp: QApplication, qtbot: QtBot) -> None:
    class Owner(QObject):
        pass

    gone: list[bool] = []

    def slot() -> None:
        owner = Owner()
        owner.destroyed.connect(lambda: gone.append(True))
        boom()

    with hooked() as incidents:
        QTimer.singleShot(0, slot)
        qtbot.waitUntil(lambda: bool(incidents.all()))
        qtbot.waitUntil(lambda: bool(gone))
    assert not hasattr(sys, "last_value")
    assert not hasattr(sys, "last_traceback")


def test_an_interrupt_closes_instead_of_being_an_error() -> None:
    asked: list[bool] = []
    incidents = Incidents()
    hooks = Hooks(incidents.take, lambda: asked.append(True))
    try:
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    finally:
        hooks.restore()
    assert asked == [True]
    assert incidents.all() == []


def test_an_error_of_what_takes_errors_ends_on_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hooks = Hooks(boom)
    try:
        sys.excepthook(ValueError, ValueError("the first one"), None)
    finally:
        hooks.restore()
    assert "the first one" in capsys.readouterr().err


def test_the_hooks_that_were_there_come_back() -> None:
    def mine(*_: object) -> None:
        """Stands for somebody else's."""

    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    qt = qInstallMessageHandler(mine)
    with hooked():
        assert sys.excepthook is not before[0]
    assert before == (sys.excepthook, threading.excepthook, sys.unraisablehook)
    assert qInstallMessageHandler(qt) is mine


# --- Qt's messages ----------------------------------------------------------------------------


def test_qt_s_messages_are_logged_once_and_then_every_tenfold(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = qInstallMessageHandler(None)
    try:
        with hooked():
            for _ in range(100):
                qWarning("a timer from another thread")
            qCritical("worse")
    finally:
        qInstallMessageHandler(before)
    told = [(each.levelno, each.getMessage()) for each in caplog.records]
    assert told == [
        (logging.WARNING, "default: a timer from another thread"),
        (logging.WARNING, "default: a timer from another thread (10 times)"),
        (logging.WARNING, "default: a timer from another thread (100 times)"),
        (logging.ERROR, "default: worse"),
    ]


def test_whoever_listened_to_qt_before_still_hears_it() -> None:
    heard: list[str] = []
    before = qInstallMessageHandler(lambda kind, context, text: heard.append(text))
    try:
        with hooked():
            qWarning("a timer from another thread")
    finally:
        qInstallMessageHandler(before)
    assert heard == ["a timer from another thread"]


def test_a_message_that_cannot_be_logged_goes_to_standard_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = StringIO()
    monkeypatch.setattr(sys, "__stderr__", said)
    monkeypatch.setattr("initviz.app.hooks.qt_log.log", boom)
    heard: list[str] = []
    before = qInstallMessageHandler(lambda kind, context, text: heard.append(text))
    try:
        with hooked() as incidents:
            qWarning("a timer from another thread")
    finally:
        qInstallMessageHandler(before)
    assert "Qt says: a timer from another thread (ZeroDivisionError" in said.getvalue()
    assert heard == ["a timer from another thread"]
    assert incidents.all() == []


def test_the_messages_that_are_counted_are_bounded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("initviz.app.hooks.MOST_MESSAGES", 3)
    before = qInstallMessageHandler(None)
    hooks = Hooks(boom)
    try:
        for number in range(10):
            qWarning(f"at {number}")
    finally:
        hooks.restore()
        qInstallMessageHandler(before)
    assert len(hooks._messages) == 3
    assert [each.getMessage() for each in caplog.records][-1] == "default: at 9"
