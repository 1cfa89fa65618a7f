"""Putting windows and splitters back as they were, whatever the remembered bytes say."""

from __future__ import annotations

import struct

from PySide6.QtCore import QByteArray, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSplitter, QWidget

TITLE_BAR = QSize(4, 36)
"""What a window needs around itself, in pixels."""

WIDEST = 32_767
"""Pixels of the largest pane that is believed."""

HEAD = 12
"""Bytes before the sizes of a splitter's state: two numbers, and how many sizes there are."""


def restore_window(window: QWidget, state: QByteArray) -> None:
    """Put a window back where it was, or as near to that as the screens that there are allow."""
    window.restoreGeometry(state)
    if window.isFullScreen() or window.isMaximized():
        return
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    if not screens:
        return
    place = window.geometry()

    def shared(room: QRect) -> int:
        both = room.intersected(place)
        return both.width() * both.height()

    room = max(screens, key=shared)
    size = place.size().boundedTo(room.size() - TITLE_BAR).expandedTo(window.minimumSize())
    if size != place.size():
        window.resize(size)
    if not room.contains(QRect(place.topLeft(), QSize(1, 1))) or not room.contains(
        QRect(place.topLeft(), size).center()
    ):
        window.move(room.topLeft())


def restore_splitter(splitter: QSplitter, state: QByteArray) -> None:
    """Give a splitter's panes the sizes that they had; nothing else of the state is believed."""
    now, wanted = splitter.saveState().data(), state.data()
    end = HEAD + 4 * splitter.count()
    same = len(now) == len(wanted) and now[:HEAD] == wanted[:HEAD] and now[end:] == wanted[end:]
    if same:
        sizes = struct.unpack(f">{splitter.count()}i", wanted[HEAD:end])
        if all(0 <= size <= WIDEST for size in sizes) and any(sizes):
            splitter.restoreState(state)
