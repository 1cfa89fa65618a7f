"""Autosave: when the window leaves what, so that a crash loses seconds and not a night.

A timer looks at what there is. What has changed is written by a thread, while the window and its
training go on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

from initviz.app.job import Job
from initviz.app.left import Left, Note
from initviz.app.leftovers import MOST_RUN, Folder
from initviz.app.model import Phase
from initviz.app.runs import PastRun
from initviz.app.saving import Saved, Saving, fits

if TYPE_CHECKING:
    from initviz.app.window import Window

log = logging.getLogger(__name__)

LOOK_MS = 1000
"""Time between two looks at what has changed; an edit is saved when it has rested that long."""

EVERY = 30.0
"""Seconds between two saves of a recording in training, at least."""

SHARE = 0.02
"""Of the time, which saving recordings may take: the longer one takes, the rarer they are."""

PATIENCE, MOST_PATIENCE = 30.0, 15 * 60.0
"""Seconds until what failed is tried again, which double each time, up to the most."""

LOGOUT_MS = 60_000
"""How long the end of a session takes; if the window is there afterwards, it was called off."""

CLOSE_SECONDS = 2.0
"""How long a window that is closed waits for what is being saved."""


class Autosave(QObject):
    """Keeps the window's experiment and its runs in a folder, until the window is closed.

    Args:
        window: whose.
        root: where the folders of all windows are; None saves nothing.

    Attributes:
        keeps: whether what is there stays when the window is closed. Where that is the system's
            wish and not the user's, or a run that was to be saved is not, the next start offers it.
    """

    def __init__(self, window: Window, root: Path | None) -> None:
        super().__init__(window)
        self.keeps = False
        self._window, self._root = window, root
        self._folder: Folder | None = None
        self._given_up: list[Folder] = []  # for another one, which does not have everything yet
        self._notes: dict[PastRun, Note] = {}
        self._sizes: dict[PastRun, int] = {}  # bytes of the files, or what they had
        self._written = self._seen = self._left()
        self._job: Job | None = None
        self._retry, self._run_retry = Retry(), Retry()
        self._told = False
        self._failed = 0  # the number of the run that could not be written
        self._seconds = 0.0  # what the last run file took
        self._ended = -1e9  # when it was there
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.commitDataRequest.connect(self._logged_out)
        app.aboutToQuit.connect(self.keep)
        if root is not None:
            self._timer.start(LOOK_MS)

    @property
    def busy(self) -> bool:
        """Whether something is being saved."""
        return self._job is not None

    def words(self) -> str:
        """What a crash would leave, as one sentence; "" if that is nothing."""
        if self._folder is None:
            return ""
        present = self._window.session.runs.present
        note = self._notes.get(present) if present else None
        if note is None or not note.file:
            return "The experiment is autosaved, and the next start offers it."
        return (
            f"The experiment and its recording up to epoch {note.last} are autosaved, and the "
            "next start offers them."
        )

    # --- what there is to save ----------------------------------------------------------------

    def _left(self) -> Left:
        window = self._window
        lesson, present = window.lesson, window.session.runs.present
        title = present.title if present else lesson.title if lesson else "Own experiment"
        playing = window.model.phase is Phase.TRAINING
        cursor = -1 if playing else window.model.cursor
        return Left(window.model.experiment, lesson.name if lesson else "", title, cursor)

    def _unsaved(self) -> list[PastRun]:
        """Runs with epochs that no file has; the present one is the first.

        One whose file has given way is among them when there is room for it again. One that
        cannot be written is the last: it keeps no other from being saved.
        """
        runs = self._window.session.runs
        unsaved = [
            run for run in runs.entries
            if run.held and (
                run not in self._notes
                or self._notes[run].last < run.recording.last
                or (not self._notes[run].file and self._has_room(run))
            )
        ]  # fmt: skip
        return sorted(
            unsaved, key=lambda run: (run.number == self._failed, run is not runs.present)
        )

    def _has_room(self, run: PastRun) -> bool:
        """Whether a run whose file has given way can have one again, and keep it."""
        runs = self._window.session.runs
        if run is runs.present:  # its file does not give way
            return True
        notes = {each: self._notes[each] for each in runs.entries if each in self._notes}
        beside = self._folder.unopened_bytes if self._folder else 0
        if self._window.model.phase is Phase.TRAINING and runs.present:
            # What grows, and is thinned now and then, would let it go and come in turns.
            beside += max(MOST_RUN - self._sizes.get(runs.present, 0), 0)
        return fits(run, notes, self._sizes, beside)

    def _due(self) -> PastRun | None:
        """The run whose turn it is."""
        rest = time.monotonic() - self._ended
        if self._run_retry.waits or rest < self._seconds / SHARE:
            return None
        playing = self._window.model.phase is Phase.TRAINING
        for run in self._unsaved():
            grows = playing and run is self._window.session.runs.present
            if not (grows and run in self._notes) or rest >= EVERY:
                return run
        return None

    # --- saving it ----------------------------------------------------------------------------

    def look(self) -> None:
        """Save what has changed, where it is time for that."""
        if self._job is not None:
            if not self._job.done:
                return
            self._receive()
        if self._retry.waits:
            return
        run, left = self._due(), self._left()
        rested, self._seen = left == self._seen, left
        if run is not None or (rested and left != self._written):
            self._begin(left, run)
        elif self._given_up and not self._unsaved():
            self._let_go()

    def _begin(self, left: Left, run: PastRun | None) -> None:
        assert self._root is not None
        runs = self._window.session.runs
        notes = {
            each: self._note(each) for each in sorted(runs.entries, key=lambda each: each.number)
        }
        saving = Saving(self._root, self._folder, left, notes, run, runs.present)
        self._job = Job(saving.work)

    def _note(self, run: PastRun) -> Note:
        """What is to be said of a run; where it has no file yet, that of a file without a name."""
        note = self._notes.get(run)
        lesson = run.lesson.name if run.lesson else ""
        file, last = (note.file, note.last) if note else ("", -1)
        return Note(file, run.title, lesson, run.cursor, last)

    def _receive(self) -> None:
        job, self._job = self._job, None
        assert job is not None
        if job.error:
            self._retry.failed()
            self._say(job.error)
            return
        saved: Saved | None = job.result
        if saved is None:  # it was cancelled
            return
        if self._folder is not None and saved.replaces is not self._folder:
            # Another one was adopted meanwhile, and will be written to.
            if saved.folder not in self._given_up:
                self._given_up.append(saved.folder)
            return
        self._folder, self._written = saved.folder, saved.left
        self._notes = {run: note for run, note in saved.notes.items() if note.last >= 0}
        sizes = {**self._sizes, **saved.sizes}
        self._sizes = {run: sizes[run] for run in self._notes if run in sizes}
        self._retry.worked()
        if saved.run is not None:
            self._seconds, self._ended = saved.seconds, time.monotonic()
        if saved.problem:
            assert saved.run is not None
            self._failed = saved.run.number
            self._run_retry.failed()
            self._say(saved.problem)
        elif saved.run is not None or not self._unsaved():
            self._run_retry.worked()
            self._told = False

    def _say(self, problem: str) -> None:
        """Say once what is in the way, until it is no more."""
        if not self._told:
            self._told = True
            log.warning("autosave: %s", problem)
            self._window.scrubber.say(f"autosave does not work: {problem}; it is tried again")

    # --- what an earlier window has left ------------------------------------------------------

    def adopt(self, folder: Folder, notes: Mapping[PastRun, Note]) -> None:
        """Take over the folder of a crashed window, the runs of which are this one's now."""
        if self._folder is not None:
            self._given_up.append(self._folder)
        self._folder, self._notes = folder, dict(notes)

    def _let_go(self) -> None:
        for folder in self._given_up:
            folder.leave()
        self._given_up = []

    # --- the end ------------------------------------------------------------------------------

    def keep(self) -> None:
        """The program is about to be ended by another than its user, or without what he saves.

        A window that is closed by its user is closed before the program ends.
        """
        self.keeps = True

    def _logged_out(self) -> None:
        """The session ends, unless the user or another program is against it."""
        self.keep()
        QTimer.singleShot(LOGOUT_MS, self._logged_in)

    def _logged_in(self) -> None:
        self.keeps = False

    def close(self) -> None:
        """Remove the folder, or leave it if it ``keeps`` what is there."""
        self._timer.stop()
        if self._job is not None:
            if not self.keeps:
                self._job.cancel(wait=False)
            if self._job.finish(CLOSE_SECONDS):
                self._receive()
        if self.keeps and self._root is not None and self._job is None:
            self._save_last()
        for folder in [*self._given_up, *([self._folder] if self._folder else [])]:
            if self.keeps:
                folder.release()
            else:
                folder.leave()
        self._folder, self._given_up, self._notes = None, [], {}

    def _save_last(self) -> None:
        """Save once more, as far as that takes no longer than somebody waits who ends programs."""
        left, unsaved = self._left(), self._unsaved()
        quick = self._seconds < CLOSE_SECONDS / 2
        if left != self._written or (unsaved and quick):
            self._begin(left, unsaved[0] if unsaved and quick else None)
            assert self._job is not None
            if self._job.finish(CLOSE_SECONDS):
                self._receive()


class Retry:
    """When what has failed is tried again."""

    def __init__(self) -> None:
        self._patience = PATIENCE
        self._until = 0.0

    def failed(self) -> None:
        """Wait, twice as long as the last time."""
        self._until = time.monotonic() + self._patience
        self._patience = min(2 * self._patience, MOST_PATIENCE)

    def worked(self) -> None:
        """Begin anew."""
        self._patience, self._until = PATIENCE, 0.0

    @property
    def waits(self) -> bool:
        """Whether it is too early."""
        return time.monotonic() < self._until
