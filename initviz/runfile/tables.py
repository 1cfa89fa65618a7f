"""The table of one's own that travels inside a run file."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from typing import IO, Any

from initviz.places import place
from initviz.runfile.form import MOST_TABLE, RunFileError

CHUNK = 2**20


def cache_folder() -> Path:
    """Where tables out of run files lie.

    Raises:
        OSError: if there is no home folder to have them in.
    """
    return place("cache") / "tables"


def name_of(values: Mapping[str, Any]) -> str:
    """The file's name without its folders, whichever system wrote it, or a plain one."""
    name = PureWindowsPath(str(values["path"])).name
    plain = re.fullmatch(r"[^\W_][\w .()+-]{0,80}", name) and name.rstrip(" .") == name
    return name if plain else "table.csv"


def cached(values: Mapping[str, Any], digest: str, folder: Path | None) -> Path:
    """Where the table with this SHA-256 lies once it has come out of a run file."""
    return (folder or cache_folder()) / digest / name_of(values)


def has(path: Path, size: int, digest: str) -> bool:
    """Whether there is a file of this size with this SHA-256."""
    try:
        # The path may come from somebody else: a device would be read without end.
        if not path.is_file() or path.stat().st_size != size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except (OSError, ValueError):  # ValueError: no path at all
        return False


def is_local(path: str) -> bool:
    r"""Whether a path asks nothing of another computer, as \\computer\share does."""
    return not PureWindowsPath(path).drive.startswith("\\\\")


def table_to_save(values: Mapping[str, Any], folder: Path | None) -> Path:
    """The file of a table as it was trained on.

    Raises:
        RunFileError: if it is gone, has changed, or is too large.
    """
    path, digest = Path(values["path"]), str(values["digest"])
    places = [path]
    with contextlib.suppress(OSError):  # no home folder, and so nothing in it
        places.append(cached(values, digest, folder))
    for each in places:
        try:
            size = each.stat().st_size if each.is_file() else -1
        except (OSError, ValueError):
            continue
        if size >= 0 and (not digest or has(each, size, digest)):
            if size > MOST_TABLE:
                raise RunFileError(
                    f"the table {path.name} is larger than {MOST_TABLE >> 20} MiB and cannot "
                    "travel inside a run file; train on a part of it"
                )
            return each
    raise RunFileError(_gone(path))


def _gone(path: Path) -> str:
    return (
        f"the table {path.name} is gone, or has changed since it was opened; put it back, or open "
        "the data again"
    )


def copy_table(path: Path, target: IO[bytes], wanted: str) -> tuple[int, str]:
    """Copy a file; returns its size and its SHA-256.

    Raises:
        RunFileError: if that is not the ``wanted`` one, where there is one.
    """
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            digest.update(chunk)
            target.write(chunk)
    if wanted and digest.hexdigest() != wanted:
        raise RunFileError(_gone(path))
    return size, digest.hexdigest()
