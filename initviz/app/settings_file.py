"""The settings file, of which nothing is believed: people edit it, disks break it."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

from PySide6.QtCore import QSettings

from initviz.reasons import not_read

log = logging.getLogger(__name__)

MOST_BYTES = 2**20
"""Nothing that is remembered is as large as this."""

FOREIGN = b"@Variant("
"""What Qt writes for objects of any kind, and makes them of when it reads; initviz writes none."""


def open_settings(path: Path) -> tuple[QSettings, str]:
    """The settings of a file, and a sentence on what was forgotten, "" if nothing was.

    A file that is none, or cannot be read, is put aside and another one begun; where it cannot
    be put aside, one beside it is used.
    """
    reason = _damage(path)
    if not reason:
        settings = QSettings(str(path), QSettings.Format.IniFormat)
        settings.value("experiment")  # it is read now
        if settings.status() is not QSettings.Status.FormatError:
            return settings, ""
        del settings
        reason = "is no settings file"
    aside = path.with_name(f"{path.name}.bad")
    try:
        if path.is_dir():
            raise OSError
        os.replace(path, aside)
        kept = f"it is kept as {aside.name}"
    except OSError:
        path = path.with_name(f"{path.stem}-2{path.suffix}")
        kept = f"{path.name} is used instead"
        if _damage(path):
            path = path.with_name(f"{path.stem}-none{path.suffix}")
    forgotten = f"The settings were forgotten: {aside.with_suffix('')} {reason}; {kept}."
    log.warning("%s", forgotten)
    return QSettings(str(path), QSettings.Format.IniFormat), forgotten


def _damage(path: Path) -> str:
    """What keeps a file from being one of settings, "" if nothing does."""
    try:
        about = os.stat(path)
    except OSError:  # it is not there, or its folder is closed to us: nothing is lost by that
        return ""
    try:
        if not stat.S_ISREG(about.st_mode):
            return "is no file"
        if about.st_size > MOST_BYTES:
            return "is larger than any settings file"
        content = path.read_bytes()
    except OSError as error:
        return f"cannot be read ({not_read(error)})"
    if b"\0" in content:
        return "is not text"
    return "holds what initviz never writes" if FOREIGN in content else ""
