"""What is remembered between starts: window, look, speed, lesson, experiment, files."""

from __future__ import annotations

import json
import logging
import math
import os.path
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from initviz.app.settings_file import open_settings
from initviz.app.theme import Theme
from initviz.experiment import Experiment, ExperimentError
from initviz.places import place, some_folder

log = logging.getLogger(__name__)

MOST_RECENT = 10
"""Files that are remembered."""


UNKEPT = "Settings and the list of files are kept until this window is closed only: {why}."
"""What is said once, in the window, where nothing can be kept."""


class Memory:
    """A settings file; whatever in it cannot be read is forgotten, never fatal.

    Attributes:
        forgotten: a sentence on why all of it was, "" where it was not.
        unkept: a sentence on why nothing is kept from now on, "" where it is.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.forgotten = self.unkept = ""
        try:
            path = path or place("config") / "initviz.ini"
        except OSError as error:
            log.warning("the settings are kept until the end of this window only: %s", error)
            self._settings = QSettings("", QSettings.Format.IniFormat)  # Qt keeps these in memory
            self.unkept = UNKEPT.format(why=error.strerror or error)
            return
        self._settings, self.forgotten = open_settings(path)
        if not self._settings.isWritable():
            self.unkept = UNKEPT.format(why=f"{self._settings.fileName()} cannot be written")

    @property
    def experiment(self) -> Experiment | None:
        """The last experiment, None if there is none that can be read."""
        text = self._settings.value("experiment", "")
        if not text:
            return None
        try:
            return Experiment.from_toml(str(text))
        except (ExperimentError, TypeError, ValueError, RecursionError) as error:
            log.warning("the remembered experiment cannot be read: %s", error)
            return None

    @experiment.setter
    def experiment(self, experiment: Experiment) -> None:
        self._settings.setValue("experiment", experiment.to_toml())

    @property
    def lesson(self) -> str:
        """The name of the last lesson, "" if there was none."""
        return str(self._settings.value("lesson", ""))

    @lesson.setter
    def lesson(self, name: str) -> None:
        self._settings.setValue("lesson", name)

    @property
    def theme(self) -> Theme:
        """The theme that the user chose."""
        value = str(self._settings.value("theme", ""))
        return Theme(value) if value in {theme.value for theme in Theme} else Theme.SYSTEM

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._settings.setValue("theme", theme.value)

    @property
    def speed(self) -> float:
        """The speed that the user chose, in epochs a second."""
        try:
            return float(str(self._settings.value("speed", 10.0)))
        except ValueError:
            return 10.0

    @speed.setter
    def speed(self, speed: float) -> None:
        self._settings.setValue("speed", str(speed))

    @property
    def text_size(self) -> float | None:
        """The size of the text that the user chose, as a factor; None is the system's."""
        try:
            size = float(str(self._settings.value("text-size", "")))
        except ValueError:
            return None
        return min(max(size, 0.8), 2.0) if math.isfinite(size) else None

    @text_size.setter
    def text_size(self, size: float | None) -> None:
        self._settings.setValue("text-size", "" if size is None else str(size))

    @property
    def folder(self) -> Path:
        """Where the last picture was saved, or a folder that is there."""
        remembered = str(self._settings.value("folder", ""))
        return Path(remembered) if remembered and os.path.isdir(remembered) else some_folder()

    @folder.setter
    def folder(self, folder: Path) -> None:
        self._settings.setValue("folder", str(folder))

    @property
    def recent(self) -> list[Path]:
        """The files that were opened or saved last, the newest first."""
        try:
            paths = json.loads(str(self._settings.value("recent", "[]")))
        except (ValueError, RecursionError):
            return []
        if not isinstance(paths, list):
            return []
        return [Path(path) for path in paths if isinstance(path, str) and path][:MOST_RECENT]

    def note_file(self, path: Path) -> None:
        """Remember that a file was opened or saved, and its folder."""
        path = path.absolute()
        self.folder = path.parent
        paths = [path, *(other for other in self.recent if other != path)][:MOST_RECENT]
        self._settings.setValue("recent", json.dumps([str(path) for path in paths]))

    def forget_files(self) -> None:
        """Forget which files were opened and saved."""
        self._settings.remove("recent")

    def layout(self, name: str) -> QByteArray:
        """The remembered geometry of a window or splitter, empty if there is none."""
        value = self._settings.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_layout(self, name: str, state: QByteArray) -> None:
        """Remember the geometry of a window or splitter."""
        self._settings.setValue(f"layout/{name}", state)

    def hidden(self, page: str) -> set[str]:
        """The names of the views of a page that are put away."""
        return set(str(self._settings.value(f"layout/{page}-hidden", "")).split())

    def set_hidden(self, page: str, views: set[str]) -> None:
        """Remember which views of a page are put away."""
        self._settings.setValue(f"layout/{page}-hidden", " ".join(sorted(views)))

    def forget_layout(self) -> None:
        """Go back to the layout of a first start."""
        self._settings.remove("layout")

    def save(self) -> None:
        """Write everything to the disk."""
        if not self._settings.fileName():  # told at the start
            return
        self._settings.sync()
        if self._settings.status() is not QSettings.Status.NoError:
            log.warning("the settings cannot be written to %s", self._settings.fileName())
