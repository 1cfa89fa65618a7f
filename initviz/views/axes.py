"""Axes over decades with an honest zero, and ranges that do not jump."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.parameter import short_exponent

LOWEST, HIGHEST = -20, 30
"""The decades that are ever drawn. Below, values rest on the lowest, above, on the highest."""

RUNAWAY = 6
"""The decade at which an axis ends that most curves do not need so long; see ``top_decade``."""

LEAST_GAP = 0.6
"""Decades, at least, between the lowest one and the marked zero."""

Ticks = list[tuple[float, str]]


def decades(values: NDArray[np.floating], floor: float) -> NDArray[np.float64]:
    """log₁₀|values| to draw: exact zeros at ``floor``, NaN and infinity as NaN (a gap)."""
    sizes = np.abs(values.astype(np.float64))
    with np.errstate(divide="ignore"):
        result = np.log10(sizes)
    result = np.clip(result, LOWEST, HIGHEST)
    result[sizes == 0] = floor
    result[~np.isfinite(sizes)] = np.nan
    return result


@dataclass
class DecadeRange:
    """A range of decades that only grows while the same experiment is shown.

    Attributes:
        step: the parts of a decade that the ends are rounded to.
        low, high: the ends, or None before anything was seen.
        zero: whether an exact zero has been seen, and the axis needs its floor.
        top: the highest decade that is drawn; values above rest on it.
        subject: what the values belong to, see ``follow``.
    """

    step: float = 1.0
    low: float | None = None
    high: float | None = None
    zero: bool = False
    top: int = HIGHEST
    subject: object = None

    def follow(self, subject: object) -> None:
        """Forget what has been seen if it was of another subject, such as another experiment."""
        if subject != self.subject:
            self.subject = subject
            self.low = self.high = None
            self.zero = False

    def see(self, values: NDArray[np.floating]) -> None:
        """Widen the range to hold the sizes of these values."""
        sizes = np.abs(values[np.isfinite(values)].astype(np.float64))
        self.zero = self.zero or bool((sizes == 0).any())
        sizes = sizes[sizes > 0]
        if not len(sizes):
            return
        with np.errstate(divide="ignore"):
            low, high = np.log10(sizes.min()), np.log10(sizes.max())
        low, high = (float(np.clip(v, LOWEST, self.top)) for v in (low, high))
        low_decade = math.floor((low - 0.05) / self.step) * self.step
        high_decade = math.ceil((high + 0.05) / self.step) * self.step
        self.low = low_decade if self.low is None else min(self.low, low_decade)
        high_decade = max(high_decade, self.low + 1)  # never less than a decade, and never again
        self.high = high_decade if self.high is None else max(self.high, high_decade)

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and highest position that is drawn, the zero's floor included."""
        low, high = self._decades()
        return (self.floor - 0.3 * self._gap() if self.zero else low), high

    @property
    def floor(self) -> float:
        """Where exact zeros are drawn: below the lowest decade."""
        return self._decades()[0] - self._gap()

    def ticks(self, most: int = 9) -> list[Ticks]:
        """Tick positions and labels for pyqtgraph: whole decades, and "0" at the floor."""
        low, high = self._decades()
        step = next(s for s in (1, 2, 5, 10, 20, 50) if (high - low) / s <= most)
        first = math.ceil(low / step) * step
        # The ends are rounded outwards, past the decades that are drawn.
        first, last = max(first, LOWEST), min(int(high), self.top)
        ticks = [(float(d), self._label(d)) for d in range(first, last + 1, step)]
        if self.zero:
            ticks = [(self.floor, "0"), *ticks]
        return [ticks, []]

    def _label(self, decade: int) -> str:
        return f"≥{decade_label(decade)}" if decade == self.top < HIGHEST else decade_label(decade)

    def _decades(self) -> tuple[float, float]:
        if self.low is None or self.high is None:
            return -1.0, 1.0
        return self.low, self.high

    def _gap(self) -> float:
        low, high = self._decades()
        return max(LEAST_GAP, 0.08 * (high - low))


def top_decade(values: Sequence[NDArray[np.floating]], usual: float) -> int:
    """Where an axis ends that curves of usual sizes share with some that run away.

    Thirty decades would make one line of all usual curves. Where none is usual, all are drawn.

    Args:
        values: (n, K) each, one column a curve.
        usual: a size that usual curves stay below.
    """
    largest = np.concatenate([np.max(v, axis=0, initial=0.0, where=np.isfinite(v)) for v in values])
    crowded = largest.max() > 10.0**RUNAWAY and (largest < usual).any()
    return RUNAWAY if crowded else HIGHEST


