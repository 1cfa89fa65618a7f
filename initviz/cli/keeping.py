"""A run that outlives its training: it is kept now and then, and when Ctrl+C ends it."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from initviz.reasons import not_written
from initviz.recording import Recording
from initviz.runfile import RunFileError, save_run

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
"""The least time between two saves of a run that is still trained."""

MOST_SHARE = 0.02
"""The largest share of the time that saving may take."""


class Keeper:
    """Saves a recording while it grows, so that a crash does not cost the night.

    Args:
        recording: what is saved.
        path: the run file.
    """

    def __init__(self, recording: Recording, path: Path) -> None:
        self._recording, self._path = recording, path
        self._due = time.monotonic() + EVERY_SECONDS
        self._warned = False

    def look(self) -> None:
        """Save if it is time; what cannot be written now is tried again."""
        began = time.monotonic()
        if began < self._due:
            return
        try:
            save_run(self._recording, self._path)
        except (OSError, RunFileError) as error:
            if not self._warned:
                self._warned = True
                why = not_written(error) if isinstance(error, OSError) else error
                log.warning("%s: not saved yet (%s); training goes on", self._path, why)
        took = time.monotonic() - began
        self._due = time.monotonic() + max(EVERY_SECONDS, took / MOST_SHARE)


class StoppedError(Exception):
    """Ctrl+C was pressed, and an epoch has come to its end."""


class Stop:
    """Whether Ctrl+C was pressed."""

    asked = False

    def check(self) -> None:
        """Stop here if it was.

        Raises:
            StoppedError: if it was.
        """
        if self.asked:
            raise StoppedError


@contextmanager
def stopped_between_epochs() -> Iterator[Stop]:
    """Let Ctrl+C wait for the end of an epoch; pressed once more, it waits no longer."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # signals are not for us
        return

    def pressed(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            signal.default_int_handler(number, frame)
        stop.asked = True
        with suppress(OSError, ValueError):  # nobody listens, which is no reason to stop at once
            print(
                "\ninitviz: stopping at the end of this epoch, to keep the run; "
                "press Ctrl+C again to stop at once, without it",
                file=sys.stderr,
            )

    before = signal.signal(signal.SIGINT, pressed)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
