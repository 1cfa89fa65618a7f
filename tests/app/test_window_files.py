from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.export.picture import SCALES
from tests.app.conftest import LONG, SMALL
from tests.app.hands import actions, answer, press, shows

FIRST = next(iter(LESSONS.values()))


# --- pictures ---------------------------------------------------------------------------------


def test_ctrl_e_asks_where_to_and_saves_the_page(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    size = window.page.size()
    asked = answer(monkeypatch, "getSaveFileName", tmp_path / "page.png")
    press(qtbot, window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)

    assert len(asked) == 1
    assert "epoch-0.png" in str(asked[0][2])
    assert QImage(str(tmp_path / "page.png")).size() == size * 2
    assert "page.png" in window.scrubber.state.text()
    assert not window.banner.isVisible()
    assert window.page.size() == size


@pytest.mark.parametrize("scale", SCALES)
def test_every_view_and_the_page_are_saved_at_every_size(
    window: Window, tmp_path: Path, scale: int
) -> None:
    for what, name in [(window.page, "page"), *((v, v.name) for v in window.page.views)]:
        path, size = tmp_path / f"{name}.png", what.widget.size()
        window.files.write_picture(what, path, scale)
        image = QImage(str(path))
        assert image.size() == size * scale
        assert colours(image) > 3


def colours(image: QImage) -> int:
    """How many colours there are, at some hundred places."""
    across, down = max(image.width() // 25, 1), max(image.height() // 25, 1)
    places = [(x, y) for x in range(0, image.width(), across)
              for y in range(0, image.height(), down)]  # fmt: skip
    return len({image.pixel(x, y) for x, y in places})


def test_the_size_chosen_in_the_dialog_is_the_size_of_the_picture(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = window.page.views[0]
    window.banner.show_note("takes its room from the page")
    QApplication.processEvents()
    size = view.widget.size()
    for scale in SCALES:
        filter_ = f"PNG, {scale}× ({size.width() * scale} × {size.height() * scale}) (*.png)"
        path = tmp_path / f"{scale}"
        asked = answer(monkeypatch, "getSaveFileName", path, filter_)
        view.panel.save_asked.emit()
        assert filter_ in str(asked[0][3])
        assert QImage(f"{path}.png").size() == size * scale
    assert window.memory.folder == tmp_path


def test_a_dialog_that_is_cancelled_saves_nothing(
    window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer(monkeypatch, "getSaveFileName", "")
    answer(monkeypatch, "getOpenFileName", "")
    window.files.save_page()
    window.files.save_experiment()
    window.files.open_file()

    assert not window.banner.isVisible()
    assert list(tmp_path.glob("*.png")) == []


def test_a_folder_that_is_not_there_is_a_message(window: Window, tmp_path: Path) -> None:
    window.files.write_picture(window.page, tmp_path / "missing" / "page.png", 1)

    assert window.banner.isVisible()
    assert "Not saved" in window.banner.text.text()
    assert str(tmp_path / "missing") in window.banner.text.text()
    assert not window.banner.button.isVisible()


def test_a_folder_that_may_not_be_written_to_is_a_message(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("initviz.whole.tempfile.mkstemp", refuse)
    window.files.write_picture(window.page, tmp_path / "page.png", 1)

    assert "Permission denied" in window.banner.text.text()
    assert window.memory.folder != tmp_path or list(tmp_path.glob("*.png")) == []


def test_pictures_are_copied(window: Window) -> None:
    size = window.page.size()
    window.files.copy_page()
    assert QGuiApplication.clipboard().image().size() == size * 2

    view = window.page.views[1]
    size = view.widget.size()
    actions(window)[view.title].trigger()
    assert QGuiApplication.clipboard().image().size() == size * 2
    assert "clipboard" in window.scrubber.state.text()
    QGuiApplication.clipboard().clear()


# --- files ------------------------------------------------------------------------------------


def test_a_saved_experiment_is_opened_again(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    answer(monkeypatch, "getSaveFileName", tmp_path / "mine")
    window.files.save_experiment()
    assert (tmp_path / "mine.toml").exists()
    window.choose_lesson(FIRST.name)
    answer(monkeypatch, "getOpenFileName", tmp_path / "mine.toml")
    window.files.open_file()

    assert window.model.experiment == SMALL
    assert window.lesson is None
    assert window.lessons.currentIndex() == -1
    qtbot.waitUntil(lambda: shows(window, 0, SMALL), timeout=LONG)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not toml at all", "not a TOML file"),
        (b"\xff\xfe\x00", ""),
        (b'activation = "wobbly"', "wobbly"),
        (b"epochs = -3", "out of range"),
        (None, "No such file"),
    ],
)
def test_a_file_that_is_no_experiment_is_a_message(
    window: Window, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "broken.toml"
    if content is not None:
        path.write_bytes(content)
    window.files.load_experiment(path)

    assert window.model.experiment == SMALL
    assert window.banner.isVisible()
    assert "broken.toml" in window.banner.text.text()
    assert words in window.banner.text.text()


def test_an_experiment_that_cannot_be_saved_is_a_message(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "getSaveFileName", tmp_path / "missing" / "mine.toml")
    window.files.save_experiment()

    assert "Not saved" in window.banner.text.text()
