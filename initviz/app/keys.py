"""Help → Keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from initviz.app.room import fit_to_screen, scrolling

KEYS = (
    ("Space", "train or pause"),
    ("→", "step forward; at the end, train one more epoch"),
    ("←", "step back"),
    ("Home", "to the initial state"),
    ("End", "to the newest epoch"),
    ("Ctrl+R", "restart from epoch 0"),
    ("Ctrl+Z", "undo the last edit; in a field whose text is refused, the typing"),
    ("Ctrl+Shift+Z Ctrl+Y", "redo it"),
    ("Ctrl+H", "the runs of this session"),
    ("Ctrl+P", "pin this run's curves, or unpin them"),
    ("Ctrl+Shift+P", "take all pins away"),
    ("↑ ↓", "in a number: the next larger or smaller one"),
    ("← →", "on a slider that Tab has gone to: a step"),
    ("Esc", "in a field: back to the value before the typing"),
    ("Alt+↑ Alt+↓", "move the initialisation with the focus"),
    ("Alt+← Alt+→", "in the network: to the layer before or after the pinned neuron's"),
    ("Alt+↑ Alt+↓", "in the network: to the neuron above or below the pinned one"),
    ("Esc", "in the network: let the pinned neuron go"),
    ("Ctrl+E", "save a picture of the page"),
    ("Ctrl+Shift+C", "copy a picture of the page"),
    ("Ctrl+O", "open an experiment or a run"),
    ("Ctrl+S  Ctrl+Shift+S", "save the experiment, the run"),
    ("Ctrl+D", "open data of your own (CSV)"),
    ("F", "let the view under the mouse fill the page, or put it back (Esc)"),
    ("A", "show its whole axes again"),
    ("F11", "full screen, with larger text"),
    ("F8  F9", "the panel of the experiment, of what the numbers say"),
    ("Ctrl++ Ctrl+=", "larger text"),
    ("Ctrl+- Ctrl+0", "smaller text; as large as the system's"),
    ("F1", "this list"),
    ("Ctrl+Q", "quit"),
)


def keyboard_help(parent: QWidget) -> None:
    """Show the list of keys until it is closed."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Keyboard")
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(6)
    whats = [QLabel(what) for _, what in KEYS]
    for row, (key, _) in enumerate(KEYS):
        name = QLabel(key)
        name.setProperty("heading", True)
        grid.addWidget(name, row, 0)
        grid.addWidget(whats[row], row, 1)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    grid.setColumnStretch(1, 1)
    scroll = scrolling(grid)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(16, 14, 16, 12)
    column.setSpacing(14)
    column.addWidget(scroll)
    column.addWidget(buttons)
    fit_to_screen(dialog, dialog.sizeHint())
    for what in whats:
        what.setWordWrap(dialog.width() < dialog.sizeHint().width())
    dialog.open()
