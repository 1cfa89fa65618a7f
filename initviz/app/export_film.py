"""Exporting a film: of what, which epochs, how fast, in which colours, and a frame of it."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from initviz.app.endings import ExistsError, with_ending
from initviz.app.filming import FilmDialog
from initviz.export.figure import FASTEST, FILMS
from initviz.export.film import Epochs, Film, FilmError, Frames
from initviz.export.mp4 import Mp4Writer
from initviz.export.options import LARGEST_SIDE, SMALLEST_SIDE
from initviz.views.combo import Combo
from initviz.views.style import GLYPHS, STYLES

if TYPE_CHECKING:
    from initviz.app.window import Window

log = logging.getLogger(__name__)

REST_MS = 300
"""How long choices rest before the preview follows."""


class ExportFilm(QWidget):
    """The choices on the right, one frame as it will be on the left.

    Signals:
        close_asked(): somebody is done.
    """

    close_asked = Signal()

    def __init__(self, window: Window, what: str) -> None:
        super().__init__()
        self._window = window
        self._recording = window.model.recording
        self._frames: tuple[Film, Frames] | None = None
        self._image = QImage()
        self._filming: FilmDialog | None = None
        self.preview = QLabel()
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.preview.setMinimumSize(200, 150)
        self.preview.setAccessibleName("One frame of the film")
        self.words = QLabel()
        self.words.setProperty("muted", True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._show)
        self._build(what)
        self._changed()

    # --- building -----------------------------------------------------------------------------

    def _build(self, what: str) -> None:
        self.what, self.format, self.theme = (Combo() for _ in range(3))
        for page in self._window.pages:
            self.what.addItem(f"Page: {page.arrangement.title}", page.arrangement.name)
        for page in self._window.pages:
            for view in page.views:
                self.what.addItem(view.title, view.name)
        self.what.setCurrentIndex(self.what.findData(what))
        for name, title in FILMS.items():
            self.format.addItem(title, name)
        for name in STYLES:
            self.theme.addItem(name.capitalize(), name)
        self.theme.setCurrentIndex(self.theme.findData(self._window.look.name))
        last = max(self._recording.last, 0)
        self.first, self.last = _number(0, last, 0), _number(0, last, last)
        self.step = _number(1, max(last, 1), max(1, last // 200))
        self.rate = _number(1, max(FASTEST.values()), 10)
        self.width_field = _number(SMALLEST_SIDE, LARGEST_SIDE, 1280)
        self.height_field = _number(SMALLEST_SIDE, LARGEST_SIDE, 800)
        self.counter = QCheckBox("Epoch counter below")
        self.counter.setChecked(True)
        self.lanes: list[QCheckBox] = []
        boxes = QVBoxLayout()
        boxes.setSpacing(0)
        for lane in self._window.model.experiment.lanes:
            box = QCheckBox(f"{GLYPHS[int(lane.colour or 0)]} {lane.title}")
            box.setAccessibleName(f"Film {lane.title}")
            box.setChecked(True)
            box.toggled.connect(lambda _: self._changed())
            boxes.addWidget(box)
            self.lanes.append(box)
        self.problem = QLabel()
        self.problem.setProperty("cure", True)
        self.problem.setWordWrap(True)
        form = QFormLayout()
        form.setVerticalSpacing(8)
        for label, name, field in (
            ("Film", "What to film: a page or a view", self.what),
            ("Format", "Format of the file", self.format),
            ("From epoch", "First epoch", self.first),
            ("To epoch", "Last epoch", self.last),
            ("Every", "From one epoch that is shown to the next", self.step),
            ("Frames / s", "Frames a second", self.rate),
            ("Width", "Width in pixels", self.width_field),
            ("Height", "Height in pixels, with the counter", self.height_field),
            ("Colours", "Colours", self.theme),
        ):
            field.setAccessibleName(name)
            field.setToolTip(name)
            field.setMinimumHeight(self.what.sizeHint().height())
            form.addRow(label, field)
        form.addRow("", self.counter)
        form.addRow("Lanes", boxes)
        self.save = QPushButton("Make the film…")
        self.save.setProperty("primary", True)
        self.save.clicked.connect(self._ask_where)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close_asked)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.close_button)
        side = QVBoxLayout()
        side.addLayout(form)
        side.addWidget(self.problem)
        side.addStretch(1)
        side.addLayout(buttons)
        left = QVBoxLayout()
        left.addWidget(self.preview, 1)
        left.addWidget(self.words)
        both = QHBoxLayout(self)
        both.setContentsMargins(8, 8, 8, 8)
        both.setSpacing(16)
        both.addLayout(left, 1)
        both.addLayout(side)
        for combo in (self.what, self.format, self.theme):
            combo.currentIndexChanged.connect(lambda _: self._changed())
        for number in (
            self.first, self.last, self.step, self.rate, self.width_field, self.height_field,
        ):  # fmt: skip
            number.valueChanged.connect(lambda _: self._changed())
        self.counter.toggled.connect(lambda _: self._changed())

    # --- what is chosen -----------------------------------------------------------------------

    def film(self) -> Film:
        """What is chosen.

        Raises:
            FilmError: if it cannot be made.
        """
        if self._recording.last < 1:
            raise FilmError("a film needs more than epoch 0; train first")
        chosen = tuple(place for place, box in enumerate(self.lanes) if box.isChecked())
        if not chosen:
            raise FilmError("no initialisation is chosen; tick at least one")
        film = Film(
            what=str(self.what.currentData()),
            theme=str(self.theme.currentData()),
            size=(self.width_field.value(), self.height_field.value()),
            rate=self.rate.value(),
            epochs=Epochs(self.first.value(), self.last.value(), self.step.value()),
            format=str(self.format.currentData()),
            counter=self.counter.isChecked(),
            lanes=() if len(chosen) == len(self.lanes) else chosen,
            focus=self._window.model.focus.within(self._window.model.experiment),
        )
        film.epochs_of(self._recording)
        if film.format == "mp4":
            Mp4Writer.check()
        return film

    def _changed(self) -> None:
        """Say what is wrong at once; draw when the choices rest."""
        self._rest.stop()
        try:
            film = self.film()
        except FilmError as error:
            self._say(str(error))
            return
        self._say("")
        frames = len(film.epochs_of(self._recording))
        self.words.setText(
            f"{frames} frames · {frames / film.rate:.1f} s · {film.pixels[0]} × {film.pixels[1]} "
            "pixels"
        )
        self.save.setEnabled(False)
        self._rest.start()

    def _say(self, problem: str) -> None:
        self.problem.setText(f"{problem[:1].upper()}{problem[1:]}." if problem else "")
        self.problem.setVisible(bool(problem))
        self.save.setEnabled(not problem)

    def _show(self) -> None:
        """Draw the epoch that the window shows, or the one nearest to it in the film."""
        if not self.isVisible():  # another tab is on top
            return
        try:
            film = self.film()
            epochs = film.epochs_of(self._recording)
            frames = self._frames_for(film)
            cursor = self._window.model.cursor
            frames.frame(min(epochs, key=lambda epoch: abs(epoch - cursor)))
            frames.check_size()
        except FilmError as error:
            self._say(str(error))
            return
        except Exception as error:  # whatever a probe may come upon: the choices stay
            log.exception("drawing a frame failed")
            self._say(f"{type(error).__name__}: {error}")
            return
        self._image = frames.image.copy()
        self._fit()
        self._say("")

    def _frames_for(self, film: Film) -> Frames:
        """What draws a film's frames: another one only where they would look differently."""
        alike = dataclasses.replace(film, epochs=Epochs(), rate=1)
        if self._frames is None or self._frames[0] != alike:
            self._close_frames()
            self._frames = alike, Frames(self._recording, film)
        return self._frames[1]

    def _fit(self) -> None:
        if self._image.isNull():
            return
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(self._image).scaled(
            self.preview.size() * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(ratio)
        self.preview.setPixmap(pixmap)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the frame as large as there is room."""
        super().resizeEvent(event)
        self._fit()

    def draw(self) -> None:
        """Draw a frame if there is none yet: the tab is on top now."""
        if self._image.isNull():
            self._changed()

    # --- making it ----------------------------------------------------------------------------

    def _ask_where(self) -> None:
        film = self.film()
        name = f"initviz-{film.what}.{film.format}"
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save film", str(self._window.memory.folder / name),
            f"{FILMS[film.format]} (*.{film.format})",
        )  # fmt: skip
        if chosen:
            self.write(Path(chosen))

    def write(self, path: Path) -> None:
        """Make the film, in a dialog that can be cancelled."""
        film = self.film()
        try:
            path = with_ending(path, f".{film.format}")
        except ExistsError as error:
            self._say(f"not saved: {error}")
            return
        self._filming = FilmDialog(path, self._recording, film, self)
        self._filming.finished.connect(self._made)
        self._filming.open()

    def _made(self) -> None:
        dialog, self._filming = self._filming, None
        assert dialog is not None
        if dialog.error:
            self._say(f"not saved: {dialog.error}")
        elif dialog.result():
            self._window.memory.folder = dialog.path.parent
            self._window.scrubber.say(f"saved: {dialog.path}")
            self.words.setText(f"saved: {dialog.path}")
        dialog.deleteLater()

    def end(self) -> None:
        """Give everything up that would go on without the dialog."""
        self._rest.stop()
        if self._filming is not None:
            self._filming.reject()
        self._close_frames()

    def _close_frames(self) -> None:
        if self._frames is not None:
            self._frames[1].close()
            self._frames = None


def _number(low: int, high: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    return box
