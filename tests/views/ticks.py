"""What an axis says, and where."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtGui import QFontMetricsF

from initviz.views.plot import Plot
from initviz.views.style import SMALL_SIZE, font


def ticks(plot: Plot, side: str) -> dict[str, float]:
    """Label → position of an axis whose ticks a view has set."""
    return {label: position for position, label in plot.getAxis(side)._tickLevels[0]}


def seen_range(plot: Plot) -> tuple[float, float, float, float]:
    """Left, right, bottom, top of what a plot shows."""
    (left, right), (bottom, top) = plot.vb.viewRange()
    return left, right, bottom, top


def labels_are_apart(plot: Plot, side: str) -> bool:
    """Whether no two labels of an axis touch, as large as the plot is now."""
    metrics = QFontMetricsF(font(SMALL_SIZE))
    left, right, bottom, top = seen_range(plot)
    if side == "bottom":
        scale, start = plot.vb.width() / (right - left), left
        room = [metrics.horizontalAdvance(label) for label in ticks(plot, side)]
    else:
        scale, start = plot.vb.height() / (top - bottom), bottom
        room = [metrics.capHeight()] * len(ticks(plot, side))
    at = [(position - start) * scale for position in ticks(plot, side).values()]
    spans = sorted((x - size / 2, x + size / 2) for x, size in zip(at, room, strict=True))
    return all(a[1] < b[0] for a, b in pairwise(spans))
