"""Pinned runs: their curves stay in sight, in grey, behind those of the run that is shown."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from initviz.app.player import Player
from initviz.app.runner import Request
from initviz.app.runs import PastRun, Runs
from initviz.parts import Part, Wanted
from initviz.snapshot import Pinned, Snapshot

MOST_PINNED = 2
"""More grey curves could not be told apart; the oldest pin makes room for a third."""


class Pins(QObject):
    """Which runs are pinned.

    Signals:
        changed(): a pin was put or taken away.
    """

    changed = Signal()

    def __init__(self, player: Player, runs: Runs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player, self._runs = player, runs
        self._pinned: dict[int, Pinned] = {}
        self._wanted: list[PastRun] = []
        self._probing = False
        runs.changed.connect(self._forget_removed)

    @property
    def shown(self) -> tuple[Pinned, ...]:
        """What views draw, the oldest pin first."""
        return tuple(self._pinned.values())

    def has(self, run: PastRun) -> bool:
        """Whether a run is pinned, or will be in a moment."""
        return run.number in self._pinned or run in self._wanted

    def toggle(self, run: PastRun) -> None:
        """Pin a run at the epoch it shows, or take its pin away."""
        if self.has(run):
            self._pinned.pop(run.number, None)
            self._wanted = [wanted for wanted in self._wanted if wanted is not run]
            self.changed.emit()
        elif run.held:
            self._wanted.append(run)
            self._probe()
            self.changed.emit()

    def toggle_present(self) -> None:
        """Pin the run that is shown, or take its pin away."""
        run = self._runs.present
        if run is not None:
            self.toggle(run)

    def clear(self) -> None:
        """Take all pins away."""
        self._pinned, self._wanted = {}, []
        self.changed.emit()

    def _probe(self) -> None:
        """Ask for the first wanted snapshot; what is drawn in the plane is not needed."""
        if self._probing or not self._wanted:
            return  # asked again, the answer that is on its way would be nobody's
        self._probing = True
        run = self._wanted[0]
        request = Request(run.recording, run.cursor, Wanted(grid=0, parts=frozenset({Part.LAYERS})))
        self._player.ask_aside(request, lambda snapshot: self._probed(run, snapshot))

    def _probed(self, run: PastRun, snapshot: Snapshot | None) -> None:
        self._probing = False
        if run in self._wanted:
            self._wanted.remove(run)
            if snapshot is not None:
                while len(self._pinned) >= MOST_PINNED:
                    del self._pinned[next(iter(self._pinned))]
                self._pinned[run.number] = Pinned(run.name, snapshot)
            self.changed.emit()
        self._probe()

    def _forget_removed(self) -> None:
        there = {run.number for run in self._runs.entries}
        gone = [number for number in self._pinned if number not in there]
        for number in gone:
            del self._pinned[number]
        self._wanted = [run for run in self._wanted if run.number in there]
        if gone:
            self.changed.emit()
