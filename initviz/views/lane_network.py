"""From a snapshot and an arrangement to what one lane's pane draws."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from initviz.snapshot import Array
from initviz.views.answers import Colouring
from initviz.views.arrangement import INPUTS, Arrangement, Column
from initviz.views.choice import Neuron
from initviz.views.edges import Bundle, keep_strongest, weakest
from initviz.views.inside import Inside, letters
from initviz.views.pane import Pane
from initviz.views.portrait import label_bytes
from initviz.views.style import Style
from initviz.views.tiles import Mark, Strip, signed_bytes

MOST_EDGES, MOST_OF_A_LAYER = 640, 110
"""Connections that are drawn at once, and those of a layer, fewer where columns are near: more
would be a carpet."""


class LaneNetwork:
    """Draws one lane of a snapshot into its pane."""

    def __init__(self, pane: Pane, place: int, style: Style, colouring: Colouring) -> None:
        self.pane, self.place, self.look = pane, place, style
        self.colouring = colouring
        self.table = style.diverging()
        self.drawn = self.total = 0

    def show(
        self, inside: Inside, kind: str, *, each: bool, most: int, chosen: Collection[Neuron]
    ) -> None:  # fmt: skip
        """Draw what is seen of the ground.

        Args:
            inside: the snapshot.
            kind: what belongs to the connections.
            each: whether every tile has colours of its own.
            most: connections to draw.
            chosen: neurons that somebody chose to see.
        """
        arrangement, window = self.pane.arrangement, self.pane.window
        assert arrangement is not None
        self.inside, self.kind, self.each = inside, kind, each
        self.ground = QRectF(0, 0, arrangement.width, arrangement.height)
        seen = arrangement.columns_between(window.left(), window.right())
        self.columns = [arrangement.columns[i] for i in seen]
        strips, marks = [], []
        for column in self.columns:
            places = _seen(column, window)
            rects = [self.pane.rect_of(column, place) for place in places]
            if rects:
                strips.append(self.strip(column.layer, column.neurons[places], rects))
                marks += self._marks(column, places, rects, chosen)
        if arrangement.answer is not None and arrangement.answer[0] < window.right():
            left, top, side = arrangement.answer
            values = label_bytes(inside.outputs(self.place), self.colouring)
            box = QRectF(left, top, side, side)
            strips.append(Strip(values, self._gap(), self.colouring.table, [box]))
        self.pane.tiles.set_tiles(strips, marks, self.ground)
        self._show_edges(arrangement, seen, window, most)

    def strip(self, layer: int, neurons: NDArray[np.int_], rects: Sequence[QRectF]) -> Strip:
        """Tiles of some neurons of a layer."""
        inside = self.inside
        last = len(inside.snapshot.values) - 1
        if layer == last and inside.sizes[-1] == 1:
            values = label_bytes(inside.outputs(self.place), self.colouring)
            return Strip(values, self._gap(), self.colouring.table, rects)
        pictures = inside.pictures(self.place, layer, neurons)
        limits = inside.limits(layer, pictures, each=self.each)
        values, gaps = signed_bytes(pictures, limits)
        return Strip(values, gaps, self.table, rects)

    def _gap(self) -> NDArray[np.bool_] | None:
        finite = np.isfinite(self.inside.outputs(self.place))
        return None if finite.all() else np.asarray(~finite.all(axis=0, keepdims=True))

    def _marks(
        self,
        column: Column,
        places: Sequence[int],
        rects: Sequence[QRectF],
        chosen: Collection[Neuron],
    ) -> list[Mark]:
        if column.layer == INPUTS or self.inside.diverged(self.place) is not None:
            return []
        output = column.layer == len(self.inside.snapshot.values) - 1
        figures = self.inside.figures(self.place, column.layer)
        dead, stuck = figures.dead, figures.stuck
        marks = []
        for place, rect in zip(places, rects, strict=True):
            neuron = int(column.neurons[place])
            mark = Mark(
                rect,
                dead=bool(dead[neuron]) and not output,
                stuck=bool(stuck[neuron]),
                group=letters(int(figures.group[neuron])),
                chosen=(column.layer, neuron) in chosen,
            )
            if mark.dead or mark.stuck or mark.group or mark.chosen:
                marks.append(mark)
        return marks

    def _show_edges(
        self, arrangement: Arrangement, seen: Sequence[int], window: QRectF, most: int
    ) -> None:
        columns = arrangement.columns
        # Connections that lead out of sight are seen in part.
        first, last = max(seen[0] - 1, 0), min(seen[-1] + 1, len(columns) - 1)
        pairs = [(columns[i], columns[i + 1]) for i in range(first, last)]
        found = []
        for source, target in pairs:
            values = self._values(source, target)
            if arrangement.height > window.height() + 1:
                # Those that lead past what is seen would cover it.
                near = _in_sight(source, window)[:, None] & _in_sight(target, window)[None]
                values = np.where(near, values, 0)
            found.append((values, self.inside.scale(self.kind, target.layer)))
        rooms = [target.left - source.right for source, target in pairs]
        most = min(most, sum(round(min(MOST_OF_A_LAYER, 25 + room)) for room in rooms))
        drawn = keep_strongest([values for values, _ in found], most)
        self.drawn = sum(int(part.sum()) for part in drawn)
        self.total = sum(
            int((np.isfinite(values) & (values != 0)).sum()) for values, _ in found
        )  # fmt: skip
        self.bundles = [
            Bundle(source, target, values, scale, part, weakest(values, part))
            for (source, target), (values, scale), part in zip(pairs, found, drawn, strict=True)
        ]
        self.pane.edges.set_bundles(self.bundles, self.ground)

    def _values(self, source: Column, target: Column) -> Array:
        shape = (len(source.neurons), len(target.neurons))
        values = self.inside.values(self.kind, target.layer)
        if values is None or self.inside.diverged(self.place) is not None:
            return np.zeros(shape)
        lane = self.inside.lanes[self.place]
        return np.asarray(values[lane][np.ix_(source.neurons, target.neurons)])

    def counts(self) -> tuple[int, int, int]:
        """Dead and saturated neurons, and groups of identical ones, in the layers that are seen."""
        dead = stuck = groups = 0
        output = len(self.inside.snapshot.values) - 1
        if self.inside.diverged(self.place) is None:
            for column in self.columns:
                if column.layer == INPUTS:
                    continue
                figures = self.inside.figures(self.place, column.layer)
                dead += int(figures.dead.sum()) if column.layer != output else 0
                stuck += int(figures.stuck.sum())
                groups += int(figures.group.max(initial=-1)) + 1
        return dead, stuck, groups

    def light(self, neuron: Neuron | None, edge: tuple[int, int, int] | None) -> None:
        """Let the connections of one neuron stand out, or one connection: (layer, from, to)."""
        lit = []
        for bundle in self.bundles:
            scale = bundle.scale
            some = np.zeros(bundle.values.shape, dtype=bool)
            sound = np.isfinite(bundle.values) & (bundle.values != 0)
            if edge is not None and bundle.target.layer == edge[0]:
                source, target = bundle.source.place(edge[1]), bundle.target.place(edge[2])
                if source is not None and target is not None:
                    some[source, target] = sound[source, target]
                    scale = abs(float(bundle.values[source, target]))  # seen, however weak it is
            elif edge is None and neuron is not None:
                if bundle.source.layer == neuron[0]:
                    place = bundle.source.place(neuron[1])
                    if place is not None:
                        some[place] = sound[place]
                elif bundle.target.layer == neuron[0]:
                    place = bundle.target.place(neuron[1])
                    if place is not None:
                        some[:, place] = sound[:, place]
            if some.any():
                lit.append(Bundle(bundle.source, bundle.target, bundle.values, scale, some))
        self.pane.lit.set_bundles(lit, self.ground)


def _seen(column: Column, window: QRectF) -> list[int]:
    """The places of the tiles that are seen, at least in part."""
    return np.flatnonzero(_in_sight(column, window)).tolist()


def _in_sight(column: Column, window: QRectF) -> NDArray[np.bool_]:
    away = np.abs(column.ys - window.center().y())
    return np.asarray(away <= (window.height() + column.size) / 2 + 2)
