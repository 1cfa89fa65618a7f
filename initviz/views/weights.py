"""Distribution of the weights, their gradients and their updates, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker

from initviz.parts import Distribution, Part
from initviz.snapshot import Snapshot
from initviz.views.activations import BRIGHTEST, MOST_PLOTS
from initviz.views.axes import layer_ticks
from initviz.views.base import (
    Header,
    View,
    add_plot,
    draw_once,
    equal_columns,
    lane_colours,
    lane_marks,
)
from initviz.views.curves import Curve, LaneCurves
from initviz.views.distributions import LogAxis
from initviz.views.label import Label
from initviz.views.panel import Switch
from initviz.views.plot import Plot
from initviz.views.shares import (
    Axes,
    Linear,
    axis_edges,
    axis_shares,
    lawful_shares,
    words_at,
)
from initviz.views.steps import StepCurves, Steps
from initviz.views.style import GLYPHS, SMALL_SIZE, Style

Array = NDArray[np.float64]

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
        self.scale.chosen.connect(self._scale_chosen)
        self._by_hand = False
        for switch in (self.kind, self.scale):
            self.panel.add_tool(switch)
        self.axes = Axes()

    @property
    def wants(self) -> frozenset[Part]:
        return frozenset({self._part})

    @property
    def _part(self) -> Part:
        return _KINDS[self.kind.value][0]

    def _scale_chosen(self, _: str) -> None:
        self._by_hand = True
        self.redraw()

    def _kind_chosen(self, kind: str) -> None:
        """Weights are seldom of many sizes, what moves them often is; the user's word wins."""
        self.panel.title.setText(_KINDS[kind][1])
        if not self._by_hand:
            with QSignalBlocker(self.scale):
                self.scale.choose("value" if kind == "weights" else "size")
        self.redraw()
        self.wants_changed.emit()

    def restyle_lines(self) -> None:
        for steps, theory in zip(self.steps, self.theory, strict=True):
            steps.set_look(self.look)
            theory.set_look(self.look)

    def key_lanes(self, snapshot: Snapshot) -> Sequence[int]:
        """None: the subtitle names the lanes."""
        return ()

    def shape(self, snapshot: Snapshot) -> object:
        lanes = tuple(lane_colours(snapshot)[k] for k in snapshot.focus.lanes)
        layers = len(snapshot.experiment.layer_names)
        return (lanes, layers, self._columns(snapshot))

    def build(self, snapshot: Snapshot) -> None:
        self._ticked: object = None
        self._shown: tuple[Distribution, ...] = ()
        self._of = snapshot  # that they are of: the newest may not have them yet
        self.steps: list[StepCurves] = []
        self.theory: list[LaneCurves] = []
        self.maps: list[pg.ImageItem] = []
        self.headers: list[Header] = []
        self.plots: list[Plot] = []
        self.note = Label(self.look, self.look.bad, self.look.panel)
        self.note.setZValue(30)
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
            plot.setTitle(name, color=self.look.muted, size=f"{self.look.px(SMALL_SIZE)}px")
            plot.titleLabel.setMaximumHeight(self.look.px(18))
            draw_once(plot.titleLabel.item)
            plot.layout.setRowFixedHeight(0, self.look.px(18))
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
            plot = add_plot(self.canvas, self.look, 2 * row + 1, column, y="layers")
            plot.layout.setContentsMargins(0, 0, 8, 0)
            plot.invertY(True)
            plot.setYRange(0.5, layers + 0.5, padding=0)
            plot.getAxis("left").setWidth(self.look.px(26))
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
        self._shown, self._of = found, snapshot
        self.axes.follow((snapshot.run, self._part, snapshot.focus.lanes))
        self.panel.subtitle.setText(self._words(snapshot, found))
        self.note.setText(self._silence(snapshot, found))
        if not found:
            for steps, theory in zip(self.steps, self.theory, strict=True):
                steps.set_steps([])
                theory.set_curves([])
            for image in self.maps:
                image.clear()
            self._fit_axes(snapshot, Linear(self.axes.end or 1.0))
            self._place_note()
            return
        sizes = self.scale.value == "size"
        axis = self.axes.log(found) if sizes else self.axes.linear(found)
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
        ticks = axis.ticks(max(box.width(), 60) / self.look.text_scale)
        for plot in self.plots:
            plot.setXRange(axis.low, axis.high, padding=0.02)
            plot.getAxis("bottom").setTicks(ticks)
            if self.maps:
                plot.getAxis("left").setTicks(layer_ticks(names, box.height()))

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
        if self.snapshot is None or not self._shown:
            return ""
        for place, plot in enumerate(self.plots):
            if plot.vb.sceneBoundingRect().contains(position):
                at = plot.vb.mapSceneToView(position)
                return self._bin_at(self._of, place, at)
        return ""

    def _bin_at(self, snapshot: Snapshot, place: int, at: QPointF) -> str:
        found, lanes = self._shown, snapshot.focus.lanes
        if self.maps:
            seen, layer = place // 2, math.floor(at.y() - 0.5)
        else:
            seen, layer = (1 if at.y() < 0 and len(lanes) > 1 else 0), place
        if not 0 <= layer < len(found):
            return ""
        sizes = self.scale.value == "size"
        axis = self.axes.log(found) if sizes else self.axes.linear(found)
        words = words_at(axis, found[layer], seen, at.x(), _KINDS[self.kind.value][2])
        if not words:
            return ""
        where = snapshot.experiment.layer_names[layer]
        title = snapshot.experiment.lanes[lanes[seen]].title
        return f"epoch {snapshot.epoch}, {where} · {title}: {words}"
