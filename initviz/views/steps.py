"""One item that draws histograms: filled ones, and outlines beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from initviz.views.overplot import OverPlot
from initviz.views.style import Style

FILL = 95
"""How opaque the filling is, of 255: what lies behind shines through."""


@dataclass(frozen=True)
class Steps:
    """One histogram.

    Attributes:
        edges: (bins + 1,), in the plot's coordinates.
        heights: (bins,); they stand on 0, and hang from it where they are negative.
        colour: the lane's place in the palette; None is that of words that stand back.
        filled: whether it is filled, or an outline.
    """

    edges: NDArray[np.float64]
    heights: NDArray[np.float64]
    colour: int | None
    filled: bool = True

    def path(self) -> QPainterPath:
        """Up and down from bin to bin, beginning and ending on 0."""
        x = np.repeat(np.asarray(self.edges, dtype=np.float64), 2)
        y = np.concatenate([[0.0], np.repeat(np.asarray(self.heights, np.float64), 2), [0.0]])
        path: QPainterPath = pg.arrayToQPath(x, y, connect="all")
        return path


class StepCurves(OverPlot):
    """The histograms of one plot."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.steps: list[Steps] = []
        self._paths: list[tuple[QPainterPath, QPen, QColor | None]] = []

    def set_steps(self, steps: Sequence[Steps]) -> None:
        """Draw these histograms instead; later ones lie upon earlier ones."""
        self.steps = list(steps)
        self._paths = []
        for each in self.steps:
            name = self.look.muted if each.colour is None else self.look.lanes[each.colour]
            fill = None
            if each.filled:
                fill = QColor(name)
                fill.setAlpha(FILL)
            self._paths.append((each.path(), self.look.pen(name, 1.0), fill))
        self.update()

    def set_look(self, look: Style) -> None:
        """Draw the same in another look."""
        self.look = look
        self.set_steps(self.steps)

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw them; lines along the pixels are crisp without antialiasing."""
        for path, pen, fill in self._paths:
            if fill is None:
                painter.setBrush(Qt.BrushStyle.NoBrush)
            else:
                painter.setBrush(fill)
            painter.setPen(pen)
            painter.drawPath(path)
