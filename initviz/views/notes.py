"""Which lanes have diverged, and when, in the corner of a plot."""

from __future__ import annotations

import pyqtgraph as pg

from initviz.snapshot import Snapshot
from initviz.views.base import lane_colours
from initviz.views.plot import Plot
from initviz.views.style import GLYPHS, SMALL_SIZE, Style


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


class Notes:
    """Lines of text in the upper corner of a plot, such as which lanes have diverged."""

    def __init__(self, plot: Plot, style: Style) -> None:
        self.item = pg.LabelItem(justify="left")
        self.item.setParentItem(plot.vb)
        self.item.anchor(itemPos=(1, 0), parentPos=(1, 0), offset=(-4, 2))
        self.look = style
        self.text = ""

    def remove(self) -> None:
        """Take the lines away, from a plot that goes on to be used."""
        self.item.setParentItem(None)
        if self.item.scene() is not None:
            self.item.scene().removeItem(self.item)

    def show_diverged(
        self, snapshot: Snapshot, *, later: bool = False, brief: bool = False
    ) -> None:
        """A line for the lanes that diverged at one epoch, by the snapshot's or ``later``.

        A ``brief`` note, for narrow plots, leaves out when.
        """
        lines = diverged_lines(snapshot, self.look, later=later, brief=brief)
        text = "<br>".join(lines)
        if text != self.text:
            self.text = text
            self.item.setText(text, color=self.look.bad, size=f"{self.look.px(SMALL_SIZE)}px")
            self.item.anchor(itemPos=(1, 0), parentPos=(1, 0), offset=(-4, 2))
