"""Exporting a picture: of what, how large, in which colours, and a preview of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QPushButton

from initviz.app.clipboard import copy
from initviz.app.endings import ExistsError, with_ending
from initviz.app.export_pane import ExportPane, Row, named
from initviz.app.export_size import SizeFields
from initviz.app.job import Job
from initviz.export.figure import FORMATS, GROUNDS, THEMES, Figure, FigureError
from initviz.export.picture import PictureError, encode, preview, save, style_of
from initviz.export.render import Stage, check
from initviz.parts import Wanted
from initviz.snapshot import Snapshot
from initviz.subset import focus_among, focus_renumbered, lanes_of, snapshot_of
from initviz.views.base import View
from initviz.views.combo import Combo
from initviz.views.page import Page

if TYPE_CHECKING:
    from initviz.app.window import Window

REST_MS = 200
"""How long choices rest before the preview follows."""

LOOK_MS = 20
KINDS = {"svg": "image/svg+xml", "pdf": "application/pdf"}
"""What programs call the formats on the clipboard."""


class ExportPicture(ExportPane):
    """The choices of a picture, and the picture as it will be.

    What is drawn is a copy of the page or view that stands as the one in the window does, so that
    the window may go on meanwhile.
    """

    def __init__(self, window: Window, what: str) -> None:
        super().__init__(window, "Draw", "Preview of the picture", REST_MS)
        self._stage: Stage | None = None
        self._staged: object = None
        self._job: Job | None = None
        self._snapshots: dict[object, Snapshot] = {}
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._look_at_job)
        self.what.setCurrentIndex(self.what.findData(what))
        self.format = named(Combo(), "Format of the file")
        for kind in FORMATS.values():
            self.format.addItem(kind.title + (" (vectors)" if kind.vector else ""), kind.name)
        self.sizes = SizeFields(self._screen_size())
        self.theme = named(Combo(), "Colours")
        for name, title in THEMES.items():
            self.theme.addItem(title, name)
        self.theme.setCurrentIndex(self.theme.findData(window.look.name))
        self.ground = named(Combo(), "What is behind the plots")
        for name, title in GROUNDS.items():
            self.ground.addItem(title[:1].upper() + title[1:], name)
        self.epoch = named(Combo(), "Epoch")
        self._fill_epochs()
        self.save.setText("Save…")
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Put the picture on the clipboard")
        self.copy.clicked.connect(self.copy_picture)
        rows: list[Row] = [
            ("Draw", self.what), ("Format", self.format), *self.sizes.rows,
            ("Colours", self.theme), ("Ground", self.ground), ("Epoch", self.epoch),
        ]  # fmt: skip
        self.lay_out(rows, [self.save, self.copy])
        for combo in (self.format, self.theme, self.ground, self.epoch):
            combo.currentIndexChanged.connect(lambda _: self._changed())
        self.what.currentIndexChanged.connect(lambda _: self._what_changed())
        self.sizes.changed.connect(self._changed)
        self._changed()

    def _fill_epochs(self) -> None:
        kept = self._recording.kept_epochs()
        for epoch in kept:
            self.epoch.addItem(str(epoch), epoch)
        shown = kept and self._recording.nearest(self._window.model.cursor)
        self.epoch.setCurrentIndex(self.epoch.findData(shown))

    def recorded(self) -> None:
        """Draw the first epoch as soon as it is there: the dialog may have been opened before."""
        if not self.epoch.count():
            self._fill_epochs()

    # --- what is chosen -----------------------------------------------------------------------

    @property
    def original(self) -> Page | View:
        """The page or view in the window that is copied."""
        pages = {page.arrangement.name: page for page in self._window.pages}
        views = {view.name: view for page in self._window.pages for view in page.views}
        name = str(self.what.currentData())
        return pages[name] if name in pages else views[name]

    def figure(self) -> Figure:
        """What is chosen.

        Raises:
            FigureError: if it cannot be drawn.
        """
        lanes = self.chosen_lanes()
        if self.epoch.currentData() is None:
            raise FigureError("nothing is recorded yet; wait for epoch 0")
        figure = Figure(
            self.what.currentData(), self.format.currentData(), self.sizes.chosen(),
            self.theme.currentData(), self.ground.currentData(),
            lanes,
        )  # fmt: skip
        check(figure)
        return figure

    def _screen_size(self) -> tuple[int, int]:
        size = self.original.widget.size()
        if isinstance(self.original, View) and not self.original.widget.isVisible():
            return 640, 480
        return size.width(), size.height()

    def _what_changed(self) -> None:
        self.sizes.set_screen(self._screen_size())
        self._changed()

    def _changed(self) -> None:
        """Say what is wrong at once; draw when the choices rest."""
        try:
            figure = self.figure()
        except FigureError as error:
            self._rest.stop()
            self.say(str(error))
            return
        self.say("")
        vector = FORMATS[figure.format].vector
        self.sizes.resolution.setEnabled(not vector)  # which has no pixels
        pixels = (
            "" if FORMATS[figure.format].vector else "{} × {} pixels".format(*figure.size.pixels)
        )
        self.words.setText(" · ".join(filter(None, [figure.size.title, pixels])))
        self.ready(False)
        self._rest.start()

    def ready(self, ready: bool) -> None:
        """Whether what is chosen is drawn, and can be saved."""
        for button in (self.save, self.copy):
            button.setEnabled(ready)

    # --- drawing ------------------------------------------------------------------------------

    def _show(self) -> None:
        """Ask for the snapshot that is drawn, in a thread, unless it is there."""
        try:
            figure = self.figure()
        except FigureError:  # chosen since, and said
            return
        stage = self._stage_for(figure)
        lanes = figure.lanes or tuple(range(len(self.lanes)))
        focus = focus_among(self._window.model.focus.within(self._experiment), lanes)
        stage.set_focus(focus_renumbered(focus, lanes), lanes_of(self._experiment, lanes))
        epoch = int(self.epoch.currentData())
        wanted = Wanted(parts=stage.wants, focus=focus)
        self._key = epoch, wanted
        if self._key in self._snapshots:
            self._draw(self._snapshots[self._key])
            return
        recording = self._recording

        def work(_: object) -> Snapshot:
            from initviz.engine import probe

            return probe(recording, epoch, wanted)

        if self._job is not None and not self._job.done:
            self._rest.start()  # one after the other
            return
        self._job, self._asked = Job(work), self._key
        self._look.start()

    def _look_at_job(self) -> None:
        job = self._job
        if job is None or not job.done:
            return
        self._look.stop()
        self._job = None
        if job.error:
            self.say(job.error)
            return
        self._snapshots = {self._asked: job.result}
        if not self._rest.isActive():
            self._show()

    def _stage_for(self, figure: Figure) -> Stage:
        """The copy of what is drawn, made anew only for another page or view."""
        style = style_of(figure)
        if self._stage is None or self._staged != figure.what:
            self._close_stage()
            self._stage, self._staged = Stage(figure.what, style, figure.size.layout), figure.what
            self._stage.set_pinned(self._window.session.pins.shown)
        elif self._stage.shown.look != style:
            self._stage.set_style(style)
        self._stage.resize(figure.size.layout)
        self._stage.take_after(self.original)
        return self._stage

    def _draw(self, snapshot: Snapshot) -> None:
        figure = self.figure()
        assert self._stage is not None
        self._stage.show(snapshot_of(snapshot, figure.lanes) if figure.lanes else snapshot)
        self._image = preview(self._stage.shown, figure, self.room())
        self.fit()
        self.ready(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the preview as large as there is room."""
        super().resizeEvent(event)
        if not self._image.isNull():
            self._changed()

    # --- taking it out ------------------------------------------------------------------------

    def data(self) -> bytes:
        """The content of the file, as the preview shows it."""
        assert self._stage is not None
        return encode(self._stage.shown, self.figure())

    def copy_picture(self) -> None:
        """Put the picture on the clipboard, for programs that know its format and for others."""
        figure = self.figure()
        assert self._stage is not None
        mime = QMimeData()
        if figure.format in KINDS:
            mime.setData(KINDS[figure.format], self.data())
            mime.setImageData(preview(self._stage.shown, figure, None))
        else:
            mime.setImageData(QImage.fromData(self.data()))
        self.words.setText(copy(mime))

    def ask_where(self) -> None:
        """Ask for a file, and save the picture."""
        figure = self.figure()
        name = f"initviz-{figure.what}-epoch-{self.epoch.currentData()}.{figure.format}"
        title = FORMATS[figure.format].title
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save picture", str(self._window.memory.folder / name),
            f"{title} (*.{figure.format})",
        )  # fmt: skip
        if chosen:
            self.write(Path(chosen))

    def write(self, path: Path) -> None:
        """Save the picture, and say so, or why not."""
        form = self.figure().format
        try:
            path = with_ending(path, f".{form}")
            save(self.data(), path)
        except (ExistsError, PictureError) as error:
            self.say(f"not saved: {error}")
            self.ready(True)
            return
        self.say("")
        self.saved(path)

    def end(self) -> None:
        """Give everything up that would go on without the dialog."""
        self._rest.stop()
        self._look.stop()
        if self._job is not None:
            self._job.cancel(wait=False)  # nobody waits for its probe, which writes nothing
            self._job = None
        self._close_stage()

    def _close_stage(self) -> None:
        if self._stage is not None:
            self._stage.close()
            self._stage = None
