from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from initviz.views import VIEWS
from initviz.views.gradients import GradientView
from initviz.views.panel import Panel, Switch
from initviz.views.style import DARK
from tests.views.conftest import Make

OPTIONS = [("a", "A", "the first"), ("b", "B", "the second"), ("c", "C", "the third")]


@pytest.fixture
def switch(qtbot: QtBot) -> Switch:
    switch = Switch(OPTIONS)
    qtbot.addWidget(switch)
    switch.show()
    qtbot.waitExposed(switch)
    return switch


def chips(switch: Switch) -> list[QToolButton]:
    return [b for b in switch._group.buttons() if isinstance(b, QToolButton)]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [([Qt.Key.Key_Right], "b"), ([Qt.Key.Key_Left], "c"), ([Qt.Key.Key_Right] * 3, "a"),
     ([Qt.Key.Key_Right, Qt.Key.Key_Left], "a")],
)  # fmt: skip
def test_the_arrows_go_through_a_switch(
    switch: Switch, qtbot: QtBot, keys: list[Qt.Key], expected: str
) -> None:
    chips(switch)[0].setFocus()
    for key in keys:
        qtbot.keyClick(chips(switch)[switch._values.index(switch.value)], key)

    assert switch.value == expected
    assert chips(switch)[switch._values.index(expected)].hasFocus()


def test_tab_comes_to_the_chosen_button_of_a_switch_alone(switch: Switch) -> None:
    for value, _, _ in OPTIONS:
        switch.choose(value)
        stops = [b for b in chips(switch) if b.focusPolicy() & Qt.FocusPolicy.TabFocus]
        assert stops == [chips(switch)[switch._values.index(value)]]


def test_a_switch_in_short_says_what_is_chosen_and_offers_the_others(switch: Switch) -> None:
    told: list[str] = []
    switch.chosen.connect(told.append)
    switch.set_brief(True)
    assert not any(chip.isVisible() for chip in chips(switch))
    assert switch._short.isVisible()
    assert switch._short.text() == "A ▾"
    entries = switch._menu.actions()
    assert [(e.text(), e.isChecked()) for e in entries] == [
        ("A", True), ("B", False), ("C", False)
    ]  # fmt: skip
    assert all(entry.toolTip() for entry in entries)

    entries[2].trigger()
    assert told == ["c"]
    assert switch._short.text() == "C ▾"
    assert switch._short.accessibleName() == "the third"
    assert [entry.isChecked() for entry in switch._menu.actions()] == [False, False, True]


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("width", [190, 250, 330, 500, 900])
def test_the_tools_of_a_panel_fit_into_it(make: Make, name: str, scale: float, width: int) -> None:
    view = make(VIEWS[name], round(width * scale), 300, replace(DARK, text_scale=scale))
    view.panel.show_zoomed(True)
    QApplication.processEvents()
    panel = view.panel
    tools = [tool for tool in panel._tools.findChildren(QToolButton) if tool.isVisible()]
    places = [
        (panel.mapFromGlobal(tool.mapToGlobal(QPoint(0, 0))).x(), tool.width()) for tool in tools
    ]
    assert tools
    assert all(x >= 0 and x + wide <= panel.width() for x, wide in places)
    ends = sorted((x, x + wide) for x, wide in places)
    assert all(left[1] <= right[0] for left, right in pairwise(ends))
    assert all(tool.width() >= tool.minimumWidth() for tool in tools)


def test_a_wide_panel_shows_every_button_and_a_narrow_one_a_menu(make: Make) -> None:
    wide, narrow = make(GradientView, 900, 300).panel, make(GradientView, 220, 300).panel
    for button in (wide.buttons.save, wide.buttons.enlarge, wide.buttons.hide_):
        assert button.isVisible()
    assert not wide.buttons.menu.isVisible()
    assert not narrow.buttons.save.isVisible()
    places: list[QPoint] = []
    narrow.menu_asked.connect(places.append)
    narrow.buttons.menu.click()
    assert len(places) == 1


def test_the_right_button_asks_for_the_menu_of_the_panel(make: Make, qtbot: QtBot) -> None:
    from PySide6.QtGui import QContextMenuEvent

    view = make(GradientView)
    places: list[QPoint] = []
    view.panel.menu_asked.connect(places.append)
    for where in (view.panel, view.canvas.viewport()):
        at = where.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, where.mapToGlobal(at))
        QApplication.sendEvent(where, event)

    assert len(places) == 2


def test_a_panel_needs_no_view(qtbot: QtBot) -> None:
    panel = Panel("Title", QWidget())
    qtbot.addWidget(panel)
    panel.set_style(DARK)
    panel.resize(200, 100)
    panel.show()
    assert panel.title.text() == "Title"
