"""Copying, and knowing whether it came to anything."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

COPIED = "copied: the picture is on the clipboard"
NOT_COPIED = "not copied: another program holds the clipboard; save the picture instead (Ctrl+E)"


def copy(content: QMimeData) -> str:
    """Put something on the clipboard; returns what to say of it."""
    clipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(content)
    there = clipboard.mimeData()
    # Some platforms have one for the program alone, and do not say that it is ours.
    kept = clipboard.ownsClipboard() or (there is not None and there.hasImage())
    return COPIED if kept else NOT_COPIED
