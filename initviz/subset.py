"""A snapshot with fewer lanes: what a picture of some of the initialisations is drawn from."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from initviz.experiment import Experiment
from initviz.focus import NEAREST, Focus
from initviz.parts import Distribution, Histogram, Samples, Spectra, Spread
from initviz.snapshot import LayerSnapshot, LayerValues, Snapshot

Places = NDArray[np.int_]
Each = TypeVar("Each", Spread, Spectra, LayerValues, LayerSnapshot, Samples)


def lanes_of(experiment: Experiment, lanes: Sequence[int]) -> Experiment:
    """The same experiment with these lanes alone, in this order, each in its own colour.

    Args:
        experiment: of all lanes.
        lanes: places from 0.

    Raises:
        IndexError: if one of them is not there, or none is asked for.
    """
    if not lanes:
        raise IndexError("choose at least one lane")
    return experiment.replace(lanes=tuple(experiment.lanes[lane] for lane in lanes))


def focus_among(focus: Focus, lanes: Sequence[int]) -> Focus:
    """The nearest focus whose lanes are all among these, counted as they were before."""
    kept = [lane for lane in focus.lanes if lane in lanes] or [lanes[0]]
    return focus.replace(lane=kept[0], beside=kept[1] if len(kept) > 1 else None)


def focus_renumbered(focus: Focus, lanes: Sequence[int]) -> Focus:
    """A focus with the lanes counted among these alone; see ``focus_among``."""
    beside = None if focus.beside is None else lanes.index(focus.beside)
    return focus.replace(lane=lanes.index(focus.lane), beside=beside)


def snapshot_of(snapshot: Snapshot, lanes: Sequence[int]) -> Snapshot:
    """A snapshot of these lanes alone, in this order.

    What is only there of the lanes in focus stays where these are among the chosen ones; where
    none is, it is left out, as if it had not been wanted.

    Args:
        snapshot: of all lanes.
        lanes: places from 0.

    Raises:
        IndexError: if one of them is not there, or none is asked for.
    """
    experiment = lanes_of(snapshot.experiment, lanes)
    at = np.array(lanes)
    seen = snapshot.focus.within(snapshot.experiment)
    # Which of the lanes in focus stay, and where they are among the chosen ones.
    kept = np.array([i for i, lane in enumerate(seen.lanes) if lane in lanes], dtype=int)
    own = tuple(list(lanes).index(seen.lanes[i]) for i in kept)
    focus = NEAREST if not own else focus_renumbered(focus_among(seen, lanes), list(lanes))
    tiles, neuron = snapshot.tiles, snapshot.neuron
    if tiles is not None:
        layers = tuple(layer[kept] for layer in tiles.layers)
        tiles = dataclasses.replace(tiles, lanes=own, layers=layers) if own else None
    if neuron is not None:
        curves = {name: getattr(neuron, name)[kept]
                  for name in ("mean", "deviation", "incoming", "outgoing", "bias")}  # fmt: skip
        neuron = dataclasses.replace(neuron, lanes=own, **curves) if own else None
    updates = snapshot.updates
    if updates is not None:
        updates = dataclasses.replace(updates, layers=tuple(w[at] for w in updates.layers))
    return dataclasses.replace(
        snapshot,
        experiment=experiment,
        layers=tuple(_sliced(layer, at) for layer in snapshot.layers),
        boundary=None if snapshot.boundary is None else snapshot.boundary[at],
        history=snapshot.history.of_lanes(at),
        diverged_at=snapshot.diverged_at[at],
        bare=tuple(_sliced(layer, at) for layer in snapshot.bare),
        focus=focus,
        tiles=tiles,
        updates=updates,
        neuron=neuron,
        samples=None if snapshot.samples is None else _sliced(snapshot.samples, at, axis=1),
        distributions={
            part: tuple(_distribution(layer, kept) for layer in layers)
            for part, layers in snapshot.distributions.items()
            if own
        },
        spectra=None if snapshot.spectra is None else _sliced(snapshot.spectra, at),
    )


def _sliced(values: Each, at: Places, axis: int = 0) -> Each:
    """The lanes in all arrays of a record, which have them along this axis."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(values):
        value = getattr(values, field.name)
        if isinstance(value, np.ndarray):
            changes[field.name] = np.take(value, at, axis=axis)
        elif isinstance(value, Spread):
            changes[field.name] = _sliced(value, at)
        elif isinstance(value, Histogram):
            changes[field.name] = _histogram(value, at)
    return dataclasses.replace(values, **changes)


def _histogram(values: Histogram, at: Places) -> Histogram:
    """The edges are one row for all lanes, or one for each."""
    edges = values.edges if values.edges.ndim == 1 else values.edges[at]
    return Histogram(edges, values.shares[at], values.zeros[at])


def _distribution(values: Distribution, at: Places) -> Distribution:
    start = [
        None if it is None else _histogram(it, at)
        for it in (values.start_values, values.start_sizes)
    ]
    return Distribution(_histogram(values.values, at), _histogram(values.sizes, at), *start)
