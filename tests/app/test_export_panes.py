"""The film and the data of the Export dialog: what is chosen is what is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from initviz.app.export import DATA, FILM, Export
from initviz.app.model import Phase
from initviz.app.window import Window
from initviz.export.data import CONTENTS
from tests.app.conftest import LONG, SMALL, MakeWindow
from tests.app.hands import answer


@pytest.fixture
def trained(make_window: MakeWindow, qtbot: QtBot) -> Window:
    window = make_window(SMALL)
    window.player.set_speed(float("inf"))
    window.player.play()
    qtbot.waitUntil(lambda: window.model.phase is Phase.FINISHED, timeout=LONG)
    return window


@pytest.fixture
def dialog(trained: Window, request: pytest.FixtureRequest) -> Iterator[Export]:
    {FILM: trained.files.make_film, DATA: trained.files.save_data}[request.param]()
    dialog = trained.findChild(Export)
    assert isinstance(dialog, Export)
    yield dialog
    if isValid(dialog):
        dialog.close()
        QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)


film = pytest.mark.parametrize("dialog", [FILM], indirect=True)
data = pytest.mark.parametrize("dialog", [DATA], indirect=True)


@film
def test_a_frame_of_the_film_is_shown_before_it_is_made(dialog: Export, qtbot: QtBot) -> None:
    pane = dialog.film
    assert pane.isVisible()
    qtbot.waitUntil(lambda: not pane.preview.pixmap().isNull(), timeout=LONG)

    shown = pane.preview.pixmap()
    assert shown.width() / shown.height() == pytest.approx(1280 / 800, abs=0.02)
    assert pane.words.text().startswith(f"{SMALL.epochs + 1} frames · 0.5 s")
    assert pane.save.isDefault()


@film
def test_the_film_that_is_written_is_the_one_that_was_chosen(
    dialog: Export, qtbot: QtBot, tmp_path: Path
) -> None:
    pane = dialog.film
    for combo, value in ((pane.what, "history"), (pane.format, "gif"), (pane.theme, "light")):
        combo.setCurrentIndex(combo.findData(value))
    for box, number in (
        (pane.width_field, 320), (pane.height_field, 240), (pane.step, 2), (pane.rate, 20),
    ):  # fmt: skip
        box.setValue(number)
    qtbot.waitUntil(pane.save.isEnabled, timeout=LONG)
    pane.write(tmp_path / "film")
    qtbot.waitUntil(lambda: pane.words.text().startswith("saved"), timeout=LONG)

    with Image.open(tmp_path / "film.gif") as written:
        assert written.size == (320, 240)
        assert written.n_frames == 3  # type: ignore[attr-defined]
        assert written.info["duration"] == 50
    assert not pane.problem.isVisible()


@film
def test_what_cannot_be_filmed_is_said_and_not_offered(dialog: Export) -> None:
    pane = dialog.film
    for box in pane.lanes:
        box.setChecked(False)
    assert "tick at least one" in pane.problem.text()
    assert not pane.save.isEnabled()

    pane.lanes[0].setChecked(True)
    pane.first.setValue(3)
    pane.last.setValue(1)
    assert "not a range" in pane.problem.text()
    assert not pane.save.isEnabled()


@film
def test_closing_the_dialog_gives_a_film_up(dialog: Export, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.film.format.setCurrentIndex(dialog.film.format.findData("gif"))
    folder = tmp_path / "films"
    folder.mkdir()
    dialog.film.write(folder / "film.gif")
    qtbot.waitUntil(lambda: bool(list(folder.iterdir())), timeout=LONG)
    dialog.reject()

    assert list(folder.iterdir()) == []


@data
@pytest.mark.parametrize("what", [name for name, it in CONTENTS.items() if not it.each])
def test_a_table_of_all_recorded_epochs_is_written(
    dialog: Export, trained: Window, qtbot: QtBot, tmp_path: Path, what: str
) -> None:
    pane = dialog.data
    pane.what.setCurrentIndex(pane.what.findData(what))
    pane.epochs.setCurrentIndex(pane.epochs.findData("all"))
    pane.write(tmp_path / "table.csv")
    qtbot.waitUntil(lambda: pane.words.text().startswith("saved"), timeout=LONG)

    frame = pl.read_csv(tmp_path / "table.csv")
    assert sorted(set(frame["epoch"])) == list(range(SMALL.epochs + 1))
    if what == "scalars":
        losses = trained.model.recording.scalars().train_loss
        np.testing.assert_array_equal(frame["train_loss"].to_numpy(), losses.ravel())


@data
def test_the_weights_of_the_epoch_that_is_shown_are_written(
    dialog: Export, trained: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    pane = dialog.data
    pane.what.setCurrentIndex(pane.what.findData("weights"))
    pane.format.setCurrentIndex(pane.format.findData("npz"))
    pane.lane.setCurrentIndex(pane.lane.findData(0))
    pane.write(tmp_path / "weights.npz")
    qtbot.waitUntil(lambda: pane.words.text().startswith("saved"), timeout=LONG)

    held, rows = trained.model.recording.held(trained.model.cursor)
    assert held == trained.model.cursor
    features, width = SMALL.sizes[:2]
    first = np.load(tmp_path / "weights.npz")["layers.0.weight"]
    np.testing.assert_array_equal(first, rows[0][: features * width].reshape(features, width).T)


@data
def test_weights_of_all_epochs_are_a_file_each(
    dialog: Export, qtbot: QtBot, tmp_path: Path
) -> None:
    pane = dialog.data
    pane.what.setCurrentIndex(pane.what.findData("weights"))
    pane.epochs.setCurrentIndex(pane.epochs.findData("all"))
    assert "a file for each epoch" in pane.help.text()
    pane.write(tmp_path / "w.safetensors")
    qtbot.waitUntil(lambda: pane.words.text().startswith("saved"), timeout=LONG)

    assert len(list(tmp_path.glob("w-epoch-*.safetensors"))) == SMALL.epochs + 1


@data
def test_a_folder_that_is_not_there_is_said(dialog: Export, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.data.write(tmp_path / "missing" / "table.csv")
    qtbot.waitUntil(lambda: "Not saved" in dialog.data.words.text(), timeout=LONG)

    assert "cannot be written" in dialog.data.words.text()
    assert dialog.data.save.isEnabled()


@data
def test_no_file_of_another_epoch_is_replaced_unasked(dialog: Export, tmp_path: Path) -> None:
    pane, there = dialog.data, tmp_path / "w-epoch-002.npz"
    there.write_bytes(b"old")
    pane.what.setCurrentIndex(pane.what.findData("weights"))
    pane.format.setCurrentIndex(pane.format.findData("npz"))
    pane.epochs.setCurrentIndex(pane.epochs.findData("all"))
    pane.write(tmp_path / "w.npz")

    assert pane.words.text().startswith("Not saved: w-epoch-002.npz exists")
    assert there.read_bytes() == b"old"


@film
def test_a_window_that_is_closed_gives_its_film_up(
    trained: Window, dialog: Export, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    dialog.film.format.setCurrentIndex(dialog.film.format.findData("gif"))
    dialog.film.write(folder / "film.gif")
    qtbot.waitUntil(lambda: bool(list(folder.iterdir())), timeout=LONG)
    trained.close()

    assert list(folder.iterdir()) == []


@data
def test_a_run_that_is_saved_from_the_dialog_is_told_there(
    trained: Window, dialog: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    answer(monkeypatch, "getSaveFileName", tmp_path / "mine.initviz")
    button = next(b for b in dialog.data.findChildren(QPushButton) if b.text() == "Save run…")
    button.click()
    told = f"saved: {tmp_path / 'mine.initviz'}"
    qtbot.waitUntil(lambda: dialog.data.words.text() == told, timeout=LONG)

    answer(monkeypatch, "getSaveFileName", tmp_path / "missing" / "mine.initviz")
    button.click()
    qtbot.waitUntil(lambda: "Not saved" in dialog.data.words.text(), timeout=LONG)
