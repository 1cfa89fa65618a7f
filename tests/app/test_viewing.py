from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from initviz.app.window import Window
from initviz.parts import Part
from initviz.views.base import View
from tests.app.conftest import LONG
from tests.app.hands import actions, press, shows
from tests.views.test_zoom import turn


@pytest.fixture(autouse=True)
def all_views(window: Window) -> None:
    """Every test begins with all views in their places, and the mouse elsewhere."""
    window.tabs.setCurrentIndex(0)
    for page in window.pages:
        page.reset()
        for view in page.views:
            view.panel.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    window.zooms.reset()


def point_at(window: Window, view: View) -> None:
    """Let the mouse have been over a view last."""
    for other in window.page.views:
        other.panel.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    QApplication.sendEvent(view.panel, QEvent(QEvent.Type.Enter))
    window.setFocus()


def entry(window: Window, view: View) -> QAction:
    return next(action for _, v, action in window.viewing.entries if v is view)


def test_f_enlarges_the_view_under_the_mouse_and_puts_it_back(window: Window, qtbot: QtBot) -> None:
    for view in window.page.views:
        point_at(window, view)
        press(qtbot, window, Qt.Key.Key_F)
        assert window.page.enlarged is view
        press(qtbot, window, Qt.Key.Key_F)
        assert window.page.enlarged is None


def test_esc_puts_an_enlarged_view_back(window: Window, qtbot: QtBot) -> None:
    point_at(window, window.page.views[2])
    press(qtbot, window, Qt.Key.Key_F)
    press(qtbot, window, Qt.Key.Key_Escape)

    assert window.page.enlarged is None


def test_f_means_the_view_with_the_keyboard_where_no_mouse_is(window: Window, qtbot: QtBot) -> None:
    view = window.page.view("history")
    other = window.page.view("gradients")
    point_at(window, other)
    QApplication.sendEvent(other.panel, QEvent(QEvent.Type.Leave))
    chip = view.figure._group.button(0)
    button = chip if chip.isVisible() else view.panel.buttons.menu
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    assert window.viewing.view() is view


def test_f_in_a_field_is_a_letter(window: Window, qtbot: QtBot) -> None:
    control = window.controls.fields["hidden"].control
    assert isinstance(control, QLineEdit)
    control.setFocus()
    qtbot.waitUntil(control.hasFocus)
    qtbot.keyClick(control, Qt.Key.Key_F)
    assert window.page.enlarged is None
    assert "f" in control.text()
    window.controls.fields["hidden"].set_text("8, 8")


def test_the_view_menu_shows_and_hides_each_view_of_the_page(window: Window, qtbot: QtBot) -> None:
    for view in window.page.views:
        action = entry(window, view)
        assert action.isVisible()
        assert action.isChecked()
        action.trigger()
        assert view.name in window.page.hidden
        assert not action.isChecked()
        action.trigger()
        assert view.name not in window.page.hidden
    others = [action for page, _, action in window.viewing.entries if page is not window.page]
    assert not any(action.isVisible() for action in others)
    view.panel.hide_asked.emit()
    assert not entry(window, view).isChecked()
    actions(window)["Show all views"].trigger()
    assert window.page.hidden == set()


def test_what_no_visible_view_draws_is_not_probed(window: Window, qtbot: QtBot) -> None:
    wanted = window.player
    boundary = window.page.view("boundary")
    window.page.set_hidden(boundary, True)
    window.player.step_forward()
    qtbot.waitUntil(lambda: window.player.snapshot.epoch == 1, timeout=LONG)
    assert window.player.snapshot.boundary is None
    assert boundary.snapshot is not window.player.snapshot

    window.page.set_hidden(boundary, False)
    qtbot.waitUntil(lambda: window.player.snapshot.boundary is not None, timeout=LONG)
    qtbot.waitUntil(lambda: shows(window, 1), timeout=LONG)
    assert Part.BOUNDARY in window.page.wants
    assert wanted is window.player


def test_a_resets_the_axes_and_so_does_another_experiment(window: Window, qtbot: QtBot) -> None:
    view = window.page.view("history")
    for undo in ("key", "experiment"):
        turn(view, view.plot.vb)
        assert view.canvas.is_zoomed()
        window.model.edit(window.model.experiment.replace(epochs=7))  # only a longer run
        assert view.canvas.is_zoomed()
        if undo == "key":
            point_at(window, view)
            press(qtbot, window, Qt.Key.Key_A)
        else:
            window.model.edit(window.model.experiment.replace(learning_rate=0.31))
        assert not view.canvas.is_zoomed()


def test_training_leaves_a_zoom_alone(window: Window, qtbot: QtBot) -> None:
    view = window.page.view("gradients")
    turn(view, view.plot.vb)
    before = view.plot.vb.viewRange()
    window.player.step_forward()
    qtbot.waitUntil(lambda: shows(window, 1), timeout=LONG)

    assert view.plot.vb.viewRange() == before


def test_the_menu_of_a_view_does_all_that_can_be_done_with_it(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = window.page.view("history")
    done: list[object] = []
    monkeypatch.setattr(window.files, "save_picture", done.append)
    monkeypatch.setattr(window.files, "copy_picture", done.append)

    def entries() -> dict[str, QAction]:
        return {a.text(): a for a in window.viewing.menu(view).actions() if a.text()}

    assert list(entries()) == ["Reset axes", "Enlarge", "Hide", "Save picture…", "Copy picture"]
    assert not entries()["Reset axes"].isEnabled()
    turn(view, view.plot.vb)
    entries()["Reset axes"].trigger()
    assert not view.canvas.is_zoomed()
    entries()["Save picture…"].trigger()
    entries()["Copy picture"].trigger()
    assert done == ["history", view]
    entries()["Enlarge"].trigger()
    assert window.page.enlarged is view
    assert "Put back" in entries()
    entries()["Hide"].trigger()
    assert window.page.enlarged is None
    assert window.page.hidden == {"history"}


def test_the_menu_opens_where_it_is_asked_for(window: Window, qtbot: QtBot) -> None:
    view = window.page.view("history")
    view.panel.menu_asked.emit(window.mapToGlobal(QPoint(300, 300)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()


def test_only_views_that_are_shown_are_offered_to_be_copied(window: Window) -> None:
    copies = next(m for m in window.findChildren(QMenu) if m.title() == "Copy a view")

    def offered() -> set[str]:
        copies.aboutToShow.emit()
        return {action.text() for action in copies.actions() if action.isVisible()}

    assert offered() == {view.title for view in window.page.views}
    window.page.set_hidden(window.page.view("gradients"), True)
    assert offered() == {view.title for view in window.page.views if view.name != "gradients"}
    window.tabs.setCurrentIndex(1)
    assert offered() == {view.title for view in window.page.views}
