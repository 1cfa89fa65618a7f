"""Numbers: experiments at the ends of what numbers hold, in the real window.

Each of ``stress.extremes`` is trained in the window and shown on every page at its first and its
last epoch, and in both themes; its pages are written as SVG and PDF, and its tables are read back.
Every exception, every warning of Python or Qt, and every wait of the window's thread counts. For
whoever changes the views next: ``--pictures FOLDER`` keeps the pictures of the window.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import re
import resource
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from initviz.app.memory import Memory
from initviz.app.model import Phase
from initviz.app.theme import Theme
from initviz.app.window import Window
from initviz.catalog.datasets.csv_file import CsvError
from initviz.experiment import Experiment, ExperimentError
from initviz.focus import Focus
from initviz.recording import Recording
from stress.extremes import EXTREMES, LARGE, REFUSED, Build
from stress.tally import Tally

SIZE = (1280, 800)
MOST_WAITING = 0.2
"""Seconds of the window's own work between two looks at what the user does."""

WATCHED = ("another epoch", "training")
"""What must not hold the window up; another experiment, page or theme has its plots made, once."""

LONGEST = 600
"""Seconds that an experiment may take to be trained, or a page to be drawn."""

FORMATS = ("svg", "pdf")


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m stress numbers", description=__doc__)
    options.add_argument("--only", nargs="*", default=[], help="parts of names: the others not")
    options.add_argument("--pictures", type=Path, help="a folder for pictures of the window")
    options.add_argument(
        "--large", action="store_true",
        help="the largest networks, too: some minutes, and up to 4 GiB of memory",
    )  # fmt: skip
    return options


class Pulse:
    """How long the window's thread worked between two looks at the events, in CPU seconds.

    The clock on the wall would count what other programs do meanwhile.
    """

    def __init__(self) -> None:
        self.longest: dict[str, tuple[float, str]] = {}
        self.now, self.doing = "", "opening the window"
        self._since = time.thread_time()
        self._timer = QTimer()
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.thread_time()
        worked = now - self._since, self.now
        self.longest[self.doing] = max(worked, self.longest.get(self.doing, (0.0, "")))
        self._since = now

    def begin(self, doing: str) -> None:
        """Count for something else from now on; what was done before is not the window's."""
        self.doing, self._since = doing, time.thread_time()


@contextmanager
def watched(losses: list[str], now: Callable[[], str]) -> Iterator[None]:
    """Take down every exception in any thread, and every warning of Python or Qt."""

    def lose(what: str, text: object) -> None:
        losses.append(f"{now()}: {what}: {text}")

    before = sys.excepthook, threading.excepthook
    sys.excepthook = lambda kind, error, _: lose(kind.__name__, error)
    threading.excepthook = lambda it: lose(it.exc_type.__name__, it.exc_value)
    handler = qInstallMessageHandler(lambda kind, where, text: lose("Qt", text))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        qInstallMessageHandler(handler)
        sys.excepthook, threading.excepthook = before


def wait_until(condition: Callable[[], bool]) -> None:
    """Run the event loop until a condition holds."""
    end = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there in time")
        loop = QEventLoop()
        QTimer.singleShot(5, loop.quit)
        loop.exec()


def train(window: Window, experiment: Experiment, pulse: Pulse) -> None:
    """Train an experiment in the window to its end, with its last lane in focus."""
    window.show_own(experiment)
    layer = min(1, len(experiment.hidden) - 1)
    window.model.set_focus(Focus(lane=len(experiment.lanes) - 1, layer=layer))
    rest(window, 0)
    pulse.begin("training")
    window.player.set_speed(math.inf)
    window.player.play()
    wait_until(lambda: window.model.phase in (Phase.FINISHED, Phase.FAILED))
    if window.model.phase is Phase.FAILED:
        raise RuntimeError(window.model.problem)


def rest(window: Window, epoch: int) -> None:
    """Go to an epoch and wait until the page on top shows it in full."""
    window.player.go_to(epoch)

    def drawn() -> bool:
        shown = window.page.views[0].snapshot
        there = shown is not None and shown.experiment == window.model.experiment
        return there and shown.epoch == epoch and window.player.rests  # type: ignore[union-attr]

    wait_until(drawn)
    QApplication.processEvents()


