"""A night's work: hundreds of thousands of epochs in one window, and hundreds of runs.

The real window trains at full speed with drawing on, page after page; then runs are opened from
files, one after the other, in windows that are closed and opened again. What the process holds
must not grow, and frames must not get slower.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from initviz.display import has_display

if not has_display():
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from initviz.app.allocator import use_few_heaps
from initviz.app.memory import Memory
from initviz.app.model import Phase
from initviz.app.runs import MOST_RUNS
from initviz.app.theme import all_kept
from initviz.app.window import Window
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.recording import DEFAULT_BUDGET, FIGURE_BUDGET
from stress.holdings import MIB, Holdings, growth
from stress.tally import Tally

SMALL_BUDGET = 2**20
"""Bytes of weights, and of figures: both are thinned again and again."""

PARTS = 10
"""The run is compared part by part, and every part sees every page."""

SAMPLES = 200
"""Looks at what the process holds while the run is trained."""

FLAT = 12 * MIB
"""What a run may grow by beside what its recording says that it holds."""

A_RUN = 64 * 1024
"""What each run that is opened may leave behind."""

STEADY = 1.3
"""How much slower frames and training may get from the first to the last part."""

PATIENCE = 600.0
"""Seconds without a new epoch or picture after which the window is taken for dead."""

SCHEMES = ("zeros", "normal", "xavier_uniform", "he_normal")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stress endurance", description=__doc__)
    parser.add_argument("--epochs", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument(
        "--budgets", choices=("small", "usual"), default="small",
        help="of weights and figures: as in the program, or 1 MiB each",
    )  # fmt: skip
    parser.add_argument(
        "--steady", type=float, default=STEADY, help=f"how many times slower it may get ({STEADY})"
    )
    parser.add_argument(
        "--warm", type=float, default=1 / PARTS,
        help="share of the run after which what is held must not grow (a tenth)",
    )  # fmt: skip
    return parser


def run(options: argparse.Namespace) -> Tally:
    use_few_heaps()
    app = QApplication.instance() or QApplication([])
    tally = Tally(
        f"endurance: {options.epochs:,} epochs and {options.runs} runs, {options.budgets} budgets"
    )
    with tempfile.TemporaryDirectory() as folder:
        if options.epochs:
            _Night(options, tally, Path(folder)).train()
        if options.runs:
            _Opening(options, tally, Path(folder)).run()
    assert app is not None
    return tally


def small(epochs: int, **more: Any) -> Experiment:
    settings = {
        "data": DataSettings(values={"samples": 32}), "hidden": (8,), "batch_size": 32,
        "lanes": tuple(Lane(scheme=name) for name in SCHEMES), "epochs": epochs,
        "learning_rate": 0.05,
    }  # fmt: skip
    return Experiment(**{**settings, **more})


@contextmanager
def opened(experiment: Experiment, folder: Path, budget: int = DEFAULT_BUDGET) -> Iterator[Window]:
    """A window that shows an experiment, and is gone afterwards."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    with all_kept():
        app.setStyleSheet("")  # a window is made four times as fast without one
    window = Window(experiment, Memory(folder / "initviz.ini"), budget)
    player = window.player
    window.resize(1280, 800)
    window.show()
    try:
        until(lambda: player.snapshot is not None)
        yield window
    finally:
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def until(condition: Callable[[], bool]) -> None:
    """Let the event loop run until it is so."""
    start = time.monotonic()
    while not condition():
        QApplication.processEvents()
        time.sleep(0.001)
        if time.monotonic() - start > PATIENCE:
            raise TimeoutError("the window is dead")


