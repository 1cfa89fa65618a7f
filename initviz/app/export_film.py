"""Exporting a film: of what, which epochs, how fast, in which colours, and a frame of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QSpinBox

from initviz.app.endings import ExistsError, with_ending
from initviz.app.export_pane import ExportPane, Row
from initviz.app.filming import FilmDialog
from initviz.export.figure import FASTEST, FILMS, FigureError
from initviz.export.film import Epochs, Film, FilmError, Frames
from initviz.export.mp4 import Mp4Writer
from initviz.export.options import LARGEST_SIDE, SMALLEST_SIDE
from initviz.report import explain
from initviz.shortage import ShortageError
from initviz.views.checkbox import CheckBox
from initviz.views.combo import Combo
from initviz.views.style import STYLES

if TYPE_CHECKING:
    from initviz.app.window import Window

REST_MS = 300
"""How long choices rest before the preview follows."""


class ExportFilm(ExportPane):
    """The choices of a film, and one frame as it will be."""

    def __init__(self, window: Window, what: str) -> None:
        super().__init__(window, "Film", "One frame of the film", REST_MS)
        self._frames: tuple[Film, Frames] | None = None
        self._filming: FilmDialog | None = None
        self.what.setCurrentIndex(self.what.findData(what))
        self.format, self.theme = Combo(), Combo()
        for name, title in FILMS.items():
            self.format.addItem(title, name)
        for name in STYLES:
            self.theme.addItem(name.capitalize(), name)
        self.theme.setCurrentIndex(self.theme.findData(window.look.name))
        last = max(self._recording.last, 0)
        self.first, self.last = _number(0, last, 0), _number(0, last, last)
        self.step = _number(1, max(last, 1), max(1, last // 200))
        self.rate = _number(1, max(FASTEST.values()), 10)
        self.width_field = _number(SMALLEST_SIDE, LARGEST_SIDE, 1280)
        self.height_field = _number(SMALLEST_SIDE, LARGEST_SIDE, 800)
        self.counter = CheckBox("Epoch counter below")
        self.counter.setChecked(True)
        rows: list[Row] = []
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
            rows.append((label, field))
            if isinstance(field, QSpinBox):
                field.valueChanged.connect(lambda _: self._changed())
            else:
                field.currentIndexChanged.connect(lambda _: self._changed())
        self.counter.toggled.connect(lambda _: self._changed())
        self.save.setText("Make the film…")
        self.lay_out([*rows, ("", self.counter)], [self.save])
        self._changed()

    # --- what is chosen -----------------------------------------------------------------------

    def film(self) -> Film:
        """What is chosen.

        Raises:
            FigureError: if it cannot be made.
        """
        if self._recording.last < 1:
            raise FilmError("a film needs more than epoch 0; train first")
        film = Film(
            what=str(self.what.currentData()),
            theme=str(self.theme.currentData()),
            size=(self.width_field.value(), self.height_field.value()),
            rate=self.rate.value(),
            epochs=Epochs(self.first.value(), self.last.value(), self.step.value()),
            format=str(self.format.currentData()),
            counter=self.counter.isChecked(),
            lanes=self.chosen_lanes(),
            focus=self._window.model.focus.within(self._experiment),
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
        except FigureError as error:
            self.say(str(error))
            return
        self.say("")
        frames = len(film.epochs_of(self._recording))
        self.words.setText(
            f"{frames} frames · {frames / film.rate:.1f} s · {film.pixels[0]} × {film.pixels[1]} "
            "pixels"
        )
        self.ready(False)
        self._rest.start()

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
        except (FigureError, ShortageError) as error:
            self.say(str(error))
            return
        except Exception as error:  # whatever a probe may come upon: the choices stay
            self.say(explain(error, "drawing a frame of a film"))
            return
        self._image = frames.image.copy()
        self.fit()
        self.say("")
        self.ready(True)

    def _frames_for(self, film: Film) -> Frames:
        """What draws a film's frames: another one only where they would look differently."""
        alike = dataclasses.replace(film, epochs=Epochs(), rate=1)
        if self._frames is None or self._frames[0] != alike:
            self._close_frames()
            self._frames = alike, Frames(self._recording, film)
        return self._frames[1]

    def _pixmap(self) -> QPixmap:
        return QPixmap.fromImage(self._image).scaled(
            self.room(),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )

    def draw(self) -> None:
        """Draw a frame if there is none yet: the tab is on top now."""
        if self._image.isNull():
            self._changed()

    # --- making it ----------------------------------------------------------------------------

    def ask_where(self) -> None:
        """Ask for a file, and make the film."""
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
            self.say(f"not saved: {error}")
            return
        self._filming = FilmDialog(path, self._recording, film, self)
        self._filming.finished.connect(self._made)
        self._filming.open()

    def _made(self) -> None:
        dialog, self._filming = self._filming, None
        assert dialog is not None
        if dialog.error:
            self.say(f"not saved: {dialog.error}")
        elif dialog.result():
            self.saved(dialog.path)
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
