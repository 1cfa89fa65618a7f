"""What keeps many windows in one process quick."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent


@pytest.fixture(scope="module", autouse=True)
def tidy() -> Iterator[None]:
    """Let the widgets of a module go with it.

    pyqtgraph's plots are held by cycles, and each has dozens of hidden widgets, which a style
    sheet for the application goes through.
    """
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.freeze()  # what stays now stays for good, and need not be looked through again
