"""The decision boundary of every lane over the input plane."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, qRgb

from initviz.catalog.tasks import REGRESSION
from initviz.parts import Part
from initviz.snapshot import Array, Plane, Snapshot
from initviz.views.answers import colouring, zero_lines
from initviz.views.base import Header, View, draw_once, equal_columns, lane_colours, lane_words
from initviz.views.label import Label
from initviz.views.plot import bare_plot
from initviz.views.style import SMALL_SIZE, Style

SMALL_TILE = 100
"""Pixels under which a tile shows fewer and smaller points, or they would cover it."""

ROOMY_TILE = 150
"""Pixels from which a tile has room for the values at the ends of its axes."""

AXIS_HEIGHT = 16
"""Pixels that an axis takes."""

MOST_POINTS = 400
"""Training points drawn in each tile."""


NOISE = 0.3
"""Points of lines for each cell of a tile from which on they would cover it."""


class BoundaryView(View):
    """What each network answers at every point of the plane, with the training points on it."""

    name = "boundary"
    title = "Decision boundary"
    help = (
        "What the network answers at every point of the input plane.\n"
        "Two classes: the probability of the second, and a line where it is ½. More: the class "
        "that wins, the stronger the surer. A number: its value, with lines at its mean and one "
        "deviation to either side."
    )
    parts = frozenset({Part.BOUNDARY})

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.canvas.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)

    def restyle_lines(self) -> None:
        for tile in self._tiles:
            tile.line.setPen(self.look.pen("#000000"))

    @property
    def names_all(self) -> bool:
        return True

    def key_lanes(self, snapshot: Snapshot) -> Sequence[int]:
        """None: a header names every lane."""
        return ()

    def shape(self, snapshot: Snapshot) -> object:
        small = self.tile_size(snapshot) < SMALL_TILE
        data: object = (snapshot.experiment.data, snapshot.experiment.seed)
        facts = snapshot.experiment.data.facts
        if facts.task is not REGRESSION and not facts.units:
            data = facts  # other points of the same classes are fed: noise is something to drag
        return (lane_colours(snapshot), self._columns(snapshot), small, data)

    def build(self, snapshot: Snapshot) -> None:
        columns = self._columns(snapshot)
        self.colouring = colouring(self.look, snapshot.experiment.data.facts, snapshot.plane)
        self._tiles = [
            Tile(self, snapshot, k, 2 * (k // columns), k % columns)
            for k in range(len(snapshot.experiment.lanes))
        ]
        rows = math.ceil(len(self._tiles) / columns)
        for row in range(rows):
            self.canvas.ci.layout.setRowFixedHeight(2 * row, self.look.px(20))
            self.canvas.ci.layout.setRowStretchFactor(2 * row + 1, 1)
        equal_columns(self.canvas, columns)
        self._build_bar(2 * rows, columns)

    def feed(self, snapshot: Snapshot) -> None:
        if snapshot.boundary is None:
            return
        self.panel.subtitle.setText(
            f"epoch {snapshot.epoch} · test {snapshot.experiment.task.score}{_plane(snapshot)}"
        )
        scores = snapshot.history.test_score[snapshot.history.row(snapshot.epoch)]
        for k, tile in enumerate(self._tiles):
            tile.show(snapshot.boundary[k], float(scores[k]), snapshot)

    def value_at(self, position: QPointF) -> str:
        shown = self.snapshot
        if shown is None or shown.boundary is None:
            return ""
        tile = next((t for t in self._tiles if t.box.sceneBoundingRect().contains(position)), None)
        return tile.value_at(position, shown) if tile else ""

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
            min(
                (self.canvas.width() - self.look.px(60)) / columns - 8,
                self.canvas.height() / rows - self.look.px(26),
            )
        )

    def _build_bar(self, rows: int, column: int) -> None:
        """The colour bar."""
        bar = self.colouring.bar
        plot = bare_plot(self.canvas, 0, column, rows)
        plot.layout.setContentsMargins(0, 8, 0, 8)
        axis = plot.getAxis("right")
        axis.setTicks([[*bar.ticks], []])
        axis.setPen(QColor(self.look.muted))
        axis.setTextPen(QColor(self.look.muted))
        axis.setTickFont(self.look.font(SMALL_SIZE))
        axis.setLabel(bar.label)
        axis.label.setFont(self.look.font(SMALL_SIZE))
        image = ByteImage(self.colouring.table)
        image.setImage(bar.image, autoLevels=False)
        image.setRect(QRectF(0, 0, 1, 1))
        plot.addItem(image)
        plot.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
        self.canvas.ci.layout.setColumnFixedWidth(column, self.look.px(bar.width))


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
    """One lane's boundary: header, image, lines where the answer changes, points."""

    def __init__(
        self, view: BoundaryView, snapshot: Snapshot, lane: int, row: int, column: int
    ) -> None:
        style, plane = view.look, snapshot.plane
        self.colour = lane_colours(snapshot)[lane]
        self.lane = lane
        self.colouring = view.colouring
        self.plane = plane
        left, right, bottom, top = plane.extent
        self._rect = QRectF(left, bottom, right - left, top - bottom)
        self._cells = 0
        self._margin = 0.0
        self.header = Header(view.canvas, style, row, column)
        self.box = view.canvas.add_box(row + 1, column, x="plane", y="plane")
        self.box.setAspectLocked(True)
        self.image = ByteImage(self.colouring.table)
        # One pixel and no more: that Qt draws quickly, smooth or not.
        self.line = pg.PlotCurveItem(connect="finite", pen=style.pen("#000000"), antialias=True)
        self.box.addItem(self.image)
        self.box.addItem(self.line)
        size = view.tile_size(snapshot)
        small = size < SMALL_TILE
        self._most = MOST_POINTS // 2 if small else MOST_POINTS
        self.points = [
            pg.ScatterPlotItem(
                size=3.5 if small else 5,
                symbol=mark.symbol,
                brush=QColor(mark.fill),
                pen=pg.mkPen(style.outline, width=0.6),
            )
            for mark in self.colouring.marks(plane.labels)
        ]
        for item in self.points:
            draw_once(item)
            self.box.addItem(item)
        self.note = Label(style)
        self.box.addItem(self.note)
        if snapshot.experiment.data.facts.units and not plane.is_projection:
            self._add_axes(style, size)
            height = style.px(AXIS_HEIGHT)
            self._margin = height / max(size, 3 * height)
        self._show_plane(plane)

    def _show_plane(self, plane: Plane) -> None:
        """Draw these points, and the part of the plane that they lie in."""
        self.plane = plane
        left, right, bottom, top = plane.extent
        self._rect = QRectF(left, bottom, right - left, top - bottom)
        self._cells = 0
        step = max(1, math.ceil(len(plane.points) / self._most))
        points, labels = plane.points[::step], plane.labels[::step]
        for item, mark in zip(self.points, self.colouring.marks(labels), strict=True):
            item.setData(pos=points[mark.chosen])
        self.note.setPos(self._rect.center())
        margin = self._rect.width() * self._margin
        drawn = self._rect.adjusted(-margin, -margin, 0, 0)
        self.box.setRange(drawn, padding=0, disableAutoRange=True)

    def _add_axes(self, style: Style, size: float) -> None:
        """Names of the axes and, where there is room, the values at their ends."""
        left, right, bottom, top = self.plane.extent
        for axis, (low, high) in enumerate(((left, right), (bottom, top))):
            turned = 90 if axis else 0
            texts = [((low + high) / 2, 0.5, self.plane.axes[axis])]
            if size >= style.px(ROOMY_TILE):
                offset, scale = self.plane.offset[axis], self.plane.scale[axis]
                texts += [(at, anchor, f"{offset + scale * at:.3g}")
                          for at, anchor in ((low, 0.0), (high, 1.0))]  # fmt: skip
            for at, anchor, text in texts:
                item = pg.TextItem(
                    text, color=style.muted, angle=turned, anchor=(anchor, 1.0 if axis else 0.0)
                )
                item.setFont(style.font(SMALL_SIZE))
                item.setPos(*((left, at) if axis else (at, bottom)))
                self.box.addItem(item)

    def show(self, outputs: Array, score: float, snapshot: Snapshot) -> None:
        """Draw this lane's outputs, (outputs, G, G), row 0 at the bottom."""
        if snapshot.plane is not self.plane:
            self._show_plane(snapshot.plane)
        finite = np.isfinite(outputs)
        whole = bool(finite.all())
        if not whole:
            outputs = np.where(finite, outputs, 0)
        self.image.setImage(self.colouring.paint(outputs), autoLevels=False)
        if outputs.shape[-1] != self._cells:
            self._cells = outputs.shape[-1]
            self.image.setRect(self._rect)
        self._draw_lines(self.colouring.fields(outputs) if whole else [])
        diverged = bool(snapshot.diverged[self.lane])
        lane = snapshot.experiment.lanes[self.lane]
        words = "" if whole else "not finite everywhere"
        if diverged:
            words = f"diverged at epoch {snapshot.diverged_at[self.lane]}"
        self.note.say(words, self.box.width())
        figure = "" if diverged else snapshot.experiment.task.score_text(score)
        self.header.show(self.colour, lane.title, figure)

    def value_at(self, position: QPointF, snapshot: Snapshot) -> str:
        """The coordinates of a place in the scene, and what the network answers there."""
        at = self.box.mapSceneToView(position)
        if not self._rect.contains(at) or snapshot.boundary is None:
            return ""
        outputs = snapshot.boundary[self.lane]
        size = outputs.shape[-1]
        left, right, bottom, top = self.plane.extent
        column = min(int((at.x() - left) / (right - left) * size), size - 1)
        row = min(int((at.y() - bottom) / (top - bottom) * size), size - 1)
        answer = outputs[:, row, column]
        since = snapshot.diverged_at[self.lane]
        if np.isfinite(answer).all():
            words = self.colouring.words(answer)
        else:
            words = f"diverged at epoch {since}" if since >= 0 else "not finite"
        numbers = [
            f"{name} {offset + scale * value:.3g}".replace("-", "−")
            for name, offset, scale, value in zip(
                self.plane.axes, self.plane.offset, self.plane.scale, (at.x(), at.y()), strict=True
            )
        ]
        return f"{lane_words(snapshot, self.lane)}: {words}\n{', '.join(numbers)}"

    def _draw_lines(self, fields: Sequence[Array]) -> None:
        found = [zero_lines(field, self.plane.extent) for field in fields]
        lines = [line for line in found if line is not None]
        if sum(map(len, lines)) > NOISE * self._cells**2:
            lines = []  # an answer that changes from cell to cell would be covered by them
        gap = np.full((1, 2), np.nan)
        parts = [part for line in lines for part in (gap, line)][1:]
        points = np.concatenate(parts) if parts else np.empty((0, 2))
        self.line.setData(points[:, 0], points[:, 1])


def _plane(snapshot: Snapshot) -> str:
    if not snapshot.plane.is_projection:
        return ""
    return (
        f" · plane of the first two principal components of "
        f"{snapshot.plane.basis.shape[1]} inputs ({100 * snapshot.plane.explained:.0f} % of the "
        f"variance)"
    )
