"""The line across the page that says what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from initviz.report import Incident

OPENING, SAVING = "opening", "saving"
"""What is tried again, and may succeed then."""


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
        self._problem, self._about = "", ""
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
        self._problem = f"{problem} Change a setting, or try again."
        self._show_problem()

    def _show_problem(self) -> None:
        self.text.setText(self._problem)
        self._about = ""
        self.button.show()
        self.details.setVisible(self._incident is not None)
        self.setVisible(self._failed)

    def show_note(self, note: str, about: str = "") -> None:
        """Say what could not be done.

        Args:
            note: one or more sentences.
            about: what was tried, such as ``OPENING``: its next success takes the note away.
        """
        self.text.setText(note)
        self._about = about
        self.button.setVisible(self._failed)
        self.details.setVisible(self._failed and self._incident is not None)
        self.setVisible(True)
        self.noted.emit(note)

    def succeeded(self, about: str) -> None:
        """Take away what was said of a failure of the same kind; all else still holds."""
        if self._about == about:
            self._show_problem()
