"""Saving and opening runs: in threads, while the window and its training go on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from initviz.app.banner import OPENING, SAVING
from initviz.app.endings import ExistsError, with_ending
from initviz.app.job import LOOK_MS, Job
from initviz.catalog.lessons import LESSONS
from initviz.reasons import not_written
from initviz.recording import Recording
from initviz.runfile import SUFFIX, RunFileError, open_run, save_run

if TYPE_CHECKING:
    from initviz.app.window import Window

log = logging.getLogger(__name__)

FINISH_SECONDS = 120.0
"""How long a window that is closed waits for a run that is still being saved."""

Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Doing:
    """A job under way: what the window says meanwhile, and what it does with the result."""

    job: Job
    saving: bool
    words: str
    then: Callable[[Any], None]


class RunFiles(QObject):
    """Saves the run that is shown, and opens others into the session's list."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._doing: list[Doing] = []
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether something is being saved or opened."""
        return bool(self._doing)

    # --- saving -------------------------------------------------------------------------------

    def ask_where(self) -> None:
        """Ask for a file, and save the run that is shown."""
        window = self._window
        name = window.lesson.name if window.lesson else "run"
        chosen, _ = QFileDialog.getSaveFileName(
            window, "Save run", str(window.memory.folder / f"{name}{SUFFIX}"), f"Run (*{SUFFIX})"
        )
        if chosen:
            self.save(Path(chosen))

    def save(self, path: Path) -> None:
        """Save the run that is shown as it is now; it may be trained on meanwhile."""
        banner = self._window.banner
        try:
            path = with_ending(path, SUFFIX)
        except ExistsError as error:
            banner.show_note(f"Not saved: {error}", SAVING)
            return
        if any(doing.saving for doing in self._doing):
            banner.show_note(
                "Not saved: another run is still being saved; try again after it", SAVING
            )
            return
        kept = self._window.model.recording.kept()

        def work(cancelled: Cancelled) -> Path:
            try:
                save_run(kept, path, cancelled=cancelled)
            except RunFileError as error:
                raise RunFileError(f"Not saved: {error}") from None
            except OSError as error:
                reason = not_written(error)
                raise RunFileError(f"Not saved: {path} cannot be written ({reason})") from None
            return path

        self._begin(Doing(Job(work), True, f"saving {path.name} …", self._saved))

    def _saved(self, path: Path) -> None:
        self._window.banner.succeeded(SAVING)
        self._window.memory.note_file(path)
        self._window.scrubber.say(f"saved: {path}")

    # --- opening ------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a run, instead of any that is still being opened."""
        for doing in self._doing:
            if not doing.saving:
                doing.job.cancel(wait=False)
        trainer = self._window.player.trainer
        budget, figure_budget = trainer.budget, trainer.figure_budget

        def work(cancelled: Cancelled) -> Recording:
            return open_run(path, budget=budget, figure_budget=figure_budget, cancelled=cancelled)

        def then(recording: Recording) -> None:
            self.show(recording, path)

        self._begin(Doing(Job(work), False, f"opening {path.name} …", then))

    def show(self, recording: Recording, path: Path) -> None:
        """Show a run that came out of a file, at its newest epoch, as one of the session's."""
        window, experiment = self._window, recording.experiment
        window.banner.succeeded(OPENING)
        lesson = next((x for x in LESSONS.values() if x.experiment.same_run(experiment)), None)
        window.session.show_run(window.session.runs.take_in(recording, path.stem, lesson))
        window.player.trainer.make_room(recording.kept_bytes)
        window.memory.note_file(path)
        window.scrubber.say(f"opened: {path}")
        self.tell_versions(path.name, recording)

    def tell_versions(self, name: str, recording: Recording) -> None:
        """Say so where another torch has trained a recording than the one that is here."""
        there = recording.versions.get("torch")
        if there and there != (here := _torch()):
            self._window.banner.show_note(
                f"{name} was trained with torch {there}, and this is {here}: epochs that are "
                "trained from here on may differ in their last digits.",
                OPENING,
            )

    # --- jobs ---------------------------------------------------------------------------------

    def _begin(self, doing: Doing) -> None:
        self._doing.append(doing)
        self._window.scrubber.say(doing.words)
        self._timer.start(LOOK_MS)

    def _look(self) -> None:
        for doing in [each for each in self._doing if each.job.done]:
            self._doing.remove(doing)
            if doing.job.error:
                self._window.scrubber.say("")
                about = SAVING if doing.saving else OPENING
                self._window.banner.show_note(doing.job.error, about)
            elif doing.job.result is not None:
                doing.then(doing.job.result)
        if self._doing:
            self._window.scrubber.say(self._doing[-1].words)
        else:
            self._timer.stop()

    def close(self) -> None:
        """Give up what is being opened, and wait for what is being saved.

        What is not saved then stays autosaved: nobody is there to choose another disk.
        """
        self._timer.stop()
        for doing in self._doing:
            if not doing.saving:
                doing.job.cancel()
                continue
            if not doing.job.finish(FINISH_SECONDS):
                log.warning("the window is closed in the middle of %s", doing.words)
            elif doing.job.error:
                log.warning("%s", doing.job.error)
            else:
                continue
            self._window.autosave.keep()
        self._doing = []


def _torch() -> str:
    """The version of torch that is here, without importing it."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return "another one"
