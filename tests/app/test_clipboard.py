from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from initviz.app.clipboard import copy_text
from initviz.app.incident_dialog import IncidentDialog
from initviz.app.window import Window
from tests.app.hands import actions


def other_content() -> QMimeData:
    """What another program has copied: a picture and a text."""
    content = QMimeData()
    content.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    content.setText("another one's")
    return content


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clipboard with the content of another program, which does not let go of it."""
    content = other_content()
    monkeypatch.setattr(QClipboard, "mimeData", lambda _: content)


def test_a_copied_picture_is_told(window: Window) -> None:
    window.files.copy_page()
    assert window.scrubber.state.text() == "copied: the picture is on the clipboard"


def test_a_clipboard_that_another_program_holds_is_told_with_the_cure(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QClipboard, "mimeData", lambda _: QMimeData())
    window.files.copy_page()
    assert window.scrubber.state.text().startswith("not copied: another program holds")
    assert "save the picture instead" in window.scrubber.state.text()


@pytest.mark.usefixtures("held")
def test_another_program_s_picture_is_not_taken_for_ours(window: Window) -> None:
    window.files.copy_page()
    assert window.scrubber.state.text().startswith("not copied: another program holds")


@pytest.mark.usefixtures("held")
def test_a_report_that_is_not_on_the_clipboard_is_told_with_the_cure(
    window: Window, qtbot: QtBot
) -> None:
    actions(window)["Copy report"].trigger()
    assert window.scrubber.state.text().startswith("not copied: another program holds")
    assert "Open log folder" in window.scrubber.state.text()

    dialog = IncidentDialog(window.look)
    qtbot.addWidget(dialog)
    dialog.copy_report("what happened")
    assert dialog.note.text().startswith("not copied: another program holds")


def test_an_earlier_copy_of_ours_is_not_taken_for_the_new_one(
    qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert copy_text("one", "report", "") == "copied: the report is on the clipboard"
    monkeypatch.setattr(QClipboard, "setMimeData", lambda *_: None)
    assert copy_text("two", "report", "").startswith("not copied")
    assert QGuiApplication.clipboard().text() == "one"
