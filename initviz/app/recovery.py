"""What a start finds of windows that have crashed, and brings back if that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from initviz.app.job import LOOK_MS, Job
from initviz.app.left import Left, Note
from initviz.app.leftovers import Folder, leftovers
from initviz.app.offer import Offer
from initviz.app.runs import PastRun
from initviz.catalog.lessons import LESSONS
from initviz.experiment import Experiment
from initviz.recording import Recording
from initviz.runfile import RunFileError, open_run

if TYPE_CHECKING:
    from initviz.app.window import Window

LONGEST = 48
"""Letters of a title that are shown."""

Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Found:
    """What a crashed window has left: its folder, what it showed, or why that cannot be told."""

    folder: Folder
    left: Left | None
    problem: str


@dataclass(frozen=True)
class Opened:
    """A run out of a folder: its recording, None where the file is damaged, and why."""

    note: Note
    recording: Recording | None
    problem: str


class Recovery(QObject):
    """Offers what crashed windows have left, the newest first, and brings it back.

    Args:
        window: where.
        root: where the folders of all windows are; None offers nothing.
    """

    def __init__(self, window: Window, root: Path | None) -> None:
        super().__init__(window)
        self._window = window
        self.offer = Offer()
        self.offer.accepted.connect(self.bring_back)
        self.offer.discarded.connect(self._discard)
        self.offer.postponed.connect(self._postpone)
        self._waiting: list[Found] = []
        self._count = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._job: Job | None = None
        self._then: Callable[[object], None] = lambda _: None
        if root is not None:
            self._begin(lambda _: found_in(root), self._found)

    @property
    def busy(self) -> bool:
        """Whether something is being looked for, or brought back."""
        return self._job is not None

    # --- finding and offering -----------------------------------------------------------------

    def _found(self, found: list[Found]) -> None:
        self._waiting, self._count = found, len(found)
        self._offer_next()

    def _offer_next(self) -> None:
        if not self._waiting:
            self._leave()
            self.offer.hide()
            return
        found = self._waiting[0]
        which = self._count - len(self._waiting) + 1
        counted = f" ({which} of {self._count})" if self._count > 1 else ""
        if found.left is None:
            offered = f"A session{counted} ended unexpectedly, and what was autosaved of it is "
            self.offer.show_offer(f"{offered}damaged: {found.problem}", "what is left of it")
            self.offer.accept.hide()
            return
        begins = f"A session{counted} ended unexpectedly: "
        if found.left.closed:
            begins = f"What could not be opened{counted} is still there: "
        self.offer.show_offer(f"{begins}{described(found.left)}.", f"“{short(found.left.title)}”")

    def _leave(self) -> None:
        """Let the keyboard go from the offer to the training, not to whatever stands next."""
        asked: QWidget | None = self._window.focusWidget()
        if asked is not None and self.offer.isAncestorOf(asked):
            self._window.transport.main.setFocus()

    def _answered(self) -> None:
        self._waiting = self._waiting[1:]
        self._offer_next()

    def _discard(self) -> None:
        self._waiting[0].folder.remove_if_possible()
        self._answered()

    def _postpone(self) -> None:
        self._waiting[0].folder.release()
        self._answered()

    # --- bringing back ------------------------------------------------------------------------

    def bring_back(self) -> None:
        """Show what is offered, as it was."""
        found = self._waiting[0] if self._waiting else None
        if found is None or found.left is None or self.busy:
            return
        left, folder = found.left, found.folder
        trainer = self._window.player.trainer
        budgets = trainer.budget, trainer.figure_budget
        self._leave()
        self.offer.wait(f"Bringing back “{short(left.title)}” …")

        def work(cancelled: Cancelled) -> list[Opened]:
            return [
                opened(note, folder.path, budgets, cancelled) for note in notes_of(left, folder)
            ]

        self._begin(work, lambda runs: self._show(left, folder, runs))

    def _show(self, left: Left, folder: Folder, runs: list[Opened]) -> None:
        try:
            self._bring(left, folder, runs)
        except Exception:
            self._offer_next()  # it is there as before
            raise
        self._answered()

    def _bring(self, left: Left, folder: Folder, runs: list[Opened]) -> None:
        window = self._window
        session = window.session
        notes: dict[PastRun, Note] = {}
        shown, experiment = None, left.experiment
        session.edits.seal()
        for run in runs:
            if run.recording is None:
                continue
            past = session.runs.take_in(run.recording, run.note.title, LESSONS.get(run.note.lesson))
            past.cursor = run.note.cursor if run.note.cursor >= 0 else run.recording.last
            notes[past] = run.note
            if left.closed and run.note.file == left.shown:
                experiment = run.recording.experiment
            experiment = located(experiment, run.recording.experiment)
            # A run whose epochs were trained twice is there twice.
            known = shown is not None and notes[shown].file == left.shown
            if experiment.same_run(run.recording.experiment) and not known:
                shown = past
        lesson = LESSONS.get(left.lesson)
        if shown is not None:
            shown.cursor = left.cursor if left.cursor >= 0 else shown.recording.last
            shown.lesson = lesson
            shown.recording.experiment = experiment
            session.show_run(shown)
            window.player.trainer.make_room(shown.recording.kept_bytes)
        elif not left.closed:
            window.lesson = lesson
            window.model.edit(experiment)
            window.lesson_shown()
        folder.unopened = unopened(left, runs)
        # Not before all is there: a window that is closed removes the folders that it adopted.
        window.autosave.adopt(folder, notes)
        self._tell(left, folder, runs, shown)

    def _tell(self, left: Left, folder: Folder, runs: list[Opened], shown: PastRun | None) -> None:
        window, title = self._window, f"“{short(left.title)}”"
        if shown is not None:
            window.run_files.tell_versions(left.title, shown.recording)
        if shown is not None or not left.closed:
            window.scrubber.say(f"brought back: {short(left.title)}")
        if folder.unopened is None:
            return
        problem = next(run.problem for run in reversed(runs) if run.recording is None)
        stays = f"The file stays in {folder.path}, and the next start offers it."
        if shown is None and left.closed:
            window.banner.show_note(f"{title} cannot be opened now, either ({problem}). {stays}")
            return
        what = "its recording" if shown is None else "the recording of an earlier run"
        window.banner.show_note(
            f"{title} is back, but {what} is damaged ({problem}). Train it again: the same "
            f"experiment gives the same numbers. {stays}"
        )

    # --- jobs ---------------------------------------------------------------------------------

    def _begin(self, work: Callable[[Cancelled], object], then: Callable[..., None]) -> None:
        self._job, self._then = Job(work), then
        self._timer.start(LOOK_MS)

    def _look(self) -> None:
        job = self._job
        if job is None or not job.done:
            return
        self._job = None
        self._timer.stop()
        if job.error:
            self._window.banner.show_note(f"What was autosaved cannot be read: {job.error}")
            self._offer_next()
        else:
            self._then(job.result)

    def close(self) -> None:
        """Leave what has not been answered for the next start."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
        for found in self._waiting:
            found.folder.release()
        self._waiting = []


