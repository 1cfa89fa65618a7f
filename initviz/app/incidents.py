"""The unexpected errors of a session: counted, noted in the log, kept for whoever shows them."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from initviz.report import Incident

log = logging.getLogger(__name__)

MOST = 50
"""Different errors that are kept; for a new one the oldest that was seen is forgotten."""

QUIET_SECONDS = 30.0
"""How long an error that was shown and goes on happening is not shown again."""


@dataclass
class _Known:
    incident: Incident
    times: int = 0
    fresh: bool = True
    muted: bool = False
    seen: float = -QUIET_SECONDS
    last: int = 0  # counts what was taken

    @property
    def waits(self) -> bool:
        """Whether it is still to be shown."""
        return self.fresh and not self.muted


class Incidents:
    """Takes errors from any thread, as fast as they come; the window's thread shows them.

    An error that comes again is counted. The log has its first time in full, and says when it has
    come ten times, a hundred, and so on: a view that fails in every frame must not fill the disk.
    """

    def __init__(self) -> None:
        # Errors may come while one is being taken, as from an object that is collected.
        self._lock = threading.RLock()
        self._known: dict[tuple[str, ...], _Known] = {}
        self._taken = 0

    def take(self, incident: Incident) -> None:
        """Note an error; called in any thread."""
        with self._lock:
            known = self._known.get(incident.place)
            if known is None:
                known = self._add(incident)
            self._taken += 1
            known.times += 1
            known.last, known.fresh = self._taken, True
            times = known.times
        if times == 1:
            log.error(
                "unexpected, in the thread %s: %s\n%s",
                incident.thread, incident.summary, incident.traceback,
            )  # fmt: skip
        elif str(times).strip("0") == "1":
            log.error("unexpected, %d times now: %s", times, incident.summary)

    def _add(self, incident: Incident) -> _Known:
        if len(self._known) >= MOST:
            self._forget_one()
        known = self._known[incident.place] = _Known(incident)
        return known

    def _forget_one(self) -> None:
        """Make room: of what was seen, the error that has not come for the longest goes first.

        What is muted stays longer: as a new one it would be shown again. Where all wait to be
        shown, the newest goes: the first are what the others come from, and one is on the screen.
        """

        def worth(known: _Known) -> tuple[bool, bool, int]:
            return known.waits, known.muted, -known.last if known.waits else known.last

        least = min(self._known.values(), key=worth)
        del self._known[least.incident.place]

    def fresh(self) -> list[Incident]:
        """Errors that wait to be shown, the first one first."""
        due = time.monotonic() - QUIET_SECONDS
        with self._lock:
            return [
                known.incident
                for known in self._known.values()
                if known.waits and known.seen <= due
            ]

    def knows(self, incident: Incident) -> bool:
        """Whether this error was taken, and not told in another way."""
        with self._lock:
            return incident.place in self._known

    def times(self, incident: Incident) -> int:
        """How often an error has happened."""
        with self._lock:
            known = self._known.get(incident.place)
            return known.times if known else 1

    def see(self, incident: Incident, *, mute: bool = False) -> None:
        """Somebody has seen an error; if ``mute``, it is not to be shown any more."""
        with self._lock:
            known = self._known.get(incident.place)
            if known is None and mute:  # it was forgotten while it was on the screen
                known = self._add(incident)
                known.times = 1
            if known is not None:
                known.fresh, known.seen = False, time.monotonic()
                known.muted = known.muted or mute

    def all(self) -> list[tuple[Incident, int]]:
        """Every error of the session, and how often it has happened."""
        with self._lock:
            return [(known.incident, known.times) for known in self._known.values()]
