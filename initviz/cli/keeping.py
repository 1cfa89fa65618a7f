"""A run that outlives its training: it is kept now and then, and when Ctrl+C or SIGTERM ends it."""

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

from initviz.cli.status import DONE, ENDED, INTERRUPTED
from initviz.reasons import not_written
from initviz.recording import Recording
from initviz.runfile import RunFileError, save_run

log = logging.getLogger(__name__)

FIRST_SECONDS = 10.0
"""After so long a run is saved for the first time: what -o names is there when somebody looks."""

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
        self._due = time.monotonic() + FIRST_SECONDS
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
    """The training shall stop, and an epoch has come to its end."""


class Stop:
    """Whether Ctrl+C was pressed or SIGTERM has come.

    Attributes:
        status: the exit status for that; 0 while neither has.
    """

    status = DONE

    def check(self) -> None:
        """Stop here if so.

        Raises:
            StoppedError: if so.
        """
        if self.status:
            raise StoppedError


@contextmanager
def stopped_between_epochs() -> Iterator[Stop]:
    """Let Ctrl+C and SIGTERM wait for the end of an epoch; a second one waits no longer."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # signals are not for us
        return

    def pressed(number: int, frame: FrameType | None) -> None:
        if stop.status:
            signal.default_int_handler(number, frame)
        stop.status = INTERRUPTED
        with suppress(OSError, ValueError):  # nobody listens, which is no reason to stop at once
            print(
                "\ninitviz: stopping at the end of this epoch, to keep the run; "
                "press Ctrl+C again to stop at once, without it",
                file=sys.stderr,
            )

    def told_to_end(number: int, frame: FrameType | None) -> None:
        if stop.status:
            raise SystemExit(ENDED)
        stop.status = ENDED
        with suppress(OSError, ValueError):
            print(
                "\ninitviz: SIGTERM: stopping at the end of this epoch, to keep the run",
                file=sys.stderr,
            )

    before = signal.signal(signal.SIGINT, pressed)
    ends = signal.signal(signal.SIGTERM, told_to_end)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, ends)
        signal.signal(signal.SIGINT, before)
