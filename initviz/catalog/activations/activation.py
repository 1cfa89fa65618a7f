"""What an activation function is: value, derivative, saturation rule, variance-keeping gain.

Training uses torch's own operations, which the engine hands in, so that the catalogue stays
importable without torch; theory uses the same two functions in numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Forward = Callable[[Any, Any, Any], Any]
"""``(torch, z, out)``: write φ(z) into ``out``."""

Backward = Callable[[Any, Any, Any, Any, Any], Any]
"""``(aten, delta, z, a, out)``: write delta · φ'(z) into ``out``; a = φ(z)."""


Array = NDArray[np.float64]
Function = Callable[[Array], Array]


@dataclass(frozen=True)
class Activation:
    """One activation function φ.

    Attributes:
        name: its name in files and code.
        label: its name on the screen.
        formula: φ(z) in plain Unicode.
        slope: φ'(z) in plain Unicode.
        module: how a PyTorch script writes it, such as "nn.Tanh()".
        gain: 1/√E[φ(z)²] for z ~ N(0, 1): the factor that keeps Var(z) = 1 from layer to layer.
        forward, backward: torch's operations, see ``Forward`` and ``Backward``.
        value, derivative: φ and φ' in numpy, element by element.
        value_at_0, slope_at_0: φ(0) and φ'(0), which Kumar's scheme needs.
        bounds: the range of φ; None where it has no bound on at least one side.
        monotone: whether φ only rises: equal neurons then draw one straight boundary, however
            many layers of them.
        saturation: a unit is saturated below the first or above the second value; None where
            the function does not saturate on both sides. There φ' is below 6 % of its maximum.
        note: one sentence on what it does to initialisation.
    """

    name: str
    label: str
    formula: str
    slope: str
    module: str
    gain: float
    forward: Forward
    backward: Backward
    value: Function
    derivative: Function
    value_at_0: float
    slope_at_0: float
    bounds: tuple[float, float] | None
    monotone: bool
    saturation: tuple[float, float] | None
    note: str


def copy(source: Any, out: Any) -> Any:
    """Write a tensor into another, for operations that cannot be told where to write."""
    return out.copy_(source)
