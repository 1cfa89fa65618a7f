"""The connections between the tiles of a network, drawn by one item in a few strokes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from initviz.views.arrangement import Array, Column
from initviz.views.style import Style

LEVELS = 8
"""Widths, and strengths of colour, for each sign."""

THICKEST = 3.0
"""Pixels of the strongest connection."""

FAINTEST, STRONGEST = 0.13, 0.92
"""How opaque the weakest and the strongest connection are."""

ROBUST = 99.0
"""The percentile of the sizes that is drawn as strongest."""

CUBIC = (
    QPainterPath.ElementType.MoveToElement.value,
    QPainterPath.ElementType.CurveToElement.value,
    QPainterPath.ElementType.CurveToDataElement.value,
    QPainterPath.ElementType.CurveToDataElement.value,
)
"""What the four points of a curve are called in a path."""

NEAR = 4.0
"""Pixels within which the mouse is on a connection."""


def strongest(values: Array) -> float:
    """The size that is drawn as strongest among these numbers: outliers do not fade the rest."""
    sizes = np.abs(values[np.isfinite(values)])
    sizes = sizes[sizes > 0]
    if not len(sizes):
        return 0.0
    place = int(ROBUST / 100 * (len(sizes) - 1))
    return float(np.partition(sizes, place)[place])


def levels(values: Array, scale: float, floor: float = 0.0) -> NDArray[np.int_]:
    """How strong each connection is drawn: −8 to 8 with its sign; 0 for 0 and what is not finite.

    Args:
        values: weights, or what else belongs to them.
        scale: the size that is drawn as strongest.
        floor: the size that is drawn as weakest.
    """
    finite = np.isfinite(values)
    sound = np.where(finite, values, 0)
    with np.errstate(all="ignore"):
        sizes = np.abs(sound.astype(np.float64)) - floor
        parts = sizes / (scale - floor) if scale > floor else np.sign(sizes)
    parts = np.clip(parts, 0.0, 1.0)
    steps = np.ceil(parts * LEVELS).astype(np.int_)
    steps = np.where(sound != 0, np.maximum(steps, 1), 0)
    return np.asarray(np.sign(sound).astype(np.int_) * steps)


@dataclass(frozen=True)
class Bundle:
    """The connections from one column to the next.

    Attributes:
        source, target: the columns.
        values: what belongs to each connection, (n, m), for their neurons that have a tile.
        scale: the size that is drawn as strongest.
        drawn: (n, m), which of them are drawn.
        floor: the size that is drawn as weakest.
    """

    source: Column
    target: Column
    values: Array
    scale: float
    drawn: NDArray[np.bool_]
    floor: float = 0.0

    def ends(self) -> tuple[Array, Array, Array, Array]:
        """x and y where each connection begins, and where it ends, (n, m) each."""
        shape = self.values.shape
        a, b = self.source, self.target
        return (
            np.broadcast_to((a.xs + a.size / 2)[:, None], shape),
            np.broadcast_to(a.ys[:, None], shape),
            np.broadcast_to((b.xs - b.size / 2)[None], shape),
            np.broadcast_to(b.ys[None], shape),
        )

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """The places of the neurons whose connection passes nearest to a point, if it is near."""
        x0, y0, x1, y1 = self.ends()
        share = (x - x0) / np.maximum(x1 - x0, 1e-6)
        passes = self.drawn & (share >= 0) & (share <= 1) & (self.values != 0)
        if not passes.any():
            return None
        share = np.clip(share, 0, 1)
        slope = 6 * share * (1 - share) * (y1 - y0) / np.maximum(x1 - x0, 1e-6)
        away = np.abs(y0 + (y1 - y0) * share**2 * (3 - 2 * share) - y) / np.sqrt(1 + slope**2)
        away = np.where(passes, away, np.inf)
        place = np.unravel_index(int(away.argmin()), away.shape)
        return (int(place[0]), int(place[1])) if away[place] <= NEAR else None


def weakest(values: Array, drawn: NDArray[np.bool_]) -> float:
    """The size to draw as weakest: where weak connections are left out, the rest still differ."""
    sound = np.isfinite(values) & (values != 0)
    if not drawn.any() or int(drawn.sum()) == int(sound.sum()):
        return 0.0
    return 0.75 * float(np.abs(values[drawn]).min())


def keep_strongest(layers: Sequence[Array], most: int) -> list[NDArray[np.bool_]]:
    """Which connections of several layers are drawn: each layer's strongest, ``most`` in all.

    Args:
        layers: values (n, m) of each layer.
        most: how many in all; layers that have fewer leave their share to the others.
    """
    sizes = [np.where(np.isfinite(values), np.abs(values), 0.0) for values in layers]
    counts = sorted(int((size > 0).sum()) for size in sizes)
    # The largest number of a layer at which all of them together are not too many.
    left, share = most, most
    for rest, count in zip(range(len(counts), 0, -1), counts, strict=True):
        share = left // rest
        if count > share:
            break
        left -= count
    return [_strongest(size, share) for size in sizes]


def _strongest(sizes: Array, most: int) -> NDArray[np.bool_]:
    """The largest of these sizes, but for zeros; of equals some that are evenly spread."""
    flat = sizes.ravel()
    if int((flat > 0).sum()) <= most:
        return sizes > 0
    least = float(np.partition(flat, len(flat) - most)[len(flat) - most]) if most else np.inf
    kept = flat > least
    equal = np.flatnonzero((flat == least) & (flat > 0))
    missing = most - int(kept.sum())
    if missing:
        kept[equal[np.linspace(0, len(equal) - 1, missing).astype(int)]] = True
    return kept.reshape(sizes.shape)


class EdgeItem(pg.GraphicsObject):
    """Connections as smooth curves, coloured by sign, as wide and as opaque as they are strong."""

    def __init__(self, style: Style, *, bold: bool = False) -> None:
        super().__init__()
        self.look = style
        self.bold = bold
        self.bundles: list[Bundle] = []
        self.strokes: list[tuple[QPainterPath, int]] = []
        self._ground = QRectF()
        self.setAcceptedMouseButtons(pg.QtCore.Qt.MouseButton.NoButton)

    def set_bundles(self, bundles: Sequence[Bundle], ground: QRectF) -> None:
        """Draw these connections instead, on a ground of this size."""
        if ground != self._ground:
            self.prepareGeometryChange()
            self._ground = ground
        self.bundles = list(bundles)
        ends: list[list[Array]] = [[], [], [], []]
        strengths: list[NDArray[np.int_]] = []
        for bundle in self.bundles:
            for whole, end in zip(ends, bundle.ends(), strict=True):
                whole.append(end[bundle.drawn])
            strengths.append(levels(bundle.values, bundle.scale, bundle.floor)[bundle.drawn])
        self.strokes = []
        if strengths:
            x0, y0, x1, y1 = (np.concatenate(end) for end in ends)
            strength = np.concatenate(strengths)
            for size in range(1, LEVELS + 1):  # the strongest ones lie on top
                for level in (-size, size):
                    some = strength == level
                    if some.any():
                        path = self._path(x0[some], y0[some], x1[some], y1[some], size)
                        self.strokes.append((path, level))
        self.update()

    def _path(self, x0: Array, y0: Array, x1: Array, y1: Array, size: int) -> QPainterPath:
        """Curves as many strokes of one pixel: a wide pen takes Qt thirty times as long."""
        count = max(1, round(self.width(size) * self.look.line))
        third, slope = (x1 - x0) / 3, 1.5 * (y1 - y0) / np.maximum(x1 - x0, 1e-6)
        length = np.sqrt(1 + slope**2)
        aside = ((np.arange(count) - (count - 1) / 2) * 0.75 / self.look.line)[:, None]
        # Ends move up or down; the controls move so that the middle moves along its normal.
        across = -4 / 3 * aside * slope / length
        down = aside * (4 / 3 / length - 1 / 3)
        x = np.broadcast_arrays(x0, x0 + third + across, x1 - third + across, x1)
        y = np.broadcast_arrays(y0 + aside, y0 + down, y1 + down, y1 + aside)
        return cubics(*(np.stack(each, axis=-1).reshape(-1, 4) for each in (x, y)))

    def width(self, size: int) -> float:
        """Pixels of a connection of this strength."""
        part = (size - 1) / (LEVELS - 1)
        return 1 + (THICKEST - 1) * max(0.0, part - 0.2) / 0.8 + (0.6 if self.bold else 0.0)

    def pen(self, level: int) -> QPen:
        """What a connection of this strength is drawn with."""
        part = (abs(level) - 1) / (LEVELS - 1)
        colour = QColor(edge_colour(self.look, level))
        # Squared, so that many weak ones do not hide the few strong ones.
        opaque = FAINTEST + (STRONGEST - FAINTEST) * part**2
        colour.setAlphaF(min(1.0, opaque + (0.35 if self.bold else 0.0)))
        pen = QPen(colour, 1)
        pen.setCosmetic(True)
        return pen

    def boundingRect(self) -> QRectF:
        """All of the ground."""
        return QRectF(self._ground)

    def paint(self, painter: QPainter, *_: object) -> None:
        """Stroke by stroke, the weakest first."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for path, level in self.strokes:
            painter.setPen(self.pen(level))
            painter.drawPath(path)


def cubics(x: Array, y: Array) -> QPainterPath:
    """Cubic Bézier curves, each from its first point to its last, in one path.

    Written the way ``QDataStream`` reads a path, as ``pyqtgraph.arrayToQPath`` does for straight
    lines: point by point, a thousand curves take Python a frame's time.

    Args:
        x: of the curves' four points, (n, 4).
        y: the same.
    """
    path = QPainterPath()
    if not len(x):
        return path
    points = np.empty(x.size, dtype=[("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
    points["kind"] = np.tile(CUBIC, len(x))
    points["x"], points["y"] = x.ravel(), y.ravel()
    # The number of elements; behind them where the last subpath starts, and the fill rule.
    frame = struct.pack(">i", x.size), struct.pack(">ii", x.size - 4, 0)
    QDataStream(QByteArray(frame[0] + points.tobytes() + frame[1])) >> path
    return path


def edge_colour(style: Style, sign: int) -> str:
    """The colour of a connection: the ends of the diverging map, bright enough for the ground."""
    if style.name == "dark":
        return "#e07b3a" if sign < 0 else "#4f9fe0"
    return style.negative if sign < 0 else style.positive