def room_above(low: float, high: float, height: float, lines: int) -> float:
    """Where an axis of ``height`` pixels ends for markers at ``high``, and lines of text above."""
    above = 4 + 14 * lines
    return high + (high - low) * max(0.02, min(above / max(height - above, 1), 1.0) if lines else 0)


def decade_label(decade: int) -> str:
    """10ᵈ as people write it on an axis: 1e-4, 0.01, 0.1, 1, 10, 100, 1e3; "≤" at the lowest."""
    near = {-2: "0.01", -1: "0.1", 0: "1", 1: "10", 2: "100"}
    label = near.get(decade, f"1e{decade}")
    if decade == LOWEST:
        return f"≤{label}"
    return f"≥{label}" if decade == HIGHEST else label


def layer_ticks(names: Sequence[str], width: float) -> list[Ticks]:
    """Ticks 1, 2, ... for hidden layers and "out" for the output, as ``width`` pixels hold."""
    hidden = len(names) - 1
    pixels = width / (hidden + 1)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if s * pixels >= 22 or s == 100)
    numbers = [1, *range(step, hidden + 1, step)] if step > 1 else range(1, hidden + 1)
    apart = [n for n in numbers if (hidden + 1 - n) * pixels >= 22 or step == 1]
    return [[*((float(n), str(n)) for n in apart), (hidden + 1.0, "out")], []]


def depth_ticks(names: Sequence[str], width: float) -> list[Ticks]:
    """``layer_ticks`` behind the inputs: "in" at 0, as ``width`` pixels hold."""
    pixels = width / (len(names) + 1)
    ticks = layer_ticks(names, width - pixels)[0]
    return [[(0.0, "in"), *(tick for tick in ticks if tick[0] * pixels >= 16)], []]


def number_ticks(count: int, pixels: float, room: float) -> list[float]:
    """Numbers from 1 to ``count`` at round distances, at least ``room`` pixels apart."""
    each = max(pixels, 1) / count
    sizes = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    step = next((s for s in sizes if s * each >= room), count)
    if step <= 2:
        return [float(n) for n in range(1, count + 1, step)]
    numbers = range(step, count + 1, step)
    return [1.0, *(float(n) for n in numbers if (n - 1) * each >= room)]


def fine_ticks(
    low: float, high: float, most: int, text: Callable[[float], str] | None = None
) -> Ticks:
    """Round numbers between two others, with words for them."""
    return [(at, (text or tick_text)(at)) for at in round_ticks(low, high, most)]


def fine_decades(low: float, high: float, given: Ticks, most: int) -> Ticks:
    """Round numbers between 10^``low`` and 10^``high``, and the marked zero among ``given``."""
    zero = [tick for tick in given if tick[1] == "0" and low <= tick[0] <= high]
    # Between the zero and the lowest decade there are no numbers.
    floor = max((tick[0] for tick in given if tick[1] == "0"), default=-math.inf)
    low = max(low, floor + LEAST_GAP)
    if high <= low:
        return zero
    if high - low > 1.5:
        decades_ = range(math.ceil(low), math.floor(high) + 1)
        return [*zero, *((float(d), decade_label(d)) for d in decades_)]
    numbers = round_ticks(10.0**low, 10.0**high, most)
    return [*zero, *((math.log10(v), tick_text(v)) for v in numbers if v > 0)]


def whole_numbers(low: float, high: float, given: Ticks, most: int) -> Ticks:
    """Whole numbers from one end to the other; names among ``given``, such as "out", stay."""
    names = {round(at): text for at, text in given if not text.isdigit()}
    first, last = math.ceil(low), math.floor(high)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if (last - first) / s < most)
    last = min(last, max(names, default=last))
    numbers = [n for n in range(first, last + 1) if n % step == 0 or n in names]
    return [(float(n), names.get(n, str(n))) for n in numbers]


def round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most ``most`` round numbers between two others, at equal distances."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def tick_text(value: float) -> str:
    """A round number with a true minus sign, and without a minus before 0."""
    return short_exponent(f"{value + 0.0:.4g}").replace("-", "−")


def epoch_ticks(end: int, width: float) -> list[Ticks]:
    """As many round epochs, from 0 to ``end``, as ``width`` pixels hold."""
    wide = 8.0 * len(str(end)) + 14
    most = max(1.0, width / wide)
    power = 10 ** max(0, math.floor(math.log10(max(end / most, 1))))
    step = next(s for s in (power, 2 * power, 5 * power, 10 * power) if end / s <= most)
    return [[(float(e), str(e)) for e in range(0, end + 1, step)], []]
