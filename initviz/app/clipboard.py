"""Copying, and knowing whether it came to anything."""

from __future__ import annotations

import secrets

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

COPIED = "copied: the {what} is on the clipboard"
NOT_COPIED = "not copied: another program holds the clipboard; {cure}"
SAVE_INSTEAD = "save the picture instead (Ctrl+E)"

MARK = "application/x-initviz-copy"
"""The format of what tells one copy of ours from any other content."""


def copy(content: QMimeData, what: str = "picture", cure: str = SAVE_INSTEAD) -> str:
    """Put something on the clipboard; returns what to say of it.

    Args:
        content: what.
        what: the same in a word.
        cure: what to do where another program holds the clipboard.
    """
    clipboard = QGuiApplication.clipboard()
    mark = secrets.token_bytes(8)
    content.setData(MARK, mark)
    clipboard.setMimeData(content)
    there = clipboard.mimeData()
    # What QClipboard says of whose it is some platforms do not know.
    kept = there is not None and there.data(MARK).data() == mark
    return (COPIED if kept else NOT_COPIED).format(what=what, cure=cure)


def copy_text(text: str, what: str, cure: str) -> str:
    """Put a text on the clipboard; see ``copy``."""
    content = QMimeData()
    content.setText(text)
    return copy(content, what, cure)
