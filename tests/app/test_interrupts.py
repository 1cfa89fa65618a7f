"""Signals, in this process; what the window makes of them is in ``test_start``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from initviz.app.interrupts import INTERRUPTED, Interrupts


@pytest.fixture
def asked() -> threading.Event:
    return threading.Event()


@pytest.fixture
def interrupts(asked: threading.Event) -> Iterator[Interrupts]:
    interrupts = Interrupts(asked.set)
    yield interrupts
    interrupts.close()


@pytest.mark.parametrize(("number", "by_system"), [(signal.SIGINT, False), (signal.SIGTERM, True)])
def test_only_the_user_s_own_end_is_not_the_system_s(
    interrupts: Interrupts, asked: threading.Event, number: signal.Signals, by_system: bool
) -> None:
    assert (interrupts.status, interrupts.by_system) == (0, False)
    signal.raise_signal(number)
    assert asked.wait(30)
    assert interrupts.by_system is by_system
    assert interrupts.status == INTERRUPTED + number


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there is no signal to be let alone")
def test_the_signals_of_others_end_nothing(interrupts: Interrupts, asked: threading.Event) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        signal.raise_signal(signal.SIGUSR1)
        signal.raise_signal(signal.SIGTERM)
        assert asked.wait(30)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert interrupts.received == signal.SIGTERM


def test_who_had_the_signals_before_has_them_again() -> None:
    def mine(*_: object) -> None:
        """Stands for somebody else's."""

    before = signal.signal(signal.SIGTERM, mine)
    wakeup = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeup)
    try:
        interrupts = Interrupts(lambda: None)
        assert signal.getsignal(signal.SIGTERM) is not mine
        interrupts.close()
        assert signal.getsignal(signal.SIGTERM) is mine
        now = signal.set_wakeup_fd(-1)
        assert now == wakeup
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGTERM, before)
