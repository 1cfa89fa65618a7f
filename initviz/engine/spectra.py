"""Singular values of a layer's weights and of the Jacobians from the inputs.

Where they all lie near 1 a network passes every direction on as it is, forwards and backwards
(dynamical isometry; Saxe et al. 2013; Pennington et al. 2017).
"""

from __future__ import annotations

import torch
from torch import Tensor

from initviz.engine.functions import bind_backward
from initviz.engine.network import Network, Pass
from initviz.parts import Spectra
from initviz.snapshot import Array

WIDEST = 256
"""Layers that are wider on both sides have their singular values taken at rest only."""

SAMPLES = 32
"""Samples whose Jacobians are taken, if that does not take too long."""

PLAYING_WORK, RESTING_WORK = 4e6, 1e9
"""Multiplications (about) that Jacobians' singular values may cost: 10 ms, and a second."""


def spectra(
    network: Network, passing: Pass, places: list[int], start: Array, layer: int, fine: bool
) -> Spectra:
    """The singular values that a look at one layer wants.

    Args:
        network: whose weights they are.
        passing: a pass of that network, forward, on as many samples as one likes.
        places: the places in the network of the experiment's lanes.
        start: the singular values of that layer's first weights, (K, r).
        layer: whose weights are looked at.
        fine: whether there is time for wide layers.
    """
    weight = network.weights[layer][places]
    samples = jacobian_samples(network, passing, RESTING_WORK if fine else PLAYING_WORK)
    if samples:
        hidden, outputs = (each[places] for each in jacobians(network, passing, samples))
    else:
        rows = min(network.sizes[:2])
        shapes = [(network.lanes, 1, rows, width) for width in network.sizes[-2:]]
        hidden, outputs = (weight.new_full(shape, torch.nan) for shape in shapes)
    return Spectra(
        layer=layer,
        weight=singular_values(weight, skip=too_wide(weight) and not fine),
        start=start,
        hidden=singular_values(hidden),
        outputs=singular_values(outputs),
    )


def too_wide(weight: Tensor) -> bool:
    """Whether the singular values of (K, fan_in, fan_out) are too many for a moving picture."""
    return min(weight.shape[1:]) > WIDEST


def jacobian_samples(network: Network, passing: Pass, work: float) -> int:
    """How many samples' Jacobians can be taken with so much work; 0 for not one."""
    rows = min(network.sizes[0], network.sizes[1])
    width = network.sizes[-2]
    each = network.lanes * rows * width * min(rows, width)
    return int(min(passing.rows, SAMPLES, work // each))


def jacobians(network: Network, passing: Pass, samples: int) -> tuple[Tensor, Tensor]:
    """∂a/∂x to the last hidden layer and ∂z/∂x to the logits, of the first samples.

    Both have the right singular values, but for many inputs not the right directions: the first
    weights are W = Q R there, and Q turns without stretching.

    Returns:
        (K, samples, r, width) and (K, samples, r, outputs), with r = min(features, width of the
        first layer).
    """
    first = network.weights[0]
    features, width = first.shape[1:]
    if features > width:
        # QR knows no NaN: a lane that has diverged stays as it is, in as many rows.
        finite = torch.isfinite(first).all(dim=2).all(dim=1)
        stretched = torch.full_like(first[:, :width], torch.nan)
        stretched[finite] = torch.linalg.qr(first[finite], mode="r").R
        first = stretched
    lanes, rows = first.shape[:2]
    jacobian = first[:, None].expand(lanes, samples, rows, width)
    for place in range(len(network.weights) - 1):
        slope = slopes(network, passing, place, samples)
        hidden = jacobian * slope[:, :, None]
        after = hidden.flatten(1, 2) @ network.weights[place + 1]
        jacobian = after.view(lanes, samples, rows, -1)
    return hidden, jacobian


def slopes(network: Network, passing: Pass, layer: int, samples: int) -> Tensor:
    """φ'(z) of a hidden layer's neurons on the first samples, (K, samples, width)."""
    z = passing.preactivations[layer][:, :samples].contiguous()
    a = passing.activations[layer][:, :samples].contiguous()
    slope = torch.ones_like(z)
    for lanes, activation in network.groups:
        bind_backward(activation, slope[lanes], z[lanes], a[lanes])()
    return slope


def singular_values(matrices: Tensor, *, skip: bool = False) -> Array:
    """Of every matrix (..., m, n), from the largest down, (..., min(m, n)).

    NaN where a matrix is not finite (LAPACK would not come back), and everywhere if skipped.
    """
    shape = (*matrices.shape[:-2], min(matrices.shape[-2:]))
    values = matrices.new_full(shape, torch.nan)
    if not skip:
        finite = torch.isfinite(matrices).all(dim=-1).all(dim=-1)
        if finite.any():
            values[finite] = torch.linalg.svdvals(matrices[finite])
    array: Array = values.numpy()
    return array
