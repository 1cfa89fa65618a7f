"""The folders of autosave: one for every window, and what is left of those that crashed.

A folder has ``left.toml``, which says what the window showed, a run file for each of its runs, and
``lock``, which tells whether the window is still there.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QLockFile, QSysInfo

from initviz.app.left import RUBBISH, Left, is_run
from initviz.experiment import ExperimentError
from initviz.places import place
from initviz.recording import Recording
from initviz.runfile import SUFFIX, RunFileError, save_run
from initviz.whole import whole

log = logging.getLogger(__name__)

PREFIX, LEFT, LOCK = "window-", "left.toml", "lock"

MOST_RUN = 128 * 2**20
"""Bytes of a run file; the weights of a longer recording are thinned until it fits."""

LARGEST_RUN = 512 * 2**20
"""Bytes of a run file whose figures, and first and newest weights, need more than that."""

MOST_FOLDER = 512 * 2**20
"""Bytes of a window's earlier runs and its present one, but for that alone."""

MOST_LEFTOVERS = 2**30
"""Bytes of all that crashed windows have left; the oldest goes first."""

PART_BYTES = 2**20
"""Bytes of a part of a run file: small ones make fewer frames late."""

MOST_FOLDERS = 20
EXPIRY_DAYS = 30
"""How long a leftover waits for somebody to bring it back."""

RESERVE = 64 * 2**20
"""Bytes of the disk that autosave leaves to everything else."""

DAY = 24 * 60 * 60.0


def autosave_root() -> Path:
    """Where the folders of all windows are: not settings, and nothing to carry to other machines.

    Where there is no home directory, it is no absolute path, and nothing is saved there.
    """
    try:
        return place("state") / "autosave"
    except OSError:
        return Path("autosave")


class Folder:
    """A window's folder, which nobody else touches while this object holds its lock.

    Its methods that write raise OSError; they may be called in any thread, one at a time.

    Attributes:
        path: the folder.
        unopened: of an adopted folder, what could not be opened, as it is to be offered again: its
            run files stay. A newer initviz, or a machine with more memory, may open them.
    """

    def __init__(self, path: Path, lock: QLockFile) -> None:
        self.path = path
        self.unopened: Left | None = None
        self._lock = lock

    @classmethod
    def new(cls, root: Path) -> Folder:
        """A folder of its own for a window.

        Raises:
            OSError: if there can be none.
        """
        if not root.is_absolute():
            raise OSError(errno.ENOENT, "there is no home directory")
        root.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(dir=root, prefix=PREFIX))
        lock = _lock_of(path)
        if not lock.tryLock(0):
            shutil.rmtree(path, ignore_errors=True)
            raise OSError(errno.EACCES, "its folder cannot be locked")
        return cls(path, lock)

    @classmethod
    def taken(cls, path: Path) -> Folder | None:
        """The folder of a window that is no more; None where it is still there."""
        lock = _lock_of(path)
        if lock.tryLock(0):
            return cls(path, lock)
        # Its number may be another program's by now, and a crash may have left it without one.
        # Qt removes no lock that a process holds open, so that this harms nobody who lives.
        if not _is_elsewhere(path) and lock.removeStaleLockFile() and lock.tryLock(0):
            return cls(path, lock)
        return None

    @property
    def there(self) -> bool:
        """Whether it still exists: caches get cleaned out."""
        return (self.path / LOCK).exists()

    @property
    def unopened_bytes(self) -> int:
        """Bytes of the run files that could not be opened."""
        notes = self.unopened.runs if self.unopened else ()
        files = [self.path / note.file for note in notes]
        return sum(file.stat().st_size for file in files if file.exists())

    def write(self, left: Left) -> None:
        """Say what the window shows; a run file that this does not tell of goes.

        Those that could not be opened stay.
        """
        if self.unopened:
            left = replace(left, runs=(*self.unopened.runs, *left.runs))
        if not left.closed:
            left = replace(left, saved=datetime.now())
        with whole(self.path / LEFT) as file:
            file.write(left.to_toml().encode())
        wanted = {LEFT, LOCK, *(note.file for note in left.runs)}
        for path in self.path.iterdir():
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    def left(self) -> Left:
        """What the window showed.

        Raises:
            ValueError: if that cannot be read; the message is a part of a sentence.
        """
        try:
            return Left.from_toml((self.path / LEFT).read_text("utf-8"))
        except ExperimentError as error:
            raise ValueError("; ".join(str(error).splitlines())) from None
        except (OSError, RecursionError, *RUBBISH) as error:
            raise ValueError(f"{LEFT} cannot be read ({error})") from None

    def save(self, recording: Recording, file: str, cancelled: Callable[[], bool]) -> int:
        """Save a run, thinned where it is long; returns its newest epoch.

        Args:
            recording: what to save; it may be trained on meanwhile.
            file: the name of the run file; an older one is replaced when the new one is whole.
            cancelled: asked between its parts.

        Raises:
            RunFileError: if it cannot be saved; the message is one sentence with the cure.
            OSError: if the disk is full, or nearly so, or something else is in the way.
            CancelledError: when ``cancelled`` says so.
        """
        kept = recording.kept()
        kept = kept.within(max(MOST_RUN - kept.scalar_bytes, 0))
        size = kept.weight_bytes + kept.scalar_bytes
        if size > LARGEST_RUN:
            raise RunFileError(
                f"this recording is too large for autosave ({size >> 20} MiB); save it with "
                "File → Save run…"
            )
        if shutil.disk_usage(self.path).free < size + RESERVE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        save_run(kept, self.path / file, cancelled=cancelled, part_bytes=PART_BYTES)
        return kept.scalars.last

    def free_name(self, taken: Iterable[str]) -> str:
        """A name for a run file that neither the folder has, nor those that are ``taken``."""
        used = {*taken, *os.listdir(self.path)}
        return next(name for n in range(1, 10**6) if (name := f"run-{n:04}{SUFFIX}") not in used)

    def files(self) -> list[Path]:
        """The run files that are there, by name."""
        return sorted(path for path in self.path.iterdir() if is_run(path.name))

    def release(self) -> None:
        """Leave it as it is, for the next start."""
        self._lock.unlock()

    def leave(self) -> None:
        """The window is done with it: remove it, but for what could not be opened."""
        if self.unopened is None or not self.unopened_bytes:
            self.remove_if_possible()
            return
        try:
            self.write(replace(self.unopened, runs=()))
            # It expires when it would have: to have tried to open it makes it no newer.
            saved = self.unopened.saved.timestamp()
            os.utime(self.path / LEFT, (saved, saved))
        except (OSError, ValueError, OverflowError) as error:  # the last two of no usual year
            log.warning("what could not be opened stays with the rest: %s", error)
        self.release()

    def remove(self) -> None:
        """Remove it; what somebody holds on to goes with a later start."""
        # Without this there is nothing to bring back, whatever happens meanwhile.
        (self.path / LEFT).unlink(missing_ok=True)
        for path in list(self.path.iterdir()) if self.path.exists() else ():
            if path.name != LOCK:
                path.unlink(missing_ok=True)
        self._lock.unlock()
        shutil.rmtree(self.path, ignore_errors=True)

    def remove_if_possible(self) -> None:
        """Remove it; where that cannot be, a later start tries again."""
        try:
            self.remove()
        except OSError:
            self.release()


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path / LOCK))
    # By age, the lock of a machine that slept over night would be taken for a dead one's. By
    # process, host and boot it is not.
    lock.setStaleLockTime(0)
    return lock


