"""Why a file cannot be written or read: what the system says, and what to do about it."""

from __future__ import annotations

import errno

WRITING = {
    errno.ENOSPC: "make room, or choose another disk",
    errno.EDQUOT: "delete something of yours, or choose another disk",
    errno.EFBIG: "choose another disk, or fewer epochs",
    errno.EACCES: "choose another folder or name, or change its rights",
    errno.EPERM: "choose another folder or name, or change its rights",
    errno.EROFS: "choose another folder",
    errno.ENOENT: "choose a folder that is there",
    errno.EEXIST: "it is no folder; choose one, or another name",
    errno.ENOTDIR: "choose a folder that is there",
    errno.EISDIR: "choose another name",
    errno.ENAMETOOLONG: "choose a shorter one",
    errno.EIO: "the disk may be failing; choose another one",
    errno.ELOOP: "choose another name",
    errno.EMFILE: "close other files and windows, and try again",
}
"""What to do where a file cannot be written, by the number of the error."""

READING = {
    errno.EACCES: "change its rights, or choose another file",
    errno.EPERM: "change its rights, or choose another file",
    errno.EISDIR: "choose a file",
    errno.EIO: "the disk may be failing; take a copy of the file",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EMFILE: "close other files and windows, and try again",
}
"""What to do where a file cannot be read."""


def not_written(error: OSError) -> str:
    """What the system says of a file that could not be written, and the cure; no full stop."""
    return _with_cure(error, WRITING)


def not_read(error: OSError) -> str:
    """What the system says of a file that could not be read, and the cure; no full stop."""
    return _with_cure(error, READING)


def _with_cure(error: OSError, cures: dict[int, str]) -> str:
    said = error.strerror or str(error) or type(error).__name__
    cure = cures.get(error.errno or 0)
    return f"{said}; {cure}" if cure else said
