"""The decision boundary of every lane over the input plane."""

from __future__ import annotations

import math

import contourpy
import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, qRgb

from initviz.snapshot import Plane, Snapshot
from initviz.views.base import Header, View, draw_once, equal_columns, lane_colours
from initviz.views.style import SMALL_SIZE, Style, font

SMALL_TILE = 100
"""Pixels under which a tile shows fewer and smaller points, or they would cover it."""

MOST_POINTS = 400
"""Training points drawn in each tile."""


class BoundaryView(View):
    """What each network answers at every point of the plane, with the training points on it."""

    name = "boundary"
    title = "Decision boundary"
    help = (
        "The probability of class 1 at every point of the input plane: orange 0, blue 1.\n"
        "The black line is where the network is undecided (logit 0)."
    )
    wants_boundary = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.canvas.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)

    def restyle_lines(self) -> None:
        for tile in self._tiles:
            tile.line.setPen(self.look.pen("#000000"))

    def shape(self, snapshot: Snapshot) -> object:
        small = self.tile_size(snapshot) < SMALL_TILE
        return (lane_colours(snapshot), self._columns(snapshot), small)

    def build(self, snapshot: Snapshot) -> None:
        columns = self._columns(snapshot)
        self._tiles = [
            Tile(self, snapshot, k, 2 * (k // columns), k % columns)
            for k in range(len(snapshot.experiment.lanes))
        ]
        rows = math.ceil(len(self._tiles) / columns)
        for row in range(rows):
            self.canvas.ci.layout.setRowFixedHeight(2 * row, 20)
            self.canvas.ci.layout.setRowStretchFactor(2 * row + 1, 1)
        equal_columns(self.canvas, columns)
        self._build_bar(2 * rows, columns)

    def feed(self, snapshot: Snapshot) -> None:
        if snapshot.boundary is None:
            return
        self.panel.subtitle.setText(f"epoch {snapshot.epoch} · test accuracy{_plane(snapshot)}")
        accuracy = snapshot.history.test_accuracy[snapshot.epoch]
        for k, tile in enumerate(self._tiles):
            tile.set_plane(snapshot.plane)
            tile.show(snapshot.boundary[k], float(accuracy[k]), snapshot)

    def _columns(self, snapshot: Snapshot) -> int:
        """Tiles in a row: few, for the sake of their titles, but nearly as large as can be."""
        numbers = range(1, len(snapshot.experiment.lanes) + 1)
        largest = max(self.tile_size(snapshot, columns) for columns in numbers)
        return next(c for c in numbers if self.tile_size(snapshot, c) >= 0.85 * largest)

    def tile_size(self, snapshot: Snapshot, columns: int | None = None) -> float:
        """Pixels on a side of a tile, with so many in a row."""
        columns = columns or self._columns(snapshot)
        rows = math.ceil(len(snapshot.experiment.lanes) / columns)
        return float(
            min((self.canvas.width() - 60) / columns - 8, self.canvas.height() / rows - 26)
        )

    def _build_bar(self, rows: int, column: int) -> None:
        """The colour bar: the probability of class 1, 0 at the bottom."""
        plot = self.canvas.addPlot(0, column, rowspan=rows, enableMenu=False)
        plot.hideButtons()
        plot.vb.setMouseEnabled(x=False, y=False)
        plot.layout.setContentsMargins(0, 8, 0, 8)
        plot.hideAxis("left")
        plot.hideAxis("bottom")
        plot.showAxis("right")
        axis = plot.getAxis("right")
        axis.setTicks([[(0.0, "0"), (0.5, "½"), (1.0, "1")], []])
        axis.setPen(QColor(self.look.muted))
        axis.setTextPen(QColor(self.look.muted))
        axis.setTickFont(font(SMALL_SIZE))
        axis.setLabel("P(class 1)")
        axis.label.setFont(font(SMALL_SIZE))
        image = pg.ImageItem(np.linspace(0, 1, 64)[:, None], levels=(0, 1))
        image.setLookupTable(self.look.diverging())
        image.setRect(QRectF(0, 0, 1, 1))
        plot.addItem(image)
        plot.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
        self.canvas.ci.layout.setColumnFixedWidth(column, 46)


class ByteImage(pg.ImageItem):
    """An image of bytes, coloured by a table that is made once, not at every frame."""

    def __init__(self, colours: NDArray[np.ubyte]) -> None:
        super().__init__()
        self._table = [qRgb(*map(int, colour)) for colour in colours]

    def render(self) -> None:
        """Make the QImage of the present bytes; pyqtgraph asks for it before painting."""
        values: NDArray[np.ubyte] = np.ascontiguousarray(self.image)  # type: ignore[has-type]
        self.image = values  # QImage borrows the memory
        height, width = values.shape
        self.qimage = QImage(values.data, width, height, width, QImage.Format.Format_Indexed8)
        self.qimage.setColorTable(self._table)
        self._renderRequired = False
        self._unrenderable = False


class Tile:
    """One lane's boundary: header, image, line of indecision, points."""

    def __init__(
        self, view: BoundaryView, snapshot: Snapshot, lane: int, row: int, column: int
    ) -> None:
        style = view.look
        self.colour = lane_colours(snapshot)[lane]
        self.lane = lane
        self.header = Header(view.canvas, style, row, column)
        self.box = view.canvas.addViewBox(row + 1, column, enableMenu=False)
        self.box.setMouseEnabled(x=False, y=False)
        self.box.setDefaultPadding(0)
        self.box.setAspectLocked(True)
        self.image = ByteImage(style.diverging())
        self._placed: tuple[object, ...] = ()
        self._plane: Plane | None = None
        self._rect = QRectF()
        # One pixel and no more: that Qt draws quickly, smooth or not.
        self.line = pg.PlotCurveItem(connect="finite", pen=style.pen("#000000"), antialias=True)
        self.box.addItem(self.image)
        self.box.addItem(self.line)
        small = view.tile_size(snapshot) < SMALL_TILE
        self._most = MOST_POINTS // 2 if small else MOST_POINTS
        self.points = [
            pg.ScatterPlotItem(
                size=3.5 if small else 5,
                symbol=symbol,
                brush=QColor(fill),
                pen=pg.mkPen(style.outline, width=0.6),
            )
            for symbol, fill in (("o", style.negative_mark), ("s", style.positive_mark))
        ]
        for item in self.points:
            draw_once(item)
            self.box.addItem(item)
        self.note = pg.TextItem(
            "", color="#16191e", anchor=(0.5, 0.5), fill=QColor(255, 255, 255, 208)
        )
        self.note.setFont(font(SMALL_SIZE))
        self.box.addItem(self.note)
        self.set_plane(snapshot.plane)

    def set_plane(self, plane: Plane) -> None:
        """Draw over this plane from now on; another experiment may have another one."""
        if plane is self._plane:
            return
        self._plane = plane
        left, right, bottom, top = plane.extent
        self._rect = QRectF(left, bottom, right - left, top - bottom)
        step = max(1, math.ceil(len(plane.points) / self._most))
        points, labels = plane.points[::step], plane.labels[::step]
        for label, item in enumerate(self.points):
            item.setData(pos=points[labels == label])
        self.note.setPos(self._rect.center())
        self.box.setRange(self._rect, padding=0, disableAutoRange=True)

    def show(self, logits: NDArray[np.floating], accuracy: float, snapshot: Snapshot) -> None:
        """Draw this lane's logits, (G, G), row 0 at the bottom."""
        finite = np.isfinite(logits)
        clipped = np.clip(np.where(finite, logits, 0), -60, 60)
        probability = np.asarray(255 / (1 + np.exp(-clipped)), dtype=np.ubyte)
        self.image.setImage(probability, autoLevels=False)
        if (probability.shape, self._rect) != self._placed:
            self._placed = probability.shape, self._rect
            self.image.setRect(self._rect)
        self._draw_line(np.where(finite, clipped, np.nan))
        diverged = bool(snapshot.diverged[self.lane])
        title = snapshot.experiment.lanes[self.lane].title
        if diverged:
            self.note.setText(f"diverged at epoch {snapshot.diverged_at[self.lane]}")
        elif not finite.all():
            self.note.setText("not finite everywhere")
        self.note.setVisible(diverged or not finite.all())
        self.header.show(self.colour, title, "" if diverged else f"{100 * accuracy:.0f} %")

    def _draw_line(self, logits: NDArray[np.floating]) -> None:
        if np.isnan(logits).any() or logits.min() == logits.max():
            # A network that answers the same everywhere has no boundary.
            self.line.setData([], [])
            return
        size = len(logits)
        steps = (np.arange(size) + 0.5) / size
        x = self._rect.left() + steps * self._rect.width()
        y = self._rect.top() + steps * self._rect.height()
        lines = contourpy.contour_generator(x, y, logits, line_type="ChunkCombinedNan").lines(0.0)
        points = lines[0][0]  # one chunk: all lines, with NaN between them
        if points is None:
            self.line.setData([], [])
        else:
            self.line.setData(points[:, 0], points[:, 1])


def _plane(snapshot: Snapshot) -> str:
    if not snapshot.plane.is_projection:
        return ""
    return (
        f" · plane of the first two principal components of "
        f"{snapshot.plane.basis.shape[1]} inputs ({100 * snapshot.plane.explained:.0f} % of the "
        f"variance)"
    )
