"""Loss and score over the epochs, with the shown epoch as a line."""

from __future__ import annotations

import math
from operator import attrgetter

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt

from initviz.catalog.tasks import REGRESSION
from initviz.snapshot import Snapshot
from initviz.views.axes import DecadeRange, decades, room_above, top_decade
from initviz.views.base import (
    View,
    add_plot,
    behind_another,
    gap_words,
    lane_colours,
    lane_words,
)
from initviz.views.curves import Curve, LaneCurves, Series, step_of, thinned
from initviz.views.notes import Notes
from initviz.views.panel import Switch
from initviz.views.pinned import PinnedRuns, over_epochs
from initviz.views.readout import figure, place_in, points_near
from initviz.views.style import Style

USUAL = 1e3
"""How many times the loss of guessing a usual loss stays below."""

_SCORES = {
    "binary": "share of right answers",
    "classes": "share of right answers",
    "regression": "share of the variance explained",
}


class HistoryView(View):
    """Loss (log scale) or score of every lane, on the training or the test points."""

    name = "history"
    title = "Loss"
    help = (
        "The mean loss over the epochs, or the share of right answers (R² for a regression).\n"
        "The dotted line is a network that knows nothing: a loss of log 2 for two classes, log C "
        "for C, and 1, the variance, for a regression."
    )

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.figure = Switch(
            [
                ("loss", "loss", "The mean loss, on a log scale"),
                ("score", "score", "Share of right answers, or R² for a regression"),
            ]
        )
        self.part = Switch(
            [
                ("train", "train", "On the points that the network learns from"),
                ("test", "test", "On as many points that it never sees"),
            ]
        )
        for switch in (self.figure, self.part):
            switch.chosen.connect(lambda _: self.redraw())
            self.panel.add_tool(switch)
        self.range = DecadeRange(step=0.25)

    def restyle_lines(self) -> None:
        self.curves.set_look(self.look)
        self.grey.set_look(self.look)
        self._set_pens()

    def _set_pens(self) -> None:
        self.reference.setPen(self.look.pen(self.look.muted, 1, Qt.PenStyle.DotLine))
        self.cursor.setPen(self.look.pen(self.look.text, 1, Qt.PenStyle.DashLine))

    def shape(self, snapshot: Snapshot) -> object:
        facts = snapshot.experiment.data.facts
        return (lane_colours(snapshot), self.figure.value, facts.task, facts.outputs)

    def build(self, snapshot: Snapshot) -> None:
        self._bounds: tuple[float, float] | None = None
        self._end = 0
        loss = self.figure.value == "loss"
        facts = snapshot.experiment.data.facts
        self._task, self._classes = facts.task, len(facts.classes)
        score = self._task.score
        self.panel.title.setText("Loss" if loss else score[:1].upper() + score[1:])
        self.plot = add_plot(
            self.canvas, self.look, 0, 0, x="epochs", y=self.figure.value,
            decades=["left"] if loss else [],
        )  # fmt: skip
        self.plot.showGrid(y=True, alpha=0.2)
        self.plot.getAxis("bottom").setLabel("epoch")
        self._chance = self._task.guessing_loss(self._classes)
        guess = math.log10(self._chance) if loss else self._task.guessing_score(self._classes)
        self.reference = pg.InfiniteLine(guess, angle=0)
        self.plot.addItem(self.reference)
        self.grey = PinnedRuns(self.canvas, self.plot, self.look, self.pinned)
        self.curves = LaneCurves(self.look, marker=8)
        self.plot.addItem(self.curves)
        self.cursor = pg.InfiniteLine(0, angle=90)
        self._set_pens()
        self.plot.addItem(self.cursor)
        self.notes = Notes(self.plot, self.look)
        if not loss:
            self.plot.setYRange(-0.02, 1.02, padding=0)
            shares = (0, 0.25, 0.5, 0.75, 1)
            texts = [f"{s:g}" if self._task is REGRESSION else f"{100 * s:.0f} %" for s in shares]
            axis = self.plot.getAxis("left")
            if self._task is not REGRESSION:
                axis.text = lambda share: f"{100 * share:.4g} %"
            axis.setTicks([[*zip(shares, texts, strict=True)], []])

    def feed(self, snapshot: Snapshot) -> None:
        loss = self.figure.value == "loss"
        what = f"{self._task.loss}, log scale" if loss else _SCORES[self._task.name]
        points = "training" if self.part.value == "train" else "test"
        self.panel.subtitle.setText(f"{points} points, {what}")
        series = self._series(snapshot)
        comparable = [run.snapshot for run in self.pinned if self._is_comparable(run.snapshot)]
        end = max(snapshot.experiment.epochs, *(s.history.last for s in (snapshot, *comparable)))
        if end != self._end:
            self._end = end
            self.plot.setXRange(0, end, padding=0.02)
        self.range.follow((snapshot.run, self.part.value, self.pinned))
        x, few = thinned(series)
        now = snapshot.history.row(snapshot.epoch)
        marked = [[now, *end] for end in _ends(series.values)]
        place = {row: row for rows in marked for row in rows}
        if few is not series.values:
            # Marked points stand behind gaps of their own, so that no line leads to them.
            place = {row: len(x) + 2 * i + 1 for i, row in enumerate(place)}
            x = np.concatenate([x, np.repeat(series.epochs[[*place]].astype(np.float64), 2)])
            apart = np.full((2 * len(place), few.shape[1]), np.nan)
            apart[1::2] = series.values[[*place]]
            few = np.concatenate([few, apart])
        pinned = [thinned(self._series(run))[1] for run in comparable]
        if loss:
            self.range.top = top_decade([few, *pinned], USUAL * self._chance)
        for values in pinned:
            self.range.see(values)
        self.notes.show_diverged(snapshot, later=True)
        if loss:
            self._see_losses(few)
        heights = self._heights(few)
        low, high = self.range.bounds if loss else (0.0, 1.0)
        dashed = behind_another(heights, 0.004 * (high - low))
        self.curves.set_curves(
            [
                Curve(x, heights[:, k], colour, dashed[k], [place[row] for row in marked[k]])
                for k, colour in enumerate(lane_colours(snapshot))
            ]
        )
        self.grey.show((low, high), self._pinned_curves, self._pinned_note)
        self._read = series
        self.cursor.setValue(snapshot.epoch)

    def _series(self, snapshot: Snapshot) -> Series:
        """The chosen figure over the epochs."""
        return Series.of(snapshot.history, attrgetter(f"{self.part.value}_{self.figure.value}"))

    def _is_comparable(self, snapshot: Snapshot) -> bool:
        return snapshot.experiment.task is self._task

    def _pinned_curves(self, snapshot: Snapshot) -> list[Curve]:
        if not self._is_comparable(snapshot):
            return []
        x, few = thinned(self._series(snapshot))
        return over_epochs(snapshot, x, self._heights(few))

    def _pinned_note(self, snapshot: Snapshot) -> str:
        return "" if self._is_comparable(snapshot) else "another task: not drawn"

    def value_at(self, position: QPointF) -> str:
        if self.snapshot is None:
            return ""
        box = self.plot.vb
        near = points_near(box, self.curves.curves, position)
        history, read = self.snapshot.history, self._read
        epoch = place_in(box, position).x
        if not near and not 0 <= epoch <= history.last:
            return ""
        row = self._row(*near[0]) if near else history.row(epoch)
        numbers = read.values[row]
        score = self.figure.value == "score"
        lines = [
            f"{lane_words(self.snapshot, k)}: {self._words_of(row, k)}"
            for k in (k for k, point in near if self._row(k, point) == row)
        ]
        if near:
            self.readout.point_out(self.curves.place(box, *near[0]))
        elif np.isfinite(numbers).any():
            return ""
        what = f"{self.part.value} {self._task.score if score else 'loss'}"
        words = [f"epoch {read.epochs[row]} · {what}", *lines, *gap_words(self.snapshot, numbers)]
        return "\n".join(words)

    def _row(self, lane: int, point: int) -> int:
        """The row that a drawn point is of: one of those that it stands for, see ``thinned``."""
        curve, read = self.curves.curves[lane], self._read
        first = int(np.searchsorted(read.epochs, round(float(curve.x[point]))))
        rows = slice(first, first + step_of(len(read.epochs)))
        few = np.stack([each[rows, lane] for each in (read.values, read.low, read.high)], axis=1)
        return first + int(np.nanargmin(np.abs(self._heights(few) - curve.y[point]))) // 3

    def _words_of(self, row: int, lane: int) -> str:
        """The number of a row's epoch, and between which it was since the stride's row before."""
        value, low, high = (
            float(each[row, lane]) for each in (self._read.values, self._read.low, self._read.high)
        )
        if low == high or not np.isfinite([low, high]).all():
            return self._words(value)
        assert self.snapshot is not None
        # Rows that are there for somebody who looked begin no stretch of their own.
        stride = self.snapshot.history.stride
        since = (self._read.epochs[row] - 1) // stride * stride + 1
        between = f"{self._words(low)} to {self._words(high)} since epoch {since}"
        return f"{self._words(value)} ({between})"

    def _words(self, value: float) -> str:
        share = self.figure.value == "score" and self._task is not REGRESSION
        return f"{100 * value:.4g} %" if share else figure(value)

    def _heights(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where values are drawn. An R² below 0 rests on the floor."""
        if self.figure.value == "loss":
            return np.minimum(decades(values, self.range.floor), self.range.top)
        return np.maximum(values, 0)

    def _height(self) -> float:
        """Pixels of the plot, in which a line of notes is as high at every size of text."""
        return float(self.plot.vb.height()) / self.look.text_scale

    def _see_losses(self, values: NDArray[np.float64]) -> None:
        self.range.see(values)
        self.range.see(np.array([self._chance]))
        low, high = self.range.bounds
        lines = self.notes.text.count("<br>") + 1 if self.notes.text else 0
        # Without notes there is no need of room: a marker upon the edge is seen.
        top = room_above(low, high, self._height(), lines) if lines else high
        if self._bounds != (low, top):
            self._bounds = low, top
            self.plot.setYRange(low, top, padding=0)
            chance = math.log10(self._chance)
            # Where decades stand close together, "log 2" would lie on "1".
            near = (high - low) / 15
            ticks = [t for t in self.range.ticks()[0] if abs(t[0] - chance) > near]
            guess = self._task.guessing_text(self._classes)
            self.plot.getAxis("left").setTicks([[*ticks, (chance, guess)], []])


def _ends(values: NDArray[np.float64]) -> list[list[int]]:
    """The last finite row of every lane that ends in a gap; it may be a single point."""
    ends: list[list[int]] = [[] for _ in values.T]
    for lane in np.flatnonzero(~np.isfinite(values[-1])):
        finite = np.flatnonzero(np.isfinite(values[:, lane]))
        ends[lane] = [int(finite[-1])] if len(finite) else []
    return ends
