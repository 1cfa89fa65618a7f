"""Samples in the order of their classes, and the axis that says which is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from initviz.catalog.tasks import REGRESSION
from initviz.snapshot import Snapshot
from initviz.views.answers import colouring
from initviz.views.axes import tick_text
from initviz.views.style import SMALL_SIZE, Style

STRIP = 5
"""Pixels of the coloured strip."""

LEAST_TEXT = 9
"""Pixels of a band under which it has no room for a word."""


@dataclass(frozen=True)
class Band:
    """Neighbouring samples of one class, or of much the same target.

    Attributes:
        start, stop: places in the order; the sample at ``stop`` is no longer one of them.
        colour: that of their points over the plane.
    """

    start: int
    stop: int
    colour: str


@dataclass(frozen=True)
class SampleOrder:
    """How samples are sorted.

    Attributes:
        order: (n,), the samples' numbers, from 0, in their new order.
        labels: (n,), class or target of each, in the new order.
        bands: from the first to the last.
        words: (place, from 0 for the left end of the text to 1 for its right end, text, room),
            what is written below; the room is in samples.
        classes: the names of the classes; () for a regression.
    """

    order: NDArray[np.int_]
    labels: NDArray[np.float64]
    bands: Sequence[Band]
    words: Sequence[tuple[float, float, str, float]]
    classes: Sequence[str]

    def describe(self, place: int) -> str:
        """What a sample is, by its place in the order: "sample 17 (class 1)"."""
        label = self.labels[place]
        if self.classes:
            kind = f"class {self.classes[int(label)].removeprefix('class ')}"
        else:
            kind = f"target {tick_text(float(label))}"
        return f"sample {self.order[place] + 1} ({kind})"


def sample_order(snapshot: Snapshot, samples: int, style: Style) -> SampleOrder:
    """The first training points sorted by class, or by target; equal ones stay in order."""
    facts = snapshot.experiment.data.facts
    labels = np.zeros(samples)
    known = snapshot.plane.labels[:samples]
    labels[: len(known)] = known
    order = np.argsort(labels, kind="stable")
    labels = labels[order]
    bands = []
    for mark in colouring(style, facts, snapshot.plane).marks(labels):
        places = np.flatnonzero(mark.chosen)
        if len(places):
            bands.append(Band(int(places[0]), int(places[-1]) + 1, mark.fill))
    if facts.task is REGRESSION:
        ends = [(0.0, 0.0, 0), (samples / 2, 0.5, samples // 2), (float(samples), 1.0, samples - 1)]
        words = [(at, anchor, tick_text(float(labels[i])), samples / 3) for at, anchor, i in ends]
        return SampleOrder(order, labels, bands, words, ())
    words = []
    for band in bands:
        name = facts.classes[int(labels[band.start])]
        words.append(((band.start + band.stop) / 2, 0.5, name, float(band.stop - band.start)))
    return SampleOrder(order, labels, bands, words, facts.classes)


class ClassAxis(pg.AxisItem):
    """A strip in the colours of the classes, and their names below it."""

    def __init__(self, style: Style) -> None:
        super().__init__("bottom")
        self.look = style
        self.samples: SampleOrder | None = None
        self.setHeight(style.px(STRIP + 17))

    def show_samples(self, samples: SampleOrder) -> None:
        """Say of which classes these are."""
        if samples is not self.samples:
            self.samples = samples
            self.update()

    def texts(self) -> list[tuple[float, str]]:
        """(left end in pixels, text) of the words that fit."""
        if self.samples is None:
            return []
        metrics = QFontMetricsF(self.look.font(SMALL_SIZE))
        found = []
        for at, anchor, text, room in self.samples.words:
            width = room * self._scale()[1] - 2
            if metrics.horizontalAdvance(text) > width:
                text = text.removeprefix("class ")
            if width >= LEAST_TEXT or metrics.horizontalAdvance(text) <= width:
                fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
                place, wide = self._place(at), metrics.horizontalAdvance(fitting)
                # Where less than all is shown, a band's middle may be beyond the ends.
                if fitting != "…" and 0 <= place <= self.width():
                    left = min(max(place - anchor * wide, 0.0), self.width() - wide)
                    found.append((left, fitting))
        return found

    def paint(self, painter: QPainter, *_: object) -> None:
        """Paint strip and words."""
        if self.samples is None:
            return
        painter.setClipRect(QRectF(0, 0, self.width(), self.height()))
        for band in self.samples.bands:
            left, right = self._place(band.start), self._place(band.stop)
            painter.fillRect(QRectF(left, 2, right - left, STRIP), QColor(band.colour))
        painter.setFont(self.look.font(SMALL_SIZE))
        painter.setPen(QColor(self.look.muted))
        baseline = STRIP + 3 + QFontMetricsF(self.look.font(SMALL_SIZE)).ascent()
        for left, text in self.texts():
            painter.drawText(round(left), round(baseline), text)

    def _scale(self) -> tuple[float, float]:
        """The sample at the left end, and the pixels of a sample."""
        (left, right), _ = self.linkedView().viewRange()
        return left, self.width() / max(right - left, 1e-9)

    def _place(self, at: float) -> float:
        """The pixel of the border in front of a sample: the first one's centre lies at 1."""
        left, pixels = self._scale()
        return (at + 0.5 - left) * pixels
