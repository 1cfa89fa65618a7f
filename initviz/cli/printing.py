"""What is printed, whatever the encoding of the place that it goes to."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from typing import Any

from initviz.cli.status import FAILED
from initviz.reasons import not_written


def open_streams() -> None:
    """Let there be somewhere to write to, where a program was started without, as by pythonw.

    Without them, the next file that is opened would get the number of standard output, and what
    libraries print there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            with contextlib.suppress(OSError):
                try:
                    os.fstat(number)
                except OSError:  # the lowest free number, which is this one
                    os.open(os.devnull, os.O_RDWR)
            stream = open(os.devnull, "r" if number == 0 else "w", encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, stream)


def replace_unprintable() -> None:
    """Let standard output write what its encoding lacks, such as ✓ in a Windows pipe, as codes.

    In the locale C its errors are "surrogateescape", which lets names of files through as they are,
    and fails with every other sign.
    """
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
        stream.reconfigure(errors="backslashreplace")


def print_json(value: Any) -> None:
    """Print a value as JSON; in ASCII where the output is not UTF-8.

    Raises:
        ValueError: if a number in it is not finite.
    """
    readable = (getattr(sys.stdout, "encoding", None) or "").lower().startswith("utf")
    print(json.dumps(value, indent=1, ensure_ascii=not readable, allow_nan=False))


def failed(error: Exception) -> int:
    """Say in a line why a command has not done its work; returns the exit status for that."""
    said = str(error)
    if isinstance(error, OSError) and error.errno:  # others are ours, and have said it all
        said = f"{error.filename or 'output'}: not written ({not_written(error)})"
    print(f"initviz: {said}", file=sys.stderr)
    return FAILED
