from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

import initviz
from initviz import Experiment, Focus, Part, Picture, Recording, Wanted, probe, render, train
from initviz.views import VIEWS
from initviz.views.page import PAGES
from initviz.views.style import STYLES, Style
from tests.make import data, lane

ROOT = Path(__file__).parents[2]
EXPERIMENT = Experiment(
    data=data("moons", samples=32),
    hidden=(8, 4),
    lanes=(lane("zeros"), lane("xavier_uniform")),
    epochs=3,
)
ALONE = """
import os, sys, threading
import initviz
from initviz import DataSettings, Experiment, render, train
recording = train(Experiment(data=DataSettings(values={"samples": 32}), hidden=(8, 4), epochs=2))
said = []
def elsewhere():
    try:
        render(recording)
    except RuntimeError as error:
        said.append(str(error))
thread = threading.Thread(target=elsewhere)
thread.start()
thread.join()
first, *others = [render(recording, "history", scale=1)._repr_png_()[0] for _ in range(4)]
from PySide6.QtWidgets import QApplication
print(said, {first} == set(others), QApplication.instance(), os.environ.get("QT_QPA_PLATFORM"))
"""
WITHOUT_WIDGETS = """
import sys
from PySide6.QtCore import QCoreApplication
app = QCoreApplication([])
from initviz import Experiment, render, train
try:
    render(train(Experiment(), epochs=0))
except RuntimeError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def recording() -> Recording:
    return train(EXPERIMENT)


def image(picture: Picture) -> QImage:
    return QImage.fromData(picture.encode("png"))


def run(code: str) -> str:
    """What a program of its own prints, where there is no display."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code], capture_output=True, text=True,
        check=False, timeout=50, env={**kept, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- what is drawn ----


@pytest.mark.parametrize("shown", [*PAGES, *VIEWS])
def test_every_page_and_every_view_is_drawn(qapp: object, recording: Recording, shown: str) -> None:
    picture = render(recording, shown, scale=1)

    drawn = image(picture)
    assert (drawn.width(), drawn.height()) == picture.figure.size.layout
    step = range(0, drawn.width(), 7), range(0, drawn.height(), 7)
    assert len({drawn.pixel(x, y) for x in step[0] for y in step[1]}) > 10
    assert (picture.figure.what, picture.epoch) == (shown, 3)


def test_a_notebook_gets_a_sharp_png_with_its_size_on_the_screen(
    qapp: object, recording: Recording
) -> None:
    picture = render(recording, "history", size=(400, 300))
    content, about = picture._repr_png_()

    assert content.startswith(b"\x89PNG\r\n")
    drawn = QImage.fromData(content)
    assert (drawn.width(), drawn.height()) == (800, 600)
    assert about == {"width": 400, "height": 300}
    assert repr(picture) == "<Picture: history at epoch 3, 400px × 300px>"


@pytest.mark.parametrize(("theme", "style"), STYLES.items())
def test_the_theme_is_the_one_that_is_asked_for(
    qapp: object, recording: Recording, theme: str, style: Style
) -> None:
    drawn = image(render(recording, theme=theme, scale=1))
    assert drawn.pixelColor(0, 0) == QColor(style.window)


def test_epochs_are_numbers_or_the_last(qapp: object, recording: Recording) -> None:
    last = render(recording, "boundary", scale=1)
    third = render(recording, "boundary", 3, scale=1)
    first = render(recording, "boundary", 0, scale=1)
    assert last.encode() == third.encode()
    assert first.epoch == 0
    assert first.encode() != last.encode()


def test_a_recording_and_its_snapshot_give_the_same_picture(
    qapp: object, recording: Recording
) -> None:
    focus = Focus(lane=1, layer=1)
    snapshot = probe(recording, 2, Wanted(parts=frozenset(Part), focus=focus))
    for page in PAGES:
        of_snapshot = render(snapshot, page, scale=1, focus=focus)
        of_recording = render(recording, page, 2, scale=1, focus=focus)
        assert of_snapshot.encode() == of_recording.encode()
        assert of_snapshot.epoch == 2


def test_the_focus_decides_what_is_looked_at(qapp: object, recording: Recording) -> None:
    one, other = (render(recording, "network", scale=1, focus=Focus(lane=k)) for k in (0, 1))
    assert one.encode() != other.encode()


def test_a_picture_is_saved_whole(
    qapp: object, recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = render(recording, "history", scale=1)
    path = tmp_path / "picture.PNG"
    assert picture.save(str(path)) == path
    assert path.read_bytes() == picture.encode("png")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("initviz.whole.os.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        picture.save(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["picture.PNG"]


def test_a_picture_is_saved_in_the_format_that_its_name_says(
    qapp: object, recording: Recording, tmp_path: Path
) -> None:
    picture = render(recording, "history", size="85mm", theme="paper")
    for ending, start in (("png", b"\x89PNG"), ("svg", b"<"), ("pdf", b"%PDF")):
        assert picture.save(tmp_path / f"picture.{ending}").read_bytes().startswith(start)


@pytest.mark.parametrize(("form", "shown"), [("png", "png"), ("svg", "svg"), ("pdf", "png")])
def test_a_notebook_gets_one_picture_of_the_kind_that_was_asked_for(
    qapp: object, recording: Recording, form: str, shown: str
) -> None:
    picture = render(recording, "history", format=form)
    png, svg = picture._repr_png_(), picture._repr_svg_()

    assert (png is None) == (shown == "svg")
    assert (svg is None) == (shown == "png")
    if svg is not None:
        assert "<svg" in svg
        assert "training points" in svg


def test_some_lanes_can_be_drawn_alone(qapp: object, recording: Recording) -> None:
    both = render(recording, "history", format="svg")._repr_svg_()
    one = render(recording, "history", format="svg", lanes=[1])._repr_svg_()
    alone = render(train(EXPERIMENT.replace(lanes=EXPERIMENT.lanes[1:])), "network", scale=1)
    chosen = render(recording, "network", scale=1, lanes=[1])
    assert one != both
    assert chosen.epoch == alone.epoch == 3
    with pytest.raises(IndexError, match="choose from 0 to 1"):
        render(recording, lanes=[0, 2])


# ---- what is refused ----


def test_a_snapshot_that_lacks_what_is_drawn_is_refused_with_the_cure(
    qapp: object, recording: Recording
) -> None:
    snapshot = probe(recording, 1)
    assert render(snapshot, scale=1).epoch == 1
    with pytest.raises(ValueError, match=r"^weights: the snapshot lacks .*; render the recording"):
        render(snapshot, "weights")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shown": "overvew"}, 'no page or view "overvew"; choose one of overview, '),
        ({"theme": "pink"}, 'no theme "pink"; choose dark, light or paper'),
        ({"size": (100, 100)}, "choose 600x460 to 8000x8000"),
        ({"shown": "history", "size": (100, 100)}, "choose 180x130 to 8000x8000"),
        ({"size": (9000, 500)}, "no size for a page"),
        ({"size": "large"}, "write one like 1280x800, 85mm or 170x120mm"),
        ({"scale": 0}, "write 0.25 to 4"),
        ({"format": "bmp"}, 'no format "bmp"; choose png, svg or pdf'),
        ({"theme": "dark", "ground": "white"}, "cannot be read on white"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_cure(
    qapp: object, recording: Recording, options: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        render(recording, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("epoch", [4, -1])
def test_an_epoch_that_was_not_recorded_is_refused(
    qapp: object, recording: Recording, epoch: int
) -> None:
    with pytest.raises(IndexError, match=f"epoch {epoch} was not recorded; there are 0 to 3"):
        render(recording, epoch=epoch)


def test_a_snapshot_has_an_epoch_of_its_own(qapp: object, recording: Recording) -> None:
    snapshot = probe(recording, 1)
    assert render(snapshot, "history", 1, scale=1).epoch == 1
    with pytest.raises(ValueError, match="a snapshot has its own, 1; render the recording"):
        render(snapshot, "history", 2)


def test_a_format_that_is_not_there_is_refused(
    qapp: object, recording: Recording, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r'"picture\.bmp"; end the name with \.png'):
        render(recording, "history", scale=1).save(tmp_path / "picture.bmp")
    assert list(tmp_path.iterdir()) == []


def test_another_thread_is_told_where_to_draw(qapp: object, recording: Recording) -> None:
    said: list[str] = []

    def draw() -> None:
        with pytest.raises(RuntimeError) as raised:
            render(recording)
        said.append(str(raised.value))

    thread = threading.Thread(target=draw)
    thread.start()
    thread.join()
    assert said == ["render: Qt draws in the main thread only; call it there"]


# ---- beside other applications ----


def test_an_application_that_is_there_looks_as_before(
    qtbot: QtBot, qapp: QApplication, recording: Recording
) -> None:
    label = QLabel("somebody's own")
    qtbot.addWidget(label)
    sheet, font, palette = qapp.styleSheet(), qapp.font(), qapp.palette()
    try:
        qapp.setFont(QFont("DejaVu Sans", 17))
        theirs = qapp.font(), qapp.palette()
        qapp.setStyleSheet("QLabel { color: #123456; }")
        style = qapp.style()

        render(recording, "history", theme="dark", scale=1)

        assert qapp.styleSheet() == "QLabel { color: #123456; }"
        assert label.palette().color(label.foregroundRole()) == QColor("#123456")
        assert (qapp.font(), qapp.palette()) == theirs
        assert qapp.style() is style
        assert QApplication.instance() is qapp
        assert not any(widget.isVisible() for widget in qapp.topLevelWidgets())
    finally:
        qapp.setFont(font)
        qapp.setPalette(palette)
        qapp.setStyleSheet(sheet)


@pytest.mark.slow
def test_without_a_display_pictures_are_drawn_again_and_again_and_leave_nothing() -> None:
    said = ["render: Qt draws in the main thread only; call it there"]
    assert run(ALONE) == f"{said} True None None\n"


@pytest.mark.slow
def test_an_application_that_cannot_draw_is_named() -> None:
    assert run(WITHOUT_WIDGETS) == (
        "render: the Qt application of this program cannot draw; make it a QApplication\n"
    )


def test_the_public_names_are_those_of_the_package() -> None:
    assert initviz.render is render
    assert initviz.Picture is Picture
