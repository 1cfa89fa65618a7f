"""The items of the network view: a pane for each lane, captions, legend, the pinned neuron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from initviz.focus import Focus
from initviz.views import legend, strip
from initviz.views.answers import colouring
from initviz.views.arrangement import Arrangement
from initviz.views.base import Header, lane_marks
from initviz.views.canvas import Canvas
from initviz.views.captions import Caption
from initviz.views.choice import Neuron
from initviz.views.inside import UPDATE, WEIGHT, Inside
from initviz.views.lane_network import MOST_EDGES, LaneNetwork
from initviz.views.legend import Legend, LegendText
from initviz.views.neuron_detail import TALL, WIDE, WIDTH, NeuronDetail, Place
from initviz.views.pane import FADED, Hit, Pane
from initviz.views.sight import Sight
from initviz.views.strip import Strip
from initviz.views.style import Style

STRIP_ROW, LEGEND_ROW, BELOW_ROW = 5, 6, 7
"""Rows of the canvas' grid: headers, four that a detail shares, strip, legend, a detail below."""

BETWEEN = 16.0
"""Pixels between two lanes, and before a detail."""

NARROW, LOW = 520.0, 500.0
"""Pixels of width from which a detail stands beside the network, and of height below it."""


@dataclass(frozen=True)
class Options:
    """How the network is drawn.

    Attributes:
        kind: what belongs to the connections.
        each: whether every tile has colours of its own.
        focus: whose layer is marked.
        pinned: the neuron in focus.
        chosen: neurons that somebody chose to see.
    """

    kind: str
    each: bool
    focus: Focus
    pinned: Neuron | None
    chosen: frozenset[Neuron]


def place_of_detail(canvas: Canvas, lanes: int) -> Place | None:
    """Where the pinned neuron is shown closely; None where there is no room."""
    width, height = float(canvas.width()), float(canvas.height())
    if width >= NARROW and height >= 200:
        tall = height >= TALL
        portrait = min(190.0, (0.33 if tall else 0.37) * height)
        bars = min(90.0, 0.18 * height) * (1.3 if lanes > 1 and tall else 1.0)
        return Place(0, lanes, tall, portrait, bars)
    if height >= LOW:
        return Place(BELOW_ROW, 0, False, 110.0, 54.0)
    return None


