"""The line across the page that says what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton


class Banner(QFrame):
    """A line across the page: what went wrong.

    Signals:
        noted(note): it says what could not be done.
    """

    noted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("banner", True)
        self._failed = False
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton("Try again")
        self.button.setToolTip("Begin again at epoch 0")
        self.dismiss = QPushButton("Close")
        self.dismiss.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 6, 4)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        row.addWidget(self.dismiss)
        self.hide()

    def show_problem(self, problem: str) -> None:
        """Say why the training stopped; "" takes the banner away."""
        self._failed = bool(problem)
        self.text.setText(f"The training stopped. {problem} Change a setting, or try again.")
        self.button.show()
        self.setVisible(self._failed)

    def show_note(self, note: str) -> None:
        """Say what could not be done."""
        self.text.setText(note)
        self.button.setVisible(self._failed)
        self.setVisible(True)
        self.noted.emit(note)
