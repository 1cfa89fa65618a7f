"""What views that draw a layer as an image share: one image for each lane in focus, one bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from initviz.focus import Focus
from initviz.parts import Part
from initviz.snapshot import LayerValues, Snapshot
from initviz.views.axes import number_ticks
from initviz.views.base import Header, View, add_plot, lane_marks
from initviz.views.label import Label
from initviz.views.marks import Hatch, Outline
from initviz.views.scale import GAP, Bytes, Cells, ColourBar
from initviz.views.style import SMALL_SIZE, Style

HEADER = 20
"""Pixels of a lane's name."""

TITLE = 50
"""Pixels that a lane's title keeps beside the figures."""

START = 0.5
"""Where the first row and column begin: the neuron with the number n lies at n."""

APART = 8
"""Pixels between images without numbers between them."""

SPACING = 4
"""Pixels between a canvas' columns and rows."""


class GridView(View):
    """Images of the layer in focus, neurons down, with a bar for their colours."""

    parts = frozenset({Part.VALUES})
    square: ClassVar[bool] = False
    zeros: ClassVar[bool] = False
    bottom: ClassVar[int] = 20

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.grids: list[Grid] = []
        self._arranged: object = None
        self._bar_width = 0
        self.canvas.scene().sigMouseClicked.connect(self._clicked)
        self.canvas.sigDeviceRangeChanged.connect(lambda *_: self._arrange())

    def restyle_lines(self) -> None:
        """There are none whose pens count device pixels."""

    def key_lanes(self, snapshot: Snapshot) -> Sequence[int]:
        """None: a header names every lane."""
        return ()

    def shape(self, snapshot: Snapshot) -> object:
        data = (snapshot.experiment.data, snapshot.experiment.seed)
        return (len(self.seen(snapshot).lanes), data)

    def build(self, snapshot: Snapshot) -> None:
        self._arranged = None
        self.grids = [Grid(self, place) for place in range(len(self.seen(snapshot).lanes))]
        self.bar = ColourBar(self.canvas, self.look, 1, len(self.grids), zeros=self.zeros)
        self.bar.plot.layout.setContentsMargins(0, 0, 0, self.look.px(self.bottom))

    def feed(self, snapshot: Snapshot) -> None:
        if not snapshot.values:
            return
        focus = self.seen(snapshot)
        self.draw(snapshot, focus, snapshot.values[focus.layer])
        self._arrange()

    def draw(self, snapshot: Snapshot, focus: Focus, layer: LayerValues) -> None:
        """Feed the grids, one for each of the lanes in focus."""
        raise NotImplementedError

    def axis(self, place: int) -> pg.AxisItem | None:
        """An axis of its own below a grid; None for one of numbers."""
        return None

    def neuron_at(self, place: int, row: int) -> int:
        """The neuron that a row of a grid shows."""
        return row

    def seen(self, snapshot: Snapshot) -> Focus:
        """The focus, as far as the snapshot has what it names."""
        return self.focus.within(snapshot.experiment)

    def at(self, position: QPointF) -> tuple[int, int, int] | None:
        """Which grid, row and column lies at a place of the scene."""
        for place, grid in enumerate(self.grids):
            box = grid.plot.vb
            if box.sceneBoundingRect().contains(position):
                point = box.mapSceneToView(position)
                row = int(np.floor(point.y() - START))
                column = int(np.floor(point.x() - START))
                rows, columns = grid.size
                if 0 <= row < rows and 0 <= column < columns:
                    return place, row, column
        return None

    def show_bar(self, level: float, *, positive: bool = False) -> None:
        """Show what the colours stand for."""
        self._bar_width = max(self.bar.show(level, positive=positive), 40)

    def fitting(self, *figures: str) -> str:
        """The first of these that leaves a lane's title some room in its header, or the last."""
        header = (self.canvas.width() - self._bar_width) / len(self.grids) - SPACING
        metrics = QFontMetricsF(self.look.font(SMALL_SIZE))
        room = header - self.look.px(TITLE)
        fitting = (f for f in figures if metrics.horizontalAdvance(f) <= room)
        return next(fitting, figures[-1])

    def _clicked(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        """Pin the neuron of a row, or let it go."""
        if self.snapshot is None or event.double() or event.button() != Qt.MouseButton.LeftButton:
            return
        found = self.at(event.scenePos())
        if found is not None:
            focus = self.seen(self.snapshot)
            neuron = self.neuron_at(found[0], found[1])
            pinned = None if neuron == focus.neuron else neuron
            self.focus_asked.emit(focus.replace(neuron=pinned))

    def _arrange(self) -> None:
        """Give grids of one row the same size, square if need be, and the bar what it needs."""
        if self.snapshot is None or not self.grids:
            return
        width, height = self.canvas.width(), self.canvas.height()
        lefts = [grid.left for grid in self.grids]
        wanted = (width, height, lefts, self._bar_width)
        if wanted == self._arranged:
            return
        self._arranged = wanted
        count, layout = len(self.grids), self.canvas.ci.layout
        inner = (width - self._bar_width - SPACING * count - sum(lefts)) / count
        header, bottom = self.look.px(HEADER), self.look.px(self.bottom)
        high = height - header - SPACING - bottom
        across, down = max(inner, 10.0), max(high, 10.0)
        if self.square:
            across = down = min(across, down)
        beside, below = max(inner - across, 0) * count, max(high - down, 0)
        layout.setContentsMargins(beside / 2, below / 2, beside / 2, below / 2)
        layout.setRowFixedHeight(0, header)
        layout.setRowFixedHeight(1, down + bottom)
        for column in range(layout.columnCount()):
            layout.setColumnFixedWidth(column, 0)
        for column, left in enumerate(lefts):
            layout.setColumnFixedWidth(column, left + across)
        layout.setColumnFixedWidth(count, self._bar_width)
        for grid in self.grids:
            grid.set_ticks(down, across, numbered=self.square)


class Rows:
    """The numbers of the neurons in a grid's rows.

    Of its own, since an axis keeps who gives it its texts: one that kept its grid, and so its
    plot, would keep itself, and no collector sees how a plot keeps its axes.
    """

    def __init__(self) -> None:
        self.names: NDArray[np.int_] | None = None

    def text(self, row: float) -> str:
        """The number of the neuron in a row."""
        place = round(row)
        if self.names is None or not 1 <= place <= len(self.names):
            return str(place)
        return str(int(self.names[place - 1]) + 1)


class Grid:
    """One lane's image: header, axes, hatching for gaps, an outline around what is pinned."""

    def __init__(self, view: GridView, place: int) -> None:
        self.look = style = view.look
        self.first = place == 0
        self.size = (0, 0)
        self.left = 0
        self.rows = Rows()
        self._pixels = (0.0, 0.0)
        self._numbered = False
        self._ticked: object = None
        self.header = Header(view.canvas, style, 0, place)
        self.plot = add_plot(
            view.canvas, style, 1, place, x="columns", y="rows", below=view.axis(place)
        )
        self.plot.getAxis("left").counts = self.plot.getAxis("bottom").counts = True
        self.plot.getAxis("left").text = self.rows.text
        self.plot.layout.setContentsMargins(0, 0, 0, 0)
        self.plot.invertY(True)
        self.plot.vb.setCursor(Qt.CursorShape.PointingHandCursor)
        self.plot.getAxis("bottom").setHeight(style.px(view.bottom))
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setStyle(tickLength=3, tickTextOffset=2)
        self.image = Cells(style)
        self.hatch, self.outline = Hatch(style), Outline()
        for item in (self.hatch, self.image, self.outline):
            self.plot.addItem(item, ignoreBounds=True)
        self.note = Label(style)
        self.note.setZValue(20)
        self.note.hide()
        self.plot.addItem(self.note, ignoreBounds=True)

    @property
    def names(self) -> NDArray[np.int_] | None:
        """The neuron of each row; None where that is the row."""
        return self.rows.names

    def show(
        self,
        cells: Bytes,
        size: tuple[int, int],
        names: NDArray[np.int_] | None = None,
        block: int = 1,
    ) -> None:
        """Show bytes (rows, columns).

        Args:
            cells: one for every number, or for so many numbers down and across.
            size: rows and columns of numbers.
            names: the neuron of each row; None where that is the row.
            block: how many numbers a cell stands for, down and across.
        """
        rows, columns = size
        rect = QRectF(START, START, cells.shape[1] * block, cells.shape[0] * block)
        self.image.show_bytes(cells, rect)
        self.hatch.set_rects([rect] if (cells == GAP).any() else [])
        self.rows.names = names
        if size != self.size:
            self.size = size
            ends = ((START, START + columns), (START, START + rows))
            self.plot.setRange(xRange=ends[0], yRange=ends[1], padding=0)
            self.note.setPos(START + columns / 2, START + rows / 2)
        self._show_axis(self.first or names is not None)
        self.set_ticks(*self._pixels, numbered=self._numbered)

    def _show_axis(self, shown: bool) -> None:
        """Show the neurons' numbers, or leave a gap in their place."""
        digits = QFontMetricsF(self.look.font(SMALL_SIZE)).horizontalAdvance(str(self.size[0]))
        left = round(digits) + 8 if shown else APART
        if left != self.left:
            self.left = left
            self.plot.showAxis("left", shown)
            self.plot.layout.setContentsMargins(0 if shown else APART, 0, 0, 0)
            if shown:
                self.plot.getAxis("left").setWidth(left)

    def set_ticks(self, down: float, across: float, *, numbered: bool) -> None:
        """Number the neurons of an image of so many pixels; ``numbered``: below it, too."""
        self._pixels = down, across
        self._numbered = numbered
        rows, columns = self.size
        names = None if self.names is None else self.names.tobytes()
        wanted = (down, across, numbered, self.size, names)
        if wanted == self._ticked or not (down and rows):
            return
        self._ticked = wanted
        ticks = []
        for number in number_ticks(rows, down, self.look.px(14)):
            ticks.append((number, self.rows.text(number)))
        self.plot.getAxis("left").setTicks([ticks, []])
        if numbered:
            room = QFontMetricsF(self.look.font(SMALL_SIZE)).horizontalAdvance(str(columns)) + 6
            numbers = number_ticks(columns, across, room)
            below = [(number, str(int(number))) for number in numbers]
            self.plot.getAxis("bottom").setTicks([below, []])

    def mark(self, rows: Sequence[int] = (), columns: Sequence[int] = ()) -> None:
        """Draw outlines around these rows and columns."""
        height, width = self.size
        self.outline.set_rects(
            [QRectF(START, START + row, width, 1) for row in rows]
            + [QRectF(START + column, START, 1, height) for column in columns]
        )

    def say(self, words: str) -> None:
        """Write words upon the image, in two lines if need be; "" for none."""
        self.note.say(words, self._pixels[1])

    def head(self, snapshot: Snapshot, lane: int, figure: str) -> None:
        """Show whose image this is."""
        self.header.show(*lane_marks(snapshot)[lane], figure)


def gap_words(snapshot: Snapshot, lane: int, *, finite: bool) -> str:
    """Why a lane has gaps; "" if it has none."""
    if snapshot.diverged[lane]:
        return f"diverged at epoch {snapshot.diverged_at[lane]}"
    return "" if finite else "not finite everywhere"
