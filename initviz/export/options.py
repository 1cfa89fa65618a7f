"""What a film is to be: everything that can be chosen, held against what there is."""

from __future__ import annotations

from dataclasses import dataclass

from initviz.export.figure import FASTEST, FILMS, FigureError
from initviz.focus import NEAREST, Focus
from initviz.recording import Recording
from initviz.views import VIEWS
from initviz.views.page import PAGES
from initviz.views.style import STYLES

FORMATS = tuple(FILMS)
SCALES = (1, 2, 4)
SMALLEST_SIDE, LARGEST_SIDE = 200, 4096
"""Pixels. H.264 players take 4096 on a side; smaller ones leave no room for a view."""


class FilmError(FigureError):
    """A film that cannot be made as it was asked for; the message says what to choose instead."""


class FilmFileError(OSError):
    """A film that could not be written; the message says why."""


@dataclass(frozen=True)
class Epochs:
    """Some epochs of a run.

    Attributes:
        first: where they begin.
        last: where they end, itself included; None for the last that is recorded.
        step: from one to the next.
    """

    first: int = 0
    last: int | None = None
    step: int = 1

    def __post_init__(self) -> None:
        if self.first < 0 or self.step < 1 or (self.last is not None and self.last < self.first):
            raise FilmError(
                f"epochs: {self} is not a range; write FIRST:LAST:STEP, such as 0:60:2, with FIRST "
                "no larger than LAST and STEP at least 1"
            )

    def __str__(self) -> str:
        return f"{self.first}:{'' if self.last is None else self.last}:{self.step}"

    @classmethod
    def parse(cls, text: str) -> Epochs:
        """The range that ``FIRST:LAST:STEP`` means; what is left out is 0, the last, and 1.

        Raises:
            FilmError: if it means none.
        """
        parts = text.split(":")
        numbers = [part.strip() for part in parts]
        known = all(n.isascii() and n.isdecimal() for n in numbers if n)
        if not 2 <= len(parts) <= 3 or not known:
            raise FilmError(
                f'epochs: "{text}" is not a range; write FIRST:LAST:STEP, such as 0:60:2'
            )
        first, last, step = [*numbers, ""][:3]
        return cls(int(first or 0), int(last) if last else None, int(step or 1))


@dataclass(frozen=True)
class Film:
    """What is filmed, and how.

    Attributes:
        what: a name in ``PAGES`` or ``VIEWS``.
        theme: a name in ``STYLES``.
        size: width and height in pixels, the counter's strip included. H.264 needs even numbers:
            an MP4 is a pixel larger where one is odd.
        scale: pixels of the film for one of the page; with 2 and twice the size, text is as large
            as with 1, and sharper.
        rate: frames a second.
        epochs: those that are shown, a frame each.
        format: "gif" or "mp4".
        counter: whether a strip below says which epoch is shown.
        focus: what is looked at closely, in the lanes of the experiment.
        lanes: which initialisations, from 0; () for all.

    Raises:
        FilmError: if there is no such film; the message says what to choose instead.
    """

    what: str = "overview"
    theme: str = "dark"
    size: tuple[int, int] = (1280, 800)
    scale: int = 1
    rate: int = 10
    epochs: Epochs = Epochs()
    format: str = "mp4"
    counter: bool = True
    focus: Focus = NEAREST
    lanes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        names = {
            "page or view": (self.what, (*PAGES, *VIEWS)),
            "theme": (self.theme, tuple(STYLES)),
            "scale": (self.scale, SCALES),
            "format": (self.format, FORMATS),
        }
        for kind, (chosen, known) in names.items():
            if chosen not in known:
                raise FilmError(
                    f'{kind}: there is no "{chosen}"; choose from {", ".join(map(str, known))}'
                )
        if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in self.size):
            raise FilmError(
                f"size: {self.size[0]}x{self.size[1]} is out of range; write "
                f"{SMALLEST_SIDE}x{SMALLEST_SIDE} to {LARGEST_SIDE}x{LARGEST_SIDE}"
            )
        if not 1 <= self.rate <= FASTEST[self.format]:
            raise FilmError(
                f"frames a second: {self.rate} is out of range; write 1 to "
                f"{FASTEST[self.format]} for {self.format.upper()}"
            )

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the file's frames."""
        width, height = self.size
        return (width + width % 2, height + height % 2) if self.format == "mp4" else self.size

    def epochs_of(self, recording: Recording) -> list[int]:
        """The epochs of a run that are shown; where weights are no longer held, there is none.

        Raises:
            FilmError: if the run has no such epochs.
        """
        first, last, step = self.epochs.first, self.epochs.last, self.epochs.step
        if last is None:
            last = recording.last
        if not first <= last <= recording.last:
            known = f"has epochs 0 to {recording.last}" if len(recording) else "has no epochs yet"
            raise FilmError(f"epochs: the run {known}; {self.epochs} asks for others")
        held = set(recording.kept_epochs())
        epochs = [epoch for epoch in range(first, last + 1, step) if epoch in held]
        if not epochs:
            raise FilmError(
                f"epochs: no weights are held of {self.epochs}; choose every "
                f"{recording.stride}th epoch from 0 on"
            )
        return epochs
