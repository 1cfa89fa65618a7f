"""Pictures that show themselves in a notebook: drawn without a window, and without a display."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QThread
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from initviz.app.theme import all_kept
from initviz.export.picture import PictureError
from initviz.export.render import Stage, application, staged
from initviz.focus import NEAREST, Focus
from initviz.parts import DISTRIBUTED, Part, Wanted
from initviz.recording import Recording
from initviz.snapshot import Snapshot
from initviz.views import VIEWS
from initviz.views.page import PAGES, SMALLEST
from initviz.views.style import STYLES
from initviz.whole import whole

PAGE_SIZE, VIEW_SIZE = (1280, 800), (760, 460)
"""What a page and a view take where no size is asked for."""

SMALLEST_VIEW = (240, 160)
LARGEST = 8000

FUSION = "initviz-fusion"
"""The property by which ``theme.apply`` knows an application that has Qt's style Fusion."""


class Picture:
    """A page or a view at one epoch, drawn; a notebook shows it as the value of a cell.

    Attributes:
        shown: the name of the page or the view.
        epoch: the epoch that was drawn.
        size: its width and height on the screen.
        content: the files' contents by their formats, such as "png".
    """

    def __init__(
        self, shown: str, epoch: int, size: tuple[int, int], content: Mapping[str, bytes]
    ) -> None:
        self.shown = shown
        self.epoch = epoch
        self.size = size
        self.content = dict(content)

    def __repr__(self) -> str:
        return f"<Picture: {self.shown} at epoch {self.epoch}, {self.size[0]} × {self.size[1]}>"

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """The picture, and its size on the screen, of which it has the pixels of a sharp one."""
        return self.content["png"], {"width": self.size[0], "height": self.size[1]}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; a file of that name is replaced only by a whole new one.

        Args:
            path: where to; its ending says the format.

        Returns:
            the path.

        Raises:
            ValueError: if there is no such format.
            OSError: if the disk is full, the folder is missing or may not be written to.
        """
        path = Path(path)
        form = path.suffix.lower().removeprefix(".")
        if form not in self.content:
            raise ValueError(
                f'save: a picture is not written as "{path.name}"; '
                f"end the name with {' or '.join(f'.{known}' for known in self.content)}"
            )
        with whole(path) as file:
            file.write(self.content[form])
        return path


def render(
    what: Recording | Snapshot,
    shown: str = "overview",
    epoch: int | Literal["last"] = "last",
    *,
    theme: str = "light",
    size: Sequence[int] | None = None,
    scale: float = 2.0,
    focus: Focus = NEAREST,
) -> Picture:
    """Draw a page or a view; it needs neither a window nor a display.

    A Qt application that is there is used, and looks as before when the picture is done.

    Args:
        what: a recording, or a snapshot of one.
        shown: a page or a view, by its name (``initviz list pages`` and ``initviz list views``).
        epoch: of a recording; where its weights were thinned out, the newest before it that is
            held is drawn. A snapshot has its own.
        theme: "dark" or "light".
        size: width and height on the screen; one that suits the page or the view by default.
        scale: pixels for one of the screen, up to 4.
        focus: the lane, layer or neuron that some views look closely at.

    Raises:
        ValueError: for an unknown name or a size out of range; if a snapshot lacks what is drawn.
        IndexError: if the epoch was not recorded.
        RuntimeError: outside of the main thread.
    """
    width, height = _check(shown, theme, size, scale)
    with _qt(), staged(shown, STYLES[theme], (width, height)) as stage:
        snapshot = _snapshot(what, shown, epoch, stage, focus)
        stage.set_focus(focus.within(snapshot.experiment), snapshot.experiment)
        stage.show(snapshot)
        image = stage.image(scale)
        return Picture(shown, snapshot.epoch, (width, height), {"png": _png(image)})


def _check(shown: str, theme: str, size: Sequence[int] | None, scale: float) -> tuple[int, int]:
    """The size on the screen, once all else is known to make sense."""
    if shown not in PAGES and shown not in VIEWS:
        raise ValueError(
            f'render: there is no page and no view "{shown}"; '
            f"choose one of {', '.join([*PAGES, *VIEWS])}"
        )
    if theme not in STYLES:
        raise ValueError(f'theme: there is no "{theme}"; choose one of {", ".join(STYLES)}')
    if not 0.25 <= scale <= 4:
        raise ValueError(f"scale: {scale} is out of range; write 0.25 to 4")
    least = SMALLEST if shown in PAGES else SMALLEST_VIEW
    width, height = (PAGE_SIZE if shown in PAGES else VIEW_SIZE) if size is None else size
    if not (least[0] <= width <= LARGEST and least[1] <= height <= LARGEST):
        raise ValueError(
            f"size: {width} × {height} is out of range; "
            f"write ({least[0]}, {least[1]}) to ({LARGEST}, {LARGEST})"
        )
    return int(width), int(height)


def _snapshot(
    what: Recording | Snapshot, shown: str, epoch: int | str, stage: Stage, focus: Focus
) -> Snapshot:
    """What is to be shown, with the parts that are drawn."""
    if isinstance(what, Recording):
        number = what.last if epoch == "last" else int(epoch)
        if not 0 <= number <= what.last:
            raise IndexError(f"epoch {number} was not recorded; there are 0 to {what.last}")
        from initviz.engine import probe

        return probe(what, number, Wanted(parts=stage.wants, focus=focus))
    if epoch not in ("last", what.epoch):
        raise ValueError(f"epoch: a snapshot has its own, {what.epoch}; render the recording")
    missing = stage.wants - _parts(what)
    if missing:
        names = ", ".join(sorted(part.value for part in missing))
        raise ValueError(
            f"{shown}: the snapshot lacks {names}; "
            "render the recording, or probe with Wanted(parts=frozenset(Part))"
        )
    return what


def _parts(snapshot: Snapshot) -> frozenset[Part]:
    """The parts that a snapshot has."""
    there = {
        Part.VALUES: snapshot.values,
        Part.LAYERS: snapshot.layers,
        Part.BOUNDARY: snapshot.boundary is not None,
        Part.NEURONS: snapshot.tiles,
        Part.SAMPLES: snapshot.samples,
        Part.SPECTRA: snapshot.spectra,
        **{part: part in snapshot.distributions for part in DISTRIBUTED},
    }
    return frozenset(part for part, found in there.items() if found)


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise PictureError("render: there is no memory for the picture; choose a smaller size")
    return bytes(buffer.data().data())


@contextmanager
def _qt() -> Iterator[None]:
    """Qt ready to draw here; afterwards everything is as it was.

    Raises:
        RuntimeError: in another thread than Qt's, or if Qt cannot draw in this program.
    """
    there = QCoreApplication.instance()
    in_main = threading.current_thread() is threading.main_thread()
    if not (in_main if there is None else QThread.isMainThread()):
        raise RuntimeError("render: Qt draws in the main thread only; call it there")
    if there is None:
        with _platform_kept(), application():
            yield
    elif isinstance(there, QApplication):
        with _look_kept(there):
            yield
    else:
        raise RuntimeError(
            "render: the Qt application of this program cannot draw; make it a QApplication"
        )


@contextmanager
def _platform_kept() -> Iterator[None]:
    """Let a window that is opened later have the screen."""
    name = "QT_QPA_PLATFORM"
    platform = os.environ.get(name)
    try:
        yield
    finally:
        if platform is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = platform


@contextmanager
def _look_kept(app: QApplication) -> Iterator[None]:
    """Give an application back the look that it had."""
    fusion, sheet = app.property(FUSION), app.styleSheet()
    with all_kept():
        app.setStyleSheet("")  # it would hide the style below it
    style, font, palette = app.style().name(), app.font(), app.palette()
    try:
        yield
    finally:
        with all_kept():
            app.setStyleSheet("")
            if fusion is None:
                app.setStyle(style)
                app.setProperty(FUSION, None)
            app.setFont(font)
            app.setPalette(palette)
            app.setStyleSheet(sheet)
