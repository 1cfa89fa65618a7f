"""The main window: puts the pieces together and gives them menus and keys."""

from __future__ import annotations

import dataclasses
import logging
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QScrollArea,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from initviz.app import taborder, theme
from initviz.app.autosave import Autosave
from initviz.app.banner import Banner
from initviz.app.collector import Collector
from initviz.app.controls import Controls
from initviz.app.files import OPENED, Files
from initviz.app.folding import Folding
from initviz.app.incidents import Incidents
from initviz.app.keys import keyboard_help
from initviz.app.layouts import TITLE_BAR, restore_splitter, restore_window
from initviz.app.memory import Memory
from initviz.app.menus import build_menus
from initviz.app.model import Model, Phase
from initviz.app.player import Player
from initviz.app.reading import Reading
from initviz.app.recovery import Recovery
from initviz.app.runfiles import RunFiles
from initviz.app.session import Session
from initviz.app.theme import Theme
from initviz.app.topbar import TopBar
from initviz.app.transport import Scrubber, Transport
from initviz.app.unexpected import Unexpected
from initviz.app.verdicts import Verdicts
from initviz.app.viewing import Viewing
from initviz.assets import asset
from initviz.catalog.lessons import LESSONS, Lesson
from initviz.experiment import MAX_LANES, Experiment
from initviz.findings import Remedy, diagnose
from initviz.logfile import LogFile
from initviz.parts import Part
from initviz.recording import DEFAULT_BUDGET
from initviz.report import tell
from initviz.snapshot import Snapshot
from initviz.views.page import PAGES, Page
from initviz.views.panel import Switch
from initviz.views.zoom import Zooms

log = logging.getLogger(__name__)

FIRST_SIZE, SMALLEST = QSize(1280, 800), QSize(960, 600)


