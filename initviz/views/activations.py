"""Distribution of the activations, layer by layer, of all lanes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker

from initviz.parts import Part
from initviz.snapshot import LOG_HIGH, Histogram, Snapshot
from initviz.views.base import (
    Header,
    View,
    add_plot,
    behind_another,
    draw_once,
    equal_columns,
    lane_colours,
    lane_marks,
    lane_words,
)
from initviz.views.curves import Curve, LaneCurves
from initviz.views.distributions import Axis, LinearAxis, LogAxis
from initviz.views.notes import Notes
from initviz.views.panel import Switch
from initviz.views.plot import Plot
from initviz.views.readout import place_in, points_near
from initviz.views.style import SMALL_SIZE, Style
from initviz.views.zoom import FIXED

MOST_PLOTS = 9
"""Hidden layers up to which each gets its own small plot; deeper networks become maps."""

BRIGHTEST = 0.55
"""The root of the share that is drawn brightest in a map: 30 % of a layer in one bin."""

RARE = 1e-3
"""Shares below this do not stretch the log axis; they count into its outermost bins."""


class ActivationView(View):
    """Small plots, one a layer; or, for deep networks, one map a lane with the depth down."""

    name = "activations"
    title = "Neuron activations"
    help = (
        "How the activations of each hidden layer are distributed over the probe points.\n"
        "Heights and brightness grow with the root of the share, so that rare values show.\n"
        "On the log scale, exact zeros stand apart at the left, marked 0."
    )
    parts = frozenset({Part.LAYERS})

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.scale = Switch(
            [
                ("value", "value", "The activations themselves, on a linear axis"),
                ("size", "log |a|", "Sizes of the activations, on a log axis with a marked 0"),
            ]
        )
        self.scale.chosen.connect(self._scale_chosen)
        self.panel.add_tool(self.scale)
        # Ranges only grow while the same run is shown: axes that jump cannot be compared.
        self._window: tuple[int, int] | None = None  # decades
        self._ends: tuple[float, float] | None = None  # of the linear axis
        self._by_hand = False
        self._run: object = None
        # Plots are dear to make: another depth arranges those that are there.
        self._made: list[tuple[Plot, LaneCurves]] = []
        self._made_in: tuple[Style, str] | None = None  # for which they were made
        self.notes: Notes | None = None

    def _scale_chosen(self, _: str) -> None:
        self._by_hand = True
        self.redraw()

    def _suit_scale(self, snapshot: Snapshot) -> None:
        """Values where φ is bounded and the network shallow, else sizes; the user's word wins."""
        if self._by_hand:
            return
        experiment = snapshot.experiment
        bounded = all(experiment.activation_of(lane).bounds for lane in experiment.lanes)
        with QSignalBlocker(self.scale):
            self.scale.choose("value" if bounded and not self._deep(snapshot) else "size")

    def restyle_lines(self) -> None:
        for curves in self.curves:
            curves.set_look(self.look)

    def key_lanes(self, snapshot: Snapshot) -> Sequence[int]:
        """None where headers name the maps of deep networks."""
        return () if self._deep(snapshot) else super().key_lanes(snapshot)

    def shape(self, snapshot: Snapshot) -> object:
        self._suit_scale(snapshot)
        hidden = len(snapshot.experiment.hidden)
        plots = 0 if self._deep(snapshot) else hidden  # the depth of a map is fed
        return (lane_colours(snapshot), plots, self._columns(snapshot), self.scale.value)

    def build(self, snapshot: Snapshot) -> None:
        self._ticked: tuple[Axis, float] | None = None
        self.maps: list[pg.ImageItem] = []
        self.headers: list[Header] = []
        self.curves: list[LaneCurves] = []
        self.plots: list[Plot] = []
        if self._deep(snapshot):
            self._build_maps(snapshot)
        else:
            self._build_plots(snapshot)
            self.notes = Notes(self.plots[-1], self.look)

    def feed(self, snapshot: Snapshot) -> None:
        hidden = snapshot.layers[:-1]
        if not hidden:
            return
        sizes = self.scale.value == "size"
        histograms = [layer.sizes if sizes else layer.values for layer in hidden]
        if snapshot.run != self._run:
            self._run = snapshot.run
            self._window = self._ends = None
        axis = self._axis_for(histograms, sizes)
        width = max(self.plots[0].vb.width(), 60)
        if (axis, width) != self._ticked:
            self._ticked = axis, width
            for plot in self.plots:
                plot.getAxis("bottom").setTicks(axis.ticks(width / self.look.text_scale))
                plot.setXRange(axis.low, axis.high, padding=0.02)
        self._axis, self._read = axis, histograms
        what = "log |a|" if sizes else "a"
        if self.maps:
            self.panel.subtitle.setText(f"{what}: depth down, share as brightness")
            self._feed_maps(snapshot, histograms, axis)
        else:
            self.panel.subtitle.setText(f"distribution of {what} per layer")
            for row, histogram in zip(self.curves, histograms, strict=True):
                heights = np.sqrt(axis.shares(histogram))
                dashed = behind_another(heights.T, 0.02)
                positions = axis.positions(histogram)
                row.set_curves(
                    [
                        Curve(positions, heights[k], colour, dashed[k])
                        for k, colour in enumerate(lane_colours(snapshot))
                    ]
                )
            assert self.notes is not None
            self.notes.show_diverged(snapshot, brief=True)

    @property
    def _decades(self) -> list[str]:
        return ["bottom"] if self.scale.value == "size" else []

    def value_at(self, position: QPointF) -> str:
        shown = self.snapshot
        if shown is None or not shown.layers:
            return ""
        places = [plot.vb.sceneBoundingRect().contains(position) for plot in self.plots]
        if True not in places:
            return ""
        which = places.index(True)
        box = self.plots[which].vb
        if self.maps:
            layer = place_in(box, position).y - 1
            if not 0 <= layer < len(self._read):
                return ""
            cell = self._axis.cell(self._read[layer], box.mapSceneToView(position).x())
            lanes = [which] if cell is not None else []
        else:
            layer = which
            near = points_near(box, self.curves[which].curves, position)
            if not near:
                return ""
            cell = near[0][1]
            lanes = [lane for lane, at in near if at == cell]
            self.readout.point_out(self.curves[which].place(box, *near[0]))
        if cell is None:
            return ""
        histogram = self._read[layer]
        shares = self._axis.shares(histogram)[:, cell]
        words = [f"{shown.layers[layer].name} · {self._axis.words(histogram, cell)}"]
        words += [f"{lane_words(shown, k)}: {share_text(float(shares[k]))}" for k in lanes]
        return "\n".join(words)

    def _deep(self, snapshot: Snapshot) -> bool:
        return len(snapshot.experiment.hidden) > MOST_PLOTS

    def _columns(self, snapshot: Snapshot) -> int:
        """The columns in which small plots come closest to a square, maps to a column."""
        deep = self._deep(snapshot)
        count = len(snapshot.experiment.lanes if deep else snapshot.experiment.hidden)
        # Maps are higher than wide: their layers go down.
        ideal = 0.6 if deep else 0.9
        width, height = max(self.canvas.width(), 1), max(self.canvas.height(), 1)

        def squareness(columns: int) -> float:
            rows = math.ceil(count / columns)
            return abs(math.log((width / columns) / (height / rows) / ideal)) + 0.3 * (
                columns * rows - count
            )

        return min(range(1, min(count, MOST_PLOTS) + 1), key=squareness)

    def _build_plots(self, snapshot: Snapshot) -> None:
        columns = self._columns(snapshot)
        suited = (self.look, self.scale.value)
        if self.notes is not None and self._made_in == suited:
            self.notes.remove()
        if self._made_in != suited:
            self._made, self._made_in = [], suited
        for i, name in enumerate(snapshot.experiment.layer_names[:-1]):
            if i < len(self._made):
                self.canvas.addItem(self._made[i][0], i // columns, i % columns)
            else:
                self._made.append(self._make_plot(name, i // columns, i % columns))
            plot, curves = self._made[i]
            self.plots.append(plot)
            self.curves.append(curves)

    def _make_plot(self, name: str, row: int, column: int) -> tuple[Plot, LaneCurves]:
        plot = add_plot(
            self.canvas, self.look, row, column, x=self.scale.value, y=FIXED,
            decades=self._decades,
        )  # fmt: skip
        plot.setTitle(name, color=self.look.muted, size=f"{self.look.px(SMALL_SIZE)}px")
        plot.titleLabel.setMaximumHeight(self.look.px(18))
        draw_once(plot.titleLabel.item)
        plot.layout.setRowFixedHeight(0, self.look.px(18))
        plot.hideAxis("left")
        plot.setYRange(0, 1.04, padding=0)
        curves = LaneCurves(self.look, width=1.0)
        plot.addItem(curves)
        return plot, curves

    def _build_maps(self, snapshot: Snapshot) -> None:
        self._depth = 0
        columns = self._columns(snapshot)
        for k in range(len(snapshot.experiment.lanes)):
            row, column = divmod(k, columns)
            self.headers.append(Header(self.canvas, self.look, 2 * row, column))
            plot = add_plot(
                self.canvas, self.look, 2 * row + 1, column, x=self.scale.value, y="layers",
                decades=self._decades,
            )  # fmt: skip
            plot.invertY(True)
            if column:
                plot.hideAxis("left")
            else:
                plot.getAxis("left").setLabel("layer")
                plot.getAxis("left").setWidth(self.look.px(38))
            image = pg.ImageItem(levels=(0, BRIGHTEST))
            image.setLookupTable(self.look.sequential())
            plot.addItem(image)
            self.plots.append(plot)
            self.maps.append(image)
        equal_columns(self.canvas, columns)

    def _feed_maps(self, snapshot: Snapshot, histograms: list[Histogram], axis: Axis) -> None:
        shares = np.stack([axis.shares(histogram) for histogram in histograms])
        positions = axis.positions(histograms[0])
        width = float(positions[1] - positions[0])
        rect = QRectF(positions[0] - width / 2, 0.5, len(positions) * width, len(histograms))
        for k, (header, mark) in enumerate(zip(self.headers, lane_marks(snapshot), strict=True)):
            header.show(*mark, "diverged" if snapshot.diverged[k] else "")
        if len(histograms) != self._depth:
            self._depth = len(histograms)
            for plot in self.plots:
                plot.setYRange(0.5, self._depth + 0.5, padding=0)
        for k, image in enumerate(self.maps):
            image.setImage(np.sqrt(shares[:, k]), autoLevels=False)
            image.setRect(rect)

    def _axis_for(self, histograms: list[Histogram], sizes: bool) -> Axis:
        if not sizes:
            edges = histograms[0].edges
            low, high = float(edges[0]), float(edges[-1])
            if self._ends:
                low, high = min(low, self._ends[0]), max(high, self._ends[1])
            self._ends = low, high
            return LinearAxis(low, high)
        used = np.stack([histogram.shares.max(axis=0) for histogram in histograms]).max(axis=0)
        edges = histograms[0].edges
        bins = np.flatnonzero(used > RARE)
        if len(bins):
            low = math.floor(edges[bins[0]] + 1e-9)
            high = math.ceil(edges[bins[-1] + 1] - 1e-9)
            if self._window:
                low, high = min(low, self._window[0]), max(high, self._window[1])
            self._window = (low, high)
        low, high = self._window or (-2, 0)
        low = min(low, LOG_HIGH - 2)  # what is larger than all bins counts into the last
        return LogAxis(low, max(high, low + 2))


def share_text(share: float) -> str:
    """A share in per cent; none at all says so."""
    return f"{100 * share:.3g} %" if share else "none"
