"""Distribution of the weights, their gradients and their updates, layer by layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF

from initviz.experiment import Experiment, Lane
from initviz.parts import Distribution, Histogram, Part
from initviz.snapshot import LOG_PER_DECADE, Snapshot
from initviz.theory import laws
from initviz.views.activations import BRIGHTEST, MOST_PLOTS, RARE, LogAxis
from initviz.views.axes import Ticks, layer_ticks
from initviz.views.base import Header, View, add_plot, draw_once, equal_columns, lane_marks
from initviz.views.curves import Curve, LaneCurves
from initviz.views.panel import Switch
from initviz.views.steps import StepCurves, Steps
from initviz.views.style import GLYPHS, SMALL_SIZE, Style, font

Array = NDArray[np.float64]

Pair = tuple[float, float | None]

MOST_EMPTY = 5
"""How many times longer than its numbers a linear axis may stay."""

_KINDS = {
    "weights": (Part.WEIGHTS, "Weights", "W"),
    "gradients": (Part.GRADIENTS, "Gradients", "∂L/∂W"),
    "updates": (Part.UPDATES, "Updates", "ΔW"),
}


class DistributionView(View):
    """Small plots, one a layer, with the start in outline; for deep networks maps, depth down."""

    name = "distributions"
    title = "Weights"
    help = (
        "How the weights of each layer are distributed, or their gradients, or what they were\n"
        "last changed by, in the initialisation in focus. The filled shape is the shown epoch,\n"
        "the outline the start; before the first step, dots are the law the weights come from.\n"
        "Heights and brightness grow with the root of the share, so that rare values show. All\n"
        "layers share one axis. On the log scale exact zeros stand apart at the left, marked 0."
    )

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.kind = Switch(
            [
                ("weights", "W", "The weights"),
                ("gradients", "∂L/∂W", "The gradients of the weights"),
                ("updates", "ΔW", "The updates: what the weights were last changed by"),
            ]
        )
        self.scale = Switch(
            [
                ("value", "value", "The numbers themselves, on a linear axis"),
                ("size", "log", "Their sizes, on a log axis with a marked 0"),
            ]
        )
        self.kind.chosen.connect(self._kind_chosen)
        self.scale.chosen.connect(lambda _: self.redraw())
        for switch in (self.kind, self.scale):
            self.panel.add_tool(switch)
        self._run: object = None
        self._end = 0.0
        self._window: tuple[int, int] | None = None

    @property
    def wants(self) -> frozenset[Part]:
        return frozenset({self._part})

    @property
    def _part(self) -> Part:
        return _KINDS[self.kind.value][0]

    def _kind_chosen(self, _: str) -> None:
        self.panel.title.setText(_KINDS[self.kind.value][1])
        self.redraw()
        self.wants_changed.emit()

    def restyle_lines(self) -> None:
        for steps, theory in zip(self.steps, self.theory, strict=True):
            steps.set_look(self.look)
            theory.set_look(self.look)

    def shape(self, snapshot: Snapshot) -> object:
        lanes = tuple(lane_marks(snapshot)[k] for k in snapshot.focus.lanes)
        layers = len(snapshot.experiment.layer_names)
        return (lanes, layers, self._columns(snapshot))

    def build(self, snapshot: Snapshot) -> None:
        self._ticked: object = None
        self._shown: tuple[Distribution, ...] = ()
        self.steps: list[StepCurves] = []
        self.theory: list[LaneCurves] = []
        self.maps: list[pg.ImageItem] = []
        self.headers: list[Header] = []
        self.plots: list[pg.PlotItem] = []
        self.note = pg.TextItem(
            color=self.look.bad, anchor=(0.5, 0.5), fill=QColor(self.look.panel)
        )
        self.note.setZValue(30)
        self.note.setFont(font(SMALL_SIZE))
        if self._deep(snapshot):
            self._build_maps(snapshot)
        else:
            self._build_plots(snapshot)
        self.plots[0].addItem(self.note, ignoreBounds=True)

    def _build_plots(self, snapshot: Snapshot) -> None:
        columns = self._columns(snapshot)
        pair = len(snapshot.focus.lanes) > 1
        for i, name in enumerate(snapshot.experiment.layer_names):
            plot = add_plot(self.canvas, self.look, i // columns, i % columns)
            plot.layout.setContentsMargins(6, 0, 6, 0)
            plot.setTitle(name, color=self.look.muted, size=f"{SMALL_SIZE}px")
            plot.titleLabel.setMaximumHeight(18)
            draw_once(plot.titleLabel.item)
            plot.layout.setRowFixedHeight(0, 18)
            plot.hideAxis("left")
            # One lane stands on the axis; two stand back to back.
            plot.setYRange(-1.06 if pair else 0, 1.06, padding=0)
            self.plots.append(plot)
            self.steps.append(StepCurves(self.look))
            self.theory.append(LaneCurves(self.look, theory=True))
            for item in (self.steps[-1], self.theory[-1]):
                plot.addItem(item, ignoreBounds=True)

    def _build_maps(self, snapshot: Snapshot) -> None:
        """The start and the present of every lane in focus, side by side."""
        layers = len(snapshot.experiment.layer_names)
        for place in range(2 * len(snapshot.focus.lanes)):
            row, column = divmod(place, 2)
            self.headers.append(Header(self.canvas, self.look, 2 * row, column))
            plot = add_plot(self.canvas, self.look, 2 * row + 1, column)
            plot.layout.setContentsMargins(0, 0, 8, 0)
            plot.invertY(True)
            plot.setYRange(0.5, layers + 0.5, padding=0)
            plot.getAxis("left").setWidth(26)
            plot.getAxis("left").setStyle(showValues=not column)
            image = pg.ImageItem(levels=(0, BRIGHTEST))
            image.setLookupTable(self.look.sequential())
            plot.addItem(image, ignoreBounds=True)
            self.plots.append(plot)
            self.maps.append(image)
        equal_columns(self.canvas, 2)

    def feed(self, snapshot: Snapshot) -> None:
        found = snapshot.distributions.get(self._part)
        if found is None:
            return
        self._shown = found
        lanes = snapshot.focus.lanes
        run = (snapshot.experiment.run_key, self._part, lanes)
        if run != self._run:
            self._run, self._end, self._window = run, 0.0, None
        self.panel.subtitle.setText(self._words(snapshot, found))
        self.note.setText(self._silence(snapshot, found))
        if not found:
            for steps, theory in zip(self.steps, self.theory, strict=True):
                steps.set_steps([])
                theory.set_curves([])
            for image in self.maps:
                image.clear()
            self._fit_axes(snapshot, Linear(self._end or 1.0))
            self._place_note()
            return
        axis = self._log_axis(found) if self.scale.value == "size" else self._linear(found)
        self._fit_axes(snapshot, axis)
        if self.maps:
            self._feed_maps(snapshot, found, axis)
        else:
            self._feed_plots(snapshot, found, axis)
        self._place_note()

    def _words(self, snapshot: Snapshot, found: tuple[Distribution, ...]) -> str:
        symbol = _KINDS[self.kind.value][2]
        what = f"log |{symbol}|" if self.scale.value == "size" else symbol
        names = " and ".join(snapshot.experiment.lanes[k].title for k in snapshot.focus.lanes)
        return f"{what} · {names}" + ("" if self.maps else " · outline: the start")

    def _silence(self, snapshot: Snapshot, found: tuple[Distribution, ...]) -> str:
        """Why there is nothing to see, if so."""
        if not found:
            return "no update yet"
        gone = [k for k in snapshot.focus.lanes if snapshot.diverged[k]]
        return "\n".join(f"{GLYPHS[lane_marks(snapshot)[k][0]]} diverged" for k in gone)

    def _place_note(self) -> None:
        (left, right), (bottom, top) = self.plots[0].vb.viewRange()
        self.note.setPos((left + right) / 2, (bottom + top) / 2)
        self.note.setVisible(bool(self.note.toPlainText()))

    def _feed_plots(
        self, snapshot: Snapshot, found: tuple[Distribution, ...], axis: Linear | LogAxis
    ) -> None:
        pair = len(snapshot.focus.lanes) > 1
        marks = [lane_marks(snapshot)[k] for k in snapshot.focus.lanes]
        for layer, (steps, theory) in enumerate(zip(self.steps, self.theory, strict=True)):
            drawn, law = [], []
            for place, (colour, _) in enumerate(marks):
                sign = -1.0 if place else 1.0
                edges = axis_edges(axis, found[layer], place)
                now, start = (
                    np.sqrt(shares) if shares is not None else None
                    for shares in axis_shares(axis, found[layer], place)
                )
                assert now is not None
                tallest = max(float(now.max()), float(start.max()) if start is not None else 0.0)
                scale = sign / tallest if tallest > 0 else 0.0
                drawn.append(Steps(edges, scale * now, colour))
                if start is not None and snapshot.epoch:
                    drawn.append(Steps(edges, scale * start, None, filled=False))
                lawful = self._law(snapshot, layer, place, edges)
                if lawful is not None:
                    middle = (edges[1:] + edges[:-1]) / 2
                    law.append(Curve(middle, scale * np.sqrt(lawful), colour))
            if pair:
                drawn = [*(s for s in drawn if s.filled), *(s for s in drawn if not s.filled)]
            steps.set_steps(drawn)
            theory.set_curves(law)

    def _law(self, snapshot: Snapshot, layer: int, place: int, edges: Array) -> Array | None:
        """What the first weights' law puts into every bin; None where it says nothing."""
        if snapshot.epoch or self._part is not Part.WEIGHTS or self.scale.value == "size":
            return None
        lane = snapshot.experiment.lanes[snapshot.focus.lanes[place]]
        return lawful_shares(snapshot.experiment, lane, layer, float(edges[-1]), len(edges) - 1)

    def _feed_maps(
        self, snapshot: Snapshot, found: tuple[Distribution, ...], axis: Linear | LogAxis
    ) -> None:
        for place, lane in enumerate(snapshot.focus.lanes):
            edges = axis_edges(axis, found[0], place)
            each = [axis_shares(axis, layer, place) for layer in found]
            rect = QRectF(edges[0], 0.5, edges[-1] - edges[0], len(found))
            colour = lane_marks(snapshot)[lane][0]
            whens = ("at the start", f"at epoch {snapshot.epoch}")
            for which, when in enumerate(whens):
                image = self.maps[2 * place + which]
                shares = [layer[1 - which] for layer in each]
                held = [share for share in shares if share is not None]
                if len(held) == len(shares):
                    image.setImage(np.sqrt(np.stack(held)), autoLevels=False)
                    image.setRect(rect)
                else:
                    image.clear()
                self.headers[2 * place + which].show(colour, when)

    # --- axes -----------------------------------------------------------------------------------

    def _fit_axes(self, snapshot: Snapshot, axis: Linear | LogAxis) -> None:
        box = self.plots[0].vb
        ticked = (axis, box.width(), box.height())
        if ticked == self._ticked:
            return
        self._ticked = ticked
        names = snapshot.experiment.layer_names
        ticks = axis.ticks(max(box.width(), 60))
        for plot in self.plots:
            plot.setXRange(axis.low, axis.high, padding=0.02)
            plot.getAxis("bottom").setTicks(ticks)
            if self.maps:
                plot.getAxis("left").setTicks(layer_ticks(names, box.height()))

    def _linear(self, found: tuple[Distribution, ...]) -> Linear:
        """One axis for all layers and both lanes, that seldom shrinks: only by a lot."""
        end = float(found[0].values.edges[:, -1].max())
        self._end = end if end < self._end / MOST_EMPTY else max(self._end, end)
        return Linear(self._end)

    def _log_axis(self, found: tuple[Distribution, ...]) -> LogAxis:
        """The decades that hold more than a few weights of any layer; they only grow."""
        used = np.max([_used(layer) for layer in found], axis=0)
        edges, bins = found[0].sizes.edges, np.flatnonzero(used > RARE)
        if len(bins):
            low = math.floor(edges[bins[0]] + 1e-9)
            high = math.ceil(edges[bins[-1] + 1] - 1e-9)
            if self._window:
                low, high = min(low, self._window[0]), max(high, self._window[1])
            self._window = (low, high)
        low, high = self._window or (-2, 0)
        return LogAxis(low, max(high, low + 2))

    def _deep(self, snapshot: Snapshot) -> bool:
        return len(snapshot.experiment.layer_names) > MOST_PLOTS

    def _columns(self, snapshot: Snapshot) -> int:
        """The columns in which small plots come closest to a square."""
        if self._deep(snapshot):
            return 2
        count = len(snapshot.experiment.layer_names)
        width, height = max(self.canvas.width(), 1), max(self.canvas.height(), 1)

        def squareness(columns: int) -> float:
            rows = math.ceil(count / columns)
            shape = (width / columns) / max(height / rows - 36, 10)
            return abs(math.log(shape / 1.2)) + 0.3 * (columns * rows - count)

        return min(range(1, count + 1), key=squareness)

    # --- the mouse ------------------------------------------------------------------------------

    def value_at(self, position: QPointF) -> str:
        """The exact shares of the bin under the mouse, now and at the start."""
        snapshot = self.snapshot
        if snapshot is None or not self._shown:
            return ""
        for place, plot in enumerate(self.plots):
            if plot.vb.sceneBoundingRect().contains(position):
                at = plot.vb.mapSceneToView(position)
                return self._bin_at(snapshot, place, at)
        return ""

    def _bin_at(self, snapshot: Snapshot, place: int, at: QPointF) -> str:
        found, lanes = self._shown, snapshot.focus.lanes
        if self.maps:
            seen, layer = place // 2, math.floor(at.y() - 0.5)
        else:
            seen, layer = (1 if at.y() < 0 and len(lanes) > 1 else 0), place
        if not 0 <= layer < len(found):
            return ""
        distribution = found[layer]
        symbol = _KINDS[self.kind.value][2]
        if self.scale.value == "size":
            assert self._window is not None
            if at.x() < self._window[0] - 1 / LOG_PER_DECADE:
                what, now, start = f"{symbol} exactly 0", *_zeros(distribution, seen)
            else:
                edges = distribution.sizes.edges
                which = min(max(int(np.searchsorted(edges, at.x()) - 1), 0), len(edges) - 2)
                what = f"|{symbol}| {10 ** edges[which]:.3g} to {10 ** edges[which + 1]:.3g}"
                now, start = _bin(distribution.sizes, distribution.start_sizes, seen, which)
        else:
            edges = distribution.values.edges[seen]
            if not edges[0] <= at.x() <= edges[-1]:
                return ""
            which = min(max(int(np.searchsorted(edges, at.x()) - 1), 0), len(edges) - 2)
            what = f"{symbol} {edges[which]:.3g} to {edges[which + 1]:.3g}"
            now, start = _bin(distribution.values, distribution.start_values, seen, which)
        then = "" if start is None else f", at the start {100 * start:.3g} %"
        where = snapshot.experiment.layer_names[layer]
        title = snapshot.experiment.lanes[lanes[seen]].title
        return f"epoch {snapshot.epoch}, {where} · {title}: {what}: {100 * now:.3g} %{then}"


