"""What is looked at closely: one lane, perhaps one beside it, a layer, a neuron."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from initviz.experiment import Experiment


@dataclass(frozen=True)
class Focus:
    """Where the views that show one lane, one layer or one neuron look.

    Attributes:
        lane: the lane's place in the experiment.
        beside: a second lane, to compare; None for one alone.
        layer: the layer's place, from 0; the output is the last.
        neuron: a pinned neuron's place in that layer; None for none.
    """

    lane: int = 0
    beside: int | None = None
    layer: int = 0
    neuron: int | None = None

    @property
    def lanes(self) -> tuple[int, ...]:
        """The lanes that are looked at, one or two."""
        return (self.lane,) if self.beside is None else (self.lane, self.beside)

    def replace(self, **changes: int | None) -> Focus:
        """The same with some fields changed; another layer lets the neuron go."""
        if changes.get("layer", self.layer) != self.layer:
            changes = {"neuron": None, **changes}
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def within(self, experiment: Experiment) -> Focus:
        """The nearest focus that an experiment has: its lanes, layers and neurons may be fewer."""
        lane = min(self.lane, len(experiment.lanes) - 1)
        beside = self.beside
        if beside is not None and (beside >= len(experiment.lanes) or beside == lane):
            beside = None
        layer = min(self.layer, len(experiment.hidden))
        neuron = self.neuron
        if neuron is not None and (layer != self.layer or neuron >= experiment.sizes[layer + 1]):
            neuron = None
        return Focus(lane, beside, layer, neuron)


NEAREST = Focus()
"""The first lane and the first layer: where every look begins."""
