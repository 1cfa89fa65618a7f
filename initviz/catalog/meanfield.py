"""Mean-field theory of wide random networks: how far a signal and its gradient get.

In a wide layer with independent weights of variance σ_w²/fan_in and biases of variance σ_b² the
pre-activations are Gaussian, and their mean square q follows a map of one number. Poole et al.
2016, Exponential expressivity in deep neural networks through transient chaos; Schoenholz et al.
2017, Deep information propagation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from initviz.catalog.activations import Activation
from initviz.catalog.activations.activation import Array, Function

LARGEST = 1e60
"""A mean square beyond this counts as infinite."""

GROWN = 1e12
"""A map that gets here from 1 has no fixed point."""

TRIES = 500
"""Steps of the map after which q is taken for its fixed point."""


@lru_cache(maxsize=1)
def _nodes() -> tuple[Array, Array]:
    """Points and weights of an average over N(0, 1).

    Gauss–Legendre on pieces that end at 0, where activations may have a kink: Gauss–Hermite
    would be wrong there in the third digit.
    """
    x, w = np.polynomial.legendre.leggauss(24)
    edges = np.array([-10.0, -5.0, -2.0, -0.5, -0.05, 0.0, 0.05, 0.5, 2.0, 5.0, 10.0])
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    points = (middle[:, None] + half[:, None] * x).ravel()
    weights = (half[:, None] * w).ravel() * np.exp(-(points**2) / 2) / math.sqrt(2 * math.pi)
    return points, weights / weights.sum()


def average(function: Function, q: float) -> float:
    """E[f(√q z)] for z ~ N(0, 1)."""
    points, weights = _nodes()
    return float(weights @ function(math.sqrt(q) * points))


@lru_cache(maxsize=4096)
def mean_square(activation: Activation, q: float) -> float:
    """E[φ(√q z)²]: the mean square of the activations over pre-activations of mean square q."""
    return average(lambda z: activation.value(z) ** 2, q)


@lru_cache(maxsize=4096)
def mean_square_slope(activation: Activation, q: float) -> float:
    """E[φ'(√q z)²]: what a layer of activations leaves of a gradient's square."""
    return average(lambda z: activation.derivative(z) ** 2, q)


def mean_squares(activation: Activation, q: Array) -> tuple[Array, Array]:
    """``mean_square`` and ``mean_square_slope`` for many q at once, both like q."""
    points, weights = _nodes()
    z = np.sqrt(q)[:, None] * points
    return activation.value(z) ** 2 @ weights, activation.derivative(z) ** 2 @ weights


def next_square(activation: Activation, q: float, weight: float, bias: float) -> float:
    """The map q → σ_w² E[φ(√q z)²] + σ_b²; infinite past ``LARGEST``."""
    if not q < LARGEST:
        return math.inf
    return weight * mean_square(activation, q) + bias


def fixed_point(activation: Activation, weight: float, bias: float) -> float:
    """q*: the mean square of the pre-activations deep inside, from q = 1; infinite if it grows.

    Args:
        activation: φ.
        weight: σ_w².
        bias: σ_b².
    """
    q = 1.0
    for _ in range(TRIES):
        after = next_square(activation, q, weight, bias)
        if not after < GROWN:
            return math.inf
        if abs(after - q) <= 1e-12 * max(q, 1e-30):
            return after
        q = after
    return q


def chi(activation: Activation, q: float, weight: float) -> float:
    """χ₁ = σ_w² E[φ'(√q z)²]: the factor of a gradient's square from layer to layer, at q.

    Below 1 gradients vanish (order), above 1 they explode (chaos).
    """
    return weight * mean_square_slope(activation, min(q, LARGEST))


def depth_scale(chi_1: float) -> float:
    """ξ = 1/|log χ₁|: layers over which a gradient's square changes e-fold; ∞ where χ₁ = 1."""
    if chi_1 <= 0:
        return 0.0
    change = abs(math.log(chi_1))
    return math.inf if change < 1e-6 else 1 / change


def critical_weight(activation: Activation, bias: float) -> float:
    """The σ_w² at which χ₁ = 1, for a given σ_b².

    χ₁ = 1 means σ_w² = 1/E[φ'²], and q is a fixed point where σ_b² = q − E[φ²]/E[φ'²]: a
    function of q that is searched for σ_b². Such a point need not exist (ReLU has one for
    σ_b² = 0 alone, and there for every q), nor attract (GELU's does not). Then q = 1 is taken:
    χ₁ is 1 where the pre-activations have that size.

    Known points: tanh σ_b² = 0.05 → 1.76095; ReLU 0 → 2.
    """

    def miss(q: float) -> float:
        slope = mean_square_slope(activation, q)
        return q - mean_square(activation, q) / slope - bias if slope > 0 else math.inf

    grid = [1e-6, *np.geomspace(1e-5, 1e3, 80)]
    misses = [miss(q) for q in grid]
    if abs(misses[0]) < 1e-9:  # the signal may be as small as it likes
        return 1 / mean_square_slope(activation, grid[0])
    for low, high, before, after in zip(grid, grid[1:], misses, misses[1:], strict=False):
        if before < 0 <= after:
            q = _bisect(miss, low, high)
            weight = 1 / mean_square_slope(activation, q)
            if abs(fixed_point(activation, weight, bias) - q) < 1e-3 * q:
                return weight
    return 1 / mean_square_slope(activation, 1.0)


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2
