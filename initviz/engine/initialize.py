"""The first weights: every lane filled by its scheme, layer by layer."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import init

from initviz.catalog.schemes import LayerContext
from initviz.engine.device import find_dtype
from initviz.experiment import Experiment, Lane
from initviz.layout import layout


def layer_generator(seed: int, layer: int) -> torch.Generator:
    """The source of randomness of one layer.

    It depends on nothing but the seed and the layer. So lanes that differ only in scale start
    from scaled copies of the same draw, and a layer more does not change the layers before it.
    """
    return torch.Generator().manual_seed(seed * 1009 + layer)


def initial_lane(
    experiment: Experiment, lane: Lane, checkpoint: Callable[[], None] | None = None
) -> torch.Tensor:
    """The first parameters of one lane, (P,), on the CPU, laid out as ``initviz.layout`` says.

    ``checkpoint`` is called before every layer and may raise, to stop.
    """
    row = torch.empty(experiment.parameter_count, dtype=find_dtype(experiment))
    for number, slots in enumerate(layout(experiment.sizes)):
        if checkpoint:
            checkpoint()
        context = LayerContext(
            slots.fan_in,
            slots.fan_out,
            experiment.activation_of(lane),
            layer_generator(experiment.seed, number),
        )
        # torch.nn.init counts fans on (fan_out, fan_in).
        weight = torch.empty(slots.fan_out, slots.fan_in, dtype=row.dtype)
        bias = row[slots.middle : slots.stop]
        scheme, values = lane.weights_of(output=number == len(experiment.hidden))
        scheme.fill(init, weight, values, context)
        lane.bias_entry.fill(init, bias, lane.bias_values, context)
        row[slots.start : slots.middle] = weight.T.reshape(-1)
    return row


def initial_parameters(
    experiment: Experiment, checkpoint: Callable[[], None] | None = None
) -> torch.Tensor:
    """The first parameters of all lanes, (K, P), in the experiment's order."""
    return torch.stack([initial_lane(experiment, lane, checkpoint) for lane in experiment.lanes])
