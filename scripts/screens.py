"""Takes pictures of the real window: every lesson and a few sizes of networks, on every page, in
both themes and two sizes; the Overview at three epochs.

For whoever changes the window next: look at each of them. ``--only`` names lessons or networks,
``--page`` pages. ``--readme`` also renews the pictures in ``assets/`` that the README shows.
"""

from __future__ import annotations

import argparse
import math
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from initviz.app.memory import Memory
from initviz.app.model import Phase
from initviz.app.theme import Theme
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.focus import Focus
from initviz.views.page import PAGES

SIZES = ((1280, 800), (1920, 1080))
LANES = (
    Lane(scheme="constant"),
    Lane(scheme="normal", values={"deviation": 10.0}),
    Lane(scheme="torch_default"),
    Lane(scheme="xavier_uniform"),
)
NETWORKS = {
    "10x10": Experiment(hidden=(10,) * 10, lanes=LANES, epochs=40),
    "5x64": Experiment(hidden=(64,) * 5, lanes=LANES, epochs=40),
    "40x64": Experiment(hidden=(64,) * 40, lanes=LANES, epochs=12, learning_rate=0.01),
    "500-inputs": Experiment(
        data=DataSettings(dataset="moons", values={"features": 500}),
        hidden=(64,) * 6, lanes=LANES, epochs=30, learning_rate=0.01,
    ),
}  # fmt: skip
"""Networks beside the lessons, from small to what fits on no screen."""

README = {
    "overview-dark.png": ("1-four-mistakes", "overview", 60, Theme.DARK, (1280, 800)),
    "overview-light.png": ("1-four-mistakes", "overview", 60, Theme.LIGHT, (1280, 800)),
    "neurons-dark.png": ("1-four-mistakes", "neurons", 60, Theme.DARK, (1280, 800)),
    "weights-dark.png": ("1-four-mistakes", "weights", 60, Theme.DARK, (1280, 800)),
}
"""Picture → subject, page, epoch, theme and size."""


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Run the event loop until a condition holds.

    Raises:
        TimeoutError: if it does not in time.
    """
    deadline = QDeadlineTimer(round(1000 * seconds))
    while not condition():
        if deadline.hasExpired():
            raise TimeoutError("the window did not get there in time")
        # QTest.qWait would not let the worker threads have the interpreter.
        loop = QEventLoop()
        QTimer.singleShot(10, loop.quit)
        loop.exec()


def subjects() -> dict[str, Experiment]:
    """What is photographed, by the name that its pictures get."""
    lessons = {f"{each.number}-{each.name}": each.experiment for each in LESSONS.values()}
    return {**lessons, **NETWORKS}


def train(window: Window, name: str, experiment: Experiment) -> None:
    """Show an experiment and train it to its end, with a neuron in focus."""
    lesson = name.partition("-")[2]
    if lesson in LESSONS:
        window.choose_lesson(lesson)
    else:
        window.show_own(experiment)
    layer = min(1, len(experiment.hidden) - 1)
    window.model.set_focus(Focus(lane=len(experiment.lanes) - 1, layer=layer))
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
        return (
            shown is not None
            and shown.experiment == window.model.experiment
            and shown.epoch == epoch
            and window.player.rests
        )

    wait_until(drawn)
    QApplication.processEvents()


def screens(
    window: Window, folder: Path, only: Sequence[str], pages: Sequence[str]
) -> Iterator[Path]:
    """Every subject on every page, in both themes and sizes."""
    for name, experiment in subjects().items():
        if only and name not in only:
            continue
        train(window, name, experiment)
        for number, page in enumerate(window.pages):
            if pages and page.arrangement.name not in pages:
                continue
            window.tabs.setCurrentIndex(number)
            first = number == 0
            for theme in (Theme.DARK, Theme.LIGHT):
                window.set_theme(theme)
                for size in SIZES:
                    window.resize(*size)
                    for epoch in (0, 5, experiment.epochs) if first else (experiment.epochs,):
                        rest(window, epoch)
                        stem = picture_name(name, page.arrangement.name, epoch, theme, size)
                        yield save(window, folder / stem)


def picture_name(subject: str, page: str, epoch: int, theme: Theme, size: tuple[int, int]) -> str:
    """The file of one picture."""
    return f"{subject}-{page}-{theme.value}-{size[0]}-epoch-{epoch:03d}.png"


def save(window: Window, path: Path) -> Path:
    """Save a picture of the whole window, as it is on the screen."""
    if not window.grab().save(str(path)):
        raise OSError(f"{path}: cannot be written")
    return path


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("screens"), help="the folder (screens)")
    parser.add_argument("--only", nargs="*", default=[], help=", ".join(subjects()))
    parser.add_argument("--page", nargs="*", default=[], help=", ".join(PAGES))
    parser.add_argument("--readme", action="store_true", help="renew the README's pictures too")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        window = Window(memory=Memory(Path(folder) / "initviz.ini"))
        window.show()
        for path in screens(window, options.out, options.only, options.page):
            print(path, flush=True)
        if options.readme:
            for name, picture in README.items():
                shutil.copy(options.out / picture_name(*picture), Path("assets") / name)
        window.close()
        window.deleteLater()
        app.processEvents()


if __name__ == "__main__":
    main()
