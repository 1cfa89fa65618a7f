"""What is there while no window is open: widgets, objects, threads, files, memory."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QGraphicsItem

WINDOWS = ("initviz.app.", "initviz.views.")
"""Of whose objects none may outlive a window."""


@dataclass(frozen=True)
class Census:
    """One count.

    Attributes:
        memory: MiB that the process holds, after what is free has been given back to the system.
        handed: MiB that malloc has handed out: memory without the gaps between them.
        blocks: of Python's own allocator.
    """

    action: int
    widgets: Counter[str]
    objects: Counter[str]
    threads: tuple[str, ...]
    descriptors: int
    memory: float
    handed: float
    blocks: int


def take(action: int) -> Census:
    """Count everything; nothing of a window may be referred to by the caller."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    # What was copied is nobody's but the clipboard's; the offscreen one would keep it for so long
    # that there is no Python any more to delete it.
    app.clipboard().clear()
    gc.unfreeze()  # what a window has left out of the collections, until the next one looks
    for _ in range(3):
        gc.collect()
    widgets = Counter(type(widget).__name__ for widget in app.allWidgets())
    objects = Counter(
        f"{type(each).__module__}.{type(each).__qualname__}"
        for each in gc.get_objects()
        # Asking an object itself may wake it; what the engine keeps for later is memory's affair.
        if issubclass(type(each), QObject | QGraphicsItem)
        or str(type(each).__module__).startswith(WINDOWS)
    )
    gc.freeze()  # as a window leaves it: the end of the process does not go through it either
    return Census(
        action, widgets, objects, tuple(sorted(t.name for t in threading.enumerate())),
        _descriptors(), resident(), handed_out(), sys.getallocatedblocks(),
    )  # fmt: skip


def resident() -> float:
    """MiB that the process holds, without what the allocator keeps for later."""
    if sys.platform != "linux":
        return 0.0
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class _Malloc(ctypes.Structure):
    """What ``mallinfo2`` tells; see malloc.h."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks",
                     "uordblks", "fordblks", "keepcost")
    ]  # fmt: skip


def handed_out() -> float:
    """MiB that malloc has handed out and not got back; 0 where it does not tell."""
    tell = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if tell is None:
        return 0.0
    tell.restype = _Malloc
    told = tell()
    return float(told.uordblks + told.hblkhd) / 2**20


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0


def most(censuses: list[Census]) -> Census:
    """Of everything the most that there was in any of these counts."""
    widgets: Counter[str] = Counter()
    objects: Counter[str] = Counter()
    for each in censuses:
        widgets |= each.widgets
        objects |= each.objects
    last = censuses[-1]
    return Census(
        last.action, widgets, objects, last.threads, max(c.descriptors for c in censuses),
        last.memory, last.handed, last.blocks,
    )  # fmt: skip


def more(now: Counter[str], base: Counter[str]) -> str:
    """What there is more of, in words; "" if nothing."""
    return ", ".join(f"{count} {name}" for name, count in sorted((now - base).items()))


def slope(censuses: list[Census], of: Callable[[Census], float]) -> float:
    """How much a line through these counts rises from one end to the other."""
    if len(censuses) < 3:
        return 0.0
    xs, ys = [c.action for c in censuses], [of(c) for c in censuses]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    by = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    return by * (xs[-1] - xs[0])