@dataclass(frozen=True)
class Linear:
    """The numbers themselves, from −``high`` to ``high``."""

    high: float

    @property
    def low(self) -> float:
        """The left end."""
        return -self.high

    def ticks(self, width: float) -> list[Ticks]:
        """0 and a round number to either side, or two, as far as labels have room."""
        power = 10 ** math.floor(math.log10(self.high))
        mark = max(s * power for s in (0.8, 1, 2, 3, 4, 5, 6, 8) if s * power <= 0.85 * self.high)
        metrics, pixels = QFontMetricsF(font(SMALL_SIZE)), width / (2.08 * self.high)
        for marks in ([-mark, -mark / 2, 0.0, mark / 2, mark], [-mark, 0.0, mark], [0.0, mark]):
            labels = [f"{v:g}".replace("e+", "e").replace("e-0", "e-") for v in marks]
            widths = [metrics.horizontalAdvance(label) for label in labels]
            widest = max((a + b) / 2 for a, b in pairwise(widths))
            if widest + 5 <= (marks[1] - marks[0]) * pixels:
                break
        return [list(zip(marks, labels, strict=True)), []]


def axis_edges(axis: Linear | LogAxis, layer: Distribution, place: int) -> Array:
    """The edges of one lane's bins on an axis."""
    if isinstance(axis, Linear):
        return np.asarray(layer.values.edges[place], dtype=np.float64)
    middle, half = axis.positions(layer.sizes), 0.5 / LOG_PER_DECADE
    return np.append(middle - half, middle[-1] + half)


