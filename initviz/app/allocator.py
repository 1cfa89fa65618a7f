"""How the C library hands out memory to a program that lives for hours."""

from __future__ import annotations

import ctypes
import os
import platform

M_ARENA_MAX = -8
"""See mallopt(3)."""

ARENAS = 2
"""The window's thread and one more have a heap of their own; the others share."""


def use_few_heaps() -> None:
    """Let glibc make two heaps instead of eight a core; elsewhere, nothing.

    Every run trains in a new thread, and each would get another heap. What stays in it, be it a
    few bytes, keeps its pages: after hours of networks of all sizes a hundred MiB and more. Whoever
    sets MALLOC_ARENA_MAX or GLIBC_TUNABLES knows better. Call it before there are threads.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    if "MALLOC_ARENA_MAX" in os.environ or "GLIBC_TUNABLES" in os.environ:
        return
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
