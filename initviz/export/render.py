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
from initviz.experiment import Experiment
from initviz.export.picture import draw
from initviz.focus import Focus
from initviz.parts import Part
from initviz.snapshot import Snapshot
from initviz.views import VIEWS
from initviz.views.base import View
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


@contextmanager
def staged(what: str, style: Style, size: Sequence[int]) -> Iterator[Stage]:
    """A page or a view on a screen that nobody sees; call it inside ``application()``.

    Args:
        what: a name in ``PAGES`` or in ``VIEWS``.
        style: its look.
        size: its width and height on the screen.
    """
    # Old plots must not die in the middle of Qt's work, nor in the thread that shows progress.
    with theme.all_kept():
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        # A window that is open keeps its look: what is drawn here may have another.
        alone = not any(window.isVisible() for window in app.topLevelWidgets())
        if alone:
            theme.apply(app, style)
        shown = Page(PAGES[what], style) if what in PAGES else VIEWS[what](style)
        if not alone:
            theme.dress(shown.widget, style)
        if isinstance(shown, View):
            shown.set_style(style)
        try:
            shown.widget.resize(QSize(*size))
            yield Stage(shown)
        finally:
            shown.widget.close()
            shown.widget.deleteLater()
            # Without a running event loop it would stay until the end of the program.
            app.sendPostedEvents(shown.widget, QEvent.Type.DeferredDelete)
            del shown
    gc.collect(0)


class Stage:
    """A page or a view that shows one snapshot after the other.

    Attributes:
        shown: the page or the view, as ``draw`` takes it.
    """

    def __init__(self, shown: Page | View) -> None:
        self.shown = shown
        self._settled = False

    @property
    def wants(self) -> frozenset[Part]:
        """The parts of a snapshot that are drawn."""
        return self.shown.wants

    def set_focus(self, focus: Focus, experiment: Experiment) -> None:
        """Look closely at another lane, layer or neuron."""
        if isinstance(self.shown, Page):
            self.shown.set_focus(focus, experiment)
        else:
            self.shown.set_focus(focus)

    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        app = QApplication.instance()
        assert app is not None
        # Drawing gives a widget that was never shown its size, and views choose their columns
        # by it.
        for _ in range(1 if self._settled else 2):
            if not self._settled:
                draw(self.shown)
            if isinstance(self.shown, Page):
                self.shown.show_snapshot(snapshot)
            else:
                self.shown.show(snapshot)
            app.processEvents()
        self._settled = True

    def image(self, scale: float = 1.0) -> QImage:
        """What is shown, as an image of ``scale`` times its size."""
        return draw(self.shown, scale)


def render_page(
    snapshot: Snapshot,
    page: str = "overview",
    style: str = "dark",
    size: Sequence[int] = (1280, 800),
    scale: float = 1.0,
) -> QImage:
    """One page, or one view, of one epoch as an image; call it inside ``application()``.

    Args:
        snapshot: the epoch to draw.
        page: a name in ``PAGES`` or in ``VIEWS``.
        style: "dark" or "light".
        size: width and height on the screen.
        scale: pixels of the image for one of the screen.
    """
    with staged(page, STYLES[style], size) as stage:
        stage.show(snapshot)
        return stage.image(scale)
