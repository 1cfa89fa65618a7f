"""Activation heat map: what every neuron of a layer answers to every sample."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from initviz.catalog.activations import Activation
from initviz.focus import Focus
from initviz.similarity import directions, similar_order
from initviz.snapshot import Array, LayerValues, Snapshot
from initviz.views.axes import tick_text
from initviz.views.class_axis import STRIP, ClassAxis, SampleOrder, sample_order
from initviz.views.grids import START, GridView, gap_words
from initviz.views.panel import Switch
from initviz.views.scale import ZERO, Level, brief, to_bytes
from initviz.views.style import Style

REACH = 3.0
"""Root mean squares of unbounded activations that the colours reach."""


class HeatmapView(GridView):
    """Neurons × samples of the layer in focus, sorted by class."""

    name = "heatmap"
    title = "Activation heat map"
    help = (
        "The activations of the layer in focus: a row for each neuron, a column for each sample.\n"
        "Samples are sorted by class (the strip below), or by target. Orange is negative, blue "
        "positive, pale close to 0; an exact 0 has a colour of its own.\n"
        "Rows that look the same are neurons that do the same: “similar” puts them together.\n"
        "A click on a row pins its neuron. For the output layer these are the logits."
    )
    zeros = True
    bottom = STRIP + 17

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.order = Switch(
            [
                ("index", "index", "Neurons in the order in which they are numbered"),
                ("similar", "similar", "Neurons that answer alike lie together"),
            ]
        )
        self.order.chosen.connect(lambda _: self._reorder())
        self.panel.add_tool(self.order)
        self.level = Level()
        self._rows: dict[object, NDArray[np.int_]] = {}
        self._last: Snapshot | None = None

    def build(self, snapshot: Snapshot) -> None:
        self._sorted: tuple[int, SampleOrder] | None = None
        self._axes: list[ClassAxis] = []
        super().build(snapshot)
        self._lines = []
        for grid in self.grids:
            line = pg.PlotCurveItem(connect="pairs", pen=self.look.pen(self.look.panel))
            grid.plot.addItem(line, ignoreBounds=True)
            self._lines.append(line)

    def restyle_lines(self) -> None:
        super().restyle_lines()
        for line in self._lines:
            line.setPen(self.look.pen(self.look.panel))

    def axis(self, place: int) -> pg.AxisItem:
        self._axes.append(ClassAxis(self.look))
        return self._axes[-1]

    def draw(self, snapshot: Snapshot, focus: Focus, layer: LayerValues) -> None:
        samples, width = layer.activation.shape[1:]
        ordered = self._samples(snapshot, samples)
        level, positive = self._scale(snapshot, focus, layer)
        self.show_bar(level, positive=positive)
        last = self._last
        if last is not None and last is not snapshot and last.epoch == snapshot.epoch:
            self._rows.clear()  # the picture is at rest: there is time to put it in order
        self._last = snapshot
        for place, (grid, lane) in enumerate(zip(self.grids, focus.lanes, strict=True)):
            values = layer.activation[lane].T
            cells = to_bytes(values, level)
            dead = int(np.count_nonzero((cells == ZERO).all(axis=1)))
            cells = np.take(cells, ordered.order, axis=1)
            rows = self.rows(snapshot, focus, place)
            grid.show(cells if rows is None else cells[rows], (width, samples), rows)
            self._axes[place].show_samples(ordered)
            size = rms(layer.activation[lane])
            grid.head(snapshot, lane, self._figure(dead, width, size))
            grid.say(gap_words(snapshot, lane, finite=bool(np.isfinite(size))))
            grid.mark([] if focus.neuron is None else [self._row_of(focus.neuron, rows)])
        by = "class" if ordered.classes else "target"
        logits = ", logits" if focus.layer == len(snapshot.values) - 1 else ""
        self.panel.subtitle.setText(f"{layer.name}{logits} · {samples} samples by {by}")

    def rows(self, snapshot: Snapshot, focus: Focus, place: int) -> NDArray[np.int_] | None:
        """The neurons in the order of a grid's rows; None for that of their numbers."""
        if self.order.value == "index":
            return None
        lane = focus.lanes[place]
        key = (snapshot.run, snapshot.experiment.sizes, focus.layer, lane)
        if key not in self._rows:
            if len(self._rows) > 8:
                self._rows.clear()
            values = snapshot.values[focus.layer].activation[lane]
            self._rows[key] = similar_order(directions(values))
        return self._rows[key]

    def neuron_at(self, place: int, row: int) -> int:
        if self.snapshot is None:
            return row
        rows = self.rows(self.snapshot, self.seen(self.snapshot), place)
        return row if rows is None else int(rows[row])

    def value_at(self, position: QPointF) -> str:
        found = self.at(position)
        if self.snapshot is None or found is None or not self.snapshot.values:
            return ""
        place, row, column = found
        focus = self.seen(self.snapshot)
        layer = self.snapshot.values[focus.layer]
        lane, neuron = focus.lanes[place], self.neuron_at(place, row)
        ordered = self._samples(self.snapshot, layer.activation.shape[1])
        value = float(layer.activation[lane, ordered.order[column], neuron])
        whose = f"{self.snapshot.experiment.lanes[lane].title} · " if len(self.grids) > 1 else ""
        letter = "z" if focus.layer == len(self.snapshot.values) - 1 else "a"
        return (
            f"{whose}{layer.name}, neuron {neuron + 1}, {ordered.describe(column)}: "
            f"{letter} = {tick_text(value)}"
        )

    def _figure(self, dead: int, width: int, size: float) -> str:
        """How many neurons are always 0, and the rms of all activations."""
        if not np.isfinite(size):
            return ""
        rms = f"rms {brief(size)}"
        if not dead:
            return self.fitting(rms, "")
        count = f"{dead} of {width} always 0"
        return self.fitting(f"{rms} · {count}", count, f"{dead} always 0", f"{dead} dead")

    def _reorder(self) -> None:
        self._rows.clear()
        if self.snapshot is not None:
            self.show(self.snapshot)

    def _samples(self, snapshot: Snapshot, samples: int) -> SampleOrder:
        """The samples in order; made once for the data that the items are of."""
        if self._sorted is None or self._sorted[0] != samples:
            self._sorted = samples, sample_order(snapshot, samples, self.look)
            bands = self._sorted[1].bands if self._sorted[1].classes else ()
            edges = np.repeat([START + band.start for band in bands[1:]], 2)
            for line in self._lines:
                # Far beyond any layer's neurons: the lines need not follow their number.
                line.setData(edges, np.tile([0.0, 1e5], len(edges) // 2))
        return self._sorted[1]

    def _scale(self, snapshot: Snapshot, focus: Focus, layer: LayerValues) -> tuple[float, bool]:
        """Where the colours of all lanes in focus end, and whether no number is negative."""
        experiment = snapshot.experiment
        if focus.layer < len(snapshot.values) - 1:
            bounds = [
                experiment.activation_of(experiment.lanes[lane]).bounds for lane in focus.lanes
            ]
            known = [bound for bound in bounds if bound is not None]
            if len(known) == len(bounds):
                ends = [end for bound in known for end in bound]
                return max(abs(end) for end in ends), min(ends) >= 0
            positive = all(
                _positive(experiment.activation_of(experiment.lanes[lane])) for lane in focus.lanes
            )
        else:
            positive = False
        sizes = [rms(layer.activation[lane]) for lane in focus.lanes]
        needed = REACH * max((size for size in sizes if np.isfinite(size)), default=0.0)
        return self.level.follow(needed, (snapshot.run, focus.lanes, focus.layer)), positive

    def _row_of(self, neuron: int, rows: NDArray[np.int_] | None) -> int:
        return neuron if rows is None else int(np.flatnonzero(rows == neuron)[0])


def rms(values: Array) -> float:
    """Root of the mean square, also where squares would overflow in float32."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def _positive(activation: Activation) -> bool:
    """Whether no activation is negative."""
    return bool((activation.value(np.linspace(-20.0, 20.0, 401)) >= 0).all())
