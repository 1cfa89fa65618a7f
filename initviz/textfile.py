"""Reading small files of text, of which somebody else may have chosen the path."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 2**20
"""No experiment is as long as this: a larger file is something else."""


def read_text(path: Path) -> str:
    """All of a file in UTF-8.

    Raises:
        OSError: if it cannot be read, is no file but a device or a pipe, which would be waited for
            or never end, or is too large.
        UnicodeDecodeError: if it is in another encoding.
    """
    # Opened so, a pipe that nobody writes to is not waited for.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "Is a device or a pipe; choose a file", str(path))
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(errno.EINVAL, "Is larger than any experiment; choose its file", str(path))
    return content.decode("utf-8")
