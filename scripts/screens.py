"""Takes pictures of the real window: every lesson, three epochs, both themes, two sizes.

For whoever changes the window next: look at each of them. ``--readme`` also renews the pictures
in ``assets/`` that the README shows.
"""

from __future__ import annotations

import argparse
import math
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from initviz.app.memory import Memory
from initviz.app.model import Phase
from initviz.app.player import RESTING_GRID
from initviz.app.theme import Theme
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS, Lesson

SIZES = ((1280, 800), (1920, 1080))
README = {
    "overview-dark.png": ("four-mistakes", 60, Theme.DARK, (1280, 800)),
    "overview-light.png": ("four-mistakes", 60, Theme.LIGHT, (1280, 800)),
}


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


def train(window: Window, lesson: Lesson) -> None:
    """Show a lesson and train it to its end."""
    window.choose_lesson(lesson.name)
    window.player.set_speed(math.inf)
    window.player.play()
    wait_until(lambda: window.model.phase in (Phase.FINISHED, Phase.FAILED))
    if window.model.phase is Phase.FAILED:
        raise RuntimeError(window.model.problem)


def rest(window: Window, epoch: int) -> None:
    """Go to an epoch and wait until it is drawn on the fine grid."""
    window.player.go_to(epoch)

    def drawn() -> bool:
        shown = window.page.views[0].snapshot
        return (
            shown is not None
            and shown.experiment == window.model.experiment
            and shown.epoch == epoch
            and shown.boundary is not None
            and shown.boundary.shape[-1] == RESTING_GRID
        )

    wait_until(drawn)
    QApplication.processEvents()


def screens(window: Window, folder: Path) -> Iterator[Path]:
    """Every lesson at epochs 0, 5 and the last, in both themes and sizes."""
    for lesson in LESSONS.values():
        train(window, lesson)
        for theme in (Theme.DARK, Theme.LIGHT):
            window.set_theme(theme)
            for size in SIZES:
                window.resize(*size)
                for epoch in (0, 5, lesson.experiment.epochs):
                    rest(window, epoch)
                    yield save(
                        window,
                        folder / f"{lesson.number}-{lesson.name}-{theme.value}-{size[0]}"
                        f"-epoch-{epoch:03d}.png",
                    )


def save(window: Window, path: Path) -> Path:
    """Save a picture of the whole window, as it is on the screen."""
    if not window.grab().save(str(path)):
        raise OSError(f"{path}: cannot be written")
    return path


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("screens"), help="the folder (screens)")
    parser.add_argument("--readme", action="store_true", help="renew the README's pictures too")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        window = Window(memory=Memory(Path(folder) / "initviz.ini"))
        window.show()
        for path in screens(window, options.out):
            print(path, flush=True)
        if options.readme:
            for name, (lesson, epoch, theme, size) in README.items():
                stem = f"{LESSONS[lesson].number}-{lesson}-{theme.value}-{size[0]}"
                shutil.copy(options.out / f"{stem}-epoch-{epoch:03d}.png", Path("assets") / name)
        window.close()
        window.deleteLater()
        app.processEvents()


if __name__ == "__main__":
    main()
