"""The bar above a page's views: which lanes and which layer are looked at closely."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from initviz.experiment import Experiment
from initviz.focus import NEAREST, Focus
from initviz.views.combo import Combo
from initviz.views.retire import retire
from initviz.views.style import GLYPHS, SMALL_SIZE, Style

WIDEST = 132
"""Pixels that the name of a lane may take."""


class FocusBar(QWidget):
    """A button for each lane, one that puts two side by side, and the layers.

    Emits ``asked(Focus)``; what is shown follows ``show_focus`` alone.
    """

    asked = Signal(object)

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style
        self.focus = NEAREST
        self._experiment: Experiment | None = None
        self.lanes: list[QToolButton] = []
        self.pair = QToolButton()
        self.pair.setText("side by side")
        self.pair.setCheckable(True)
        self.pair.setProperty("chip", True)
        self.pair.setToolTip("Compare two initialisations: the next one that is chosen joins in")
        self.pair.setAccessibleName("Two initialisations side by side")
        self.pair.toggled.connect(self._pair)
        self.layer = Combo()
        self.layer.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToContents)
        self.layer.setToolTip("The layer that is looked at closely")
        self.layer.setAccessibleName("Layer")
        self.layer.activated.connect(lambda place: self.asked.emit(self.focus.replace(layer=place)))
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 4)
        row.setSpacing(8)
        row.addLayout(self._row)
        row.addWidget(self.pair)
        row.addStretch(1)
        row.addWidget(QLabel("Layer"))
        row.addWidget(self.layer)

    def show_focus(self, focus: Focus, experiment: Experiment) -> None:
        """Show what is in focus; nothing is emitted."""
        self.focus = focus.within(experiment)
        if experiment is not self._experiment:
            self._experiment = experiment
            self._rebuild(experiment)
        for place, button in enumerate(self.lanes):
            with QSignalBlocker(button):
                button.setChecked(place in self.focus.lanes)
        self.pair.setEnabled(len(self.lanes) > 1)
        # One that was put aside by a click leaves its place to the next; one that is gone does not.
        gone = focus.beside is not None and self.focus.beside is None
        if self.focus.beside is not None or gone:
            with QSignalBlocker(self.pair):
                self.pair.setChecked(not gone)
        self.layer.setCurrentIndex(self.focus.layer)

    def set_style(self, style: Style) -> None:
        """Take the colours from a style."""
        self.look = style
        if self._experiment is not None:
            self._paint(self._experiment)

    def _rebuild(self, experiment: Experiment) -> None:
        while len(self.lanes) > len(experiment.lanes):
            button = self.lanes.pop()
            retire(button, self._row)
        while len(self.lanes) < len(experiment.lanes):
            self.lanes.append(self._button(len(self.lanes)))
            self._row.addWidget(self.lanes[-1])
        self._paint(experiment)
        names = [name[:1].upper() + name[1:] for name in experiment.layer_names]
        if names != [self.layer.itemText(i) for i in range(self.layer.count())]:
            self.layer.clear()
            self.layer.addItems(names)

    def _paint(self, experiment: Experiment) -> None:
        metrics = QFontMetrics(self.look.font(SMALL_SIZE))
        lengths = [metrics.horizontalAdvance(lane.title) for lane in experiment.lanes]
        widest = self._room(lengths)
        for button, lane in zip(self.lanes, experiment.lanes, strict=True):
            colour = int(lane.colour or 0)
            title = metrics.elidedText(lane.title, Qt.TextElideMode.ElideRight, widest)
            button.setText(f"{GLYPHS[colour]} {title}")
            button.setToolTip(f"Look closely at {lane.title}")
            button.setAccessibleName(lane.title)
            button.setStyleSheet(
                f"QToolButton {{ color: {self.look.muted};"
                f" border-left: 3px solid {self.look.lanes[colour]}; }}"
                f"QToolButton:checked {{ color: {self.look.text}; background: {self.look.field};"
                f" border-color: {self.look.lanes[colour]}; }}"
                f"QToolButton:focus, QToolButton:checked:focus {{"
                f" border: 1px solid {self.look.accent};"
                f" border-left: 3px solid {self.look.lanes[colour]}; }}"
            )

    def _room(self, names: Sequence[int]) -> int:
        """Pixels for the longest name that is written out, so that the whole bar fits.

        Args:
            names: pixels that each lane's name would take.
        """
        others = self.pair.sizeHint().width() + self.layer.sizeHint().width() + self.look.px(76)
        mark = QFontMetrics(self.look.font(SMALL_SIZE)).horizontalAdvance(f"{GLYPHS[0]} ") + 20
        left = self.width() - others - (mark + self._row.spacing()) * len(names)
        # The long names give way first.
        room = self.look.px(WIDEST)
        while room > self.look.px(12) and sum(min(name, room) for name in names) > left:
            room -= 1
        return room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write as much of the names as there is room for."""
        super().resizeEvent(event)
        if self._experiment is not None:
            self._paint(self._experiment)

    def minimumSizeHint(self) -> QSize:
        """Narrower than all names, which give way."""
        return QSize(100, super().minimumSizeHint().height())

    def _button(self, place: int) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setProperty("chip", True)
        button.clicked.connect(lambda _=False: self._choose(place))
        return button

    def _choose(self, place: int) -> None:
        focus = self.focus
        if not self.pair.isChecked():
            chosen = focus.replace(lane=place, beside=None)
        elif place == focus.lane:
            if focus.beside is None:
                chosen = focus
            else:
                chosen = focus.replace(lane=focus.beside, beside=None)
        elif place == focus.beside:
            chosen = focus.replace(beside=None)
        else:
            chosen = focus.replace(beside=place)
        if chosen == focus and self._experiment is not None:
            self.show_focus(focus, self._experiment)  # the click has let the button go
        else:
            self.asked.emit(chosen)

    def _pair(self, wanted: bool) -> None:
        others = [place for place in range(len(self.lanes)) if place != self.focus.lane]
        beside = others[-1] if wanted and others else None
        self.asked.emit(self.focus.replace(beside=beside))
