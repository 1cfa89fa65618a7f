"""How much the weights of each layer move: in a step, and since the start."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt

from initviz.snapshot import Snapshot
from initviz.views.axes import DecadeRange, decades, layer_ticks, room_above
from initviz.views.base import View, add_plot, behind_another, lane_colours
from initviz.views.curves import Curve, LaneCurves, Series, thinned
from initviz.views.gradients import MOST_MARKED
from initviz.views.notes import Notes
from initviz.views.panel import Switch
from initviz.views.pinned import PinnedRuns, over_epochs, over_layers
from initviz.views.quantities import MOVED, UPDATE, Quantity
from initviz.views.readout import points_near
from initviz.views.style import Style
from initviz.views.touch import Touch

Array = NDArray[np.float64]

USUAL = 1e-3
"""The ratio of update to weight that steps usually have where training goes well (A. Karpathy,
CS231n)."""

_TITLES = {UPDATE.name: "Update : weight", MOVED.name: "Distance moved"}


class MovementView(View):
    """‖ΔW‖/‖W‖ or ‖W − W₀‖/‖W₀‖ of every lane: over the epochs, or over the layers."""

    name = "movement"
    title = "Update : weight"
    help = (
        "How far the last step of an epoch moved the weights, as a share of their size. The\n"
        "dashed line is at 1e-3, about what is usual where training goes well: far below, nothing\n"
        "is learnt; far above, steps are rough.\n"
        "Or how far the weights have moved from where they started, as a share of their first\n"
        "size; where they started at 0, their size itself. Click to go to an epoch or a layer."
    )

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.quantity = Switch([(q.name, q.label, q.tip) for q in (UPDATE, MOVED)])
        self.over = Switch(
            [
                ("epochs", "time", "One layer, over the epochs"),
                ("layers", "depth", "All layers, at the shown epoch"),
            ]
        )
        for switch in (self.quantity, self.over):
            switch.chosen.connect(lambda _: self.redraw())
            self.panel.add_tool(switch)
        self.range = DecadeRange()

    def restyle_lines(self) -> None:
        self.curves.set_look(self.look)
        self.points.set_look(self.look)
        self.grey.set_look(self.look)
        self._set_pens()

    def _set_pens(self) -> None:
        self.guide.setPen(self.look.pen(self.look.muted, 1, Qt.PenStyle.DashLine))
        self.cursor.setPen(self.look.pen(self.look.text, 1, Qt.PenStyle.DashLine))

    def shape(self, snapshot: Snapshot) -> object:
        layers = len(snapshot.experiment.layer_names)
        return (lane_colours(snapshot), layers, self.quantity.value, self.over.value)

    def build(self, snapshot: Snapshot) -> None:
        self._bounds: tuple[float, ...] | None = None
        self._across: object = None
        self.panel.title.setText(_TITLES[self.quantity.value])
        self.plot = add_plot(self.canvas, self.look, 0, 0, x=self.over.value, decades=("left",))
        self.plot.showGrid(y=True, alpha=0.2)
        self.plot.getAxis("bottom").setLabel(self.over.value[:-1])
        self.guide = pg.InfiniteLine(math.log10(USUAL), angle=0)
        self.guide.setVisible(self.quantity.value == UPDATE.name)
        self.cursor = pg.InfiniteLine(0, angle=90)
        self.grey = PinnedRuns(self.canvas, self.plot, self.look, self.pinned)
        self.curves = LaneCurves(self.look)
        self.points = LaneCurves(self.look, marker=8)
        for item in (self.guide, self.cursor, self.curves, self.points):
            self.plot.addItem(item)
        self._set_pens()
        self.touch = Touch(self.plot)
        self.touch.touched.connect(self._touched)
        self.notes = Notes(self.plot, self.look)

    def feed(self, snapshot: Snapshot) -> None:
        quantity = self._quantity
        self.range.follow((snapshot.run, quantity.name, self.pinned))
        for run in self.pinned:
            self.range.see(self._of_pinned(run.snapshot)[1])
        if quantity is UPDATE:
            self.range.see(np.array([USUAL]))
        if self.over.value == "epochs":
            self._feed_epochs(snapshot, quantity)
        else:
            self._feed_layers(snapshot, quantity)
        drawn = (self.range.bounds, self.over.value, quantity.name, self._layer(snapshot))
        self.grey.show(drawn, self._pinned_curves, self._pinned_note)
        early = snapshot.epoch < quantity.first and not len(self.curves.curves)
        words = [self._where(snapshot, quantity)]
        if early:
            words.append("no update yet")
        elif quantity is UPDATE:
            words.insert(0, "dashed: 1e-3")
        elif (snapshot.history.weight_norm[0, :, self._layer(snapshot)] == 0).any():
            words.append("‖W‖ where W₀ = 0")
        self.panel.subtitle.setText(" · ".join(words))
        self.notes.show_diverged(snapshot, later=self.over.value == "epochs", brief=True)

    def _where(self, snapshot: Snapshot, quantity: Quantity) -> str:
        if self.over.value == "epochs":
            return snapshot.experiment.layer_names[self._layer(snapshot)]
        return f"at epoch {snapshot.epoch}"

    def _feed_epochs(self, snapshot: Snapshot, quantity: Quantity) -> None:
        last = snapshot.history.last
        pinned = [run.snapshot.history.last for run in self.pinned]
        end = max(snapshot.experiment.epochs, last, *pinned)
        if self._across != end:
            self._across = end
            self.plot.setXRange(0, end, padding=0.02)
        self.cursor.setValue(snapshot.epoch)
        layer = self._layer(snapshot)
        if last < quantity.first:
            self._draw(snapshot, np.zeros(0), quantity.of(snapshot.history)[:0, :, layer], 0)
            self.points.set_curves([])
            return
        self._draw(snapshot, *self._thinned(snapshot, layer), offset=0)
        self.points.set_curves(self._ends(snapshot, quantity, layer))

    def _thinned(self, snapshot: Snapshot, layer: int) -> tuple[Array, Array]:
        """Epochs, and the figure of a layer, (points, K), that are drawn over them."""
        quantity = self._quantity
        return thinned(
            Series.of(snapshot.history, lambda h: quantity.of(h)[:, :, layer], quantity.first)
        )

    def _ends(self, snapshot: Snapshot, quantity: Quantity, layer: int) -> list[Curve]:
        """A marker at the shown epoch, and where a lane ends in a gap."""
        history = snapshot.history
        values = quantity.of(history)[:, :, layer]
        heights = decades(values[[history.row(snapshot.epoch)]], self.range.floor)[0]
        heights[snapshot.epoch < quantity.first] = np.nan
        found = []
        for k, colour in enumerate(lane_colours(snapshot)):
            epochs, places = [float(snapshot.epoch)], [heights[k]]
            ended = not np.isfinite(values[-1, k])
            finite = np.flatnonzero(np.isfinite(values[:, k])) if ended else np.zeros(0, int)
            if len(finite) and history.epochs[finite[-1]] >= quantity.first:
                row = int(finite[-1])
                epochs += [np.nan, float(history.epochs[row])]
                places += [np.nan, *decades(values[[row], k], self.range.floor)]
            found.append(Curve(np.array(epochs), np.array(places), colour, marked=slice(None)))
        return found

    def _feed_layers(self, snapshot: Snapshot, quantity: Quantity) -> None:
        values = quantity.of(snapshot.history)
        names, row = snapshot.experiment.layer_names, snapshot.history.row(snapshot.epoch)
        if self._across != self.plot.vb.width():
            self._across = self.plot.vb.width()
            pinned = [len(run.snapshot.experiment.layer_names) for run in self.pinned]
            self.plot.setXRange(0.6, max(len(names), *pinned, 1) + 0.4, padding=0)
            self.plot.getAxis("bottom").setTicks(
                layer_ticks(names, self.plot.vb.width() / self.look.text_scale)
            )
        self.cursor.setValue(self._layer(snapshot) + 1)
        self.points.set_curves([])
        if snapshot.epoch < quantity.first:
            self._draw(snapshot, np.zeros(0), values[:0, :, 0], offset=0)
            return
        few = len(names) <= MOST_MARKED
        self._draw(
            snapshot, np.arange(1.0, len(names) + 1), values[row].T,
            offset=0.05 if few else 0.0, marked=slice(None) if few else (),
        )  # fmt: skip

    def _of_pinned(self, snapshot: Snapshot) -> tuple[Array, Array]:
        """What is drawn of a pinned run: over what, and (epochs, K) of the layer in focus.

        Over the layers it is (layers, K).
        """
        quantity = self._quantity
        values = quantity.of(snapshot.history)
        nothing = np.zeros(0), values[:0, :, 0]
        if self.over.value == "layers":
            if snapshot.epoch < quantity.first:
                return nothing
            across = np.arange(1.0, values.shape[2] + 1)
            return across, values[snapshot.history.row(snapshot.epoch)].T
        layer = self._pinned_layer(snapshot)
        return nothing if layer is None else self._thinned(snapshot, layer)

    def _pinned_layer(self, snapshot: Snapshot) -> int | None:
        """The layer of a pinned run that is compared; None where it has no such layer."""
        layer, hidden = self.focus.layer, len(snapshot.experiment.hidden)
        # The output is compared with the output, however many layers there are.
        shown = self.snapshot
        if shown is not None and self._layer(shown) == len(shown.experiment.hidden):
            return hidden
        return layer if layer < hidden else None

    def _pinned_curves(self, snapshot: Snapshot) -> list[Curve]:
        x, values = self._of_pinned(snapshot)
        heights = decades(values, self.range.floor)
        if not len(heights):
            return []
        if self.over.value == "layers":
            return over_layers(snapshot, heights)
        return over_epochs(snapshot, x, heights)

    def _pinned_note(self, snapshot: Snapshot) -> str:
        if self.over.value == "layers":
            return f"epoch {snapshot.epoch}"
        return "no such layer" if self._pinned_layer(snapshot) is None else ""

    def _draw(
        self, snapshot: Snapshot, x: Array, values: Array, offset: float,
        marked: slice | tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        self.range.see(values)
        low, high = self.range.bounds
        later = self.over.value == "epochs"
        gone = snapshot.diverged_at >= 0 if later else snapshot.diverged
        top = room_above(low, high, self.plot.vb.height() / self.look.text_scale, int(gone.any()))
        if self._bounds != (low, top):
            self._bounds = low, top
            self.plot.setYRange(low, top, padding=0)
            self.plot.getAxis("left").setTicks(self.range.ticks())
        heights = decades(values, self.range.floor)
        dashed = behind_another(heights, 0.004 * (high - low)) if len(x) else []
        middle = (values.shape[1] - 1) / 2
        self._values = values
        self.curves.set_curves(
            [
                Curve(x + offset * (k - middle), heights[:, k], colour, dashed[k], marked)
                for k, colour in enumerate(lane_colours(snapshot) if len(x) else [])
            ]
        )

    @property
    def _quantity(self) -> Quantity:
        return UPDATE if self.quantity.value == UPDATE.name else MOVED

    def _layer(self, snapshot: Snapshot) -> int:
        return min(self.focus.layer, len(snapshot.experiment.layer_names) - 1)

    def _touched(self, at: QPointF) -> None:
        snapshot = self.snapshot
        if snapshot is None:
            return
        if self.over.value == "epochs":
            epoch = min(max(round(at.x()), 0), snapshot.history.last)
            if epoch != snapshot.epoch:
                self.epoch_asked.emit(epoch)
            return
        layers = len(snapshot.experiment.layer_names)
        chosen = self.focus.replace(layer=min(max(round(at.x()) - 1, 0), layers - 1))
        if chosen != self.focus:
            self.focus_asked.emit(chosen)

    def value_at(self, position: QPointF) -> str:
        """The exact numbers of the points under the mouse."""
        snapshot = self.snapshot
        if snapshot is None:
            return ""
        lines = []
        near = points_near(self.plot.vb, self.curves.curves, position)
        if near:
            self.readout.point_out(self.curves.place(self.plot.vb, *near[0]))
        for lane, point in near:
            x = self.curves.curves[lane].x[point]
            if self.over.value == "epochs":
                place = f"epoch {x:.0f}, {snapshot.experiment.layer_names[self._layer(snapshot)]}"
            else:
                place = f"epoch {snapshot.epoch}, {snapshot.experiment.layer_names[point]}"
            title = snapshot.experiment.lanes[lane].title
            lines.append(
                f"{place} · {title}: {self._quantity.text(float(self._values[point, lane]))}"
            )
        return "\n".join(lines)
