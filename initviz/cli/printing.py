"""What is printed, whatever the encoding of the place that it goes to."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from initviz.cli.status import FAILED
from initviz.reasons import not_written


def replace_unprintable() -> None:
    """Let standard output write what its encoding lacks, such as ✓ in a Windows pipe, as codes."""
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
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