def axis_shares(
    axis: Linear | LogAxis, layer: Distribution, place: int
) -> tuple[Array, Array | None]:
    """One lane's shares on an axis, now and at the start."""
    pair = (layer.values, layer.start_values)
    if isinstance(axis, LogAxis):
        pair = (layer.sizes, layer.start_sizes)

    def shares(histogram: Histogram) -> Array:
        if isinstance(axis, LogAxis):
            return np.asarray(axis.shares(histogram)[place])
        return np.asarray(histogram.shares[place], dtype=np.float64)

    now, start = pair
    return shares(now), None if start is None else shares(start)


@lru_cache(maxsize=64)
def lawful_shares(
    experiment: Experiment, lane: Lane, layer: int, end: float, bins: int
) -> Array | None:
    """What the law of a layer's first weights puts into ``bins`` even bins from −end to end.

    None where the weights depend on one another, or all are the same.
    """
    found = laws(experiment, lane)
    cdf = found[layer][0].cdf if found else None
    return None if cdf is None else np.asarray(np.diff(cdf(np.linspace(-end, end, bins + 1))))


def _used(layer: Distribution) -> Array:
    """The largest share in every bin of the log axis, of any lane, now or at the start."""
    shares = [layer.sizes.shares]
    if layer.start_sizes is not None:
        shares.append(layer.start_sizes.shares)
    return np.asarray(np.concatenate(shares).max(axis=0), dtype=np.float64)


def _bin(now: Histogram, start: Histogram | None, lane: int, which: int) -> Pair:
    """A bin's share now and at the start."""
    then = None if start is None else float(start.shares[lane, which])
    return float(now.shares[lane, which]), then


def _zeros(layer: Distribution, lane: int) -> Pair:
    """The share of exact zeros now and at the start."""
    start = layer.start_sizes
    return float(layer.sizes.zeros[lane]), None if start is None else float(start.zeros[lane])
