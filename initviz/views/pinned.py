"""Pinned runs in a plot: grey curves behind the present ones, and a line that names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from initviz.snapshot import Pinned, Snapshot
from initviz.views.curves import Curve, LaneCurves
from initviz.views.plot import Plot
from initviz.views.style import SMALL_SIZE, Style

SAMPLE = 18.0
"""Pixels of the piece of line before a name."""


class PinnedRuns:
    """The curves of all pinned runs in one plot, with a legend in the row below it.

    Args:
        canvas: where the plot stands; the legend gets the place ``below`` if there is a pin.
        plot: where the curves go, behind everything else.
        pinned: the runs; others take a new ``PinnedRuns``.
        below: row, column and columns of the legend.
    """

    def __init__(
        self,
        canvas: pg.GraphicsLayoutWidget,
        plot: Plot,
        style: Style,
        pinned: Sequence[Pinned],
        below: tuple[int, int, int] = (1, 0, 1),
    ) -> None:
        self.pinned = tuple(pinned)
        self.curves = LaneCurves(style, width=1.0, marker=6, pinned=True)
        self.curves.setZValue(-10)
        plot.addItem(self.curves)
        self.legend = PinnedLegend(style, self.pinned)
        if self.pinned:
            row, column, columns = below
            canvas.addItem(self.legend, row, column, colspan=columns)
        self._key: object = None

    def show(
        self, key: object, make: Callable[[Snapshot], Sequence[Curve]],
        note: Callable[[Snapshot], str] = lambda _: "",
    ) -> None:  # fmt: skip
        """Draw the curves that ``make`` gives for every run, if ``key`` is another than before.

        ``note`` says what there is to say of a run, such as why it has no curves.
        """
        if key == self._key:
            return
        self._key = key
        self.curves.set_curves(
            [
                replace(curve, dashed=place % 2 == 1)
                for place, run in enumerate(self.pinned)
                for curve in make(run.snapshot)
            ]
        )
        self.legend.show_notes([note(run.snapshot) for run in self.pinned])

    def set_look(self, look: Style) -> None:
        """Draw the same in another look."""
        self.curves.set_look(look)
        self.legend.set_look(look)


def over_epochs(
    snapshot: Snapshot, x: NDArray[np.float64], heights: NDArray[np.float64]
) -> list[Curve]:
    """A pinned run's curves of a figure over the epochs ``x``, (points, K), as it is drawn."""
    return _curves(snapshot, [x] * heights.shape[1], heights)


def over_layers(
    snapshot: Snapshot, heights: NDArray[np.float64], aside: Callable[[int], float] = lambda _: 0.0
) -> list[Curve]:
    """A pinned run's curves of a figure that every layer has, (layers, K), as it is drawn.

    ``aside`` is how far a lane is moved, so that equal ones are both seen.
    """
    numbers = np.arange(1.0, len(heights) + 1)
    return _curves(snapshot, [numbers + aside(k) for k in range(heights.shape[1])], heights)


def _curves(
    snapshot: Snapshot, x: Sequence[NDArray[np.float64]], heights: NDArray[np.float64]
) -> list[Curve]:
    """One curve a lane, with the lane's marker at the last point that there is."""
    found = []
    for k, lane in enumerate(snapshot.experiment.lanes):
        there = np.flatnonzero(np.isfinite(heights[:, k]))
        found.append(Curve(x[k], heights[:, k], int(lane.colour or 0), marked=there[-1:].tolist()))
    return found


class PinnedLegend(pg.GraphicsWidget):
    """Below a plot, a line for every grey run: a piece of its curves, and its name."""

    def __init__(self, style: Style, pinned: Sequence[Pinned]) -> None:
        super().__init__()
        self.look = style
        self.titles = [run.title for run in pinned]
        self.notes = [""] * len(pinned)
        self._line = QFontMetricsF(style.font(SMALL_SIZE)).height() + 1
        self.setMinimumHeight(self._line * len(pinned))
        self.setMaximumHeight(self._line * len(pinned))

    def show_notes(self, notes: Sequence[str]) -> None:
        """Put a note behind every run's name; "" is none."""
        self.notes = [f" ({note})" if note else "" for note in notes]
        lines = [title + note for title, note in zip(self.titles, self.notes, strict=True)]
        self.setToolTip("Pinned:\n" + "\n".join(lines))
        self.update()

    def set_look(self, look: Style) -> None:
        """Draw the same in another look."""
        self.look = look
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw as much of every name as fits; the note behind it stays whole."""
        metrics = QFontMetricsF(self.look.font(SMALL_SIZE))
        painter.setFont(self.look.font(SMALL_SIZE))
        left = 8 + SAMPLE + 6
        for place, (title, note) in enumerate(zip(self.titles, self.notes, strict=True)):
            middle = (place + 0.5) * self._line
            painter.setPen(self.look.pinned_pen(dashed=place % 2 == 1))
            painter.drawLine(QPointF(8, middle), QPointF(8 + SAMPLE, middle))
            painter.setPen(QColor(self.look.muted))
            room = max(self.width() - left - metrics.horizontalAdvance(note), 0)
            text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room) + note
            at = QRectF(left, place * self._line, max(self.width() - left, 0), self._line)
            painter.drawText(at, int(Qt.AlignmentFlag.AlignVCenter), text)
