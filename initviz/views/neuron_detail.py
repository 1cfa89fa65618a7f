"""The pinned neuron closely: tile, figures, weights in and out, its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF

from initviz.snapshot import Array
from initviz.views.answers import Colouring
from initviz.views.base import lane_colours
from initviz.views.canvas import Canvas
from initviz.views.inside import WEIGHT, Inside
from initviz.views.lane_network import LaneNetwork
from initviz.views.network_words import neuron_lines, neuron_name, number
from initviz.views.neuron_history import NeuronPlots
from initviz.views.portrait import Portrait
from initviz.views.style import Style
from initviz.views.weight_bars import WeightBars

WIDTH, WIDE = 244.0, 320.0
"""Pixels of the detail beside the network, and where there is much room."""

TALL = 420.0
"""Pixels of height from which the two plots stand one below the other."""


@dataclass(frozen=True)
class Place:
    """Where the detail stands in the canvas' grid.

    Attributes:
        row, column: its upper left corner; it has two columns and four rows.
        tall: whether the two plots stand one below the other.
        portrait, bars: pixels of the rows of the portrait and the weights.
    """

    row: int
    column: int
    tall: bool
    portrait: float
    bars: float


class NeuronDetail:
    """Items of the detail, made for one place."""

    def __init__(
        self,
        canvas: Canvas,
        style: Style,
        inside: Inside,
        colouring: Colouring,
        place: Place,
        below: int,
    ) -> None:
        """``below`` more rows of the canvas belong to the last plot."""
        row, column = place.row, place.column
        plane = inside.snapshot.plane
        self.portrait = Portrait(style, plane, colouring, len(inside.lanes))
        self.incoming = WeightBars(style, "incoming")
        self.outgoing = WeightBars(style, "outgoing")
        canvas.addItem(self.portrait, row, column, rowspan=2, colspan=2)
        canvas.addItem(self.incoming, row + 2, column)
        canvas.addItem(self.outgoing, row + 2, column + 1)
        if place.tall:
            places = [(row + 3, column, 1, 2), (row + 4, column, 1 + below, 2)]
        else:
            places = [(row + 3, column, 2 + below, 1), (row + 3, column + 1, 2 + below, 1)]
        self.plots = NeuronPlots(canvas, style, places, stacked=place.tall)
        layout = canvas.ci.layout
        layout.setRowFixedHeight(row + 1, place.portrait)
        layout.setRowFixedHeight(row + 2, place.bars)

    def show(
        self, inside: Inside, networks: Sequence[LaneNetwork], layer: int, neuron: int
    ) -> None:
        """Draw one neuron in every lane."""
        if self.portrait.size().width() < 1:
            return
        chosen = np.array([neuron])
        rects = self.portrait.rects()
        strips = [
            network.strip(layer, chosen, [rect])
            for network, rect in zip(networks, rects, strict=True)
        ]
        lines = [self._lines(inside, place, layer, neuron) for place in range(len(inside.lanes))]
        self.portrait.show_neuron(neuron_name(inside, layer, neuron), strips, lines)
        colours = [lane_colours(inside.snapshot)[lane] for lane in inside.lanes]
        self.incoming.show_weights(self._weights(inside, layer, neuron, outgoing=False), colours)
        self.outgoing.show_weights(self._weights(inside, layer, neuron, outgoing=True), colours)
        history = inside.snapshot.neuron
        if history is not None and (history.lanes, history.layer, history.neuron) != (
            inside.lanes, layer, neuron,
        ):  # fmt: skip
            history = None
        self.plots.show_history(inside.snapshot, history)

    def _lines(
        self, inside: Inside, place: int, layer: int, neuron: int
    ) -> list[tuple[str, str]]:  # fmt: skip
        epoch = inside.diverged(place)
        if epoch is not None:
            return [("diverged", f"epoch {epoch}")]
        return neuron_lines(inside, place, layer, neuron)

    def _weights(
        self, inside: Inside, layer: int, neuron: int, *, outgoing: bool
    ) -> list[Array]:  # fmt: skip
        layers = inside.snapshot.values
        if outgoing and layer + 1 == len(layers):
            return [np.zeros(0) for _ in inside.lanes]
        values = inside.values(WEIGHT, layer + 1 if outgoing else layer)
        assert values is not None
        return [values[lane, neuron] if outgoing else values[lane, :, neuron]
                for lane in inside.lanes]  # fmt: skip

    def words_at(self, inside: Inside, layer: int, neuron: int, position: QPointF) -> str:
        """The weight whose bar is under the mouse, or the figures of an epoch."""
        for bars, outgoing in ((self.incoming, False), (self.outgoing, True)):
            found = bars.at(bars.mapFromScene(position))
            if found is not None:
                other, values = found
                beyond = neuron_name(inside, layer + 1 if outgoing else layer - 1, other)
                words = f"to {beyond}" if outgoing else f"from {beyond}"
                return f"{words}\nweight {' | '.join(number(v) for v in values)}"
        return self.plots.words_at(position)
