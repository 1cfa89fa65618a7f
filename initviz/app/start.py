"""Starting the window, and keeping it until it is closed."""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from initviz.app.allocator import use_few_heaps
from initviz.app.hooks import Hooks
from initviz.app.incidents import Incidents
from initviz.app.interrupts import Interrupts
from initviz.app.leftovers import autosave_root
from initviz.app.memory import Memory
from initviz.app.unexpected import show_alone
from initviz.app.window import Window
from initviz.display import NoWindowError
from initviz.experiment import Experiment
from initviz.logfile import LogFile, kept_log
from initviz.recording import Recording
from initviz.report import Incident, tell, without_home
from initviz.version import __version__
from initviz.views.fonts import NO_FONT, has_letters

log = logging.getLogger(__name__)

UNSEEN_PLATFORMS = {"offscreen", "minimal", "linuxfb", "vnc"}
"""Where nobody might see a dialog, or could close it."""

LEAST_BITS = 15
"""Of colour: Qt has no painter for an X screen of fewer, and crashes there."""


class _Closing(QObject):
    """Closes all there is, as if by its buttons, when another thread asks for it.

    Args:
        by_system: whether that is the system's wish: what is autosaved stays then.
    """

    asked = Signal()

    def __init__(self, by_system: Callable[[], bool]) -> None:
        super().__init__()
        self._by_system = by_system
        self.asked.connect(self._close, Qt.ConnectionType.QueuedConnection)

    def _close(self) -> None:
        if self._by_system():
            for widget in QApplication.topLevelWidgets():
                if isinstance(widget, Window):
                    widget.autosave.keep()
        QApplication.closeAllWindows()


def run(experiment: Experiment | None = None, opened: tuple[Recording, Path] | None = None) -> int:
    """Show the window until it is closed; returns the exit status.

    Args:
        experiment: what to show; None takes the remembered one, or the first lesson.
        opened: a run of this experiment, to be shown and trained on, and the file that it is from.

    Raises:
        NoWindowError: if Qt cannot paint on the screen.
        Exception: whatever keeps the window from being made, when it has been shown in a dialog.
    """
    use_few_heaps()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("initviz")
    app.setDesktopFileName("initviz")
    _check_colours(app.primaryScreen().depth())
    with kept_log() as file:
        file.watch()
        log.info(
            "initviz %s begins: Python %s, Qt %s, %s",
            __version__, platform.python_version(), qVersion(), platform.platform(),
        )  # fmt: skip
        if not has_letters():
            log.warning(NO_FONT)
        incidents, closing = Incidents(), _Closing(lambda: interrupts.by_system)
        interrupts = Interrupts(closing.asked.emit)
        hooks = Hooks(incidents.take, closing.asked.emit)
        try:
            window = _window(experiment, incidents, file)
            if opened:
                window.run_files.show(*opened)
            window.show()
            if file.problem:
                window.scrubber.say(f"no log is kept: {without_home(file.problem)}")
            status = app.exec()
            # Widgets that outlive the application crash at exit: this one goes now.
            _close(window)
            look = window.look
            window.deleteLater()
            app.sendPostedEvents(window, QEvent.Type.DeferredDelete)
            if not _can_be_answered():
                # There the clipboard is Qt's own, and outlives the Python that its content is of.
                QGuiApplication.clipboard().clear()
            late = incidents.fresh()
            if late and not interrupts.received and _can_be_answered():
                what = "Something unexpected happened while initviz ended."
                show_alone(late[0], what, file, look)
        finally:
            hooks.restore()
            interrupts.close()
        log.info("initviz ends")
    return interrupts.status or status


def _check_colours(bits: int) -> None:
    """Refuse a screen that Qt cannot paint on."""
    if bits < LEAST_BITS:
        raise NoWindowError(
            f"the screen has {bits} bits of colour, and a window needs {LEAST_BITS}; choose "
            "another screen, or draw without a window: initviz render"
        )


def _window(experiment: Experiment | None, incidents: Incidents, file: LogFile) -> Window:
    """The window; where it cannot be made, a dialog says so before the error goes on."""
    try:
        return Window(
            experiment, Memory(),
            incidents=incidents, log_file=file, autosaves=autosave_root(),
        )  # fmt: skip
    except Exception as error:
        if _can_be_answered():
            show_alone(Incident.of(error), "initviz cannot open its window.", file)
        raise


def _close(window: Window) -> None:
    try:
        window.close()
    except Exception as error:  # Qt's bindings hand on what its closeEvent raised
        tell(error)


def _can_be_answered() -> bool:
    return QGuiApplication.platformName() not in UNSEEN_PLATFORMS
