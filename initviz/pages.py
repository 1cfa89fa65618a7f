"""Large arrays that the system gets back as soon as nobody holds them."""

from __future__ import annotations

import math
import mmap
import sys

import numpy as np
from numpy.typing import DTypeLike, NDArray

LARGE = 2**20
"""Bytes from which on an array has pages of its own."""


def spacious(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[np.generic]:
    """An array to be filled, as ``np.empty`` gives it, but for where a large one lies.

    C's ``malloc`` puts arrays of megabytes between small ones once it has seen some come and go,
    and keeps their room when they are gone: a recording that moved its tables three times left
    the process 100 MiB larger than what it held.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size < LARGE:
        return np.empty(shape, dtype)
    if sys.platform == "win32":
        room = mmap.mmap(-1, size)
    else:
        room = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return np.ndarray(shape, dtype, buffer=room)
