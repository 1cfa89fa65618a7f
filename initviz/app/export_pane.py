"""What the tabs for pictures and films share: choices, what is wrong with them, and a preview."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from initviz.export.figure import FigureError
from initviz.views.checkbox import CheckBox
from initviz.views.combo import Combo
from initviz.views.style import GLYPHS

if TYPE_CHECKING:
    from initviz.app.window import Window

Row = tuple[str, QWidget | QLayout]
"""What stands before a field, and the field."""


class ExportPane(QWidget):
    """The choices on the right, the picture or a frame as it will be on the left.

    Args:
        window: whose run is exported.
        verb: what is done, such as "Draw".
        preview: what the picture on the left is called.
        rest_ms: how long choices rest before the preview follows.

    Signals:
        close_asked(): somebody is done.
    """

    close_asked = Signal()

    def __init__(self, window: Window, verb: str, preview: str, rest_ms: int) -> None:
        super().__init__()
        self._window = window
        self._recording = window.model.recording
        self._experiment = window.model.experiment
        self._verb = verb
        self._image = QImage()
        self.preview = QLabel()
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.preview.setMinimumSize(200, 150)
        self.preview.setAccessibleName(preview)
        self.words = QLabel()
        self.words.setProperty("muted", True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.problem = QLabel()
        self.problem.setProperty("cure", True)
        self.problem.setWordWrap(True)
        self.what = named(Combo(), f"What to {verb.lower()}: a page or a view")
        for page in window.pages:
            self.what.addItem(f"Page: {page.arrangement.title}", page.arrangement.name)
        for page in window.pages:
            for view in page.views:
                self.what.addItem(view.title, view.name)
        self.save = QPushButton()
        self.save.setProperty("primary", True)
        self.save.clicked.connect(self.ask_where)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close_asked)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(rest_ms)
        self._rest.timeout.connect(self._show)

    def lay_out(self, rows: Iterable[Row], buttons: Iterable[QPushButton]) -> None:
        """Put everything in its place: below the rows come the lanes, at the foot the buttons."""
        form = QFormLayout()
        form.setVerticalSpacing(8)
        for label, field in rows:
            form.addRow(label, field)
        self.lanes: list[CheckBox] = []
        boxes = QVBoxLayout()
        boxes.setSpacing(0)
        for lane in self._experiment.lanes:
            box = CheckBox(f"{GLYPHS[int(lane.colour or 0)]} {lane.title}")
            box.setAccessibleName(f"{self._verb} {lane.title}")
            box.setChecked(True)
            box.toggled.connect(lambda _: self._changed())
            boxes.addWidget(box)
            self.lanes.append(box)
        form.addRow("Lanes", boxes)
        foot = QHBoxLayout()
        for button in (*buttons, self.close_button):
            foot.addWidget(button)
        side = QVBoxLayout()
        side.addLayout(form)
        side.addWidget(self.problem)
        side.addStretch(1)
        side.addLayout(foot)
        left = QVBoxLayout()
        left.addWidget(self.preview, 1)
        left.addWidget(self.words)
        both = QHBoxLayout(self)
        both.setContentsMargins(8, 8, 8, 8)
        both.setSpacing(16)
        both.addLayout(left, 1)
        both.addLayout(side)

    # --- what a pane does of its own ----------------------------------------------------------

    def ask_where(self) -> None:
        """Ask for a file, and write what is chosen."""
        raise NotImplementedError

    def _changed(self) -> None:
        """Say what is wrong at once; draw when the choices rest."""
        raise NotImplementedError

    def _show(self) -> None:
        """Draw what is chosen: the choices have come to rest."""
        raise NotImplementedError

    def _pixmap(self) -> QPixmap:
        """What is drawn, no larger than there is room."""
        return QPixmap.fromImage(self._image)

    # --- what they share ----------------------------------------------------------------------

    def chosen_lanes(self) -> tuple[int, ...]:
        """The places of the lanes that are ticked; () where all are.

        Raises:
            FigureError: if none is.
        """
        chosen = tuple(place for place, box in enumerate(self.lanes) if box.isChecked())
        if not chosen:
            raise FigureError("no initialisation is chosen; tick at least one")
        return () if len(chosen) == len(self.lanes) else chosen

    def say(self, problem: str) -> None:
        """Say what is wrong, "" where nothing is."""
        self.problem.setText(f"{problem[:1].upper()}{problem[1:]}." if problem else "")
        self.problem.setVisible(bool(problem))
        if problem:
            self.ready(False)

    def ready(self, ready: bool) -> None:
        """Whether what is chosen is drawn, and can be saved."""
        self.save.setEnabled(ready)

    def saved(self, path: Path) -> None:
        """Say which file there is now."""
        self._window.memory.folder = path.parent
        self._window.scrubber.say(f"saved: {path}")
        self.words.setText(f"saved: {path}")

    def room(self) -> QSize:
        """Pixels of the screen that the preview has; not one more, or its edge is cut off."""
        size, ratio = self.preview.size(), self.devicePixelRatioF()
        return QSize(int(size.width() * ratio), int(size.height() * ratio))

    def fit(self) -> None:
        """Show what is drawn, as large as there is room."""
        if self._image.isNull():
            return
        pixmap = self._pixmap()
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self.preview.setPixmap(pixmap)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the room that there is."""
        super().resizeEvent(event)
        self.fit()


def named(combo: Combo, name: str) -> Combo:
    """A list with a name for screen readers, which is its tooltip, too."""
    combo.setAccessibleName(name)
    combo.setToolTip(name)
    return combo
