"""Processes that are killed in the middle of what they do, and what they leave behind.

A process of its own for each takes seconds to import torch: they are forked from one that has
imported it, and done nothing else.
"""

from __future__ import annotations

import math
import os
import random
import sys
import traceback
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import initviz.app.autosave
from initviz.app.memory import Memory
from initviz.app.recovery import found_in, notes_of
from initviz.app.window import Window
from initviz.engine import record
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.recording import Recording, Scalars
from initviz.runfile import open_run, save_run

SMALL = Experiment(
    data=DataSettings(values={"samples": 64}),
    hidden=(8, 8),
    lanes=(Lane(scheme="zeros"), Lane(scheme="xavier_uniform")),
    batch_size=32,
    epochs=1_000_000,
)
USER_FILE = "mine.initviz"

Say = Callable[[], object]
"""Tells the other process that the work has begun."""

Work = Callable[[Say], None]

# Threads of a pool would not be there after a fork.
torch.set_num_threads(1)


def forked(work: Work) -> tuple[int, int]:
    """A process that does the work and ends; its number, and where it says that it has begun."""
    read, write = os.pipe()
    process = os.fork()
    if process:
        os.close(write)
        return process, read
    status = 1
    try:
        os.close(read)
        work(lambda: os.write(write, b"x"))
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def begun(read: int) -> bool:
    """Wait until a process says that it has begun; False if it ends before."""
    said = os.read(read, 1)
    os.close(read)
    return bool(said)


def ended(process: int) -> int:
    """Wait for its end; its exit status, or a signal's number below 0."""
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


def train_in_window(folder: Path, seed: int, say: Say) -> None:
    """A window that trains, is edited, saves itself and is saved, all as fast as it goes."""
    chance = random.Random(seed)
    initviz.app.autosave.LOOK_MS = 5
    initviz.app.autosave.EVERY, initviz.app.autosave.SHARE = 0.0, math.inf
    app = QApplication.instance() or QApplication(sys.argv[:1])
    window = Window(
        SMALL.replace(seed=seed), Memory(folder / "initviz.ini"), autosaves=folder / "left"
    )
    window.transport.set_speed(math.inf)
    window.show()
    window.player.play()
    told = [False]

    def act() -> None:
        present = window.session.runs.present
        saved = window.autosave._notes
        if saved and not told[0]:
            told[0] = True
            say()
        if present in saved and not window.run_files.busy and chance.random() < 0.3:
            window.run_files.save(folder / USER_FILE)
        if present in saved and chance.random() < 0.02:
            window.model.edit(SMALL.replace(seed=chance.randrange(10**6)))
            window.player.play()

    timer = QTimer(window)
    timer.timeout.connect(act)
    timer.start(5)
    app.exec()
    window.close()


def problems_of(folder: Path) -> list[str]:
    """What is wrong with what a killed window has left, in sentences."""
    problems: list[str] = []
    found = found_in(folder / "left")
    if len(found) != 1 or found[0].left is None:
        return [f"{len(found)} leftovers: {[each.problem for each in found]}"]
    left, place = found[0].left, found[0].folder
    notes = notes_of(left, place)
    for path in [place.path / note.file for note in notes]:
        problems += _problems_of_run(path)
    for note in left.runs:
        if not (place.path / note.file).exists():
            problems.append(f"{note.file} is not there")
        elif open_run(place.path / note.file).last < note.last:
            problems.append(f"{note.file} is older than is said of it")
    if (folder / USER_FILE).exists():
        problems += _problems_of_run(folder / USER_FILE)
    place.release()
    return problems


def check(folder: Path) -> None:
    """Fail where something is wrong with what a killed window has left."""
    problems = problems_of(folder)
    if problems:
        raise AssertionError("; ".join(problems))


def _problems_of_run(path: Path) -> list[str]:
    """Whether a run file has, bit for bit, what training gives."""
    try:
        recording = open_run(path)
    except ValueError as error:
        return [str(error)]
    truth = record(recording.experiment.replace(epochs=max(recording.last, 1)))
    return [] if agrees(recording, truth) else [f"{path.name} has other numbers"]


def agrees(recording: Recording, truth: Recording) -> bool:
    """Whether a recording has the same numbers as another one, as far as it goes."""
    rows = recording.last + 1
    figures, others = recording.scalars(), truth.scalars()
    return all(
        getattr(figures, f.name).tobytes() == getattr(others, f.name)[:rows].tobytes()
        for f in fields(Scalars)
    ) and all(
        np.array_equal(recording.parameters(n), truth.parameters(n), equal_nan=True)
        for n in recording.kept_epochs()
    )


def bring_back_in_window(folder: Path) -> None:
    """A start after the kill: what is offered comes back with the numbers that were left."""
    found = found_in(folder / "left")
    left, place = found[0].left, found[0].folder
    assert left is not None
    paths = [place.path / note.file for note in notes_of(left, place)]
    recordings = [open_run(path) for path in paths]
    place.release()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    window = Window(SMALL, Memory(folder / "initviz.ini"), autosaves=folder / "left")
    window.show()
    offer = window.recovery.offer
    until(app, offer.isVisible)
    offer.accept.click()
    until(app, lambda: not window.recovery.busy)
    until(app, lambda: window.player.rests)
    assert not window.banner.isVisible(), window.banner.text.text()
    assert window.model.experiment == left.experiment
    runs = window.session.runs.entries
    assert len(runs) == len(recordings)
    for recording in recordings:
        assert any(
            run.experiment.same_run(recording.experiment)
            and run.recording.last >= recording.last
            and agrees(recording, run.recording)
            for run in runs
        )
    window.close()
    assert not list((folder / "left").iterdir()), "something stays behind"


def until(app: QApplication, condition: Callable[[], bool]) -> None:
    """Let the window live until something holds."""
    while not condition():
        app.processEvents()


def save_for_ever(path: Path, recordings: list[Recording], say: Say) -> None:
    """Save one recording after the other under the same name."""
    save_run(recordings[0], path)
    say()
    while True:
        for recording in recordings:
            save_run(recording, path)


def remember_for_ever(path: Path, experiments: list[Experiment], say: Say) -> None:
    """Write one experiment after the other into the same settings file."""
    remember(path, experiments[0])
    say()
    while True:
        for experiment in experiments:
            remember(path, experiment)


def remember(path: Path, experiment: Experiment) -> None:
    """Write an experiment into a settings file, as a window does when it is closed."""
    memory = Memory(path)
    memory.experiment = experiment
    memory.lesson = f"lesson {experiment.seed}"
    memory.save()


if __name__ == "__main__":  # FOLDER SEED: a window to be killed, which says when it has begun
    train_in_window(Path(sys.argv[1]), int(sys.argv[2]), lambda: print("saved", flush=True))
