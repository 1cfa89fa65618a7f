from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from initviz.experiment import Lane
from initviz.focus import Focus
from initviz.views.focus_bar import FocusBar
from initviz.views.style import DARK, GLYPHS
from tests.views.snapshots import experiment


@pytest.fixture
def bar(qtbot: QtBot) -> FocusBar:
    bar = FocusBar(DARK)
    qtbot.addWidget(bar)
    bar.show_focus(Focus(), experiment(4, 3))
    bar.resize(760, 30)
    bar.show()
    qtbot.waitExposed(bar)
    return bar


@pytest.fixture
def asked(bar: FocusBar) -> list[Focus]:
    """What the bar has asked for; it is granted, as the window does."""
    wishes: list[Focus] = []

    def grant(focus: Focus) -> None:
        wishes.append(focus)
        bar.show_focus(focus, experiment(4, 3))

    bar.asked.connect(grant)
    return wishes


def down(bar: FocusBar) -> list[int]:
    return [place for place, button in enumerate(bar.lanes) if button.isChecked()]


def click(qtbot: QtBot, bar: FocusBar, place: int) -> None:
    qtbot.mouseClick(bar.lanes[place], Qt.MouseButton.LeftButton)


def test_a_click_looks_at_another_lane(qtbot: QtBot, bar: FocusBar, asked: list[Focus]) -> None:
    click(qtbot, bar, 2)
    assert asked == [Focus(lane=2)]
    assert down(bar) == [2]


def test_the_lane_that_is_looked_at_stays_down(
    qtbot: QtBot, bar: FocusBar, asked: list[Focus]
) -> None:
    click(qtbot, bar, 0)
    assert asked == []
    assert down(bar) == [0]


def test_two_lanes_stand_side_by_side(qtbot: QtBot, bar: FocusBar, asked: list[Focus]) -> None:
    bar.pair.click()
    assert asked[-1] == Focus(lane=0, beside=3)
    click(qtbot, bar, 1)
    assert asked[-1] == Focus(lane=0, beside=1)
    assert down(bar) == [0, 1]
    click(qtbot, bar, 0)  # the one that is clicked goes
    assert asked[-1] == Focus(lane=1)
    click(qtbot, bar, 2)  # the next one joins in again
    assert asked[-1] == Focus(lane=1, beside=2)
    bar.pair.click()
    assert asked[-1] == Focus(lane=1)


def test_another_layer_is_chosen(bar: FocusBar, asked: list[Focus]) -> None:
    assert [bar.layer.itemText(i) for i in range(3)] == ["Hidden 1", "Hidden 2", "Output"]
    bar.layer.activated.emit(1)
    assert asked == [Focus(layer=1)]
    assert bar.layer.currentIndex() == 1


def test_showing_a_focus_asks_for_nothing(bar: FocusBar, asked: list[Focus]) -> None:
    bar.show_focus(Focus(1, 3, 2), experiment(4, 3))
    assert down(bar) == [1, 3]
    assert bar.pair.isChecked()
    assert bar.layer.currentIndex() == 2
    assert asked == []


def test_the_bar_follows_the_experiment(bar: FocusBar) -> None:
    bar.show_focus(Focus(lane=3, layer=2), experiment((Lane(name="One <b>"), Lane(colour=6)), 5))
    assert len(bar.lanes) == 2
    assert bar.lanes[0].text() == f"{GLYPHS[0]} One <b>"
    assert bar.lanes[1].text().startswith(GLYPHS[6])
    assert down(bar) == [1]
    assert bar.layer.count() == 5
    bar.show_focus(Focus(), experiment(1, 2))
    assert not bar.pair.isEnabled()
    assert all(button.accessibleName() and button.toolTip() for button in bar.lanes)


def test_two_are_side_by_side_no_longer_when_one_of_them_is_gone(bar: FocusBar) -> None:
    bar.show_focus(Focus(0, 3), experiment(4, 3))
    bar.show_focus(Focus(0, 3), experiment(2, 3))
    assert down(bar) == [0]
    assert not bar.pair.isChecked()
    bar.show_focus(Focus(0, 3), experiment(4, 3))  # a late picture had fewer lanes
    assert down(bar) == [0, 3]
    assert bar.pair.isChecked()
