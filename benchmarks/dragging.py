"""How the window follows a slider that moves without a rest, frame by frame, on every page."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.table import Table
from benchmarks.window import idle, opened, wait
from initviz.app.fields import Field
from initviz.app.sliders import ValueSlider
from initviz.app.window import Window
from initviz.experiment import Experiment, Lane
from initviz.snapshot import Snapshot
from initviz.views.page import PAGES

MOVE_MS = 8
"""Time between two moves of a mouse: 125 of them a second."""

COLUMNS = ("frames", "median ms", "90 % ms", "latency ms", "rest ms", "longest block ms")
NOTE = (
    "A move of the slider every 8 ms. Between frames, and (latency) from an edit to its\n"
    "frame, the page painted. rest: from the last move until the exact epoch 0 and its\n"
    "findings stand. longest block: the most that the event loop was late."
)
NETWORKS = (((16, 16), 5), ((64,) * 5, 4), ((64,) * 5, 8), ((64,) * 40, 4))
USUAL = Experiment(hidden=(64,) * 5, lanes=(Lane(scheme="xavier_normal"),) * 4)


def run(quick: bool) -> list[Table]:
    app = QApplication.instance() or QApplication([])
    seconds = 1.0 if quick else 4.0
    tables = [_scales(seconds), _settings(seconds)]
    assert app is not None
    return tables


def _scales(seconds: float) -> Table:
    title = "Dragging “scale all weights by”: frames of different values"
    table = Table(title, ("page", "network", "lanes", *COLUMNS), NOTE)
    for page, layout in enumerate(PAGES.values()):
        for hidden, lanes in NETWORKS:
            experiment = Experiment(hidden=hidden, lanes=(USUAL.lanes[0],) * lanes)
            with opened(experiment) as window:
                window.tabs.setCurrentIndex(page)
                drag = Drag(window, _lane_slider(window, "lane", "scale"), seconds)
                name = f"{len(hidden)} × {hidden[0]}"
                table.add(layout.title, name, lanes, *drag.figures())
    return table


def _settings(seconds: float) -> Table:
    table = Table("Dragging other settings: Overview, 5 × 64, 4 lanes", ("setting", *COLUMNS))
    sliders: dict[str, Callable[[Window], ValueSlider]] = {
        "gain": lambda w: _lane_slider(w, "values", "gain"),
        "noise": lambda w: _slider(w.controls.data_fields["noise"]),
        "width": lambda w: w.controls.shape.width_slider,
        "depth": lambda w: w.controls.shape.depth_slider,
        "learning rate": lambda w: _slider(w.controls.fields["learning_rate"]),
    }
    for name, find in sliders.items():
        with opened(USUAL) as window:
            table.add(name, *Drag(window, find(window), seconds).figures())
    return table


def _slider(field: Field) -> ValueSlider:
    assert field.slider is not None
    return field.slider


def _lane_slider(window: Window, group: str, name: str) -> ValueSlider:
    return _slider(window.controls.lanes.rows[0]._fields[group, name])


class Drag(QObject):
    """One drag from end to end of a slider, and back, for some seconds."""

    def __init__(self, window: Window, slider: ValueSlider, seconds: float) -> None:
        super().__init__()
        self.window, self.slider = window, slider
        self.frames: list[float] = []
        self.latencies: list[float] = []
        self.edited: dict[Experiment, float] = {}
        self.block = 0.0
        self._fed: Experiment | None = None
        wait(lambda: complete(window))
        window.player.shown.connect(self._shown)
        for view in window.page.views:
            view.canvas.viewport().installEventFilter(self)
        start = last = time.perf_counter()
        step = 1
        while time.perf_counter() - start < seconds:
            idle(MOVE_MS)
            self.block = max(self.block, time.perf_counter() - last - MOVE_MS / 1000)
            if slider.value() in (slider.minimum(), slider.maximum()):
                step = 1 if slider.value() == slider.minimum() else -1
            moved = time.perf_counter()
            slider.setValue(slider.value() + step)
            self.edited[window.model.experiment] = moved
            last = time.perf_counter()
        wait(lambda: complete(window), pause=1)
        self.rest = time.perf_counter() - last
        window.player.shown.disconnect(self._shown)

    def figures(self) -> tuple[float | None, ...]:
        """What stands in ``COLUMNS``."""
        between = 1000 * np.diff(self.frames)
        rest, block = 1000 * self.rest, 1000 * self.block
        if not len(between):  # starved
            return len(self.frames), None, None, None, rest, block
        return (
            len(self.frames), np.median(between).item(), np.percentile(between, 90).item(),
            1000 * np.median(self.latencies).item(), rest, block,
        )  # fmt: skip

    def _shown(self, snapshot: Snapshot) -> None:
        self._fed = snapshot.experiment

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The page is painted in one go: afterwards, the event loop comes to the timer."""
        if event.type() == QEvent.Type.Paint and self._fed is not None:
            QTimer.singleShot(0, self._painted_callback(self._fed))
            self._fed = None
        return False

    def _painted_callback(self, experiment: Experiment) -> Callable[[], None]:
        def painted() -> None:
            if experiment in self.edited:
                now = time.perf_counter()
                self.frames.append(now)
                self.latencies.append(now - self.edited[experiment])

        return painted


def complete(window: Window) -> bool:
    """Whether the page shows the experiment with all that stands at rest."""
    snapshot = window.player.snapshot
    return (
        snapshot is not None
        and not snapshot.rough
        and snapshot.experiment == window.model.experiment
        and window.player.prober.idle
    )
