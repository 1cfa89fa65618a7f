"""The log file: what initviz noted, bounded, shared by all that run at once.

``platformdirs`` says where it belongs, on Linux ~/.local/state/initviz/log. Where it cannot be
written initviz goes on without it, and ``LogFile.problem`` says why.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import stat
from collections import deque
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from initviz.places import place
from initviz.report import LOG_LINES, shortened

NAME, TRACE = "initviz.log", "crash-trace.txt"
MOST_BYTES, OLDER = 1 << 20, 2
"""Bytes of a log file, and how many older ones are kept."""

FORMAT = "%(asctime)s %(process)d %(threadName)s %(levelname)s %(name)s: %(message)s"

log = logging.getLogger(__name__)


def folder() -> Path:
    """Where the log belongs.

    Raises:
        OSError: if there is no home folder to have it in.
    """
    return place("log")


class LogFile(logging.Handler):
    """Writes what is logged into a file, and goes on without it where that cannot be.

    Args:
        where: the folder; by default the one that the system has for logs.

    Attributes:
        path: the file; None where there is no place for one.
        problem: why nothing can be written, "" where all is well.
    """

    def __init__(self, where: Path | None = None) -> None:
        super().__init__()
        self.path: Path | None = None
        self.problem = ""
        self._file: _Shared | None = None
        self._trace: IO[str] | None = None
        try:
            place = where or folder()
            self.path = place / NAME
            place.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and not stat.S_ISREG(self.path.stat().st_mode):
                raise OSError("it is no file")
            self._file = _Shared(self.path)
        except OSError as error:
            self._fail(error)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; a disk that is full is noted, and tried again with the next one."""
        if self._file is None:
            return
        try:
            self._file.handle(record)
            self.problem = ""
        except OSError as error:
            self._fail(error)
        except Exception:  # a record that does not fit its own words
            self.handleError(record)

    def tail(self, lines: int = LOG_LINES) -> str:
        """The last lines of the log, "" where it cannot be read."""
        if self.path is None:
            return ""
        try:
            with self.path.open(encoding="utf-8", errors="replace") as file:
                return "".join(deque(file, lines))
        except OSError:
            return ""

    def watch(self) -> None:
        """Let Python write where it was into a file, should it be brought down by a fault.

        What an earlier one has left there goes into the log. Where somebody has enabled
        ``faulthandler`` already, it is left to them.
        """
        if self.path is None or self.problem or faulthandler.is_enabled():
            return
        path = self.path.with_name(TRACE)
        try:
            left = path.read_text("utf-8", errors="replace") if path.is_file() else ""
            if left.strip():
                log.error("an earlier initviz was brought down:\n%s", shortened(left.rstrip()))
                os.truncate(path, 0)  # by its name: another initviz may hold it open
            # Appended, since several may share it.
            self._trace = path.open("a", encoding="utf-8")
            faulthandler.enable(self._trace)
        except OSError as error:
            log.warning("%s cannot be written: %s", path, error)

    def close(self) -> None:
        """Let go of the files."""
        if self._trace is not None:
            faulthandler.disable()
            self._trace.close()
            self._trace = None
        if self._file is not None:
            with contextlib.suppress(OSError):  # what a full disk did not take
                self._file.close()
            self._file = None
        super().close()

    def _fail(self, error: OSError) -> None:
        self.problem = f"{self.path or 'the log'} cannot be written ({error.strerror or error})"


@contextlib.contextmanager
def kept_log(where: Path | None = None) -> Iterator[LogFile]:
    """Log into the file meanwhile: what initviz notes, and what others warn of.

    Standard error is told warnings only, as before.

    Args:
        where: as for ``LogFile``.
    """
    file, root, ours = LogFile(where), logging.getLogger(), logging.getLogger("initviz")
    levels = [(handler, handler.level) for handler in root.handlers]
    level = ours.level
    for handler, before in levels:
        handler.setLevel(max(before, logging.WARNING))
    root.addHandler(file)
    ours.setLevel(logging.INFO)
    try:
        yield file
    finally:
        ours.setLevel(level)
        root.removeHandler(file)
        for handler, before in levels:
            handler.setLevel(before)
        file.close()


class _Shared(RotatingFileHandler):
    """A log whose file another initviz may put aside at any time."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=MOST_BYTES, backupCount=OLDER, encoding="utf-8",
            errors="backslashreplace",
        )  # fmt: skip
        self.setFormatter(logging.Formatter(FORMAT))

    # The names are logging's.
    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802
        """Whether the file is full; the one that has the name now, whoever made it."""
        if self.stream is not None and not self._has_the_name(self.stream):
            self.close()
        return bool(super().shouldRollover(record))

    def doRollover(self) -> None:  # noqa: N802
        """Put the file aside, unless somebody else holds it or does the same."""
        try:
            super().doRollover()
        except OSError:
            self.stream = self._open()
            if self.stream.tell() > 4 * self.maxBytes:
                raise OSError("it is full, and cannot be put aside") from None

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Let whoever owns this know."""
        raise

    def _has_the_name(self, stream: IO[str]) -> bool:
        try:
            mine, named = os.fstat(stream.fileno()), os.stat(self.baseFilename)
        except OSError:
            return False
        return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino)
