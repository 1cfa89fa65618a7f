"""Work with files that takes a while, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from initviz.catalog.datasets.csv_file import CancelledError
from initviz.report import explain, foreseen
from initviz.shortage import is_shortage

LOOK_MS = 30
"""Time between two looks at a job."""

NO_ROOM = "There is not enough memory for it; close what else is open, or take a part of it"

Work = Callable[[Callable[[], bool]], Any]
"""Is given what to ask whether it is cancelled; returns the job's result."""


class JobError(Exception):
    """What a job may raise to say in one sentence why it failed."""


class Job:
    """Something that takes a while, in a thread; whoever waits for it looks by a timer.

    Attributes:
        result: what the work returned; None while it goes on, and where it failed.
        error: one sentence on why it failed, "" where it did not.
    """

    def __init__(self, work: Work) -> None:
        self._cancelled = threading.Event()
        self.result: Any = None
        self.error: str = ""
        self._thread = threading.Thread(
            target=self._run, args=(work,), name="initviz-open", daemon=True
        )
        self._thread.start()

    def _run(self, work: Work) -> None:
        try:
            self.result = work(self._cancelled.is_set)
        except CancelledError:
            pass
        except Exception as error:  # whatever a file may do to a library
            short = is_shortage(error) and not foreseen(error)
            self.error = NO_ROOM if short else explain(error, "working with a file")

    @property
    def done(self) -> bool:
        """Whether it has come to an end."""
        return not self._thread.is_alive()

    def cancel(self, *, wait: bool = True) -> None:
        """End it at its next step; unless told otherwise, wait for that."""
        self._cancelled.set()
        if wait:
            self._thread.join(10)

    def finish(self, timeout: float) -> bool:
        """Wait for its end; returns whether it came."""
        self._thread.join(timeout)
        return self.done
