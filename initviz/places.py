"""Where a system wants what a program keeps: settings, logs, caches, and what it saves by itself.

``platformdirs`` knows; this says what holds where there is no home folder.
"""

from __future__ import annotations

import errno
import os.path
from pathlib import Path
from typing import Literal

Kind = Literal["config", "log", "state", "cache"]


def place(kind: Kind) -> Path:
    """The folder of initviz for this kind of file; it need not be there yet.

    Raises:
        OSError: if there is no home folder to have it in.
    """
    import platformdirs

    try:
        path: Path = getattr(platformdirs, f"user_{kind}_path")("initviz", appauthor=False)
    except RuntimeError:  # newer releases; older ones leave a ~ that leads nowhere
        path = Path()
    if not path.is_absolute():
        raise OSError(errno.ENOENT, "there is no home folder")
    return path


def some_folder() -> Path:
    """A folder that is there: the home folder, the working directory, or the root of all."""
    for known in (Path.home, Path.cwd):
        try:
            folder = known()
        except (RuntimeError, OSError):  # nobody's home; a working directory that was deleted
            continue
        if os.path.isdir(folder):
            return folder
    return Path(Path(__file__).absolute().anchor)
