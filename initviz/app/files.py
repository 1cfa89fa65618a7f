"""What the window reads and writes: experiments as TOML, and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QFileDialog

from initviz.app.banner import OPENING, SAVING
from initviz.app.clipboard import copy
from initviz.app.endings import ExistsError, with_ending
from initviz.app.export import DATA, FILM, PICTURE, Export
from initviz.app.opening import OpenData
from initviz.catalog.datasets.csv_file import CsvError
from initviz.experiment import Experiment, ExperimentError
from initviz.export.picture import Drawable, draw
from initviz.reasons import not_written
from initviz.runfile import SUFFIX
from initviz.script import write_script
from initviz.whole import whole

if TYPE_CHECKING:
    from initviz.app.window import Window

TABLES = (".csv", ".tsv", ".txt")
OPENED = (".toml", SUFFIX, *TABLES)
"""What may be dropped onto the window."""


class Files:
    """Asks for files, reads and writes them, and says in the window what became of it."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def save_page(self) -> None:
        """Ask how a picture of the page on top is to be, and save it."""
        self.save_picture(self._window.page.arrangement.name)

    def copy_page(self) -> None:
        """Put a picture of the page on top on the clipboard."""
        self.copy_picture(self._window.page)

    def copy_picture(self, what: Drawable) -> None:
        """Put a picture of a view or page on the clipboard, at twice its size."""
        content = QMimeData()
        content.setImageData(draw(what, 2))
        self._window.scrubber.say(copy(content))

    def save_picture(self, name: str) -> None:
        """Ask how a picture of a view or page is to be, and save it.

        Args:
            name: of the view or page.
        """
        self._export(name, PICTURE)

    def make_film(self) -> None:
        """Ask how a film of the page on top is to be, and make it."""
        self._export(self._window.page.arrangement.name, FILM)

    def save_data(self) -> None:
        """Ask which figures or weights are wanted, and save them."""
        self._export(self._window.page.arrangement.name, DATA)

    def _export(self, name: str, kind: str) -> None:
        self._window.player.pause()  # what was asked for, not what has become of it
        dialog = Export(self._window, name, kind)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_file(self) -> None:
        """Ask for an experiment or a run and show it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, "Open", str(self._window.memory.folder),
            f"Experiments and runs (*.toml *{SUFFIX});;Experiments (*.toml);;Runs (*{SUFFIX})",
        )  # fmt: skip
        if chosen:
            self.open_path(Path(chosen))

    def open_path(self, path: Path) -> None:
        """Show a run, a table, or else an experiment."""
        if path.suffix.lower() == SUFFIX:
            self._window.run_files.open(path)
        elif path.suffix.lower() in TABLES:
            self.load_data(path)
        else:
            self.load_experiment(path)

    def load_experiment(self, path: Path) -> None:
        """Show the experiment of a TOML file, or say what is wrong with it."""
        try:
            experiment = Experiment.load(path)
        except ExperimentError as error:
            self._window.banner.show_note(f"{path.name}: {error}", OPENING)
            return
        self._window.banner.succeeded(OPENING)
        self._window.memory.note_file(path)
        self._window.show_own(experiment)

    def open_data(self) -> None:
        """Ask for a CSV file, and for what to predict from it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, "Open data", str(self._window.memory.folder),
            "Tables (*.csv *.tsv *.txt);;All files (*)",
        )  # fmt: skip
        if chosen:
            self.load_data(Path(chosen))

    def load_data(self, path: Path) -> None:
        """Show a CSV file, and train on it if that is wanted."""
        dialog = OpenData(path, self._window)
        dialog.accepted.connect(lambda: self._use_data(dialog))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _use_data(self, dialog: OpenData) -> None:
        window = self._window
        if dialog.settings is not None:
            window.memory.note_file(dialog.path)
            try:
                window.model.edit(window.model.experiment.replace(data=dialog.settings))
            except ExperimentError as error:  # too large for this network
                window.banner.show_note(f"{dialog.path.name}: {error}", OPENING)
                return
            window.banner.succeeded(OPENING)

    def open_dropped(self, path: Path) -> bool:
        """Open a file that was dropped onto the window; returns whether it is of a known kind."""
        known = path.suffix.lower() in OPENED
        if known:
            self.open_path(path)
        return known

    def save_experiment(self) -> None:
        """Ask for a file and write the experiment as TOML."""
        name = self._window.lesson.name if self._window.lesson else "experiment"
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Save experiment", str(self._window.memory.folder / f"{name}.toml"),
            "Experiment (*.toml)",
        )  # fmt: skip
        if not chosen:
            return
        path = Path(chosen)
        try:
            path = with_ending(path, ".toml")
            with whole(path) as file:
                file.write(self._window.model.experiment.to_toml().encode("utf-8"))
        except ExistsError as error:
            self._window.banner.show_note(f"Not saved: {error}", SAVING)
            return
        except OSError as error:
            self._not_written(path, error)
            return
        self._window.banner.succeeded(SAVING)
        self._window.memory.note_file(path)
        self._window.scrubber.say(f"saved: {path}")

    def save_script(self) -> None:
        """Ask for a file and write the experiment as a training script in plain PyTorch."""
        name = self._window.lesson.name if self._window.lesson else "experiment"
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Save PyTorch script", str(self._window.memory.folder / f"{name}.py"),
            "Python (*.py)",
        )  # fmt: skip
        if chosen:
            self.write_script(Path(chosen))

    def write_script(self, path: Path) -> None:
        """Write the experiment as a training script, and say so, or why not."""
        window = self._window
        experiment, lesson = window.model.experiment, window.lesson
        unchanged = lesson is not None and lesson.experiment == experiment
        title = lesson.heading if lesson and unchanged else path.stem
        try:
            path = with_ending(path, ".py")
            text = write_script(experiment, title)
            with whole(path) as file:
                file.write(text.encode("utf-8"))
        except (CsvError, ExistsError) as error:
            window.banner.show_note(f"Not saved: {error}", SAVING)
            return
        except OSError as error:
            self._not_written(path, error)
            return
        window.banner.succeeded(SAVING)
        window.memory.folder = path.parent
        window.scrubber.say(f"saved: {path}")

    def _not_written(self, path: Path, error: OSError) -> None:
        self._window.banner.show_note(
            f"Not saved: {path} cannot be written ({not_written(error)}).", SAVING
        )
