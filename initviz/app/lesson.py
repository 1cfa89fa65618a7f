"""The lesson's text: what to look at, and why it happens."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from initviz.catalog.lessons import Lesson


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
