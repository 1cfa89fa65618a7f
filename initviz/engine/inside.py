"""The inside of a network for the Neurons page: tiles, updates, one neuron over the epochs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from initviz.engine.data import load
from initviz.engine.device import find_dtype
from initviz.engine.network import as_inputs
from initviz.engine.workspace import give_back, take
from initviz.experiment import Experiment
from initviz.focus import Focus
from initviz.layout import layout
from initviz.parts import NeuronHistory, Tiles, Updates
from initviz.recording import Recording
from initviz.snapshot import Array

TILE_NUMBERS, FINE_TILE_NUMBERS = 1 << 18, 1 << 22
"""Activations that the tiles of one lane may have: while the picture moves, and at rest."""

LEAST_CELLS, MOST_CELLS = 8, 32
"""Cells on a side of a tile."""

HISTORY_SAMPLES = 128
HISTORY_EPOCHS = 60
"""Epochs at which a neuron's history is looked at, at most."""

NEW_EPOCHS = 4
"""Epochs that a history may grow by at a look, while the picture moves."""

REMEMBERED = 8
"""Neurons whose histories are remembered: those that were looked at last."""


def of_lanes(experiment: Experiment, lanes: tuple[int, ...]) -> Experiment:
    """The experiment with only these lanes."""
    return experiment.replace(lanes=tuple(experiment.lanes[k] for k in lanes))


def tile_cells(experiment: Experiment, fine: bool) -> int:
    """Cells on a side of each neuron's tile: fewer the more neurons there are."""
    most = FINE_TILE_NUMBERS if fine else TILE_NUMBERS
    cells = int((most / sum(experiment.sizes[1:])) ** 0.5)
    return max(LEAST_CELLS, min(MOST_CELLS, cells))


def tiles(experiment: Experiment, held: NDArray[np.floating], focus: Focus, fine: bool) -> Tiles:
    """Every neuron of the lanes in focus over the input plane.

    Args:
        experiment: whose parameters they are.
        held: (K, P), of all lanes.
        focus: whose lanes are drawn.
        fine: whether there is time for many cells.
    """
    few = of_lanes(experiment, focus.lanes)
    cells = tile_cells(experiment, fine)
    passing = _run(few, held[list(focus.lanes)], *_grid_inputs(few, cells))
    shape = (len(focus.lanes), -1, cells, cells)
    return Tiles(
        focus.lanes,
        tuple(value.reshape(shape) for value in passing),
    )


def updates(recording: Recording, epoch: int, now: NDArray[np.floating]) -> Updates | None:
    """What an epoch's weights have changed by since the held epoch before it.

    Args:
        recording: whose weights they are.
        epoch: whose weights ``now`` are, (K, P).
        now: those weights; with them in hand, nothing is lost if they are thinned out meanwhile.
    """
    if epoch == 0:
        return None
    since, before = recording.held(epoch - 1)
    layers = []
    for place in layout(recording.experiment.sizes):
        part = slice(place.start, place.middle)
        with np.errstate(all="ignore"):
            change = now[:, part] - before[:, part]
        layers.append(change.reshape(len(now), place.fan_in, place.fan_out))
    return Updates(since, tuple(layers))


_Key = tuple[int, int, int]
_histories: WeakKeyDictionary[Recording, OrderedDict[_Key, dict[int, tuple[float, float]]]] = (
    WeakKeyDictionary()
)
"""For each recording and (lane, layer, neuron): epoch → mean and deviation of its activations."""
_lock = threading.Lock()


