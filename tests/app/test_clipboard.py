from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard

from initviz.app.window import Window


def test_a_copied_picture_is_told(window: Window) -> None:
    window.files.copy_page()
    assert window.scrubber.state.text() == "copied: the picture is on the clipboard"


def test_a_clipboard_that_another_program_holds_is_told_with_the_cure(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _: False)
    monkeypatch.setattr(QClipboard, "mimeData", lambda _: QMimeData())
    window.files.copy_page()
    assert window.scrubber.state.text().startswith("not copied: another program holds")
    assert "save the picture instead" in window.scrubber.state.text()
