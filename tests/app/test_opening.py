from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from initviz.app.opening import OpenData
from initviz.app.window import Window
from tests.app.conftest import LONG, MakeWindow
from tests.app.hands import shows


def write(folder: Path, *, gaps: bool = False, name: str = "people.csv") -> Path:
    rows = [f"{i % 13},{'fm'[i % 2]},{i / 7:.3f},note {i},{'xyz'[i % 3]}" for i in range(90)]
    if gaps:
        rows[5] = ",f,1.5,note,x"
    path = folder / name
    path.write_text("age,sex,height,note,kind\n" + "\n".join(rows) + "\n")
    return path


def opened(qtbot: QtBot, path: Path) -> OpenData:
    dialog = OpenData(path)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitUntil(dialog.progress.isHidden, timeout=LONG)
    return dialog


def answer(dialog: OpenData, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.accepted, timeout=LONG):
        dialog.confirm.click()


def test_the_file_is_shown_and_the_last_column_suggested(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, write(tmp_path))
    assert "90 rows, 5 columns" in dialog.words.text()
    assert "note" in dialog.words.text()  # prose is left out
    assert dialog.preview.columnCount() == 5
    item = dialog.preview.item(1, 4)
    assert item is not None
    assert item.text() == "y"
    names = [dialog.target.itemData(i) for i in range(dialog.target.count())]
    assert names == ["age", "sex", "height", "kind"]
    assert dialog.target.currentData() == "kind"
    assert dialog.task.currentData() is True
    assert not dialog.task.isEnabled()  # texts can only be classes
    answer(dialog, qtbot)
    assert dialog.settings is not None
    assert dialog.settings.facts.classes == ("x", "y", "z")
    assert dialog.settings.facts.features == 3


def test_return_opens_wherever_the_keyboard_is(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, write(tmp_path))
    assert dialog.focusWidget() is dialog.target
    assert dialog.confirm.isDefault()
    dialog.cancel.setFocus()
    assert not dialog.cancel.autoDefault()
    assert dialog.confirm.isDefault()
    with qtbot.waitSignal(dialog.accepted, timeout=LONG):
        qtbot.keyClick(dialog.cancel, Qt.Key.Key_Return)
    assert dialog.settings is not None


def test_return_closes_nothing_that_cannot_be_opened_yet(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, write(tmp_path, gaps=True))
    assert not dialog.confirm.isEnabled()
    for widget in (dialog.target, dialog.cancel):
        qtbot.keyClick(widget, Qt.Key.Key_Return)

    assert dialog.isVisible()
    assert dialog.settings is None


def test_a_number_may_be_classes_or_a_size(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, write(tmp_path))
    dialog.target.setCurrentIndex(2)
    assert dialog.task.currentData() is False
    answer(dialog, qtbot)
    assert dialog.settings is not None
    assert dialog.settings.facts.task.name == "regression"


def test_how_every_column_is_read_follows_the_target(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, write(tmp_path))
    assert dialog.reading.isVisible()
    assert dialog.reading.text() == (
        "Read as age: number, sex: 2 categories, height: number, note: left out (texts) "
        "→ 3 inputs; predicts kind (classes)."
    )
    dialog.target.setCurrentIndex(2)
    assert dialog.reading.text().endswith(
        "kind: 3 categories → 5 inputs; predicts height (number)."
    )
    dialog.task.setCurrentIndex(0)
    assert dialog.reading.text().endswith("predicts height (classes).")


def test_gaps_are_reported_and_dropped_only_with_a_yes(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, write(tmp_path, gaps=True))
    assert "1 row with missing values" in dialog.drop.text()
    assert not dialog.confirm.isEnabled()
    dialog.drop.setChecked(True)
    answer(dialog, qtbot)
    assert dialog.settings is not None
    assert dialog.settings.values["rows"] == 89


def test_a_broken_file_says_where_and_cannot_be_opened(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("a,b\n1,2\n1,2,3\n")
    dialog = opened(qtbot, path)
    assert "line 3 has 3 values" in dialog.problem.text()
    assert dialog.problem.isVisible()
    assert not dialog.confirm.isEnabled()


def test_what_cannot_be_learnt_is_said_and_can_be_mended(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, write(tmp_path))
    dialog.target.setCurrentIndex(2)
    dialog.task.setCurrentIndex(0)  # 90 different numbers as classes
    dialog.confirm.click()
    qtbot.waitUntil(dialog.problem.isVisible, timeout=LONG)
    assert "predict it as a number" in dialog.problem.text()
    dialog.task.setCurrentIndex(1)
    answer(dialog, qtbot)


def test_closing_while_reading_ends_the_thread(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = OpenData(write(tmp_path))
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.reject()
    assert dialog._job.done
    assert dialog.settings is None


def test_a_large_file_does_not_hold_the_window_up(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    random = np.random.default_rng(1)
    block = "\n".join(
        ",".join(f"{value:.4f}" for value in row) for row in random.normal(size=(2000, 6))
    )
    path.write_text("a,b,c,d,e,f\n" + f"{block}\n" * 100)
    ticks = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start(5)
    dialog = OpenData(path)
    qtbot.addWidget(dialog)
    dialog.open()
    before = len(ticks)
    qtbot.waitUntil(dialog.progress.isHidden, timeout=LONG)
    timer.stop()
    assert len(ticks) - before >= 5  # the event loop went on meanwhile
    assert "200,000 rows" in dialog.words.text()


# ---- in the window ----


def test_data_of_ones_own_is_trained_on(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window()
    window.files.load_data(write(tmp_path))
    dialog = window.findChild(OpenData)
    assert dialog is not None
    qtbot.waitUntil(dialog.progress.isHidden, timeout=LONG)
    dialog.confirm.click()
    qtbot.waitUntil(lambda: window.model.experiment.data.dataset == "csv", timeout=LONG)
    qtbot.waitUntil(lambda: shows(window, 0, window.model.experiment), timeout=LONG)
    assert window.controls.file.isVisible()
    assert "people.csv → kind" in window.controls.file.text()
    assert set(window.controls.data_fields) == {"samples", "test_share"}

    # The file goes away: an error with its cure, and other data mend it.
    (tmp_path / "people.csv").unlink()
    window.model.edit(window.model.experiment.replace(seed=99))
    qtbot.waitUntil(lambda: "cannot be read" in window.model.problem, timeout=LONG)
    window.model.edit(window.model.experiment.replace(data={"dataset": "moons"}))
    qtbot.waitUntil(lambda: shows(window, 0, window.model.experiment), timeout=LONG)
    assert not window.controls.file.isVisible()


@pytest.mark.parametrize(("name", "known"), [("people.csv", True), ("people.png", False)])
def test_a_file_that_is_dropped_is_opened_if_it_is_a_table(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, name: str, known: bool
) -> None:
    window: Window = make_window()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(write(tmp_path, name=name)))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)
    dialog = window.findChild(OpenData)
    assert (dialog is not None) == known
    if dialog is not None:
        qtbot.waitUntil(dialog.progress.isHidden, timeout=LONG)
        cancel = next(b for b in dialog.findChildren(QPushButton) if b is not dialog.confirm)
        cancel.click()