def found_in(root: Path) -> list[Found]:
    """What crashed windows have left, the newest first."""
    try:
        folders = leftovers(root)
    except OSError:  # nothing is offered of a folder that may not be read
        return []
    found = []
    for folder in folders:
        try:
            found.append(Found(folder, folder.left(), ""))
        except ValueError as error:
            found.append(rebuilt(folder, str(error)))
    return found


def rebuilt(folder: Folder, problem: str) -> Found:
    """What the newest run file of a folder tells, where the rest is damaged."""
    for path in sorted(folder.files(), key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            experiment = open_run(path).experiment
        except RunFileError:
            continue
        saved = datetime.fromtimestamp(path.stat().st_mtime)
        return Found(folder, Left(experiment, "", "Own experiment", -1, saved=saved), "")
    return Found(folder, None, problem)


def notes_of(left: Left, folder: Folder) -> list[Note]:
    """Its runs, the oldest first; one that was saved just before the end is the newest."""
    files = [path.name for path in folder.files()]
    known = [note for note in left.runs if note.file in files]
    names = {note.file for note in known}
    late = [Note(name, left.title, left.lesson, -1, 0) for name in files if name not in names]
    return [*known, *late]


def opened(note: Note, folder: Path, budgets: tuple[int, int], cancelled: Cancelled) -> Opened:
    """Open one run of a folder, within the budgets of weights and of figures."""
    try:
        recording = open_run(
            folder / note.file, budget=budgets[0], figure_budget=budgets[1], cancelled=cancelled
        )
    except RunFileError as error:
        return Opened(note, None, str(error))
    # What its file has by now may be newer than what was said of it.
    return Opened(Note(**{**vars(note), "last": recording.last}), recording, "")


def unopened(left: Left, runs: list[Opened]) -> Left | None:
    """What could not be opened of a folder, as a later start is to offer it; None for nothing."""
    notes = {run.note.file: run.note for run in runs if run.recording is None}
    if not notes:
        return None
    shown = notes.get(left.shown, [*notes.values()][-1])
    return replace(
        left, title=shown.title, lesson=shown.lesson, cursor=shown.cursor, shown=shown.file,
        runs=tuple(notes.values()), closed=True,
    )  # fmt: skip


def located(experiment: Experiment, there: Experiment) -> Experiment:
    """The experiment with its table where another one, which has the same table, has found it."""
    mine, other = experiment.data, there.data
    if mine.dataset != "csv" or other.dataset != "csv" or not mine.values["digest"]:
        return experiment
    if mine.values["digest"] != other.values["digest"]:
        return experiment
    values = {**mine.values, "path": other.values["path"]}
    return experiment.replace(data=mine.replace(values=values))


def described(left: Left, now: datetime | None = None) -> str:
    """What a window showed: “Zeros”, recorded up to epoch 34, autosaved today at 00:12."""
    words = [f"“{short(left.title)}”"]
    present = next((note for note in left.runs if note.file == left.shown), None)
    earlier = len(left.runs) - (present is not None)
    if present is not None:
        words.append(f"recorded up to epoch {present.last}")
    if earlier:
        words.append(f"with {earlier} {'earlier run' if earlier == 1 else 'earlier runs'}")
    words.append(f"autosaved {when(left.saved, now or datetime.now())}")
    return ", ".join(words)


def short(title: str) -> str:
    """A title that leaves room for the rest of a sentence."""
    return title if len(title) <= LONGEST else f"{title[:LONGEST].rpartition(' ')[0]} …"


def when(then: datetime, now: datetime) -> str:
    """A time in words: today at 00:12."""
    clock = f"{then:%H:%M}"
    days: dict[date, str] = {now.date(): "today", now.date() - timedelta(days=1): "yesterday"}
    return f"{days.get(then.date(), f'on {then:%Y-%m-%d}')} at {clock}"
