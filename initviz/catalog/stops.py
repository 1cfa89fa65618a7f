"""Where a setting's slider stops: round values that are one step of the hand apart."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from initviz.catalog.parameter import Kind, Parameter

PER_DECADE = 40
"""Stops in a decade; √2 ≈ 1.41 and 10 are among those from 1 on."""

DECADES = 4
"""Decades above the stop at 0, where a logarithmic slider begins with it."""

MOST = 100
"""Stops on a linear slider."""


@cache
def stops(parameter: Parameter) -> tuple[float, ...]:
    """The values from one end of a parameter's slide to the other, in order, the ends included.

    Of decades there are ``PER_DECADE`` values of three digits, of other ranges ``MOST`` round
    values; whole numbers are all there.

    Raises:
        ValueError: if the parameter has no slide.
    """
    if parameter.slide is None:
        raise ValueError(f"{parameter.name} declares no slide")
    low, high = map(float, parameter.slide)
    whole = parameter.kind is Kind.INTEGER
    if parameter.log:
        start = low or high / 10**DECADES
        first, last = (math.log10(end) * PER_DECADE for end in (start, high))
        steps = range(math.ceil(first + 1e-9), math.ceil(last - 1e-9))
        between = [float(f"{10 ** (step / PER_DECADE):.3g}") for step in steps]
    else:
        step = 1.0 if whole else _round_step((high - low) / MOST)
        count = math.ceil((high - low) / step - 1e-9)
        between = [float(f"{low + step * i:.10g}") for i in range(count)]
        start = low
    found = sorted({low, start, *between, high})
    return tuple(sorted({round(value) for value in found})) if whole else tuple(found)


def nearest(values: Sequence[float], value: float, *, log: bool = False) -> int:
    """The place of the stop nearest to a value, on the scale of the slider."""
    place = min(max(bisect_left(values, value), 1), len(values) - 1)
    below, above = values[place - 1], values[place]
    if log and below > 0 and value > 0:
        below, above, value = math.log(below), math.log(above), math.log(value)
    return place - 1 if value - below <= above - value else place


def _round_step(least: float) -> float:
    """The next number of the form 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least) + 1e-9)
    return next(m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9))
