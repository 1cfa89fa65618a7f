"""Layers of one shape are taken together; each must come out as if it had been alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from initviz.catalog.activations import RELU, TANH
from initviz.engine import figures
from initviz.engine.figures import distribution_figures, spread, spreads, stacks

LANES, ROWS = 2, 9


def layers(widths: list[int], samples_last: bool) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    made = []
    for place, width in enumerate(widths):
        values = torch.randn(LANES, width, ROWS, generator=generator) * 10.0**place
        values[0, 0] = 0
        turned = values.transpose(1, 2)
        made.append(turned if samples_last else turned.contiguous())
    made[1][1] = torch.nan
    return made


@pytest.mark.parametrize("samples_last", [True, False])
@pytest.mark.parametrize("together", [1, 40, 10_000])
def test_every_layer_has_the_figures_that_it_has_alone(
    monkeypatch: pytest.MonkeyPatch, samples_last: bool, together: int
) -> None:
    monkeypatch.setattr(figures, "STACKED", together)
    made = layers([5, 3, 5, 5, 1, 3], samples_last)
    edges = np.linspace(-1, 1, 9)
    with np.errstate(all="ignore"):
        sizes = spreads(made)
        shapes = distribution_figures(made, sizes, edges, [TANH, RELU])
        for layer, size, shape in zip(made, sizes, shapes, strict=True):
            alone = spread(layer)
            for name in ("rms", "median", "zeros"):
                np.testing.assert_allclose(getattr(size, name), getattr(alone, name), rtol=1e-6)
            (single,) = distribution_figures([layer], [alone], edges, [TANH, RELU])
            for name in ("symmetry", "deviation", "saturated"):
                np.testing.assert_allclose(getattr(shape, name), getattr(single, name), rtol=1e-5)
            np.testing.assert_array_equal(shape.values.shares, single.values.shares)
            np.testing.assert_array_equal(shape.sizes.shares, single.sizes.shares)


def test_what_is_taken_together_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "STACKED", 2 * LANES * ROWS * 5)
    made = layers([5] * 7, samples_last=True)
    taken = [(stack.shape[0] // LANES, sorted(lanes)) for stack, lanes in stacks(made)]
    assert taken == [(2, [0, 1]), (2, [2, 3]), (2, [4, 5]), (1, [6])]