class _Night:
    """One long training at full speed, with drawing on."""

    def __init__(self, options: argparse.Namespace, tally: Tally, folder: Path) -> None:
        self.options, self.tally, self.folder = options, tally, folder
        # Milliseconds of the window's thread for each frame, by part and page.
        self.frames: dict[tuple[int, int], list[float]] = {}
        self.late: list[list[float]] = [[] for _ in range(PARTS)]
        self.seconds = [0.0] * PARTS  # of the processor, by all threads
        self.held: list[Holdings] = []
        self.said: list[int] = []
        self.shown: list[int] = []

    def train(self) -> None:
        epochs = self.options.epochs
        usual = self.options.budgets == "usual"
        budget = DEFAULT_BUDGET if usual else SMALL_BUDGET
        with opened(small(epochs), self.folder, budget) as window:
            window.player.trainer.figure_budget = FIGURE_BUDGET if usual else SMALL_BUDGET
            window.player.restart()
            until(lambda: len(window.model.recording) > 0)
            window.player.set_speed(math.inf)
            window.player.shown.connect(lambda _: self.shown.append(window.model.cursor))
            window.player.play()
            self._play(window)
            recording = window.model.recording
            if recording.last != epochs:
                self.tally.losses.append(f"{recording.last} of {epochs} epochs were trained")
            self.tally.count("epochs", recording.last)
            self.tally.figures["weights, figures"] = (
                f"every {recording.stride}th epoch, every {recording.figure_stride}th; "
                f"{recording.kept_bytes / MIB:.1f} and {recording.figure_bytes / MIB:.1f} MiB"
            )
        self._judge()

    def _play(self, window: Window) -> None:
        model, epochs, pages = window.model, self.options.epochs, len(window.pages)
        visit = max(1, epochs // (PARTS * pages))
        sample = max(1, epochs // SAMPLES)
        page, part, begun, sampled, spent = 0, 0, time.process_time(), 0, 0.0
        moved = time.monotonic()
        while model.phase is Phase.TRAINING:
            before, wall = time.thread_time(), time.monotonic()
            QApplication.processEvents()
            spent += time.thread_time() - before
            self.late[part].append(time.monotonic() - wall)
            if self.shown:
                self.frames.setdefault((part, page), []).append(1000 * spent)
                self.shown.clear()
                spent, moved = 0.0, time.monotonic()
            if time.monotonic() - moved > PATIENCE:
                raise TimeoutError(f"nothing was shown after epoch {model.cursor}")
            last = model.recording.last
            if last // sample > sampled:
                sampled = last // sample
                self.held.append(Holdings.now())
                self.said.append(model.recording.kept_bytes + model.recording.figure_bytes)
            if last // visit % pages != page:
                page = last // visit % pages
                window.tabs.setCurrentIndex(page)
                QApplication.processEvents()
                self.shown.clear()
                spent = 0.0
            if min(last * PARTS // epochs, PARTS - 1) != part:
                now = time.process_time()
                self.seconds[part], begun = now - begun, now
                part += 1
                print(f"epoch {last:,}: {Holdings.now().text()}", flush=True)
            time.sleep(0.001)
        self.seconds[part] = time.process_time() - begun

    def _judge(self) -> None:
        tally, steady = self.tally, self.options.steady
        unseen = [p for p in (0, PARTS - 1) if not any(part == p for part, _ in self.frames)]
        if unseen:
            parts = " and ".join(str(part + 1) for part in unseen)
            tally.losses.append(f"no frame was drawn in part {parts} of {PARTS}; train longer")
        else:
            self._judge_frames()
        tally.count("frames", sum(len(each) for each in self.frames.values()))
        rates = [self.options.epochs / PARTS / max(s, 1e-9) for s in self.seconds]
        tally.figures["epochs per second of the processor"] = (
            f"{rates[0]:,.0f} in the first tenth, {rates[-1]:,.0f} in the last"
        )
        if rates[0] / rates[-1] > steady:
            tally.losses.append(f"training became {rates[0] / rates[-1]:.2f} times as slow")
        late = [1000 * float(np.percentile(part, 99)) for part in self.late if part]
        tally.figures["event loop, 99 % and most"] = (
            f"{late[0]:.0f} ms in the first tenth, {late[-1]:.0f} ms in the last; "
            f"{1000 * max(map(max, filter(None, self.late))):.0f} ms"
        )
        self._judge_holdings()

    def _judge_frames(self) -> None:
        tally, steady = self.tally, self.options.steady
        first, last = self._milliseconds(0), self._milliseconds(PARTS - 1)
        for name, of in (("median", 0), ("95 %", 1)):
            ratio = last[of] / first[of]
            tally.figures[f"frames, {name}"] = (
                f"{first[of]:.1f} ms in the first tenth, {last[of]:.1f} ms in the last "
                f"(× {ratio:.2f})"
            )
            if name == "median" and ratio > steady:
                tally.losses.append(f"frames became {ratio:.2f} times as slow")

    def _milliseconds(self, part: int) -> tuple[float, float]:
        """Median and 95th percentile of a part's frames, the mean over the pages."""
        pages = [times for (p, _), times in self.frames.items() if p == part]
        return tuple(  # type: ignore[return-value]
            float(np.mean([np.percentile(times, percent) for times in pages]))
            for percent in (50, 95)
        )

    def _judge_holdings(self) -> None:
        # torch, fonts and every page are there then.
        warm = round(len(self.held) * self.options.warm)
        held, said = self.held[warm:], self.said[warm:]
        if len(held) < 2:
            return
        beside = [h.rss - s for h, s in zip(held, said, strict=True)]
        rise = growth(beside)
        self.tally.figures["memory"] = (
            f"{held[0].rss / MIB:.0f} MiB when warm, {held[-1].rss / MIB:.0f} MiB at "
            f"the end, {max(h.rss for h in held) / MIB:.0f} MiB at most; the line through what is "
            f"not the recording's rises by {rise / MIB:+.1f} MiB"
        )
        # With the usual budgets rows are still added, and there is room for those to come.
        room = FLAT + (FIGURE_BUDGET if self.options.budgets == "usual" else 0)
        if rise > room:
            self.tally.losses.append(f"memory rose by {rise / MIB:.1f} MiB")
        _judge_counts(self.tally, held[0], held[-1], "the run")


def _judge_counts(tally: Tally, first: Holdings, last: Holdings, where: str) -> None:
    for name, room in (("threads", 0), ("files", 0), ("widgets", 20), ("objects", 5000)):
        before, after = getattr(first, name), getattr(last, name)
        tally.figures[f"{name} in {where}"] = f"{before:,} → {after:,}"
        if after > before + room:
            tally.losses.append(f"{after - before} {name} more at the end of {where}")


class _Opening:
    """Runs that are opened one after the other, in windows that come and go."""

    def __init__(self, options: argparse.Namespace, tally: Tally, folder: Path) -> None:
        self.options, self.tally, self.folder = options, tally, folder
        self.base: Holdings | None = None
        self.held: list[Holdings] = []

    def run(self) -> None:
        files = list(self._saved())
        runs, opened_runs = self.options.runs, 0
        a_window = max(2, runs // 10)
        # The first round warms up: torch's and Qt's own pools are filled when every file was open.
        while opened_runs < runs + len(files):
            with opened(small(2), self.folder) as window:
                for _ in range(a_window):
                    self._open(window, files[opened_runs % len(files)], opened_runs)
                    opened_runs += 1
            del window
            gc.collect()
            self.held.append(Holdings.now())
            print(f"{opened_runs} runs: {self.held[-1].text()}", flush=True)
        self.tally.count("runs opened", opened_runs)
        self.tally.count("windows closed", len(self.held))
        warm = self.held[-(-len(files) // a_window) - 1 :]
        first, last = warm[0], warm[-1]
        rise = growth([h.rss for h in warm])
        self.tally.figures["memory of closed windows"] = (
            f"{first.rss / MIB:.0f} MiB after the first round, {last.rss / MIB:.0f} MiB at last; "
            f"the line rises by {rise / MIB:+.1f} MiB"
        )
        if rise > max(FLAT, A_RUN * runs):
            self.tally.losses.append(f"memory rose by {rise / MIB:.1f} MiB over {runs} runs")
        _judge_counts(self.tally, first, last, "opening and closing")

    def _saved(self) -> Iterator[Path]:
        from initviz.engine import record
        from initviz.runfile import save_run

        variants: tuple[dict[str, Any], ...] = (
            {}, {"hidden": (16, 16)}, {"data": DataSettings(dataset="circles")},
            {"hidden": (4,) * 12, "activation": "relu"}, {"data": DataSettings(dataset="iris")},
            {"learning_rate": 1e6}, {"lanes": (Lane(scheme="zeros"),)},
        )  # fmt: skip
        for number, variant in enumerate(variants):
            path = self.folder / f"run-{number}.initviz"
            save_run(record(small(40 + number, **variant)), path)
            yield path

    def _open(self, window: Window, path: Path, number: int) -> None:
        before = window.model.recording
        window.run_files.open(path)
        until(lambda: window.model.recording is not before)
        window.tabs.setCurrentIndex(number % len(window.pages))
        recording = window.model.recording
        # The snapshot that is shown must be of the run that was opened.
        until(
            lambda: (
                window.player.snapshot is not None
                and window.player.snapshot.history.last == recording.last
                and window.player.snapshot.experiment.same_run(recording.experiment)
            )
        )
        if len(window.session.runs.entries) > MOST_RUNS:
            self.tally.losses.append(f"{len(window.session.runs.entries)} runs are kept")
