"""Small pictures of the datasets, for the list that one chooses from.

They are drawn from the data itself, when the list is opened for the first time: making the points
takes a second, and scikit-learn. A thread makes them, the window's timer fetches them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate

from initviz.catalog.datasets import DATASETS, Dataset
from initviz.catalog.parameter import complete
from initviz.catalog.tasks import BINARY, REGRESSION
from initviz.report import tell
from initviz.views.answers import CLASS_COLOURS
from initviz.views.style import Style

SIDE, SMALL_SIDE, MARGIN, DOT = 32, 14, 2, 2.4
LIST_WIDTH = 210
MOST_DOTS = 120
LOOK_MS = 40


@dataclass(frozen=True)
class Thumbnail:
    """What a picture shows.

    Attributes:
        points: (n, 2), in the unit square, the second axis upwards.
        shades: (n,), the number of the class, or the place of the target from 0 to 1.
        regression, binary: how the shades are coloured.
    """

    points: NDArray[np.float64]
    shades: NDArray[np.float64]
    regression: bool
    binary: bool


def thumbnail(dataset: Dataset) -> Thumbnail:
    """A few points of a dataset with its usual settings, in the plane that is drawn of it."""
    asked = {"samples": MOST_DOTS} if "samples" in (p.name for p in dataset.parameters) else {}
    values = complete(dataset.label, dataset.parameters, asked)
    facts = dataset.facts(values)
    x, y = dataset.make(values, 1)[0]
    # Not every fourth or so: some sets go through their classes in turn.
    chosen = np.random.default_rng(1).permutation(len(x))[:MOST_DOTS]
    x, y = x[chosen], y[chosen]
    deviation = x.std(axis=0)
    x = (x - x.mean(axis=0)) / np.where(deviation < 1e-12, 1, deviation)
    if x.shape[1] > 2:
        x = x @ np.linalg.svd(x, full_matrices=False)[2][:2].T
    low, high = x.min(axis=0), x.max(axis=0)
    half = max(float((high - low).max()) / 2, 1e-9)
    regression = facts.task is REGRESSION
    if regression:
        y = (y - y.min()) / max(float(np.ptp(y)), 1e-9)
    return Thumbnail((x - (low + high) / 2) / (2 * half) + 0.5, y, regression, facts.task is BINARY)


def picture(shown: Thumbnail, style: Style, ratio: float = 1.0) -> QPixmap:
    """A thumbnail in a style, for a screen with so many pixels to the point."""
    pixmap = QPixmap(QSize(SIDE, SIDE) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(style.neutral))
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ramp = style.diverging()
        for (across, up), shade in zip(shown.points, shown.shades, strict=True):
            painter.setBrush(_colour(shown, float(shade), ramp, style))
            room = SIDE - 2 * MARGIN
            centre = QPointF(MARGIN + across * room, MARGIN + (1 - up) * room)
            painter.drawEllipse(centre, DOT / 2, DOT / 2)
    return pixmap


def _colour(shown: Thumbnail, shade: float, ramp: NDArray[np.ubyte], style: Style) -> QColor:
    if shown.regression:
        return QColor(*map(int, ramp[int(255 * shade)]))
    if shown.binary:
        return QColor(style.positive_mark if shade else style.negative_mark)
    return QColor(CLASS_COLOURS[int(shade) % len(CLASS_COLOURS)])


class Thumbnails(QObject):
    """Puts the pictures into a list of datasets, once that has been opened.

    Args:
        combo: whose items have the names of datasets as their data; the pictures' parent.
    """

    def __init__(self, combo: QComboBox) -> None:
        super().__init__(combo)
        self._combo = combo
        # Small in the closed list, and large, with room for the whole name, in the open one.
        combo.setIconSize(QSize(SMALL_SIDE, SMALL_SIDE))
        combo.setItemDelegate(QStyledItemDelegate(combo))  # it heeds the view's size, not the box's
        combo.view().setIconSize(QSize(SIDE, SIDE))
        combo.view().setMinimumWidth(LIST_WIDTH)
        combo.setMaxVisibleItems(len(DATASETS))
        for place in range(combo.count()):  # the list has its height before the pictures come
            combo.setItemData(place, QSize(0, SIDE + 2), Qt.ItemDataRole.SizeHintRole)
        self._style: Style | None = None
        self.made: dict[str, Thumbnail] = {}
        self._fresh: queue.SimpleQueue[tuple[str, Thumbnail]] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Make the pictures, if nobody has yet."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, name="initviz-thumbnails", daemon=True
            )
            self._thread.start()
            self._timer.start(LOOK_MS)

    def set_style(self, style: Style) -> None:
        """Draw the pictures in another style."""
        self._style = style
        for name in self.made:
            self._show(name)

    def close(self) -> None:
        """End the thread, after the dataset it is at."""
        self._timer.stop()
        self._closed.set()
        if self._thread is not None:
            self._thread.join(10)

    def _work(self) -> None:
        for name, shown in _thumbnails():
            if self._closed.is_set():
                return
            self._fresh.put((name, shown))

    def _look(self) -> None:
        while not self._fresh.empty():
            name, shown = self._fresh.get()
            self.made[name] = shown
            self._show(name)
        if self._thread is not None and not self._thread.is_alive() and self._fresh.empty():
            self._timer.stop()

    def _show(self, name: str) -> None:
        place = self._combo.findData(name)
        if self._style is not None and place >= 0:
            ratio = self._combo.devicePixelRatioF()
            icon = QIcon(picture(self.made[name], self._style, ratio))
            self._combo.setItemIcon(place, icon)


def _thumbnails() -> Iterator[tuple[str, Thumbnail]]:
    for dataset in DATASETS.values():
        try:
            yield dataset.name, thumbnail(dataset)
        except Exception as error:  # a list without one picture is better than none
            tell(error, f"drawing a thumbnail of {dataset.name}")
