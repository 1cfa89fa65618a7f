"""Films: frames a second and memory, and the same content drawn by matplotlib."""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.table import Table

SIZE = (1280, 800)

CHILD = """
import json, resource, sys, tempfile, time
from pathlib import Path

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if MAC else 2**10)

MAC = sys.platform == "darwin"
kind, epochs, width, height = sys.argv[1], *map(int, sys.argv[2:])

from initviz.catalog.lessons import LESSONS
from initviz.engine import probe, record

experiment = next(iter(LESSONS.values())).experiment.replace(epochs=epochs)
recording = record(experiment)
before = most()
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / f"film.{kind}"
    start = time.perf_counter()
    if kind == "matplotlib":
        import av
        import numpy as np
        from benchmarks.figure import Figure
        from initviz.export.mp4 import Mp4Writer

        figure = Figure(probe(recording, epochs), width, height)
        with path.open("w+b") as file:
            writer = Mp4Writer(file, (width, height), 10, epochs + 1)
            for epoch in range(epochs + 1):
                figure.draw(probe(recording, epoch))
                pixels = np.asarray(figure.canvas.buffer_rgba())
                writer.add(np.ascontiguousarray(pixels[..., [2, 1, 0, 3]]))
            writer.close()
    else:
        from initviz.export.film import Film, write_film

        write_film(path, recording, Film(size=(width, height), format=kind))
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, before, most(), path.stat().st_size / 2**20]))
"""

NAMES = {"gif": "GIF", "mp4": "MP4", "matplotlib": "matplotlib, MP4"}


def run(quick: bool) -> list[Table]:
    epochs = 20 if quick else 100
    table = Table(
        f"A film of the Overview page, lesson 1, {epochs} epochs, {SIZE[0]} × {SIZE[1]}",
        ("film", "seconds", "frames/s", "most MiB", "of them trained", "file MiB"),
        "Each in a process of its own, from the trained recording to the closed file, with the\n"
        "import of Qt or matplotlib. Memory is the largest resident size of the process, and what\n"
        "that was before, with torch and the recording. matplotlib's artists are made once, and\n"
        "its frames go to the same encoder; it draws each epoch once, and looks at none ahead.",
    )
    for kind, name in NAMES.items():
        done = subprocess.run(
            [sys.executable, "-c", CHILD, kind, *map(str, (epochs, *SIZE))],
            capture_output=True, text=True, check=True, timeout=900,
        )  # fmt: skip
        seconds, before, most, size = json.loads(done.stdout.splitlines()[-1])
        table.add(name, seconds, (epochs + 1) / seconds, most, before, size)
    return [table]
