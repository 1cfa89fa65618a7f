"""The menus: every command has its place, its words and its key here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from initviz.app.recent import RecentMenu
from initviz.app.theme import Theme
from initviz.catalog.lessons import LESSONS

if TYPE_CHECKING:
    from initviz.app.window import Window


def build_menus(window: Window) -> dict[Theme, QAction]:
    """Fill the window's menu bar and its Export button; returns the actions of the themes."""
    bar = window.menuBar()
    file = bar.addMenu("&File")
    _action(window, file, "&Open…", window.files.open_file, "Ctrl+O")
    file.addMenu(RecentMenu(window))
    _action(window, file, "Open &data (CSV)…", window.files.open_data, "Ctrl+D")
    _action(window, file, "&Save experiment…", window.files.save_experiment, "Ctrl+S")
    _action(window, file, "Save &run…", window.run_files.ask_where, "Ctrl+Shift+S")
    file.addSeparator()
    export = QMenu("&Export", window)
    _fill_export(window, export)
    file.addMenu(export)
    window.export.setMenu(export)
    file.addSeparator()
    _action(window, file, "&Quit", window.close, "Ctrl+Q")
    edit = bar.addMenu("&Edit")
    edit.addActions([window.session.edits.undo, window.session.edits.redo])
    run = bar.addMenu("&Run")
    player = window.player
    _action(window, run, "&Train or pause", player.toggle, "Space")
    _action(window, run, "Step &forward", player.step_forward, "Right")
    _action(window, run, "Step &back", player.step_back, "Left")
    _action(window, run, "To the &initial state", player.to_start, "Home")
    _action(window, run, "To the &newest epoch", player.to_end, "End")
    run.addSeparator()
    _action(window, run, "&Restart from epoch 0", player.restart, "Ctrl+R")
    run.addSeparator()
    _action(window, run, "R&uns of this session…", window.session.show_list, "Ctrl+H")
    _action(window, run, "&Pin this run, or unpin it", window.session.pins.toggle_present, "Ctrl+P")
    _action(window, run, "Take all pins &away", window.session.pins.clear, "Ctrl+Shift+P")
    order = bar.addMenu("&Initialisations")
    move = window.controls.lanes.move_focused
    _action(window, order, "Move &up", partial(move, -1), "Alt+Up")
    _action(window, order, "Move &down", partial(move, 1), "Alt+Down")
    lessons = bar.addMenu("&Lessons")
    lessons.setToolTipsVisible(True)
    for lesson in LESSONS.values():
        choose = partial(window.choose_lesson, lesson.name)
        action = _action(window, lessons, lesson.heading, choose)
        action.setToolTip(lesson.summary)
    view = bar.addMenu("&View")
    group = QActionGroup(window)
    actions: dict[Theme, QAction] = {}
    for choice, label in (
        (Theme.SYSTEM, "Colours of the &system"), (Theme.DARK, "&Dark"),
        (Theme.LIGHT, "&Light"),
    ):  # fmt: skip
        action = _action(window, view, label, partial(window.set_theme, choice))
        action.setCheckable(True)
        group.addAction(action)
        actions[choice] = action
    view.addSeparator()
    for _, _, entry in window.viewing.entries:
        view.addAction(entry)
    _action(window, view, "Show &all views", window.viewing.show_all)
    _action(window, view, "&Enlarge the view, or put it back", window.viewing.enlarge, "F")
    _action(window, view, "Reset the a&xes", window.viewing.reset_axes, "A")
    view.addSeparator()
    _action(window, view, "Larger &text", window.reading.larger, "Ctrl++", "Ctrl+=")
    _action(window, view, "S&maller text", window.reading.smaller, "Ctrl+-")
    _action(window, view, "Text as large as the s&ystem's", window.reading.as_system, "Ctrl+0")
    _action(window, view, "&Full screen", window.reading.toggle_full_screen, "F11")
    view.addSeparator()
    view.addActions([window.folding.left.action, window.folding.right.action])
    view.addSeparator()
    _action(window, view, "&Reset layout", window.reset_layout)
    help_ = bar.addMenu("&Help")
    _action(window, help_, "&Keyboard", window.show_keyboard, "F1")
    help_.addSeparator()
    _action(window, help_, "Copy &report", window.unexpected.copy_report)
    _action(window, help_, "Open &log folder", window.unexpected.open_log_folder)
    help_.addSeparator()
    _action(window, help_, "&About initviz", window.show_about)
    return actions


def _fill_export(window: Window, menu: QMenu) -> None:
    _action(window, menu, "Save picture of the &page…", window.files.save_page, "Ctrl+E")
    _action(window, menu, "Make a &film…", window.files.make_film)
    _action(window, menu, "Save tables and &weights…", window.files.save_data)
    _action(window, menu, "&Copy picture of the page", window.files.copy_page, "Ctrl+Shift+C")
    menu.addSeparator()
    for page in window.pages:
        for view in page.views:
            label = f"Save “{view.title}”…"
            _action(window, menu, label, partial(window.files.save_picture, view.name))
    copies = menu.addMenu("Copy a view")
    copied = [
        (view, _action(window, copies, view.title, partial(window.files.copy_picture, view)))
        for page in window.pages
        for view in page.views
    ]

    def offer_shown() -> None:
        # The others have no size yet, or show an epoch of long ago.
        for view, action in copied:
            action.setVisible(view in window.page.shown)

    copies.aboutToShow.connect(offer_shown)
    menu.addSeparator()
    _action(window, menu, "PyTorch &script…", window.files.save_script)


def _action(
    window: Window,
    menu: QMenu,
    label: str,
    call: Callable[[], object],
    *shortcuts: str,
) -> QAction:
    action = QAction(label, window)
    action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
    action.triggered.connect(lambda _=False: call())
    menu.addAction(action)
    return action
