"""What one layer's numbers come to, lane by lane: sizes, distributions, saturation, symmetry.

A probe takes these figures of about a million numbers thirty times a second, so each is taken in
the cheapest exact way: numpy where its loops are vectorised and torch's are not, one lane at a
time where a lane fits into the cache and all of them do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from initviz.catalog.activations import Activation
from initviz.parts import Samples
from initviz.snapshot import (
    LOG_HIGH,
    LOG_LOW,
    LOG_PER_DECADE,
    VALUE_BINS,
    Array,
    Histogram,
    Spread,
)

SAFE = (1e-12, 1e15)
"""Lengths whose squares neither vanish nor overflow in float32."""

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


def sample_figures(x: Tensor, layers: Sequence[Tensor], classes: Tensor | None) -> Samples:
    """How far the inputs and every layer tell the samples apart.

    Args:
        x: the inputs, (n, features).
        layers: activations, (K, n, width) each.
        classes: the samples' classes, (n,); None for a regression.
    """
    members = _members(len(x), classes)
    with np.errstate(all="ignore"):  # lanes that have diverged, samples that have no direction
        sums = [
            _sample_sums(value.transpose(1, 2).numpy(), members) for value in (x[None], *layers)
        ]
        sums[0] = tuple(np.repeat(each, len(layers[0]), axis=0) for each in sums[0])
        size, apart, whole, parts, count = (np.stack(each) for each in zip(*sums, strict=True))
        # Sums over pairs of samples are squares of sums over samples: nothing of size n² is made.
        of_all = count.sum(axis=2)
        pairs, cosines = of_all * (of_all - 1), whole - of_all
        same_pairs = (count * (count - 1)).sum(axis=2)
        same_cosines = (parts - count).sum(axis=2)
        figures = Samples(
            spread=apart / size,
            cosine=_mean_cosine(cosines, pairs),
            same=_mean_cosine(same_cosines, same_pairs),
            other=_mean_cosine(cosines - same_cosines, pairs - same_pairs),
        )
    if classes is not None:
        return figures
    nothing = np.full_like(figures.cosine, np.nan)
    return replace(figures, same=nothing, other=nothing)


def _members(samples: int, classes: Tensor | None) -> Array:
    """1 where a sample is of a class, (n, classes); in a regression all are of one."""
    if classes is None:
        return np.ones((samples, 1))
    each = classes.numpy()
    return np.asarray(each[:, None] == np.unique(each), dtype=np.float64)


def _mean_cosine(total: Array, pairs: Array) -> Array:
    """total / pairs; NaN where there is no pair, though rounding has left a total."""
    mean: Array = np.where(pairs > 0, np.clip(total / pairs, -1, 1), np.nan)
    return mean


def _sample_sums(columns: Array, members: Array) -> tuple[Array, ...]:
    """What ``Samples`` are made from, for one layer's activations (K, width, n), in float64.

    Returns:
        size (K,): ‖a‖.
        apart (K,): ‖a − (mean over samples of a)‖.
        whole (K,): ‖·‖² of the sum of all samples' directions.
        parts (K, classes): ‖·‖² of the sum of the directions of each class.
        count (K, classes): how many samples have a direction.
    """
    length = np.sqrt(np.einsum("kwn,kwn->kn", columns, columns))
    sums = _sums(columns, length, members)
    if length.min() < SAFE[0] or not length.max() < SAFE[1]:
        # A lane with a sample whose squares overflow or vanish is taken again, exactly.
        unsafe = ((length < SAFE[0]) & columns.any(axis=1)) | ~(length < SAFE[1])
        for lane in np.flatnonzero(unsafe.any(axis=1)):
            exact = columns[lane : lane + 1].astype(np.float64)
            largest = np.abs(exact).max()
            if not np.isfinite(largest):
                continue  # its sums are not finite either
            exact /= largest
            length = np.sqrt(np.einsum("kwn,kwn->kn", exact, exact))
            for total, part in zip(sums, _sums(exact, length, members), strict=True):
                total[lane] = part[0]
    return sums


def _sums(columns: Array, length: Array, members: Array) -> tuple[Array, ...]:
    """``_sample_sums`` where squares are safe; ``length`` is that of every sample, (K, n)."""
    lanes, width, samples = columns.shape
    usable = length > 0
    inverse = np.where(usable, 1 / length, 0)
    units = (columns * inverse[:, None]).reshape(lanes * width, samples)
    total = (units @ members.astype(units.dtype)).reshape(lanes, width, -1).astype(np.float64)
    # Against the first sample, samples that look the same differ by exactly 0.
    differences = columns - columns[:, :, :1]
    mean = differences.mean(axis=2).astype(np.float64)
    squares = _lane_norms(differences) ** 2 - samples * (mean**2).sum(axis=1)
    return (
        np.sqrt(np.einsum("kn,kn->k", length, length, dtype=np.float64)),
        np.sqrt(np.maximum(squares, 0)),
        (total.sum(axis=2) ** 2).sum(axis=1),
        (total**2).sum(axis=1),
        usable @ members,
    )


def _lane_norms(x: Array) -> Array:
    """‖·‖ of every lane of x, (K, width, n), in float64, also where squares are not safe."""
    squares = np.einsum("kwn,kwn->kw", x, x)
    norms: Array = np.sqrt(squares.sum(axis=1, dtype=np.float64))
    for lane, norm in enumerate(norms.tolist()):
        if not SAFE[0] < norm < SAFE[1] and x[lane].any():
            norms[lane] = np.linalg.norm(x[lane].astype(np.float64))
    return norms
