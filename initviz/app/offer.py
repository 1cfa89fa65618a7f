"""The line across the page that offers back what a crashed window has left."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

ROOM = 2.2
"""The width of the line, in that of its answers, from which on they stand beside the words."""


class Offer(QFrame):
    """A line across the page with what there is, and three answers.

    Signals:
        accepted(): it is to be brought back.
        discarded(): it is to be removed; that has been asked twice.
        postponed(): the next start is to offer it again.
    """

    accepted = Signal()
    discarded = Signal()
    postponed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("offer", True)
        self._offered, self._what = "", ""
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.accept = self._button("Bring it back", "Show it where it was, to be trained on from")
        self.accept.setProperty("primary", True)
        self.discard = self._button("Discard…", "Remove what was autosaved of it")
        self.later = self._button("Not now", "Leave it for the next start, for 30 days at most")
        self.really = self._button("Discard for good", "It cannot be brought back afterwards")
        self.keep = self._button("Keep it", "Go back to the offer")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addStretch(1)
        for button in (self.accept, self.discard, self.later, self.really, self.keep):
            row.addWidget(button)
        self._buttons = row
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(10, 4, 6, 4)
        self._layout.addWidget(self.text, 1)
        self._layout.addLayout(row)
        self.accept.clicked.connect(self.accepted)
        self.later.clicked.connect(self.postponed)
        self.really.clicked.connect(self.discarded)
        self.discard.clicked.connect(lambda _=False: self._ask(True))
        self.keep.clicked.connect(lambda _=False: self._ask(False))
        self.hide()

    def _button(self, words: str, tip: str) -> QPushButton:
        button = QPushButton(words)
        button.setToolTip(tip)
        return button

    def show_offer(self, offered: str, what: str) -> None:
        """Offer something.

        Args:
            offered: sentences on what there is.
            what: the same in a few words, for the question whether it may be discarded.
        """
        self._offered, self._what = offered, what
        self._ask(False)
        self.setEnabled(True)
        self.show()

    def wait(self, words: str) -> None:
        """Say that what was chosen is under way."""
        self.text.setText(words)
        self.setEnabled(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the answers below where they leave the words too little room."""
        super().resizeEvent(event)
        beside = self.width() > ROOM * self._buttons.sizeHint().width()
        way = QBoxLayout.Direction
        self._layout.setDirection(way.LeftToRight if beside else way.TopToBottom)

    def _ask(self, really: bool) -> None:
        # A button that is hidden would hand the keyboard on to whatever stands next.
        asked: QWidget | None = self.window().focusWidget()
        within = asked is not None and self.isAncestorOf(asked)
        self.text.setText(f"Discard {self._what} for good?" if really else self._offered)
        for button in (self.accept, self.discard, self.later):
            button.setVisible(not really)
        for button in (self.really, self.keep):
            button.setVisible(really)
        if within:
            (self.keep if really else self.discard).setFocus()
