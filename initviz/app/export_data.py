"""Exporting numbers, weights, the run and code: what, of which epochs, in which format."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from initviz.app.endings import ExistsError, refuse_existing, with_ending
from initviz.app.job import LOOK_MS, Job, JobError
from initviz.catalog.datasets.csv_file import CancelledError
from initviz.export.data import CONTENTS, DataError, check_held, write_data
from initviz.reasons import not_written
from initviz.views.combo import Combo
from initviz.whole import whole

if TYPE_CHECKING:
    from initviz.app.window import Window

ALL, SHOWN = "all", "shown"

WIDEST = 380
"""Pixels of a list: longer ones are hard to read beside their labels."""


class ExportData(QWidget):
    """Tables and weights with a choice of epochs; below, files that have nothing to choose.

    Signals:
        close_asked(): somebody is done.
    """

    close_asked = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self._recording = window.model.recording
        self._cursor = window.model.cursor
        self._job: Job | None = None
        self._path = Path()
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._look_at_job)
        self.what, self.format, self.epochs, self.lane = (Combo() for _ in range(4))
        for content in CONTENTS.values():
            self.what.addItem(content.title, content.name)
        self.epochs.addItem(f"Epoch {self._cursor}", SHOWN)
        self.epochs.addItem("All recorded epochs", ALL)
        self.lane.addItem("All, each with its number", None)
        for place, lane in enumerate(window.model.experiment.lanes):
            self.lane.addItem(lane.title, place)
        form = self._form = QFormLayout()
        form.setVerticalSpacing(8)
        for label, name, field in (
            ("Write", "What to write", self.what),
            ("Format", "Format of the file", self.format),
            ("Epochs", "Which epochs", self.epochs),
            ("Lanes", "Whose weights; of one, the names are those of a single network", self.lane),
        ):
            field.setAccessibleName(name)
            field.setToolTip(name)
            field.setMaximumWidth(window.look.px(WIDEST))
            form.addRow(label, field)
        self.help = QLabel()
        self.help.setWordWrap(True)
        self.help.setProperty("muted", True)
        form.addRow("", self.help)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.save = QPushButton("Save…")
        self.save.setProperty("primary", True)
        self.save.clicked.connect(self._ask_where)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close_asked)
        rest = QFormLayout()
        rest.setVerticalSpacing(8)
        for label, name, help_, call in (
            ("Run", "Save run…", "everything, to be opened and trained on again (.initviz)",
             window.run_files.ask_where),
            ("Script", "Save PyTorch script…", "the experiment as a training script of its own",
             window.files.save_script),
            ("Experiment", "Save experiment…", "what is trained, to be edited (TOML)",
             window.files.save_experiment),
        ):  # fmt: skip
            rest.addRow(label, self._button(name, help_, call))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(12)
        column.addLayout(form)
        row = QHBoxLayout()
        row.addWidget(self.save)
        row.addWidget(self.words, 1)
        column.addLayout(row)
        column.addSpacing(12)
        column.addLayout(rest)
        column.addStretch(1)
        column.addLayout(buttons)
        self.what.currentIndexChanged.connect(lambda _: self._what_changed())
        self.epochs.currentIndexChanged.connect(lambda _: self._changed())
        self.format.currentIndexChanged.connect(lambda _: self._changed())
        # What the window says of them stands behind the dialog.
        window.scrubber.said.connect(self.words.setText)
        window.banner.noted.connect(self.words.setText)
        self._what_changed()

    def _button(self, name: str, help_: str, call: Callable[[], object]) -> QWidget:
        button = QPushButton(name)
        button.setToolTip(help_[:1].upper() + help_[1:])
        button.clicked.connect(partial(self._call, call))
        words = QLabel(help_)
        words.setProperty("muted", True)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(button)
        row.addWidget(words, 1)
        return both

    def _call(self, call: Callable[[], object], _: bool = False) -> None:
        call()

    # --- what is chosen -----------------------------------------------------------------------

    def _what_changed(self) -> None:
        content = CONTENTS[self.what.currentData()]
        self.format.clear()
        for form in content.formats:
            self.format.addItem(form, form)
        self.epochs.setCurrentIndex(self.epochs.findData(ALL if content.everything else SHOWN))
        self._form.setRowVisible(self.lane, content.each)
        self._changed()

    def _changed(self) -> None:
        content = CONTENTS[self.what.currentData()]
        several = content.each and self.epochs.currentData() == ALL
        self.help.setText(
            f"{content.help[:1].upper()}{content.help[1:]}"
            + (": a file for each epoch, its number in the name" if several else "")
            + "."
        )
        self.words.setText("")
        self.recorded()

    def recorded(self) -> None:
        """Let what is chosen be saved as soon as there is something."""
        self.save.setEnabled(bool(self._chosen_epochs()) and self._job is None)

    def _chosen_epochs(self) -> list[int]:
        recording = self._recording
        if not recording.kept_epochs():
            return []
        if self.epochs.currentData() == SHOWN:
            return [recording.nearest(self._cursor)]
        content = CONTENTS[self.what.currentData()]
        if content.everything:  # of more epochs there are figures than weights
            history = recording.scalars()
            return list(history.epochs[history.regular()].tolist())
        return list(recording.kept_epochs())

    # --- writing ------------------------------------------------------------------------------

    def _ask_where(self) -> None:
        what, form = str(self.what.currentData()), str(self.format.currentData())
        epochs = self._chosen_epochs()
        mark = f"-epoch-{epochs[0]:03d}" if len(epochs) == 1 else ""
        name = f"initviz-{what}{mark}.{form}"
        chosen, _ = QFileDialog.getSaveFileName(
            self, f"Save {what}", str(self._window.memory.folder / name), f"{form} (*.{form})"
        )
        if chosen:
            self.write(Path(chosen))

    def write(self, path: Path) -> None:
        """Write what is chosen, in a thread, and say so, or why not."""
        what, form = str(self.what.currentData()), str(self.format.currentData())
        epochs, lane, recording = self._chosen_epochs(), self.lane.currentData(), self._recording
        lane = lane if CONTENTS[what].each else None
        try:
            path = with_ending(path, f".{form}")
            files = {path: epochs}
            if CONTENTS[what].each and len(epochs) > 1:
                names = {epoch: f"{path.stem}-epoch-{epoch:03d}" for epoch in epochs}
                files = {path.with_stem(name): [epoch] for epoch, name in names.items()}
                for target in files:
                    refuse_existing(target)
        except ExistsError as error:
            self.words.setText(f"Not saved: {error}.")
            return

        def work(cancelled: Callable[[], bool]) -> Path:
            def looked() -> None:
                if cancelled():
                    raise CancelledError

            try:
                if CONTENTS[what].each:
                    check_held(recording, epochs)
                for target, some in files.items():
                    looked()
                    with whole(target) as file:
                        write_data(recording, what, some, form, file, lane=lane, looked=looked)
            except DataError as error:
                raise JobError(str(error)) from None
            except OSError as error:
                raise JobError(f"{path} cannot be written ({not_written(error)})") from None
            return list(files)[-1]

        self._job = Job(work)
        self.save.setEnabled(False)
        self.words.setText("writing …")
        self._look.start()

    def _look_at_job(self) -> None:
        job = self._job
        if job is None or not job.done:
            return
        self._look.stop()
        self._job = None
        self.save.setEnabled(True)
        if job.error:
            self.words.setText(f"Not saved: {job.error}.")
            return
        path: Path = job.result
        self._window.memory.folder = path.parent
        self._window.scrubber.say(f"saved: {path}")
        self.words.setText(f"saved: {path}")

    def end(self) -> None:
        """Give up what is being written."""
        self._look.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None
