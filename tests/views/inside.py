"""The parts of a snapshot that look inside a network, with chosen numbers."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from initviz.focus import NEAREST, Focus
from initviz.parts import (
    DISTRIBUTED,
    Distribution,
    Histogram,
    NeuronHistory,
    Samples,
    Spectra,
    Tiles,
    Updates,
)
from initviz.snapshot import VALUE_BINS, Snapshot
from tests.views.snapshots import SIZE_BINS

CELLS = 6


def with_inside(
    snapshot: Snapshot,
    focus: Focus = NEAREST,
    *,
    tile: ArrayLike = 0.5,
    update: ArrayLike = 1e-3,
    apart: ArrayLike = 0.5,
    singular: ArrayLike = 1.0,
    shares: ArrayLike | None = None,
    edge: float = 1.0,
) -> Snapshot:
    """The snapshot with every part there is, looked at through ``focus``.

    Args:
        snapshot: what it is a part of.
        focus: lanes, layer and neuron.
        tile: activations over the plane, broadcast to (lanes, fan_out, 6, 6).
        update: changes of the weights, broadcast to (K, fan_in, fan_out).
        apart: spreads and cosines of the samples, broadcast to (layers + 1, K).
        singular: singular values, broadcast.
        shares: of all distributions, broadcast to (lanes, bins); even by default.
        edge: where the linear axes of the distributions end.
    """
    of = snapshot.experiment
    focus = focus.within(of)
    lanes, layers, seen = len(of.lanes), len(of.layer_names), len(focus.lanes)
    pairs = list(zip(of.sizes[:-1], of.sizes[1:], strict=True))

    def full(values: ArrayLike, *shape: int) -> np.ndarray:
        return np.array(np.broadcast_to(np.asarray(values, float), shape))

    even = 1 / VALUE_BINS if shares is None else shares
    values = Histogram(
        np.tile(np.linspace(-edge, edge, VALUE_BINS + 1), (seen, 1)),
        full(even, seen, VALUE_BINS), np.zeros(seen),
    )  # fmt: skip
    sizes = Histogram(
        np.linspace(-16, 8, SIZE_BINS + 1), full(1 / SIZE_BINS, seen, SIZE_BINS), np.zeros(seen)
    )
    neuron = None
    if focus.neuron is not None:
        epochs = np.arange(snapshot.epoch + 1)
        curve = full(0.5, seen, len(epochs))
        neuron = NeuronHistory(
            focus.lanes, focus.layer, focus.neuron, epochs, curve, curve, curve, curve, curve
        )
    both = full(apart, layers + 1, lanes)
    least = min(pairs[focus.layer])
    return dataclasses.replace(
        snapshot,
        focus=focus,
        tiles=Tiles(focus.lanes, tuple(full(tile, seen, out, CELLS, CELLS) for _, out in pairs)),
        updates=None
        if snapshot.epoch == 0
        else Updates(snapshot.epoch - 1, tuple(full(update, lanes, *pair) for pair in pairs)),
        neuron=neuron,
        samples=Samples(both, both, both, both),
        distributions={
            part: tuple(Distribution(values, sizes, values, sizes) for _ in pairs)
            for part in DISTRIBUTED
        },
        spectra=Spectra(
            focus.layer, full(singular, lanes, least), full(singular, lanes, least),
            full(singular, lanes, 3, min(of.sizes[:2])),
            full(singular, lanes, 3, min(of.sizes[0], of.sizes[-1])),
        ),
    )  # fmt: skip
