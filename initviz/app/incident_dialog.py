"""The dialog about an unexpected error: what happened, what is safe, and a report to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from initviz.app.clipboard import copy_text
from initviz.views.checkbox import CheckBox
from initviz.views.style import Style

SEND_INSTEAD = "try again, or send the log instead (Open log folder)"
"""What helps where the report cannot be copied."""

FIRST_SIZE = 660, 470
"""Width and height, where the screen has room and the text its usual size."""

EDGE, TITLE_BAR = 8, 40
"""Pixels of the screen that the dialog leaves free."""


class IncidentDialog(QDialog):
    """Says what happened; it is closed by Continue, and asks for the rest by its signals.

    Signals:
        copy_asked(): the report is wanted on the clipboard.
        save_asked(): the run is to be saved.
        folder_asked(): the folder of the log is to be opened.
        quit_asked(): the program is to be ended.

    Args:
        style: the colours and the size of the text.
        parent: the window; None where there is none, and then nothing can be saved or quit.
    """

    copy_asked = Signal()
    save_asked = Signal()
    folder_asked = Signal()
    quit_asked = Signal()

    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("initviz: unexpected error")
        # Above any other dialog, and one that is open meanwhile comes back after it.
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.what = _label()
        self.what.setProperty("heading", True)
        self.error = _label()
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setAccessibleName("The error")
        self.safe = _label()
        self.safe.setAccessibleName("What is safe")
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setAccessibleName("Report")
        self.report.setToolTip("What Copy report copies")
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(style.px(11))
        self.report.setStyleSheet(_report_sheet(style, font))
        self.mute = CheckBox("Do not show this error again")
        self.mute.setToolTip("Until the next start; it is still counted, and noted in the log")
        self.note = _label()
        self.note.setProperty("muted", True)
        self.copy = _button("&Copy report", "Put the report on the clipboard, to be sent to us")
        self.save = _button("&Save run…", "Save the run that is shown, as it is now")
        self.folder = _button("Open &log folder", "Show where the log file is")
        self.quit = _button("&Quit", "Close initviz; the experiment is remembered")
        self.go_on = _button("C&ontinue", "Go back to the window (Esc)")
        self.go_on.setProperty("primary", True)
        self.go_on.setDefault(True)
        self.copy.clicked.connect(self.copy_asked)
        self.save.clicked.connect(self.save_asked)
        self.folder.clicked.connect(self.folder_asked)
        self.quit.clicked.connect(self.quit_asked)
        self.go_on.clicked.connect(self.accept)
        about = _row(self.copy, self.save, self.folder)
        about.addStretch(1)
        ways = _row(self.mute)
        ways.addStretch(1)
        ways.addWidget(self.quit)
        ways.addWidget(self.go_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(8)
        for widget in (self.what, self.error, self.safe):
            column.addWidget(widget)
        column.addWidget(self.report, 1)
        column.addWidget(self.note)
        column.addLayout(about)
        column.addSpacing(4)
        column.addLayout(ways)
        if parent is None:
            for useless in (self.save, self.quit, self.mute):
                useless.hide()
            self.go_on.setText("Cl&ose")
        self._place(style, parent)
        self.go_on.setFocus()

    def show_error(self, what: str, error: str, safe: str) -> None:
        """Say what happened, or what has become of it.

        Args:
            what: in one plain sentence.
            error: the error's own words, and how often it came.
            safe: what is not lost.
        """
        self.what.setText(what)
        self.error.setText(error)
        self.safe.setText(safe)

    def show_report(self, report: str) -> None:
        """Show the text that can be copied, where it was read before."""
        bar = self.report.verticalScrollBar()
        place = bar.value()
        self.report.setPlainText(report)
        bar.setValue(place)

    def say(self, note: str) -> None:
        """Say what came of a button."""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def copy_report(self, report: str) -> None:
        """Put the newest report on the clipboard."""
        self.show_report(report)
        self.say(copy_text(report, "report", SEND_INSTEAD))

    def _place(self, style: Style, parent: QWidget | None) -> None:
        """In the middle of the window, as far as that is on the screen."""
        screens = [parent.screen()] if parent else QGuiApplication.screens()
        if not screens:  # they may be gone
            return
        screen = screens[0]
        room = screen.availableGeometry().adjusted(EDGE, TITLE_BAR, -EDGE, -EDGE)
        self.resize(*(style.px(side) for side in FIRST_SIZE))
        self.resize(self.size().boundedTo(room.size()))
        if parent is None or not parent.isVisible():
            return
        place = self.geometry()
        place.moveCenter((parent.geometry() & room).center())
        place.moveLeft(max(min(place.left(), room.right() - place.width()), room.left()))
        place.moveTop(max(min(place.top(), room.bottom() - place.height()), room.top()))
        self.move(place.topLeft())


def _label() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    return row


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAutoDefault(True)
    return button


def _report_sheet(style: Style, font: QFont) -> str:
    return (
        f"QPlainTextEdit {{ background: {style.field}; color: {style.text};"
        f" border: 1px solid {style.border}; border-radius: 4px; padding: 4px;"
        f" font-family: '{font.family()}'; font-size: {font.pixelSize()}px;"
        f" selection-background-color: {style.accent}; selection-color: {style.on_accent}; }}"
        f" QPlainTextEdit:focus {{ border-color: {style.accent}; }}"
    )
