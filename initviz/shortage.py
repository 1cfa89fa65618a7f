"""Running out of memory: one sentence with the cure, whoever asked for the memory."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from initviz.experiment import Experiment

SAID = (
    "out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory",
    "bad_alloc", "bad allocation",
)  # fmt: skip
"""What torch's errors say that are of no type of their own."""

UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "PiB": 2**50,
         "EiB": 2**60}  # fmt: skip

CURE = "choose fewer initialisations, fewer or narrower layers, or fewer samples"


class ShortageError(MemoryError):
    """There is not enough memory; the message says for what, and what to choose instead."""


def is_shortage(error: BaseException) -> bool:
    """Whether an error of Python, numpy, torch or the system says that memory has run out."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in said for words in SAID)


def wanted_bytes(error: BaseException) -> int | None:
    """How much was asked for in one piece, where the error tells."""
    number = rf"allocate (\d+(?:\.\d+)?) ({'|'.join(UNITS)})"
    found = re.search(number, str(error))
    return int(float(found[1]) * UNITS[found[2]]) if found else None


@contextmanager
def enough_memory(experiment: Experiment) -> Iterator[None]:
    """Make every way to run out of memory one error, which says what to choose instead.

    What the work held until then is let go, so that the next has room.

    Raises:
        ShortageError: if the work inside runs out of memory.
    """
    try:
        yield
    except ShortageError:
        raise
    except Exception as error:
        if not is_shortage(error):
            raise
        error.__traceback__ = None  # its frames hold what filled the memory
        raise ShortageError(_words(experiment, wanted_bytes(error))) from None


def _words(experiment: Experiment, wanted: int | None) -> str:
    lanes = len(experiment.lanes)
    those = "1 initialisation" if lanes == 1 else f"{lanes} initialisations"
    more = f" ({_size(wanted)} more were wanted at once)" if wanted else ""
    return (
        f"there is not enough memory for {those} of {experiment.parameter_count:,} weights{more}; "
        f"{CURE}"
    )


def _size(count: int) -> str:
    unit = next((unit for unit in ("GiB", "MiB", "KiB") if count >= UNITS[unit]), "bytes")
    return f"{count / UNITS[unit]:.3g} {unit}"
