"""The bar at the top: which lesson, undo, the transport, the runs, what can be taken out."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from initviz.app.edits import Edits
from initviz.app.transport import ICON
from initviz.catalog.lessons import LESSONS, Lesson
from initviz.views.combo import Combo
from initviz.views.style import Style


class TopBar(QWidget):
    """The list of lessons, undo and redo, the transport in the middle, Runs and Export."""

    def __init__(self, transport: QWidget, edits: Edits) -> None:
        super().__init__()
        self.lessons = Combo()
        self.lessons.setToolTip("Choose a lesson: an experiment, and what there is to see in it")
        self.lessons.setAccessibleName("Lesson")
        for lesson in LESSONS.values():
            self.lessons.addItem(lesson.heading, lesson.name)
            self.lessons.setItemData(
                self.lessons.count() - 1, lesson.summary, Qt.ItemDataRole.ToolTipRole
            )
        self.lessons.setPlaceholderText("Own experiment")
        self.export = QToolButton()
        self.export.setText("Export ▾")
        self.export.setToolTip("Save or copy pictures of what is shown (Ctrl+E)")
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.runs = QToolButton()
        self.runs.setText("Runs ▾")
        self.runs.setToolTip(
            "The runs of this session: come back to one, or pin its curves (Ctrl+H)"
        )
        self.runs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        brand = QLabel("initviz")
        brand.setProperty("brand", True)
        both = QVBoxLayout(self)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(4)
        row = self._row = QHBoxLayout()
        row.setSpacing(10)
        both.addLayout(row)
        self._second = QHBoxLayout()
        both.addLayout(self._second)
        row.addWidget(brand)
        row.addWidget(self.lessons, 20)
        steps = QHBoxLayout()
        steps.setSpacing(2)
        self.undo, self.redo = QToolButton(), QToolButton()
        for button, action, name in (
            (self.undo, edits.undo, "Undo"), (self.redo, edits.redo, "Redo"),
        ):  # fmt: skip
            button.setProperty("flat", True)
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setAccessibleName(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            steps.addWidget(button)
        row.addLayout(steps)
        row.addStretch(1)
        self._transport, self._place = transport, row.count()
        row.addWidget(transport)
        row.addStretch(1)
        row.addWidget(self.runs)
        row.addWidget(self.export)

    def show_lesson(self, lesson: Lesson | None) -> None:
        """Name the lesson that is shown, or none; nothing is emitted."""
        self.lessons.setCurrentIndex(self.lessons.findData(lesson.name) if lesson else -1)

    def set_narrow(self, narrow: bool) -> None:
        """Give the transport a row of its own, where there is no room for it in the first."""
        if narrow == (self._second.count() > 0):
            return
        if narrow:
            self._second.addWidget(self._transport, 0, Qt.AlignmentFlag.AlignHCenter)
        else:
            self._second.removeWidget(self._transport)
            self._row.insertWidget(self._place, self._transport)

    def set_style(self, style: Style) -> None:
        """Make room for the text."""
        self.lessons.setMinimumWidth(style.px(170))
        self.lessons.setMaximumWidth(style.px(264))
        for button in (self.undo, self.redo):
            button.setIconSize(QSize(1, 1) * style.px(ICON))
