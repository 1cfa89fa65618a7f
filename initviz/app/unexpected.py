"""What the window does about errors that nobody foresaw: it says so, and goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from initviz.app import theme
from initviz.app.clipboard import copy_text
from initviz.app.incident_dialog import SEND_INSTEAD, IncidentDialog
from initviz.app.incidents import Incidents
from initviz.logfile import LogFile
from initviz.report import Incident, report, tell, without_home
from initviz.views.base import View
from initviz.views.style import Style

if TYPE_CHECKING:
    from initviz.app.window import Window

LOOK_MS = 200
"""Time between two looks at what has happened; the dialog counts no faster."""

PATIENCE = 15
"""Looks that the dialog waits for a menu to be closed, or a mouse button to be let go."""

HAPPENED = "Something happened that initviz did not expect."


class Unexpected(QObject):
    """Shows what ``incidents`` has taken: one dialog at a time, each error for itself.

    Like the player it looks by a timer: a view that fails in every frame cannot flood it.

    Args:
        window: whose errors they are.
        incidents: takes errors from any thread.
        file: the log; None where none is kept.
    """

    def __init__(
        self, window: Window, incidents: Incidents | None = None, file: LogFile | None = None
    ) -> None:
        super().__init__(window)
        self._window = window
        self.incidents = incidents or Incidents()
        self.log_file = file
        self.dialog: IncidentDialog | None = None
        self._shown: Incident | None = None
        self._others: list[Incident] = []  # that are named beside it
        self._text: tuple[object, ...] = ()
        self._reported: tuple[object, ...] = ()
        self._waited = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)

    # --- what people ask for ------------------------------------------------------------------

    def show(self, incident: Incident) -> None:
        """Show one error, as its Details button asks for."""
        if self.dialog is None:
            self._open(incident)

    def report(self, incident: Incident | None = None) -> str:
        """The report on one error, else on all of the session."""
        happened = self.incidents.all()
        if incident is not None:
            others = [(each, times) for each, times in happened if each.place != incident.place]
            happened = [(incident, self.incidents.times(incident)), *others]
        experiment = self._window.model.experiment.to_toml()
        tail = self.log_file.tail() if self.log_file else ""
        return report(happened, experiment, screen_of(self._window), tail)

    def copy_report(self) -> None:
        """Put a report on the clipboard."""
        self._window.scrubber.say(copy_text(self.report(), "report", SEND_INSTEAD))

    def open_log_folder(self) -> None:
        """Show the folder of the log in the system's own way, or say why not."""
        problem = open_folder(self.log_file)
        if problem:
            (self.dialog.say if self.dialog else self._window.banner.show_note)(problem)

    def view_failed(self, view: View, error: Exception) -> None:
        """Tell of a view that could not draw a snapshot; the others are drawn."""
        tell(error, f"drawing “{view.title}”")

    def close(self) -> None:
        """Look no more: the window is closed."""
        self._timer.stop()

    # --- what happens by itself ---------------------------------------------------------------

    def _look(self) -> None:
        if self.dialog is not None:
            self._refresh()
            return
        fresh = self.incidents.fresh()
        if fresh and not self._waits():
            self._open(fresh[0])

    def _waits(self) -> bool:
        """Whether the mouse is in the middle of something that a dialog would leave hanging."""
        busy = QApplication.activePopupWidget() is not None
        busy = busy or QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        self._waited = self._waited + 1 if busy else 0
        return busy and self._waited <= PATIENCE

    def _open(self, incident: Incident) -> None:
        try:
            self._show_dialog(incident)
        except Exception as error:
            if self.dialog is not None and self.dialog.isVisible():
                raise
            self.incidents.take(Incident.of(error))
            self._show_none(incident)

    def _show_none(self, incident: Incident) -> None:
        """Say in the window what no dialog can, and try again only for what happens later."""
        dialog, self.dialog, self._shown = self.dialog, None, None
        if dialog is not None:
            dialog.deleteLater()
        for each in self.incidents.fresh():
            self.incidents.see(each)
        happened = without_home(f"{HAPPENED} {incident.summary}.")
        self._window.banner.show_note(f"{happened} {place_of(self.log_file)}")

    def _show_dialog(self, incident: Incident) -> None:
        popup = QApplication.activePopupWidget()
        if popup is not None:  # it has the mouse
            popup.close()
        self._waited = 0
        dialog = IncidentDialog(self._window.look, self._window)
        self._shown, self.dialog = incident, dialog
        self._text = self._reported = ()
        dialog.mute.setVisible(self.incidents.knows(incident))
        dialog.copy_asked.connect(lambda: dialog.copy_report(self.report(incident)))
        dialog.save_asked.connect(self._window.run_files.ask_where)
        dialog.folder_asked.connect(self.open_log_folder)
        dialog.quit_asked.connect(self._window.close)
        dialog.finished.connect(lambda _: self._closed(dialog, incident))
        for told in (self._window.scrubber.said, self._window.banner.noted):
            told.connect(dialog.say)  # as of a run that is saved
        # What cannot fail first: the window may be too broken to be asked for the rest.
        dialog.show_error(HAPPENED, without_home(incident.summary), "")
        dialog.show_report(without_home(incident.traceback))
        dialog.open()
        dialog.raise_()
        dialog.activateWindow()
        self._refresh()

    def _refresh(self) -> None:
        assert self.dialog is not None
        assert self._shown is not None
        incident = self._shown
        times = self.incidents.times(incident)
        others = [each for each in self.incidents.fresh() if each.place != incident.place]
        self._others = others
        safe = self._window.what_is_safe()
        text = times, len(others), safe
        if text == self._text:
            return
        first, self._text = not self._text, text
        often = f"  (it has happened {times:,} times)" if times > 1 else ""
        more = f"\nSince then: {_listed(others)}" if others else ""
        error = without_home(f"{incident.summary}{often}{more}")
        self.dialog.show_error(HAPPENED, error, safe)
        if first:
            self.dialog.say(place_of(self.log_file))
        # Seldom: somebody may be reading it, or choosing a part of it.
        reported = len(str(times)), len(others)
        if reported != self._reported:
            self._reported = reported
            self.dialog.show_report(self.report(incident))

    def _closed(self, dialog: IncidentDialog, incident: Incident) -> None:
        if self.dialog is not dialog:  # a window that is closed rejects it once more
            return
        self.dialog = self._shown = None
        for other in self._others:
            self.incidents.see(other)
        self.incidents.see(incident, mute=dialog.mute.isChecked())
        for told in (self._window.scrubber.said, self._window.banner.noted):
            told.disconnect(dialog.say)
        dialog.deleteLater()


