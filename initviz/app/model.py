"""What the window shows: the experiment, its recording, the cursor and the phase."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Signal

from initviz.experiment import Experiment
from initviz.focus import NEAREST, Focus
from initviz.recording import Recording


class Phase(Enum):
    """What is going on."""

    LOADING = "loading torch…"
    IDLE = "ready"
    TRAINING = "training"
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"


class Model(QObject):
    """The state of the window, owned by the GUI thread.

    Signals carry whole facts:
        experiment_changed(old, new)
        focus_changed(focus)
        cursor_changed(epoch)
        phase_changed(phase)
    """

    experiment_changed = Signal(object, object)
    focus_changed = Signal(object)
    cursor_changed = Signal(int)
    phase_changed = Signal(object)

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.experiment = experiment
        self.recording = Recording(experiment)
        self.focus = NEAREST
        self.cursor = 0
        self.phase = Phase.LOADING
        self.problem = ""

    def edit(self, experiment: Experiment) -> None:
        """Replace the experiment; an equal one changes nothing."""
        if experiment == self.experiment:
            return
        old, self.experiment = self.experiment, experiment
        self.set_focus(self.focus)
        self.experiment_changed.emit(old, experiment)

    def set_focus(self, focus: Focus) -> None:
        """Look closely at another lane, layer or neuron, as far as the experiment has it."""
        focus = focus.within(self.experiment)
        if focus != self.focus:
            self.focus = focus
            self.focus_changed.emit(focus)

    def set_cursor(self, epoch: int) -> None:
        """Move the cursor to the newest epoch at or before this one whose weights are held."""
        if not len(self.recording):
            return
        epoch = self.recording.nearest(epoch)
        if epoch != self.cursor:
            self.cursor = epoch
            self.cursor_changed.emit(epoch)

    def set_phase(self, phase: Phase, problem: str = "") -> None:
        """Change the phase; ``problem`` says what went wrong when it is ``FAILED``."""
        if (phase, problem) != (self.phase, self.problem):
            self.phase, self.problem = phase, problem
            self.phase_changed.emit(phase)
