"""How the window follows a slider that moves without a rest, frame by frame, on every page."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.table import Table
from benchmarks.window import idle, opened, wait
from initviz.app.window import Window
from initviz.experiment import Experiment, Lane
from initviz.snapshot import Snapshot
from initviz.views.page import PAGES

MOVE_MS = 8
"""Time between two moves of a mouse: 125 of them a second."""

NETWORKS = (((16, 16), 5), ((64,) * 5, 4), ((64,) * 5, 8), ((64,) * 40, 4))


def run(quick: bool) -> list[Table]:
    table = Table(
        "Dragging “scale all weights by”: frames of different values",
        ("page", "network", "lanes", "frames", "median ms", "90 % ms", "latency ms", "rest ms",
         "longest block ms"),
        "A move of the slider every 8 ms. Between frames, and (latency) from an edit to its\n"
        "frame, the page painted. rest: from the last move until the exact epoch 0 and its\n"
        "findings stand. longest block: the most that the event loop was late.",
    )  # fmt: skip
    app = QApplication.instance() or QApplication([])
    for page, layout in enumerate(PAGES.values()):
        for hidden, lanes in NETWORKS:
            lane = Lane(scheme="xavier_normal")
            experiment = Experiment(hidden=hidden, lanes=(lane,) * lanes)
            with opened(experiment) as window:
                window.tabs.setCurrentIndex(page)
                drag = Drag(window, 1.0 if quick else 4.0)
                name = f"{len(hidden)} × {hidden[0]}"
                table.add(layout.title, name, lanes, len(drag.frames), *drag.figures())
    assert app is not None
    return [table]


class Drag(QObject):
    """One drag through the decades of the first lane's scale, there and back."""

    def __init__(self, window: Window, seconds: float) -> None:
        super().__init__()
        self.window = window
        slider = window.controls.lanes.rows[0]._fields["lane", "scale"].slider
        assert slider is not None
        self.slider = slider
        self.frames: list[float] = []
        self.latencies: list[float] = []
        self.edited: dict[float, float] = {}
        self.block = 0.0
        self._fed: float | None = None
        wait(lambda: complete(window))
        window.player.shown.connect(self._shown)
        for view in window.page.views:
            view.canvas.viewport().installEventFilter(self)
        start = last = time.perf_counter()
        place = 0
        while time.perf_counter() - start < seconds:
            idle(MOVE_MS)
            now = time.perf_counter()
            self.block = max(self.block, now - last - MOVE_MS / 1000)
            place += 1
            self._move(place)
            last = time.perf_counter()
        wait(lambda: complete(window), pause=1)
        self.rest = time.perf_counter() - last
        window.player.shown.disconnect(self._shown)

    def figures(self) -> tuple[float | None, ...]:
        between = 1000 * np.diff(self.frames)
        if not len(between):  # starved
            return None, None, None, 1000 * self.rest, 1000 * self.block
        return (
            np.median(between).item(), np.percentile(between, 90).item(),
            1000 * np.median(self.latencies).item(), 1000 * self.rest, 1000 * self.block,
        )  # fmt: skip

    def _move(self, place: int) -> None:
        last = self.slider.maximum()
        self.slider.setValue(abs((place + last // 2) % (2 * last) - last))
        scale = self.slider.stops[self.slider.value()]
        self.edited[scale] = time.perf_counter()

    def _shown(self, snapshot: Snapshot) -> None:
        self._fed = snapshot.experiment.lanes[0].scale

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The page is painted in one go: afterwards, the event loop comes to the timer."""
        if event.type() == QEvent.Type.Paint and self._fed is not None:
            QTimer.singleShot(0, self._painted_callback(self._fed))
            self._fed = None
        return False

    def _painted_callback(self, scale: float) -> Callable[[], None]:
        def painted() -> None:
            now = time.perf_counter()
            if scale in self.edited:
                self.frames.append(now)
                self.latencies.append(now - self.edited[scale])

        return painted


def complete(window: Window) -> bool:
    """Whether the page shows the experiment with all that stands at rest."""
    snapshot = window.player.snapshot
    return (
        snapshot is not None
        and snapshot.experiment == window.model.experiment
        and (snapshot.boundary is None or snapshot.boundary.shape[-1] == window.player._grid())
        and window.player.prober.idle
        and not snapshot.rough
    )
