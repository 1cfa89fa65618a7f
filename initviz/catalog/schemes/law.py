"""Laws of single weights: what tests hold draws to, and what theory is computed from."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CUT_DEVIATION = 0.8796256610342398
"""Standard deviation of N(0, 1) cut off at ±2."""

_erf = np.vectorize(math.erf, otypes=[float])


@dataclass(frozen=True)
class Law:
    """The law of one weight, drawn independently of all others.

    Attributes:
        mean, variance: of the weight.
        cdf: the distribution function, element by element; None for a point mass.
    """

    mean: float
    variance: float
    cdf: Callable[[Array], Array] | None = None

    def scaled(self, factor: float) -> Law:
        """The law of ``factor`` > 0 times the weight."""
        if factor == 1:
            return self
        cdf = self.cdf
        return Law(
            factor * self.mean,
            factor**2 * self.variance,
            None if cdf is None else lambda x: cdf(x / factor),
        )


def point(value: float) -> Law:
    """Always the same value."""
    return Law(value, 0.0)


def uniform(half_width: float) -> Law:
    """U(−a, a), variance a²/3."""
    return Law(0.0, half_width**2 / 3, lambda x: np.clip((x / half_width + 1) / 2, 0, 1))


def normal(deviation: float, mean: float = 0.0) -> Law:
    """N(mean, σ²)."""
    if deviation == 0:
        return point(mean)
    return Law(mean, deviation**2, lambda x: _standard_cdf((x - mean) / deviation))


def truncated(deviation: float) -> Law:
    """N(0, σ²) cut off at ±2σ."""
    low, high = _standard_cdf(np.array([-2.0, 2.0]))
    return Law(
        0.0,
        (CUT_DEVIATION * deviation) ** 2,
        lambda x: (_standard_cdf(np.clip(x / deviation, -2, 2)) - low) / (high - low),
    )


def _standard_cdf(x: Array) -> Array:
    return np.asarray(0.5 * (1 + _erf(x / math.sqrt(2))))
