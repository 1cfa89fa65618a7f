"""What all views share: a panel, one verb for data, one for the style."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from html import escape
from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QGraphicsItem, QWidget

from initviz.focus import NEAREST, Focus
from initviz.parts import Part
from initviz.snapshot import Array, Pinned, Snapshot
from initviz.views.canvas import Canvas
from initviz.views.panel import Panel
from initviz.views.plot import Plot
from initviz.views.readout import Readout
from initviz.views.style import GLYPHS, SMALL_SIZE, TEXT_SIZE, Style
from initviz.views.zoom import SHARED, FineAxis, ZoomBox


class View(QObject):
    """One plot. Its items are made once for an experiment's shape, then fed.

    Attributes:
        name: the view's name in files and on the command line.
        title: its name on the screen.
        parts: the parts of a snapshot that it draws, whatever its switches say.
        panel: the widget to put into a page.
        pinned: the runs that stay in sight; views with curves over epochs or layers draw them.

    Signals:
        focus_asked(Focus): somebody wants to look closely at another lane, layer or neuron.
        epoch_asked(int): somebody wants to see another epoch.
        wants_changed(): ``wants`` gives other parts now.
    """

    focus_asked = Signal(object)
    epoch_asked = Signal(int)
    wants_changed = Signal()

    name: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    parts: ClassVar[frozenset[Part]] = frozenset()

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.focus = NEAREST
        self.canvas = Canvas(self.name)
        self.panel = Panel(self.title, self.canvas)
        self.panel.title.setToolTip(self.help)
        self.canvas.setAccessibleName(self.title)
        self.canvas.setAccessibleDescription(self.help)
        self.readout = Readout(self.canvas, self.value_at)
        self.canvas.zoomed.connect(self.panel.show_zoomed)
        self.canvas.double_clicked.connect(self.panel.enlarge_asked)
        self.panel.reset_asked.connect(self.canvas.reset_axes)
        self.snapshot: Snapshot | None = None
        self.pinned: tuple[Pinned, ...] = ()
        self._shape: object = None

    @property
    def widget(self) -> QWidget:
        """What is put into a page, and drawn in a picture."""
        return self.panel

    @property
    def caption(self) -> str:
        """What is shown, in words."""
        epoch = "" if self.snapshot is None else f", epoch {self.snapshot.epoch}"
        return f"{self.title}{epoch}"

    @property
    def wants(self) -> frozenset[Part]:
        """The parts of a snapshot that it draws as its switches stand."""
        return self.parts

    @property
    def names_all(self) -> bool:
        """Whether headers in it name every lane, for the other views of its page, too."""
        return False

    def key_lanes(self, snapshot: Snapshot) -> Sequence[int]:
        """The lanes that it shows without naming them, as a picture of it has to do."""
        return range(len(snapshot.experiment.lanes))

    def set_focus(self, focus: Focus) -> None:
        """Look closely at another lane, layer or neuron."""
        if focus != self.focus:
            self.focus = focus
            if self.snapshot is not None:
                self.show(self.snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Draw one epoch."""
        self.snapshot = snapshot
        shape = self.shape(snapshot)
        if shape != self._shape:
            self._shape = shape
            self.canvas.empty()
            self.build(snapshot)
        self.feed(snapshot)
        self.readout.refresh()

    def set_style(self, style: Style, *, redraw: bool = True) -> None:
        """Change colours; what is shown stays shown.

        Without ``redraw`` it is drawn in them the next time that it is shown a snapshot.
        """
        self.look = style
        self.canvas.setBackground(QColor(style.panel))
        self.panel.set_style(style)
        self.readout.set_style(style)
        self._shape = None
        if redraw and self.snapshot is not None:
            self.show(self.snapshot)

    def set_pinned(self, pinned: tuple[Pinned, ...]) -> None:
        """Draw these runs, too, in grey behind the one that is shown (see ``views.pinned``)."""
        if pinned != self.pinned:
            self.pinned = pinned
            self.redraw()

    def set_line(self, factor: float) -> None:
        """Draw lines ``factor`` times as wide; nothing else changes, and nothing moves."""
        self.look = dataclasses.replace(self.look, line=factor)
        if self.snapshot is not None:
            self.restyle_lines()

    def restyle_lines(self) -> None:
        """Give the lines that are there the pens of the present look."""
        raise NotImplementedError

    def shape(self, snapshot: Snapshot) -> object:
        """What the plot items depend on: they are made anew when this changes.

        Numbers do not belong here: making items anew takes longer than a frame may.
        """
        raise NotImplementedError

    def build(self, snapshot: Snapshot) -> None:
        """Make the plot items for snapshots of this shape on the empty canvas."""
        raise NotImplementedError

    def feed(self, snapshot: Snapshot) -> None:
        """Give the items the numbers of a snapshot."""
        raise NotImplementedError

    def value_at(self, position: QPointF) -> str:
        """Words and exact numbers of what is drawn at a place; "" where there is nothing.

        Such as "hidden 3 · Xavier uniform: ∂L/∂W rms 1.23e-4". It is asked while the mouse rests
        there, at every new snapshot, too.

        Args:
            position: in the coordinates of the canvas' scene. A view that can say which point
                this is of tells ``readout.point_out`` so.
        """
        return ""

    def redraw(self) -> None:
        """Make and feed the items again, after a switch was turned."""
        self._shape = None
        if self.snapshot is not None:
            self.show(self.snapshot)


