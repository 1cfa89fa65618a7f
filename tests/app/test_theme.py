from __future__ import annotations

import gc

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from initviz.app import theme
from initviz.app.window import Window
from initviz.views.style import DARK, LIGHT
from tests.app.conftest import MakeWindow


class Watcher(QWidget):
    """Notes whether Python may collect while Qt tells it of a new style."""

    def __init__(self) -> None:
        super().__init__()
        self.collects: list[bool] = []

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self.collects.append(gc.isenabled())
        super().changeEvent(event)


def test_no_widget_is_collected_while_qt_restyles_them(qapp: QApplication, qtbot: QtBot) -> None:
    before = gc.isenabled()  # not beside a window
    widget = Watcher()
    qtbot.addWidget(widget)
    widget.show()
    for style in (DARK, LIGHT):
        theme.apply(qapp, style)
    assert widget.collects
    assert not any(widget.collects)
    assert gc.isenabled() == before


def test_a_second_window_comes_and_goes_beside_the_first(
    window: Window, make_window: MakeWindow
) -> None:
    """Every style sheet is for all widgets that there are."""
    for _ in range(2):
        make_window().close()
    assert window.isVisible()
