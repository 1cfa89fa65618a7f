from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QDialog, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from initviz.app import layouts
from initviz.app.export import Export
from initviz.app.room import fit_to_screen
from initviz.app.window import SMALLEST, Window

SMALL_SCREEN = QSize(796, 564)


@pytest.fixture
def narrow(window: Window, qtbot: QtBot) -> Iterator[Window]:
    """A window as large as a screen of 800 × 600 lets it be."""
    window.setMinimumSize(SMALL_SCREEN)
    window.resize(SMALL_SCREEN)
    qtbot.waitUntil(lambda: window.width() == SMALL_SCREEN.width())
    yield window
    window.resize(SMALLEST)


def shown(window: Window) -> tuple[bool, bool]:
    return window.controls.isVisible(), window.verdicts.isVisible()


def reached(widget: QWidget, window: Window) -> bool:
    """Whether all of a widget is inside of the window."""
    place = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
    return widget.isVisible() and window.rect().contains(place)


def test_a_window_with_room_shows_both_panels(window: Window) -> None:
    assert shown(window) == (True, True)
    assert not window.folding.left.button.isVisible()
    assert not window.folding.right.button.isVisible()
    assert window.top.height() < 60


def test_a_narrow_window_shows_one_panel_and_a_button_for_the_other(narrow: Window) -> None:
    assert shown(narrow) == (True, False)
    narrow.folding.right.button.click()
    assert shown(narrow) == (False, True)
    narrow.folding.right.action.trigger()
    assert shown(narrow) == (False, False)
    narrow.folding.left.action.trigger()
    assert shown(narrow) == (True, False)


def test_nothing_of_a_narrow_window_is_out_of_reach(narrow: Window, qtbot: QtBot) -> None:
    top, transport = narrow.top, narrow.transport
    everything = (
        top.lessons, top.undo, top.redo, top.runs, top.export, transport.start, transport.main,
        transport.end, transport.speed, narrow.scrubber.slider, narrow.folding.right.button,
    )  # fmt: skip
    qtbot.waitUntil(lambda: all(reached(widget, narrow) for widget in everything))
    central = narrow.centralWidget()
    assert isinstance(central, QScrollArea)
    assert not central.horizontalScrollBar().isVisible()


def test_with_room_again_both_are_back_but_for_one_that_was_put_away(
    window: Window, qtbot: QtBot
) -> None:
    window.folding.right.action.trigger()
    assert shown(window) == (True, False)
    window.folding.right.action.trigger()
    assert shown(window) == (True, True)
    window.folding.fit(796)
    assert shown(window) == (True, False)
    window.folding.fit(960)
    assert shown(window) == (True, True)


def test_dialogs_are_no_larger_than_the_screen(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = window.screen().availableSize() - layouts.TITLE_BAR
    dialog = QDialog(window)
    fit_to_screen(dialog, QSize(5000, 4000))
    assert dialog.size() == room
    dialog.deleteLater()

    window.files.save_page()
    export = window.findChild(Export)
    qtbot.waitUntil(export.isVisible)
    # A part of it scrolls: whatever the size, every button can be brought into sight.
    assert export.minimumSizeHint().width() <= SMALL_SCREEN.width()
    assert export.minimumSizeHint().height() <= SMALL_SCREEN.height()
    assert export.size().boundedTo(room) == export.size()
    export.reject()
