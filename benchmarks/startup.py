"""Time from the command to the first painted window, and to the first epoch on the screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import median

from benchmarks.table import Table
from initviz.display import has_display

CHILD = """
import json, sys, tempfile, time
from pathlib import Path

def main():
    began = float(sys.argv[1])
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication
    from initviz.app.memory import Memory
    from initviz.app.window import Window

    times = {}
    app = QApplication([])

    class Watch(QObject):
        def eventFilter(self, watched, event):
            canvas = window.page.views[0].canvas.viewport()
            if event.type() == QEvent.Type.Paint and watched is canvas:
                QTimer.singleShot(0, lambda: times.setdefault("window", time.time() - began))
            return False

    with tempfile.TemporaryDirectory() as folder:
        window = Window(memory=Memory(Path(folder) / "initviz.ini"))
        watch = Watch()
        app.installEventFilter(watch)

        def shown(snapshot):
            def painted():
                times["epoch"] = time.time() - began
                times["loaded"] = "torch" in sys.modules
                app.quit()
            window.page.grab()
            QTimer.singleShot(0, painted)

        window.player.shown.connect(shown)
        window.show()
        app.exec()
        app.removeEventFilter(watch)
        window.close()
        window.deleteLater()
        app.processEvents()
    print(json.dumps(times))

main()
"""


def run(quick: bool) -> list[Table]:
    table = Table(
        "Start",
        ("what", "median s", "fastest s"),
        "Wall time from starting the process; Python's own start and all imports are in it.",
    )
    times = [_start() for _ in range(3 if quick else 9)]
    for key, what in (("window", "window painted"), ("epoch", "epoch 0 on the screen")):
        seconds = [run[key] for run in times]
        table.add(what, median(seconds), min(seconds))
    return [table]


def _start() -> dict[str, float]:

    environment = dict(os.environ)
    if not has_display():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(time.time())],
        env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    times: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return times
