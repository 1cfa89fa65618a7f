"""What a snapshot says of the neurons of the lanes in focus, computed when it is asked for."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from initviz.neurons import NeuronFigures, neuron_figures
from initviz.parts import Tiles
from initviz.snapshot import Array, Snapshot
from initviz.views.arrangement import INPUTS
from initviz.views.edges import strongest

WEIGHT, GRADIENT, UPDATE = "weight", "gradient", "update"
"""What belongs to a connection."""

VARIANCE, CHOSEN, ALL = "variance", "chosen", "all"
"""How neurons are ranked, besides by their gradient."""


class Inside:
    """A snapshot that has layers and tiles, seen lane by lane.

    Lanes are numbered by their place in the focus, layers from 0, ``INPUTS`` for the inputs.

    Args:
        snapshot: with layers and tiles.
        before: what was shown before; what has not changed since is taken from it.
    """

    def __init__(self, snapshot: Snapshot, before: Inside | None = None) -> None:
        assert snapshot.tiles is not None
        self.snapshot = snapshot
        self.tiles: Tiles = snapshot.tiles
        self.lanes = snapshot.tiles.lanes
        self.sizes = snapshot.experiment.sizes
        self._figures: dict[tuple[int, int], NeuronFigures] = {}
        self._scales: dict[tuple[str, int], float] = {}
        if (
            before is not None
            and before.snapshot.plane is snapshot.plane
            and before.cells == self.cells
        ):
            self.inputs = before.inputs

    @staticmethod
    def complete(snapshot: Snapshot) -> bool:
        """Whether a snapshot has what is needed."""
        return snapshot.tiles is not None and bool(snapshot.values)

    @property
    def cells(self) -> int:
        """Cells on a side of a tile."""
        return int(self.tiles.layers[0].shape[-1])

    def name(self, layer: int) -> str:
        """A layer's name."""
        return "inputs" if layer == INPUTS else self.snapshot.experiment.layer_names[layer]

    def diverged(self, place: int) -> int | None:
        """The epoch at which a lane has diverged by now."""
        lane = self.lanes[place]
        return int(self.snapshot.diverged_at[lane]) if self.snapshot.diverged[lane] else None

    def figures(self, place: int, layer: int) -> NeuronFigures:
        """The figures of one layer's neurons."""
        key = (place, layer)
        if key not in self._figures:
            lane, shown = self.lanes[place], self.snapshot.values[layer]
            of = self.snapshot.experiment
            output = layer == len(self.snapshot.values) - 1
            activation = None if output else of.activation_of(of.lanes[lane])
            self._figures[key] = neuron_figures(
                shown.activation[lane], shown.grad_z[lane], activation
            )
        return self._figures[key]

    def values(self, kind: str, layer: int) -> Array | None:
        """Weights, gradients or updates of a layer, (K, fan_in, fan_out); None before a step."""
        if kind == UPDATE:
            updates = self.snapshot.updates
            return None if updates is None else updates.layers[layer]
        shown = self.snapshot.values[layer]
        return shown.weight if kind == WEIGHT else shown.grad_weight

    def scale(self, kind: str, layer: int) -> float:
        """The size that is drawn as strongest in a layer, the same for the lanes in focus."""
        key = (kind, layer)
        if key not in self._scales:
            values = self.values(kind, layer)
            self._scales[key] = (
                0.0 if values is None else max(strongest(values[lane]) for lane in self.lanes)
            )
        return self._scales[key]

    def scores(self, layer: int, ranking: str) -> Array:
        """How much every neuron of a layer tells, (width,): the more, the sooner it is shown."""
        if ranking == CHOSEN:
            return np.zeros(self.sizes[layer + 1])
        total = np.zeros(self.sizes[layer + 1])
        for place, lane in enumerate(self.lanes):
            if layer == INPUTS and ranking == VARIANCE:
                part = np.square(self.snapshot.plane.basis).sum(axis=0)
            elif layer == INPUTS:
                with np.errstate(all="ignore"):
                    part = np.linalg.norm(
                        self.snapshot.values[0].grad_weight[lane].astype(np.float64), axis=1
                    )
            else:
                figures = self.figures(place, layer)
                part = figures.deviation if ranking == VARIANCE else figures.gradient
            part = np.where(np.isfinite(part), part, 0.0)
            largest = part.max()
            if largest > 0:  # every lane has its say, whatever the sizes of its numbers
                # Rounding must not decide between neurons that are one.
                total += np.round(part / largest, 5)
        return total

    @cached_property
    def inputs(self) -> NDArray[np.float64]:
        """Every input over the plane, (features, g, g), row 0 at the bottom."""
        cells = self.cells
        return np.asarray(self.snapshot.plane.grid(cells).T.reshape(-1, cells, cells))

    def pictures(self, place: int, layer: int, neurons: NDArray[np.int_]) -> Array:
        """The tiles of some neurons, (n, g, g), row 0 at the bottom."""
        whole = self.inputs if layer == INPUTS else self.tiles.layers[layer][place]
        return np.asarray(whole[neurons])

    def outputs(self, place: int) -> Array:
        """The outputs over the plane, (outputs, g, g)."""
        return np.asarray(self.tiles.layers[-1][place])

    def limits(self, layer: int, pictures: Array, *, each: bool) -> Array:
        """The size at which each picture's colours end, (n,).

        Args:
            layer: whose neurons they are.
            pictures: (n, g, g).
            each: whether every picture has its own, and not all of the layer the same. That is
                the activation's bound, where it has one, and else the largest size there is.
        """
        if each or layer == INPUTS:
            sizes = np.abs(np.where(np.isfinite(pictures), pictures, 0)).max(axis=(1, 2))
            if layer == INPUTS:
                sizes = np.full(len(pictures), sizes.max())
            return np.asarray(sizes, dtype=np.float64)
        return np.full(len(pictures), self.bound(layer))

    def bound(self, layer: int) -> float:
        """The size at which the colours of a layer end if all of its neurons share them."""
        of = self.snapshot.experiment
        if layer < len(self.snapshot.values) - 1:
            bounds = [of.activation_of(of.lanes[lane]).bounds for lane in self.lanes]
            if all(bounds):
                return max(abs(end) for ends in bounds if ends for end in ends)
        whole = self.tiles.layers[layer]
        finite = np.where(np.isfinite(whole), whole, 0)
        return float(max(finite.max(), -finite.min()))

    def bounded(self) -> float | None:
        """The bound that all hidden layers share; None where some have none."""
        of = self.snapshot.experiment
        bounds = [of.activation_of(of.lanes[lane]).bounds for lane in self.lanes]
        if not all(bounds):
            return None
        return max(abs(end) for ends in bounds if ends for end in ends)


def letters(group: int) -> str:
    """a, b, ..., z, aa, ab, ... for groups 0, 1, ...; "" for no group."""
    if group < 0:
        return ""
    text = ""
    while group >= 0:
        text = chr(ord("a") + group % 26) + text
        group = group // 26 - 1
    return text
