from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from initviz.app.filming import FilmDialog
from initviz.engine import record
from initviz.export.film import Frames
from initviz.export.options import Epochs, Film
from initviz.recording import Recording
from tests.app.conftest import LONG, SMALL, delete

FILM = Film("history", "light", (320, 240), format="gif")


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(SMALL)


def test_the_dialog_ends_by_itself_when_the_film_is_written(
    qtbot: QtBot, recording: Recording, tmp_path: Path
) -> None:
    dialog = FilmDialog(tmp_path / "film.gif", recording, FILM)
    with qtbot.waitSignal(dialog.finished, timeout=LONG):
        dialog.open()

    assert dialog.result() == QDialog.DialogCode.Accepted
    assert not dialog.isVisible()
    assert dialog.progress.value() == dialog.progress.maximum()
    assert dialog.words.text() == "Drawing: epoch 4 of 4"
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 5  # type: ignore[attr-defined]
    delete(dialog)


def test_cancelling_leaves_no_file(qtbot: QtBot, recording: Recording, tmp_path: Path) -> None:
    dialog = FilmDialog(tmp_path / "film.gif", recording, FILM)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.words.text().startswith("Drawing"), timeout=LONG)
    assert list(tmp_path.iterdir())  # what has been written so far
    qtbot.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)

    assert dialog.result() == QDialog.DialogCode.Rejected
    assert not dialog.error
    assert list(tmp_path.iterdir()) == []
    delete(dialog)


def test_other_events_are_handled_between_the_frames(
    qtbot: QtBot, recording: Recording, tmp_path: Path
) -> None:
    dialog = FilmDialog(tmp_path / "film.gif", recording, FILM)
    seen: set[int] = set()
    look = QTimer(dialog)
    look.timeout.connect(lambda: seen.add(dialog.progress.value()))
    look.start(0)
    with qtbot.waitSignal(dialog.finished, timeout=LONG):
        dialog.open()

    assert len(seen) > 5
    delete(dialog)


def test_the_window_keeps_its_look_while_a_film_has_another(
    qapp: QApplication, qtbot: QtBot, recording: Recording, tmp_path: Path
) -> None:
    dialog = FilmDialog(tmp_path / "film.gif", recording, FILM)
    before = qapp.styleSheet(), qapp.palette(), qapp.font()
    with qtbot.waitSignal(dialog.finished, timeout=LONG):
        dialog.open()

    assert (qapp.styleSheet(), qapp.palette(), qapp.font()) == before
    delete(dialog)


@pytest.mark.parametrize(
    ("folder", "epochs", "words"),
    [("missing", Epochs(), "No such file"), (".", Epochs(0, 99), "has epochs 0 to 4")],
)
def test_a_film_that_cannot_be_made_says_why(
    qtbot: QtBot, recording: Recording, tmp_path: Path, folder: str, epochs: Epochs, words: str
) -> None:
    film = Film("history", size=(320, 240), format="gif", epochs=epochs)
    dialog = FilmDialog(tmp_path / folder / "film.gif", recording, film)
    with qtbot.waitSignal(dialog.finished, timeout=LONG):
        dialog.open()

    assert dialog.result() == QDialog.DialogCode.Rejected
    assert words in dialog.error
    assert list(tmp_path.iterdir()) == []
    delete(dialog)


def test_a_film_whose_probe_fails_is_given_up_and_says_why(
    qtbot: QtBot, recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no memory for it")

    dialog = FilmDialog(tmp_path / "film.gif", recording, FILM)
    monkeypatch.setattr(Frames, "frame", fail)
    with qtbot.captureExceptions() as told, qtbot.waitSignal(dialog.finished, timeout=LONG):
        dialog.open()

    assert dialog.error == "RuntimeError: no memory for it"
    assert [kind for kind, _, _ in told] == [RuntimeError]
    assert list(tmp_path.iterdir()) == []
    delete(dialog)
