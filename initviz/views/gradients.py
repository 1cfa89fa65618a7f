"""Gradient flow: how large the gradient is that each layer receives, and the signal it passes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF

from initviz.parts import Part
from initviz.snapshot import Array, LayerSnapshot, Snapshot
from initviz.theory import predict
from initviz.views.axes import DecadeRange, decades, layer_ticks
from initviz.views.base import (
    View,
    add_plot,
    behind_another,
    gap_words,
    lane_colours,
    lane_words,
)
from initviz.views.curves import Curve, LaneCurves
from initviz.views.notes import Notes
from initviz.views.panel import Switch
from initviz.views.pinned import PinnedRuns, over_layers
from initviz.views.readout import figure, place_in, points_near
from initviz.views.style import Style

LETTERS = {"weight": "∂L/∂W", "z": "∂L/∂z", "activation": "a"}

MOST_MARKED = 20
"""Layers up to which every point has its marker."""


class GradientView(View):
    """rms of ∂L/∂W, ∂L/∂z or a per layer, on a log axis with a marked zero.

    At epoch 0 mean-field theory is drawn over what it can predict: a and ∂L/∂z.
    """

    name = "gradients"
    title = "Gradient flow"
    help = (
        "Size of the gradient that each layer receives, first layer to the left: its root mean\n"
        "square, which a few large ones raise, or its median, which tells what most receive.\n"
        "∂L/∂W is what the weights are moved by; ∂L/∂z is what flows back, per sample.\n"
        "a is the signal on its way forwards; for the output layer, the outputs.\n"
        "An exact zero rests on the line marked 0. Before the first step, dotted lines over a and\n"
        "∂L/∂z are mean-field theory's prediction, where it has one (Poole et al. 2016)."
    )
    parts = frozenset({Part.LAYERS})

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.kind = Switch(
            [
                ("weight", "∂L/∂W", "Gradient of the weights: what a step moves them by"),
                ("z", "∂L/∂z", "Gradient of the pre-activations, per sample: what flows back"),
                ("activation", "a", "Activations: the signal on its way forwards"),
            ]
        )
        self.size = Switch(
            [
                ("rms", "rms", "Root mean square: a few large gradients raise it"),
                ("median", "median", "Median size: 0 as soon as half of the gradients are 0"),
            ]
        )
        for switch in (self.kind, self.size):
            switch.chosen.connect(lambda _: self.redraw())
            self.panel.add_tool(switch)
        self.range = DecadeRange()

    def restyle_lines(self) -> None:
        self.curves.set_look(self.look)
        self.theory.set_look(self.look)
        self.grey.set_look(self.look)

    def shape(self, snapshot: Snapshot) -> object:
        return lane_colours(snapshot)

    def build(self, snapshot: Snapshot) -> None:
        self._bounds: tuple[float, float] | None = None
        self.plot = add_plot(
            self.canvas, self.look, 0, 0, x="layers", y=self.kind.value, decades=["left"]
        )
        self.plot.showGrid(y=True, alpha=0.2)
        self._ticked: tuple[int, float] | None = None
        self.plot.getAxis("bottom").setLabel("layer")
        self.grey = PinnedRuns(self.canvas, self.plot, self.look, self.pinned)
        self.curves = LaneCurves(self.look)
        self.plot.addItem(self.curves)
        self.theory = LaneCurves(self.look, theory=True)
        self.plot.addItem(self.theory)
        self.notes = Notes(self.plot, self.look)

    def feed(self, snapshot: Snapshot) -> None:
        if not snapshot.layers:
            return
        signal = self.kind.value == "activation"
        self.panel.title.setText("Signal flow" if signal else "Gradient flow")
        sizes = self._all_sizes(snapshot)
        switched = self.kind.value, self.size.value
        self.range.follow((snapshot.run, *switched, self.pinned))
        self.range.see(sizes)
        for run in self.pinned:
            self.range.see(self._all_sizes(run.snapshot))
        layers, lanes = sizes.shape
        width = self.plot.vb.width()
        if (layers, width) != self._ticked:
            self._ticked = layers, width
            ticks = layer_ticks(snapshot.experiment.layer_names, width)
            self.plot.getAxis("bottom").setTicks(ticks)
            deepest = max([layers, *(len(run.snapshot.layers) for run in self.pinned)])
            self.plot.setXRange(0.6, deepest + 0.4, padding=0)
        # Equal curves lie side by side instead of hiding one another.
        self._step = 0.05 if layers <= MOST_MARKED else 0.0
        offsets = [self._step * (k - (lanes - 1) / 2) for k in range(lanes)]
        low, high = self.range.bounds
        if self.range.bounds != self._bounds:
            self._bounds = low, high
            self.plot.setYRange(low, high + 0.02 * (high - low), padding=0)  # room for markers
            self.plot.getAxis("left").setTicks(self.range.ticks())
        self._read = sizes
        heights = decades(sizes, self.range.floor)
        numbers = np.arange(1.0, len(heights) + 1)
        dashed = behind_another(heights, 0.004 * (high - low))
        marked = slice(None) if len(numbers) <= MOST_MARKED else ()
        self.curves.set_curves(
            [
                Curve(numbers + offsets[k], heights[:, k], colour, dashed[k], marked)
                for k, colour in enumerate(lane_colours(snapshot))
            ]
        )
        self.grey.show((low, high, layers), self._pinned_curves, self._pinned_note)
        predicted = self._predictions(snapshot)
        self.theory.set_curves(
            [
                Curve(numbers + offsets[k], decades(sizes, self.range.floor), 0)
                for k, sizes in predicted.items()
            ]
        )
        rest = " · dotted: theory" if predicted else " per layer"
        self.panel.subtitle.setText(f"{self.size.value}{rest}")
        self.notes.show_diverged(snapshot)

    def value_at(self, position: QPointF) -> str:
        shown = self.snapshot
        if shown is None or not shown.layers:
            return ""
        box = self.plot.vb
        near = points_near(box, self.curves.curves, position)
        layer = near[0][1] if near else place_in(box, position).x - 1
        if not 0 <= layer < len(shown.layers):
            return ""
        numbers = self._read[layer]
        lines = [f"{lane_words(shown, k)}: {figure(numbers[k])}" for k, at in near if at == layer]
        if near:
            self.readout.point_out(self.curves.place(box, *near[0]))
        elif np.isfinite(numbers).any():
            return ""
        what = f"{LETTERS[self.kind.value]} {self.size.value}"
        words = [f"{shown.layers[layer].name} · {what}", *lines, *gap_words(shown, numbers)]
        return "\n".join(words)

    def _predictions(self, snapshot: Snapshot) -> dict[int, Array]:
        """Mean-field theory's sizes of the lanes that it applies to, (layers,) each."""
        if snapshot.epoch or self.kind.value == "weight" or self.size.value != "rms":
            return {}
        found: dict[int, Array] = {}
        for k, lane in enumerate(snapshot.experiment.lanes):
            predicted = predict(snapshot.experiment, lane, snapshot.plane)
            if predicted is None:
                continue
            if self.kind.value == "activation":
                found[k] = predicted.activation
            else:
                found[k] = predicted.flow * float(snapshot.layers[-1].grad_z_size.rms[k])
        return found

    def _pinned_curves(self, snapshot: Snapshot) -> list[Curve]:
        heights = decades(self._all_sizes(snapshot), self.range.floor)
        lanes = heights.shape[1]
        return over_layers(snapshot, heights, lambda k: self._step * (k - (lanes - 1) / 2))

    def _pinned_note(self, snapshot: Snapshot) -> str:
        """The number of layers where it is another: its output then stands at another place."""
        layers = len(snapshot.experiment.layer_names)
        alike = self.snapshot and layers == len(self.snapshot.experiment.layer_names)
        return f"epoch {snapshot.epoch}" + ("" if alike else f", {layers} layers")

    def _all_sizes(self, snapshot: Snapshot) -> Array:
        """The chosen size of every layer, (layers, K)."""
        sizes: Array = np.array([self._sizes(layer) for layer in snapshot.layers])
        return sizes.reshape(len(snapshot.layers), len(snapshot.experiment.lanes))

    def _sizes(self, layer: LayerSnapshot) -> Array:
        """The chosen size of what is chosen, (K,)."""
        spread = {
            "weight": layer.grad_weight_size,
            "z": layer.grad_z_size,
            "activation": layer.activation_size,
        }[self.kind.value]
        return spread.rms if self.size.value == "rms" else spread.median
