"""How many different epochs a second every page shows while a recorded run is played again."""

from __future__ import annotations

import math
import time

import numpy as np
from PySide6.QtWidgets import QApplication

from benchmarks.networks import SCHEMES
from benchmarks.table import Table
from benchmarks.window import idle, opened, wait
from initviz.app.model import Phase
from initviz.app.window import Window
from initviz.experiment import Experiment
from initviz.snapshot import Snapshot
from initviz.views.page import PAGES

NETWORKS = (((16,) * 4, 5), ((10,) * 10, 4), ((64,) * 5, 4), ((64,) * 40, 4))
SPEED = 30.0
"""Epochs a second: with every frame another one, at 30 frames a second."""


def run(quick: bool) -> list[Table]:
    app = QApplication.instance() or QApplication([])
    table = Table(
        "Playing a recorded run at 30 epochs a second",
        ("page", "network", "lanes", "epochs/s", "median ms", "90 % ms", "longest block ms"),
        "Different epochs drawn a second, the time between two of them, and the most that the\n"
        "event loop was late. Nothing is trained meanwhile.",
    )
    seconds = 1.5 if quick else 4.0
    for hidden, lanes in NETWORKS:
        experiment = Experiment(
            hidden=hidden, lanes=SCHEMES[:lanes], learning_rate=0.01,
            epochs=round(SPEED * seconds), batch_size=500,
        )  # fmt: skip
        with opened(experiment) as window:
            _train(window)
            for page, layout in enumerate(PAGES.values()):
                window.tabs.setCurrentIndex(page)
                wait(lambda: window.player.rests)
                name = f"{len(hidden)} × {hidden[0]}"
                table.add(layout.title, name, lanes, *_play(window))
    assert app is not None
    return [table]


def _train(window: Window) -> None:
    window.player.set_speed(math.inf)
    window.player.play()
    wait(lambda: window.model.phase is Phase.FINISHED)


def _play(window: Window) -> tuple[float, float, float, float]:
    """Epochs a second, median and 90th percentile of the time between them, longest block."""
    stamps: list[tuple[int, float]] = []

    def shown(snapshot: Snapshot) -> None:
        stamps.append((snapshot.epoch, time.perf_counter()))

    window.player.shown.connect(shown)
    window.player.set_speed(SPEED)
    start = time.perf_counter()
    window.player.play()
    block = 0.0
    while window.model.phase is Phase.TRAINING:
        before = time.perf_counter()
        idle(1)
        block = max(block, time.perf_counter() - before - 1e-3)
    seconds = time.perf_counter() - start
    window.player.shown.disconnect(shown)
    times = {epoch: at for epoch, at in reversed(stamps)}
    between = np.diff(sorted(times.values())) * 1000
    return (
        len(times) / seconds, float(np.median(between)), float(np.percentile(between, 90)),
        1000 * block,
    )  # fmt: skip
