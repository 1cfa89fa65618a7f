from __future__ import annotations

import math
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from initviz.app.memory import Memory
from initviz.app.reading import PROJECTOR, STEPS, system_factor
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.views import VIEWS
from initviz.views.style import DARK, SMALL_SIZE, TEXT_SIZE
from tests.app.conftest import LONG
from tests.app.hands import actions, press

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def usual_size(window: Window) -> None:
    """Every test begins with the system's size."""
    window.reading.as_system()


def sizes(window: Window) -> dict[str, int]:
    """Heights of text in the window, in pixels."""
    QApplication.processEvents()
    return {
        "button": window.transport.main.font().pixelSize(),
        "section": next(
            label.font().pixelSize() for label in window.controls.findChildren(QLabel)
            if label.property("section")
        ),
        "panel": window.page.views[0].panel.title.font().pixelSize(),
    }  # fmt: skip


def test_keys_make_the_text_larger_and_smaller_and_as_it_was(window: Window, qtbot: QtBot) -> None:
    window.set_look()  # the fixtures take the style sheet away
    assert window.look.text_scale == 1.0
    first = sizes(window)
    assert first == {"button": TEXT_SIZE, "section": SMALL_SIZE, "panel": TEXT_SIZE}
    press(qtbot, window, Qt.Key.Key_Plus, CTRL)
    assert window.look.text_scale == 1.1
    press(qtbot, window, Qt.Key.Key_Equal, CTRL)  # + without Shift
    assert window.look.text_scale == 1.25
    larger = sizes(window)
    assert all(larger[name] > first[name] for name in first)
    press(qtbot, window, Qt.Key.Key_Minus, CTRL)
    assert window.look.text_scale == 1.1
    press(qtbot, window, Qt.Key.Key_0, CTRL)
    assert window.look.text_scale == 1.0
    assert sizes(window) == first


def test_text_ends_at_the_largest_and_the_smallest_size(window: Window) -> None:
    window.memory.text_size = STEPS[-2]
    for _ in range(3):
        window.reading.larger()
    assert window.look.text_scale == STEPS[-1] == 2.0
    window.memory.text_size = STEPS[1]
    for _ in range(3):
        window.reading.smaller()
    assert window.look.text_scale == STEPS[0] == 0.8


def test_the_panels_at_the_sides_and_their_labels_grow_with_the_text(window: Window) -> None:
    before = window.controls.width(), window.verdicts.width()
    field = window.controls.fields["learning_rate"]
    label = field.label.width()
    window.memory.text_size = 1.5
    window.set_look()
    QApplication.processEvents()

    assert (window.controls.width(), window.verdicts.width()) == (
        round(1.5 * before[0]), round(1.5 * before[1])
    )  # fmt: skip
    assert field.label.width() == round(1.5 * label)


@pytest.mark.parametrize("size", [1.0, 1.25, 1.5])
def test_no_label_of_a_setting_is_cut_off(window: Window, size: float) -> None:
    window.memory.text_size = size
    window.set_look()
    QApplication.processEvents()
    for field in [*window.controls.fields.values(), *window.controls.data_fields.values()]:
        assert field.label.sizeHint().width() <= field.label.width(), field.label.text()
    for button in window.transport.findChildren(QWidget):
        if button.isVisible() and button.minimumWidth() == button.maximumWidth() > 0:
            assert button.sizeHint().width() <= button.width()


def test_a_full_screen_has_larger_text_and_esc_leaves_it(window: Window, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen, timeout=LONG)
    qtbot.waitUntil(lambda: window.look.text_scale == PROJECTOR, timeout=LONG)
    assert window.menuBar().isVisible()
    press(qtbot, window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isFullScreen(), timeout=LONG)
    qtbot.waitUntil(lambda: window.look.text_scale == 1.0, timeout=LONG)
    press(qtbot, window, Qt.Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen, timeout=LONG)
    press(qtbot, window, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: not window.isFullScreen(), timeout=LONG)


@pytest.mark.parametrize(
    ("points", "dpi", "platform", "factor"),
    [
        (9, 96, "linux", 1), (10, 96, "linux", 1), (11, 96, "linux", 1), (13, 72, "darwin", 1),
        (9, 96, "win32", 1), (13.5, 96, "win32", 1.5), (11, 144, "linux", 1.5),
        (22, 96, "linux", 2), (6, 96, "linux", 2 / 3), (-1, 96, "linux", 1), (9, 0, "linux", 1),
    ],
)  # fmt: skip
def test_the_systems_font_and_density_make_the_size(
    points: float, dpi: float, platform: str, factor: float
) -> None:
    assert system_factor(points, dpi, platform) == pytest.approx(factor)


@pytest.mark.parametrize("rubbish", ["huge", "nan", "inf", "-3", "0", "99"])
def test_a_remembered_size_that_is_none_is_forgotten_or_bounded(
    tmp_path: Path, rubbish: str
) -> None:
    path = tmp_path / "initviz.ini"
    path.write_text(f"[General]\ntext-size={rubbish}\n")
    size = Memory(path).text_size
    assert size is None or 0.8 <= size <= 2.0
    assert size is None or math.isfinite(size)


def test_every_size_has_its_place_in_the_menu(window: Window) -> None:
    found = actions(window)
    for words in ("Larger text", "Smaller text", "Text as large as the system's", "Full screen"):
        assert not found[words].shortcut().isEmpty()


def test_every_view_draws_its_words_larger(window: Window, qtbot: QtBot) -> None:
    from dataclasses import replace

    from tests.views.inside import with_inside
    from tests.views.snapshots import linear_logits, snapshot

    painted = {"network"}  # paints its words itself
    for kind in (kind for name, kind in VIEWS.items() if name not in painted):
        for layers in (3, 14):
            heights = []
            for scale in (1.0, 1.5):
                view = kind(replace(DARK, text_scale=scale))
                qtbot.addWidget(view.panel)
                view.set_style(replace(DARK, text_scale=scale))
                view.panel.resize(800, 500)
                view.panel.show()
                shown = snapshot(layers=layers, boundary=linear_logits(1, 1, 0), epoch=2)
                view.show(with_inside(shown))
                QApplication.processEvents()
                heights.append(text_sizes(view.canvas.scene().items()))
            assert heights[0]
            assert set(heights[1]) == {round(1.5 * size) for size in heights[0]}, kind


def text_sizes(items: list[object]) -> set[int]:
    """Heights of the text in a scene, in pixels."""
    import re

    import pyqtgraph as pg
    from PySide6.QtWidgets import QGraphicsTextItem

    found: set[int] = set()
    for item in items:
        if isinstance(item, pg.AxisItem) and item.isVisible() and item.style["showValues"]:
            font = item.style["tickFont"]
            found |= {font.pixelSize()} if font is not None else set()
        elif isinstance(item, QGraphicsTextItem) and item.isVisible() and item.toPlainText():
            written = [
                int(px)
                for px in re.findall(r'<span style="[^"]*font-size: ?(\d+)px', item.toHtml())
            ]
            found |= set(written) or {item.font().pixelSize()}
    return found


def test_lessons_fit_at_every_size(window: Window) -> None:
    for size in (1.0, 1.25, 1.5):
        window.memory.text_size = size
        window.set_look()
        room = window.lessons.maximumWidth()
        widest = max(
            window.lessons.fontMetrics().horizontalAdvance(lesson.heading)
            for lesson in LESSONS.values()
        )
        assert widest <= room - 24
