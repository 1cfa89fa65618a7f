"""How the weights of every layer, their gradients and their updates are distributed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from initviz.engine.figures import round_up, size_histogram, spread, value_histogram
from initviz.parts import Distribution
from initviz.snapshot import VALUE_BINS, Array, Histogram

OUTSIDE = 3.5
"""The axis reaches this many rms of the lane's largest layer to either side: all of a uniform
law, and all but a few in ten thousand of a normal one."""


def distributions(
    now: Sequence[Tensor], start: Sequence[Tensor] | None
) -> tuple[Distribution, ...]:
    """Every layer's distribution, on a linear axis that a lane's layers share, and by size.

    Args:
        now: the numbers of every layer, (lanes, fan_in, fan_out).
        start: the same at the start.
    """
    ends = _ends([now] if start is None else [now, start])
    return tuple(
        Distribution(
            *_both(value, ends),
            *((None, None) if start is None else _both(start[place], ends)),
        )
        for place, value in enumerate(now)
    )


def _both(value: Tensor, ends: Array) -> tuple[Histogram, Histogram]:
    """Histograms of the values, each lane on its own axis, and of the sizes."""
    lanes = [_of_lane(value[lane : lane + 1], end) for lane, end in enumerate(ends)]
    values = Histogram(
        edges=np.stack([lane.edges for lane in lanes]),
        shares=np.concatenate([lane.shares for lane in lanes]),
        zeros=np.concatenate([lane.zeros for lane in lanes]),
    )
    return values, size_histogram(value, spread(value))


def _of_lane(value: Tensor, end: float) -> Histogram:
    edges = np.linspace(-end, end, VALUE_BINS + 1)
    return value_histogram(value, edges, spread(value))


def _ends(sets: Sequence[Sequence[Tensor]]) -> Array:
    """Where the lanes' axes end, (lanes,): a round number, so that it seldom changes."""
    sizes = np.stack([spread(layer).rms for layers in sets for layer in layers])  # (layers, lanes)
    largest = np.where(np.isfinite(sizes), sizes, 0).max(axis=0)
    return np.array([round_up(OUTSIDE * size) if 0 < size < 1e30 else 1.0 for size in largest])
