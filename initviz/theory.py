"""What mean-field theory says of an experiment's lanes before the first step.

Every layer's weights are taken as independent, with mean 0 and the variance of their law, so that
pre-activations are Gaussian (exact for wide layers). Poole et al. 2016; Schoenholz et al. 2017.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from initviz.catalog.activations import Activation
from initviz.catalog.meanfield import LARGEST, depth_scale, mean_squares
from initviz.catalog.schemes import Law, LayerContext
from initviz.experiment import Experiment, Lane
from initviz.layout import layout
from initviz.snapshot import Array, Plane

SIZES = 8
"""Input sizes, from small to large, that stand for all samples."""


@dataclass(frozen=True)
class Prediction:
    """Mean-field theory of one lane with H hidden layers; the output is one more.

    Attributes:
        preactivation: q, the mean square of z, (H + 1,).
        activation: rms of the activations, (H + 1,); of the logits for the output.
        flow: rms of ∂ℓ/∂z as a multiple of the output's, (H + 1,); the last is 1.
        chi_1: the factor of a gradient's square from layer to layer, deep inside.
        depth_scale: ξ, layers over which it changes e-fold; ∞ at the edge of chaos.
    """

    preactivation: Array
    activation: Array
    flow: Array
    chi_1: float
    depth_scale: float


def bias_law(lane: Lane, layer: LayerContext) -> Law:
    """The law of the biases of one layer."""
    return lane.bias_entry.law(lane.bias_values, layer)


def laws(experiment: Experiment, lane: Lane) -> list[tuple[Law, Law]] | None:
    """The laws of weights and biases of every layer; None where theory does not apply.

    That is where weights depend on one another, or laws have a mean or no variance.
    """
    found: list[tuple[Law, Law]] = []
    slots = layout(experiment.sizes)
    for number, place in enumerate(slots):
        context = LayerContext(
            place.fan_in, place.fan_out, experiment.activation_of(lane),
            index=number, layers=len(slots),
        )  # fmt: skip
        bias = bias_law(lane, context)
        context = LayerContext(
            place.fan_in, place.fan_out, context.activation,
            index=number, layers=len(slots), bias_variance=bias.variance,
        )  # fmt: skip
        scheme, values = lane.weights_of(output=context.is_output)
        if scheme.law is None or scheme.adapt is not None:
            return None
        weight = scheme.law(values, context).scaled(lane.scale)
        if weight.mean or bias.mean or not weight.variance:
            return None
        found.append((weight, bias))
    return found


def predict(experiment: Experiment, lane: Lane, plane: Plane | None = None) -> Prediction | None:
    """Theory's answer for one lane; None where it does not apply.

    Args:
        experiment: whose network it is.
        lane: one of its lanes.
        plane: tells how large the inputs are; by default every standardised input is 1 in size.
    """
    found = laws(experiment, lane)
    if found is None:
        return None
    squares = (1.0,) if plane is None else input_squares(plane)
    variances = tuple((weight.variance, bias.variance) for weight, bias in found)
    return _predict(experiment.activation_of(lane), experiment.sizes, variances, squares)


def input_squares(plane: Plane) -> tuple[float, ...]:
    """Mean squares of the inputs of a few samples, from the smallest to the largest.

    Each stands for as many samples, so that the mean over all of them is the data's.
    """
    groups = np.array_split(plane.squares, min(SIZES, len(plane.squares)))
    return tuple(float(group.mean()) for group in groups)


@lru_cache(maxsize=64)
def _predict(
    activation: Activation,
    sizes: Sequence[int],
    variances: Sequence[tuple[float, float]],
    squares: Sequence[float],
) -> Prediction:
    q = np.array(squares)
    preactivation, activations, passed = [], [], []
    for number, (fan_in, (weight, bias)) in enumerate(zip(sizes, variances, strict=False)):
        q = np.minimum(weight * fan_in * q + bias, LARGEST)
        preactivation.append(q.mean())
        if number == len(variances) - 1:
            activations.append(q.mean())
            break
        inside = q
        q, slopes = mean_squares(activation, q)
        activations.append(q.mean())
        passed.append(slopes)
    flow = [np.ones(len(squares))]
    for number in range(len(passed) - 1, -1, -1):
        weight = variances[number + 1][0]
        factor = weight * sizes[number + 2] * passed[number]
        flow.append(np.minimum(flow[-1], LARGEST) * factor)
    # The weights between the last two hidden layers, or those of the only one.
    deep = max(len(passed) - 1, 0)
    chi_1 = variances[deep][0] * sizes[deep] * float(np.mean(mean_squares(activation, inside)[1]))
    return Prediction(
        np.array(preactivation),
        np.sqrt(activations),
        np.sqrt([each.mean() for each in reversed(flow)]),
        chi_1,
        depth_scale(chi_1) if math.isfinite(chi_1) else 0.0,
    )
