"""Which neurons of a network have a tile, and that they stay while the epochs go by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from initviz.views.arrangement import INPUTS, MOST_INPUTS, capacity, most_telling
from initviz.views.inside import ALL, Inside

Neuron = tuple[int, int]
"""(layer, neuron)."""


class Choice:
    """The shown neurons of every column, the inputs first.

    Attributes:
        shown: their numbers, in order.
        chosen: neurons that somebody wants to see whatever they tell.
    """

    def __init__(self) -> None:
        self.shown: list[NDArray[np.int_]] = []
        self.chosen: set[Neuron] = set()
        self._key: object = None

    def toggle(self, neuron: Neuron) -> None:
        """Choose a neuron, or let it go."""
        self.chosen ^= {neuron}
        self._key = None

    def forget(self) -> None:
        """Choose anew next time."""
        self._key = None

    def update(
        self, inside: Inside, height: float, ranking: str, pinned: Neuron | None
    ) -> bool:  # fmt: skip
        """Choose anew where there is a reason; returns whether others are shown now.

        Reasons are another run, other lanes, another ranking, another height. Numbers that change
        with the epochs are none: neurons must not come and go while one watches them.
        """
        rooms = tuple(
            total if ranking == ALL else self._room(column, total, height)
            for column, total in enumerate(inside.sizes)
        )
        run = (inside.snapshot.run, inside.snapshot.experiment.sizes)
        key = (run, inside.lanes, ranking, rooms)
        before = self.shown
        if key != self._key:
            self._key = key
            self.chosen = {n for n in self.chosen if self._exists(inside, n)}
            self.shown = [
                self._choose(inside, column, room, ranking, pinned)
                for column, room in enumerate(rooms)
            ]
        elif pinned is not None and pinned[1] not in self.shown[pinned[0] + 1]:
            column = pinned[0] + 1
            self.shown = list(self.shown)
            self.shown[column] = self._choose(inside, column, rooms[column], ranking, pinned)
        return len(before) != len(self.shown) or any(
            not np.array_equal(a, b) for a, b in zip(before, self.shown, strict=True)
        )

    def _room(self, column: int, total: int, height: float) -> int:
        room = capacity(total, height)
        return min(room, MOST_INPUTS) if column == 0 and room < total else room

    def _exists(self, inside: Inside, neuron: Neuron) -> bool:
        layer, number = neuron
        return layer < len(inside.sizes) - 1 and number < inside.sizes[layer + 1]

    def _choose(
        self, inside: Inside, column: int, room: int, ranking: str, pinned: Neuron | None
    ) -> NDArray[np.int_]:
        total, layer = inside.sizes[column], column + INPUTS
        if room >= total:
            return np.arange(total)
        always = {number for of, number in self.chosen if of == layer}
        if pinned is not None and pinned[0] == layer:
            always.add(pinned[1])
        return most_telling(inside.scores(layer, ranking), room, always)
