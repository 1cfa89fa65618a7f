from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.app.banner import OPENING
from initviz.app.export import Export
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.export.figure import Pixels
from tests.app.conftest import LONG, SMALL
from tests.app.hands import actions, answer, press, shows

FIRST = next(iter(LESSONS.values()))


# --- pictures ---------------------------------------------------------------------------------


def test_ctrl_e_asks_how_and_saves_the_page(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    size = window.page.size()
    asked = answer(monkeypatch, "getSaveFileName", tmp_path / "page.png")
    press(qtbot, window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    picture = exporting(window, qtbot).picture
    picture.save.click()

    assert len(asked) == 1
    assert "initviz-overview-epoch-0.png" in str(asked[0][2])
    assert QImage(str(tmp_path / "page.png")).size() == size * 2
    assert "page.png" in window.scrubber.state.text()
    assert window.memory.folder == tmp_path
    assert window.page.size() == size
    close(window)


def exporting(window: Window, qtbot: QtBot) -> Export:
    """The Export dialog, as soon as it shows what will be saved."""
    dialog = window.findChild(Export)
    qtbot.waitUntil(lambda: dialog.picture.save.isEnabled(), timeout=LONG)
    return dialog


def close(window: Window) -> None:
    dialog = window.findChild(Export)
    dialog.close()
    QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
    assert window.findChild(Export) is None


def test_a_views_button_asks_for_a_picture_of_the_view(window: Window, qtbot: QtBot) -> None:
    view = window.page.views[2]
    view.panel.save_asked.emit()
    picture = exporting(window, qtbot).picture

    assert picture.what.currentData() == view.name
    assert picture.figure().size == Pixels(view.widget.width(), view.widget.height(), 2)
    close(window)


def test_a_dialog_that_is_cancelled_saves_nothing(
    window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer(monkeypatch, "getSaveFileName", "")
    answer(monkeypatch, "getOpenFileName", "")
    window.files.save_page()
    window.findChild(Export).picture.ask_where()
    window.files.save_experiment()
    window.files.open_file()
    close(window)

    assert not window.banner.isVisible()
    assert list(tmp_path.glob("*.png")) == []


def test_a_folder_that_is_not_there_or_closed_is_a_message(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.save_page()
    picture = exporting(window, qtbot).picture
    picture.write(tmp_path / "missing" / "page.png")
    assert str(tmp_path / "missing") in picture.problem.text()
    assert picture.save.isEnabled()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as closed:
        closed.setattr("initviz.whole._part_of", refuse)
        picture.write(tmp_path / "page.png")
    assert "Permission denied" in picture.problem.text()
    assert list(tmp_path.glob("*.png")) == []

    (tmp_path / "other.png").write_bytes(b"the old one")
    picture.write(tmp_path / "other")
    assert "other.png exists" in picture.problem.text()
    assert (tmp_path / "other.png").read_bytes() == b"the old one"
    picture.write(tmp_path / "page")
    assert (tmp_path / "page.png").exists()
    assert picture.problem.isHidden()
    close(window)


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


def test_a_refusal_goes_with_the_next_file_that_opens(window: Window, tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.toml", tmp_path / "good.toml"
    broken.write_text("epochs = -3")
    good.write_text(SMALL.replace(seed=9).to_toml())
    window.files.open_path(broken)
    assert window.banner.isVisible()
    window.files.open_path(good)

    assert window.model.experiment.seed == 9
    assert not window.banner.isVisible()


def test_what_is_about_something_else_stays_when_a_file_opens(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = tmp_path / "good.toml"
    good.write_text(SMALL.replace(seed=9).to_toml())
    answer(monkeypatch, "getSaveFileName", tmp_path / "missing" / "mine.toml")
    window.files.save_experiment()
    window.files.open_path(good)
    assert "Not saved" in window.banner.text.text()
    assert window.banner.isVisible()

    answer(monkeypatch, "getSaveFileName", tmp_path / "mine.toml")
    window.files.save_experiment()
    assert not window.banner.isVisible()


def test_a_problem_that_a_refusal_covered_is_said_again(window: Window, tmp_path: Path) -> None:
    banner = window.banner
    banner.show_problem("The training stopped.")
    banner.show_note("broken.toml: no", OPENING)
    banner.succeeded(OPENING)
    assert banner.isVisible()
    assert banner.text.text().startswith("The training stopped.")
    banner.show_problem("")


def test_an_experiment_that_cannot_be_saved_is_a_message(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "getSaveFileName", tmp_path / "missing" / "mine.toml")
    window.files.save_experiment()

    assert "Not saved" in window.banner.text.text()
