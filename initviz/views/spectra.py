"""Singular values: how much a layer, or the whole network, stretches every direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from initviz.parts import Part, Spectra
from initviz.snapshot import Snapshot
from initviz.views.axes import DecadeRange, decades, number_ticks, room_above
from initviz.views.base import View, add_plot, behind_another, lane_colours
from initviz.views.curves import Curve, LaneCurves
from initviz.views.gradients import MOST_MARKED
from initviz.views.notes import Notes
from initviz.views.panel import Switch
from initviz.views.readout import points_near
from initviz.views.style import Style

Array = NDArray[np.floating]

LOW, HIGH = 10, 90
"""Per cent of the samples that lie below and above a bar's ends, but for the rest."""

MOST_BARS = 64


class SpectrumView(View):
    """Singular values of all lanes from the largest down, on a log axis with a marked zero."""

    name = "spectra"
    title = "Singular values"
    help = (
        "How much a matrix stretches: its singular values, the largest first. W is the layer in\n"
        "focus, with its first weights as a thin line. ∂a/∂x is the Jacobian from the inputs to\n"
        "the last hidden layer, ∂z/∂x to the outputs: the median over some samples, with bars\n"
        "from the 10th to the 90th per cent. All near 1 passes every direction on; a single\n"
        "large one makes all inputs look alike. Below rounding, a value is 0."
    )
    parts = frozenset({Part.SPECTRA})

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.matrix = Switch(
            [
                ("weight", "layer W", "The weights of the layer in focus"),
                ("hidden", "∂a/∂x", "The Jacobian from the inputs to the last hidden layer"),
                ("outputs", "∂z/∂x", "The Jacobian from the inputs to the outputs"),
            ]
        )
        self.matrix.chosen.connect(lambda _: self.redraw())
        self.panel.add_tool(self.matrix)
        self.range = DecadeRange()

    def restyle_lines(self) -> None:
        for curves in (self.curves, self.behind):
            curves.set_look(self.look)

    def shape(self, snapshot: Snapshot) -> object:
        return (lane_colours(snapshot), self.matrix.value)

    def build(self, snapshot: Snapshot) -> None:
        self._bounds: tuple[float, ...] | None = None
        self._across: tuple[int, float] | None = None
        self._values: Array = np.zeros((0, 0))
        self.plot = add_plot(self.canvas, self.look, 0, 0, decades=("left",))
        self.plot.showGrid(y=True, alpha=0.2)
        self.plot.getAxis("bottom").setLabel("index")
        self.behind = LaneCurves(self.look, width=1.0)
        self.behind.setOpacity(0.55)
        self.curves = LaneCurves(self.look)
        for item in (self.behind, self.curves):
            self.plot.addItem(item)
        self.notes = Notes(self.plot, self.look)

    def feed(self, snapshot: Snapshot) -> None:
        spectra = snapshot.spectra
        if spectra is None:
            return
        samples = self._of(spectra)
        if np.isnan(samples).all() and not snapshot.diverged.all():
            return  # too wide to be looked at while the picture moves
        widest = max(snapshot.experiment.sizes)
        now = honest(samples, widest)
        values, low, high = (now, now, now) if now.ndim == 2 else quantiles(now)  # (K, r) each
        self.range.follow((snapshot.run, self.matrix.value))
        for each in (values, low, high):
            self.range.see(each)
        start = honest(spectra.start, widest)
        if self.matrix.value == "weight":
            self.range.see(start)
        self._fit_axes(snapshot, values.shape[1])
        self._values = values
        self._draw(snapshot, values, low, high, start)
        self.panel.subtitle.setText(self._words(snapshot, spectra, values))
        self.notes.show_diverged(snapshot, brief=True)

    def _of(self, spectra: Spectra) -> Array:
        return {
            "weight": spectra.weight, "hidden": spectra.hidden, "outputs": spectra.outputs,
        }[self.matrix.value]  # fmt: skip

    def _fit_axes(self, snapshot: Snapshot, count: int) -> None:
        across = (count, self.plot.vb.width())
        if across != self._across:
            self._across = across
            self.plot.setXRange(0.5, count + 0.5, padding=0.02)
            numbers = number_ticks(count, self.plot.vb.width() / self.look.text_scale, 24)
            self.plot.getAxis("bottom").setTicks([[(n, f"{n:.0f}") for n in numbers], []])
        low, high = self.range.bounds
        top = room_above(
            low, high, self.plot.vb.height() / self.look.text_scale, int(snapshot.diverged.any())
        )
        if self._bounds != (low, top):
            self._bounds = low, top
            self.plot.setYRange(low, top, padding=0)
            self.plot.getAxis("left").setTicks(self.range.ticks())

    def _draw(
        self, snapshot: Snapshot, values: Array, low: Array, high: Array, start: Array
    ) -> None:
        lanes, count = values.shape
        floor = self.range.floor
        # Few indices leave room for the lanes side by side.
        step = min(0.05, 0.6 / lanes) if count > 8 else 0.6 / lanes
        step = step if count <= MOST_MARKED else 0.0
        heights = decades(values, floor)
        bottom, top = self.range.bounds
        dashed = behind_another(heights.T, 0.004 * (top - bottom))
        marked = slice(None) if count <= MOST_MARKED else ()
        index = np.arange(1.0, count + 1)
        curves, behind = [], []
        ends = decades(low, floor), decades(high, floor)
        first = decades(start, floor)
        bars = slice(None, None, -(-count // MOST_BARS))
        for k, colour in enumerate(lane_colours(snapshot)):
            x = index + step * (k - (lanes - 1) / 2)
            curves.append(Curve(x, heights[k], colour, dashed[k], marked))
            if self.matrix.value == "weight":
                behind.append(Curve(x, first[k], colour))
            else:
                gap = np.full(len(x[bars]), np.nan)
                stacked = np.stack([ends[0][k, bars], ends[1][k, bars], gap], axis=1)
                behind.append(Curve(np.repeat(x[bars], 3), stacked.ravel(), colour))
        self.curves.set_curves(curves)
        self.behind.set_curves(behind)

    def _words(self, snapshot: Snapshot, spectra: Spectra, values: Array) -> str:
        """Which matrix, and how uneven it is in the lane in focus."""
        what = {
            "weight": snapshot.experiment.layer_names[spectra.layer],
            "hidden": "to the last hidden layer", "outputs": "to the outputs",
        }[self.matrix.value]  # fmt: skip
        lane = snapshot.focus.lane
        row = values[lane]
        if not np.isfinite(row).all() or not len(row):
            return what
        title = snapshot.experiment.lanes[lane].title
        if len(row) == 1:
            return f"{what} · {title}: {row[0]:.3g}"
        rank = int(np.count_nonzero(row))
        if rank < len(row):
            return f"{what} · {title}: rank {rank} of {len(row)}"
        return f"{what} · {title}: largest : smallest {row[0] / row[-1]:.3g}"

    def value_at(self, position: QPointF) -> str:
        """The exact singular values under the mouse."""
        snapshot = self.snapshot
        if snapshot is None:
            return ""
        what = {"weight": "σ", "hidden": "median σ", "outputs": "median σ"}[self.matrix.value]
        near = points_near(self.plot.vb, self.curves.curves, position)
        if near:
            self.readout.point_out(self.curves.place(self.plot.vb, *near[0]))
        return "\n".join(
            f"σ{point + 1} · {snapshot.experiment.lanes[lane].title}: {what} = "
            + ("0" if (value := float(self._values[lane, point])) == 0 else f"{value:.4g}")
            for lane, point in near
        )


def honest(values: Array, side: int) -> Array:
    """Singular values (..., r), with 0 for what rounding cannot tell from 0.

    The rank of a matrix is told so, too (numpy.linalg.matrix_rank); ``side`` is its longest one.
    """
    if not values.shape[-1]:
        return values
    with np.errstate(all="ignore"):
        floor = values[..., :1] * side * np.finfo(values.dtype).eps
    return np.where(values <= floor, 0, values)


def quantiles(samples: Array) -> tuple[Array, Array, Array]:
    """Median, lower and upper end over the samples of (K, samples, r), each (K, r)."""
    ordered = np.sort(samples, axis=1)
    last = samples.shape[1] - 1
    median, low, high = (ordered[:, round(last * per / 100)] for per in (50, LOW, HIGH))
    # NaN sorts to the end: one sample that is not finite makes a gap.
    gap = np.isnan(ordered[:, -1])
    return np.where(gap, np.nan, median), np.where(gap, np.nan, low), np.where(gap, np.nan, high)