def show(window: Window, name: str, tally: Tally, pictures: Path | None, pulse: Pulse) -> None:
    """Draw every page at the first and the last epoch, and in the other theme."""
    last = window.model.recording.last
    theme = Theme.LIGHT if window.look.name == "dark" else Theme.DARK
    for again in (False, True):
        if again:
            pulse.begin("another theme")
            window.set_theme(theme)
            rest(window, window.model.cursor)
        for number, page in enumerate(window.pages):
            pulse.begin("another page")
            window.tabs.setCurrentIndex(number)
            rest(window, window.model.cursor)
            for epoch in (last,) if again else (0, last):
                pulse.begin("another epoch")
                rest(window, epoch)
                picture = window.grab()
                tally.count("pages drawn")
                if pictures:
                    stem = re.sub(r"\W+", "-", name)
                    file = f"{stem}--{page.arrangement.name}-{epoch:03d}-{window.look.name}.png"
                    picture.save(str(pictures / file))


def export(recording: Recording, tally: Tally) -> None:
    """Write the pages on paper, and the tables; read the tables back."""
    import polars as pl

    from initviz import tables
    from initviz.engine import probe
    from initviz.export.figure import Figure, Pixels
    from initviz.export.render import pictures
    from initviz.views.page import PAGES

    last = recording.last
    for page in PAGES:
        for form in FORMATS:
            figure = Figure(page, form, Pixels(1000, 640), theme="light")
            drawn = pictures(
                figure, [last], lambda epoch, wanted: probe(recording, epoch, wanted),
                recording.experiment,
            )  # fmt: skip
            for _, content in drawn:
                assert content
                tally.count("pages exported")
    shown = probe(recording, last)
    for frame in (
        tables.scalars(recording), tables.layers(recording, [last], [shown]),
        tables.findings([shown]),
    ):  # fmt: skip
        file = io.BytesIO()
        tables.write_table(frame, file, "csv")
        back = pl.read_csv(file.getvalue(), schema=frame.schema)
        if not back.equals(frame):
            raise AssertionError("a table is not read back as it was written")
        tally.count("tables read back")


def refuse(folder: Path, tally: Tally) -> None:
    """See that what cannot be learnt is refused, and in what words."""
    for name, (build, _, says) in REFUSED.items():
        tally.count("refusals")
        try:
            build(folder)
        except (ExperimentError, CsvError) as error:
            if not re.search(says, str(error)):
                tally.losses.append(f"{name}: refused with {error}")
        else:
            tally.losses.append(f"{name}: not refused")


def run(options: argparse.Namespace) -> Tally:
    tally = Tally(f"Numbers: {len(EXTREMES)} experiments in the window, {SIZE[0]} × {SIZE[1]}")
    chosen: dict[str, Build] = {**EXTREMES, **(LARGE if options.large else {})}
    wanted = {
        name: build for name, build in chosen.items()
        if not options.only or any(part in name for part in options.only)
    }  # fmt: skip
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    pulse = Pulse()
    with tempfile.TemporaryDirectory() as place, watched(tally.losses, lambda: pulse.now):
        folder = Path(place)
        if not options.only:
            refuse(folder, tally)
        window = Window(memory=Memory(folder / "initviz.ini"))
        window.resize(*SIZE)
        window.show()
        for number, (name, build) in enumerate(wanted.items(), start=1):
            pulse.now = name
            print(f"{number:3} of {len(wanted)}  {name}", flush=True)
            tally.count("experiments")
            try:
                experiment = build(folder)
                pulse.begin("another experiment")
                train(window, experiment, pulse)
                show(window, name, tally, options.pictures, pulse)
                if name not in LARGE:
                    export(window.model.recording, tally)
            except Exception as error:
                tally.losses.append(f"{name}: {type(error).__name__}: {error}")
        pulse.begin("closing")
        window.close()
        window.deleteLater()
        app.processEvents()
    for doing, (seconds, where) in pulse.longest.items():
        tally.figures[f"longest work of the window's thread, {doing}"] = (
            f"{1000 * seconds:.0f} ms ({where})"
        )
        if seconds > MOST_WAITING and doing in WATCHED:
            tally.losses.append(f"{where}: the window's thread worked {seconds:.2f} s: {doing}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tally.figures["memory"] = f"{peak / 2**20:.2f} GiB"
    tally.figures["platform"] = os.environ.get("QT_QPA_PLATFORM") or app.platformName()
    return tally
