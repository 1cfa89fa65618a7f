"""What autosave costs: how long it takes, how late the event loop is, how large its files are."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from benchmarks.networks import SCHEMES
from benchmarks.table import Table
from benchmarks.window import idle, opened, wait
from initviz.app.autosave import EVERY, SHARE, Autosave
from initviz.experiment import Experiment
from initviz.history import PER_LAYER, Scalars
from initviz.recording import Epoch, Recording

NETWORK = Experiment(hidden=(64,) * 5, lanes=SCHEMES[:4], batch_size=500, epochs=2000)
ROUNDS = 5


def run(quick: bool) -> list[Table]:
    app = QApplication.instance() or QApplication([])
    table = Table(
        "Autosave of a recording",
        (
            "epochs", "MiB of weights", "MiB of the file", "seconds", "longest wait ms",
            "without ms", "next after s",
        ),
        "Of five saves the median, and the longest that the event loop waited meanwhile; beside\n"
        "it, how long it waits in as much time without. The window is at rest.",
    )  # fmt: skip
    for epochs in (20, 200) if quick else (20, 200, 800, 1600):
        with opened(NETWORK) as window, tempfile.TemporaryDirectory() as folder:
            recording = random_recording(epochs)
            window.run_files.show(recording, Path(folder) / "run.initviz")
            wait(lambda: window.player.rests)
            autosave = Autosave(window, Path(folder))
            seconds, waits = [], []
            for _ in range(1 if quick else ROUNDS):
                autosave._notes.clear()
                autosave._ended = -1e9
                began = time.perf_counter()
                autosave.look()
                waits.append(longest_wait(partial(_saved, autosave)))
                seconds.append(time.perf_counter() - began)
                autosave.look()
            without = longest_wait(partial(_is_over, time.perf_counter() + sum(seconds)))
            size = max(path.stat().st_size for path in Path(folder).rglob("run-*.initviz"))
            typical = float(np.median(seconds))
            table.add(
                epochs, recording.kept_bytes / 2**20, size / 2**20, typical, max(waits), without,
                max(EVERY, typical / SHARE),
            )  # fmt: skip
            autosave.close()
    assert app is not None
    return [table]


def _saved(autosave: Autosave) -> bool:
    return autosave._job is None or autosave._job.done


def _is_over(end: float) -> bool:
    return time.perf_counter() > end


def random_recording(epochs: int) -> Recording:
    """A recording of random numbers: what they are costs nothing, how many there are does."""
    random = np.random.default_rng(1)
    recording = Recording(NETWORK)
    lanes, layers = len(NETWORK.lanes), len(NETWORK.layer_names)
    for number in range(epochs + 1):
        weights = random.normal(size=(lanes, NETWORK.parameter_count)).astype(NETWORK.precision)
        figures = {
            name: random.random((lanes, layers) if name in PER_LAYER else lanes)
            for name in Scalars.__dataclass_fields__
        }
        recording.append(Epoch(number, weights, Scalars(**figures)))
    return recording


def longest_wait(ended: Callable[[], bool]) -> float:
    """The most that the event loop is late until something has ended, in ms."""
    longest = 0.0
    while not ended():
        before = time.perf_counter()
        idle(1)
        longest = max(longest, time.perf_counter() - before - 1e-3)
    return 1000 * longest
