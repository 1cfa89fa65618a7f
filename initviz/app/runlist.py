"""The list of the session's runs: what each was, how it ended, and the way back to it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from initviz.app.pins import Pins
from initviz.app.runs import PastRun, Runs
from initviz.experiment import Lane
from initviz.views.icons import icon
from initviz.views.panel import ElidedLabel
from initviz.views.retire import retire
from initviz.views.style import DARK, GLYPHS, SMALL_SIZE, Style

WIDTH, HEIGHT = 520, 560
LINE, GUTTER = 16, 18
"""Pixels of a lane's line, and between the two columns of lanes."""


class LaneScores(QWidget):
    """The lanes of a run with their scores, in two columns."""

    def __init__(self) -> None:
        super().__init__()
        self.scores: list[tuple[Lane, str]] = []
        self._style = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_scores(self, scores: list[tuple[Lane, str]], style: Style) -> None:
        """Show these instead."""
        if scores == self.scores and style is self._style:
            return
        self.scores, self._style = scores, style
        lines = [f"{GLYPHS[lane.colour or 0]} {lane.title}: {score}" for lane, score in scores]
        self.setToolTip("\n".join(lines))
        self.setAccessibleName("Scores on the test points")
        self.setAccessibleDescription(", ".join(f"{lane.title} {score}" for lane, score in scores))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As many lines as it takes."""
        return QSize(200, self._style.px(LINE) * -(-len(self.scores) // 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw mark, title and score of every lane; titles give way where there is no room."""
        with QPainter(self) as painter:
            painter.setFont(self._style.font(SMALL_SIZE))
            metrics = QFontMetrics(self._style.font(SMALL_SIZE))
            wide, line = (self.width() - GUTTER) // 2, self._style.px(LINE)
            centre = Qt.AlignmentFlag.AlignVCenter
            for place, (lane, score) in enumerate(self.scores):
                left = (place % 2) * (wide + GUTTER)
                box = QRect(left, place // 2 * line, wide, line)
                colour = int(lane.colour or 0)
                painter.setPen(QColor(self._style.lanes[colour]))
                painter.drawText(box, int(centre), GLYPHS[colour])
                painter.setPen(QColor(self._style.muted))
                painter.drawText(box, int(centre | Qt.AlignmentFlag.AlignRight), score)
                room = wide - line - metrics.horizontalAdvance(score) - 8
                title = metrics.elidedText(lane.title, Qt.TextElideMode.ElideRight, room)
                painter.setPen(QColor(self._style.text))
                painter.drawText(box.translated(line, 0), int(centre), title)


class RunRow(QFrame):
    """One run: title, time, how far it came, its lanes, and what can be done with it."""

    def __init__(self, run: PastRun) -> None:
        super().__init__()
        self.run = run
        self.setProperty("verdict", True)
        self.title = ElidedLabel("")
        self.title.setText(run.name)
        self.title.setProperty("heading", True)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        time = QLabel(run.began.strftime("%H:%M"))
        time.setProperty("muted", True)
        self.show_ = _chip(f"Show run {run.name}")
        self.pin = _chip(f"Pin run {run.name}")
        self.pin.setCheckable(True)
        self.remove = _chip(f"Remove run {run.name} from the list")
        self.remove.setIconSize(QSize(12, 12))
        self.buttons = (self.show_, self.pin, self.remove)
        heading = QHBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(self.title, 1)
        heading.addWidget(time)
        heading.addSpacing(4)
        for button in self.buttons:
            heading.addWidget(button)
        self.state = QLabel()
        self.state.setProperty("muted", True)
        self.scores = LaneScores()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 8, 7)
        column.setSpacing(3)
        column.addLayout(heading)
        column.addWidget(self.state)
        column.addWidget(self.scores)
        self._edge = ""

    def refresh(self, *, present: bool, pinned: bool, style: Style) -> None:
        """Show what has become of the run."""
        run = self.run
        self.state.setText(f"{'shown now · ' if present else ''}{run.state()}")
        self.scores.show_scores(run.scores(), style)
        self.setAccessibleName(f"Run {run.name}, {self.state.text()}")
        self.show_.setText("Shown" if present else "Show")
        self.show_.setEnabled(not present)
        self.show_.setToolTip(
            "Bring back this run, at the epoch that was shown last; nothing is trained again"
            if run.held else "Show this experiment at epoch 0: its weights were given up for newer "
            "runs, so it has to be trained again"
        )  # fmt: skip
        self.pin.setText("Pinned" if pinned else "Pin")
        self.pin.setChecked(pinned)
        self.pin.setEnabled(pinned or run.held)
        self.pin.setToolTip(
            "Take its grey curves away" if pinned else
            "Keep its curves in sight, in grey, behind those of the run that is shown"
            if run.held else "Its weights were given up for newer runs: train it again to pin it"
        )  # fmt: skip
        self.remove.setEnabled(not present)
        self.remove.setToolTip(
            "The run that is shown stays"
            if present
            else "Forget this run, and free its memory (Delete)"
        )
        self.remove.setIcon(icon("remove", style.muted))
        edge = f"border-left: 3px solid {style.accent if present else style.border};"
        if edge != self._edge:
            self._edge = edge
            self.setStyleSheet(f"QFrame[verdict=true] {{ {edge} }}")


