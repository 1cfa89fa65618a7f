"""Neuron similarity: which neurons of a layer are copies of one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QPointF

from initviz.focus import Focus
from initviz.neurons import groups
from initviz.similarity import Directions, cosine, cosines, directions, spread
from initviz.snapshot import Array, LayerValues, Snapshot
from initviz.views.grids import GridView, gap_words
from initviz.views.panel import Switch
from initviz.views.scale import brief, to_bytes
from initviz.views.style import Style

MOST_CELLS = 200
"""Cells on a side of a matrix; with more neurons, a cell has the mean of a block of them."""

COLUMNS: Mapping[str, Callable[[LayerValues, int], Array]] = {
    "weights": lambda layer, lane: layer.weight[lane],
    "activations": lambda layer, lane: layer.activation[lane],
    "gradients": lambda layer, lane: layer.grad_weight[lane],
}
"""What is compared: a column for each neuron, of one lane."""

WORDS = {
    "weights": "incoming weights",
    "activations": "activations",
    "gradients": "gradients of the weights",
}


class SimilarityView(GridView):
    """The cosines between all neurons of the layer in focus."""

    name = "similarity"
    title = "Neuron similarity"
    help = (
        "The cosine between every two neurons of the layer in focus: of their incoming weights, "
        "of their activations over the samples, or of the gradients ∂L/∂W of those weights.\n"
        "Blue, 1: they point the same way. Pale, 0: they have nothing in common. Orange, −1: they "
        "are opposed. Hatched: all of a neuron's numbers are 0, and it has no direction.\n"
        "Equal weights with equal gradients stay equal. Distinct are neurons that differ by more "
        "than rounding; the spread is their rms distance from the mean neuron, over their rms.\n"
        "A click pins the neuron of the row."
    )
    square = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.kind = Switch(
            [
                ("weights", "W", "Incoming weights: what the neurons listen to"),
                ("activations", "a", "Activations: what the neurons answer to the samples"),
                ("gradients", "∂L/∂W", "Gradients of the incoming weights: where they are pushed"),
            ]
        )
        self.kind.chosen.connect(lambda _: self._again())
        self.panel.add_tool(self.kind)

    def draw(self, snapshot: Snapshot, focus: Focus, layer: LayerValues) -> None:
        self.show_bar(1.0)
        self._seen: list[Directions] = []
        width, block, zeros = layer.bias.shape[1], 1, 0
        for grid, lane in zip(self.grids, focus.lanes, strict=True):
            columns = COLUMNS[self.kind.value](layer, lane)
            found = directions(columns)
            self._seen.append(found)
            matrix, block = cosines(found, MOST_CELLS)
            grid.show(to_bytes(matrix, 1.0, zeros=False), (width, width), None, block)
            grid.head(snapshot, lane, self._figure(snapshot, found, lane))
            broken = bool(found.broken.any())
            words = gap_words(snapshot, lane, finite=not broken)
            if found.zero.all():
                words = words or "all 0"
            grid.say(words)
            zeros += int(np.count_nonzero(found.zero))
            pinned = [] if focus.neuron is None else [focus.neuron]
            grid.mark(pinned, pinned)
        cells = f" · means of {block} × {block}" if block > 1 else ""
        dead = f" · hatched: all 0 ({zeros})" if zeros else ""
        self.panel.subtitle.setText(f"{layer.name} · {WORDS[self.kind.value]}{cells}{dead}")

    def value_at(self, position: QPointF) -> str:
        found = self.at(position)
        if self.snapshot is None or found is None or not self.snapshot.values:
            return ""
        place, row, column = found
        of = self._seen[place]
        lane = self.seen(self.snapshot).lanes[place]
        whose = f"{self.snapshot.experiment.lanes[lane].title} · " if len(self.grids) > 1 else ""
        for neuron in (row, column):
            if of.zero[neuron]:
                return f"{whose}neuron {neuron + 1}: all 0, no direction"
            if of.broken[neuron]:
                return f"{whose}neuron {neuron + 1}: not finite"
        value = f"{cosine(of, row, column) + 0.0:.7g}".replace("-", "−")
        return f"{whose}neurons {row + 1} and {column + 1}: cosine {value}"

    def _figure(self, snapshot: Snapshot, found: Directions, lane: int) -> str:
        """How many neurons there are behind the many, and how far they are from being one."""
        if found.broken.any():
            return "diverged" if snapshot.diverged[lane] else "not finite"
        width = len(found.length)
        _, distinct = groups(found.columns)
        tail = f" · spread {brief(spread(found))}"
        few = f"{distinct} of {width}"
        return self.fitting(f"{distinct} distinct of {width}{tail}", f"{few}{tail}", few)

    def _again(self) -> None:
        if self.snapshot is not None:
            self.show(self.snapshot)
