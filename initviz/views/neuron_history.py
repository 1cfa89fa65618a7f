"""One pinned neuron over the epochs: its activations, and its weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from initviz.parts import NeuronHistory
from initviz.snapshot import Array, Snapshot
from initviz.views.axes import round_ticks, tick_text
from initviz.views.base import add_plot, lane_colours
from initviz.views.canvas import Canvas
from initviz.views.curves import Curve, LaneCurves
from initviz.views.network_words import number
from initviz.views.overplot import OverPlot
from initviz.views.style import SMALL_SIZE, Style

HUGE = 1e30
"""Values are drawn up to this size."""


class Band(OverPlot):
    """The room between two curves, for each lane."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.areas: list[tuple[QPainterPath, int]] = []

    def set_areas(self, areas: list[tuple[Array, Array, Array, int]]) -> None:
        """Fill these: x, low, high (n,), and the lane's colour; gaps end them."""
        self.areas = []
        for x, low, high, colour in areas:
            sound = np.isfinite(low) & np.isfinite(high)
            path = QPainterPath()
            if sound.sum() > 1:
                around_x = np.concatenate([x[sound], x[sound][::-1]])
                around_y = np.concatenate([low[sound], high[sound][::-1]])
                path = pg.arrayToQPath(around_x, around_y, connect="all")
                path.closeSubpath()
            self.areas.append((path, colour))
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Fill every area faintly."""
        painter.setPen(pg.mkPen(None))
        for path, colour in self.areas:
            shade = QColor(self.look.lanes[colour])
            shade.setAlphaF(0.2)
            painter.setBrush(shade)
            painter.drawPath(path)


class NeuronPlots:
    """Two small plots over the epochs: mean ± deviation of a; ‖w_in‖ and the bias."""

    def __init__(
        self,
        canvas: Canvas,
        style: Style,
        places: Sequence[tuple[int, int, int, int]],
        *,
        stacked: bool,
    ) -> None:
        """``places`` are (row, column, rows, columns); ``stacked`` plots share one axis."""
        self.look = style
        self.shown: NeuronHistory | None = None
        self._subject: object = None
        self._ranges: list[tuple[float, float] | None] = [None, None]
        self._drawn: list[tuple[float, float] | None] = [None, None]
        self._end = 0.0
        self.stacked = stacked
        self.plots = [
            add_plot(canvas, style, row, column, rowspan=rows, colspan=columns)
            for row, column, rows, columns in places
        ]
        self.curves = [LaneCurves(style) for _ in places]
        self.bias = [pg.PlotCurveItem(connect="finite") for _ in range(2)]
        self.band = Band(style)
        self.cursors = [pg.InfiniteLine(angle=90, pen=style.pen(style.muted)) for _ in places]
        self.plots[0].addItem(self.band)
        for plot, curves, cursor, title in zip(
            self.plots, self.curves, self.cursors,
            ("a: mean ± deviation", "‖w_in‖ —  bias ···"), strict=True,
        ):  # fmt: skip
            plot.layout.setContentsMargins(0, 0, 6, 0)
            plot.addItem(curves)
            plot.addItem(cursor)
            plot.setTitle(
                title, color=style.muted, size=f"{style.px(SMALL_SIZE)}px", justify="left"
            )
            plot.titleLabel.setMaximumHeight(style.px(16))
            plot.layout.setRowFixedHeight(0, style.px(16))
            plot.getAxis("left").setWidth(style.px(38))
        if stacked:
            self.plots[0].getAxis("bottom").setStyle(showValues=False)
            self.plots[0].getAxis("bottom").setHeight(5)
        for item in self.bias:
            self.plots[1].addItem(item)

    def set_look(self, look: Style) -> None:
        """Draw the same curves in another look."""
        self.look = look
        for curves in self.curves:
            curves.set_look(look)
        for cursor in self.cursors:
            cursor.setPen(look.pen(look.muted))
        if self.shown is not None:
            self._draw_bias(self.shown, [item.opts["pen"].color().name() for item in self.bias])

    def show_history(self, snapshot: Snapshot, history: NeuronHistory | None) -> None:
        """Draw one neuron's history; None clears the plots."""
        self.shown = history
        end = max(snapshot.experiment.epochs, snapshot.history.last, 1)
        if end != self._end:
            self._end = end
            for plot in self.plots:
                plot.setXRange(0, end, padding=0.02)
            ticks = [(float(t), f"{t:g}") for t in round_ticks(0, end, min(end, 4))]
            for plot in self.plots:
                plot.getAxis("bottom").setTicks([ticks, []])
        for cursor in self.cursors:
            cursor.setValue(snapshot.epoch)
        if history is None:
            self.band.set_areas([])
            for curves in self.curves:
                curves.set_curves([])
            for item in self.bias:
                item.setData([], [])
            return
        subject = (snapshot.run, history.lanes, history.layer, history.neuron)
        if subject != self._subject:
            self._subject = subject
            self._ranges = [None, None]
        colours = [lane_colours(snapshot)[lane] for lane in history.lanes]
        x = history.epochs.astype(np.float64)
        with np.errstate(all="ignore"):
            low, high = history.mean - history.deviation, history.mean + history.deviation
        mean, low, high, norm = (
            _drawable(v) for v in (history.mean, low, high, history.incoming)
        )  # fmt: skip
        bias = _drawable(history.bias)
        self._see(0, np.concatenate([low, high, mean]))
        self._see(1, np.concatenate([norm, bias]))
        self.band.set_areas([(x, low[i], high[i], colour) for i, colour in enumerate(colours)])
        for curves, values in zip(self.curves, (mean, norm), strict=True):
            at = np.flatnonzero(history.epochs == snapshot.epoch).tolist()
            curves.set_curves(
                [Curve(x, values[i], colour, marked=at) for i, colour in enumerate(colours)]
            )
        self._draw_bias(history, [self.look.lanes[colour] for colour in colours])
        for place, plot in enumerate(self.plots):
            wanted = self._ranges[place] or (0.0, 1.0)
            if wanted != self._drawn[place]:
                self._drawn[place] = wanted
                plot.setYRange(*wanted, padding=0.06)
                ticks = [(t, tick_text(t)) for t in round_ticks(*wanted, 5)]
                plot.getAxis("left").setTicks([ticks, []])

    def words_at(self, position: QPointF) -> str:
        """The figures of the epoch at a place of the scene; "" beside the plots."""
        history = self.shown
        if history is None or not len(history.epochs):
            return ""
        for plot in self.plots:
            if plot.vb.sceneBoundingRect().contains(position):
                epoch = plot.vb.mapSceneToView(position).x()
                at = int(np.abs(history.epochs - epoch).argmin())
                lines = [f"epoch {history.epochs[at]}"]
                for name, values in (
                    ("mean", history.mean), ("deviation", history.deviation),
                    ("‖w_in‖", history.incoming), ("‖w_out‖", history.outgoing),
                    ("bias", history.bias),
                ):  # fmt: skip
                    numbers = [number(float(v)) for v in values[:, at] if not np.isnan(v)]
                    if numbers:
                        lines.append(f"{name} {' | '.join(numbers)}")
                return "\n".join(lines)
        return ""

    def _draw_bias(self, history: NeuronHistory, colours: list[str]) -> None:
        x, bias = history.epochs.astype(np.float64), _drawable(history.bias)
        for i, item in enumerate(self.bias):
            if i < len(bias):
                item.setData(x, bias[i])
                item.setPen(self.look.pen(colours[i], 1.0, pg.QtCore.Qt.PenStyle.DotLine))
            else:
                item.setData([], [])

    def _see(self, place: int, values: NDArray[np.float64]) -> None:
        """Widen the range, which never shrinks while the same neuron is shown."""
        values = values[np.isfinite(values)]
        if not len(values):
            return
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        known = self._ranges[place]
        if known is not None:
            low = low if low >= known[0] else min(low - 0.1 * (high - low), known[0])
            high = high if high <= known[1] else high + 0.1 * (high - low)
            low, high = min(low, known[0]), max(high, known[1])
        if high - low < 1e-12 * max(abs(low), abs(high), 1e-30) or high == low:
            low, high = low - 0.5, high + 0.5
        self._ranges[place] = (low, high)


def _drawable(values: Array) -> NDArray[np.float64]:
    """Finite values that Qt can draw; the rest are gaps."""
    sound = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    return np.clip(sound, -HUGE, HUGE)
