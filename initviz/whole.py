"""Writing files whole: a reader sees the old file or the new one, never a part."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LONGEST_STEM = 60
"""Bytes of a name that its file in the making has, too: with both ends no system refuses them."""

TRIAL = 2**16
"""Bytes that are written to find out whether a disk has room at all."""

KILLED_SECONDS = 24 * 60 * 60.0
"""After so long without a change, whoever was writing a file is no more."""


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes its name only when all of it is on the disk.

    Where anything goes wrong, or the program is killed, the file that was there stays as it was.
    The file is written beside it, so that the folder must allow new files.

    Args:
        path: the name that it gets, also where that is a link: what it leads to is replaced.

    Raises:
        OSError: if the disk is full, the folder is missing or may not be written to, or if what
            has the name may not be replaced: a folder, a device, a file that is write-protected.
    """
    path, rights = _replaceable(path)
    try:
        handle, temporary = _part_of(path, rights)
    except OSError as error:
        error.filename = str(path)
        raise
    try:
        try:
            file = os.fdopen(handle, "w+b")
        except BaseException:
            os.close(handle)
            raise
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):  # there is no room for what is still buffered, either
                file.close()
            raise
        file.close()
        if rights is not None:
            with suppress(OSError):  # some disks have none
                os.chmod(temporary, rights)
        os.replace(temporary, path)
    except BaseException as error:
        with suppress(OSError):  # what went wrong first is what is told
            temporary.unlink()
        if isinstance(error, OSError) and error.filename in (None, str(temporary)):
            error.filename, error.filename2 = str(path), None
        raise
    _settle(path.parent)
    _clear(path)


class _TriedError(Exception):
    """Ends a trial, so that what was written is removed."""


def try_to_write(path: Path) -> None:
    """Find out whether ``whole`` can write a file here, and leave everything as it was.

    Args:
        path: the name that it would get.

    Raises:
        OSError: as ``whole`` does; a disk is full where it has no room for ``TRIAL`` bytes.
    """
    with suppress(_TriedError), whole(path) as file:
        file.write(bytes(TRIAL))
        file.flush()
        os.fsync(file.fileno())
        raise _TriedError


def _replaceable(path: Path) -> tuple[Path, int | None]:
    """What a path leads to, after making sure that a file may take its place, and its rights."""
    try:
        path = path.resolve()
        mode = path.stat().st_mode
    except FileNotFoundError:
        return path, None
    except RuntimeError:  # links in a circle, before Python 3.13
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None
    except ValueError as error:  # a zero byte
        raise OSError(errno.EINVAL, str(error), str(path)) from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        # Replaced by a file, it would be gone: /dev/null for the whole machine.
        raise OSError(errno.EINVAL, "Is a device or a pipe; choose the name of a file", str(path))
    if not os.access(path, os.W_OK):
        # The folder would let it be replaced; somebody has protected it, though.
        raise PermissionError(errno.EACCES, "It is write-protected", str(path))
    return path, stat.S_IMODE(mode)


def _part_of(path: Path, rights: int | None) -> tuple[int, Path]:
    """A new file beside a path, open, which nobody may read who may not read that one.

    A new one has the rights that files get in this folder: the system takes the umask from them.
    To ask for the umask is to set it, and other threads may be making files meanwhile.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        part = path.with_name(f".{_short(path)}-{secrets.token_hex(4)}.part")
        with suppress(FileExistsError):
            return os.open(part, flags, 0o666 if rights is None else rights & 0o777), part


def _short(path: Path) -> str:
    return path.stem.encode("utf-8", "replace")[:LONGEST_STEM].decode("utf-8", "ignore")


def _clear(path: Path) -> None:
    """Remove what programs that were killed have left beside it, when nobody can still write it."""
    left = re.compile(rf"\.{re.escape(_short(path))}-\w{{8}}\.part")
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if left.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > KILLED_SECONDS:
                os.unlink(entry)


def _settle(folder: Path) -> None:
    """Let the new name reach the disk, where a folder can be told to."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
