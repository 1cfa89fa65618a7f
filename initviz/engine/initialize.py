"""The first weights: every lane filled by its scheme, layer by layer."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

import torch
from torch import Tensor
from torch.nn import init

from initviz.catalog.schemes import LayerContext
from initviz.engine.data import load
from initviz.engine.device import find_dtype
from initviz.experiment import MAX_LANES, Experiment, Lane
from initviz.layout import layout
from initviz.seeds import SEEN, layer_seed
from initviz.theory import bias_law

LARGEST_KEPT = 1_000_000
"""Parameters of a lane up to which its draw is kept for the next experiment."""


def layer_generator(seed: int, layer: int) -> torch.Generator:
    """The source of randomness of one layer; see ``initviz.seeds``."""
    return torch.Generator().manual_seed(layer_seed(seed, layer))


def initial_lane(
    experiment: Experiment, lane: Lane, checkpoint: Callable[[], None] | None = None
) -> Tensor:
    """The first parameters of one lane, (P,), on the CPU, laid out as ``initviz.layout`` says.

    ``checkpoint`` is called before every layer and may raise, to stop.
    """
    row = _drawn(experiment, lane, checkpoint)
    if lane.scale != 1:
        for place in layout(experiment.sizes):
            row[place.start : place.middle].mul_(lane.scale)
    return row


_draws: OrderedDict[Hashable, Tensor] = OrderedDict()
"""Draws that may be wanted again: a slider changes one lane of many, or nothing but its scale."""

_draws_lock = Lock()


def _drawn(experiment: Experiment, lane: Lane, checkpoint: Callable[[], None] | None) -> Tensor:
    """The first parameters of one lane before they are scaled, (P,), for the caller to keep."""
    if experiment.parameter_count > LARGEST_KEPT:
        return _draw(experiment, lane, checkpoint)
    activation = experiment.activation_of(lane).name
    laws = (lane.scheme, lane.values, lane.output, lane.output_values, lane.bias, lane.bias_values)
    data = experiment.data if any(_adapts(lane, output) for output in (False, True)) else None
    key = (laws, activation, experiment.sizes, experiment.seed, experiment.precision, data)
    with _draws_lock:
        kept = _draws.get(key)
    if kept is None:
        kept = _draw(experiment, lane, checkpoint)
    with _draws_lock:
        _draws[key] = kept
        _draws.move_to_end(key)
        if len(_draws) > MAX_LANES:
            _draws.popitem(last=False)
    return kept.clone()


def _draw(experiment: Experiment, lane: Lane, checkpoint: Callable[[], None] | None) -> Tensor:
    row = torch.empty(experiment.parameter_count, dtype=find_dtype(experiment))
    activation = experiment.activation_of(lane)
    slots = layout(experiment.sizes)
    # What comes into the layer, where a scheme wants to see it.
    seen = _seen(experiment) if any(_adapts(lane, output) for output in (False, True)) else None
    for number, place in enumerate(slots):
        if checkpoint:
            checkpoint()
        context = LayerContext(
            place.fan_in, place.fan_out, activation, layer_generator(experiment.seed, number),
            number, len(slots),
        )  # fmt: skip
        law = bias_law(lane, context)
        context = dataclasses.replace(context, bias_variance=law.variance)
        # torch.nn.init counts fans on (fan_out, fan_in).
        weight = torch.empty(place.fan_out, place.fan_in, dtype=row.dtype)
        bias = row[place.middle : place.stop]
        scheme, values = lane.weights_of(output=context.is_output)
        scheme.fill(init, weight, values, context)
        lane.bias_entry.fill(init, bias, lane.bias_values, context)
        if seen is not None:
            if scheme.adapt:
                scheme.adapt(weight, bias, seen, values, context)
            z = seen @ weight.T + bias
            seen = torch.empty_like(z)
            activation.forward(torch, z, seen)
        row[place.start : place.middle] = weight.T.reshape(-1)
    return row


def _adapts(lane: Lane, output: bool) -> bool:
    return lane.weights_of(output)[0].adapt is not None


def _seen(experiment: Experiment) -> Tensor:
    """Training points for schemes that look at data, the same ones for every lane."""
    x = load(experiment).train.x
    generator = torch.Generator().manual_seed(experiment.seed)
    order = torch.randperm(len(x), generator=generator)[:SEEN]
    return torch.tensor(x[order.numpy()], dtype=find_dtype(experiment))


def initial_parameters(
    experiment: Experiment, checkpoint: Callable[[], None] | None = None
) -> Tensor:
    """The first parameters of all lanes, (K, P), in the experiment's order."""
    return torch.stack([initial_lane(experiment, lane, checkpoint) for lane in experiment.lanes])
