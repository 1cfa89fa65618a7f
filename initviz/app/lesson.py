"""The lesson: what to look at, what it claims and whether that holds, why, and what to try."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from initviz.catalog.lessons import LESSONS, Lesson, Try
from initviz.claims import WAITING, Judgement, State, judge
from initviz.snapshot import Snapshot
from initviz.views.retire import retire
from initviz.views.style import DARK, Style


class LessonPanel(QWidget):
    """One lesson, with claims that are ticked as the training gets to where they can be judged.

    Signals:
        try_asked(Try): an edit of the lesson is wanted.
        lesson_asked(str): another lesson is wanted, or this one as it was written.
    """

    try_asked = Signal(object)
    lesson_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.lesson: Lesson | None = None
        self.judgements: list[Judgement] = []
        self._changed = False
        self._style = DARK
        self._recorded = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(5)
        self.number = _label(column, "section")
        self.title = _label(column, "heading")
        self.look = _label(column, "small")
        self.back = QPushButton("↺ Back to the lesson")
        self.back.setProperty("remedy", True)
        self.back.setToolTip("Show the lesson's experiment again, as it was written")
        self.back.clicked.connect(lambda _=False: self._go(0))
        column.addWidget(self.back)
        self.claims_title = _label(column, "section", "CLAIMS")
        self._claims = _rows(column)
        self.claims: list[QLabel] = []
        _label(column, "section", "WHY")
        self.why = _label(column, "small")
        self.tries_title = _label(column, "section", "TRY THIS")
        self._tries = _rows(column)
        self.tries: list[QPushButton] = []
        self.earlier, self.later = QPushButton("← Lesson"), QPushButton("Lesson →")
        ways = QHBoxLayout()
        for button, step in ((self.earlier, -1), (self.later, 1)):
            button.setProperty("remedy", True)
            button.clicked.connect(lambda _=False, step=step: self._go(step))
            ways.addWidget(button)
        column.addLayout(ways)

    def show_lesson(self, lesson: Lesson | None, changed: bool) -> None:
        """Show a lesson; ``changed`` says that the experiment is no longer the lesson's."""
        self.setVisible(lesson is not None)
        if lesson is not None and lesson is not self.lesson:
            self._build_tries(lesson)
        if lesson is not self.lesson or changed != self._changed:
            self._forget(lesson)
        self.lesson, self._changed = lesson, changed
        if lesson is None:
            return
        self.number.setText(f"LESSON {lesson.number}{' · CHANGED' if changed else ''}")
        self.title.setText(lesson.title)
        self.look.setText(lesson.look)
        self.why.setText(lesson.why)
        self.back.setVisible(changed)
        self._show_claims()
        for button, step in ((self.earlier, -1), (self.later, 1)):
            other = self._neighbour(step)
            button.setEnabled(other is not None)
            button.setToolTip(other.heading if other else "There is none")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Judge what can be judged from an epoch of the lesson's own experiment."""
        if self.lesson is None or snapshot.experiment != self.lesson.experiment:
            return
        recorded = snapshot.history.last + 1
        if recorded < self._recorded:  # it has been started anew
            self._forget(self.lesson)
        self._recorded = recorded
        for place, claim in enumerate(self.lesson.claims):
            judgement = judge(claim, snapshot)
            if judgement.state is not State.WAITING:
                self.judgements[place] = judgement
        self._show_claims()

    def set_style(self, style: Style) -> None:
        """Change the colours of the ticks."""
        self._style = style
        self._show_claims()

    def _forget(self, lesson: Lesson | None) -> None:
        self.judgements = [WAITING] * len(lesson.claims if lesson else ())
        self._recorded = 0

    def _show_claims(self) -> None:
        claims = self.lesson.claims if self.lesson else ()
        self.claims_title.setVisible(bool(claims))
        rest = " · AT REST WHILE CHANGED" if self._changed else ""
        met = sum(judgement.state is State.MET for judgement in self.judgements)
        counted = f" · {met} OF {len(claims)} MET" if met and not self._changed else ""
        self.claims_title.setText(f"CLAIMS{rest}{counted}")
        while len(self.claims) < len(claims):
            self.claims.append(_label(self._claims, "small"))
        for label in self.claims[len(claims) :]:
            label.hide()
        colours = {
            State.MET: self._style.good, State.UNMET: self._style.bad,
            State.WAITING: self._style.muted,
        }  # fmt: skip
        shown = zip(self.claims, claims, self.judgements, strict=False)
        for label, claim, judgement in shown:
            figure = judgement.text or "not yet"
            if judgement.state is State.UNMET:
                figure += f", expected {claim.expected}"
            text = (
                f'<span style="color:{colours[judgement.state]}"><b>{judgement.state.value}</b>'
                f'</span> {escape(claim.text)} <span style="color:{self._style.muted}">'
                f"{escape(figure)}</span>"
            )
            if text != label.text():
                label.setText(text)
            label.setToolTip(f"{claim.measurement.help}\nExpected: {claim.expected}")
            label.show()

    def _build_tries(self, lesson: Lesson) -> None:
        self.tries_title.setVisible(bool(lesson.tries))
        while item := self._tries.itemAt(0):
            if widget := item.widget():
                retire(widget, self._tries)
            else:
                self._tries.removeItem(item)
        self.tries = []
        for each in lesson.tries:
            _label(self._tries, "small", each.ask)
            button = QPushButton(each.label)
            button.setProperty("remedy", True)
            button.setToolTip("Guess first; then this makes the edit, and Space trains it")
            button.clicked.connect(lambda _=False, each=each: self._ask(each))
            self._tries.addWidget(button)
            self.tries.append(button)

    def _ask(self, wanted: Try) -> None:
        self.try_asked.emit(wanted)

    def _neighbour(self, step: int) -> Lesson | None:
        course = list(LESSONS.values())
        place = course.index(self.lesson) + step if self.lesson in course else -1
        return course[place] if 0 <= place < len(course) else None

    def _go(self, step: int) -> None:
        other = self._neighbour(step)
        if other:
            self.lesson_asked.emit(other.name)


def _label(column: QVBoxLayout, kind: str, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setProperty(kind, True)
    label.setWordWrap(True)
    column.addWidget(label)
    return label


def _rows(column: QVBoxLayout) -> QVBoxLayout:
    rows = QVBoxLayout()
    rows.setSpacing(4)
    column.addLayout(rows)
    return rows
