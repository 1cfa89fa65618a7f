"""One item that draws the curves of all lanes.

An item of its own for each curve and its markers costs more in bookkeeping (bounding rectangles,
transforms) than in drawing: one item for all lanes took a third of the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTransform,
)

from initviz.history import History, Scalars
from initviz.views.overplot import OverPlot
from initviz.views.style import SYMBOLS, Style

WIDE_POINTS = 100
"""Points up to which lines are wider than a pixel, or dashed. Qt has a quick way to draw smooth
lines that are just one pixel wide; wider ones take five times as long."""


MOST_POINTS = 600
"""Points in a curve; of more, the extremes of every few are drawn."""


@dataclass(frozen=True)
class Curve:
    """One lane's curve.

    Attributes:
        x, y: (n,), in the plot's coordinates; a NaN is a gap.
        colour: the lane's place in the palette.
        dashed: whether another curve lies below it.
        marked: the indices of the points that carry the lane's marker.
        dotted: whether it is a lane's second curve.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    colour: int
    dashed: bool = False
    marked: Sequence[int] | slice = ()
    dotted: bool = False


class LaneCurves(OverPlot):
    """The curves of all lanes in one plot.

    Args:
        style: colours and widths.
        width: of the lines, while they are short (see ``WIDE_POINTS``).
        marker: size of the markers, in pixels.
        theory: whether these are predictions: dotted lines in the colour of the text, which can
            be seen upon the measured ones.
        pinned: whether these are another run's: grey lines with grey markers.
    """

    def __init__(
        self,
        style: Style,
        width: float = 1.5,
        marker: float = 7,
        *,
        theory: bool = False,
        pinned: bool = False,
    ) -> None:
        super().__init__()
        self.theory, self.pinned = theory, pinned
        self.look, self.width, self.marker = style, width, marker
        self.curves: list[Curve] = []
        self._paths: list[tuple[QPainterPath, QPen]] = []
        self._marks: list[tuple[NDArray[np.float64], int]] = []
        self._pixmaps: dict[tuple[int, float], QPixmap] = {}

    def set_curves(self, curves: Sequence[Curve]) -> None:
        """Draw these curves instead."""
        self.curves = list(curves)
        self._paths = []
        self._marks = []
        for curve in self.curves:
            short = len(curve.x) <= WIDE_POINTS
            if self.theory:
                pen = self.look.pen(self.look.text, 1.0, Qt.PenStyle.DotLine)
            elif self.pinned:
                pen = self.look.pinned_pen(dashed=curve.dashed)
            else:
                pen = self.look.lane_pen(
                    curve.colour, self.width if short else 1.0, dashed=curve.dashed and short
                )
                if curve.dotted:
                    pen.setStyle(Qt.PenStyle.DotLine)
            path = pg.arrayToQPath(curve.x, curve.y, connect="finite")
            self._paths.append((path, pen))
            if isinstance(curve.marked, slice) or len(curve.marked):
                points = np.stack([curve.x[curve.marked], curve.y[curve.marked]], axis=1)
                points = points[np.isfinite(points).all(axis=1)]
                self._marks.append((points, curve.colour))
        self.update()

    def place(self, box: pg.ViewBox, curve: int, point: int) -> QPointF:
        """Where in the scene a point of a curve is drawn, in the box that holds this item."""
        it = self.curves[curve]
        return QPointF(box.mapViewToScene(QPointF(float(it.x[point]), float(it.y[point]))))

    def set_look(self, look: Style) -> None:
        """Draw the same curves in another look."""
        self.look = look
        self._pixmaps.clear()
        self.set_curves(self.curves)

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw lines in the plot's coordinates, then markers in pixels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for path, pen in self._paths:
            painter.setPen(pen)
            painter.drawPath(path)
        if not self._marks:
            return
        transform = painter.worldTransform()
        painter.setWorldTransform(QTransform())
        if painter.paintEngine().type() is not QPaintEngine.Type.Raster:
            self._draw_marks(painter, transform)
            painter.setWorldTransform(transform)
            return
        ratio = painter.device().devicePixelRatioF()
        for points, colour in self._marks:
            marker = self._marker(colour, ratio)
            half = marker.width() / ratio / 2
            for x, y in points:
                at = transform.map(QPointF(x, y))
                painter.drawPixmap(QPointF(at.x() - half, at.y() - half), marker)
        painter.setWorldTransform(transform)

    def _draw_marks(self, painter: QPainter, transform: QTransform) -> None:
        """The markers as shapes, for paper, which has no pixels."""
        for points, colour in self._marks:
            shape = self._ready(painter, colour)
            for x, y in points:
                at = transform.map(QPointF(x, y))
                painter.drawPath(shape.translated(at))

    def _ready(self, painter: QPainter, colour: int) -> QPainterPath:
        """A lane's marker around (0, 0), with the painter's pen and brush made ready for it."""
        painter.setPen(QPen(QColor(self.look.panel), 0.5))
        painter.setBrush(QColor(self.look.muted if self.pinned else self.look.lanes[colour]))
        shape: QPainterPath = Symbols[SYMBOLS[colour]]
        return QTransform.fromScale(self.marker, self.marker).map(shape)

    def _marker(self, colour: int, ratio: float) -> QPixmap:
        """The lane's marker, drawn once for every density of pixels."""
        key = colour, ratio
        if key not in self._pixmaps:
            side = self.marker + 2
            pixmap = QPixmap(QSize(1, 1) * math.ceil(side * ratio))
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            with QPainter(pixmap) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                shape = self._ready(painter, colour)
                painter.translate(pixmap.width() / ratio / 2, pixmap.height() / ratio / 2)
                painter.drawPath(shape)
            self._pixmaps[key] = pixmap
        return self._pixmaps[key]


