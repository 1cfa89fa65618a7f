"""Views on a screen that nobody sees."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.views.base import View
from initviz.views.style import DARK, Style
from tests.tidy import tidy  # noqa: F401

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

Make = Callable[..., View]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    """``make(GradientView, width, height)``: a view that is shown at this size."""

    def made(kind: type[View], width: int = 600, height: int = 400, style: Style = DARK) -> View:
        view = kind(style)
        view.set_style(style)
        qtbot.addWidget(view.panel)
        view.panel.resize(width, height)
        view.panel.show()
        qtbot.waitExposed(view.panel)
        QApplication.processEvents()
        return view

    return made
