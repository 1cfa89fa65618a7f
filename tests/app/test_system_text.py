from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from initviz.app import reading
from tests.app.conftest import SMALL, MakeWindow


def test_text_follows_the_systems_when_one_comes_back_to_the_window(
    make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = QEvent.Type.ActivationChange
    monkeypatch.setattr(reading, "system_size", lambda: 1.0)
    window = make_window(SMALL)
    assert window.look.text_scale == 1.0

    monkeypatch.setattr(reading, "system_size", lambda: 1.25)
    QApplication.sendEvent(window, QEvent(event))
    assert window.look.text_scale == 1.25

    window.reading.larger()
    monkeypatch.setattr(reading, "system_size", lambda: 1.0)
    QApplication.sendEvent(window, QEvent(event))
    assert window.look.text_scale == 1.5  # chosen: the system has no say any more
