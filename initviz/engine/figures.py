"""What one layer's numbers come to, lane by lane: sizes, distributions, saturation, symmetry.

A probe takes these figures of about a million numbers thirty times a second, so each is taken in
the cheapest exact way: numpy where its loops are vectorised and torch's are not, one lane at a
time where a lane fits into the cache and all of them do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from initviz.catalog.activations import Activation
from initviz.snapshot import (
    LOG_HIGH,
    LOG_LOW,
    LOG_PER_DECADE,
    VALUE_BINS,
    Array,
    Histogram,
    Spread,
)

SPREAD = [field.name for field in fields(Spread)]

STACKED = 1 << 18
"""Numbers, at most, of layers that are taken together."""

SORTED_WHOLE = 2048
"""Numbers up to which a median is found faster in all of them than by way of a sample."""

ROUGH = 512
"""Numbers, at most, that a rough median is taken of."""


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


def per_lane(x: Tensor) -> Tensor:
    """The numbers of each lane of (K, n, width) in a row, in any order, copied only if need be."""
    samples_last = x.stride(1) < x.stride(2)
    return (x.transpose(1, 2) if samples_last else x).flatten(1)


def norms(x: Tensor) -> Array:
    """‖·‖ of every lane of x, (K, rows, columns), in float64.

    Squares in float32 are three times as quick, and lose nothing where they neither overflow nor
    vanish.
    """
    each = torch.linalg.vector_norm(x, dim=1)
    whole: Array = torch.linalg.vector_norm(each, dim=1, dtype=torch.float64).numpy()
    if x.dtype == torch.float32:
        for lane in np.flatnonzero(~((whole > 1e-12) & (whole < 1e18))):
            whole[lane] = torch.linalg.vector_norm(x[lane], dtype=torch.float64)
    return whole


def spread(x: Tensor, *, rough: bool = False) -> Spread:
    """Size of x, (K, rows, columns), per lane; a ``rough`` median is that of a sample."""
    sizes: Array = per_lane(x).abs().numpy()
    count = sizes.shape[1]
    rms = norms(x) / count**0.5
    zeros = [int(np.count_nonzero(lane)) for lane in sizes == 0]
    if rough:
        sample = sizes[:, :: count // ROUGH | 1]
        rank = (sample.shape[1] - 1) // 2
        middle = np.partition(sample, rank, axis=1)[:, rank]
        return Spread(rms, np.where(np.isnan(rms), np.nan, middle), np.array(zeros) / count)
    median = np.empty(len(sizes), dtype=sizes.dtype)
    for lane, (row, size, none) in enumerate(zip(sizes, rms, zeros, strict=True)):
        median[lane] = np.nan if np.isnan(size) else lower_median(row, none)
    return Spread(rms=rms, median=median, zeros=np.array(zeros) / count)


def lower_median(sizes: Array, zeros: int) -> float:
    """The median of numbers ≥ 0, of which ``zeros`` are 0; the lower of two in the middle.

    A sample brackets it closely, so that few numbers need to be put in order.
    """
    rank = (len(sizes) - 1) // 2
    if rank < zeros:
        return 0.0
    if len(sizes) > SORTED_WHOLE:
        sample = np.sort(sizes[:: len(sizes) // 1000 | 1])
        guess = len(sample) // 2
        missing = rank - np.count_nonzero(sizes < sample[guess])
        guess += round(missing * len(sample) / len(sizes))
        low = sample[min(max(guess - 12, 0), len(sample) - 1)]
        high = sample[min(max(guess + 12, 0), len(sample) - 1)]
        above = sizes >= low
        place = rank - (len(sizes) - np.count_nonzero(above))
        inside = sizes[above & (sizes <= high)]
        if 0 <= place < len(inside):
            return float(np.partition(inside, place)[place])
        # The sample was not like the rest.
    return float(np.partition(sizes, rank)[rank])


def saturated(a: Tensor, activations: Sequence[Activation]) -> Array:
    """Share of activations (K, n, width) that lie where their function is flat, (K,)."""
    shares = np.full(len(activations), np.nan)
    for lane, (row, activation) in enumerate(zip(per_lane(a).numpy(), activations, strict=True)):
        if activation.saturation:
            low, high = activation.saturation
            beyond = np.count_nonzero(row < low) + np.count_nonzero(row > high)
            shares[lane] = beyond / len(row)
    return shares


def symmetry_and_deviation(a: Tensor, rms: Array) -> tuple[Array, Array]:
    """How far the neurons of (K, n, width) are from being one, and how far all numbers stray.

    Args:
        a: activations.
        rms: their root mean square, (K,).

    Returns:
        symmetry (K,): rms over samples and neurons of a − (mean over neurons of a), over the rms
            of a; 0 where every activation is 0. 0 means identical.
        deviation (K,): the standard deviation of a.
    """
    samples, width = a.shape[1:]
    first = a[:, :, :1]
    # Against the first neuron, equal neurons differ by exactly 0, and nothing cancels.
    apart = a - first
    mean: Array = apart.mean(dim=2).numpy().astype(np.float64)
    if not np.isfinite(mean).all():  # the sum may have been too large for float32
        mean = apart.mean(dim=2, dtype=torch.float64).numpy()
    with np.errstate(all="ignore"):
        within = norms(apart) ** 2 / (samples * width) - (mean**2).mean(axis=1)
        within = np.maximum(within, 0)
        deviation = np.sqrt(within + (mean + first[:, :, 0].numpy()).var(axis=1))
        symmetry = np.where(rms == 0, 0.0, np.sqrt(within) / rms)
    return symmetry, deviation


def value_histogram(a: Tensor, edges: Array, size: Spread) -> Histogram:
    """Shares of (K, n, width) on a linear axis; ``size`` is what ``spread(a)`` gave."""
    flat = per_lane(a)
    return Histogram(edges, _shares(flat.clone(), edges, flat, size), size.zeros)


def size_histogram(a: Tensor, size: Spread) -> Histogram:
    """Shares of log₁₀|a| for a (K, n, width); exact zeros are counted apart."""
    edges = np.linspace(LOG_LOW, LOG_HIGH, (LOG_HIGH - LOG_LOW) * LOG_PER_DECADE + 1)
    flat = per_lane(a)
    logarithms = flat.abs()
    with np.errstate(divide="ignore"):
        np.log10(logarithms.numpy(), out=logarithms.numpy())
    shares = _shares(logarithms, edges, flat, size)
    # log10(0) = −∞ counted into the lowest bin; two roundings must not leave a share below 0.
    shares[:, 0] = np.maximum(shares[:, 0] - size.zeros, 0)
    return Histogram(edges, shares, size.zeros)


def _shares(positions: Tensor, edges: Array, values: Tensor, size: Spread) -> Array:
    """Shares of ``positions`` (K, m) in equal bins, without those whose value is not finite.

    What lies beyond the ends counts into the outer bins. The positions are used up.
    """
    lanes, count = values.shape
    low, high, bins = float(edges[0]), float(edges[-1]), len(edges) - 1
    places = positions.sub_(low).mul_(bins / (high - low)).clamp_(0, bins - 1)
    if np.isfinite(size.rms).all():
        index = places.to(torch.int32)
    else:
        # One bin more takes what is not finite, and is cut off again.
        index = places.nan_to_num_(nan=0.0).to(torch.int32)
        index.masked_fill_(~torch.isfinite(values), bins)
    index += torch.arange(0, lanes * (bins + 1), bins + 1, dtype=torch.int32)[:, None]
    counts = torch.bincount(index.view(-1), minlength=lanes * (bins + 1))
    shares: Array = counts.view(lanes, bins + 1)[:, :-1].numpy() / count
    return shares


@dataclass(frozen=True)
class Shape:
    """How one layer's activations are distributed; attributes as in ``LayerSnapshot``."""

    symmetry: Array
    deviation: Array
    saturated: Array
    values: Histogram
    sizes: Histogram


