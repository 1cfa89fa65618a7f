from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from initviz.catalog.activations import ACTIVATIONS, Activation
from initviz.catalog.meanfield import (
    chi,
    critical_weight,
    depth_scale,
    fixed_point,
    mean_square,
    mean_square_slope,
    mean_squares,
    next_square,
)

TANH, RELU = ACTIVATIONS["tanh"], ACTIVATIONS["relu"]
every_activation = pytest.mark.parametrize(
    "activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS)
)


@every_activation
@pytest.mark.parametrize("q", [0.01, 1.0, 30.0])
def test_averages_equal_adaptive_quadrature(activation: Activation, q: float) -> None:
    def expected(function: object) -> float:
        assert callable(function)
        density = lambda z: (  # noqa: E731
            float(function(np.array([math.sqrt(q) * z]))[0]) ** 2 * math.exp(-z * z / 2)
        )
        parts = [quad(density, a, b, limit=200)[0] for a, b in ((-12, 0), (0, 12))]
        return sum(parts) / math.sqrt(2 * math.pi)

    assert mean_square(activation, q) == pytest.approx(expected(activation.value), rel=1e-6)
    assert mean_square_slope(activation, q) == pytest.approx(
        expected(activation.derivative), rel=1e-6
    )
    many = mean_squares(activation, np.array([q, 2 * q]))
    assert many[0][0] == pytest.approx(mean_square(activation, q), rel=1e-12)
    assert many[1][1] == pytest.approx(mean_square_slope(activation, 2 * q), rel=1e-12)


def test_the_known_critical_points() -> None:
    assert critical_weight(TANH, 0.05) == pytest.approx(1.76095, abs=1e-5)
    assert critical_weight(TANH, 0.0) == pytest.approx(1, abs=1e-4)
    assert critical_weight(RELU, 0.0) == pytest.approx(2, rel=1e-12)
    assert critical_weight(ACTIVATIONS["linear"], 0.0) == pytest.approx(1, rel=1e-12)


@every_activation
@pytest.mark.parametrize("bias", [0.0, 0.05, 0.3])
def test_at_the_critical_point_a_gradient_keeps_its_size(
    activation: Activation, bias: float
) -> None:
    weight = critical_weight(activation, bias)
    q = fixed_point(activation, weight, bias)
    at_fixed_point = chi(activation, q, weight) if q < 1e6 else math.nan
    assert (
        at_fixed_point == pytest.approx(1, abs=1e-3)
        # ... or, where no such point attracts, at pre-activations of size 1 or next to none.
        or chi(activation, 1.0, weight) == pytest.approx(1, abs=1e-6)
        or chi(activation, 1e-6, weight) == pytest.approx(1, abs=1e-6)
    )


def test_torchs_gain_for_tanh_is_chaotic() -> None:
    weight = (5 / 3) ** 2
    assert chi(TANH, fixed_point(TANH, weight, 0.0), weight) == pytest.approx(1.21, abs=0.005)


def test_a_fixed_point_stays_where_it_is_and_growth_has_none() -> None:
    q = fixed_point(TANH, 2.0, 0.1)
    assert next_square(TANH, q, 2.0, 0.1) == pytest.approx(q, rel=1e-9)
    assert fixed_point(RELU, 2.5, 0.0) == math.inf
    assert fixed_point(RELU, 1.0, 0.0) == pytest.approx(0, abs=1e-20)


def test_the_depth_scale_is_infinite_at_the_edge_and_the_same_on_both_sides() -> None:
    assert depth_scale(1.0) == math.inf
    assert depth_scale(math.e) == pytest.approx(1)
    assert depth_scale(1 / math.e) == pytest.approx(1)
    assert depth_scale(0.0) == 0
