"""Whether there is a font to write with."""

from __future__ import annotations

from PySide6.QtGui import QFontInfo

from initviz.views.style import font

NO_FONT = (
    "the system has no fonts, and every letter is drawn as a box; install one, on Debian or "
    "Ubuntu with: apt-get install fonts-dejavu-core"
)


def has_letters() -> bool:
    """Whether a font of this system has letters; there must be an application."""
    # What Qt draws boxes with has no name, and says that it has every letter.
    return QFontInfo(font()).family() != ""
