"""What a picture is to be: its size, format and colours, as plain data; nothing here knows Qt."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import ClassVar, Protocol

INCH = 25.4
"""Millimetres."""

SCREEN_DPI = 96
"""Pixels of the screen in an inch of paper, where a size is given in pixels."""

PRINT_DPI = 108
"""Pixels of the screen in an inch of paper, where a size is given in millimetres.

Text of 12 and 11 pixels becomes 8 and 7.3 points then, as journals ask for: 5 to 7 points at the
least, 8 to 9 at the most (Nature, Science, IEEE and PLOS).
"""

COLUMNS = {"one column": 85.0, "two columns": 170.0}
"""Widths that journals print figures at, in millimetres."""

MOST_PIXELS = 120_000_000
LARGEST = 8000
"""Pixels of the screen along a side, at most."""

DPIS = (36.0, 1200.0)


class FigureError(ValueError):
    """A picture that cannot be made like this; the message says what to choose instead."""


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        name: as on the command line, and the file's ending.
        title: as in the window.
        vector: whether it has no pixels.
    """

    name: str
    title: str
    vector: bool


FORMATS = {
    it.name: it
    for it in (
        Format("png", "PNG", vector=False),
        Format("svg", "SVG", vector=True),
        Format("pdf", "PDF", vector=True),
    )
}

FILMS = {"mp4": "MP4 (H.264)", "gif": "GIF"}
"""Formats of films: the names on the command line, which are the files' endings, and titles."""

FASTEST = {"gif": 50, "mp4": 60}
"""Frames a second. A GIF counts in 1/100 s, and browsers slow down what lasts less than two."""

THEMES = {"dark": "Dark", "light": "Light", "paper": "Paper"}
"""Names in ``STYLES`` and what the window calls them."""

GROUNDS = {"theme": "the theme's", "white": "white", "transparent": "transparent"}


class Size(Protocol):
    """How large a picture is.

    Attributes:
        layout: width and height of the page on the screen that is drawn, in its pixels.
        pixels: width and height of an image.
        scale: pixels of the image for one of the screen.
        dpi: pixels of the image to an inch.
        points: width and height on paper, 72 to an inch.
        words: width and height with their unit, as in CSS.
        title: the same to be read.
    """

    @property
    def layout(self) -> tuple[int, int]: ...
    @property
    def pixels(self) -> tuple[int, int]: ...
    @property
    def scale(self) -> float: ...
    @property
    def dpi(self) -> float: ...
    @property
    def points(self) -> tuple[float, float]: ...
    @property
    def words(self) -> tuple[str, str]: ...
    @property
    def title(self) -> str: ...


