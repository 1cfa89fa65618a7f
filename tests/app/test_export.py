"""The Export dialog: what is chosen is what is drawn, and the window is left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from initviz.app.export import Export
from initviz.app.export_picture import ExportPicture
from initviz.app.window import Window
from initviz.export.figure import FORMATS, Millimetres, Pixels
from initviz.export.render import Stage
from initviz.snapshot import Snapshot
from initviz.views.combo import Combo
from tests.app.conftest import LONG, SMALL

Choose = Callable[..., ExportPicture]


@pytest.fixture
def picture(window: Window, qtbot: QtBot) -> Iterator[ExportPicture]:
    window.files.save_page()
    dialog = window.findChild(Export)
    qtbot.waitUntil(lambda: dialog.picture.save.isEnabled(), timeout=LONG)
    yield dialog.picture
    dialog.close()
    QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)


@pytest.fixture
def choose(picture: ExportPicture, qtbot: QtBot) -> Choose:
    """``choose(what=..., format=...)``: choose these, and wait until they are drawn."""

    def chosen(**choices: str) -> ExportPicture:
        for name, value in choices.items():
            combo: Combo = picture.sizes.preset if name == "size" else getattr(picture, name)
            combo.setCurrentIndex(combo.findData(value))
        qtbot.waitUntil(picture.save.isEnabled, timeout=LONG)
        return picture

    return chosen


def test_what_was_opened_before_epoch_0_goes_on_when_it_is_there(
    window: Window, qtbot: QtBot
) -> None:
    for seed in (101, 102):  # of swift edits none is trained before they rest
        window.model.edit(SMALL.replace(seed=seed))
    assert not len(window.model.recording)
    window.files.save_page()
    dialog = window.findChild(Export)
    picture, data = dialog.picture, dialog.data
    assert "Nothing is recorded yet" in picture.problem.text()
    assert not data.save.isEnabled()
    qtbot.waitUntil(picture.save.isEnabled, timeout=LONG)

    assert not picture.problem.text()
    assert picture.epoch.currentData() == 0
    assert data.save.isEnabled()
    dialog.close()
    QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)


def test_the_first_preview_is_the_page_as_it_stands(window: Window, picture: ExportPicture) -> None:
    shown = picture.preview.pixmap()

    assert picture.figure().what == window.page.arrangement.name
    assert picture.figure().theme == window.look.name
    ratio = window.page.width() / window.page.height()
    assert shown.width() / shown.height() == pytest.approx(ratio, abs=0.02)


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_saved_is_of_the_chosen_format(choose: Choose, tmp_path: Path, form: str) -> None:
    picture = choose(what="history", format=form)
    picture.write(tmp_path / f"loss.{form}")

    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[form]
    assert (tmp_path / f"loss.{form}").read_bytes().startswith(begins)
    assert "loss" in picture.words.text()


def test_the_preview_is_what_will_be_written(choose: Choose) -> None:
    picture = choose(what="history", format="png", theme="paper")
    written = QImage.fromData(picture.data())
    shown = picture.preview.pixmap().toImage()
    small = written.scaled(shown.size()).convertToFormat(shown.format())

    # Drawn for another number of pixels, and the same but for the smoothing of edges.
    places = [(x, y) for x in range(0, shown.width(), 7) for y in range(0, shown.height(), 7)]
    far = sum(
        abs(small.pixelColor(*at).lightness() - shown.pixelColor(*at).lightness()) > 100
        for at in places
    )
    assert far < 0.03 * len(places)


def test_a_journals_column_is_filled_in(choose: Choose) -> None:
    picture = choose(what="history", size=85.0)
    size = picture.figure().size

    assert isinstance(size, Millimetres)
    assert (size.width, size.dpi) == (85, 300)
    assert "85 × " in picture.words.text()


def test_an_edited_side_makes_the_size_ones_own(picture: ExportPicture, qtbot: QtBot) -> None:
    field = picture.sizes.width_field
    field.selectAll()
    qtbot.keyClicks(field, "900")

    assert picture.sizes.preset.currentData() == "px"
    size = picture.figure().size
    assert isinstance(size, Pixels)
    assert size.width == 900


@pytest.mark.parametrize(
    ("text", "words"), [("", "not a number"), ("3", "choose 600x460"), ("-5", "above 0")]
)
def test_a_size_that_cannot_be_is_said_at_once(
    picture: ExportPicture, qtbot: QtBot, text: str, words: str
) -> None:
    field = picture.sizes.width_field
    field.setText(text)
    field.textEdited.emit(text)

    assert words in picture.problem.text()
    assert not picture.problem.isHidden()
    assert not picture.save.isEnabled()


def test_lanes_are_chosen_and_at_least_one(choose: Choose, picture: ExportPicture) -> None:
    picture.lanes[0].setChecked(False)
    assert picture.figure().lanes == (1,)
    choose(what="boundary", format="svg")
    assert b"Xavier" in picture.data()
    assert b"Zeros" not in picture.data()

    picture.lanes[1].setChecked(False)
    assert "tick at least one" in picture.problem.text()
    assert not picture.save.isEnabled()


def test_switches_in_the_window_stand_the_same_in_the_picture(
    window: Window, choose: Choose
) -> None:
    view = window.page.view("history")
    switch = view.panel.switches[0]
    before = switch.value
    first = choose(what="history", format="svg").data()
    other = next(value for value in switch._values if value != before)
    switch.choose(other)
    choose(theme="light" if window.look.name == "dark" else "dark")
    choose(theme=window.look.name)

    assert choose().data() != first
    switch.choose(before)


def test_exporting_leaves_the_window_as_it_is(window: Window, choose: Choose) -> None:
    before = window.look, window.page.size(), QApplication.instance().styleSheet()  # type: ignore[union-attr]
    choose(theme="paper", size=170.0)

    sheet = QApplication.instance().styleSheet()  # type: ignore[union-attr]
    assert (window.look, window.page.size(), sheet) == before


@pytest.mark.parametrize("form", FORMATS)
def test_a_picture_is_copied_in_its_format(choose: Choose, form: str) -> None:
    picture = choose(what="history", format=form)
    picture.copy.click()
    held = QGuiApplication.clipboard().mimeData()

    assert held.hasImage()
    kinds = {"svg": "image/svg+xml", "pdf": "application/pdf"}
    assert form not in kinds or held.hasFormat(kinds[form])
    QGuiApplication.clipboard().clear()


def test_every_control_has_a_name_and_tab_goes_down_the_column(picture: ExportPicture) -> None:
    controls = [*picture.findChildren(Combo), *picture.findChildren(QLineEdit)]
    assert all(control.accessibleName() for control in controls)

    first, last = picture.what, picture.close_button
    seen, widget = [first], first.nextInFocusChain()
    while widget is not first and len(seen) < 200:
        if isinstance(widget, Combo | QLineEdit | QPushButton) and picture.isAncestorOf(widget):
            seen.append(widget)  # type: ignore[arg-type]
        widget = widget.nextInFocusChain()
    wanted = [picture.what, picture.format, picture.sizes.preset, picture.sizes.width_field,
              picture.sizes.height_field, picture.sizes.resolution, picture.theme,
              picture.ground, picture.epoch, picture.save, picture.copy, last]  # fmt: skip
    assert [it for it in seen if it in wanted] == wanted


def test_closing_in_the_middle_of_drawing_waits_until_it_is_drawn(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.save_page()
    dialog = window.findChild(Export)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # it is asked afterwards
    real, drawn = Stage.show, []

    def show(stage: Stage, snapshot: Snapshot) -> None:
        QTimer.singleShot(1, dialog.reject)  # as a click would be: handled with the next events
        time.sleep(0.02)
        real(stage, snapshot)
        drawn.append(dialog.isVisible())

    monkeypatch.setattr(Stage, "show", show)
    qtbot.waitUntil(lambda: bool(drawn) and not dialog.isVisible(), timeout=LONG)
    assert drawn == [True]
    dialog.deleteLater()
    QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
