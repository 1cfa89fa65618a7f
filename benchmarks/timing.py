"""Timing that holds on a busy machine.

Contestants take turns, and ratios are taken a turn. What counts is the processor time of this
thread, so that other work on the machine does not: all that is measured here runs on one thread.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np

Work = Callable[[int], object]
"""``work(n)`` does its unit of work n times."""


@dataclass(frozen=True)
class Timings:
    """Processor seconds a unit of every contestant, one number a round."""

    seconds: Mapping[str, list[float]]

    def median(self, name: str) -> float:
        return median(self.seconds[name])

    def ratio(self, slow: str, fast: str) -> float:
        """How many times faster ``fast`` is: the median over the rounds."""
        pairs = zip(self.seconds[slow], self.seconds[fast], strict=True)
        return median(a / b for a, b in pairs)

    def spread(self, slow: str, fast: str) -> str:
        """The quartiles of that ratio over the rounds."""
        ratios = np.array(self.seconds[slow]) / np.array(self.seconds[fast])
        low, high = np.percentile(ratios, [25, 75])
        return f"{low:.3g}–{high:.3g}"


def interleave(contestants: Mapping[str, Work], *, rounds: int, slice_s: float) -> Timings:
    """Run the contestants in turns of about ``slice_s`` seconds, ``rounds`` times.

    The one that begins changes with every round, and the garbage collector is off meanwhile.
    """
    turns = {name: _units(work, slice_s) for name, work in contestants.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    collecting = gc.isenabled()
    gc.disable()
    try:
        for number in range(rounds):
            start = number % len(names)
            for name in names[start:] + names[:start]:
                seconds[name].append(_time(contestants[name], turns[name]))
    finally:
        if collecting:
            gc.enable()
    return Timings(seconds)


def _units(work: Work, slice_s: float) -> int:
    work(1)  # warm up
    once = min(_time(work, 1) for _ in range(3))
    return max(1, round(slice_s / once))


def _time(work: Work, units: int) -> float:
    start = time.thread_time()
    work(units)
    return (time.thread_time() - start) / units
