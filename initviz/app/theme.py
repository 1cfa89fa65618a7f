"""The window's look: a Fusion palette and one style sheet, made from a view style."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from initviz.views.style import DARK, LIGHT, SMALL_SIZE, Style


class Theme(Enum):
    """What the user chose; ``SYSTEM`` follows the desktop."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


def resolve(theme: Theme) -> Style:
    """The style that a choice means now."""
    if theme is Theme.SYSTEM:
        light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
        return LIGHT if light else DARK
    return LIGHT if theme is Theme.LIGHT else DARK


def apply(app: QApplication, style: Style) -> None:
    """Give the whole application a style. Qt's own colour schemes do nothing on bare X."""
    with all_kept():
        if app.property("initviz-fusion") is None:  # it takes long, and once is enough
            app.setStyle("Fusion")
            app.setProperty("initviz-fusion", True)
        app.setFont(style.font())
        app.setPalette(palette(style))
        app.setStyleSheet(sheet(style))


def dress(widget: QWidget, style: Style) -> None:
    """Give one widget, and all that is in it, a style that the application need not have."""
    with all_kept():
        widget.setFont(style.font())
        widget.setPalette(palette(style))
        widget.setStyleSheet(sheet(style))


@contextmanager
def all_kept() -> Iterator[None]:
    """Let no widget die meanwhile: Qt restyles a list of all widgets, and would crash.

    pyqtgraph's plots own widgets that nobody sees, and those of earlier plots are there until
    Python's collector comes by, which it may do in any handler that Qt calls.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def palette(style: Style) -> QPalette:
    """The palette that Fusion draws with."""
    role = QPalette.ColorRole
    colours = {
        role.Window: style.window,
        role.WindowText: style.text,
        role.Base: style.field,
        role.AlternateBase: style.panel,
        role.Text: style.text,
        role.PlaceholderText: style.muted,
        role.Button: style.field,
        role.ButtonText: style.text,
        role.BrightText: style.text,
        role.ToolTipBase: style.field,
        role.ToolTipText: style.text,
        role.Highlight: style.accent,
        role.HighlightedText: style.on_accent,
        role.Link: style.accent,
        role.Light: style.border,
        role.Midlight: style.border,
        role.Mid: style.border,
        role.Dark: style.window,
        role.Shadow: style.window,
    }
    result = QPalette()
    for which, colour in colours.items():
        result.setColor(which, QColor(colour))
    faint = QColor(style.muted)
    faint.setAlphaF(0.6)
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, which, faint)
    return result


def sheet(style: Style) -> str:
    """The style sheet; dynamic properties name the kinds of widgets."""
    s, small = style, style.px(SMALL_SIZE)
    return f"""
    QMainWindow, QDialog {{ background: {s.window}; }}
    QFrame[panel="true"] {{ background: {s.panel}; border: 1px solid {s.border};
        border-radius: 6px; }}
    QScrollArea[bare="true"], QWidget[bare="true"] {{ background: transparent; border: none; }}
    QScrollArea[bare="true"]:focus {{ border: 1px solid {s.accent}; border-radius: 6px; }}
    QLabel {{ border: none; background: transparent; color: {s.text}; }}
    QLabel[heading="true"] {{ font-weight: bold; }}
    QLabel[section="true"] {{ font-weight: bold; color: {s.muted}; font-size: {small}px;
        letter-spacing: 1px; }}
    QLabel[muted="true"] {{ color: {s.muted}; font-size: {small}px; }}
    QLabel[small="true"] {{ font-size: {small}px; }}
    QLabel[cure="true"] {{ color: {s.bad}; font-size: {small}px; }}
    QLabel[brand="true"] {{ font-weight: bold; }}
    QLineEdit, QComboBox {{ background: {s.field}; border: 1px solid {s.border};
        border-radius: 4px; padding: 2px 6px; min-height: {s.px(18)}px; color: {s.text};
        selection-background-color: {s.accent}; selection-color: {s.on_accent}; }}
    QLineEdit:focus, QComboBox:focus, QPushButton:focus, QToolButton:focus
        {{ border: 1px solid {s.accent}; }}
    QLineEdit[invalid="true"] {{ border: 1px solid {s.bad}; }}
    QComboBox::drop-down {{ border: none; width: 16px; }}
    QComboBox QAbstractItemView {{ background: {s.field}; border: 1px solid {s.border};
        selection-background-color: {s.accent}; selection-color: {s.on_accent}; }}
    QPushButton, QToolButton {{ background: {s.field}; border: 1px solid {s.border};
        border-radius: 4px; padding: 4px 10px; color: {s.text}; }}
    QPushButton:hover, QToolButton:hover {{ border-color: {s.muted}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {s.border}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {s.muted}; }}
    QPushButton[primary="true"] {{ background: {s.accent}; color: {s.on_accent};
        border: 1px solid {s.accent}; font-weight: bold; padding: 4px 14px; }}
    QPushButton[primary="true"]:disabled {{ background: {s.field}; color: {s.muted};
        border-color: {s.border}; }}
    QPushButton[primary="true"]:focus {{ border: 1px solid {s.text}; }}
    QToolButton[chip="true"] {{ padding: 2px 5px; font-size: {small}px; }}
    QToolButton[chip="true"]:checked {{ background: {s.accent}; color: {s.on_accent};
        border-color: {s.accent}; }}
    QToolButton[chip="true"]:checked:focus {{ border: 1px solid {s.text}; }}
    QPushButton[remedy="true"] {{ padding: 2px 6px; margin-top: 3px; text-align: left;
        font-size: {small}px; }}
    QToolButton[flat="true"] {{ background: transparent; border: 1px solid transparent;
        padding: 3px; }}
    QToolButton[flat="true"]:hover {{ border-color: {s.border}; }}
    QToolButton[flat="true"]:focus {{ border-color: {s.accent}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QFrame[verdict="true"] {{ background: {s.field}; border: none; border-radius: 4px; }}
    QFrame[banner="true"] {{ background: {s.panel}; border: 1px solid {s.bad};
        border-radius: 6px; }}
    QFrame[offer="true"] {{ background: {s.panel}; border: 1px solid {s.accent};
        border-radius: 6px; }}
    QFrame[popup="true"] {{ background: {s.panel}; border: 1px solid {s.border}; }}
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{ background: transparent; padding: 5px 12px; color: {s.muted};
        border: none; border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {s.text}; font-weight: bold;
        border-bottom: 2px solid {s.accent}; }}
    QTabBar::tab:focus {{ background: {s.field}; border: 1px solid {s.accent};
        border-bottom: 2px solid {s.accent}; padding: 4px 11px 5px 11px; }}
    QTabWidget::pane {{ border: none; }}
    QSlider::groove:horizontal {{ height: 4px; background: {s.border}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {s.accent}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0;
        border-radius: 7px; background: {s.text}; }}
    QSlider::handle:horizontal:focus {{ background: {s.accent}; border: 2px solid {s.text};
        width: 10px; height: 10px; }}
    QSlider[slim="true"]::groove:horizontal {{ height: 2px; border-radius: 1px; }}
    QSlider[slim="true"]::sub-page:horizontal {{ border-radius: 1px;
        background: {s.border}; }}
    QSlider[slim="true"]::handle:horizontal {{ width: 10px; height: 10px; margin: -4px 0;
        border-radius: 5px; background: {s.muted}; }}
    QSlider[slim="true"]::handle:horizontal:hover {{ background: {s.text}; }}
    QSlider[slim="true"]::handle:horizontal:focus,
        QSlider[slim="true"]::handle:horizontal:pressed {{ background: {s.accent}; }}
    QSlider[slim="true"]::handle:horizontal:focus {{ border: 2px solid {s.text};
        width: 6px; height: 6px; }}
    QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {s.border}; border-radius: 4px;
        min-height: 24px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
    QSplitter::handle {{ background: transparent; }}
    QMenuBar {{ background: {s.window}; color: {s.text}; padding: 0; }}
    QMenuBar::item {{ padding: 3px 9px; background: transparent; border-radius: 4px; }}
    QMenuBar::item:selected {{ background: {s.field}; }}
    QMenu {{ background: {s.field}; border: 1px solid {s.border}; color: {s.text}; }}
    QMenu::item {{ padding: 4px 22px; }}
    QMenu::item:selected {{ background: {s.accent}; color: {s.on_accent}; }}
    QMenu::item:disabled {{ color: {s.muted}; }}
    QMenu::separator {{ height: 1px; background: {s.border}; margin: 4px 8px; }}
    QToolTip {{ background: {s.field}; color: {s.text}; border: 1px solid {s.border};
        padding: 4px; }}
    """
