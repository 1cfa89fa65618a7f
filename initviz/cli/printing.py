"""What is printed, whatever the encoding of the place that it goes to."""

from __future__ import annotations

import io
import json
import sys
from typing import Any


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
