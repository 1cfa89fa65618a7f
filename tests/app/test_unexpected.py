"""Errors that nobody foresaw, wherever they come from: the window says so, and goes on."""

from __future__ import annotations

import itertools
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QDialog, QGraphicsItem, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

import initviz.app.runfiles
import initviz.engine
from initviz.app import start, unexpected
from initviz.app.hooks import Hooks
from initviz.app.incident_dialog import IncidentDialog
from initviz.app.memory import Memory
from initviz.app.model import Phase
from initviz.app.theme import Theme
from initviz.app.window import Window
from initviz.engine.device import DeviceError
from initviz.logfile import LogFile
from initviz.report import Incident
from initviz.runfile import open_run
from tests.app.conftest import LONG, SMALL, MakeWindow, is_waiting, threads
from tests.app.fakes import failing
from tests.app.hands import FAST, actions, answer, finish, shows

Inject = Callable[[Window], Callable[[], object] | None]
"""Lets something break; returns what mends it."""


def boom(*_: object, **__: object) -> None:
    raise ZeroDivisionError("division by zero")


def refusing(message: str) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError(message)

    return refuse


@contextmanager
def hooked(window: Window) -> Iterator[None]:
    """Let the window take what goes wrong, as ``start.run`` does; not the test's own hooks."""
    hooks = Hooks(window.unexpected.incidents.take)
    try:
        yield
    finally:
        hooks.restore()


SEEDS = itertools.count(100)


def dialog_of(qtbot: QtBot, window: Window) -> IncidentDialog:
    """The dialog, when it is there."""

    def is_there() -> bool:
        window.unexpected._look()  # oftener than the timer
        return window.unexpected.dialog is not None

    qtbot.waitUntil(is_there, timeout=LONG)
    dialog = window.unexpected.dialog
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


def assert_goes_on(qtbot: QtBot, window: Window) -> None:
    """The window trains, draws and takes edits as ever."""
    seed = next(SEEDS)  # one that was not shown: an edit that is taken back brings its run back
    window.controls.fields["seed"].set_text(str(seed))
    qtbot.waitUntil(lambda: shows(window, 0, SMALL.replace(seed=seed)), timeout=LONG)
    window.player.step_forward()
    qtbot.waitUntil(lambda: shows(window, 1), timeout=LONG)
    assert window.player.trainer.alive
    assert window.player.prober.alive


# --- wherever they come from ------------------------------------------------------------------


class Spoilt(QWidget):
    """Raises in the middle of drawing, or of its layout."""

    def __init__(self, parent: QWidget, *, draws: bool) -> None:
        super().__init__(parent)
        self._draws = draws

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._draws:
            with QPainter(self) as painter:
                painter.drawLine(0, 0, 9, 9)
                boom()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if not self._draws:
            boom()


class SpoiltItem(QGraphicsItem):
    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, 50, 50)

    def paint(self, *_: object) -> None:
        boom()


