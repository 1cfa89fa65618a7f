"""Ctrl+C, where it must not come in the middle."""

from __future__ import annotations

import builtins
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def held_back() -> Iterator[None]:
    """Let Ctrl+C wait until the end of this block, or of a function with ``@held_back()``.

    Python raises KeyboardInterrupt wherever it is. Within a method that Qt calls to paint it is
    lost, or leaves a painter open, which brings the program down. Threads other than the main one
    are never interrupted: there this does nothing.
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


@contextmanager
def imports_held_back() -> Iterator[None]:
    """Let Ctrl+C wait for the end of every import that is made meanwhile, whoever makes it.

    shiboken aborts the program when its import is interrupted, numpy's comes out as ImportError,
    and others forget that there was an interruption.
    """
    before = builtins.__import__

    def held(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> ModuleType:
        there = sys.modules.get(name) if level == 0 else None
        # Anything may stand for a module there, be it without a dictionary.
        names = getattr(there, "__dict__", {})
        if there is not None and all(item in names for item in fromlist or ()):
            return before(name, globals, locals, fromlist, level)
        with held_back():
            return before(name, globals, locals, fromlist, level)

    builtins.__import__ = held
    try:
        yield
    finally:
        builtins.__import__ = before
