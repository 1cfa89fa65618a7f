"""The network: every neuron as a picture of what it answers to, and what connects them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel

from initviz.focus import Focus
from initviz.parts import Part
from initviz.snapshot import Snapshot
from initviz.views.arrangement import INPUTS, Arrangement, arrange
from initviz.views.base import View
from initviz.views.choice import Choice, Neuron
from initviz.views.inside import ALL, CHOSEN, GRADIENT, UPDATE, VARIANCE, WEIGHT, Inside
from initviz.views.network_stage import Options, Stage, place_of_detail
from initviz.views.network_words import edge_words, neuron_words
from initviz.views.pane import Hit
from initviz.views.panel import Switch
from initviz.views.sight import Sight
from initviz.views.style import Style

REST_MS = 1200
"""How long the picture stands still before the most telling neurons are chosen anew."""


class NetworkView(View):
    """Tiles of all neurons of one lane, or of two side by side, with their connections."""

    name = "network"
    title = "Network"
    help = (
        "Every neuron is drawn as its activation over the input plane, every weight as a line:\n"
        "orange negative, blue positive, the wider the larger in its layer; zeros are not drawn.\n"
        "Click a neuron to look closely, the ground to let it go; Ctrl and click adds it to the\n"
        "chosen ones. The wheel zooms, dragging moves; a layer's name puts that layer in focus.\n"
        "A cross marks dead neurons, a hatched corner saturated ones, equal letters identical ones."
    )
    parts = frozenset({Part.VALUES, Part.NEURONS})

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.kind = Switch(
            [
                (WEIGHT, "W", "Lines show the weights"),
                (GRADIENT, "∂L/∂W", "Lines show the gradients of the weights"),
                (UPDATE, "ΔW", "Lines show how the weights have changed since the epoch before"),
            ]
        )  # fmt: skip
        self.ranking = Switch(
            [
                (VARIANCE, "varying", "Show the neurons whose activations vary most"),
                ("gradient", "gradient", "Show the neurons that receive the largest gradients"),
                (CHOSEN, "chosen", "Show the neurons chosen with Ctrl and a click, then the first"),
                (ALL, "all", "Show all neurons; drag to see those out of sight"),
            ]
        )
        self.scale = Switch(
            [
                ("shared", "shared", "Tiles of a layer share one scale of colours"),
                ("each", "each", "Every tile has a scale of its own: tiny activations are seen"),
            ]
        )
        self._show, scale = QLabel("show"), QLabel("scale")
        for tool in (self._show, self.ranking, self.kind, scale, self.scale):
            if isinstance(tool, QLabel):
                tool.setProperty("muted", True)
            self.panel.add_tool(tool)
        self._show_ranking(False)
        for switch in (self.kind, self.scale, self.ranking):
            switch.chosen.connect(lambda _: self.refresh())
        self.choice = Choice()
        self.sight = Sight()
        self.inside: Inside | None = None
        self.stage: Stage | None = None
        self.arrangement: Arrangement | None = None
        self._base: tuple[object, Arrangement] | None = None  # unzoomed, and what it was made for
        self.hovered: Hit | None = None
        self._rest = QTimer(self.canvas)  # it goes with what it draws
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.rested)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.canvas.installEventFilter(self)

    # --- what is shown ------------------------------------------------------------------------

    @property
    def neuron(self) -> Neuron | None:
        """(layer, neuron) in focus, if the network that is shown has it."""
        focus = self.focus
        if self.inside is None or focus.neuron is None:
            return None
        sizes = self.inside.sizes[1:]
        if focus.layer >= len(sizes) or focus.neuron >= sizes[focus.layer]:
            return None
        return focus.layer, focus.neuron

    def set_focus(self, focus: Focus) -> None:
        """Look elsewhere; a layer that is out of sight is moved to."""
        moved = (focus.layer, focus.neuron) != (self.focus.layer, self.focus.neuron)
        super().set_focus(focus)
        if moved and self.arrangement is not None:
            self.sight.reveal(self.arrangement, focus.layer + 1)
            if self.neuron is not None:
                column = self.arrangement.columns[focus.layer + 1]
                place = column.place(self.neuron[1])
                if place is not None:
                    self.sight.reveal_tile(float(column.ys[place]), column.size)
            self._draw()

    def show(self, snapshot: Snapshot) -> None:
        """Draw one epoch; a snapshot without neurons leaves what is drawn."""
        if Inside.complete(snapshot):
            before = self.inside.snapshot if self.inside is not None else None
            if before is None or before.epoch != snapshot.epoch:
                self._rest.start()
            if before is not snapshot:
                self.inside = Inside(snapshot, self.inside)
        elif self.inside is not None and not self.inside.snapshot.experiment.same_run(
            snapshot.experiment
        ):
            self.inside = None
        super().show(snapshot)

    def key_lanes(self, snapshot: Snapshot) -> Sequence[int]:
        """The one in focus; headers name two."""
        lanes = self.focus.within(snapshot.experiment).lanes
        return lanes if len(lanes) == 1 else ()

    def shape(self, snapshot: Snapshot) -> object:
        if self.inside is None:
            return None
        of = self.inside.snapshot.experiment
        lanes = len(self.inside.lanes)
        place = None if self.neuron is None else place_of_detail(self.canvas, lanes)
        return (lanes, place, self.canvas.width() > 1100, of.data, of.seed)

    def build(self, snapshot: Snapshot) -> None:
        self.stage = self.arrangement = self.hovered = None
        if self.inside is None:
            return
        place = None
        if self.neuron is not None:
            place = place_of_detail(self.canvas, len(self.inside.lanes))
        stage = Stage(self.canvas, self.look, self.inside, place)
        stage.clicked.connect(self._clicked)
        stage.dragged.connect(self._dragged)
        stage.wheeled.connect(self._wheeled)
        stage.pointed.connect(self._pointed)
        stage.moved.connect(self._strip_moved)
        stage.resized.connect(self.refresh)
        self.stage = stage

    def feed(self, snapshot: Snapshot) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Choose, arrange and draw what is there, after anything has changed."""
        if self.inside is None or self.stage is None:
            self.panel.subtitle.setText("")
            return
        window = self.stage.window.size()
        width, height = window.width(), window.height()
        self.choice.update(self.inside, height, self.ranking.value, self.neuron)
        shown, sizes = self.choice.shown, self.inside.sizes
        key = (sizes, width, height, *(some.tobytes() for some in shown))
        if self._base is None or self._base[0] != key:
            self._base = key, arrange(shown, sizes, width, height)
        base = self._base[1]
        narrower = window.width() < self.sight.window.width()
        self.sight.fit(base, window)
        zoom = self.sight.zoom
        self.arrangement = base if zoom == 1 else arrange(shown, sizes, width, height, zoom)
        if narrower and self.neuron is not None:
            self.sight.reveal(self.arrangement, self.neuron[0] + 1)
        self._draw()

    def rested(self) -> None:
        """Choose the most telling neurons of the epoch that is looked at."""
        self.choice.forget()
        self.refresh()

    def restyle_lines(self) -> None:
        if self.stage is not None:
            self.stage.restyle(self.look)

    def _draw(self) -> None:
        if self.inside is None or self.stage is None or self.arrangement is None:
            return
        options = Options(
            self.kind.value, self.scale.value == "each", self.focus, self.neuron,
            frozenset(self.choice.chosen),
        )  # fmt: skip
        self.stage.draw(self.inside, self.arrangement, self.sight, options)
        self._light()
        self.panel.subtitle.setText(f"epoch {self.inside.snapshot.epoch}")
        # Where all fit there is nothing to rank, and the words have more room.
        rest = any(column.rest for column in self.arrangement.columns)
        self._show_ranking(rest or self.ranking.value == ALL)

    def _show_ranking(self, shown: bool) -> None:
        for widget in (self._show, self.ranking):
            widget.setVisible(shown)

    def _light(self) -> None:
        if self.inside is None or self.stage is None or self.arrangement is None:
            return
        if self.hovered is not None and self.hovered.layer >= len(self.inside.snapshot.values):
            self.hovered = None  # the mouse rests where a deeper network was
        self.stage.light(self.inside, self.hovered, self.neuron)

    # --- what people do -----------------------------------------------------------------------

    def value_at(self, position: QPointF) -> str:
        """The exact numbers of the neuron, the connection or the weight at a place."""
        if self.inside is None or self.stage is None:
            return ""
        for place, pane in enumerate(self.stage.panes):
            hit = pane.hit(pane.mapFromScene(position))
            if hit is not None:
                return self._words(place, hit)
        if self.stage.detail is not None and self.neuron is not None:
            return self.stage.detail.words_at(self.inside, *self.neuron, position)
        return ""

    def _words(self, place: int, hit: Hit) -> str:
        assert self.inside is not None
        assert self.arrangement is not None
        if hit.rest:
            rest = self.arrangement.columns[hit.layer + 1].rest
            return f"{rest:,} more, less telling: click to show all"
        if hit.neuron is None:
            return f"{self.inside.name(hit.layer)}: click to put this layer in focus"
        if hit.source is not None:
            return edge_words(self.inside, place, hit.layer, hit.source, hit.neuron)
        return neuron_words(self.inside, place, hit.layer, hit.neuron)

    def _clicked(self, hit: Hit | None, held: bool) -> None:
        # Between many lines there is hardly any bare ground.
        if hit is None or hit.source is not None:
            if self.focus.neuron is not None:
                self.focus_asked.emit(self.focus.replace(neuron=None))
        elif hit.rest:
            self.ranking.choose(ALL)
        elif hit.layer == INPUTS:
            return
        elif hit.neuron is None:
            self.focus_asked.emit(self.focus.replace(layer=hit.layer))
        elif held:
            self.choice.toggle((hit.layer, hit.neuron))
            self.refresh()
        else:
            self.focus_asked.emit(self.focus.replace(layer=hit.layer, neuron=hit.neuron))

    def _dragged(self, by: QPointF) -> None:
        self.sight.move(-by.x(), -by.y())
        self._draw()

    def _wheeled(self, steps: float, place: QPointF, sideways: bool) -> None:
        if sideways:
            self.sight.move(-60 * steps, 0)
            self._draw()
        else:
            self.sight.zoom_at(steps, place)
            self.refresh()

    def _strip_moved(self, share: float) -> None:
        self.sight.centre(share)
        self._draw()

    def _pointed(self, hit: Hit | None) -> None:
        self.hovered = hit
        self._light()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Alt and the arrows move the pinned neuron, Esc lets it go; no other key is taken."""
        if isinstance(event, QKeyEvent) and event.type() in (
            QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride,
        ):  # fmt: skip
            focus = self._moved_by(event)
            if focus is not None:
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    self.focus_asked.emit(focus)
                return True
        return super().eventFilter(watched, event)

    def _moved_by(self, event: QKeyEvent) -> Focus | None:
        """Where a key moves the focus to; None if it is not for us."""
        pinned = self.neuron
        if pinned is None or self.inside is None:
            return None
        if event.key() == Qt.Key.Key_Escape:
            return self.focus.replace(neuron=None)
        steps = {
            Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is None or not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            return None
        sizes = self.inside.sizes[1:]
        layer = min(max(pinned[0] + step[0], 0), len(sizes) - 1)
        shown = self.choice.shown[layer + 1].tolist()
        # The next one that has a tile; in another layer the one at the same height.
        before = self.choice.shown[pinned[0] + 1].tolist()
        place = before.index(pinned[1]) if pinned[1] in before else 0
        if step[0]:
            place = round(place * (len(shown) - 1) / max(len(before) - 1, 1))
        place = min(max(place + step[1], 0), len(shown) - 1)
        return self.focus.replace(layer=layer, neuron=shown[place])
