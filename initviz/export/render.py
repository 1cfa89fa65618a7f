"""Rendering pages without a window: the same views, drawn on a picture."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from initviz.app import theme
from initviz.experiment import Experiment
from initviz.export.figure import Figure, FigureError
from initviz.export.paint import panels_of, settle
from initviz.export.picture import draw, encode, style_of
from initviz.focus import NEAREST, Focus
from initviz.interruption import held_back
from initviz.parts import Part, Wanted
from initviz.snapshot import Pinned, Snapshot
from initviz.subset import focus_among, focus_renumbered, lanes_of, snapshot_of
from initviz.views import VIEWS
from initviz.views.base import View, lane_marks
from initviz.views.fonts import NO_FONT, has_letters
from initviz.views.key import Entry
from initviz.views.page import PAGES, Page
from initviz.views.style import Style

log = logging.getLogger(__name__)


@contextmanager
def application() -> Iterator[QApplication]:
    """A Qt application that needs no screen, or the one that is there already."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        yield existing
        return
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with held_back():
        app = QApplication(["initviz"])
        app.setStyle("Fusion")
    if not has_letters():
        log.warning(NO_FONT)
    try:
        yield app
    finally:
        with held_back():
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
        stage = None
        try:
            with held_back():  # what is interrupted while it is made has to be closed, too
                stage = Stage(what, style, size)
            yield stage
        finally:
            if stage is not None:
                stage.close()
            del stage
    collect()


@held_back()
def collect() -> None:
    """Let young objects go that refer to each other, such as plots of a stage that is closed."""
    gc.collect(0)


class Stage:
    """A page or a view on a screen that nobody sees, which shows one snapshot after the other.

    Whoever makes one closes it; see ``staged``. Ctrl+C waits for the end of each method.

    Args:
        what: a name in ``PAGES`` or in ``VIEWS``.
        style: its look, whatever that of the application.
        size: its width and height on the screen.

    Attributes:
        shown: the page or the view, as ``draw`` takes it.
    """

    @held_back()
    def __init__(self, what: str, style: Style, size: Sequence[int]) -> None:
        self.shown: Page | View
        self.shown = Page(PAGES[what], style) if what in PAGES else VIEWS[what](style)
        theme.dress(self.shown.widget, style)
        if isinstance(self.shown, View):
            self.shown.set_style(style)
        # Without buttons from the start: views choose their columns by the room that there is.
        for panel in panels_of(self.shown.widget):
            panel.show_tools(False)
        if isinstance(self.shown, Page) and self.shown.bar is not None:
            self.shown.bar.hide()
        self._settled = False
        self.resize(size)

    @held_back()
    def close(self) -> None:
        """Give everything up."""
        app, widget = QApplication.instance(), self.shown.widget
        assert app is not None
        del self.shown
        widget.close()
        widget.deleteLater()
        # Without a running event loop it would stay until the end of the program.
        app.sendPostedEvents(widget, QEvent.Type.DeferredDelete)

    @held_back()
    def resize(self, size: Sequence[int]) -> None:
        """Give it another width and height."""
        self.shown.widget.resize(QSize(*size))
        settle(self.shown.widget)

    @held_back()
    def set_style(self, style: Style) -> None:
        """Give it another look."""
        theme.dress(self.shown.widget, style)
        self.shown.set_style(style)

    def set_pinned(self, pinned: tuple[Pinned, ...]) -> None:
        """Draw these runs in grey, behind what is shown."""
        self.shown.set_pinned(pinned)

    @held_back()
    def take_after(self, original: Page | View) -> None:
        """Stand as the same page or view does elsewhere: its switches, its zoom, what it hides."""
        if isinstance(original, Page) and isinstance(self.shown, Page):
            self.shown.hide_views(original.hidden)
            if original.enlarged is not None:
                self.shown.toggle_enlarged(self.shown.view(original.enlarged.name))
            for mine, other in zip(self.shown.splitters, original.splitters, strict=True):
                mine.setSizes(other.sizes())
            pairs = list(zip(self.shown.views, original.views, strict=True))
        else:
            assert isinstance(original, View)
            assert isinstance(self.shown, View)
            pairs = [(self.shown, original)]
        for view, like in pairs:
            for switch, model in zip(view.panel.switches, like.panel.switches, strict=True):
                switch.choose(model.value)
            for key in {*view.canvas.zooms.parts, *like.canvas.zooms.parts}:
                view.canvas.zooms.show(key, like.canvas.zooms.parts.get(key))
        settle(self.shown.widget)

    @property
    def wants(self) -> frozenset[Part]:
        """The parts of a snapshot that are drawn."""
        return self.shown.wants

    @held_back()
    def set_focus(self, focus: Focus, experiment: Experiment) -> None:
        """Look closely at another lane, layer or neuron."""
        if isinstance(self.shown, Page):
            self.shown.set_focus(focus, experiment)
        else:
            self.shown.set_focus(focus)

    @held_back()
    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        app = QApplication.instance()
        assert app is not None
        for view in self._views:
            view.panel.key.show_entries(self._key(view, snapshot), self.shown.look)
        # Views choose their columns by the room that the first ones leave.
        for _ in range(1 if self._settled else 2):
            if isinstance(self.shown, Page):
                self.shown.show_snapshot(snapshot)
            else:
                self.shown.show(snapshot)
            settle(self.shown.widget)
            # No event loop: a click in the middle of this could close what is drawn.
            app.sendPostedEvents()
        self._settled = True

    @property
    def _views(self) -> list[View]:
        return self.shown.shown if isinstance(self.shown, Page) else [self.shown]

    def _key(self, view: View, snapshot: Snapshot) -> list[Entry]:
        """What has to be said of the lanes that nothing on the page names."""
        if any(other.names_all for other in self._views):
            return []
        marks = lane_marks(snapshot)
        return [Entry(*marks[lane]) for lane in view.key_lanes(snapshot)]

    @held_back()
    def image(self, scale: float = 1.0) -> QImage:
        """What is shown, as an image of ``scale`` times its size."""
        return draw(self.shown, scale)

    @held_back()
    def encode(self, figure: Figure) -> bytes:
        """What is shown, as the content of a file; the figure's style and size are the stage's."""
        return encode(self.shown, figure)


