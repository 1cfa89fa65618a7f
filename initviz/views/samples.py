"""Telling samples apart: how much of what parts two inputs is left, layer by layer."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPen

from initviz.parts import Part
from initviz.snapshot import Array, Snapshot
from initviz.views.axes import DecadeRange, decades, depth_ticks, tick_text
from initviz.views.base import View, add_plot, behind_another, lane_colours, lane_marks
from initviz.views.curves import Curve, LaneCurves
from initviz.views.notes import diverged_lines
from initviz.views.panel import Switch
from initviz.views.plot import Plot
from initviz.views.style import GLYPHS, SMALL_SIZE, Style

MOST_MARKED = 20
"""Layers up to which every point has its marker."""

LABEL = 12
"""Pixels from one label of the vertical axis to the next."""

NEAR = 12.0
"""Pixels around a point within which the mouse is at it."""

COSINE_TICKS = [(-1.0, "−1"), (-0.5, "−0.5"), (0.0, "0"), (0.5, "0.5"), (1.0, "1")]


class SamplesView(View):
    """Spread or mean cosine of the samples, from the inputs to the outputs, of all lanes."""

    name = "samples"
    title = "Telling samples apart"
    help = (
        "How far the inputs and every layer still tell two samples apart.\n"
        "Apart: the rms distance of the samples from their mean, over their rms, on a log axis. "
        "On the line marked 0 all samples look the same, and nothing behind can part them.\n"
        "Cosine: the mean over all pairs of samples, 1 where all point the same way. Deep random "
        "networks drive it to a fixed point (Schoenholz et al. 2017).\n"
        "Classes: the same, of the initialisations in focus, for two samples of one class (solid) "
        "and of different classes (dotted).\n"
        "A click on a layer looks at it closely."
    )
    parts = frozenset({Part.VALUES, Part.SAMPLES})

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.kind = Switch(
            [
                ("apart", "apart", "Spread of the samples over their size, on a log axis"),
                ("cosine", "cosine", "Mean cosine between the activations of two samples"),
                ("classes", "classes", "The cosine within and between classes, lanes in focus"),
            ]
        )
        self.kind.chosen.connect(lambda _: self.redraw())
        self.panel.add_tool(self.kind)
        self.range = DecadeRange()
        self.canvas.scene().sigMouseClicked.connect(self._clicked)

    def restyle_lines(self) -> None:
        self.curves.set_look(self.look)
        self.here.setPen(self._quiet())

    def _quiet(self) -> QPen:
        return self.look.pen(self.look.muted, 1.0, Qt.PenStyle.DashLine)

    def shape(self, snapshot: Snapshot) -> object:
        return (lane_colours(snapshot), len(snapshot.experiment.hidden))

    def build(self, snapshot: Snapshot) -> None:
        self._bounds: object = None
        self._width = 0.0
        self.plot = add_plot(
            self.canvas, self.look, 0, 0, x="layers", y=self.kind.value,
            decades=["left"] if self.kind.value == "apart" else [],
        )  # fmt: skip
        self.plot.showGrid(y=True, alpha=0.2)
        self.plot.vb.setCursor(Qt.CursorShape.PointingHandCursor)
        layers = len(snapshot.experiment.layer_names)
        self.plot.setXRange(-0.4, layers + 0.4, padding=0)
        lanes = len(snapshot.experiment.lanes)
        # Equal curves lie side by side instead of hiding one another.
        step = 0.05 if layers <= MOST_MARKED else 0.0
        self._offsets = [step * (k - (lanes - 1) / 2) for k in range(lanes)]
        self.here = pg.InfiniteLine(pos=1, angle=90, pen=self._quiet())
        self.here.setZValue(-5)
        self.plot.addItem(self.here, ignoreBounds=True)
        self.curves = LaneCurves(self.look)
        self.plot.addItem(self.curves)
        self.gaps = Gaps(self.plot, self.look)

    def feed(self, snapshot: Snapshot) -> None:
        if snapshot.samples is None or not snapshot.values:
            return
        if self.plot.vb.width() != self._width:
            self._width = self.plot.vb.width()
            ticks = depth_ticks(snapshot.experiment.layer_names, self._width)
            self.plot.getAxis("bottom").setTicks(ticks)
        focus = self.focus.within(snapshot.experiment)
        self.here.setValue(focus.layer + 1)
        self._drawn: list[tuple[int, str, Array]] = []
        if self.kind.value == "apart":
            self._feed_apart(snapshot)
            self.panel.subtitle.setText("0: all look the same")
        else:
            self._feed_cosines(snapshot, focus.lanes)
        self.gaps.show(snapshot, zeros=self.kind.value != "apart")
        box, floor = self.plot.vb, self.range.floor
        rests = self.kind.value == "apart" and self.range.zero
        bottom, top = box.viewRange()[1]
        self.gaps.rise(box.height() * (floor - bottom) / (top - bottom) if rests else 0.0)

    def value_at(self, position: QPointF) -> str:
        shown = self.snapshot
        if shown is None or shown.samples is None or not shown.values:
            return ""
        box = self.plot.vb
        if not box.sceneBoundingRect().contains(position):
            return ""
        here = box.mapSceneToView(position)
        across, up = box.viewPixelSize()
        nearest, words = NEAR, ""
        for curve, (lane, what, numbers) in zip(self.curves.curves, self._drawn, strict=True):
            away = np.hypot((curve.x - here.x()) / across, (curve.y - here.y()) / up)
            away[np.isnan(away)] = np.inf
            layer = int(np.argmin(away))
            if away[layer] < nearest:
                nearest = float(away[layer])
                place = "inputs" if layer == 0 else shown.values[layer - 1].name
                title = lane_marks(shown)[lane][1]
                words = f"{place} · {title}: {what} {tick_text(float(numbers[layer]))}"
        return words

    def _feed_apart(self, snapshot: Snapshot) -> None:
        """Spreads on a log axis; a layer that is 0 for every sample tells none of them apart."""
        assert snapshot.samples is not None
        spreads = np.array(snapshot.samples.spread, dtype=np.float64)
        spreads[all_zero(snapshot)] = 0
        self.range.follow(snapshot.run)
        self.range.see(spreads)
        low, high = self.range.bounds[0], 0.0  # no spread is above 1
        wanted = (low, high, round(self.plot.vb.height()))
        if wanted != self._bounds:
            self._bounds = wanted
            # Room for markers above, and below for all of the lowest label.
            self.plot.setYRange(1.06 * low, -0.04 * low, padding=0)
            self.plot.getAxis("left").setTicks([self._ticks(low), []])
        heights = decades(spreads, self.range.floor)
        dashed = behind_another(heights, 0.004 * (high - low))
        curves = []
        for k, colour in enumerate(lane_colours(snapshot)):
            curves.append(self._curve(k, heights[:, k], colour, dashed[k]))
            self._drawn.append((k, "samples apart", spreads[:, k]))
        self.curves.set_curves(curves)

    def _ticks(self, low: float) -> list[tuple[float, str]]:
        """Decades, parts of them where there are few, and "0", none upon another."""
        ticks = self.range.ticks(6)[0]
        if low >= -2:
            ticks += [(float(np.log10(part)), f"{part}") for part in (0.2, 0.5)]
        pixels = max(self.plot.vb.height(), 1) / (-1.1 * low)
        floor = self.range.floor
        return [
            (at, text)
            for at, text in ticks
            if text == "0" or not self.range.zero or (at - floor) * pixels > LABEL
        ]

    def _feed_cosines(self, snapshot: Snapshot, focused: tuple[int, ...]) -> None:
        assert snapshot.samples is not None
        if self._bounds is None:
            self._bounds = -1.0, 1.0
            self.plot.setYRange(-1.1, 1.1, padding=0)
            self.plot.getAxis("left").setTicks([COSINE_TICKS, []])
        samples, colours, curves = snapshot.samples, lane_colours(snapshot), []
        whole, same, other = (
            np.where(np.isfinite(each), np.clip(each, -1, 1), np.nan)
            for each in (samples.cosine, samples.same, samples.other)
        )
        if self.kind.value == "cosine":
            dashed = behind_another(whole.astype(np.float64), 0.01)
            for k, colour in enumerate(colours):
                curves.append(self._curve(k, whole[:, k], colour, dashed[k]))
                self._drawn.append((k, "mean cosine", whole[:, k]))
            self.panel.subtitle.setText("mean over pairs of samples")
        else:
            for k in focused:
                curves.append(self._curve(k, same[:, k], colours[k]))
                curves.append(self._curve(k, other[:, k], colours[k], dotted=True))
                self._drawn.append((k, "cosine within classes", same[:, k]))
                self._drawn.append((k, "cosine between classes", other[:, k]))
            self.panel.subtitle.setText(
                "solid: same class · dotted: others"
                if snapshot.experiment.data.facts.classes
                else "a regression has no classes"
            )
        self.curves.set_curves(curves)

    def _curve(
        self, lane: int, heights: Array, colour: int, dashed: bool = False, dotted: bool = False
    ) -> Curve:
        marked = slice(None) if len(heights) - 1 <= MOST_MARKED else ()
        places = np.arange(float(len(heights))) + self._offsets[lane]
        return Curve(places, heights.astype(np.float64), colour, dashed, marked, dotted)

    def _clicked(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        """Look closely at the layer that was clicked."""
        if self.snapshot is None or event.double() or event.button() != Qt.MouseButton.LeftButton:
            return
        box = self.plot.vb
        if not box.sceneBoundingRect().contains(event.scenePos()):
            return
        layer = round(box.mapSceneToView(event.scenePos()).x()) - 1
        if 0 <= layer < len(self.snapshot.experiment.layer_names):
            focus = self.focus.within(self.snapshot.experiment)
            if layer != focus.layer:
                self.focus_asked.emit(focus.replace(layer=layer))


def all_zero(snapshot: Snapshot) -> NDArray[np.bool_]:
    """(layers + 1, K), whether inputs and layers of a lane are exactly 0 for every sample."""
    assert snapshot.samples is not None
    # Only where nothing is spread are the numbers worth a look.
    zero: NDArray[np.bool_] = np.isnan(snapshot.samples.spread)
    zero[0] = False
    for place, lane in np.argwhere(zero):
        zero[place, lane] = not snapshot.values[place - 1].activation[lane].any()
    return zero


class Gaps:
    """Lines in the lower corner that name the lanes whose curves have gaps."""

    def __init__(self, plot: Plot, style: Style) -> None:
        self.item = pg.LabelItem(justify="left")
        self.item.setParentItem(plot.vb)
        self.look = style
        self.text = ""
        self._above = 0.0

    def rise(self, above: float) -> None:
        """Stand so many pixels above the plot's lower edge: curves rest on the 0."""
        if round(above) != self._above:
            self._above = round(above)
            self._anchor()

    def show(self, snapshot: Snapshot, *, zeros: bool) -> None:
        """Name the lanes that have diverged and, with ``zeros``, those that are 0 somewhere."""
        nothing = all_zero(snapshot)
        lines = diverged_lines(snapshot, self.look)
        for k, (colour, _) in enumerate(lane_marks(snapshot)):
            if zeros and nothing[:, k].any() and not snapshot.diverged[k]:
                first = snapshot.values[int(np.argmax(nothing[:, k])) - 1].name
                mark = f'<span style="color:{self.look.lanes[colour]}">{GLYPHS[colour]}</span>'
                lines.append(f"{mark} {first} is all 0")
        text = "<br>".join(lines)
        if text != self.text:
            self.text = text
            self.item.setText(text, color=self.look.bad, size=f"{self.look.px(SMALL_SIZE)}px")
            self._anchor()

    def _anchor(self) -> None:
        # Curves start at the top and fall, if they do, to the right.
        self.item.anchor(itemPos=(0, 1), parentPos=(0, 1), offset=(4, -4 - self._above))
