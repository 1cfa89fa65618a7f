"""What a frame of the Overview page costs while training runs at full speed, and an edit."""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.table import Table
from initviz.catalog.lessons import LESSONS
from initviz.display import has_display
from initviz.experiment import Experiment, Lane
from initviz.snapshot import Snapshot

if not has_display():
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.figure import Figure
from initviz.app.memory import Memory
from initviz.app.window import Window

SIZE = (1280, 800)
SNAPSHOTS = 40


def run(quick: bool) -> list[Table]:
    frames = 60 if quick else 300
    app = QApplication.instance() or QApplication([])
    tables = [_frames(frames), _edits(10 if quick else 40)]
    assert app is not None
    return tables


def _frames(count: int) -> Table:
    table = Table(
        f"Frames of the Overview page, {SIZE[0]} × {SIZE[1]}, lesson 1 (five lanes)",
        ("what", "training", "median ms", "99th percentile ms", "thread median ms"),
        "Wall time of feeding a new snapshot to views and verdicts and painting them, and the\n"
        "processor time of the thread in it. matplotlib: the same plots, Agg, artists reused.",
    )
    experiment = next(iter(LESSONS.values())).experiment.replace(epochs=1_000_000)
    with opened(experiment) as window:
        window.player.set_speed(math.inf)
        window.player.play()
        snapshots = _collect(window, SNAPSHOTS)
        # From here on, this loop alone draws.
        window.player.shown.disconnect(window._show_snapshot)
        figure = Figure(snapshots[0], window.page.width(), window.page.height())

        def draw(snapshot: Snapshot) -> None:
            window._show_snapshot(snapshot)
            for view in window.page.views:
                view.canvas.viewport().repaint()
            window.verdicts.repaint()

        for training in ("full speed", "paused"):
            if training == "paused":
                window.player.pause()
            for name, paint in (("initviz", draw), ("matplotlib", figure.draw)):
                wall, thread = _time_frames(paint, snapshots, count)
                table.add(name, training, np.median(wall).item(),
                          np.percentile(wall, 99).item(), np.median(thread).item())  # fmt: skip
    return table


def _time_frames(
    paint: Callable[[Snapshot], None], snapshots: list[Snapshot], count: int
) -> tuple[list[float], list[float]]:
    wall, thread = [], []
    for i in range(count):
        idle(15)  # the trainer's share
        start, own = time.perf_counter(), time.thread_time()
        paint(snapshots[i % len(snapshots)])
        wall.append(1000 * (time.perf_counter() - start))
        thread.append(1000 * (time.thread_time() - own))
    return wall, thread


def _edits(count: int) -> Table:
    table = Table(
        "From an edit to the new epoch 0 on the screen",
        ("network", "lanes", "median ms", "90th percentile ms"),
        "Wall time from model.edit to the painted page; the scale of one lane is changed.",
    )
    for hidden, lanes in (((16, 16), 5), ((64,) * 5, 4), ((64,) * 5, 8), ((64,) * 40, 4)):
        lane = Lane(scheme="normal", values={"deviation": 0.1})
        experiment = Experiment(hidden=hidden, lanes=(lane,) * lanes)
        times = []
        with opened(experiment) as window:
            wait(lambda: window.page.views[0].snapshot is not None)
            for i in range(count):
                deviation = 0.1 * 1.05 ** (i + 1)
                edited = experiment.with_lane(
                    0, experiment.lanes[0].replace(values={"deviation": deviation})
                )
                idle(20)
                start = time.perf_counter()
                window.model.edit(edited)
                wait(lambda edited=edited: _shown(window, edited), pause=1)
                times.append(1000 * (time.perf_counter() - start))
        name = f"{len(hidden)} × {hidden[0]}"
        table.add(name, lanes, np.median(times).item(), np.percentile(times, 90).item())
    return table


def _shown(window: Window, experiment: Experiment) -> bool:
    snapshot = window.page.views[0].snapshot
    if snapshot is None or snapshot.experiment.lanes[0] != experiment.lanes[0]:
        return False
    for view in window.page.views:
        view.canvas.viewport().repaint()
    return True


def _collect(window: Window, count: int) -> list[Snapshot]:
    snapshots: list[Snapshot] = []
    window.player.shown.connect(snapshots.append)
    wait(lambda: len(snapshots) >= count)
    window.player.shown.disconnect(snapshots.append)
    return snapshots


@contextmanager
def opened(experiment: Experiment) -> Iterator[Window]:
    """The real window on an experiment, closed and gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        window = Window(experiment, Memory(Path(folder) / "initviz.ini"))
        window.resize(*SIZE)
        window.show()
        try:
            wait(lambda: window.player.snapshot is not None)
            yield window
        finally:
            window.close()
            window.deleteLater()
            QApplication.processEvents()


def wait(condition: Callable[[], bool], seconds: float = 120, pause: int = 5) -> None:
    """Run the event loop until a condition holds.

    Raises:
        TimeoutError: if it does not in time.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there in time")
        idle(pause)


def idle(milliseconds: int) -> None:
    """Run the event loop for a while; the worker threads go on meanwhile."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
