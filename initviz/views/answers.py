"""How the answers on the plane become colours: one way for each task.

A ``Colouring`` turns a lane's outputs into bytes and a table of colours, says along which lines
the answer changes, which mark each training point gets, and how the colour bar reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import contourpy
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from initviz.catalog.datasets import Facts
from initviz.catalog.tasks import BINARY, CLASSES, REGRESSION, Task
from initviz.snapshot import Array, Plane
from initviz.views.axes import round_ticks, tick_text
from initviz.views.style import Style, ramp

Bytes = NDArray[np.ubyte]
Lines = NDArray[np.float64]

CLASS_COLOURS = (
    "#c9561a", "#1f5f99", "#2f8f7d", "#a5479a", "#b08f1d",
    "#63b4dd", "#7d2350", "#7c7c32", "#c96a78", "#5a606b",
)  # fmt: skip
"""After Paul Tol's muted scheme, which colour-blind people can tell apart; more classes begin
again from the front, and differ in their marks."""

SYMBOLS = ("o", "s", "t", "d", "t1", "star", "p", "h", "t2", "t3")

BANDS = 8
"""Colours that the training points of a regression are sorted into."""

ISOLINES = (-1.0, 0.0, 1.0)
"""Where lines are drawn through a regression, in deviations of the target from its mean."""

TURNED = 1e-9
"""Differences of outputs below this are ties."""


@dataclass(frozen=True)
class Mark:
    """Training points that look the same.

    Attributes:
        symbol, fill: their look.
        chosen: which of the points, (n,).
    """

    symbol: str
    fill: str
    chosen: NDArray[np.bool_]


@dataclass(frozen=True)
class Bar:
    """A colour bar.

    Attributes:
        image: bytes into the colouring's table, (rows, columns), from the bottom.
        ticks: (height from 0 to 1, text).
        label: what the colours stand for.
        width: pixels that bar and texts need.
    """

    image: Bytes
    ticks: Sequence[tuple[float, str]]
    label: str
    width: int


@dataclass(frozen=True)
class Colouring:
    """How one task is drawn.

    Attributes:
        table: 256 colours, (256, 3).
        paint: finite outputs (outputs, G, G) → bytes (G, G).
        fields: finite outputs → arrays (G, G) whose zero lines are drawn.
        marks: labels or targets (n,) → the marks of the points.
        bar: the colour bar.
        words: finite outputs of one point (outputs,) → the answer in words.
    """

    table: Bytes
    paint: Callable[[Array], Bytes]
    fields: Callable[[Array], Sequence[Array]]
    marks: Callable[[NDArray[np.float64]], Sequence[Mark]]
    bar: Bar
    words: Callable[[Array], str]


def colouring(style: Style, facts: Facts, plane: Plane) -> Colouring:
    """How the answers of networks on this data are drawn."""
    return _COLOURINGS[facts.task](style, facts, plane)


def zero_lines(field: Array, extent: tuple[float, float, float, float]) -> Lines | None:
    """The lines along which a field (G, G) over a square is 0, (points, 2), NaN between lines."""
    if field.min() == field.max():
        return None  # the same answer everywhere has no boundary
    left, right, bottom, top = extent
    steps = (np.arange(len(field)) + 0.5) / len(field)
    x, y = left + steps * (right - left), bottom + steps * (top - bottom)
    chunks = contourpy.contour_generator(x, y, field, line_type="ChunkCombinedNan").lines(0.0)
    lines: Lines | None = chunks[0][0]  # one chunk: all lines
    return lines


def _binary(style: Style, facts: Facts, plane: Plane) -> Colouring:
    def paint(outputs: Array) -> Bytes:
        clipped = np.clip(outputs[0], -60, 60)
        return np.asarray(255 / (1 + np.exp(-clipped)), dtype=np.ubyte)

    def marks(labels: NDArray[np.float64]) -> list[Mark]:
        fills = (style.negative_mark, style.positive_mark)
        return [Mark(SYMBOLS[k], fills[k], labels == k) for k in range(2)]

    name = facts.classes[1]
    return Colouring(
        table=style.diverging(),
        paint=paint,
        fields=lambda outputs: [np.clip(outputs[0], -60, 60)],
        marks=marks,
        bar=Bar(_column(), [(0.0, "0"), (0.5, "½"), (1.0, "1")], f"P({_short(name, 12)})", 46),
        words=lambda z: f"P({name}) {1 / (1 + math.exp(-min(max(float(z[0]), -60), 60))):.3g}",
    )


def _classes(style: Style, facts: Facts, plane: Plane) -> Colouring:
    count = facts.outputs
    levels = 256 // count
    colours = [CLASS_COLOURS[k % len(CLASS_COLOURS)] for k in range(count)]
    shades = [ramp([style.neutral, colour]) for colour in colours]
    at = np.linspace(0, 255, levels).astype(int)
    table = np.zeros((256, 3), dtype=np.ubyte)
    table[: count * levels] = np.concatenate([shade[at] for shade in shades])

    @np.errstate(over="ignore")  # differences of numbers as large as there are
    def paint(outputs: Array) -> Bytes:
        winner = outputs.argmax(axis=0)
        top = np.take_along_axis(outputs, winner[None], axis=0)[0]
        confidence = 1 / np.exp(np.maximum(outputs - top, -80)).sum(axis=0)
        surplus = np.clip((confidence - 1 / count) / (1 - 1 / count), 0, 1)
        return np.asarray(winner * levels + surplus * (levels - 1), dtype=np.ubyte)

    @np.errstate(over="ignore")  # differences of numbers as large as there are
    def fields(outputs: Array) -> list[Array]:
        ordered = np.sort(outputs, axis=0)
        best, second = ordered[-1], ordered[-2]
        # Positive where the class wins, by as much; every line is drawn for the two it parts.
        return [
            np.clip(np.where(z >= best - TURNED, z - second, z - best), -1e30, 1e30)
            for z in outputs
            if (z > second).any()
        ]

    def marks(labels: NDArray[np.float64]) -> list[Mark]:
        darker = [QColor(colour).darker(125).name() for colour in colours]
        symbols = [SYMBOLS[k % len(SYMBOLS)] for k in range(count)]
        return [Mark(symbols[k], darker[k], labels == k) for k in range(count)]

    steps = np.linspace(0, levels - 1, 24).astype(int)
    image = (np.arange(count)[:, None] * levels + steps).astype(np.ubyte)
    ticks = [((k + 0.5) / count, _short(name, 10)) for k, name in enumerate(facts.classes)]
    width = 46 + 5 * max(len(text) for _, text in ticks)

    @np.errstate(over="ignore")  # differences of numbers as large as there are
    def words(z: Array) -> str:
        winner = int(z.argmax())
        sure = 1 / float(np.exp(np.maximum(z - z[winner], -80)).sum())
        return f"P({facts.classes[winner]}) {sure:.3g}"

    bar = Bar(image, ticks, "P(winner) →", width)
    return Colouring(table, paint, fields, marks, bar, words)


def _regression(style: Style, facts: Facts, plane: Plane) -> Colouring:
    mean, deviation = plane.target_mean, plane.target_deviation
    reach = float(np.abs(plane.labels - mean).max()) / deviation
    if reach < 1e-9:  # targets that are all the same have no reach of their own
        reach = max(abs(mean), 1.0) / deviation

    @np.errstate(over="ignore")  # differences of numbers as large as there are
    def place(z: Array) -> Bytes:
        return np.asarray(np.clip((z / reach + 1) * 127.5, 0, 255), dtype=np.ubyte)

    def marks(targets: NDArray[np.float64]) -> list[Mark]:
        shades = style.diverging()
        band = place((targets - mean) / deviation).astype(int) * BANDS // 256
        middles = (np.arange(BANDS) * 2 + 1) * 128 // BANDS
        fills = [QColor(*map(int, shades[m])).darker(115).name() for m in middles]
        return [Mark("o", fills[k], band == k) for k in range(BANDS)]

    ends = (mean - reach * deviation, mean + reach * deviation)
    ticks = [((t - ends[0]) / (ends[1] - ends[0]), tick_text(t)) for t in round_ticks(*ends)]
    return Colouring(
        table=style.diverging(),
        paint=lambda outputs: place(outputs[0]),
        fields=lambda outputs: [np.clip(outputs[0], -1e6, 1e6) - level for level in ISOLINES],
        marks=marks,
        bar=Bar(_column(), ticks, _short(facts.target or "target", 30), 58),
        words=lambda z: f"{facts.target or 'target'} {mean + deviation * float(z[0]):.4g}",
    )


_COLOURINGS: Mapping[Task, Callable[[Style, Facts, Plane], Colouring]] = {
    BINARY: _binary,
    CLASSES: _classes,
    REGRESSION: _regression,
}


def _column() -> Bytes:
    return np.arange(256).astype(np.ubyte)[:, None]


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
