"""The runs of this session, to come back to; their recordings share one memory budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from initviz.app.differences import describe
from initviz.app.edits import Stand
from initviz.app.player import Player
from initviz.catalog.lessons import Lesson
from initviz.experiment import Experiment, Lane
from initviz.recording import Recording

MOST_RUNS = 30


@dataclass(eq=False)
class PastRun:
    """One run of the session, the present one included.

    Attributes:
        number: counts the runs of the session, from 1.
        title: what sets it apart from the run before.
        recording: its epochs, as many as the memory holds; their figures are always there.
        lesson: the lesson that stood beside it.
        cursor: the epoch that was shown last.
        began: when its first epoch was trained.
    """

    number: int
    title: str
    recording: Recording
    lesson: Lesson | None
    cursor: int = 0
    began: datetime = field(default_factory=datetime.now)

    @property
    def experiment(self) -> Experiment:
        """What was trained."""
        return self.recording.experiment

    @property
    def name(self) -> str:
        """Number and title, as the list and the pins show it."""
        return f"{self.number} · {self.title}"

    @property
    def held(self) -> bool:
        """Whether there are weights to show: the oldest give theirs up for newer runs."""
        return bool(self.recording.kept_epochs())

    def scores(self) -> list[tuple[Lane, str]]:
        """Every lane and its score on the test points at the newest epoch, or that it diverged."""
        recording = self.recording
        last = recording.scalars().test_score[-1]
        diverged = recording.diverged_at()
        task = self.experiment.task
        return [
            (lane, "diverged" if diverged[k] >= 0 else task.score_text(float(last[k])))
            for k, lane in enumerate(self.experiment.lanes)
        ]

    def state(self) -> str:
        """How far it was trained, and how much of it is still held."""
        last, stride = self.recording.last, self.recording.stride
        kept = len(self.recording.kept_epochs())
        words = f"{last} epoch" if last == 1 else f"{last} epochs"
        if not kept:
            return f"{words} · memory: only the figures are kept"
        if stride > 1 and kept <= 2:
            return f"{words} · memory: only the first and the last are kept"
        return words if stride == 1 else f"{words} · memory: one in {stride} is kept"


class Runs(QObject):
    """Every run of the session that has trained at least one epoch, the newest first.

    Signals:
        changed(): a run was added, trained on, moved in, or removed.
        added(): the present run has its first trained epoch.
    """

    changed = Signal()
    added = Signal()

    def __init__(
        self, player: Player, lesson: Callable[[], Lesson | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.entries: list[PastRun] = []
        self._player, self._lesson = player, lesson
        self._count = 0
        self._before: Stand | None = None  # what the run was that was shown last
        player.recorded.connect(self._note)
        player.model.cursor_changed.connect(lambda _: self._note())

    @property
    def present(self) -> PastRun | None:
        """The run that is shown, None while nothing of it has been trained."""
        recording = self._player.model.recording
        return next((run for run in self.entries if run.recording is recording), None)

    def find(self, experiment: Experiment) -> PastRun | None:
        """The newest run of this experiment whose weights are held."""
        return next((r for r in self.entries if r.held and r.experiment.same_run(experiment)), None)

    def take_in(self, recording: Recording, title: str, lesson: Lesson | None) -> PastRun:
        """Add a run that came out of a file, to be shown next; its cursor is at its end."""
        self._count += 1
        run = PastRun(self._count, title, recording, lesson, recording.last)
        self.entries = [run, *self.entries][:MOST_RUNS]
        return run

    def remove(self, run: PastRun) -> None:
        """Forget a run; the present one stays."""
        if run in self.entries and run is not self.present:
            self.entries.remove(run)
            self._share_memory()
            self.changed.emit()

    def _note(self) -> None:
        """Keep the present run as soon as it has an epoch, and where one is in it."""
        model = self._player.model
        run = self.present
        if run is None and model.recording.last >= 1:
            self._count += 1
            lesson = self._lesson()
            title = title_of(model.recording.experiment, lesson, self._before)
            run = PastRun(self._count, title, model.recording, lesson)
            self.entries = [run, *self.entries][:MOST_RUNS]
            self.added.emit()
        if run is not None:
            run.cursor = model.cursor
            self._before = Stand(run.experiment, run.lesson)
        self._share_memory()
        self.changed.emit()

    def _share_memory(self) -> None:
        """Tell the training which recordings give way to the present one: the oldest first."""
        present = self._player.model.recording
        recordings = [run.recording for run in reversed(self.entries)]
        self._player.trainer.earlier = tuple(r for r in recordings if r is not present)


def title_of(experiment: Experiment, lesson: Lesson | None, before: Stand | None) -> str:
    """What a run is called: its lesson while that is unchanged, or what sets it apart."""
    if before is not None and before.lesson is lesson:
        edit = describe(before.experiment.run_key, experiment.run_key)
        if edit and lesson is not None and lesson.experiment.same_run(experiment):
            return lesson.title
        return edit or "the same again"
    if lesson is not None:
        edit = describe(lesson.experiment.run_key, experiment.run_key)
        return f"{lesson.title}: {edit}" if edit else lesson.title
    return "Own experiment"
