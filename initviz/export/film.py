"""Films: a page or a view over the epochs of a run, as GIF or MP4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from initviz.app.theme import all_kept
from initviz.export.counter import Counter
from initviz.export.gif import GifWriter, Palette
from initviz.export.mp4 import Mp4Writer
from initviz.export.options import Epochs, Film, FilmError, FilmFileError
from initviz.export.render import Stage, application, collect
from initviz.interruption import held_back
from initviz.parts import DEFAULT_GRID, Part, Wanted
from initviz.reasons import not_written
from initviz.recording import Recording
from initviz.snapshot import Snapshot
from initviz.subset import focus_among, focus_renumbered, lanes_of, snapshot_of
from initviz.views.style import STYLES, Style
from initviz.whole import whole

__all__ = ["Epochs", "Film", "FilmError", "FilmFileError", "Filming", "Progress", "write_film"]

SAMPLED = 8
"""Frames that the colours of a GIF are taken from."""

Progress = Callable[[int, int], object]
Frame = NDArray[np.uint8]


class Writer(Protocol):
    """What encodes one frame after the other, each (height, width, 4), blue first."""

    def add(self, frame: Frame) -> None: ...

    def close(self) -> None: ...

    def abandon(self) -> None: ...


def write_film(
    path: Path, recording: Recording, film: Film, progress: Progress | None = None
) -> None:
    """Write a film, with or without a window; it returns when all is written.

    Args:
        path: the file; one that is there stays whole until the film is.
        recording: the run.
        film: what is filmed, and how.
        progress: called with the steps that are done and all of them, before the first and after
            each. What it raises, such as KeyboardInterrupt, ends the film, and comes out here.

    Raises:
        FilmError: if the run has no such epochs, what is filmed does not fit, or what MP4 needs is
            missing.
        FilmFileError: if the disk is full, or the folder missing or not to be written to.
    """
    with application(), Filming(path, recording, film) as filming:
        while True:
            if progress:
                progress(filming.done, filming.total)
            if filming.finished:
                return
            filming.step()


class Filming:
    """A film in the making: every step looks ahead at one epoch, or makes the frame of one.

    All epochs are looked at before the first frame: axes grow with what they have to hold, and
    would jump. Use it in a ``with`` statement, or ``close`` it, in an ``application()`` and its
    thread. Leaving before it is ``finished`` gives the film up; the file that was there stays.

    Args:
        path, recording, film: as for ``write_film``.

    Attributes:
        done, total: steps.
        epochs: those that the film shows.
        epoch: the one that is looked at.

    Raises:
        FilmError, FilmFileError: as for ``write_film``; ``step`` does so, too.
    """

    def __init__(self, path: Path, recording: Recording, film: Film) -> None:
        self.path, self.recording, self.film = path, recording, film
        self.epochs = film.epochs_of(recording)
        self.epoch = self.epochs[0]
        self.done, self.total = 0, 2 * len(self.epochs)
        self._style = STYLES[film.theme]
        self._palette = _palette(self._style) if film.format == "gif" else None
        self._sampled = _spread(self.epochs, SAMPLED) if self._palette else frozenset()
        self._writer: Writer | None = None
        self._open = ExitStack()
        with self._guarded():
            if film.format == "mp4":
                Mp4Writer.check()
            # The file comes first: that a folder is missing is said before anything is drawn.
            self._file = self._open.enter_context(whole(path))
            self._frames = self._open.enter_context(framed(recording, film))

    @property
    def finished(self) -> bool:
        """Whether the film is written, and has its name."""
        return self.done == self.total

    def step(self) -> None:
        """Look ahead at one epoch or, after that, make one frame; the last ends the film."""
        if self.finished:
            raise ValueError("the film is finished")
        ahead, place = divmod(self.done, len(self.epochs))
        self.epoch = self.epochs[place]
        with self._guarded():
            if not ahead:
                self._look_ahead()
            else:
                self._encoder().add(self._frames.frame(self.epoch))
            if self.done + 1 == self.total:
                self._encoder().close()
                self._open.close()  # only now the file gets its name
        self.done += 1

    def close(self) -> None:
        """Give the film up, unless it is finished."""
        if self._writer is not None and not self.finished:
            self._writer.abandon()
        self._writer = None
        self._open.__exit__(_GivenUpError, _GivenUpError(), None)

    def __enter__(self) -> Filming:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Let nothing half done stay behind."""
        try:
            yield
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise FilmFileError(f"{self.path}: {not_written(error)}") from error
            raise

    def _look_ahead(self) -> None:
        frames = self._frames
        if self.epoch in self._sampled:
            assert self._palette is not None
            self._palette.see(frames.frame(self.epoch))
        elif self.done == 0 or frames.has_axes:
            frames.look(self.epoch)
        if self.done == 0:
            frames.check_size()

    def _encoder(self) -> Writer:
        """What the frames go to, from the first one on."""
        if self._writer is None:
            film = self.film
            self._writer = (
                GifWriter(self._file, film.pixels, film.rate, self._palette.choose())
                if self._palette
                else Mp4Writer(self._file, film.pixels, film.rate, len(self.epochs))
            )
        return self._writer


