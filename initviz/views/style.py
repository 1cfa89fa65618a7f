"""Colours, marks and sizes that views and window share: dark, light, and one for paper."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pyqtgraph import colormap
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPen

FONT_FAMILIES = ["DejaVu Sans", "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans"]
TEXT_SIZE, SMALL_SIZE = 12, 11

SYMBOLS = ("o", "s", "t", "d", "t1", "p", "h", "star")
"""The marker of each lane colour: lanes are told apart without their hue."""

GLYPHS = ("●", "■", "▼", "◆", "▲", "⬟", "⬢", "★")
"""The same markers as text."""

DASHES: tuple[list[float] | None, ...] = (
    None, [6, 3], [2, 2], [8, 3, 2, 3], [3, 5], [10, 4], [1, 3], [6, 2, 1, 2, 1, 2],
)  # fmt: skip
"""The dash pattern of each lane colour, in pen widths."""


@dataclass(frozen=True)
class Style:
    """One look.

    Attributes:
        name: "dark", "light" or "paper".
        window, panel, field, border: surfaces, from the back to the front.
        text, muted: words, and words that may stand back; both at least 4.5:1 on ``panel``.
        grid: lines behind data.
        accent, on_accent: the one button that matters, and the text on it.
        bad, note, good: severities, never the only sign of one.
        lanes: the eight lane colours (Okabe & Ito 2008, adjusted to the ground).
        negative, neutral, positive: the diverging map's ends and middle.
        negative_mark, positive_mark: points of the two classes on that map.
        outline: the line around those points.
        line: factor on the width of lines. Cosmetic pens count device pixels, so pictures of
            twice the size, and screens of twice the density, need lines of twice the width.
        text_scale: factor on the size of text, and of what holds text.
        stroke: factor on the width of lines that is a part of the look.
    """

    name: str
    window: str
    panel: str
    field: str
    border: str
    text: str
    muted: str
    grid: str
    accent: str
    on_accent: str
    bad: str
    note: str
    good: str
    lanes: tuple[str, ...]
    negative: str
    neutral: str
    positive: str
    negative_mark: str
    positive_mark: str
    outline: str
    line: float = 1.0
    text_scale: float = 1.0
    stroke: float = 1.0

    def px(self, pixels: float) -> int:
        """What so many pixels become at this size of text."""
        return round(pixels * self.text_scale)

    def font(self, size: int = TEXT_SIZE, *, bold: bool = False) -> QFont:
        """The interface's font, as large as text of this size in pixels is to be."""
        return font(self.px(size), bold=bold)

    def pen(
        self, colour: str, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine
    ) -> QPen:
        """A pen that keeps its width however the plot is zoomed."""
        pen = QPen(QColor(colour), width * self.line * self.stroke, style)
        pen.setCosmetic(True)
        return pen

    def lane_pen(self, colour: int, width: float = 1.5, *, dashed: bool = False) -> QPen:
        """The pen of a lane's curve; it keeps its width however the plot is zoomed."""
        pen = self.pen(self.lanes[colour], width)
        pattern = DASHES[colour]
        if dashed and pattern:
            pen.setDashPattern(pattern)
        return pen

    def pinned_pen(self, *, dashed: bool) -> QPen:
        """The pen of a pinned run's curves; those of every second run are dashed."""
        kind = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        return self.pen(self.muted, 1.0, kind)

    def diverging(self) -> NDArray[np.ubyte]:
        """256 colours from ``negative`` over ``neutral`` to ``positive``, (256, 3)."""
        return ramp([self.negative, _mix(self.negative, self.neutral, 0.6), self.neutral,
                     _mix(self.positive, self.neutral, 0.6), self.positive])  # fmt: skip

    def sequential(self) -> NDArray[np.ubyte]:
        """256 colours from the panel's ground to full strength, (256, 3)."""
        strong = "#f4f8ff" if self.name == "dark" else "#0b2f57"
        middle = "#3f7fc4" if self.name == "dark" else "#5b9bd5"
        return ramp([self.panel, middle, strong])

    def heat(self) -> NDArray[np.ubyte]:
        """256 colours from dark to bright, alike in both themes, (256, 3).

        Inferno (van der Walt & Smith 2015): even steps of lightness, to any kind of eye, also in
        print. Its very ends are left out: they would be lost on the grounds.
        """
        table = colormap.get("inferno").getLookupTable(0.06, 0.98, 256)
        return np.asarray(table[:, :3], dtype=np.ubyte)

    @property
    def exact_zero(self) -> str:
        """A colour that is not in ``heat``: that of exact zeros, which no log scale holds."""
        return "#47617d" if self.name == "dark" else "#a9bed3"


def _channels(colour: str) -> NDArray[np.float64]:
    c = QColor(colour)
    return np.array([c.red(), c.green(), c.blue()], dtype=float)


def _mix(a: str, b: str, share: float) -> str:
    red, green, blue = (_channels(a) * (1 - share) + _channels(b) * share).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def ramp(stops: list[str]) -> NDArray[np.ubyte]:
    """256 colours through the given ones at equal distances, (256, 3)."""
    colours = np.stack([_channels(stop) for stop in stops])
    at = np.linspace(0, len(stops) - 1, 256)
    columns = [np.interp(at, np.arange(len(stops)), colours[:, i]) for i in range(3)]
    return np.stack(columns, axis=1).round().astype(np.ubyte)


def font(size: int = TEXT_SIZE, *, bold: bool = False) -> QFont:
    """The interface's font at a size in pixels."""
    result = QFont()
    result.setFamilies(FONT_FAMILIES)
    result.setPixelSize(size)
    result.setBold(bold)
    return result


DARK = Style(
    name="dark", window="#121418", panel="#1a1d23", field="#22262e", border="#31363f",
    text="#e8eaee", muted="#a3a9b4", grid="#31363f", accent="#58a6ff", on_accent="#0b1420",
    bad="#ff8a65", note="#e6b450", good="#56c8a0",
    lanes=("#d55e00", "#56b4e9", "#009e73", "#cc79a7", "#e69f00", "#3d8fe0", "#f0e442", "#b8bdc7"),
    negative="#c9561a", neutral="#e4e4e0", positive="#1f5f99",
    negative_mark="#a83f08", positive_mark="#124a80", outline="#ffffff",
)  # fmt: skip
LIGHT = Style(
    name="light", window="#eceef2", panel="#ffffff", field="#f5f6f9", border="#d5d9e0",
    text="#16191e", muted="#545b67", grid="#e2e5ea", accent="#1f6feb", on_accent="#ffffff",
    bad="#b3400f", note="#8a5a00", good="#00664a",
    lanes=("#d55e00", "#56b4e9", "#009e73", "#cc79a7", "#e69f00", "#0072b2", "#b3a300", "#5a606b"),
    negative="#c9561a", neutral="#e4e4e0", positive="#1f5f99",
    negative_mark="#a83f08", positive_mark="#124a80", outline="#ffffff",
)  # fmt: skip
PAPER = replace(
    LIGHT, name="paper", window="#ffffff", border="#c4c9d0", text="#000000", muted="#33373d",
    grid="#e6e8ec", stroke=0.75,
)  # fmt: skip
"""For print: black on white, thin lines. The sizes of text come from the size of the figure."""

STYLES = {style.name: style for style in (DARK, LIGHT, PAPER)}