class RunList(QFrame):
    """All runs of the session below the button that opens it.

    Emits ``asked(run)`` when a run is wanted back. ↑ and ↓ go from run to run, Delete forgets one.
    """

    asked = Signal(object)

    def __init__(self, runs: Runs, pins: Pins, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("popup", True)
        self.setAccessibleName("Runs of this session")
        self._runs, self._pins, self._window = runs, pins, parent
        self._style = DARK
        self.rows: list[RunRow] = []
        self._aim: tuple[QObject | None, int] = None, 0
        title = QLabel("RUNS OF THIS SESSION")
        title.setProperty("section", True)
        self.empty = QLabel("None yet. A run is kept here as soon as one epoch is trained (Space).")
        self.empty.setProperty("muted", True)
        inner = QWidget()
        inner.setProperty("bare", True)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setProperty("bare", True)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(6)
        column.addWidget(title)
        column.addWidget(self.empty)
        column.addWidget(self._scroll, 1)
        runs.changed.connect(self._changed)
        pins.changed.connect(self._changed)

    def open_below(self, button: QWidget) -> None:
        """Open with the right edge under the button's, and the keyboard in the first run."""
        self._refresh()
        self._fit()
        corner = button.mapToGlobal(QPoint(button.width(), button.height() + 4))
        self.move(corner.x() - self.width(), corner.y())
        self.show()
        if self.rows:
            self._focus(0, 0)
        else:
            self.setFocus()

    def set_style(self, style: Style) -> None:
        """Colour the lanes' marks."""
        self._style = style
        self._changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """↑ and ↓ go to the same button of the next run, Delete forgets the run."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            row = next((r for r in self.rows if watched in r.buttons), None)
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if row is not None and step:
                # On the way past a run without it, the button that was aimed at is not forgotten.
                aimed = self._aim[1] if self._aim[0] is watched else row.buttons.index(watched)
                self._focus(self.rows.index(row) + step, aimed)
                return True
            if row is not None and event.key() == Qt.Key.Key_Delete:
                row.remove.click()
                return True
            if isinstance(watched, QToolButton) and event.key() in (
                Qt.Key.Key_Return, Qt.Key.Key_Enter,
            ):  # fmt: skip
                watched.click()
                return True
        return super().eventFilter(watched, event)

    def _changed(self) -> None:
        if self.isVisible():
            self._refresh()
            self._fit()
        elif any(row.run not in self._runs.entries for row in self.rows):
            self._refresh()  # a row would keep the weights of a run that is gone

    def _refresh(self) -> None:
        there = {id(row.run): row for row in self.rows}
        rows = [
            there.pop(id(run)) if id(run) in there else self._new_row(run)
            for run in self._runs.entries
        ]
        for row in there.values():
            retire(row, self._column)
        if rows != self.rows:
            self.rows = rows
            for place, row in enumerate(rows):
                self._column.insertWidget(place, row)
        present = self._runs.present
        for row in rows:
            row.refresh(
                present=row.run is present, pinned=self._pins.has(row.run), style=self._style
            )
        self.empty.setVisible(not rows)
        self._scroll.setVisible(bool(rows))

    def _new_row(self, run: PastRun) -> RunRow:
        row = RunRow(run)
        row.show_.clicked.connect(lambda _=False: self._ask(run))
        row.pin.clicked.connect(lambda _=False: self._pins.toggle(run))
        row.remove.clicked.connect(lambda _=False: self._remove(row))
        for button in row.buttons:
            button.installEventFilter(self)
        return row

    def _ask(self, run: PastRun) -> None:
        self.close()
        self.asked.emit(run)

    def _remove(self, row: RunRow) -> None:
        place = self.rows.index(row)
        self._runs.remove(row.run)
        self._focus(min(place, len(self.rows) - 1), 2)

    def _focus(self, place: int, button: int) -> None:
        """Give the keyboard to a button of a run, or to the next one of the run that is enabled."""
        if not 0 <= place < len(self.rows):
            return
        row = self.rows[place]
        wanted = [row.buttons[button], *row.buttons]
        target = next((b for b in wanted if b.isEnabled()), None)
        if target is not None:
            self._aim = target, button
            target.setFocus(Qt.FocusReason.TabFocusReason)
            self._scroll.ensureWidgetVisible(row)

    def _fit(self) -> None:
        """As high as the runs, up to a limit; beyond it they are scrolled."""
        rows = sum(row.sizeHint().height() for row in self.rows) + 6 * max(len(self.rows) - 1, 0)
        room = min(HEIGHT, self._window.height() - 80)
        self.setFixedSize(WIDTH, min(max(rows, 0) + 46, room) if self.rows else 62)


def _chip(name: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("chip", True)
    button.setAccessibleName(name)
    return button