def neuron_history(recording: Recording, focus: Focus, fine: bool) -> NeuronHistory | None:
    """The pinned neuron at evenly spaced recorded epochs; None if no neuron is pinned.

    Activations cost a forward pass for each epoch; those that are known already are kept, and
    while the picture moves only a few new ones are looked at.
    """
    if focus.neuron is None:
        return None
    kept = recording.kept_epochs()
    step = -(-len(kept) // HISTORY_EPOCHS)
    epochs = kept[::step] if kept[-1] in kept[::step] else [*kept[::step], kept[-1]]
    everywhere = [_remembered(recording, (lane, focus.layer, focus.neuron)) for lane in focus.lanes]
    for lane, figures in zip(focus.lanes, everywhere, strict=True):
        missing = [epoch for epoch in epochs if epoch not in figures]
        for epoch in missing if fine else missing[:NEW_EPOCHS]:
            figures[epoch] = _activity(recording, epoch, lane, focus)
    epochs = [epoch for epoch in epochs if all(epoch in figures for figures in everywhere)]
    activity = np.array([[f[epoch] for epoch in epochs] for f in everywhere], dtype=float)
    activity = activity.reshape(len(focus.lanes), len(epochs), 2)
    incoming, bias, outgoing = _weights_of(recording, epochs, focus)
    return NeuronHistory(
        focus.lanes, focus.layer, focus.neuron, np.array(epochs, dtype=np.int_),
        activity[..., 0], activity[..., 1], incoming, outgoing, bias,
    )  # fmt: skip


def _remembered(recording: Recording, key: _Key) -> dict[int, tuple[float, float]]:
    """What is known of a neuron, to be added to; those looked at longest ago are forgotten."""
    with _lock:  # films and pictures are probed in other threads than the window's views
        known = _histories.setdefault(recording, OrderedDict())
        figures = known.setdefault(key, {})
        known.move_to_end(key)
        while len(known) > REMEMBERED:
            known.popitem(last=False)
        return figures


def _activity(recording: Recording, epoch: int, lane: int, focus: Focus) -> tuple[float, float]:
    _, held = recording.held(epoch)  # if it was thinned out meanwhile, the one before it
    few = of_lanes(recording.experiment, (lane,))
    values = _run(few, held[[lane]], *_sample_inputs(few), upto=focus.layer)
    neuron = values[focus.layer][0, focus.neuron].astype(np.float64)
    with np.errstate(all="ignore"):
        return float(neuron.mean()), float(neuron.std())


def _weights_of(
    recording: Recording, epochs: list[int], focus: Focus
) -> tuple[Array, Array, Array]:
    """‖w_in‖, b and ‖w_out‖ of the pinned neuron, (lanes, n) each."""
    slots = layout(recording.experiment.sizes)
    place, neuron = slots[focus.layer], focus.neuron
    assert neuron is not None
    incoming, bias, outgoing = (np.full((len(focus.lanes), len(epochs)), np.nan) for _ in range(3))
    with np.errstate(all="ignore"):
        for i, epoch in enumerate(epochs):
            rows = recording.held(epoch)[1][list(focus.lanes)].astype(np.float64)
            weight = rows[:, place.start : place.middle].reshape(-1, place.fan_in, place.fan_out)
            incoming[:, i] = np.linalg.norm(weight[:, :, neuron], axis=1)
            bias[:, i] = rows[:, place.middle + neuron]
            if focus.layer + 1 < len(slots):
                after = slots[focus.layer + 1]
                weight = rows[:, after.start : after.middle]
                weight = weight.reshape(-1, after.fan_in, after.fan_out)
                outgoing[:, i] = np.linalg.norm(weight[:, neuron], axis=1)
    return incoming, bias, outgoing


def _run(
    experiment: Experiment,
    rows: NDArray[np.floating],
    inputs: Tensor,
    count: int,
    upto: int | None = None,
) -> list[Array]:
    """The activations of every layer, the logits last, (K, fan_out, count) each.

    ``upto`` is the last layer that is needed.
    """
    work = take(experiment, count)
    try:
        work.load(torch.tensor(rows, dtype=find_dtype(experiment)))
        passing = work.passing
        passing.forward_again(inputs)
        values = [*passing.activations, passing.preactivations[-1]]
        values = values if upto is None else values[: upto + 1]
        return [value.transpose(1, 2)[work.places].numpy() for value in values]
    finally:
        give_back(work)


@lru_cache(maxsize=4)
def _grid_inputs(experiment: Experiment, cells: int) -> tuple[Tensor, int]:
    x = torch.tensor(load(experiment).plane.grid(cells), dtype=find_dtype(experiment))
    return as_inputs(x, len(experiment.lanes)), len(x)


@lru_cache(maxsize=4)
def _sample_inputs(experiment: Experiment) -> tuple[Tensor, int]:
    x = torch.tensor(load(experiment).train.x[:HISTORY_SAMPLES], dtype=find_dtype(experiment))
    return as_inputs(x, len(experiment.lanes)), len(x)