def figure_of(snapshot: Snapshot, figure: Figure, focus: Focus = NEAREST) -> bytes:
    """A picture of one epoch, as the content of a file; see ``pictures``.

    Args:
        snapshot: the epoch, with all lanes, and with the parts that are drawn.
        figure: what is drawn of it, and how.
        focus: where to look closely, in the lanes of the snapshot.
    """
    drawn = pictures(figure, [snapshot.epoch], lambda *_: snapshot, snapshot.experiment, focus)
    with closing(drawn):
        return next(drawn)[1]


def pictures(
    figure: Figure,
    epochs: Iterable[int],
    probe: Callable[[int, Wanted], Snapshot],
    experiment: Experiment,
    focus: Focus = NEAREST,
) -> Generator[tuple[int, bytes], None, None]:
    """Epochs and their pictures as contents of files; call it in ``application()``.

    An epoch that is no longer held is drawn as the nearest one before it, and named so.

    Args:
        figure: what is drawn, and how.
        epochs: which, in order.
        probe: gives a snapshot of an epoch; it is asked only for what is drawn.
        experiment: what was trained.
        focus: where to look closely, in the lanes of the experiment.

    Raises:
        FigureError: if there is no such picture.
        PictureError: if it cannot be encoded.
    """
    check(figure)
    lanes = figure.lanes or tuple(range(len(experiment.lanes)))
    focus = focus_among(focus, lanes)
    with staged(figure.what, style_of(figure), figure.size.layout) as stage:
        stage.set_focus(focus_renumbered(focus, lanes), lanes_of(experiment, lanes))
        for epoch in epochs:
            snapshot = probe(epoch, Wanted(parts=stage.wants, focus=focus))
            stage.show(snapshot if not figure.lanes else snapshot_of(snapshot, lanes))
            yield snapshot.epoch, stage.encode(figure)


def check(figure: Figure) -> None:
    """See whether a picture can be drawn.

    Raises:
        FigureError: if not, with the cure.
    """
    if figure.what not in {**PAGES, **VIEWS}:
        names = ", ".join([*PAGES, *VIEWS])
        raise FigureError(f'there is no page or view "{figure.what}"; choose one of {names}')
    figure.check(page=figure.what in PAGES)