def spreads(layers: Sequence[Tensor], *, rough: bool = False) -> list[Spread]:
    """``spread`` of every layer, (K, rows, columns) each."""
    found: dict[int, Spread] = {}
    for stack, lanes in stacks(layers):
        size = spread(stack, rough=rough)
        for place, part in lanes.items():
            found[place] = Spread(size.rms[part], size.median[part], size.zeros[part])
    return [found[place] for place in range(len(layers))]


def distribution_figures(
    layers: Sequence[Tensor],
    sizes: Sequence[Spread],
    edges: Array,
    activations: Sequence[Activation],
) -> list[Shape]:
    """The shape of every layer's activations.

    Args:
        layers: activations, (K, n, width) each.
        sizes: what ``spreads(layers)`` gave.
        edges: of the linear axis.
        activations: one for each lane.
    """
    found: dict[int, Shape] = {}
    for stack, lanes in stacks(layers):
        parts = [sizes[place] for place in lanes]
        size = Spread(*(np.concatenate([getattr(part, name) for part in parts]) for name in SPREAD))
        symmetry, deviation = symmetry_and_deviation(stack, size.rms)
        flat = saturated(stack, [*activations] * len(parts))
        values, logs = value_histogram(stack, edges, size), size_histogram(stack, size)
        for place, part in lanes.items():
            found[place] = Shape(
                symmetry[part], deviation[part], flat[part],
                *(Histogram(h.edges, h.shares[part], h.zeros[part]) for h in (values, logs)),
            )  # fmt: skip
    return [found[place] for place in range(len(layers))]


def stacks(layers: Sequence[Tensor]) -> Iterator[tuple[Tensor, dict[int, slice]]]:
    """Layers of one shape as one, as if each had as many more lanes.

    Deep networks of narrow layers cost more in calls than in numbers. What is taken together
    stays small enough for the cache.

    Yields:
        layers one upon the other, (G · K, rows, columns), in the memory's order; and the place of
        each layer with its lanes among them.
    """
    alike: dict[object, list[int]] = {}
    for place, layer in enumerate(layers):
        alike.setdefault(layer.shape, []).append(place)
    for places in alike.values():
        first = layers[places[0]]
        most = max(STACKED // first.numel(), 1)
        samples_last = first.stride(1) < first.stride(2)
        for start in range(0, len(places), most):
            some = places[start : start + most]
            if len(some) == 1:
                stack = layers[some[0]]
            elif samples_last:
                turned = torch.cat([layers[place].transpose(1, 2) for place in some])
                stack = turned.transpose(1, 2)
            else:
                stack = torch.cat([layers[place] for place in some])
            lanes = len(first)
            yield stack, {p: slice(i * lanes, (i + 1) * lanes) for i, p in enumerate(some)}
