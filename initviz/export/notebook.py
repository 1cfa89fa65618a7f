"""Pictures that show themselves in a notebook: drawn without a window, and without a display."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication, QThread
from PySide6.QtWidgets import QApplication

from initviz.export.figure import FORMATS, Figure, FigureError, Pixels, Size, parse_size
from initviz.export.picture import save, style_of
from initviz.export.render import Stage, application, figure_of, staged
from initviz.focus import NEAREST, Focus
from initviz.parts import DISTRIBUTED, Part, Wanted
from initviz.recording import Recording
from initviz.snapshot import Snapshot
from initviz.subset import focus_among, focus_renumbered, snapshot_of
from initviz.views import VIEWS
from initviz.views.page import PAGES

PAGE_SIZE, VIEW_SIZE = (1280, 800), (760, 460)
"""What a page and a view take where no size is asked for."""


class Picture:
    """A page or a view at one epoch, drawn; a notebook shows it as the value of a cell.

    Attributes:
        figure: what was drawn, how large, and in which format.
        epoch: the epoch that was drawn.
    """

    def __init__(self, snapshot: Snapshot, figure: Figure, focus: Focus, data: bytes) -> None:
        self.figure = figure
        self.epoch = snapshot.epoch
        self._snapshot = snapshot
        self._focus = focus
        self._data = {figure.format: data}

    def __repr__(self) -> str:
        size = " × ".join(self.figure.size.words)
        return f"<Picture: {self.figure.what} at epoch {self.epoch}, {size}>"

    def encode(self, form: str = "") -> bytes:
        """The content of a file.

        Args:
            form: "png", "svg" or "pdf"; the picture's own by default. Another one is drawn when it
                is first asked for.

        Raises:
            ValueError: if there is no such format.
            RuntimeError: outside of the main thread, if it has to be drawn.
        """
        form = form or self.figure.format
        if form not in self._data:
            figure = dataclasses.replace(self.figure, format=form)
            with _qt():
                self._data[form] = figure_of(self._snapshot, figure, self._focus)
        return self._data[form]

    def _repr_png_(self) -> tuple[bytes, dict[str, int]] | None:
        """A sharp image, and its size on the screen; a picture asked for as SVG is one."""
        if self.figure.format == "svg":
            return None
        width, height = self.figure.size.layout
        return self.encode("png"), {"width": width, "height": height}

    def _repr_svg_(self) -> str | None:
        """The picture as SVG, where it was asked for."""
        return self.encode().decode() if self.figure.format == "svg" else None

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; a file of that name is replaced only by a whole new one.

        Args:
            path: where to; its ending says the format: .png, .svg or .pdf.

        Returns:
            the path.

        Raises:
            ValueError: if there is no such format.
            OSError: if the disk is full, the folder is missing or may not be written to.
            RuntimeError: outside of the main thread, if it has to be drawn.
        """
        path = Path(path)
        form = path.suffix.lower().removeprefix(".")
        if form not in FORMATS:
            raise ValueError(
                f'save: a picture is not written as "{path.name}"; '
                f"end the name with {' or '.join(f'.{known}' for known in FORMATS)}"
            )
        save(self.encode(form), path)
        return path


def render(
    what: Recording | Snapshot,
    shown: str = "overview",
    epoch: int | Literal["last"] = "last",
    *,
    theme: str = "light",
    size: Sequence[int] | str | None = None,
    scale: float = 2.0,
    format: str = "png",
    ground: str = "theme",
    lanes: Sequence[int] = (),
    focus: Focus = NEAREST,
) -> Picture:
    """Draw a page or a view; it needs neither a window nor a display.

    A Qt application that is there is used, and looks as before when the picture is done.

    Args:
        what: a recording, or a snapshot of one.
        shown: a page or a view, by its name (``initviz list pages`` and ``initviz list views``).
        epoch: of a recording; where its weights were thinned out, the newest before it that is
            held is drawn. A snapshot has its own.
        theme: "dark", "light" or "paper".
        size: width and height on the screen, or words such as "85mm" and "170x120mm"; one that
            suits the page or the view by default.
        scale: pixels for one of the screen, up to 4; on paper there are 300 to an inch.
        format: "png", "svg" or "pdf": what a notebook shows (for a PDF, a PNG of it).
        ground: "theme", "white" or "transparent".
        lanes: which initialisations, from 0; all by default.
        focus: the lane, layer or neuron that some views look closely at.

    Raises:
        ValueError: for an unknown name, or a size out of range; if a snapshot lacks what is drawn.
        IndexError: if the epoch, or a lane, was not recorded.
        RuntimeError: outside of the main thread.
    """
    page = shown in PAGES
    if not page and shown not in VIEWS:
        names = ", ".join([*PAGES, *VIEWS])
        raise FigureError(f'there is no page or view "{shown}"; choose one of {names}')
    chosen = tuple(sorted(set(lanes)))
    figure = Figure(shown, format, _size(size, page, scale), theme, ground, chosen)
    figure.check(page)
    count = len(what.experiment.lanes)
    if chosen and not 0 <= chosen[0] <= chosen[-1] < count:
        raise IndexError(f"lanes: {list(chosen)} are not all there; choose from 0 to {count - 1}")
    if chosen:
        focus = focus_among(focus, chosen)
    with _qt(), staged(shown, style_of(figure), figure.size.layout) as stage:
        snapshot = _snapshot(what, shown, epoch, stage, focus)
        focus = focus.within(snapshot.experiment)
        some, near = snapshot, focus
        if chosen and len(chosen) < count:
            some, near = snapshot_of(snapshot, chosen), focus_renumbered(focus, chosen)
        stage.set_focus(near, some.experiment)
        stage.show(some)
        return Picture(snapshot, figure, focus, stage.encode(figure))


def _size(size: Sequence[int] | str | None, page: bool, scale: float) -> Size:
    if not 0.25 <= scale <= 4:
        raise FigureError(f"scale: {scale} is out of range; write 0.25 to 4")
    if isinstance(size, str):
        return parse_size(size, page=page, scale=scale)
    width, height = (PAGE_SIZE if page else VIEW_SIZE) if size is None else size
    return Pixels(int(width), int(height), scale)


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
        yield  # what is drawn has a look of its own
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