def lane_colours(snapshot: Snapshot) -> list[int]:
    """The place in the palette of every lane."""
    return [int(lane.colour or 0) for lane in snapshot.experiment.lanes]


def lane_marks(snapshot: Snapshot) -> list[tuple[int, str]]:
    """(colour, title) of every lane."""
    return [(int(lane.colour or 0), lane.title) for lane in snapshot.experiment.lanes]


def lane_words(snapshot: Snapshot, lane: int) -> str:
    """A lane's mark and title, as they stand above its plot."""
    colour, title = lane_marks(snapshot)[lane]
    return f"{GLYPHS[colour]} {title}"


def gap_words(snapshot: Snapshot, numbers: Array) -> list[str]:
    """A line for every lane that has no finite number among these, (K,)."""
    return [
        f"{lane_words(snapshot, k)}: "
        + (f"diverged at epoch {since}" if since >= 0 else "not finite")
        for k, since in enumerate(snapshot.diverged_at)
        if not np.isfinite(numbers[k])
    ]


def add_plot(
    canvas: Canvas,
    style: Style,
    row: int,
    column: int,
    x: str | None = None,
    y: str | None = None,
    decades: Sequence[str] = (),
    rowspan: int = 1,
    colspan: int = 1,
    below: pg.AxisItem | None = None,
) -> Plot:
    """An empty plot in the house style: quiet axes that can be zoomed.

    ``x`` and ``y`` say what the axes show: those of one meaning are zoomed together, "epochs" and
    "layers" in all views, others in this one; an axis of no meaning by itself, and one that is
    ``FIXED`` never. ``decades`` are
    the sides, "left" or "bottom", whose positions are log₁₀ of what they stand for. An axis of its
    own ``below`` is left as it is.
    """
    box = ZoomBox(canvas.zooms, canvas.keys(row, column, x, y))
    axes = {side: FineAxis(side) for side in ("left", "bottom")}
    plot = Plot(box, axes if below is None else {**axes, "bottom": below})
    canvas.addItem(plot, row, column, rowspan, colspan)
    for (side, axis), meaning in zip(axes.items(), (y, x), strict=True):
        axis.decades, axis.counts = side in decades, meaning in SHARED
        axis.setPen(QColor(style.muted))
        axis.setTextPen(QColor(style.muted))
        axis.setTickFont(style.font(SMALL_SIZE))
        axis.label.setFont(style.font(SMALL_SIZE))
        axis.enableAutoSIPrefix(False)
        draw_once(axis)
        draw_once(axis.label)
        # Labels at the ends reach past the axis, and would be dropped.
        axis.setStyle(tickLength=4, tickTextOffset=4, hideOverlappingLabels=False)
    plot.layout.setContentsMargins(8, 2, 12, 0)
    return plot


def draw_once(item: QGraphicsItem) -> None:
    """Let Qt keep the item's picture until it changes: text and points are dear to draw."""
    item.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)


def behind_another(heights: NDArray[np.float64], tolerance: float) -> list[bool]:
    """Which curves lie on an earlier one and have to be dashed, so that both are seen.

    Args:
        heights: (points, K), as drawn; a gap (NaN) lies on a gap.
        tolerance: how far apart two curves are still one to the eye.
    """
    # A few hundred points tell, also of long curves.
    some = heights[:: max(1, len(heights) // 200)]
    gap = np.isnan(some)
    some = np.where(gap, 1e9, some)  # far from every value, and at no distance from other gaps
    near = np.abs(some[:, :, None] - some[:, None, :]) <= tolerance
    together = np.tril(near.mean(axis=0) > 0.7, -1)
    return [bool(row.any()) for row in together]


class Header(pg.LabelItem):
    """A lane's name above its plot; it takes the room that the plot leaves it, no more."""

    def __init__(self, canvas: Canvas, style: Style, row: int, column: int) -> None:
        super().__init__("")
        self.look = style
        self._wanted: tuple[object, ...] = ()
        draw_once(self.item)
        canvas.addItem(self, row, column)

    def updateMin(self) -> None:
        """pyqtgraph would widen the column to the text; it is the text that has to fit."""
        super().updateMin()
        self.setMinimumWidth(0)
        self.setPreferredWidth(0)

    def show(self, colour: int, title: str, figure: str = "") -> None:
        """Show the lane's mark, as much of its title as fits, and a figure behind it."""
        wanted = (colour, title, figure, round(self.width()))
        if wanted == self._wanted:
            return
        self._wanted = wanted
        for size in (TEXT_SIZE, SMALL_SIZE):
            metrics = QFontMetricsF(self.look.font(size))
            room = self.width() - metrics.horizontalAdvance(f"{GLYPHS[colour]}  {figure}") - 4
            if metrics.horizontalAdvance(title) <= room:
                break
        fitting = metrics.elidedText(title, Qt.TextElideMode.ElideRight, max(room, 0))
        self.setText(
            f'<span style="color:{self.look.lanes[colour]}">{GLYPHS[colour]}</span> '
            f"{escape(fitting)} "
            f'<span style="color:{self.look.muted}">{escape(figure)}</span>',
            color=self.look.text,
            size=f"{self.look.px(size)}px",
        )


def equal_columns(canvas: Canvas, columns: int) -> None:
    """Make the first columns of a canvas equally wide, whatever their labels say."""
    for column in range(columns):
        # A preference beyond what anybody gets: the layout then shares the room equally.
        canvas.ci.layout.setColumnPreferredWidth(column, 4000)
        canvas.ci.layout.setColumnStretchFactor(column, 1)
