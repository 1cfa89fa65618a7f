"""Pages: views that belong together, arranged on one widget."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from initviz.experiment import Experiment
from initviz.focus import NEAREST, Focus
from initviz.parts import Part
from initviz.snapshot import Pinned, Snapshot
from initviz.views import VIEWS
from initviz.views.base import View
from initviz.views.focus_bar import FocusBar
from initviz.views.style import Style
from initviz.views.zoom import Zooms


@dataclass(frozen=True)
class PageLayout:
    """Which views stand where.

    Attributes:
        name, title: as for a view.
        rows: names of views, row by row.
        heights: the share of the height that each row gets.
        focused: whether its views look closely at one lane, layer or neuron, so that it has a bar
            to choose them.
    """

    name: str
    title: str
    rows: tuple[tuple[str, ...], ...]
    heights: tuple[int, ...]
    focused: bool = False


OVERVIEW = PageLayout(
    "overview", "Overview", (("boundary",), ("activations", "gradients", "history")), (35, 65)
)
NEURONS = PageLayout(
    "neurons", "Neurons", (("network",), ("heatmap", "similarity", "samples")), (58, 42),
    focused=True,
)  # fmt: skip
WEIGHTS = PageLayout(
    "weights", "Weights", (("maps",), ("distributions", "movement", "spectra")), (44, 56),
    focused=True,
)  # fmt: skip
SMALLEST = (600, 460)
"""Pixels that a page needs."""

PAGES = {page.name: page for page in (OVERVIEW, NEURONS, WEIGHTS)}


class Page(QWidget):
    """The views of a layout; the borders between them can be dragged.

    Args:
        layout: which views, and where.
        style: their look.
        zooms: shared by pages whose axes are zoomed together.

    Attributes:
        hidden: the names of the views that are put away.
        enlarged: the view that fills the page, None while all have their places.

    Signals:
        focus_asked(Focus), epoch_asked(int), wants_changed(): what a view or the bar asks for.
        changed(): other views are shown.
    """

    focus_asked = Signal(object)
    epoch_asked = Signal(int)
    wants_changed = Signal()
    changed = Signal()

    def __init__(self, layout: PageLayout, style: Style, zooms: Zooms | None = None) -> None:
        super().__init__()
        self.arrangement = layout
        self.look = style
        self.zooms = zooms or Zooms()
        self.hidden: set[str] = set()
        self.enlarged: View | None = None
        self._focus = NEAREST
        self._sizes: list[QByteArray] = []
        self._resized = QTimer(self)
        self._resized.setSingleShot(True)
        self._resized.setInterval(0)
        self._resized.timeout.connect(self._rearrange)
        self.views: list[View] = []
        self.rows = QSplitter(Qt.Orientation.Vertical)
        self.splitters = [self.rows]
        for names in layout.rows:
            self.rows.addWidget(self._row(names, style))
        for i, height in enumerate(layout.heights):
            self.rows.setStretchFactor(i, height)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.bar = FocusBar(style) if layout.focused else None
        if self.bar is not None:
            self.bar.asked.connect(self.focus_asked)
            column.addWidget(self.bar)
        column.addWidget(self.rows, 1)
        self.empty = QLabel(
            "All views of this page are hidden. “Show all views” in the View menu brings them back."
        )
        self.empty.setProperty("muted", True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.hide()
        column.addWidget(self.empty, 1)
        for splitter in self.splitters:
            splitter.setHandleWidth(8)
            splitter.setChildrenCollapsible(False)
            splitter.splitterMoved.connect(self._rearrange)
        # Narrower, the panels' switches would not fit; the window scrolls the page then.
        self.setMinimumSize(*SMALLEST)
        self.reset()

    def _row(self, names: Sequence[str], style: Style) -> QWidget:
        views = [VIEWS[name](style) for name in names]
        for view in views:
            view.canvas.share(self.zooms)
            view.set_style(style)
            view.focus_asked.connect(self.focus_asked)
            view.epoch_asked.connect(self.epoch_asked)
            view.wants_changed.connect(self.wants_changed)
            view.panel.enlarge_asked.connect(partial(self.toggle_enlarged, view))
            view.panel.hide_asked.connect(partial(self.set_hidden, view, True))
        self.views.extend(views)
        if len(views) == 1:
            return views[0].panel
        splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitters.append(splitter)
        for view in views:
            splitter.addWidget(view.panel)
        return splitter

    @property
    def shown(self) -> list[View]:
        """The views that can be seen."""
        if self.enlarged is not None:
            return [self.enlarged]
        return [view for view in self.views if view.name not in self.hidden]

    def toggle_enlarged(self, view: View) -> None:
        """Let a view fill the page, or put it back to where it was."""
        if self.enlarged is not None:
            self.put_back()
            return
        self._sizes = [splitter.saveState() for splitter in self.splitters]
        self.enlarged = view
        self._arrange()

    def put_back(self) -> None:
        """Give every view its place again, after one has filled the page."""
        if self.enlarged is None:
            return
        self.enlarged = None
        self._arrange()
        for splitter, sizes in zip(self.splitters, self._sizes, strict=True):
            splitter.restoreState(sizes)

    def set_hidden(self, view: View, hidden: bool) -> None:
        """Put a view away, or back to its place."""
        if self.enlarged is not None:
            self.put_back()
        if hidden != (view.name in self.hidden):
            self.hide_views(self.hidden ^ {view.name})

    def hide_views(self, names: Iterable[str]) -> None:
        """Put these views away, and no others."""
        self.put_back()
        self.hidden = {view.name for view in self.views} & set(names)
        self._arrange()

    def _arrange(self) -> None:
        """Show what is to be seen, and let the window know what that is."""
        shown = self.shown
        for view in self.views:
            view.panel.setVisible(view in shown)
            view.panel.show_enlarged(view is self.enlarged)
        for place in range(self.rows.count()):
            row = self.rows.widget(place)
            panels = [view.panel for view in shown]
            assert row is not None
            row.setVisible(any(row is panel or row.isAncestorOf(panel) for panel in panels))
        self.rows.setVisible(bool(shown))
        self.empty.setVisible(not shown)
        self._resized.start()  # views that have another size now may want other columns
        self.changed.emit()

    def reset(self) -> None:
        """Give every view the room that the layout gives it."""
        self.hide_views(())
        self.rows.setSizes([100 * height for height in self.arrangement.heights])
        for splitter in self.splitters[1:]:
            splitter.setSizes([1000] * splitter.count())

    @property
    def widget(self) -> QWidget:
        """The page itself, as what is drawn in a picture."""
        return self

    @property
    def caption(self) -> str:
        """What is shown, in words."""
        epochs = {view.snapshot.epoch for view in self.shown if view.snapshot is not None}
        return ", epoch ".join([self.arrangement.title, *map(str, sorted(epochs))])

    def view(self, name: str) -> View:
        """The page's view of this name."""
        return next(view for view in self.views if view.name == name)

    @property
    def wants(self) -> frozenset[Part]:
        """The parts of a snapshot that the views draw that can be seen."""
        return frozenset[Part]().union(*(view.wants for view in self.shown))

    def set_focus(self, focus: Focus, experiment: Experiment) -> None:
        """Look closely at another lane, layer or neuron of an experiment."""
        self._focus = focus
        if self.bar is not None:
            self.bar.show_focus(focus, experiment)
        for view in self.shown:
            view.set_focus(focus)

    def show_snapshot(
        self, snapshot: Snapshot, failed: Callable[[View, Exception], None] | None = None
    ) -> None:
        """Draw one epoch in every view that can be seen.

        Args:
            snapshot: the epoch.
            failed: is told of a view that raises, and the others are drawn; None lets it raise.
        """
        if self.bar is not None:
            self.bar.show_focus(self._focus, snapshot.experiment)
        for view in self.shown:
            try:
                view.show(snapshot)
            except Exception as error:
                if failed is None:
                    raise
                failed(view, error)

    def set_pinned(self, pinned: tuple[Pinned, ...]) -> None:
        """Draw these runs in grey in every view that has curves."""
        for view in self.views:
            view.set_pinned(pinned)

    def set_line(self, factor: float) -> None:
        """Draw lines ``factor`` times as wide."""
        self.look = dataclasses.replace(self.look, line=factor)
        for view in self.views:
            view.set_line(factor)

    def set_style(self, style: Style, *, redraw: bool = True) -> None:
        """Change the colours of every view.

        Views that cannot be seen, and without ``redraw`` all, are drawn in them when they are
        shown a snapshot.
        """
        self.look = style
        if self.bar is not None:
            self.bar.set_style(style)
        for view in self.views:
            view.set_style(style, redraw=redraw and view in self.shown)

    def resizeEvent(self, event: object) -> None:
        """Let views choose their number of columns anew, soon.

        Not at once: a new style sheet resizes, too, while Qt goes through a list of all widgets.
        Old plots own some of them that nobody sees, and must not die on the way.
        """
        self._resized.start()

    def _rearrange(self, *_: object) -> None:
        for view in self.shown:
            if view.snapshot is not None:
                view.show(view.snapshot)
