from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollArea,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from initviz.app.theme import Theme
from initviz.app.window import SMALLEST, Window
from initviz.experiment import Lane
from initviz.views import VIEWS
from tests.app.conftest import LONG, SMALL
from tests.app.hands import press_focused, shows

TAB = Qt.FocusPolicy.TabFocus


def focusable(window: Window) -> list[QWidget]:
    """Every control that is on the screen, can be used, and takes the keyboard by Tab."""
    return [
        widget for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & TAB and widget.isEnabled() and widget.isVisible()
        and widget.focusProxy() is None and widget.window() is window
        and not isinstance(widget.parent(), QComboBox)
    ]  # fmt: skip


def round_trip(window: Window, qtbot: QtBot, key: Qt.Key) -> list[QWidget]:
    """The controls that Tab comes to, until it is back at the first."""
    window.centralWidget().setFocus()
    reached: list[QWidget] = []
    for _ in range(300):
        press_focused(qtbot, window, key)
        here = QApplication.focusWidget()
        assert here is not None
        if here in reached:
            assert here is reached[0]
            return reached
        reached.append(here)
    raise AssertionError("Tab does not come back")


def test_tab_reaches_every_control_once_and_comes_back(window: Window, qtbot: QtBot) -> None:
    reached = round_trip(window, qtbot, Qt.Key.Key_Tab)
    missed = [w for w in focusable(window) if w not in reached]

    assert len(reached) > 30
    assert [(type(w).__name__, w.accessibleName() or w.toolTip()) for w in missed] == []


def test_shift_tab_goes_the_same_way_back(window: Window, qtbot: QtBot) -> None:
    forwards = round_trip(window, qtbot, Qt.Key.Key_Tab)
    assert round_trip(window, qtbot, Qt.Key.Key_Backtab) == forwards[::-1]


def test_tab_goes_through_the_window_as_it_is_read(window: Window, qtbot: QtBot) -> None:
    reached = round_trip(window, qtbot, Qt.Key.Key_Tab)

    def part(widget: QWidget) -> int:
        parts = [window.controls, window.top, window.tabs, window.verdicts]
        return next(
            i for i, whole in enumerate(parts) if whole is widget or whole.isAncestorOf(widget)
        )

    places = [part(widget) for widget in reached]
    assert places == sorted(places)
    assert set(places) == set(range(4))


def test_a_lane_that_is_added_later_has_its_place_in_the_order(
    window: Window, qtbot: QtBot
) -> None:
    lanes = (*SMALL.lanes, Lane(scheme="normal"))
    window.model.edit(SMALL.replace(lanes=lanes))
    rows = window.controls.lanes.rows
    qtbot.waitUntil(lambda: all(row.isVisible() for row in rows), timeout=LONG)
    reached = round_trip(window, qtbot, Qt.Key.Key_Tab)
    places = [reached.index(row.scheme.control) for row in rows]

    assert places == sorted(places)
    assert reached.index(window.controls.lanes.add) > places[-1]


def test_tab_brings_what_it_comes_to_into_sight(window: Window, qtbot: QtBot) -> None:
    window.centralWidget().setFocus()
    area = window.controls.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    control = window.controls.fields["device"].control
    for _ in range(60):
        press_focused(qtbot, window, Qt.Key.Key_Tab)
        if control.hasFocus():
            break
    top = control.mapTo(area.viewport(), control.rect().topLeft()).y()
    assert 0 <= top <= area.viewport().height() - control.height()


def test_every_control_has_a_name(window: Window, qtbot: QtBot) -> None:
    window.controls.lanes.rows[0].more.setChecked(True)
    nameless = []
    for widget in focusable(window):
        face = QAccessible.queryAccessibleInterface(widget)
        name = face.text(QAccessible.Text.Name)
        if isinstance(widget, QComboBox | QLineEdit | QTabBar | QScrollArea):
            name = widget.accessibleName()
        if not name.strip():
            nameless.append((type(widget).__name__, widget.toolTip()))
    window.controls.lanes.rows[0].more.setChecked(False)

    assert nameless == []


def test_equal_controls_of_several_lanes_have_names_of_their_own(window: Window) -> None:
    names = [row.scheme.control.accessibleName() for row in window.controls.lanes.rows]
    names += [row.remove.accessibleName() for row in window.controls.lanes.rows]
    assert len(set(names)) == len(names)


def test_every_button_says_what_it_does(window: Window) -> None:
    buttons = [b for b in focusable(window) if isinstance(b, QAbstractButton)]
    assert len(buttons) > 20
    assert [b.accessibleName() or b.text() for b in buttons if not b.toolTip()] == []


def test_every_command_has_words(window: Window) -> None:
    wordless = [
        action for action in window.findChildren(QAction)
        if not action.isSeparator() and not action.text().strip() and action.menu() is None
    ]  # fmt: skip
    assert wordless == []


@pytest.mark.parametrize("name", VIEWS)
def test_every_plot_can_be_described(window: Window, name: str) -> None:
    views = [view for page in window.pages for view in page.views if view.name == name]
    for view in views:
        assert view.canvas.accessibleName()
        assert view.canvas.accessibleDescription() == view.help


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_whatever_has_the_keyboard_can_be_seen(window: Window, qtbot: QtBot, theme: Theme) -> None:
    window.set_theme(theme)
    qtbot.waitUntil(lambda: shows(window, 0), timeout=LONG)
    kinds: dict[tuple[object, ...], QWidget] = {}
    for widget in focusable(window):
        what = tuple(widget.property(kind) for kind in ("chip", "flat", "remedy", "primary"))
        down = isinstance(widget, QAbstractButton) and widget.isChecked()
        kinds.setdefault((type(widget).__name__, what, down), widget)
    assert len(kinds) >= 9
    for kind, widget in kinds.items():
        window.centralWidget().setFocus()
        if isinstance(widget, QLineEdit):
            widget.deselect()
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        qtbot.waitUntil(widget.hasFocus)
        with_it = widget.grab().toImage()
        changed = sum(
            without.pixel(x, y) != with_it.pixel(x, y)
            for x in range(without.width()) for y in range(without.height())
        )  # fmt: skip
        assert changed >= 30, kind


def test_the_arrows_turn_a_switch_that_the_keyboard_has_gone_to(
    window: Window, qtbot: QtBot
) -> None:
    window.resize(1280, 800)
    view = window.page.view("activations")
    view.scale.choose("value")
    chip = view.scale._group.button(0)
    qtbot.waitUntil(chip.isVisible)
    chip.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(chip.hasFocus)
    press_focused(qtbot, window, Qt.Key.Key_Right)
    assert view.scale.value == "size"
    assert window.model.recording.last == 0  # no step was taken
    press_focused(qtbot, window, Qt.Key.Key_Left)
    assert view.scale.value == "value"
    window.resize(SMALLEST)
