"""Where random numbers come from: each purpose has a source of its own, seeded from the experiment.

The engine draws from them, and scripts that are written for other people must draw the same.
"""

from __future__ import annotations

BATCH_SEED = 7_000_003
"""Added to the experiment's seed for the order of the batches."""

LIFT_SEED = 500
"""The seed of the matrix that lifts a plane into more inputs, whatever the experiment's is."""

SEEN = 512
"""Training points that data-dependent schemes see."""


def layer_seed(seed: int, layer: int) -> int:
    """The seed of one layer's weights and biases.

    It depends on nothing but the experiment's seed and the layer. So lanes that differ only in
    scale start from scaled copies of the same draw, and a layer more does not change the layers
    before it.
    """
    return seed * 1009 + layer
