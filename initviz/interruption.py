"""Ctrl+C, where it must not come in the middle."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_back() -> Iterator[None]:
    """Let Ctrl+C wait until the end of this block, or of a function with ``@held_back()``.

    Python raises KeyboardInterrupt wherever it is. Within a method that Qt calls to paint it is
    lost, or leaves a painter open, which brings the program down; within the import of a library in
    C it comes out as another error. Threads other than the main one are never interrupted: there
    this does nothing.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    pressed = False

    def note(*_: object) -> None:
        nonlocal pressed
        pressed = True

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            before(signal.SIGINT, None)
