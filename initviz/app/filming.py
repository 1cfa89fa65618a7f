"""A film in the making: how far it is, and a way to stop it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from initviz.export.film import Film, FilmError, FilmFileError, Filming
from initviz.recording import Recording
from initviz.report import explain
from initviz.shortage import ShortageError


class FilmDialog(QDialog):
    """Makes a film step by step, between which the window goes on; it closes by itself.

    It is accepted when the film is written, and rejected when it was given up or could not be
    made. Either way ``finished`` is emitted.

    Args:
        path, recording, film: as for ``write_film``.
        parent: the window.

    Attributes:
        error: why the film could not be made; "" where it could, or was given up.
    """

    def __init__(
        self, path: Path, recording: Recording, film: Film, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.path, self.error = path, ""
        self._what = recording, film
        self._filming: Filming | None = None
        self.setWindowTitle(f"Film: {path.name}")
        self.setMinimumWidth(360)
        self.words = QLabel("Preparing …")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.cancel.setIcon(QIcon())
        self.cancel.setToolTip("Stop, and write nothing")
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (self.words, self.progress, buttons):
            column.addWidget(widget)
        # One step at a time: at 0 ms the timer lets every other event go first.
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        self._timer.start(0)

    def done(self, result: int) -> None:
        """Close; a film that is not finished is given up."""
        self._timer.stop()
        if self._filming is not None:
            self._filming.close()
        super().done(result)

    def _step(self) -> None:
        try:
            if self._filming is None:
                self._filming = Filming(self.path, *self._what)
                self.progress.setRange(0, self._filming.total)
            else:
                self._filming.step()
        except (FilmError, FilmFileError, ShortageError) as error:
            self._fail(str(error))
            return
        except Exception as error:  # it would come again with every step
            self._fail(explain(error, f"filming {self.path.name}"))
            return
        self._show(self._filming)
        if self._filming.finished:
            self.accept()

    def _fail(self, why: str) -> None:
        self.error = why
        self.reject()

    def _show(self, filming: Filming) -> None:
        self.progress.setValue(filming.done)
        doing = "Drawing" if filming.done > len(filming.epochs) else "Looking ahead"
        last = filming.epochs[-1]
        self.words.setText(f"{doing}: epoch {filming.epoch} of {last}")
