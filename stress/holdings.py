"""What the process holds: memory, files, threads, widgets and Python's objects."""

from __future__ import annotations

import gc
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

MIB = 2**20


@dataclass(frozen=True)
class Holdings:
    """What it holds at one moment.

    Attributes:
        rss: bytes of memory that are resident.
        files: open file descriptors.
        threads: Python's threads.
        widgets: Qt's, those included that nobody sees.
        objects: Python's, as far as the collector knows them.
    """

    rss: int
    files: int
    threads: int
    widgets: int
    objects: int

    @classmethod
    def now(cls) -> Holdings:
        return cls(
            rss=resident(),
            files=len(os.listdir("/proc/self/fd")) - 1,
            threads=threading.active_count(),
            widgets=len(QApplication.allWidgets()),
            objects=sum(gc.get_count()) + gc.get_freeze_count() + len(gc.get_objects()),
        )

    def text(self) -> str:
        return (
            f"{self.rss / MIB:.0f} MiB, {self.widgets:,} widgets, {self.objects:,} objects, "
            f"{self.files} files, {self.threads} threads"
        )


def resident() -> int:
    """Bytes of memory that are resident."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def growth(values: list[int]) -> float:
    """How much a series rises from its first to its last value, by its straight line."""
    if len(values) < 2:
        return 0.0
    at = np.arange(len(values))
    return float(np.polyfit(at, np.array(values, dtype=float), 1)[0] * (len(values) - 1))
