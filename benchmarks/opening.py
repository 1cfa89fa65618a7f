"""Opening a table of a million rows: how long it takes, and how long the event loop waits."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.table import Table
from initviz.display import has_display

COLUMNS = 10


def run(quick: bool) -> list[Table]:
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    table = Table(
        "Opening a CSV file of ten columns of numbers",
        ("rows", "MiB", "seconds", "longest wait of the event loop, ms"),
        "From the dialog's start to the preview; a timer ticks every 5 ms meanwhile.",
    )
    for rows in (100_000,) if quick else (100_000, 1_000_000):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.csv"
            write(path, rows)
            table.add(rows, path.stat().st_size / 2**20, *measure(path))
    return [table]


def write(path: Path, rows: int) -> None:
    values = np.random.default_rng(1).normal(size=(10_000, COLUMNS))
    block = "".join(",".join(f"{value:.4f}" for value in row) + "\n" for row in values)
    with path.open("w") as file:
        file.write(",".join(f"x{number}" for number in range(COLUMNS)) + "\n")
        for _ in range(rows // len(values)):
            file.write(block)


def measure(path: Path) -> tuple[float, float]:
    """Seconds until the preview is there, and the longest time between two ticks in ms."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from initviz.app.opening import OpenData

    app = QApplication.instance() or QApplication(["benchmark"])
    ticks = [time.perf_counter()]
    timer, loop = QTimer(), QEventLoop()
    began = time.perf_counter()
    dialog = OpenData(path)
    dialog.show()

    def tick() -> None:
        ticks.append(time.perf_counter())
        if dialog.table is not None or dialog.problem.text():
            loop.quit()

    timer.timeout.connect(tick)
    timer.start(5)
    loop.exec()
    timer.stop()
    seconds = time.perf_counter() - began
    dialog.reject()
    dialog.deleteLater()
    app.processEvents()
    return seconds, 1000 * float(np.diff(ticks).max())
