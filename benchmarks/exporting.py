"""Pages as PNG, SVG and PDF, against matplotlib writing the same content."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

from benchmarks.figure import Figure as Plots
from benchmarks.table import Table
from benchmarks.timing import Timings, Work, interleave
from initviz.catalog.lessons import LESSONS
from initviz.display import has_display
from initviz.engine import probe, record
from initviz.export.figure import FORMATS, Figure, Pixels
from initviz.parts import Wanted
from initviz.recording import Recording

if not has_display():
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from initviz.export.picture import style_of
from initviz.export.render import application, staged

SIZE = (1280, 800)
EPOCH = 30


def run(quick: bool) -> list[Table]:
    table = Table(
        f"The Overview page as a file, {SIZE[0]} × {SIZE[1]}, lesson 1 at epoch {EPOCH}",
        ("format", "initviz a second", "matplotlib a second", "times as fast", "quartiles", "kB",
         "matplotlib kB"),
        "Feeding the plots and encoding the file, in processor time. matplotlib: the same plots\n"
        "with artists reused, its own writers, at 100 dpi, without the titles of panels.",
    )  # fmt: skip
    experiment = next(iter(LESSONS.values())).experiment
    recording = record(experiment.replace(epochs=EPOCH))
    recording.experiment = experiment
    with application():
        for form in FORMATS:
            times, ours, theirs = _race(form, recording, 5 if quick else 15)
            table.add(
                form, 1 / times.median("initviz"), 1 / times.median("matplotlib"),
                times.ratio("matplotlib", "initviz"), times.spread("matplotlib", "initviz"),
                round(ours / 1000), round(theirs / 1000),
            )  # fmt: skip
    return [table]


def _race(form: str, recording: Recording, rounds: int) -> tuple[Timings, int, int]:
    """Seconds a file of both, and the bytes in a file of each."""
    figure = Figure("overview", form, Pixels(*SIZE), "light")
    with staged("overview", style_of(figure), SIZE) as stage:
        snapshot = probe(recording, EPOCH, Wanted(parts=stage.wants))
        plots = Plots(snapshot, *SIZE)

        def ours() -> int:
            stage.show(snapshot)
            return len(stage.encode(figure))

        def theirs() -> int:
            plots.feed(snapshot)
            file = io.BytesIO()
            plots.figure.savefig(file, format=form, dpi=100)
            return file.tell()

        def work(once: Callable[[], int]) -> Work:
            return lambda count: [once() for _ in range(count)]

        contestants = {"initviz": work(ours), "matplotlib": work(theirs)}
        times = interleave(contestants, rounds=rounds, slice_s=0.5)
        return times, ours(), theirs()
