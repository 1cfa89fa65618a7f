"""How large text is: as the user chose, else as the system says, and larger on a full screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication

if TYPE_CHECKING:
    from initviz.app.window import Window

STEPS = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
"""The sizes of text there are, as factors on the usual one."""

PROJECTOR = 1.3
"""How much larger text is on a full screen, which people look at from afar."""

USUAL_POINTS = {"darwin": (13.0, 13.0), "win32": (9.0, 9.0)}
"""The system's font as it is before anybody changes it, in points: from, to. Elsewhere desktops
begin with 9 to 11."""

USUAL_DPI = {"darwin": 72.0}


class Reading:
    """Changes the size of the text in a window, and the window to a full screen and back."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._before = Qt.WindowState.WindowNoState

    @property
    def size(self) -> float:
        """The chosen size of the text, as a factor; the system's if none was chosen."""
        chosen = self._window.memory.text_size
        return system_size() if chosen is None else chosen

    @property
    def scale(self) -> float:
        """The factor on the size of text that holds now."""
        return self.size * (PROJECTOR if self._window.isFullScreen() else 1.0)

    def larger(self) -> None:
        """Take the next larger size."""
        self._choose(next((step for step in STEPS if step > self.size + 1e-6), STEPS[-1]))

    def smaller(self) -> None:
        """Take the next smaller size."""
        self._choose(next((step for step in STEPS[::-1] if step < self.size - 1e-6), STEPS[0]))

    def as_system(self) -> None:
        """Take the size that the system's font has."""
        self._choose(None)

    def toggle_full_screen(self) -> None:
        """Fill the whole screen, with larger text; or go back to the window as it was."""
        window = self._window
        if window.isFullScreen():
            self.leave_full_screen()
        else:
            self._before = window.windowState()
            window.setWindowState(self._before | Qt.WindowState.WindowFullScreen)

    def leave_full_screen(self) -> None:
        """Go back to the window as it was."""
        if self._window.isFullScreen():
            self._window.setWindowState(self._before & ~Qt.WindowState.WindowFullScreen)

    def _choose(self, size: float | None) -> None:
        self._window.memory.text_size = size
        if self._window.look.text_scale != self.scale:
            self._window.set_look()
        self._window.scrubber.say(f"text size: {100 * self.size:.0f} %")


def system_size() -> float:
    """The step nearest to what the system's font and its scaling of text ask for."""
    points = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF()
    screen = QGuiApplication.primaryScreen()
    wanted = system_factor(points, screen.logicalDotsPerInch() if screen else 0.0, sys.platform)
    return min(STEPS, key=lambda step: abs(step - wanted))


def system_factor(points: float, dpi: float, platform: str) -> float:
    """How much larger the system's font is than before anybody changes it.

    Args:
        points: its size; not above 0 where it is unknown.
        dpi: the dots that the screen counts an inch as, 0 where it is unknown.
        platform: as ``sys.platform``.
    """
    low, high = USUAL_POINTS.get(platform, (9.0, 11.0))
    usual = min(max(points, low), high)
    density = dpi / USUAL_DPI.get(platform, 96.0) if dpi > 0 else 1.0
    return (points / usual if points > 0 else 1.0) * density