@dataclass(frozen=True)
class Pixels:
    """A size on the screen; an image has ``scale`` times as many pixels."""

    width: int
    height: int
    scale: float = 1.0

    @property
    def layout(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def pixels(self) -> tuple[int, int]:
        return round(self.width * self.scale), round(self.height * self.scale)

    @property
    def dpi(self) -> float:
        return SCREEN_DPI * self.scale

    @property
    def points(self) -> tuple[float, float]:
        return self.width * 72 / SCREEN_DPI, self.height * 72 / SCREEN_DPI

    @property
    def words(self) -> tuple[str, str]:
        return f"{self.width}px", f"{self.height}px"

    @property
    def title(self) -> str:
        return f"{self.width} × {self.height} px"


@dataclass(frozen=True)
class Millimetres:
    """A size on paper; an image has ``dpi`` pixels to an inch."""

    width: float
    height: float
    dpi: float = 300.0

    @property
    def layout(self) -> tuple[int, int]:
        # A part of a pixel too many rather than a line of bare paper.
        across, down = (math.ceil(side * PRINT_DPI / INCH - 1e-6) for side in self._sides)
        return across, down

    @property
    def pixels(self) -> tuple[int, int]:
        across, down = (round(side * self.dpi / INCH) for side in self._sides)
        return across, down

    @property
    def scale(self) -> float:
        return self.dpi / PRINT_DPI

    @property
    def points(self) -> tuple[float, float]:
        return self.width * 72 / INCH, self.height * 72 / INCH

    @property
    def words(self) -> tuple[str, str]:
        return f"{self.width:g}mm", f"{self.height:g}mm"

    @property
    def title(self) -> str:
        return f"{self.width:g} × {self.height:g} mm"

    @property
    def _sides(self) -> tuple[float, float]:
        return self.width, self.height


@dataclass(frozen=True)
class Figure:
    """A picture of a page or of a view.

    Attributes:
        what: a name in ``PAGES`` or in ``VIEWS``.
        format: a name in ``FORMATS``.
        size: see ``Pixels`` and ``Millimetres``.
        theme: a name in ``STYLES``: "dark", "light" or "paper".
        ground: "theme", "white", or "transparent" for none.
        lanes: which initialisations, from 0; () for all.
    """

    DEFAULT_SIZE: ClassVar[Size] = Pixels(1280, 800, 2)

    what: str = "overview"
    format: str = "png"
    size: Size = DEFAULT_SIZE
    theme: str = "dark"
    ground: str = "theme"
    lanes: tuple[int, ...] = ()

    def check(self, page: bool) -> None:
        """See whether it can be drawn.

        Args:
            page: whether ``what`` is a page; a view may be smaller.

        Raises:
            FigureError: if not, with the cure.
        """
        for choice, known, name in (
            (self.format, FORMATS, "format"), (self.theme, THEMES, "theme"),
            (self.ground, GROUNDS, "ground"),
        ):  # fmt: skip
            if choice not in known:
                raise FigureError(f'there is no {name} "{choice}"; choose {_or(known)}')
        if self.ground == "white" and self.theme == "dark":
            raise FigureError(
                "the dark theme's light text cannot be read on white; choose light or paper"
            )
        _check_size(self.size, page)
        across, down = self.size.pixels
        if not FORMATS[self.format].vector and across * down > MOST_PIXELS:
            raise FigureError(
                f"{across} × {down} are too many pixels; choose fewer dpi, or SVG or PDF"
            )


SMALLEST = {True: (600, 460), False: (180, 130)}
"""Pixels of the screen that a page (True) and a view need."""


def _check_size(size: Size, page: bool) -> None:
    least = SMALLEST[page]
    (across, down), paper = size.layout, isinstance(size, Millimetres)
    if not all(low <= side <= LARGEST for low, side in zip(least, (across, down), strict=True)):
        ends = [least, (LARGEST, LARGEST)]
        if paper:
            ends = [(_mm(w, 1), _mm(h, 1)) for w, h in ends[:1]] + [(_mm(LARGEST, 0),) * 2]
        low, high = (f"{width}x{height}" for width, height in ends)
        kind, unit = ("page", "view")[not page], " mm" if paper else ""
        raise FigureError(f"{size.title} is no size for a {kind}; choose {low} to {high}{unit}")
    if not DPIS[0] <= size.dpi <= DPIS[1] and paper:
        raise FigureError(f"{size.dpi:g} dpi is out of range; choose {DPIS[0]:g} to {DPIS[1]:g}")


def _mm(pixels: int, up: int) -> int:
    """Whole millimetres of so many pixels of the screen."""
    return math.floor(pixels * INCH / PRINT_DPI) + up


def parse_size(text: str, *, page: bool, dpi: float = 300.0, scale: float = 2.0) -> Size:
    """A size as it is written: "1280x800" in pixels, "85mm", "17cm" or "170x120mm" on paper.

    Args:
        text: what was written.
        page: whether a page is drawn, which a width alone gives a height of its own.
        dpi: pixels to an inch, for a size on paper.
        scale: pixels of an image for one of the size, for a size in pixels.

    Raises:
        FigureError: if it is none of these.
    """
    found = re.fullmatch(r"(\d{1,9})\s*[x×]\s*(\d{1,9})(?:\s*px)?", text.strip())
    if found:
        return Pixels(int(found[1]), int(found[2]), scale)
    side = r"(\d{1,9}(?:\.\d{1,9})?)"
    found = re.fullmatch(rf"{side}(?:\s*[x×]\s*{side})?\s*(mm|cm)", text.strip())
    if not found:
        raise FigureError(f'"{text}" is not a size; write one like 1280x800, 85mm or 170x120mm')
    unit = 10.0 if found[3] == "cm" else 1.0
    width = float(found[1]) * unit
    height = float(found[2]) * unit if found[2] else default_height(width, page)
    return Millimetres(width, height, dpi)


def default_height(width: float, page: bool) -> float:
    """A height that goes well with a width, in the same unit."""
    return round(width * (0.7 if page else 0.75))


def parse_lanes(text: str, count: int) -> tuple[int, ...]:
    """Lanes as people count them, such as "1,3" or "2-4", as places from 0, in order.

    Args:
        text: what was written.
        count: how many there are.

    Raises:
        FigureError: if one of them is not there.
    """
    chosen: set[int] = set()
    for part in text.split(","):
        found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part.strip())
        if not found:
            raise FigureError(f'"{text}" are no initialisations; write numbers like 1,3 or 2-4')
        low, high = int(found[1]), int(found[2] or found[1])
        if not 1 <= low <= high <= count:
            raise FigureError(f'there is no initialisation "{part.strip()}"; they are 1 to {count}')
        chosen.update(range(low - 1, high))
    return tuple(sorted(chosen))


def _or(words: object) -> str:
    *first, last = map(str, words)  # type: ignore[call-overload]
    return f"{', '.join(first)} or {last}"