class Stage(QObject):
    """All items, made for a number of lanes and a place of the detail.

    Signals:
        clicked, dragged, wheeled, pointed, resized: as those of the panes.
        moved(float): of the strip.
    """

    clicked = Signal(object, bool)
    dragged = Signal(object)
    wheeled = Signal(float, object, bool)
    pointed = Signal(object)
    resized = Signal()
    moved = Signal(float)

    def __init__(
        self, canvas: Canvas, style: Style, inside: Inside, place: Place | None
    ) -> None:  # fmt: skip
        super().__init__()
        self.look = style
        snapshot = inside.snapshot
        lanes = len(inside.lanes)
        colours = colouring(style, snapshot.experiment.data.facts, snapshot.plane)
        beside = place is not None and place.row == 0
        self._prepare_grid(canvas, lanes, place, beside)
        span = lanes if beside or place is None else 2
        self.headers: list[Header] = []
        self.panes: list[Pane] = []
        for i in range(lanes):
            across = span if lanes == 1 else 1
            if lanes > 1:
                self.headers.append(Header(canvas, style, 0, i))
            pane = Pane(style)
            canvas.addItem(pane, 1, i, rowspan=4, colspan=across)
            for name in ("clicked", "dragged", "wheeled", "pointed", "resized"):
                getattr(pane, name).connect(getattr(self, name))
            self.panes.append(pane)
        self.networks = [
            LaneNetwork(pane, i, style, colours) for i, pane in enumerate(self.panes)
        ]  # fmt: skip
        self.strip = Strip(style)
        self.strip.moved.connect(self.moved)
        self.legend = Legend(style)
        canvas.addItem(self.strip, STRIP_ROW, 0, colspan=span)
        canvas.addItem(self.legend, LEGEND_ROW, 0, colspan=span)
        self.detail = None
        if place is not None:
            below = LEGEND_ROW - 4 if beside else 0
            self.detail = NeuronDetail(canvas, style, inside, colours, place, below)
        canvas.ci.layout.activate()

    def _prepare_grid(
        self, canvas: Canvas, lanes: int, place: Place | None, beside: bool
    ) -> None:  # fmt: skip
        layout = canvas.ci.layout
        # The grid remembers what the items before these asked for.
        for row in range(BELOW_ROW + 6):
            layout.setRowMinimumHeight(row, 0)
            layout.setRowMaximumHeight(row, 16_000)
            layout.setRowPreferredHeight(row, 0)
            layout.setRowStretchFactor(row, 0)
        for column in range(5):
            layout.setColumnMinimumWidth(column, 0)
            layout.setColumnMaximumWidth(column, 16_000)
            layout.setColumnPreferredWidth(column, 0)
            layout.setColumnStretchFactor(column, 0)
            layout.setColumnSpacing(column, 0)
        shared = range(1, 5)
        for row in shared:
            layout.setRowStretchFactor(row, 1)
            layout.setRowPreferredHeight(row, 4000)
        network = max(lanes, 1 if place is None or beside else 2)
        for column in range(network):
            layout.setColumnStretchFactor(column, 1)
            layout.setColumnPreferredWidth(column, 4000)
            if column + 1 < network or beside:
                layout.setColumnSpacing(column, BETWEEN)
        if beside:
            wide = self.look.px(WIDE if canvas.width() > 1100 else WIDTH)
            for column in (lanes, lanes + 1):
                layout.setColumnFixedWidth(column, wide / 2)
        elif place is not None:
            layout.setRowFixedHeight(BELOW_ROW + 3, 110)
            layout.setRowFixedHeight(BELOW_ROW + 4, 0)
        layout.setVerticalSpacing(0)
        layout.setRowFixedHeight(0, self.look.px(20) if lanes > 1 else 0)
        layout.setRowFixedHeight(STRIP_ROW, strip.HEIGHT)
        layout.setRowFixedHeight(LEGEND_ROW, self.look.px(legend.HEIGHT))

    @property
    def window(self) -> QRectF:
        """What a pane shows of its ground."""
        return self.panes[0].window

    def draw(
        self, inside: Inside, arrangement: Arrangement, sight: Sight, options: Options
    ) -> None:  # fmt: skip
        """Draw a snapshot."""
        for network in self.networks:
            network.pane.show_arrangement(arrangement, QPointF(sight.offset))
            network.show(
                inside, options.kind, each=options.each, most=MOST_EDGES // len(self.networks),
                chosen=options.chosen,
            )  # fmt: skip
            network.pane.captions.set_captions(
                self._captions(inside, arrangement, network.pane, options)
            )
        counts = [network.counts() for network in self.networks]
        for k, header in enumerate(self.headers):
            colour, title = lane_marks(inside.snapshot)[inside.lanes[k]]
            header.show(colour, title, _count_words(counts[k]))
        self._draw_strip(arrangement, sight, options.focus)
        self.legend.show_text(self._legend(inside, arrangement, options, counts))
        if self.detail is not None and options.pinned is not None:
            self.detail.show(inside, self.networks, *options.pinned)

    def _captions(
        self, inside: Inside, arrangement: Arrangement, pane: Pane, options: Options
    ) -> list[Caption]:
        left = pane.offset.x()
        seen = arrangement.columns_between(pane.window.left(), pane.window.right())
        columns = arrangement.columns
        captions = []
        for i in seen:
            column = columns[i]
            x = column.x - left
            if not 0 <= x <= pane.window.width():
                continue
            apart = [abs(columns[j].x - column.x) for j in (i - 1, i + 1) if 0 <= j < len(columns)]
            room = min(min(apart) - 4, 2 * min(x, pane.window.width() - x))
            marked = column.layer == options.focus.layer
            captions.append(
                Caption(column.layer, inside.name(column.layer), x, column.rest, room, marked)
            )
        return captions

    def _draw_strip(self, arrangement: Arrangement, sight: Sight, focus: Focus) -> None:
        self.strip.setVisible(sight.overflows)
        whole = arrangement.width
        blocks = [(c.left / whole, c.right / whole) for c in arrangement.columns]
        self.strip.set_blocks(blocks, sight.seen, focus.layer + 1)

    def _legend(
        self,
        inside: Inside,
        arrangement: Arrangement,
        options: Options,
        counts: Sequence[tuple[int, int, int]],
    ) -> LegendText:
        bound = None if options.each else inside.bounded()
        low, high = "−max", f"max of {'the neuron' if options.each else 'the layer'}"
        if bound is not None:
            low, high = f"−{bound:g}", f"{bound:g}"
        what = {WEIGHT: "weight", UPDATE: "update"}.get(options.kind, "gradient")
        drawn = sum(network.drawn for network in self.networks)
        total = sum(network.total for network in self.networks)
        edges = f"{what}: wide = large"
        if drawn < total:
            edges = f"{what}: strongest {drawn:,} of {total:,}"
        if options.kind == UPDATE and inside.snapshot.updates is None:
            edges = "no update before the first step"
        dead, stuck, groups = (sum(c[i] for c in counts) for i in range(3))
        seen = len(self.networks[0].columns)
        return LegendText(
            f"activation {low}", high, edges, dead, stuck, groups,
            where="in the layers seen" if seen < len(arrangement.columns) else "",
            counted=len(self.networks) == 1,
        )  # fmt: skip

    def light(self, inside: Inside, hovered: Hit | None, pinned: Neuron | None) -> None:
        """Let what is under the mouse, or else the pinned neuron, stand out."""
        neuron, edge = pinned, None
        if hovered is not None and hovered.neuron is not None:
            neuron = (hovered.layer, hovered.neuron)
            if hovered.source is not None:
                edge = (hovered.layer, hovered.source, hovered.neuron)
        for network in self.networks:
            pane = network.pane
            network.light(neuron, edge)
            pane.edges.setOpacity(FADED if neuron is not None else 1.0)
            around = [] if edge is None else [(edge[0] - 1, edge[1])]
            around += [neuron] if neuron is not None and neuron != pinned else []
            epoch = inside.diverged(network.place)
            pane.outlines.set_outlines(
                self._rects(pane, [pinned] if pinned is not None else []),
                self._rects(pane, around),
                "" if epoch is None else f"diverged at epoch {epoch}",
                pane.window,
                network.ground,
            )

    def _rects(self, pane: Pane, neurons: Sequence[Neuron]) -> list[QRectF]:
        assert pane.arrangement is not None
        rects = []
        for layer, neuron in neurons:
            column = pane.arrangement.columns[layer + 1]
            place = column.place(neuron)
            if place is not None:
                rects.append(pane.rect_of(column, place))
        return rects

    def restyle(self, look: Style) -> None:
        """Give lines the pens of another look."""
        self.look = look
        for network in self.networks:
            for item in (network.pane.edges, network.pane.lit):
                item.look = look
                item.set_bundles(item.bundles, network.ground)
        if self.detail is not None:
            self.detail.plots.set_look(look)


def _count_words(counts: tuple[int, int, int]) -> str:
    return " · ".join(words for _, words in LegendText("", "", "", *counts).counts)
