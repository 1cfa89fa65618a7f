"""The right panel: what the numbers say about each lane, and the lesson."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from initviz.catalog.lessons import Lesson
from initviz.findings import Finding, Severity
from initviz.snapshot import Snapshot
from initviz.views.base import lane_marks
from initviz.views.style import GLYPHS, Style

WIDTH = 252
SIGNS = {Severity.GOOD: "✓", Severity.NOTE: "!", Severity.BAD: "✗"}


class Verdict(QFrame):
    """One lane: its name, the symptom, the reason with its figures."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("verdict", True)
        self.lane = QLabel()
        self.lane.setProperty("muted", True)
        self.symptom = QLabel()
        self.symptom.setProperty("heading", True)
        self.reason = QLabel()
        self.reason.setProperty("small", True)
        self.reason.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 8, 7)
        column.setSpacing(1)
        for label in (self.lane, self.symptom, self.reason):
            column.addWidget(label)
        self._edge = ""

    def show_finding(self, finding: Finding, colour: int, title: str, style: Style) -> None:
        """Show one lane's finding."""
        self.lane.setText(f'<span style="color:{style.lanes[colour]}">{GLYPHS[colour]}</span> '
                          f"{escape(title)}")  # fmt: skip
        sign = {Severity.GOOD: style.good, Severity.NOTE: style.note, Severity.BAD: style.bad}
        self.symptom.setText(
            f'<span style="color:{sign[finding.severity]}">{SIGNS[finding.severity]}</span> '
            f"{finding.title}"
        )
        self.reason.setText(finding.reason)
        edge = f"QFrame[verdict=true] {{ border-left: 3px solid {style.lanes[colour]}; }}"
        if edge != self._edge:
            self._edge = edge
            self.setStyleSheet(edge)


class Verdicts(QFrame):
    """All lanes' verdicts, then the lesson's text."""

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
        self.lesson = LessonText()
        column.addWidget(self.lesson)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setProperty("bare", True)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def show_findings(self, snapshot: Snapshot, findings: Sequence[Finding]) -> None:
        """Show what was found at one epoch."""
        if self._style is None:
            return
        self._shown = snapshot, findings
        self.heading.setText(
            f'<b>What the numbers say</b> <span style="color:{self._style.muted}">'
            f"epoch {snapshot.epoch}</span>"
        )
        marks = lane_marks(snapshot)
        while len(self.cards) < len(findings):
            self.cards.append(Verdict())
            self._list.addWidget(self.cards[-1])
        for i, card in enumerate(self.cards):
            card.setVisible(i < len(findings))
        for card, finding in zip(self.cards, findings, strict=False):
            card.show_finding(finding, *marks[finding.lane], self._style)

    def set_style(self, style: Style) -> None:
        """Change the colours of what is shown."""
        self._style = style
        if self._shown:
            self.show_findings(*self._shown)


class LessonText(QWidget):
    """What to look at, and why it happens."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(5)
        self._labels: list[QLabel] = []
        for kind in ("section", "heading", "small", "section", "small"):
            label = QLabel()
            label.setProperty(kind, True)
            label.setWordWrap(True)
            column.addWidget(label)
            self._labels.append(label)
        self._labels[3].setText("WHY")

    def show_lesson(self, lesson: Lesson | None, changed: bool) -> None:
        """Show a lesson's text; ``changed`` says that the experiment is no longer the lesson's."""
        self.setVisible(lesson is not None)
        if lesson is None:
            return
        mark = " · CHANGED" if changed else ""
        self._labels[0].setText(f"LESSON {lesson.number}{mark}")
        self._labels[1].setText(lesson.title)
        self._labels[2].setText(lesson.look)
        self._labels[4].setText(lesson.why)