def show_alone(
    incident: Incident, what: str, file: LogFile | None, style: Style | None = None
) -> None:
    """Show an error where there is no window, until the dialog is closed.

    Args:
        incident: the error.
        what: was not done because of it, in a sentence.
        file: the log, None where there is none.
        style: the colours; by default the system's.
    """
    style = style or theme.resolve(theme.Theme.SYSTEM)
    dialog = IncidentDialog(style)
    theme.dress(dialog, style)  # the application may have none yet
    dialog.show_error(what, without_home(incident.summary), "Files that were saved are whole.")
    tail = file.tail() if file else ""
    text = report([(incident, 1)], screen=screen_of(None), log=tail)
    dialog.show_report(text)
    dialog.copy_asked.connect(lambda: dialog.copy_report(text))
    dialog.say(place_of(file))
    dialog.folder_asked.connect(lambda: dialog.say(open_folder(file)))
    dialog.exec()
    dialog.deleteLater()


def open_folder(file: LogFile | None) -> str:
    """Show the folder of the log; returns why not, "" where it worked."""
    if file is None or file.path is None or not file.path.parent.is_dir():
        return place_of(file)
    if QDesktopServices.openUrl(QUrl.fromLocalFile(str(file.path.parent))):
        return ""
    return f"No program here shows folders; the log is {without_home(str(file.path))}."


def place_of(file: LogFile | None) -> str:
    """Where the log is, in a sentence."""
    if file is None:
        return "No log is kept."
    if file.problem:
        return without_home(f"No log is kept: {file.problem}.")
    return without_home(f"The log has it, too: {file.path}")


def screen_of(widget: QWidget | None) -> str:
    """What is known of the display: the platform, the size, the scaling."""
    screen = widget.screen() if widget else QGuiApplication.primaryScreen()
    known = f"display {QGuiApplication.platformName()}"
    if screen is not None:
        size, ratio = screen.size(), screen.devicePixelRatio()
        known += f", {size.width()} × {size.height()} at {ratio:g}x"
    if widget is not None:
        known += f", window {widget.width()} × {widget.height()}"
    return known


def _listed(incidents: list[Incident]) -> str:
    few = [incident.summary for incident in incidents[:3]]
    more = [f"and {len(incidents) - 3} more"] if len(incidents) > 3 else []
    return "; ".join([*few, *more])
