"""Rendering pages without a window: the same views, drawn on a picture."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from initviz.app import theme
from initviz.export.picture import draw
from initviz.snapshot import Snapshot
from initviz.views.page import PAGES, Page
from initviz.views.style import STYLES, Style


@contextmanager
def application() -> Iterator[QApplication]:
    """A Qt application that needs no screen, or the one that is there already."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        yield existing
        return
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QApplication(["initviz"])
    try:
        yield app
    finally:
        app.shutdown()


def render_page(
    snapshot: Snapshot,
    page: str = "overview",
    style: str = "dark",
    size: Sequence[int] = (1280, 800),
    scale: float = 1.0,
) -> QImage:
    """One page of one epoch as an image; call it inside ``application()``.

    Args:
        snapshot: the epoch to draw.
        page: a name in ``PAGES``.
        style: "dark" or "light".
        size: width and height of the page on the screen.
        scale: pixels of the image for one of the screen.
    """
    # Old plots must not die in the middle of Qt's work, nor in the thread that shows progress.
    with theme.all_kept():
        image = _render_page(snapshot, page, STYLES[style], size, scale)
    gc.collect(0)
    return image


def _render_page(
    snapshot: Snapshot, page: str, look: Style, size: Sequence[int], scale: float
) -> QImage:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, look)
    widget = Page(PAGES[page], look)
    try:
        widget.resize(QSize(*size))
        # Drawing gives a widget that was never shown its size, and views choose their columns
        # by it.
        for _ in range(2):
            draw(widget)
            widget.show_snapshot(snapshot)
            app.processEvents()
        return draw(widget, scale)
    finally:
        widget.close()
        widget.deleteLater()
        # Without a running event loop it would stay until the end of the program.
        app.sendPostedEvents(widget, QEvent.Type.DeferredDelete)
