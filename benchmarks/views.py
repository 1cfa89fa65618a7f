"""What a frame of each view costs, by the number of neurons: feeding and painting apart."""

from __future__ import annotations

import gc
import os
import time

import numpy as np

from benchmarks.networks import experiment
from benchmarks.table import Table
from initviz.display import has_display
from initviz.engine.probe import probe
from initviz.engine.train import train
from initviz.focus import Focus
from initviz.parts import Wanted
from initviz.recording import Recording
from initviz.snapshot import Snapshot

if not has_display():
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication

from initviz.app.player import PLAYING_GRID
from initviz.views import VIEWS
from initviz.views.base import View
from initviz.views.style import DARK

SIZES = {
    "10": (10,),
    "10×10": (10,) * 10,
    "5×64": (64,) * 5,
    "40×64": (64,) * 40,
    "40×100": (100,) * 40,
}
"""Name → hidden layers: 10, 100, 320, 2560 and 4000 neurons."""

LANES = 4
ROOM = {"network": (756, 372), "boundary": (756, 220)}
"""Pixels of a view's panel in a window of 1280 × 800; others share a row by three."""

EPOCHS = 4


def run(quick: bool) -> list[Table]:
    app = QApplication.instance() or QApplication([])
    table = Table(
        "A frame of each view, ms",
        ("view", "hidden layers", "neurons", "feed", "paint", "feed + paint", "99th percentile"),
        f"tanh, {LANES} lanes, alternating between {EPOCHS} epochs as while playing; medians of\n"
        "processor time of the drawing thread. “pinned”: with a neuron looked at closely.",
    )
    rounds = 20 if quick else 100
    for name, hidden in SIZES.items():
        recording = _record(hidden)
        for kind in VIEWS.values():
            for focus in _focuses(kind, hidden):
                feed, paint = _time(kind, recording, focus, rounds)
                both = feed + paint
                table.add(
                    kind.name + (" (pinned)" if focus.neuron is not None else ""), name,
                    sum(hidden), np.median(feed).item(), np.median(paint).item(),
                    np.median(both).item(), np.percentile(both, 99).item(),
                )  # fmt: skip
    assert app is not None
    return [table]


def _focuses(kind: type[View], hidden: tuple[int, ...]) -> list[Focus]:
    if kind.name != "network":
        return [Focus(layer=len(hidden) // 2)]
    return [Focus(), Focus(layer=len(hidden) // 2, neuron=0)]


def _record(hidden: tuple[int, ...]) -> Recording:
    what = experiment(hidden, lanes=LANES)
    recording = Recording(what)
    for epoch in train(what, epochs=EPOCHS):
        recording.append(epoch)
    return recording


def _time(
    kind: type[View], recording: Recording, focus: Focus, rounds: int
) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of every frame, for feeding and for painting."""
    view = kind(DARK)
    view.set_style(DARK)
    view.set_focus(focus)
    wanted = Wanted(PLAYING_GRID, view.wants, focus, fine=False)
    snapshots = [probe(recording, epoch, wanted) for epoch in range(1, EPOCHS + 1)]
    view.panel.resize(*ROOM.get(kind.name, (248, 380)))
    view.panel.show()
    QApplication.processEvents()
    feed, paint = [], []
    try:
        for i in range(5):
            _frame(view, snapshots[i % EPOCHS])
        gc.collect()
        for i in range(rounds):
            f, p = _frame(view, snapshots[i % EPOCHS])
            feed.append(f)
            paint.append(p)
    finally:
        view.panel.close()
        view.panel.deleteLater()
        QApplication.processEvents()
    return np.array(feed), np.array(paint)


def _frame(view: View, snapshot: Snapshot) -> tuple[float, float]:
    start = time.thread_time()
    view.show(snapshot)
    middle = time.thread_time()
    view.canvas.viewport().repaint()
    return 1e3 * (middle - start), 1e3 * (time.thread_time() - middle)
