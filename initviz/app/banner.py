"""The line across the page that says what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from initviz.report import Incident


class Banner(QFrame):
    """A line across the page: what went wrong.

    Signals:
        noted(note): it says what could not be done.
        details_asked(incident): somebody wants to know more about an unexpected error.
    """

    noted = Signal(str)
    details_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("banner", True)
        self._failed = False
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._incident: Incident | None = None
        self.details = QPushButton("Details…")
        self.details.setToolTip("What happened, and a report to copy")
        self.details.clicked.connect(lambda: self.details_asked.emit(self._incident))
        self.button = QPushButton("Try again")
        self.button.setToolTip("Begin again at epoch 0")
        self.dismiss = QPushButton("Close")
        self.dismiss.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 6, 4)
        row.addWidget(self.text, 1)
        row.addWidget(self.details)
        row.addWidget(self.button)
        row.addWidget(self.dismiss)
        self.hide()

    def show_problem(self, problem: str, incident: Incident | None = None) -> None:
        """Say what stopped the run; "" takes that away, and leaves a note where it is.

        Args:
            problem: one or more sentences.
            incident: the error, if it was an unexpected one.
        """
        if not problem and not self._failed:
            return
        self._failed = bool(problem)
        self._incident = incident
        self.text.setText(f"{problem} Change a setting, or try again.")
        self.button.show()
        self.details.setVisible(incident is not None)
        self.setVisible(self._failed)

    def show_note(self, note: str) -> None:
        """Say what could not be done."""
        self.text.setText(note)
        self.button.setVisible(self._failed)
        self.details.setVisible(self._failed and self._incident is not None)
        self.setVisible(True)
        self.noted.emit(note)
