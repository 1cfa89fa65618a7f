"""Which lanes have diverged, and when, in the corner of a plot."""

from __future__ import annotations

import re

import pyqtgraph as pg
from PySide6.QtGui import QFontMetricsF

from initviz.snapshot import Snapshot
from initviz.views.base import lane_colours
from initviz.views.plot import Plot
from initviz.views.style import GLYPHS, SMALL_SIZE, Style

EDGE = 4
"""Pixels between the lines and the edge of their plot."""

MARK = re.compile("<span.*?</span>")


def diverged_lines(
    snapshot: Snapshot, style: Style, *, later: bool = False, brief: bool = False
) -> list[str]:
    """Which lanes have diverged, in HTML: a line for each epoch, or one where ``brief``."""
    gone: dict[int, list[int]] = {}
    for k, since in enumerate(snapshot.diverged_at.tolist()):
        if since >= 0 and (later or since <= snapshot.epoch):
            gone.setdefault(0 if brief else since, []).append(k)
    lines = []
    for since, places in sorted(gone.items()):
        if len(places) == len(snapshot.diverged_at) > 2:
            who = "all"
        else:
            colours = [lane_colours(snapshot)[k] for k in places]
            who = " ".join(
                f'<span style="color:{style.lanes[colour]}">{GLYPHS[colour]}</span>'
                for colour in colours
            )
        lines.append(f"{who} diverged" + ("" if brief else f" at epoch {since}"))
    return lines


def wrapped(line: str, style: Style, room: float) -> str:
    """A line of marks and words in HTML, in as many lines as it needs to be ``room`` pixels wide.

    The words stay together, below the marks, as long as they fit into a line.
    """
    metrics = QFontMetricsF(style.font(SMALL_SIZE))

    def fits(pieces: list[str]) -> bool:
        return metrics.horizontalAdvance(re.sub("<.*?>", "", " ".join(pieces))) <= room

    marks, words = MARK.findall(line), MARK.sub("", line).strip()
    if fits([line]):
        return line
    lines: list[list[str]] = [[]]
    for piece in [*marks, *([words] if fits([words]) else words.split())]:
        if lines[-1] and not fits([*lines[-1], piece]):
            lines.append([])
        lines[-1].append(piece)
    return "<br>".join(" ".join(pieces) for pieces in lines)


class Notes:
    """Lines of text in the upper corner of a plot, such as which lanes have diverged.

    None is wider than the plot: whatever is cut off there cannot be read anywhere.
    """

    def __init__(self, plot: Plot, style: Style) -> None:
        self.item = pg.LabelItem(justify="left")
        self.item.setParentItem(plot.vb)
        self.look = style
        self.text = ""
        self._lines: list[str] = []
        self._box = plot.vb
        self._box.sigResized.connect(self._fit)
        self._anchor()

    def remove(self) -> None:
        """Take the lines away, from a plot that goes on to be used."""
        self._box.sigResized.disconnect(self._fit)
        self.item.setParentItem(None)
        if self.item.scene() is not None:
            self.item.scene().removeItem(self.item)

    def show_diverged(
        self, snapshot: Snapshot, *, later: bool = False, brief: bool = False
    ) -> None:
        """A line for the lanes that diverged at one epoch, by the snapshot's or ``later``.

        A ``brief`` note, for narrow plots, leaves out when.
        """
        self._lines = diverged_lines(snapshot, self.look, later=later, brief=brief)
        self._fit()

    def _fit(self) -> None:
        room = self._box.width() - 2 * EDGE
        text = "<br>".join(wrapped(line, self.look, room) for line in self._lines)
        if text != self.text:
            self.text = text
            legible = f'<span style="background-color:{self.look.panel}">{text}</span>'
            self.item.setText(legible, color=self.look.bad, size=f"{self.look.px(SMALL_SIZE)}px")
            self.item.resize(0, 0)  # as small as it can be: it would only grow
            self._anchor()

    def _anchor(self) -> None:
        self.item.anchor(itemPos=(1, 0), parentPos=(1, 0), offset=(-EDGE, 2))