def leftovers(root: Path) -> list[Folder]:
    """The folders that crashed windows have left, locked for this one, the newest first.

    What is too old, or more than the bounds allow, is removed; that of windows that are still
    there is left alone, and so is whatever no window has made.
    """
    found: list[tuple[float, Folder]] = []
    # Where there is no home directory, the root is no absolute path: another one's folder.
    for path in root.glob(f"{PREFIX}*") if root.is_absolute() and root.is_dir() else ():
        age = _age(path)
        try:
            folder = _leftover(path, age)
        except OSError as error:  # as of a window that somebody else has opened in this home
            log.warning("what was autosaved cannot be looked at: %s", error)
            continue
        if folder is not None:
            found.append((age, folder))
    kept: list[Folder] = []
    size = 0
    for _, folder in sorted(found, key=lambda each: each[0]):
        size += sum(file.stat().st_size for file in folder.files())
        if kept and (size > MOST_LEFTOVERS or len(kept) >= MOST_FOLDERS):
            folder.remove_if_possible()
        else:
            kept.append(folder)
    return kept


def _leftover(path: Path, age: float) -> Folder | None:
    """A folder with what a crashed window has left, if it is one and may stay; else it goes."""
    tells = (path / LEFT).exists()
    if not tells and age < DAY:
        return None  # perhaps it is just being made
    folder = Folder.taken(path)
    if folder is None:
        if age > EXPIRY_DAYS * DAY and _is_elsewhere(path):
            shutil.rmtree(path, ignore_errors=True)
    elif age > EXPIRY_DAYS * DAY or not tells:
        folder.remove_if_possible()
        return None
    return folder


def _age(path: Path) -> float:
    """Seconds since a window has written into its folder."""
    for each in (path / LEFT, path):
        try:
            return time.time() - each.stat().st_mtime
        except OSError:
            continue
    return 0.0


def _is_elsewhere(path: Path) -> bool:
    """Whether its lock says that a window is on another machine, which shares the folder."""
    try:
        _, _, host, machine, *_ = (path / LOCK).read_text("utf-8").splitlines()
    except (OSError, ValueError):  # it says nothing
        return False
    here = bytes(QSysInfo.machineUniqueId().data()).decode()
    return machine != here if machine and here else host != QSysInfo.machineHostName()
