"""Errors that nobody foresaw, on the command line: one sentence, and the report in the log."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType

DEBUG = "INITVIZ_DEBUG"
"""The variable that lets a traceback be printed, too, where it is set to something."""


def say(error: BaseException, words: Sequence[str]) -> None:
    """Say it on standard error, and write a report into the log.

    Args:
        error: what was raised.
        words: the command line.
    """
    from initviz.logfile import LogFile
    from initviz.report import Incident, report, without_home

    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    incident, file = Incident.of(error), LogFile()
    file.handle(logging.LogRecord(
        __name__, logging.ERROR, __file__, 0, "unexpected, of initviz %s:\n%s",
        (" ".join(words), report([(incident, 1)])), None,
    ))  # fmt: skip
    kept = f"the report is in {file.path}"
    if file.problem:
        kept = f"{file.problem}; {DEBUG}=1 prints where it was raised"
    file.close()
    sentence = f"initviz: unexpected error ({incident.summary}); {kept}"
    print(without_home(sentence), file=sys.stderr)


@contextmanager
def listening(words: Sequence[str]) -> Iterator[list[str]]:
    """Hear of errors that no caller can catch, as of a slot: what came of them may be wrong.

    Each is said once, however often it comes. The window has a way of its own meanwhile.

    Args:
        words: the command line.

    Yields:
        The errors, as they come.
    """
    heard: list[str] = []
    before = sys.excepthook

    def hear(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            before(kind, error, trace)
        elif repr(error) not in heard:
            heard.append(repr(error))
            say(error, words)

    sys.excepthook = hear
    try:
        yield heard
    finally:
        sys.excepthook = before