class Window(QMainWindow):
    """Everything on the screen.

    Args:
        experiment: what to show first; None takes the remembered one, or the first lesson.
        memory: what is remembered between starts.
        budget: bytes of weights that the session's recordings keep together.
        incidents: takes unexpected errors, for the window to show.
        log_file: the log, for reports; None where none is kept.
        autosaves: the folder for what a crash is to leave; None saves and offers nothing.
    """

    def __init__(
        self,
        experiment: Experiment | None = None,
        memory: Memory | None = None,
        budget: int = DEFAULT_BUDGET,
        incidents: Incidents | None = None,
        log_file: LogFile | None = None,
        autosaves: Path | None = None,
    ) -> None:
        super().__init__()
        self.memory = memory or Memory()
        self.lesson: Lesson | None = None
        # Theirs and the window's end is one: what they are connected to would keep each other.
        self.model = Model(self._first_experiment(experiment), self)
        self.collector = Collector()
        self.player = Player(self.model, budget, self)
        self.zooms = Zooms()
        for owned in (self.collector, self.zooms):
            owned.setParent(self)
        self.session = Session(self)
        self.recovery = Recovery(self, autosaves)
        self.look = theme.resolve(self.memory.theme)
        self.setWindowTitle("initviz")
        self.setWindowIcon(QIcon(str(asset("icon.png"))))
        self._build()
        self.files = Files(self)
        self.run_files = RunFiles(self)
        self.autosave = Autosave(self, autosaves)
        self.reading = Reading(self)
        self.viewing = Viewing(self)
        self.unexpected = Unexpected(self, incidents, log_file)
        self.theme_actions = build_menus(self)
        self._connect()
        self.set_theme(self.memory.theme)
        self.lesson_shown()
        self._restore_layout()
        if said := " ".join(filter(None, (self.memory.forgotten, self.memory.unkept))):
            self.banner.show_note(said)

    # --- building -----------------------------------------------------------------------------

    def _first_experiment(self, experiment: Experiment | None) -> Experiment:
        if experiment is not None:
            self.lesson = next((x for x in LESSONS.values() if x.experiment == experiment), None)
            return experiment
        remembered = self.memory.experiment
        first = next(iter(LESSONS.values()))
        self.lesson = LESSONS.get(self.memory.lesson) if remembered else first
        return remembered or first.experiment

    def _build(self) -> None:
        self.controls = Controls(self.model.experiment)
        self.transport = Transport(self.model, self.player)
        self.transport.set_speed(self.memory.speed)
        self.scrubber = Scrubber(self.model)
        self.verdicts = Verdicts()
        self.pages = [Page(layout, self.look, self.zooms) for layout in PAGES.values()]
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName("Pages")
        for page in self.pages:
            scroll = QScrollArea()
            scroll.setProperty("bare", True)
            scroll.setWidgetResizable(True)
            scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            scroll.setWidget(page)
            self.tabs.addTab(scroll, page.arrangement.title)
        self.banner = Banner()
        middle = QVBoxLayout()
        middle.setSpacing(6)
        middle.addWidget(self.recovery.offer)
        middle.addWidget(self.banner)
        middle.addWidget(self.tabs, 1)
        columns = QHBoxLayout()
        columns.setSpacing(8)
        columns.addLayout(middle, 1)
        self.folding = Folding(self.controls, self.verdicts, self)
        self.folding.lay_out(columns)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(8, 4, 8, 6)
        rows.setSpacing(6)
        self.top = TopBar(self.transport, self.session.edits)
        self.lessons, self.export = self.top.lessons, self.top.export
        rows.addWidget(self.top)
        rows.addLayout(columns, 1)
        rows.addWidget(self.scrubber)
        scroll = QScrollArea()  # where even one panel is too much, as with large text
        scroll.setProperty("bare", True)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(whole)
        self.setCentralWidget(scroll)
        # A click beside the fields takes the keyboard away from them.
        whole.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        whole.setFocus()
        # A window that is larger than the screen cannot be reached with the mouse everywhere.
        self.setMinimumSize(SMALLEST.boundedTo(self.screen().availableSize() - TITLE_BAR))
        self.setAcceptDrops(True)

    def _connect(self) -> None:
        model, player = self.model, self.player
        self.controls.edited.connect(self.session.edit)
        self.controls.file_asked.connect(self.files.open_data)
        model.experiment_changed.connect(self._experiment_changed)
        model.cursor_changed.connect(lambda _: self._refresh())
        model.phase_changed.connect(lambda _: self._phase_changed())
        player.recorded.connect(self._refresh)
        player.shown.connect(self._show_snapshot)
        player.judged.connect(self._judge)
        self.scrubber.moved.connect(player.go_to)
        self.verdicts.remedy_asked.connect(self.add_remedy)
        self.verdicts.lesson.try_asked.connect(lambda wanted: model.edit(wanted.experiment))
        self.verdicts.lesson.lesson_asked.connect(self.choose_lesson)
        self.top.runs.clicked.connect(self.session.show_list)
        self.tabs.currentChanged.connect(lambda _: self._page_changed())
        self.lessons.activated.connect(lambda i: self.choose_lesson(self.lessons.itemData(i)))
        model.focus_changed.connect(lambda f: self.page.set_focus(f, model.experiment))
        for page in self.pages:
            page.focus_asked.connect(model.set_focus)
            page.epoch_asked.connect(player.go_to)
            page.wants_changed.connect(self._want)
            page.changed.connect(self._page_changed)
            for view in page.views:
                view.panel.save_asked.connect(partial(self.files.save_picture, view.name))
        self.banner.button.clicked.connect(player.restart)
        self.banner.details_asked.connect(self.unexpected.show)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme_changed)
        self._page_changed()
        self._refresh()

    # --- what is shown ------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The page on top."""
        return self.pages[self.tabs.currentIndex()]

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        self.collector.freeze()  # torch is there now
        self.page.show_snapshot(snapshot, self.unexpected.view_failed)
        if snapshot.rough:
            self.verdicts.wait()

    def _judge(self, snapshot: Snapshot) -> None:
        self.verdicts.show_findings(snapshot, diagnose(snapshot))
        self.verdicts.lesson.show_snapshot(snapshot)

    def _page_changed(self) -> None:
        self._want()
        self.page.set_focus(self.model.focus, self.model.experiment)
        if self.player.snapshot is not None:
            self.page.show_snapshot(self.player.snapshot, self.unexpected.view_failed)

    def _want(self) -> None:
        # Findings need the layers, whatever the page draws.
        self.player.want(self.page.wants, judged=frozenset({Part.LAYERS}))

    def _refresh(self) -> None:
        recording = self.model.recording
        thinned = ""
        if recording.stride > 1:
            thinned = f"memory: every {ordinal(recording.stride)} epoch is kept"
        run = self.player.run
        catching_up = f"catching up: epoch {max(run.trained, 0)} of {recording.last}"
        self.scrubber.refresh(thinned, run.rate, catching_up if run.catching_up else "")

    def _phase_changed(self) -> None:
        if self.model.phase is Phase.TRAINING:
            self.session.settle()
        failed = self.model.phase is Phase.FAILED
        self.banner.show_problem(self.model.problem if failed else "", self.player.incident)
        field = self.controls.fields.get(getattr(self.player.run.error, "field", ""))
        if failed and field is not None:
            field.show_cure(str(self.player.run.error))
        self._refresh()

    def _experiment_changed(self, old: Experiment, new: Experiment) -> None:
        if old.run_key != new.run_key:
            self.zooms.reset()
        self.controls.set_experiment(new)
        self.lesson_shown()
        self._refresh()

    def lesson_shown(self) -> None:
        """Tell everybody which lesson stands beside the experiment, and whether it is changed."""
        changed = self.lesson is not None and self.lesson.experiment != self.model.experiment
        self.session.note()
        self.top.show_lesson(self.lesson)
        self.verdicts.lesson.show_lesson(self.lesson, changed)

    # --- what people ask for ------------------------------------------------------------------

    def choose_lesson(self, name: str) -> None:
        """Show a lesson at epoch 0, as it was written."""
        self.lesson = LESSONS[name]
        if self.model.experiment == self.lesson.experiment:
            self.player.to_start()
        self.model.edit(self.lesson.experiment)
        self.lesson_shown()

    def add_remedy(self, remedy: Remedy) -> None:
        """Train a remedy beside the lanes that there are."""
        experiment = self.model.experiment
        if len(experiment.lanes) < MAX_LANES:
            self.model.edit(experiment.replace(lanes=(*experiment.lanes, remedy.lane)))

    def show_own(self, experiment: Experiment) -> None:
        """Show an experiment that is no lesson's."""
        self.lesson = None
        self.model.edit(experiment)
        self.lesson_shown()

    def set_theme(self, choice: Theme) -> None:
        """Choose the colours."""
        self.memory.theme = choice
        self.theme_actions[choice].setChecked(True)
        self.set_look()

    def set_look(self) -> None:
        """Draw everything in the chosen colours and size of text."""
        self.look = dataclasses.replace(
            theme.resolve(self.memory.theme),
            line=self.devicePixelRatioF(),
            text_scale=self.reading.scale,
        )
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, self.look)
        for page in self.pages:
            page.set_style(self.look, redraw=page is self.page)
        self.controls.set_style(self.look)
        self.transport.set_style(self.look)
        self.verdicts.set_style(self.look)
        self.session.set_style(self.look)
        self.scrubber.set_style(self.look)
        self.top.set_style(self.look)
        self._fit()

    def _system_theme_changed(self) -> None:
        if self.memory.theme is Theme.SYSTEM:
            self.set_theme(Theme.SYSTEM)

    def what_is_safe(self) -> str:
        """What an error takes nothing from, in sentences."""
        last = self.model.recording.last
        held = f"The run up to epoch {last:,} is in memory, and can be saved now."
        kept = held if last > 0 else "The experiment is as it was."
        words = [
            "The window goes on.",
            kept,
            self.autosave.words(),
            "Files that were saved are whole.",
        ]
        return " ".join(filter(None, words))

    def show_keyboard(self) -> None:
        """Show which keys do what."""
        keyboard_help(self)

    def show_about(self) -> None:
        """Show what initviz is."""
        from initviz import __version__

        QMessageBox.about(
            self, "About initviz",
            f"<b>initviz {__version__}</b><br>See weight initialisation work or fail: the same "
            "network, the same batches, up to eight initialisations side by side.",
        )  # fmt: skip

    def reset_layout(self) -> None:
        """Go back to the layout of a first start."""
        self.memory.forget_layout()
        for page in self.pages:
            page.reset()
        self._resize_to_first()

    def _resize_to_first(self) -> None:
        """The size of a first start: what fits onto the screen, title bar included."""
        room = self.screen().availableSize() - TITLE_BAR
        self.resize(FIRST_SIZE.boundedTo(room))

    # --- coming and going ---------------------------------------------------------------------

    def _restore_layout(self) -> None:
        self._resize_to_first()
        restore_window(self, self.memory.layout("window"))
        self.reading.leave_full_screen()  # a start is no lecture yet
        for page in self.pages:
            for i, splitter in enumerate(page.splitters):
                restore_splitter(splitter, self.memory.layout(f"{page.arrangement.name}-{i}"))

    def event(self, event: QEvent) -> bool:
        """Leave keys to a control that the keyboard has gone to and that has a use for them.

        An error of any widget that is asked to draw or to move ends here.
        """
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and has_use_for(self.focusWidget(), Qt.Key(event.key()))
        ):
            event.accept()
            return True
        try:
            return super().event(event)
        except Exception as error:  # of a widget in it, which Qt's bindings raise here again
            tell(error)
            return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts an enlarged view back, leaves the full screen, or lets a pinned neuron go."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.page.enlarged is not None:
            self.page.put_back()
        elif self.isFullScreen():
            self.reading.leave_full_screen()
        else:
            self.model.set_focus(self.model.focus.replace(neuron=None))

    def changeEvent(self, event: QEvent) -> None:
        """Enlarge the text on a full screen, and with the system's, wherever that was changed."""
        super().changeEvent(event)
        # Whoever changes the system's text does it in another window, and comes back to this one.
        changes = (QEvent.Type.WindowStateChange, QEvent.Type.ActivationChange)
        if event.type() in changes and self.look.text_scale != self.reading.scale:
            self.set_look()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go from control to control in the order in which they stand."""
        regions = [
            self.controls, self.top, self.recovery.offer, self.banner, self.tabs, self.verdicts,
            self.scrubber,
        ]  # fmt: skip
        return taborder.step(regions, forward)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take experiments, runs and tables."""
        suffixes = {Path(url.toLocalFile()).suffix.lower() for url in event.mimeData().urls()}
        if suffixes & {*OPENED}:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first file that is one."""
        for url in event.mimeData().urls():
            if self.files.open_dropped(Path(url.toLocalFile())):
                event.acceptProposedAction()
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold a side panel away where there is no room for both."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.folding.fit(self.width())
        self.top.set_narrow(self.folding.narrow)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let torch be imported once there is something to look at."""
        super().paintEvent(event)
        self.player.painted()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout and the experiment, stop both threads."""
        # Each of them whatever befalls the others: the last one is called first.
        with ExitStack() as steps:
            steps.callback(self.unexpected.close)
            steps.callback(self.collector.close)
            steps.callback(self._end_threads)
            steps.callback(self.controls.thumbnails.close)
            steps.callback(self.autosave.close)
            steps.callback(self.recovery.close)
            steps.callback(self.run_files.close)
            steps.callback(self.memory.save)
            steps.callback(self._remember)
            # A thread may have a step to finish first: nobody needs to look at that.
            steps.callback(self.hide)
            steps.callback(self._reject_dialogs)
            steps.callback(self._remember_layout)
            steps.callback(self.viewing.remember)
        super().closeEvent(event)

    def _remember_layout(self) -> None:
        self.memory.set_layout("window", self.saveGeometry())
        for page in self.pages:
            for i, splitter in enumerate(page.splitters):
                self.memory.set_layout(f"{page.arrangement.name}-{i}", splitter.saveState())

    def _remember(self) -> None:
        self.memory.experiment = self.model.experiment
        self.memory.lesson = self.lesson.name if self.lesson else ""
        self.memory.speed = self.player.speed

    def _end_threads(self) -> None:
        if not self.player.close():
            log.error("a thread did not end in time; it ends with the program")

    def _reject_dialogs(self) -> None:
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        for dialog in self.findChildren(QDialog, options=direct):  # a film would go on
            dialog.reject()


def has_use_for(widget: QWidget | None, key: Qt.Key) -> bool:
    """Whether a control with the keyboard wants a key that otherwise plays or steps."""
    if key == Qt.Key.Key_Space:
        return isinstance(widget, QAbstractButton)
    if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        return isinstance(widget, QTabBar) or (
            widget is not None and isinstance(widget.parentWidget(), Switch)
        )
    return False


def ordinal(number: int) -> str:
    """2nd, 3rd, 4th, ..."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"
