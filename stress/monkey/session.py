"""The loop: choose, write down, do, look; close and open again, and count what stayed."""

from __future__ import annotations

import faulthandler
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from initviz.app.memory import Memory
from initviz.app.model import Phase
from initviz.app.window import Window
from initviz.experiment import Experiment
from stress.monkey import census
from stress.monkey.answers import Answers
from stress.monkey.choose import Action, Chooser
from stress.monkey.deeds import Deeds, leave, left_behind
from stress.monkey.hands import Hands, TestHands
from stress.monkey.places import scope
from stress.monkey.real import Deliveries
from stress.monkey.watch import Watch, foreseen

PATIENCE = {"dialog": 60, "popup": 12, "menu": 12}
"""Actions within one dialog or popup until it is closed."""

AFTER = 50
"""Milliseconds between the end of a window and the next: what was to come of it has come then."""

FIRST = 3
"""Windows after which everything is there that is made once in a program."""

HANG = 300
"""Seconds without an action after which the stacks are written, and the process ends."""


class Session(QObject):
    """Drives one window after the other.

    Args:
        seed: decides what is done.
        actions: how many.
        folder: for the settings and for files.
        hands: press and move.
        log: every action is written to it before it is done.
        replayed: actions that are done instead of chosen ones.
        first: what the first window shows.
        watch: notes what goes wrong.
    """

    def __init__(
        self, *, seed: int, actions: int, folder: Path, hands: Hands, log: TextIO,
        watch: Watch, answers: Answers, real: bool = False,
        replayed: Iterator[Action] | None = None, first: Experiment | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.seed, self.wanted, self.folder = seed, actions, folder
        self.watch, self.answers, self.log, self.replayed = watch, answers, log, replayed
        self.chooser = Chooser(seed, real)
        self.deeds = Deeds(hands, answers)
        if isinstance(hands, TestHands):
            hands.between = watch.turn
        self.deliveries = Deliveries() if real else None
        self.first = first
        self.window: Window | None = None
        self.done = 0
        self.kinds: dict[str, int] = {}
        self.censuses: list[census.Census] = []
        self.epochs = self.snapshots = 0
        self._opening = True
        self._within: tuple[str, int, int] = ("window", 0, 0)
        self._level: int | None = None  # of the event loop in which an action is under way
        self._problem = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)

    def run(self) -> None:
        """Do it all; returns when the last window is closed."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setQuitOnLastWindowClosed(False)
        self._open()
        self._timer.start(0)
        app.exec()

    # --- windows ------------------------------------------------------------------------------

    def _open(self) -> None:
        window = self.window = Window(
            self.first, Memory(self.folder / "initviz.ini"), autosaves=self.folder / "autosaves"
        )
        self.first = None
        window.player.shown.connect(self._count_snapshot)
        window.model.phase_changed.connect(self._look_at_phase)
        window.show()
        window.activateWindow()

    def _count_snapshot(self, _: object) -> None:
        self.snapshots += 1

    def _look_at_phase(self, phase: Phase) -> None:
        if phase is Phase.FAILED and self.window is not None:
            model, player = self.window.model, self.window.player
            if not foreseen(player.run.error):
                self.watch.lose("failed run", model.problem)

    def _close(self) -> None:
        """Close the window and delete it."""
        window, self.window = self.window, None
        assert window is not None
        self.epochs += sum(max(run.recording.last, 0) for run in window.session.runs.entries)
        window.close()
        window.deleteLater()
        del window
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.watch.turn()
        self.watch.resting = True

    def _count(self) -> None:
        now = census.take(self.done)
        self.censuses.append(now)
        if len(self.censuses) <= FIRST:
            return
        base = census.most(self.censuses[:-1])  # so that what stays is counted once, not for ever
        for what, there, before in (
            ("widget", now.widgets, base.widgets), ("object", now.objects, base.objects),
        ):  # fmt: skip
            if more := census.more(there, before):
                self.watch.lose(f"leaked {what}", more)
        if now.threads != base.threads:
            self.watch.lose("leaked thread", f"{now.threads} instead of {base.threads}")
        if now.descriptors > base.descriptors:
            self.watch.lose("leaked file", f"{now.descriptors} of {base.descriptors} descriptors")
        if left := left_behind(self.folder):
            self.watch.lose("leaked file", ", ".join(left))

    # --- actions ------------------------------------------------------------------------------

    def _tick(self) -> None:
        level = QThread.currentThread().loopLevel()
        if self._level is not None and level <= self._level:
            self._timer.start(2)  # in the middle of an action that looks at events
            return
        self._timer.start(50)  # whatever comes
        if self.deliveries is not None:
            self.deliveries.look()
        faulthandler.dump_traceback_later(HANG, exit=True)
        if self.window is None:  # closed, and the event loop has had its turn since
            self._count()
            if self.done >= self.wanted:
                self._finish()
                return
            self._open()
            self._opening = True
            self._timer.start(0)
            return
        if self._opening:  # laid out and drawn for the first time: a start, and no stall
            self._opening = self.watch.resting = False
            self.watch.rest()
        assert self.window is not None
        if self.done >= self.wanted and level == 1:
            self._close()
            return
        root: QWidget | None = None  # nothing may refer to what is to go
        if not self.window.isVisible():
            action: Action = {"do": "reopen", "in": "window", "rest": AFTER}
        else:
            where, root = scope(self.window)
            action = self._next(where, root)
        self._write(action)
        before, self._level = self._level, level
        self._timer.start(action["rest"])
        self.watch.begin(f"action {self.done}: {json.dumps(action, ensure_ascii=False)}")
        nested = self.done
        try:
            if action["do"] == "reopen":
                root = None
                self._reopen(level)
            else:
                assert root is not None
                assert self.window is not None
                self.deeds.do(action, root, self.window)
        finally:
            self._level = before
            if self.done == nested:
                self.watch.end()

    def _next(self, where: str, root: QWidget) -> Action:
        assert self.window is not None
        if self.replayed is not None:
            action = next(self.replayed, None)
            if action is not None:
                return action
            self.wanted = self.done
        name, key, count = self._within
        count = count + 1 if (name, key) == (where, id(root)) else 0
        self._within = where, id(root), count
        if where != "window" and count > PATIENCE[where]:
            self._within = where, 0, 0
            return {"do": "leave", "in": where, "rest": 0}
        return self.chooser.next(where, root, self.window)

    def _write(self, action: Action) -> None:
        self.done += 1
        action["i"] = self.done
        self.kinds[action["do"]] = self.kinds.get(action["do"], 0) + 1
        self.answers.random = random.Random(f"{self.seed}/{self.done}")
        self.log.write(json.dumps(action, ensure_ascii=False) + "\n")
        self.log.flush()
        if self.done % 500 == 0:
            memory = f"{self.censuses[-1].memory:.0f} MiB" if self.censuses else "-"
            print(
                f"{time.strftime('%H:%M:%S')} {self.done} actions, {len(self.watch.losses)} lost, "
                f"{len(self.censuses)} windows, {memory}", flush=True,
            )  # fmt: skip

    def _reopen(self, level: int) -> None:
        if level > 1:  # a dialog of Qt's own waits for its answer further down
            found = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if found is not None:
                leave(found)
            return
        self._close()
        self._timer.start(AFTER)

    def _finish(self) -> None:
        self._timer.stop()
        faulthandler.cancel_dump_traceback_later()
        QApplication.exit()


def actions_of(path: Path, last: int = 0) -> list[dict[str, Any]]:
    """The actions of a log; only the ``last`` ones if that is not 0."""
    lines = path.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines[-last:] if line.startswith("{")]
