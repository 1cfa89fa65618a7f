"""One turn of autosave, as its thread does it: a run file, and what the window shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from initviz.app.job import JobError
from initviz.app.left import Left, Note
from initviz.app.leftovers import MOST_FOLDER, Folder
from initviz.app.runs import PastRun
from initviz.catalog.datasets.csv_file import CancelledError
from initviz.runfile import RunFileError


@dataclass(frozen=True)
class Saved:
    """What one turn has saved.

    Attributes:
        folder: where.
        replaces: the folder that it was to be saved in: the same, unless that is gone.
        left: what the window showed.
        notes: of every run of the session; files that have given way have no name.
        run: the run whose file was to be written, if any.
        problem: why that could not be, "" where it was.
        seconds: what it took.
        sizes: bytes of the run files, those included that have just given way.
    """

    folder: Folder
    replaces: Folder | None
    left: Left
    notes: dict[PastRun, Note]
    run: PastRun | None
    problem: str
    seconds: float
    sizes: dict[PastRun, int]


@dataclass(frozen=True)
class Saving:
    """What is to be saved.

    Attributes:
        root: where the folders of all windows are.
        folder: the window's own, None while it has none.
        left: what it shows.
        notes: of every run of the session, the oldest run first.
        run: the run whose file is to be written, if any.
        present: the run that is shown, if any; its file does not give way.
    """

    root: Path
    folder: Folder | None
    left: Left
    notes: dict[PastRun, Note]
    run: PastRun | None
    present: PastRun | None

    def work(self, cancelled: Callable[[], bool]) -> Saved:
        """Save it.

        Raises:
            JobError: if there is no place to save anything in.
            CancelledError: when ``cancelled`` says so.
        """
        try:
            return self._save(cancelled)
        except OSError as error:
            raise JobError(_reason(error, self.folder.path if self.folder else self.root)) from None

    def _save(self, cancelled: Callable[[], bool]) -> Saved:
        if self.folder is not None and self.folder.there:
            return self._save_in(self.folder, dict(self.notes), cancelled)
        folder = Folder.new(self.root)
        notes = {run: replace(note, file="", last=-1) for run, note in self.notes.items()}
        try:
            return self._save_in(folder, notes, cancelled)
        except BaseException:
            folder.remove_if_possible()
            raise

    def _save_in(
        self, folder: Folder, notes: dict[PastRun, Note], cancelled: Callable[[], bool]
    ) -> Saved:
        problem, began = "", time.monotonic()
        if self.run is not None:
            note = notes[self.run]
            file = note.file or folder.free_name(each.file for each in notes.values())
            try:
                last = folder.save(self.run.recording, file, cancelled)
                notes[self.run] = replace(note, file=file, last=last)
            except RunFileError as error:
                problem = str(error)
            except OSError as error:
                problem = _reason(error, folder.path)
        seconds = time.monotonic() - began
        if cancelled():  # the folder may be gone by now, and is not to be filled again
            raise CancelledError
        sizes = self._give_way(folder, notes)
        runs = tuple(note for note in notes.values() if note.file)
        shown = notes[self.present].file if self.present is not None else ""
        folder.write(replace(self.left, runs=runs, shown=shown))
        return Saved(folder, self.folder, self.left, notes, self.run, problem, seconds, sizes)

    def _give_way(self, folder: Folder, notes: dict[PastRun, Note]) -> dict[PastRun, int]:
        """Let the oldest runs go where all are more than the bound; the next writing does so.

        Returns the bytes of every file, of those that are let go, too.
        """
        sizes = {}
        total = folder.unopened_bytes
        for run in sorted(notes, key=lambda run: (run is not self.present, -run.number)):
            path = folder.path / notes[run].file
            if not notes[run].file or not path.exists():
                continue
            sizes[run] = path.stat().st_size
            total += sizes[run]
            if total > MOST_FOLDER and run is not self.present:
                notes[run] = replace(notes[run], file="")
        return sizes


def fits(
    run: PastRun, notes: Mapping[PastRun, Note], sizes: Mapping[PastRun, int], beside: int
) -> bool:
    """Whether the file of a run that has given way would stay if it were written again.

    Args:
        run: whose.
        notes: of the runs of the session.
        sizes: bytes of their files, as ``Saved`` has them.
        beside: bytes of what else is in the folder.
    """
    others = sum(sizes.get(each, 0) for each, note in notes.items() if note.file)
    return beside + others + sizes.get(run, 0) <= MOST_FOLDER


def _reason(error: OSError, path: Path) -> str:
    return f"{path} cannot be written to ({error.strerror or error})"
