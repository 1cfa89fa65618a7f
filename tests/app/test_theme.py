from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from initviz.app import theme
from initviz.app.window import Window
from initviz.views.checkbox import CheckBox
from initviz.views.style import DARK, LIGHT, Style
from tests.app.conftest import MakeWindow


def contrast(a: QColor, b: QColor) -> float:
    def light(colour: QColor) -> float:
        parts = colour.getRgbF()[:3]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("style", [DARK, LIGHT], ids=lambda style: style.name)
def test_the_outline_of_a_box_to_tick_is_seen(
    qapp: QApplication, qtbot: QtBot, style: Style
) -> None:
    theme.apply(qapp, style)
    dialog = QDialog()
    box = CheckBox("Zeros", dialog)
    box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    picture, ground = dialog.grab().toImage(), QColor(style.window)
    option = QStyleOptionButton()
    box.initStyleOption(option)
    part = QStyle.SubElement.SE_CheckBoxIndicator
    edge = box.style().subElementRect(part, option, box)
    for place in (
        QPoint(edge.left(), edge.center().y()), QPoint(edge.right(), edge.center().y()),
        QPoint(edge.center().x(), edge.top()), QPoint(edge.center().x(), edge.bottom()),
    ):  # fmt: skip
        assert contrast(picture.pixelColor(box.mapTo(dialog, place)), ground) >= 3


def test_a_button_that_cannot_be_pressed_does_not_look_as_if_it_could(
    qapp: QApplication, qtbot: QtBot
) -> None:
    theme.apply(qapp, DARK)
    button = QPushButton("Train")
    button.setProperty("primary", True)
    qtbot.addWidget(button)
    button.setEnabled(False)
    button.show()
    qtbot.waitExposed(button)

    assert button.grab().toImage().pixelColor(6, button.height() // 2) == QColor(DARK.field)


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
