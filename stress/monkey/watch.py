"""What goes wrong meanwhile: exceptions, messages of Qt, warnings, errors in the log, stalls."""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
import traceback
import warnings
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler

from initviz.app import job
from initviz.app.hooks import forget_last
from initviz.catalog.datasets.csv_file import CsvError
from initviz.catalog.parameter import SettingError
from initviz.experiment import ExperimentError

STALL = 2.0
"""Seconds of the processor's time that the window's thread may take without looking at events.

Another theme takes 0.5 to 0.8 s, most of it in Qt, and twice as long where other programs have the
processor's caches.
"""

PULSE_MS = 20
"""Milliseconds between two marks of the event loop's turns, where it does little."""

UNFORESEEN = re.compile(r"^[A-Z]\w*(Error|Exception|Warning): ")
"""How the window words what it did not expect."""


def foreseen(error: BaseException | None) -> bool:
    """Whether a training may fail so: a file or a device that is not there, said with the cure."""
    return isinstance(error, CsvError | ExperimentError | SettingError) or hasattr(error, "field")


NONE_OF_OURS = (
    "This plugin does not support ",  # the platform without a screen, asked for what a screen has
    "Mouse event at ",  # Qt's test, where a window has become smaller since the place was chosen
)
"""How messages of Qt begin that say nothing about initviz."""


class Watch:
    """Counts everything that should not have happened, each with the action it came with.

    Attributes:
        losses: (kind, what), in order.
        doing: the action that is under way, for those that come next.
        resting: whether no window is there, or one that nobody has seen yet: a start is no stall.
    """

    def __init__(self) -> None:
        self.losses: list[tuple[str, str]] = []
        self.doing = "the start"
        self.resting = True
        self.longest = (0.0, "")
        self._seen: dict[str, int] = {}
        self._undo: list[Any] = []
        self._segment = time.thread_time()

    def lose(self, kind: str, what: str) -> None:
        """Note a loss; the same one is told three times at most, and counted always."""
        key = f"{kind}: {re.sub(r'0x[0-9a-f]+|[0-9]+', '#', what)}"
        self._seen[key] = self._seen.get(key, 0) + 1
        self.losses.append((kind, f"{what} [{self.doing}]"))
        if self._seen[key] <= 3:
            print(f"LOST {kind}: {what} [{self.doing}]", file=sys.stderr, flush=True)

    # --- hooks --------------------------------------------------------------------------------

    def install(self) -> None:
        old = sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning
        run = job.Job._run

        def watched_run(self_: job.Job, work: Any) -> None:
            run(self_, work)
            if UNFORESEEN.match(self_.error):
                self.lose("exception", f"in a job: {self_.error}")

        sys.excepthook = self._raised
        threading.excepthook = lambda a: self._raised(a.exc_type, a.exc_value, a.exc_traceback)
        sys.unraisablehook = lambda a: self._raised(a.exc_type, a.exc_value, a.exc_traceback)
        warnings.showwarning = self._warned
        job.Job._run = watched_run  # type: ignore[method-assign]
        qt = qInstallMessageHandler(self._told)
        # The event loop has many turns between two actions: each is a stall, or none, by itself.
        self._pulse = QTimer()
        self._pulse.timeout.connect(self.turn)
        self._pulse.start(PULSE_MS)
        self._log = _Log(self)
        logging.getLogger().addHandler(self._log)
        self._undo = [old, run, qt]

    def uninstall(self) -> None:
        old, run, qt = self._undo
        self._pulse.stop()
        sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = old
        job.Job._run = run
        qInstallMessageHandler(qt)
        logging.getLogger().removeHandler(self._log)

    def _raised(
        self, kind: type[BaseException], error: BaseException | None, where: TracebackType | None
    ) -> None:
        forget_last()
        lines = traceback.format_exception(kind, error, where)
        self.lose("exception", "".join(lines[-4:]).strip())

    def _warned(self, message: object, category: type[Warning], file: str, line: int,
                *_: object) -> None:  # fmt: skip
        self.lose("Python warning", f"{file}:{line}: {category.__name__}: {message}")

    def _told(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            return
        if message.startswith(NONE_OF_OURS):
            return
        self.lose("Qt message", message)

    # --- the event loop -----------------------------------------------------------------------

    def begin(self, doing: str) -> None:
        """An action begins: what came before it was the event loop's."""
        self._mark(f"after {self.doing}")
        self.doing = doing

    def turn(self) -> None:
        """The event loop has had a turn."""
        if self.resting:
            self.rest()
        else:
            self._mark(self.doing)

    def end(self) -> None:
        """The action has returned."""
        self._mark(self.doing)

    def rest(self) -> None:
        """Count nothing of what has been done since the last mark."""
        self._segment = time.thread_time()

    def _mark(self, what: str) -> None:
        now = time.thread_time()
        took, self._segment = now - self._segment, now
        if took > self.longest[0]:
            self.longest = took, what
        if took > STALL:
            self.lose("stall", f"{took:.1f} s of the window's thread in {what}")


class _Log(logging.Handler):
    """Takes warnings and errors that the program has logged."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.WARNING)
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        told = record.getMessage()
        if record.exc_info and foreseen(record.exc_info[1]):
            return
        if record.exc_info and record.exc_info[1] is not None:
            told += "\n" + "".join(traceback.format_exception(*record.exc_info)[-4:])
        self._watch.lose("log", told)
