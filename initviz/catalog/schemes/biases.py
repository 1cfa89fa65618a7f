"""Laws of the biases."""

from __future__ import annotations

import math

from initviz.catalog.schemes.law import normal, point, uniform
from initviz.catalog.schemes.scheme import BiasScheme, draw_normal, number
from initviz.catalog.schemes.structured import nguyen_widrow_norm

BIASES = {
    b.name: b
    for b in (
        BiasScheme(
            "zeros", "zero", "b = 0", "The usual choice: the weights alone break the symmetry.",
            lambda init, b, p, layer: init.zeros_(b),
            lambda p, layer: point(0.0),
        ),
        BiasScheme(
            "constant", "constant", "b = c", "0.01 was once used to wake ReLU units up.",
            lambda init, b, p, layer: init.constant_(b, p["value"]),
            lambda p, layer: point(p["value"]),
            (number("value", "Bias c", "", 0.01, "Every bias gets this value.",
                    low=-100, high=100, slide=(-2, 2)),),
        ),
        BiasScheme(
            "fan_in_uniform", "±1/√fan_in", "b ~ U(±1/√fan_in)", "What torch.nn.Linear does.",
            lambda init, b, p, layer: init.uniform_(
                b, -1 / math.sqrt(layer.fan_in), 1 / math.sqrt(layer.fan_in),
                generator=layer.generator,
            ),
            lambda p, layer: uniform(1 / math.sqrt(layer.fan_in)),
        ),
        BiasScheme(
            "normal", "normal", "b ~ N(0, σ_b²)", "The bias of mean-field theory.",
            lambda init, b, p, layer: draw_normal(init, b, p["deviation"], layer),
            lambda p, layer: normal(p["deviation"]),
            (number("deviation", "Bias σ_b", "", 0.1, "Standard deviation of the biases.",
                    low=1e-12, high=1e3, log=True, slide=(1e-3, 10)),),
        ),
        BiasScheme(
            "nguyen_widrow", "Nguyen–Widrow", "b ~ U(±0.7 h^(1/d))",
            "It moves each neuron's slope to its own place in the input space.",
            lambda init, b, p, layer: init.uniform_(
                b, -nguyen_widrow_norm(layer), nguyen_widrow_norm(layer),
                generator=layer.generator,
            ),
            lambda p, layer: uniform(nguyen_widrow_norm(layer)),
        ),
    )
}  # fmt: skip
