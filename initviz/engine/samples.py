"""How far a layer tells the samples apart, lane by lane, for all layers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from torch import Tensor

from initviz.engine.figures import stacks
from initviz.parts import Samples
from initviz.snapshot import Array

SAFE = (1e-12, 1e15)
"""Lengths whose squares neither vanish nor overflow in float32."""


def sample_figures(x: Tensor, layers: Sequence[Tensor], classes: Tensor | None) -> Samples:
    """How far the inputs and every layer tell the samples apart.

    Args:
        x: the inputs, (n, features).
        layers: activations, (K, n, width) each.
        classes: the samples' classes, (n,); None for a regression.
    """
    members = _members(len(x), classes)
    with np.errstate(all="ignore"):  # lanes that have diverged, samples that have no direction
        first = _sample_sums(x[None].transpose(1, 2).numpy(), members)
        found = {-1: tuple(np.repeat(each, len(layers[0]), axis=0) for each in first)}
        for stack, places in stacks(layers):
            both = _sample_sums(stack.transpose(1, 2).numpy(), members)
            found |= {place: tuple(e[lanes] for e in both) for place, lanes in places.items()}
        sums = [found[place] for place in range(-1, len(layers))]
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