class Filter(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            boom()
        return False


def in_a_slot(window: Window) -> None:
    window.transport.main.clicked.connect(boom)
    window.transport.main.clicked.emit()
    window.transport.main.clicked.disconnect(boom)


def in_a_timer(window: Window) -> None:
    QTimer.singleShot(0, window, boom)


def in_drawing_a_widget(window: Window) -> Callable[[], object]:
    widget = Spoilt(window, draws=True)
    widget.setGeometry(0, 0, 9, 9)
    widget.show()
    return widget.deleteLater


def in_an_item_of_a_plot(window: Window) -> Callable[[], object]:
    view = next(view for view in window.page.views if view.name == "history")
    item = SpoiltItem()
    view.canvas.scene().addItem(item)
    return lambda: view.canvas.scene().removeItem(item)


def in_a_layout(window: Window) -> Callable[[], object]:
    widget = Spoilt(window, draws=False)
    QTimer.singleShot(0, window, widget.show)
    return widget.deleteLater


def in_an_event_filter(window: Window) -> Callable[[], object]:
    filter_ = Filter(window)
    window.lessons.installEventFilter(filter_)
    QTimer.singleShot(0, window, window.lessons.setFocus)
    return lambda: window.lessons.removeEventFilter(filter_)


def in_a_plain_thread(window: Window) -> None:
    threading.Thread(target=boom, name="reader").start()


def in_a_view(window: Window) -> None:
    view = window.page.views[0]
    view.feed = boom  # type: ignore[method-assign]
    window._show_snapshot(window.player.snapshot)  # type: ignore[arg-type]
    del view.feed


ALL = (
    in_a_slot, in_a_timer, in_drawing_a_widget, in_an_item_of_a_plot, in_a_layout,
    in_an_event_filter, in_a_plain_thread, in_a_view,
)  # fmt: skip


@pytest.mark.parametrize("inject", ALL, ids=lambda each: each.__name__)
def test_an_error_is_shown_and_the_window_goes_on(
    window: Window, qtbot: QtBot, inject: Inject
) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    with hooked(window):
        mend = inject(window)
        dialog = dialog_of(qtbot, window)
        if mend is not None:
            mend()
        assert "division by zero" in dialog.error.text()
        assert "in boom" in dialog.report.toPlainText()
        assert "xavier_uniform" in dialog.report.toPlainText()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert window.unexpected.dialog is None
        window.setFocus()
        assert_goes_on(qtbot, window)


def test_a_view_that_cannot_draw_keeps_no_other_from_it(window: Window, qtbot: QtBot) -> None:
    first, *others = window.page.views
    before = [view.snapshot for view in others]
    with hooked(window):
        first.show = boom  # type: ignore[method-assign]
        window.player.step_forward()
        qtbot.waitUntil(
            lambda: all(v.snapshot is not s for v, s in zip(others, before, strict=True)),
            timeout=LONG,
        )
        del first.show
        dialog = dialog_of(qtbot, window)
        assert first.title in dialog.report.toPlainText()
        dialog.accept()


# --- one dialog at a time ---------------------------------------------------------------------


def test_an_error_of_every_frame_makes_one_dialog_that_counts(window: Window, qtbot: QtBot) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    timer = QTimer(window)
    timer.timeout.connect(boom)
    with hooked(window):
        timer.start(0)
        dialog = dialog_of(qtbot, window)
        counted = "it has happened"
        qtbot.waitUntil(lambda: counted in dialog.error.text(), timeout=LONG)
        open_ones = [each for each in window.findChildren(IncidentDialog) if each.isVisible()]
        assert open_ones == [dialog]
        dialog.accept()
        finish(qtbot, window)
        assert window.unexpected.dialog is None  # it goes on happening, and was just seen
        timer.stop()


def test_a_muted_error_does_not_come_back(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("initviz.app.incidents.QUIET_SECONDS", 0.0)
    window.unexpected.incidents = unexpected.Incidents()
    with hooked(window):
        in_a_slot(window)
        dialog = dialog_of(qtbot, window)
        dialog.mute.setChecked(True)
        dialog.accept()
        in_a_slot(window)
        window.unexpected._look()
        assert window.unexpected.dialog is None
        in_a_plain_thread(window)  # in another place
        dialog_of(qtbot, window).accept()


def test_other_errors_are_named_in_the_dialog_that_is_open(window: Window, qtbot: QtBot) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    with hooked(window):
        in_a_slot(window)
        dialog = dialog_of(qtbot, window)
        window.unexpected.incidents.take(Incident("KeyError", "'seed'", "x", "…", ("KeyError",)))
        qtbot.waitUntil(lambda: "KeyError: 'seed'" in dialog.error.text(), timeout=LONG)
        assert "KeyError: 'seed'" in dialog.report.toPlainText()
        dialog.accept()
        window.unexpected._look()
        assert window.unexpected.dialog is None


def test_an_error_while_another_dialog_is_open_is_shown_above_it(
    window: Window, qtbot: QtBot
) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    with hooked(window):
        window.files.save_page()
        export = QApplication.activeModalWidget()
        assert export is not None
        in_a_timer(window)
        dialog = dialog_of(qtbot, window)
        assert QApplication.activeModalWidget() is dialog
        dialog.accept()
        assert QApplication.activeModalWidget() is export
        assert isinstance(export, QDialog)
        export.reject()
        assert_goes_on(qtbot, window)


def test_a_window_that_is_too_broken_to_say_what_is_safe_still_shows_the_error(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    with hooked(window), monkeypatch.context() as patched:
        patched.setattr(window, "what_is_safe", boom)
        in_a_timer(window)
        qtbot.waitUntil(lambda: window.unexpected.dialog is not None, timeout=LONG)
        dialog = window.unexpected.dialog
        assert dialog is not None
        assert dialog.isVisible()
        assert "division by zero" in dialog.error.text()
        assert "Traceback" in dialog.report.toPlainText()
        dialog.accept()


def test_an_error_of_which_there_can_be_no_report_is_shown_and_the_window_goes_on(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    incidents = window.unexpected.incidents = unexpected.Incidents()
    with hooked(window), monkeypatch.context() as patched:
        patched.setattr(window.unexpected, "report", refusing("no report"))
        in_a_timer(window)
        qtbot.waitUntil(lambda: len(incidents.all()) == 2, timeout=LONG)
        dialog = window.unexpected.dialog
        assert dialog is not None
        assert dialog.isVisible()
        assert "in boom" in dialog.report.toPlainText()
        assert dialog.safe.text() == window.what_is_safe()
        for _ in range(20):
            with suppress(RuntimeError):
                window.unexpected._look()
        assert "Since then: RuntimeError: no report" in dialog.error.text()
        (_, times) = incidents.all()[1]
        assert times <= 3  # it is not asked for again and again
        dialog.copy.click()
        assert dialog.isVisible()
        with suppress(RuntimeError):
            window.unexpected._look()  # so that this error, too, is named before it is closed
        dialog.accept()
        assert window.unexpected.dialog is None
        assert_goes_on(qtbot, window)


def test_an_error_that_no_dialog_can_show_is_told_in_the_window_and_tried_once(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    incidents = window.unexpected.incidents = unexpected.Incidents()
    broken: list[tuple[object, str]] = [
        (unexpected, "IncidentDialog"), (IncidentDialog, "show_error"), (IncidentDialog, "open"),
    ]  # fmt: skip
    for where, place in broken:
        with hooked(window), monkeypatch.context() as patched:
            patched.setattr(where, place, refusing(f"no {place}"))
            incidents.take(Incident("KeyError", f"'{place}'", "x", "…", ("KeyError", place)))
            qtbot.waitUntil(window.banner.isVisible, timeout=LONG)
            assert f"KeyError: '{place}'" in window.banner.text.text()
            assert window.unexpected.dialog is None
            for _ in range(20):
                window.unexpected._look()
            assert all(times <= 2 for _, times in incidents.all())
        window.banner.dismiss.click()
    assert_goes_on(qtbot, window)
    with hooked(window):
        in_a_slot(window)
        dialog_of(qtbot, window).accept()


def test_a_menu_that_is_open_is_waited_for_but_not_for_ever(window: Window, qtbot: QtBot) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    menu = QMenu(window)
    menu.addAction("one")
    with hooked(window):
        menu.popup(window.pos())
        qtbot.waitUntil(menu.isVisible)
        in_a_slot(window)
        for _ in range(unexpected.PATIENCE):
            window.unexpected._look()
        assert window.unexpected.dialog is None
        window.unexpected._look()
        dialog_of(qtbot, window).accept()
    assert not menu.isVisible()


# --- the dialog -------------------------------------------------------------------------------


@pytest.fixture
def opened(window: Window, qtbot: QtBot) -> Iterator[tuple[Window, IncidentDialog]]:
    window.unexpected.incidents = unexpected.Incidents()
    finish(qtbot, window)
    with hooked(window):
        in_a_slot(window)
        dialog = dialog_of(qtbot, window)
        yield window, dialog
        dialog.accept()


Opened = tuple[Window, IncidentDialog]


def test_the_dialog_says_what_is_safe(opened: Opened) -> None:
    window, dialog = opened
    assert f"up to epoch {SMALL.epochs} is in memory" in window.what_is_safe()
    assert dialog.safe.text() == window.what_is_safe()


def test_the_report_is_copied(opened: Opened, qtbot: QtBot) -> None:
    window, dialog = opened
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert "division by zero" in text
    assert window.model.experiment.to_toml().strip() in text
    assert "clipboard" in dialog.note.text()


def test_the_run_is_saved_from_the_dialog(
    opened: Opened, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, dialog = opened
    answer(monkeypatch, "getSaveFileName", tmp_path / "kept.initviz")
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "saved" in dialog.note.text(), timeout=LONG)
    assert open_run(tmp_path / "kept.initviz").last == SMALL.epochs
    assert dialog.isVisible()


def test_quit_closes_the_window_with_the_dialog(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    with hooked(window):
        in_a_slot(window)
        dialog = dialog_of(qtbot, window)
    qtbot.mouseClick(dialog.quit, Qt.MouseButton.LeftButton)
    assert not window.isVisible()
    assert window.unexpected.dialog is None


def test_the_dialog_is_worked_by_keyboard(opened: Opened, qtbot: QtBot) -> None:
    _, dialog = opened
    assert dialog.focusWidget() is dialog.go_on
    reached = {dialog.focusWidget()}
    for _ in range(10):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        reached.add(dialog.focusWidget())
    controls = (
        dialog.report, dialog.mute, dialog.copy, dialog.save, dialog.folder, dialog.quit,
        dialog.go_on,
    )  # fmt: skip
    assert {*controls} <= reached
    dialog.go_on.setFocus()
    qtbot.keyClick(dialog.go_on, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_the_dialog_fits_a_small_screen_with_large_text(
    make_window: MakeWindow, qtbot: QtBot, memory: Memory
) -> None:
    memory.text_size = 2.0
    window = make_window(memory=memory)
    with hooked(window):
        in_a_slot(window)
        dialog = dialog_of(qtbot, window)
        room = window.screen().availableGeometry()
        assert room.contains(dialog.geometry())
        dialog.accept()


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_the_dialog_has_the_window_s_colours(window: Window, qtbot: QtBot, theme: Theme) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    window.set_theme(theme)
    with hooked(window):
        in_a_slot(window)
        dialog = dialog_of(qtbot, window)
        image = dialog.grab().toImage()
        assert image.pixelColor(2, 2).name() == window.look.window
        dialog.accept()


# --- the log and the Help menu ----------------------------------------------------------------


def test_the_help_menu_copies_a_report(window: Window) -> None:
    actions(window)["Copy report"].trigger()
    assert window.model.experiment.to_toml().strip() in QGuiApplication.clipboard().text()


def test_the_help_menu_opens_the_folder_of_the_log(
    window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        unexpected.QDesktopServices, "openUrl",
        lambda url: bool(opened.append(url.toLocalFile())) or len(opened) < 2,
    )  # fmt: skip
    window.unexpected.log_file = LogFile(tmp_path)
    actions(window)["Open log folder"].trigger()
    assert opened == [str(tmp_path)]
    assert not window.banner.isVisible()
    actions(window)["Open log folder"].trigger()  # nothing here shows folders
    assert "initviz.log" in window.banner.text.text()
    window.unexpected.log_file.close()
    window.unexpected.log_file = None


def test_a_log_that_cannot_be_written_is_told_in_the_dialog(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "logs").touch()
    window = make_window(log_file=LogFile(tmp_path / "logs"))
    with hooked(window):
        in_a_slot(window)
        dialog = dialog_of(qtbot, window)
        assert "No log is kept" in dialog.note.text()
        dialog.accept()


# --- training and probing ---------------------------------------------------------------------


def test_a_training_that_breaks_has_details(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "train", failing(2, "no luck"))
        window = make_window()
        window.transport.set_speed(FAST)
        window.player.play()
        qtbot.waitUntil(lambda: window.model.phase is Phase.FAILED, timeout=LONG)
    text = window.banner.text.text()
    assert "The training stopped for a reason that initviz did not foresee" in text
    assert "RuntimeError: no luck" in text
    qtbot.mouseClick(window.banner.details, Qt.MouseButton.LeftButton)
    dialog = dialog_of(qtbot, window)
    assert "raise RuntimeError(message)" in dialog.report.toPlainText()
    assert "initviz-train" in dialog.report.toPlainText()
    assert not dialog.mute.isVisible()
    dialog.accept()
    assert_goes_on(qtbot, window)
    assert not window.banner.isVisible()


def test_a_training_that_stops_for_a_known_reason_says_only_that(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train(*_: object, **__: object) -> None:
        raise DeviceError('device: this machine has no usable "cuda"; choose cpu')

    window.unexpected.incidents = unexpected.Incidents()
    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "train", train)
        window.player.restart()
        qtbot.waitUntil(lambda: window.model.phase is Phase.FAILED, timeout=LONG)
    text = window.banner.text.text()
    assert text.startswith('The training stopped: device: this machine has no usable "cuda"; ')
    assert "DeviceError" not in text
    assert not window.banner.details.isVisible()
    window.player.restart()


def test_a_failed_training_holds_none_of_its_tensors(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "train", failing(0, "no luck"))
        window.player.restart()
        qtbot.waitUntil(lambda: window.model.phase is Phase.FAILED, timeout=LONG)
    error = window.player.run.error
    assert error is not None
    assert error.__traceback__ is None
    window.player.restart()


def test_a_picture_that_cannot_be_made_is_told_and_another_epoch_can_be_seen(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    finish(qtbot, window)
    real = initviz.engine.probe

    def probe(recording: object, epoch: int, *more: object) -> object:
        if epoch == 2:
            raise ValueError("no picture")
        return real(recording, epoch, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(initviz.engine, "probe", probe)
    for _ in range(2):
        window.player.go_to(2)
        qtbot.waitUntil(lambda: window.model.phase is Phase.FAILED, timeout=LONG)
        text = window.banner.text.text()
        assert "Epoch 2 cannot be drawn" in text
        assert "What is drawn is still epoch" in text
        qtbot.mouseClick(window.banner.details, Qt.MouseButton.LeftButton)
        dialog = dialog_of(qtbot, window)
        assert "initviz-probe" in dialog.report.toPlainText()
        dialog.accept()
        window.player.go_to(3)
        qtbot.waitUntil(lambda: shows(window, 3), timeout=LONG)
        qtbot.waitUntil(lambda: window.model.phase is Phase.PAUSED, timeout=LONG)
        assert not window.banner.isVisible()
    qtbot.waitUntil(lambda: is_waiting(window.player.prober), timeout=LONG)
    assert_goes_on(qtbot, window)


def test_a_job_that_breaks_is_told(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    monkeypatch.setattr(initviz.app.runfiles, "save_run", boom)
    with hooked(window):
        window.run_files.save(tmp_path / "run.initviz")
        dialog = dialog_of(qtbot, window)
        assert "while working with a file" in dialog.report.toPlainText()
        qtbot.waitUntil(window.banner.isVisible, timeout=LONG)
        assert "ZeroDivisionError" in window.banner.text.text()
        dialog.accept()
        assert_goes_on(qtbot, window)


def test_an_epoch_that_could_not_be_drawn_keeps_no_later_one_from_it(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(qtbot, window)
    real, asked, released = initviz.engine.probe, threading.Event(), threading.Event()

    def probe(recording: object, epoch: int, *more: object) -> object:
        if epoch == 2:
            asked.set()
            assert released.wait(30)
            raise ValueError("no picture")
        return real(recording, epoch, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(initviz.engine, "probe", probe)
    window.player.go_to(2)
    qtbot.waitUntil(asked.is_set, timeout=LONG)
    window.player.go_to(1)  # before it fails
    released.set()
    qtbot.waitUntil(lambda: shows(window, 1), timeout=LONG)
    qtbot.waitUntil(lambda: window.model.phase is Phase.PAUSED, timeout=LONG)
    assert not window.banner.isVisible()


# --- drawing ----------------------------------------------------------------------------------


def test_no_painter_is_left_open_by_an_error() -> None:
    """One that is brings the program down when what it draws on goes."""
    package = Path(initviz.app.runfiles.__file__).parent.parent
    unguarded = re.compile(r"= QPainter\(.*\)\n(?!\s*try:)")
    left = [p.name for p in package.rglob("*.py") if unguarded.search(p.read_text("utf-8"))]
    assert left == []


def test_a_picture_of_a_widget_that_breaks_while_it_is_drawn_brings_nothing_down(
    window: Window, qtbot: QtBot
) -> None:
    widget = Spoilt(window, draws=True)
    with pytest.raises(ZeroDivisionError):
        widget.grab()
    widget.deleteLater()


# --- coming to an end -------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["memory", "viewing", "run_files", "collector"])
def test_a_window_that_breaks_while_it_closes_ends_its_threads(
    make_window: MakeWindow, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    before = threads()
    window = make_window()
    spoilt = {"memory": "save", "viewing": "remember"}.get(place, "close")
    thing = getattr(window, place)
    real = getattr(thing, spoilt)
    setattr(thing, spoilt, boom)
    with hooked(window), caplog.at_level(logging.ERROR):
        start._close(window)
    assert not window.isVisible()
    assert threads() == before
    assert "ZeroDivisionError" in caplog.text
    assert window.unexpected.incidents.fresh()  # for whoever started it
    setattr(thing, spoilt, real)
    real()


def test_the_field_with_the_keyboard_has_it_again_after_the_dialog(
    window: Window, qtbot: QtBot
) -> None:
    window.unexpected.incidents = unexpected.Incidents()
    field = window.controls.fields["seed"].findChild(QLineEdit)
    assert field is not None
    field.setFocus()
    with hooked(window):
        in_a_timer(window)
        dialog_of(qtbot, window).accept()
    qtbot.waitUntil(lambda: window.focusWidget() is field)


def test_a_log_folder_that_is_not_there_is_not_opened_but_told(
    make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(
        "initviz.app.unexpected.QDesktopServices.openUrl", lambda url: not opened.append(url)
    )
    (tmp_path / "file").write_text("no folder")
    file = LogFile(tmp_path / "file" / "logs")
    window = make_window(log_file=file)
    window.unexpected.open_log_folder()
    file.close()

    assert opened == []
    assert window.banner.isVisible()
    assert "No log is kept" in window.banner.text.text()
