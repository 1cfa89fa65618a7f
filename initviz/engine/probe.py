"""Probing: from one epoch's recorded weights to everything that the epoch shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from initviz.catalog.activations import Activation
from initviz.engine.data import load
from initviz.engine.device import find_dtype, set_threads
from initviz.engine.figures import (
    saturated,
    size_histogram,
    spread,
    symmetry_and_deviation,
    value_histogram,
)
from initviz.engine.network import Evaluation, Network, Pass, as_inputs
from initviz.engine.train import build_network
from initviz.experiment import Experiment
from initviz.recording import Recording
from initviz.snapshot import VALUE_BINS, Array, LayerSnapshot, Snapshot

DEFAULT_GRID = 100
SAMPLE_NUMBERS = 1 << 19
"""Activations, over all lanes and layers, that a probe aims to stay under."""
MIN_SAMPLES, MAX_SAMPLES = 128, 512


@dataclass(frozen=True)
class Wanted:
    """What a probe is asked for; the rest costs nothing.

    Attributes:
        grid: cells on a side of the boundary's square; 0 for no boundary.
        layers: whether activations and gradients are wanted.
    """

    grid: int = DEFAULT_GRID
    layers: bool = True


@torch.no_grad()
def probe(recording: Recording, epoch: int, wanted: Wanted | None = None) -> Snapshot:
    """Run the weights of one recorded epoch over a probe batch and the input plane.

    Where the weights of ``epoch`` were thinned out, the newest epoch before it that is still
    held is shown; the snapshot's ``epoch`` says which.

    Args:
        recording: where the weights are.
        epoch: 0 to ``recording.last``.
        wanted: the parts to compute; all by default.

    Raises:
        IndexError: if nothing has been recorded yet.
    """
    wanted = wanted or Wanted()
    experiment = recording.experiment
    epoch, held = recording.held(epoch)
    set_threads(experiment)
    # torch has no read-only tensors; the network is built from a copy in any case.
    rows = torch.tensor(held, dtype=find_dtype(experiment))
    network, places = build_network(experiment, rows)
    return Snapshot(
        experiment=experiment,
        epoch=epoch,
        layers=_layers(experiment, network, places) if wanted.layers else (),
        plane=load(experiment).plane,
        boundary=_boundary(experiment, network, places, wanted.grid) if wanted.grid else None,
        history=recording.scalars(),
        diverged_at=recording.diverged_at(),
    )


def probe_samples(experiment: Experiment) -> int:
    """How many training points a probe runs: fewer for large networks, but 128 of them."""
    per_sample = len(experiment.lanes) * sum(experiment.sizes[1:])
    samples = experiment.data.facts.train
    return min(samples, max(MIN_SAMPLES, min(MAX_SAMPLES, SAMPLE_NUMBERS // per_sample)))


def _boundary(experiment: Experiment, network: Network, places: list[int], grid: int) -> Array:
    inputs = _plane_inputs(experiment, grid)
    logits = Evaluation(network, inputs).run()
    return _array(_in_order(logits, places).transpose(1, 2)).reshape(len(places), -1, grid, grid)


@lru_cache(maxsize=4)
def _plane_inputs(experiment: Experiment, grid: int) -> Tensor:
    return torch.tensor(load(experiment).plane.grid(grid), dtype=find_dtype(experiment))


@lru_cache(maxsize=4)
def _batch(experiment: Experiment) -> tuple[Tensor, Tensor]:
    """The probe's samples as ``Pass.run`` takes them."""
    train, rows, dtype = load(experiment).train, probe_samples(experiment), find_dtype(experiment)
    inputs = as_inputs(torch.tensor(train.x[:rows], dtype=dtype), len(experiment.lanes))
    return inputs, torch.tensor(train.y[:rows].T.copy(), dtype=dtype)


def _layers(
    experiment: Experiment, network: Network, places: list[int]
) -> tuple[LayerSnapshot, ...]:
    inputs, labels = _batch(experiment)
    rows = inputs.shape[2]
    passing = Pass(network, rows)
    # The sum of the losses leaves every sample its own ∂ℓ/∂z; ∂L/∂W becomes the mean's.
    passing.run(inputs, labels, mean=False)
    network.gradient_store.div_(rows)
    activations = [experiment.activation_of(lane) for lane in experiment.lanes]
    values = [
        _in_order(value, places) for value in (*passing.activations, passing.preactivations[-1])
    ]
    sizes = [spread(value) for value in values]
    edges = value_edges(activations, np.array([size.rms for size in sizes[:-1]]))
    layers = []
    for i, (name, a, size) in enumerate(zip(experiment.layer_names, values, sizes, strict=True)):
        output = i == len(network.slots) - 1
        gradient = _in_order(network.weight_gradients[i], places)
        delta = _in_order(passing.deltas[i], places)
        alike, deviation = symmetry_and_deviation(a, size.rms)
        layers.append(
            LayerSnapshot(
                name=name,
                weight=_array(_in_order(network.weights[i], places)),
                bias=_array(_in_order(network.biases[i], places)[:, 0]),
                preactivation=_array(_in_order(passing.preactivations[i], places)),
                activation=_array(a),
                grad_z=_array(delta),
                grad_weight=_array(gradient),
                grad_bias=_array(_in_order(network.bias_gradients[i], places)[:, 0]),
                activation_size=size,
                grad_z_size=spread(delta),
                grad_weight_size=spread(gradient),
                deviation=deviation,
                saturated=np.full(len(places), np.nan) if output else saturated(a, activations),
                symmetry=alike,
                values=value_histogram(a, edges, size),
                sizes=size_histogram(a, size),
            )
        )
    return tuple(layers)


def value_edges(activations: Sequence[Activation], rms: Array) -> Array:
    """Edges of a linear axis that suits the activations of all lanes.

    Bounded functions get their bounds; others a round number that holds three times the middle
    lane's rms, so that one exploding lane does not squash the rest.

    Args:
        activations: one for each lane.
        rms: of the hidden layers' activations, (layers, K).
    """
    bounds = [activation.bounds for activation in activations]
    if all(bound is not None for bound in bounds):
        low = min(bound[0] for bound in bounds if bound)
        high = max(bound[1] for bound in bounds if bound)
    else:
        largest = np.sort(np.nan_to_num(rms.max(axis=0), nan=1e30, posinf=1e30))
        middle = float(largest[(len(largest) - 1) // 2])
        high = round_up(3 * middle) if 0 < middle < 1e30 else 1.0
        low = 0.0 if all(activation.name == "relu" for activation in activations) else -high
    return np.linspace(low, high, VALUE_BINS + 1)


def round_up(value: float) -> float:
    """The next number of the form 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * next(step for step in (1, 2, 5, 10) if step * power >= value * 0.999))


def _in_order(x: Tensor, places: list[int]) -> Tensor:
    """The lanes of x in the experiment's order; x itself where they stand in it."""
    if places == sorted(places):
        return x
    ordered: Tensor = torch.stack([x[place] for place in places])
    return ordered


def _array(tensor: Tensor) -> Array:
    array: Array = tensor.numpy()
    return array