@dataclass(frozen=True)
class Series:
    """A figure of every lane over the epochs.

    Attributes:
        epochs: (E,), the epoch of every row.
        values: (E, K), those of the epochs.
        low, high: (E, K), the least and the greatest since the row on the stride before; ``values``
            themselves where every epoch has its row.
    """

    epochs: NDArray[np.int_]
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(
        cls, history: History, figure: Callable[[Scalars], NDArray[np.float64]], first: int = 0
    ) -> Series:
        """A figure of a history, (E, K), from the epoch ``first`` on."""
        rows = slice(int(np.searchsorted(history.epochs, first)), None)
        values = figure(history)[rows]
        if history.stride == 1:
            return cls(history.epochs[rows], values, values, values)
        low, high = figure(history.low)[rows], figure(history.high)[rows]
        return cls(history.epochs[rows], values, low, high)


def thinned(series: Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Epochs and values (points, K) to draw of a series.

    Past ``MOST_POINTS`` only the least and the greatest of every few values are kept, so that
    no spike is lost and no frame is late. A few with a NaN among them become a gap.
    """
    count, lanes = series.values.shape
    step = step_of(count)
    every = series.low is series.values
    if step == 1 and every:
        return series.epochs.astype(np.float64), series.values
    whole = count // step * step
    # ``reduceat`` takes a tenth of the time of ``min`` along an axis before a short one.
    starts = np.arange(0, whole, step)
    low = np.minimum.reduceat(series.low[:whole], starts, axis=0)
    high = np.maximum.reduceat(series.high[:whole], starts, axis=0)
    x, rest = series.epochs[:whole:step].astype(np.float64), series.epochs[whole:]
    if not every:  # the few at the end have extremes, too, and end at what the newest has
        x, rest = np.concatenate([x, rest]), rest[:0]
        low, high = (np.concatenate([e, f[whole:]])
                     for e, f in ((low, series.low), (high, series.high)))  # fmt: skip
        rest, whole = series.epochs[-1:], count - 1
    extremes = np.stack([low, high], axis=1).reshape(-1, lanes)
    x = np.concatenate([np.repeat(x, 2), rest])
    return x, np.concatenate([extremes, series.values[whole:]])


def step_of(count: int) -> int:
    """How many rows of so many a drawn point stands for, see ``thinned``."""
    return max(1, -(-count // MOST_POINTS))
