"""What training notes of every layer's activations, epoch by epoch.

Maps of layers over epochs show them for every epoch that there was, also for those whose weights
were thinned out of the recording. It must cost training next to nothing. For small networks that
means few operations: all layers lie together in memory, and are summed up together.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from torch import Tensor

from initviz.catalog.activations import Activation
from initviz.engine.network import Forward, Network, as_inputs
from initviz.recording import Array

MOST_NUMBERS = 1 << 17
"""Activations, over all lanes and layers, that are looked at in an epoch."""

LEAST_SAMPLES, MOST_SAMPLES = 8, 64

CLOSE = 1e-9
"""Variances below this part of the mean's square have lost their digits, and are taken anew."""


class Watch:
    """A few training points that go through the network at the end of every epoch.

    Args:
        network: whose parameters are read at every look.
        activations: one for each lane of the network.
        x: (n, features), the training points; the first few are taken.
    """

    def __init__(self, network: Network, activations: Sequence[Activation], x: Tensor) -> None:
        lanes, widths = network.lanes, network.sizes[1:]
        fitting = MOST_NUMBERS // (lanes * sum(widths))
        samples = min(len(x), max(LEAST_SAMPLES, min(MOST_SAMPLES, fitting)))
        # A line for every neuron of a lane, and below a hidden layer's one of ones.
        heights = [*(width + 1 for width in widths[:-1]), widths[-1]]
        ends = list(accumulate(lanes * height for height in heights))
        store = network.store
        self._lines = store.new_empty(ends[-1], samples)
        parts = [
            self._lines[end - lanes * height : end].view(lanes, height, samples)
            for end, height in zip(ends, heights, strict=True)
        ]
        for part in parts[:-1]:
            part[:, -1] = 1
        # No layer's z is needed after its a.
        shared = {width: store.new_empty(lanes, width, samples) for width in widths[:-1]}
        z = [*(shared[width] for width in widths[:-1]), parts[-1]]
        self._forward = Forward(network, z, parts[:-1])
        self._inputs = as_inputs(x[:samples], lanes)
        self._shape = (len(widths), lanes)
        self._sum_up(np.repeat(heights, lanes), np.repeat(widths, lanes), samples, activations)

    def _sum_up(
        self, heights: np.ndarray, widths: np.ndarray, samples: int,
        activations: Sequence[Activation],
    ) -> None:  # fmt: skip
        """Buffers for the sums: of a, of a², perhaps of what is saturated, and of what is dead."""
        ends = [activation.saturation for activation in activations] * (self._shape[0] - 1)
        ends += [None] * self._shape[1]
        self._range: tuple[Array, ...] | None = None
        if any(ends):
            # Where φ is flat a is farther from the middle than half the range.
            low, high = np.array([end or (-np.inf, np.inf) for end in ends]).T
            with np.errstate(invalid="ignore"):
                middle = np.nan_to_num((low + high) / 2)
            self._range = tuple(np.repeat(x, heights)[:, None] for x in (middle, (high - low) / 2))
        lines, sums = int(heights.sum()), 2 if self._range is None else 3
        self._numbers = np.zeros((sums, lines, samples))
        self._each = np.zeros((4, lines))
        self._added = self._each[:sums].reshape(-1)
        self._weights = np.ones(samples)
        self._starts = np.concatenate([[0], np.cumsum(heights)[:-1]])
        self._widths = widths
        # Ones are summed up apart, and left out: beside them small numbers would be lost.
        stops = self._starts + widths
        self._parts = np.unique(np.concatenate([self._starts, stops[stops < lines]]))
        self._wanted = np.searchsorted(self._parts, self._starts)
        self._counts = np.stack([widths * samples] * 3 + [widths]).astype(float)
        self._counts[2, [end is None for end in ends]] = np.nan

    def look(self) -> dict[str, Array]:
        """``activation_deviation``, ``dead_share`` and ``saturated_share``, each (K, L)."""
        self._forward.run(self._inputs)
        with np.errstate(all="ignore"):  # lanes that have diverged
            # In float64, where squares cannot overflow.
            numbers = self._numbers
            numbers[0] = self._lines.cpu().numpy()
            np.multiply(numbers[0], numbers[0], out=numbers[1])
            if self._range is not None:
                middle, half = self._range
                np.subtract(numbers[0], middle, out=numbers[2])
                np.abs(numbers[2], out=numbers[2])
                np.greater(numbers[2], half, out=numbers[2])
            np.matmul(numbers.reshape(-1, len(self._weights)), self._weights, out=self._added)
            np.equal(self._each[1], 0, out=self._each[3])
            sums = np.add.reduceat(self._each, self._parts, axis=1)[:, self._wanted]
            mean, square, saturated, dead = sums / self._counts
            deviation = np.sqrt(self._variance(mean, square))
        if not np.isfinite(deviation.sum()):
            gone = ~np.isfinite(deviation)
            dead[gone] = saturated[gone] = np.nan
        return {
            "activation_deviation": deviation.reshape(self._shape).T,
            "dead_share": dead.reshape(self._shape).T,
            "saturated_share": saturated.reshape(self._shape).T,
        }

    def _variance(self, mean: Array, square: Array) -> Array:
        """From the means of a and of a², (L · K,) each."""
        own = mean * mean
        variance = square - own
        close = variance < CLOSE * own
        if close.any():
            for place in close.nonzero()[0]:
                start = self._starts[place]
                variance[place] = self._numbers[0, start : start + self._widths[place]].var()
        return variance
