"""The right panel: what the numbers say about each lane, and the lesson."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from initviz.app.lesson import LessonPanel
from initviz.experiment import MAX_LANES, Lane
from initviz.findings import Finding, Remedy, Severity
from initviz.snapshot import Snapshot
from initviz.views.base import lane_marks
from initviz.views.style import GLYPHS, Style

WIDTH = 252
SIGNS = {Severity.GOOD: "✓", Severity.NOTE: "!", Severity.BAD: "✗"}


class Verdict(QFrame):
    """One lane: its name, the symptom, the reason, the figures on demand, and the remedy.

    Emits ``remedy_asked(remedy)`` when the remedy is wanted as a new lane.
    """

    remedy_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("verdict", True)
        self.lane = QLabel()
        self.lane.setProperty("muted", True)
        self.symptom = QLabel()
        self.symptom.setProperty("heading", True)
        self.more = QToolButton()
        self.more.setProperty("flat", True)
        self.more.setText("▾")
        self.more.setCheckable(True)
        self.more.setToolTip("Show the measurements behind this, and where they were made")
        self.more.setAccessibleName("Figures")
        self.reason = QLabel()
        self.figures = QLabel()
        self.figures.hide()
        for label in (self.reason, self.figures):
            label.setProperty("small", True)
            label.setWordWrap(True)
        self.more.toggled.connect(self._open)
        self.remedy = QPushButton()
        self.remedy.setProperty("remedy", True)
        self.remedy.clicked.connect(self._ask)
        self._remedy: Remedy | None = None
        heading = QHBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(self.symptom, 1)
        heading.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 8, 7)
        column.setSpacing(1)
        column.addWidget(self.lane)
        column.addLayout(heading)
        for widget in (self.reason, self.figures, self.remedy):
            column.addWidget(widget)
        self._edge = ""

    def show_finding(
        self, finding: Finding, colour: int, title: str, style: Style, lanes: Sequence[Lane]
    ) -> None:
        """Show one lane's finding beside the other lanes of its experiment."""
        self.lane.setText(f'<span style="color:{style.lanes[colour]}">{GLYPHS[colour]}</span> '
                          f"{escape(title)}")  # fmt: skip
        sign = {Severity.GOOD: style.good, Severity.NOTE: style.note, Severity.BAD: style.bad}
        self.symptom.setText(
            f'<span style="color:{sign[finding.severity]}">{SIGNS[finding.severity]}</span> '
            f"{finding.title}"
        )
        self.reason.setText(finding.reason)
        self.figures.setText(_figures(finding, style))
        self._show_remedy(finding.remedy, lanes)
        edge = f"QFrame[verdict=true] {{ border-left: 3px solid {style.lanes[colour]}; }}"
        if edge != self._edge:
            self._edge = edge
            self.setStyleSheet(edge)

    def _show_remedy(self, remedy: Remedy | None, lanes: Sequence[Lane]) -> None:
        self._remedy = remedy
        wanted = remedy is not None and not any(same_start(x, remedy.lane) for x in lanes)
        self.remedy.setVisible(wanted)
        if remedy is None or not wanted:
            return
        full = len(lanes) >= MAX_LANES
        self.remedy.setEnabled(not full)
        self.remedy.setText(f"+ Try {remedy.label}")
        note = "Trains it as a lane beside these."
        if full:
            note = f"There are {MAX_LANES} lanes already: remove one first."
        self.remedy.setToolTip(f"{remedy.advice}\n{note}")

    def _open(self, opened: bool) -> None:
        self.more.setText("▴" if opened else "▾")
        self.figures.setVisible(opened)

    def _ask(self) -> None:
        if self._remedy is not None:
            self.remedy_asked.emit(self._remedy)


def same_start(one: Lane, other: Lane) -> bool:
    """Whether two lanes differ in nothing but name and colour."""
    apart = {name for name, value in one if getattr(other, name) != value}
    return apart <= {"name", "colour"}


def _span(first: str, last: str) -> str:
    """Two layers' names as one: "hidden 1–5"."""
    kind = first.partition(" ")[0]
    return f"{first}–{last.removeprefix(f'{kind} ')}"


def _figures(finding: Finding, style: Style) -> str:
    """Where, since when, the measurements, and what else shows, as a small table."""
    rows = [(figure.label, figure.text) for figure in finding.evidence]
    if finding.layers:
        first, last = finding.layers[0], finding.layers[-1]
        rows.insert(0, ("where", first if first == last else _span(first, last)))
    if finding.epochs[0] != finding.epochs[1]:
        rows.append(("since epoch", str(finding.epochs[0])))
    if finding.also:
        rows.append(("also", ", ".join(symptom.value.lower() for symptom in finding.also)))
    if finding.remedy:
        rows.append(("remedy", finding.remedy.label))
    return "<table width='100%' cellspacing='1'>" + "".join(
        f"<tr><td style='color:{style.muted}'>{escape(label)}</td>"
        f"<td align='right'>&nbsp;{escape(text)}</td></tr>"
        for label, text in rows
    ) + "</table>"  # fmt: skip


class Verdicts(QFrame):
    """All lanes' verdicts, then the lesson's text.

    Emits ``remedy_asked(remedy)`` when a remedy is wanted as a new lane.
    """

    remedy_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.setFixedWidth(WIDTH)
        self._style: Style | None = None
        self._shown: tuple[Snapshot, Sequence[Finding]] | None = None
        inner = QWidget()
        inner.setProperty("bare", True)
        column = QVBoxLayout(inner)
        column.setContentsMargins(10, 8, 8, 8)
        column.setSpacing(6)
        self.heading = QLabel()
        self.heading.setTextFormat(Qt.TextFormat.RichText)
        column.addWidget(self.heading)
        self._list = QVBoxLayout()
        self._list.setSpacing(5)
        column.addLayout(self._list)
        self.cards: list[Verdict] = []
        self.lesson = LessonPanel()
        column.addWidget(self.lesson)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setProperty("bare", True)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # With Tab, so that the keyboard can scroll through what has no controls.
        scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        scroll.setAccessibleName("What the numbers say, and the lesson")
        scroll.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def wait(self) -> None:
        """Say that what stands here has been left behind: judgement follows at rest."""
        if self._style is not None:
            self._say_when("out of date", self._style)

    def _say_when(self, when: str, style: Style) -> None:
        self.heading.setText(
            f'<b>What the numbers say</b> <span style="color:{style.muted}">{when}</span>'
        )

    def show_findings(self, snapshot: Snapshot, findings: Sequence[Finding]) -> None:
        """Show what was found at one epoch."""
        if self._style is None:
            return
        self._shown = snapshot, findings
        self._say_when(f"epoch {snapshot.epoch}", self._style)
        marks = lane_marks(snapshot)
        while len(self.cards) < len(findings):
            self.cards.append(Verdict())
            self.cards[-1].remedy_asked.connect(self.remedy_asked)
            self._list.addWidget(self.cards[-1])
        for i, card in enumerate(self.cards):
            card.setVisible(i < len(findings))
        for card, finding in zip(self.cards, findings, strict=False):
            lanes = snapshot.experiment.lanes
            card.show_finding(finding, *marks[finding.lane], self._style, lanes)

    def set_style(self, style: Style) -> None:
        """Change the colours of what is shown."""
        self._style = style
        self.setFixedWidth(style.px(WIDTH))
        self.lesson.set_style(style)
        if self._shown:
            self.show_findings(*self._shown)
