"""Resident size of the window on the first lesson, after 60 and after 5,000 epochs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.table import Table
from initviz.display import has_display

CHILD = """
import json, math, sys

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20

def main():
    from benchmarks.window import opened, wait, idle
    from PySide6.QtWidgets import QApplication
    from initviz.catalog.lessons import LESSONS

    app = QApplication([])
    rows = []
    experiment = next(iter(LESSONS.values())).experiment.replace(epochs=1_000_000)
    with opened(experiment) as window:
        rows.append((0, resident(), window.model.recording.kept_bytes / 2**20))
        window.player.set_speed(math.inf)
        window.player.play()
        for epoch in json.loads(sys.argv[1]):
            wait(lambda: window.model.recording.last >= epoch, seconds=600, pause=20)
            recording = window.model.recording
            rows.append((recording.last, resident(), recording.kept_bytes / 2**20))
    print(json.dumps(rows))

main()
"""


def run(quick: bool) -> list[Table]:
    table = Table(
        "Memory of the window, lesson 1",
        ("epoch", "resident MiB", "recording MiB", "the rest MiB"),
        "Training and drawing at full speed. The rest is what must not grow.",
    )
    environment = dict(os.environ)
    if not has_display():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    epochs = [60, 500] if quick else [60, 500, 1000, 2000, 5000]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(epochs)],
        env=environment, capture_output=True, text=True, check=True, timeout=900,
    )  # fmt: skip
    for epoch, resident, recording in json.loads(done.stdout.splitlines()[-1]):
        table.add(epoch, resident, recording, resident - recording)
    return [table]
