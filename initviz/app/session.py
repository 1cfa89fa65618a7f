"""The window's session: what can be undone, come back to, and kept in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from initviz.app.edits import Edits, Stand
from initviz.app.pins import Pins
from initviz.app.runlist import RunList
from initviz.app.runs import PastRun, Runs, title_of
from initviz.catalog.lessons import Lesson
from initviz.experiment import Experiment
from initviz.views.style import Style

if TYPE_CHECKING:
    from initviz.app.window import Window


class Session(QObject):
    """Edits, runs and pins of one window, and the list that shows them.

    Attributes:
        edits: undo and redo.
        runs: the runs so far.
        pins: which of them stay in sight.
        list: where they are chosen.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        stand = Stand(window.model.experiment, window.lesson)
        self.edits = Edits(stand, self._show_stand, window)
        self.runs = Runs(window.player, lambda: window.lesson, self)
        self.pins = Pins(window.player, self.runs, self)
        self.list = RunList(self.runs, self.pins, window)
        self.list.asked.connect(self.show_run)
        self.pins.changed.connect(self._pins_changed)
        self.runs.changed.connect(self._name_window)
        self.runs.added.connect(self.settle)

    def note(self) -> None:
        """Make a step of what has changed in the window since the last time."""
        window = self._window
        stand = Stand(window.model.experiment, window.lesson)
        self.edits.note(stand, window.controls.typing)
        self._name_window()

    def edit(self, experiment: Experiment) -> None:
        """Take an edit of the panel; one that is taken back brings back what was recorded."""
        window = self._window
        stand = Stand(experiment, window.lesson)
        if not self.edits.take_back(stand, window.controls.typing):
            window.model.edit(experiment)

    def settle(self) -> None:
        """Take what has been edited for what is wanted: it is trained."""
        self._window.controls.settle()
        self.edits.end_step()

    def show_list(self) -> None:
        """Open the list of runs."""
        self.list.open_below(self._window.top.runs)

    def show_run(self, run: PastRun) -> None:
        """Bring back a run with its lesson and its cursor; without weights, at epoch 0."""
        self.edits.seal()
        self._show(run.experiment, run.lesson, run if run.held else None)

    def set_style(self, style: Style) -> None:
        """Change the colours of icons and marks."""
        self.edits.set_style(style)
        self.list.set_style(style)

    def _show_stand(self, stand: Stand) -> None:
        stays = stand.experiment.same_run(self._window.model.experiment)
        run = None if stays else self.runs.find(stand.experiment)
        self._show(stand.experiment, stand.lesson, run)

    def _show(self, experiment: Experiment, lesson: Lesson | None, run: PastRun | None) -> None:
        self._window.lesson = lesson
        if run is None:
            self._window.model.edit(experiment)
        else:
            self._window.player.bring_back(run.recording, experiment, run.cursor)
        self._window.lesson_shown()

    def _name_window(self) -> None:
        """Let the window's title tell the run: of a file its name, else what sets it apart."""
        run, window = self.runs.present, self._window
        title = run.title if run else title_of(window.model.experiment, window.lesson, None)
        if window.windowTitle() != (whole := f"{title} – initviz"):
            window.setWindowTitle(whole)

    def _pins_changed(self) -> None:
        for page in self._window.pages:
            page.set_pinned(self.pins.shown)