@contextmanager
def framed(recording: Recording, film: Film) -> Iterator[Frames]:
    """The frames of a film; call it inside ``application()``."""
    with all_kept():
        frames = None
        try:
            with held_back():  # what is interrupted while it is made has to be closed, too
                frames = Frames(recording, film)
            yield frames
        finally:
            if frames is not None:
                frames.close()
    collect()


class Frames:
    """Draws single frames of a film.

    Whoever makes one closes it; see ``framed``.

    Args:
        recording, film: as for ``write_film``.

    Attributes:
        image: the last frame; the next one is drawn into its memory.
    """

    def __init__(self, recording: Recording, film: Film) -> None:
        self.recording, self.film = recording, film
        self._style = STYLES[film.theme]
        width, height = film.pixels
        self._pixels = np.zeros((height, width, 4), np.uint8)
        self.image = QImage(self._pixels.data, width, height, QImage.Format.Format_RGB32)
        end = max(recording.experiment.epochs, recording.last)
        self._counter = Counter(self._style, end) if film.counter else None
        experiment = recording.experiment
        self._lanes = film.lanes or tuple(range(len(experiment.lanes)))
        self._focus = focus_among(film.focus.within(experiment), self._lanes)
        self._stage = Stage(film.what, self._style, self._room)
        self._stage.set_focus(
            focus_renumbered(self._focus, self._lanes), lanes_of(experiment, self._lanes)
        )

    def close(self) -> None:
        """Give everything up but the last frame."""
        self._stage.close()

    @property
    def has_axes(self) -> bool:
        """Whether there is more in it than boundaries, which need no axes."""
        return bool(self._stage.wants - {Part.BOUNDARY})

    @property
    def _room(self) -> tuple[int, int]:
        """What the page or view has on the screen: all but the counter's strip."""
        width, height = (-(-side // self.film.scale) for side in self.film.pixels)
        return width, height - (self._counter.height if self._counter else 0)

    def check_size(self) -> None:
        """Raise unless what is filmed, and has been looked at, is as small as it has to be.

        Raises:
            FilmError: if it is not.
        """
        drawn, room = self._stage.shown.widget.size(), self._room
        if (drawn.width(), drawn.height()) != room:
            scale, strip = self.film.scale, room[1] - self.film.pixels[1] // self.film.scale
            least = scale * drawn.width(), scale * (drawn.height() - strip)
            raise FilmError(
                f"size: {self.film.what} does not fit into {self.film.size[0]}x"
                f"{self.film.size[1]}; write at least {least[0]}x{least[1]}"
            )

    def look(self, epoch: int) -> None:
        """Let the axes see what they will have to hold at an epoch."""
        self._stage.show(self._probe(epoch, grid=0))

    def frame(self, epoch: int) -> Frame:
        """Draw an epoch, and the counter below it."""
        snapshot = self._probe(epoch)
        self._stage.show(snapshot)
        collect()  # it does not run by itself while there is a stage
        self._paint(snapshot.epoch)
        return self._pixels

    @held_back()
    def _paint(self, epoch: int) -> None:
        self.image.fill(QColor(self._style.window))
        painter = QPainter(self.image)
        try:
            painter.scale(self.film.scale, self.film.scale)
            painter.drawImage(QPoint(), self._stage.image(self.film.scale))
            if self._counter:
                across, down = self._room
                strip = QRect(0, down, across, self._counter.height)
                self._counter.draw(painter, strip, epoch)
        finally:
            painter.end()

    def _probe(self, epoch: int, grid: int = DEFAULT_GRID) -> Snapshot:
        from initviz.engine import probe

        wanted = Wanted(grid, self._stage.wants, self._focus)
        snapshot = probe(self.recording, epoch, wanted)
        return snapshot_of(snapshot, self._lanes) if self.film.lanes else snapshot


class _GivenUpError(Exception):
    """What an open file is told when its film is given up."""


def _spread(epochs: Sequence[int], most: int) -> frozenset[int]:
    """As many of these, at equal distances, the ends among them."""
    places = np.linspace(0, len(epochs) - 1, most).round().astype(int)
    return frozenset(epochs[place] for place in places)


def _palette(style: Style) -> Palette:
    """One that has what grounds, words and curves of a style have."""

    def numbers(*names: str) -> list[int]:
        return [int(name.removeprefix("#"), 16) for name in names]

    return Palette(
        numbers(style.window, style.panel, style.field),
        numbers(
            style.border, style.text, style.muted, style.accent, style.outline, style.neutral,
            style.negative_mark, style.positive_mark, *style.lanes,
        ),
    )  # fmt: skip
