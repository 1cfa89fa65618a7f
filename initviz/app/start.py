"""Starting the window, and keeping it until it is closed."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from initviz.app.leftovers import autosave_root
from initviz.app.memory import Memory
from initviz.app.window import Window
from initviz.experiment import Experiment
from initviz.recording import Recording


def run(experiment: Experiment | None = None, opened: tuple[Recording, Path] | None = None) -> int:
    """Show the window until it is closed; returns the exit status.

    Args:
        experiment: what to show; None takes the remembered one, or the first lesson.
        opened: a run of this experiment, to be shown and trained on, and the file that it is from.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("initviz")
    app.setDesktopFileName("initviz")
    window = Window(experiment, Memory(), autosaves=autosave_root())
    if opened:
        window.run_files.show(*opened)
    window.show()
    status = app.exec()
    # Widgets that outlive the application crash at exit: this one goes now.
    window.close()
    window.deleteLater()
    app.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    return status
