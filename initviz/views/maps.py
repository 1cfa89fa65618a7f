"""Layers × epochs: how one figure of every layer has gone, one map a lane."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from initviz.snapshot import Snapshot
from initviz.views.axes import epoch_ticks, layer_ticks
from initviz.views.base import (
    Header,
    View,
    add_plot,
    draw_once,
    equal_columns,
    lane_colours,
    lane_marks,
)
from initviz.views.heat import ColourBar, HeatScale, table, thinned_columns
from initviz.views.map_marks import Gap, Marks
from initviz.views.panel import Switch
from initviz.views.plot import Plot
from initviz.views.quantities import QUANTITIES, SATURATED, Quantity
from initviz.views.style import SMALL_SIZE, Style
from initviz.views.touch import Touch

BOTTOM, SPACING, MARGIN = 22, 4, 18
"""Pixels of the axis below each map, between the rows of the canvas, and beside each map."""

Array = NDArray[np.float64]


class MapView(View):
    """One map a lane on a common colour scale: time across, depth up. A click goes there."""

    name = "maps"
    title = "Layers × epochs"
    help = (
        "One figure of every layer at every epoch: time goes to the right, depth up, and all\n"
        "initialisations share one colour scale. An exact zero has a colour of its own; what is\n"
        "not finite is hatched. Of many epochs a column shows the greatest value.\n"
        "Click or drag to go to an epoch and look closely at a layer."
    )

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.quantity = Switch([(q.name, q.label, q.tip) for q in QUANTITIES.values()])
        self.quantity.chosen.connect(lambda _: self._show_again())
        self.panel.add_tool(self.quantity)
        self.scale = HeatScale()

    def _show_again(self) -> None:
        if self.snapshot is not None:
            self.show(self.snapshot)

    def restyle_lines(self) -> None:
        for item in (*self.marks, *self.gaps):
            item.set_look(self.look)

    @property
    def names_all(self) -> bool:
        return True

    def key_lanes(self, snapshot: Snapshot) -> Sequence[int]:
        """None: a header names every lane."""
        return ()

    def shape(self, snapshot: Snapshot) -> object:
        layers = len(snapshot.experiment.layer_names)
        return (lane_colours(snapshot), layers, self._columns(snapshot))

    def build(self, snapshot: Snapshot) -> None:
        lanes, columns = len(snapshot.experiment.lanes), self._columns(snapshot)
        layers = len(snapshot.experiment.layer_names)
        rows = math.ceil(lanes / columns)
        grid = self.canvas.ci.layout
        grid.setHorizontalSpacing(0)
        colours = table(self.look)
        self._ticked: tuple[float, float, int] | None = None
        self._end = 0
        self.headers = [
            Header(self.canvas, self.look, 3 * (k // columns), 1 + k % columns)
            for k in range(lanes)
        ]
        self.axes: list[pg.AxisItem] = []
        self.plots: list[Plot] = []
        self.images: list[pg.ImageItem] = []
        self.marks: list[Marks] = []
        self.gaps: list[Gap] = []
        for k in range(lanes):
            # The axis below reaches into a row of its own, so that those at the left can end
            # where the maps do, and all maps are equally wide.
            plot = add_plot(
                self.canvas, self.look, 3 * (k // columns) + 1, 1 + k % columns,
                x="epochs", y="layers", rowspan=2,
            )  # fmt: skip
            plot.layout.setContentsMargins(0, 0, MARGIN, 0)
            plot.hideAxis("left")
            plot.getAxis("bottom").setHeight(self.look.px(BOTTOM))
            plot.setYRange(0.5, layers + 0.5, padding=0)
            plot.vb.setBorder(self.look.pen(self.look.border))
            image = pg.ImageItem(levels=(0, 255), lut=colours)
            gap, marks = Gap(self.look), Marks(self.look)
            for item in (gap, image, marks, gap.words):
                plot.addItem(item, ignoreBounds=True)
            touch = Touch(plot, drags=True)
            touch.touched.connect(lambda at, lane=k: self._touched(lane, at))
            self.plots.append(plot)
            self.images.append(image)
            self.gaps.append(gap)
            self.marks.append(marks)
        for row in range(rows):
            self._add_left_axis(row, self.plots[row * columns])
            grid.setRowStretchFactor(3 * row + 1, 1)
            grid.setRowFixedHeight(3 * row + 2, self.look.px(BOTTOM) - SPACING)
        self.bar = ColourBar(self.canvas, self.look, 1, columns + 1, 3 * rows - 2)
        equal_columns(self.canvas, columns + 1)
        grid.setColumnPreferredWidth(0, 0)
        grid.setColumnStretchFactor(0, 0)
        grid.activate()

    def _add_left_axis(self, row: int, plot: Plot) -> None:
        axis = pg.AxisItem("left")
        axis.setPen(QColor(self.look.muted))
        axis.setTextPen(QColor(self.look.muted))
        axis.setTickFont(self.look.font(SMALL_SIZE))
        axis.label.setFont(self.look.font(SMALL_SIZE))
        axis.setStyle(tickLength=4, tickTextOffset=4, hideOverlappingLabels=False)
        draw_once(axis)
        draw_once(axis.label)
        axis.setLabel("layer")
        axis.setWidth(self.look.px(44))
        self.canvas.addItem(axis, 3 * row + 1, 0)
        axis.linkToView(plot.vb)
        self.axes.append(axis)

    def feed(self, snapshot: Snapshot) -> None:
        quantity = QUANTITIES[self.quantity.value]
        history = snapshot.history
        columns, step = thinned_columns(
            history.epochs, quantity.of(history.high), quantity.first, history.stride
        )
        count, _, layers = columns.shape
        recorded = history.last + 1
        self._show_words(quantity, recorded)
        self._fit_axes(snapshot, recorded)
        self.scale.follow((snapshot.run, quantity.name), share=quantity.share)
        colours = self.scale.colours(columns)
        self.bar.show(self.scale, quantity.symbol)
        left = quantity.first - 0.5
        rect = QRectF(left, 0.5, max(count, 1) * step, layers)
        frame = QRectF(-0.5, self.focus.layer + 0.5, recorded, 1)
        for k, mark in enumerate(lane_marks(snapshot)):
            if count:
                self.images[k].setImage(colours[:, k].T, autoLevels=False)
                self.images[k].setRect(rect)
            else:
                self.images[k].clear()
            self._mark_gap(snapshot, quantity, k, columns[:, k], left, step)
            bright = k in self.focus.lanes
            self.marks[k].show(float(snapshot.epoch), frame, bright=bright)
            silent = snapshot.diverged[k] and self.gaps[k].lines and not self.gaps[k].words.fit
            self.headers[k].show(*mark, "diverged" if silent else "")

    def _show_words(self, quantity: Quantity, recorded: int) -> None:
        more = "time across, depth up" if recorded > 1 else "the start, depth up"
        self.panel.subtitle.setText(f"{quantity.words}: {more}")

    def _fit_axes(self, snapshot: Snapshot, recorded: int) -> None:
        # The start alone fills the maps: so one sees what a drag does to it.
        end = max(snapshot.experiment.epochs, recorded - 1) if recorded > 1 else 0
        box = self.plots[0].vb
        ticked = (box.width(), box.height(), end)
        if ticked == self._ticked:
            return
        self._ticked = ticked
        names = snapshot.experiment.layer_names
        scale = self.look.text_scale
        across = epoch_ticks(end, box.width() / scale)
        up = layer_ticks(names, box.height() / scale)
        for plot in self.plots:
            plot.setXRange(-0.5, end + 0.5, padding=0)
            plot.getAxis("bottom").setTicks(across)
        for axis in self.axes:
            axis.setTicks(up)

    def _mark_gap(
        self, snapshot: Snapshot, quantity: Quantity, lane: int, columns: Array, left: float,
        step: int,
    ) -> None:  # fmt: skip
        """Say why a map has holes, (columns, layers) with NaN, or is nothing but a hole."""
        layers, gap = columns.shape[1], self.gaps[lane]
        experiment = snapshot.experiment
        whole = QRectF(-0.5, 0.5, max(experiment.epochs, len(columns)) + 1, layers)
        if quantity is SATURATED:
            activation = experiment.activation_of(experiment.lanes[lane])
            if activation.saturation is None:
                gap.show(whole, [f"{activation.label}", "does not saturate"], hatched=False)
                return
            columns = columns[:, :-1]  # the output has no φ
        holes = np.flatnonzero(~np.isfinite(columns).all(axis=1))
        if not len(holes):
            gap.show(QRectF())
            return
        since = int(snapshot.diverged_at[lane])
        words = ["diverged", f"at epoch {since}"] if since >= 0 else ["not finite"]
        first, last = int(holes[0]), int(holes[-1])
        gap.show(QRectF(left + first * step, 0.5, (last - first + 1) * step, layers), words)

    def _columns(self, snapshot: Snapshot) -> int:
        """The columns in which maps come closest to a shape that suits time across."""
        count = len(snapshot.experiment.lanes)
        width, height = max(self.canvas.width() - 120, 1), max(self.canvas.height(), 1)

        def squareness(columns: int) -> float:
            rows = math.ceil(count / columns)
            shape = (width / columns - MARGIN) / max(height / rows - BOTTOM - 24, 20)
            return abs(math.log(max(shape, 0.01) / 1.3)) + 0.3 * (columns * rows - count)

        return min(range(1, count + 1), key=squareness)

    # --- the mouse ------------------------------------------------------------------------------

    def _place(self, lane: int, at: QPointF) -> tuple[int, int]:
        """The epoch and the layer at a place of a map; the nearest that there are."""
        assert self.snapshot is not None
        last = self.snapshot.history.last
        layers = len(self.snapshot.experiment.layer_names)
        epoch = min(max(round(at.x()), 0), last)
        return epoch, min(max(math.floor(at.y() - 0.5), 0), layers - 1)

    def _touched(self, lane: int, at: QPointF) -> None:
        if self.snapshot is None:
            return
        epoch, layer = self._place(lane, at)
        chosen = self.focus.replace(layer=layer)
        if lane not in self.focus.lanes:
            chosen = chosen.replace(lane=lane)
        if chosen != self.focus:
            self.focus_asked.emit(chosen)
        if epoch != self.snapshot.epoch:
            self.epoch_asked.emit(epoch)

    def value_at(self, position: QPointF) -> str:
        """The exact number of the layer and the epoch under the mouse."""
        snapshot = self.snapshot
        for lane, plot in enumerate(self.plots if snapshot else []):
            if not plot.vb.sceneBoundingRect().contains(position):
                continue
            assert snapshot is not None
            at = plot.vb.mapSceneToView(position)
            history = snapshot.history
            if at.x() > history.last + 0.5:
                return ""
            epoch, layer = self._place(lane, at)
            row = history.row(epoch)
            epoch = int(history.epochs[row])
            quantity = QUANTITIES[self.quantity.value]
            experiment = snapshot.experiment
            place = f"epoch {epoch}, {experiment.layer_names[layer]}"
            activation = experiment.activation_of(experiment.lanes[lane])
            if epoch < quantity.first:
                text = "no update yet"
            elif quantity is SATURATED and layer == len(experiment.hidden):
                text = "the output has no φ"
            elif quantity is SATURATED and activation.saturation is None:
                text = f"{activation.label} does not saturate"
            else:
                text = quantity.text(float(quantity.of(history)[row, lane, layer]))
            return f"{place} · {experiment.lanes[lane].title}: {text}"
        return ""
