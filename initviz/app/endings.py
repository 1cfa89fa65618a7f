"""The endings of files that are saved: added where they are missing, never over another file."""

from __future__ import annotations

from pathlib import Path


class ExistsError(Exception):
    """A name that nobody confirmed: with its ending it is that of a file that is there."""


def with_ending(path: Path, ending: str) -> Path:
    """The path with an ending such as ".png", which a dialog's file may lack.

    Dialogs ask before a file is replaced, but only for the name as it was written.

    Raises:
        ExistsError: if the ending had to be added, and there is such a file.
    """
    if path.suffix.lower() == ending:
        return path
    path = path.with_name(f"{path.name}{ending}")
    refuse_existing(path)
    return path


def refuse_existing(path: Path) -> None:
    """Raise if there is a file of this name that nobody has agreed to replace.

    Raises:
        ExistsError: if there is one.
    """
    if path.exists():
        raise ExistsError(f"{path.name} exists; choose it to replace it")
