"""Where errors come out that nobody caught: Python's hooks and Qt's messages."""

from __future__ import annotations

import logging
import sys
import threading
from collections import Counter
from collections.abc import Callable
from types import FunctionType, TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from initviz.report import Incident

log = logging.getLogger(__name__)
qt_log = logging.getLogger("initviz.qt")

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

MOST_MESSAGES = 1000
"""Different messages of Qt's whose repeats are counted."""


class Hooks:
    """Hands every error that nobody caught to ``take``, and Qt's messages to the log.

    Errors come from slots, timers and overridden methods, from plain threads, and from objects
    that are collected. ``restore`` puts back what was there before.

    Args:
        take: is given each error, in the thread that it was raised in.
        stop: is called where Python was interrupted in the middle of a handler.
    """

    def __init__(
        self, take: Callable[[Incident], None], stop: Callable[[], None] = lambda: None
    ) -> None:
        self._take, self._stop = take, stop
        self._messages: Counter[tuple[str, str]] = Counter()
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._uncaught
        threading.excepthook = self._ended_thread
        sys.unraisablehook = self._unraisable
        self._qt_before: Any = qInstallMessageHandler(self._message)

    def restore(self) -> None:
        """Put the hooks back that were there before."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        qInstallMessageHandler(self._qt_before)

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        forget_last()
        if issubclass(kind, KeyboardInterrupt):
            self._stop()
        else:
            self._hand_on(error, trace)

    def _ended_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            thread = args.thread.name if args.thread else ""
            self._hand_on(args.exc_value, args.exc_traceback, thread)

    def _unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            # The object may be half gone: it is only named.
            named = args.object if isinstance(args.object, FunctionType) else type(args.object)
            args.exc_value.add_note(f"({args.err_msg or 'ignored in'} {named.__qualname__})")
            self._hand_on(args.exc_value, args.exc_traceback)

    def _hand_on(self, error: BaseException, trace: TracebackType | None, thread: str = "") -> None:
        try:
            self._take(Incident.of(error, trace, thread))
        except BaseException:  # the last place that can say anything
            sys.__excepthook__(type(error), error, trace)

    def _message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        try:
            self._note_message(kind, context, text)
        except BaseException as error:  # it would end in Qt's own code
            print(f"initviz: Qt says: {text} ({error!r})", file=sys.__stderr__)
        if callable(self._qt_before):
            self._qt_before(kind, context, text)

    def _note_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        key = context.category or "default", text
        if key in self._messages or len(self._messages) < MOST_MESSAGES:
            self._messages[key] += 1
        times = self._messages.get(key, 1)
        if str(times).strip("0") != "1":
            return  # as a message of every frame: 1, 10, 100, ... times
        where = f" [{context.file}:{context.line} {context.function}]" if context.file else ""
        often = f" ({times} times)" if times > 1 else ""
        level = LEVELS.get(kind, logging.WARNING)
        qt_log.log(level, "%s: %s%s%s", key[0], text, where, often)
        if kind is QtMsgType.QtFatalMsg:  # Qt ends the program when this returns
            fatal = Incident("Qt", text, threading.current_thread().name, _stack(), ("Qt", text))
            self._take(fatal)


def _stack() -> str:
    import traceback

    return "".join(traceback.format_stack()).rstrip()


def forget_last() -> None:
    """Let go of what Python keeps of the last error: its frames hold widgets, and painters."""
    for name in ("last_exc", "last_value", "last_traceback", "last_type"):
        if hasattr(sys, name):
            delattr(sys, name)
