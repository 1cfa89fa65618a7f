from __future__ import annotations

import gc
import os
import stat
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from initviz.export.figure import Figure
from initviz.export.picture import SCALES, PictureError, draw, encode, save
from initviz.export.render import application
from initviz.views import VIEWS
from initviz.views.base import View
from initviz.views.canvas import Canvas
from initviz.views.page import PAGES, Page
from initviz.views.panel import Panel
from initviz.views.style import DARK, STYLES
from tests.export.drawing import image_of
from tests.views.inside import with_inside
from tests.views.snapshots import linear_logits, snapshot


def view_of(qtbot: QtBot, name: str) -> View:
    view = VIEWS[name](DARK)
    view.set_style(DARK)
    qtbot.addWidget(view.panel)
    view.panel.resize(420, 300)
    view.panel.show()
    qtbot.waitExposed(view.panel)
    view.show(with_inside(snapshot(boundary=linear_logits(1, 0.3, 0))))
    return view


@pytest.mark.parametrize("name", VIEWS)
def test_a_picture_is_drawn_for_its_size_and_not_enlarged(qtbot: QtBot, name: str) -> None:
    view = view_of(qtbot, name)
    pictures = {scale: draw(view, scale) for scale in SCALES}
    for scale, picture in pictures.items():
        assert picture.size() == view.widget.size() * scale
        assert picture.devicePixelRatio() == scale

    once, twice = pictures[1], pictures[2]
    once.setDevicePixelRatio(1)
    enlarged = once.scaled(twice.size())
    places = [(x, y) for x in range(0, twice.width(), 3) for y in range(0, twice.height(), 3)]
    different = sum(enlarged.pixel(x, y) != twice.pixel(x, y) for x, y in places)
    assert different > 0.01 * len(places)


@pytest.mark.parametrize("name", VIEWS)
def test_buttons_are_not_in_the_picture_and_come_back(qtbot: QtBot, name: str) -> None:
    view = view_of(qtbot, name)
    buttons = [b for b in view.panel.findChildren(QToolButton) if b.isVisible()]
    assert buttons
    # Where buttons stand on the screen, a picture shows the panel's bare ground.
    frames = [
        QRect(button.mapTo(view.panel, button.rect().topLeft()), button.size())
        for button in buttons
    ]
    on_screen = view.panel.grab().toImage()
    image = draw(view, 1)
    for frame in frames:
        inside = [(x, y) for x in range(frame.left() + 1, frame.right())
                  for y in range(frame.top() + 1, frame.bottom())]  # fmt: skip
        assert len({on_screen.pixel(x, y) for x, y in inside}) > 1
        assert len({image.pixel(x, y) for x, y in inside}) == 1
    assert all(button.isVisible() for button in buttons)


def test_a_picture_that_fails_leaves_the_view_as_it_was(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = view_of(qtbot, "history")
    before = [button.isVisible() for button in view.panel.findChildren(QToolButton)]
    assert any(before)

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(type(view.canvas), "render", fail)
        with pytest.raises(MemoryError):
            draw(view, 2)

    assert view.look == DARK
    assert [b.isVisible() for b in view.panel.findChildren(QToolButton)] == before


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_rendered_as_large_as_it_was_asked_for(
    qapp: object, qtbot: QtBot, style: str, page: str
) -> None:
    shown = with_inside(snapshot(3, epoch=1, boundary=linear_logits(1, 0.3, 0)))
    image = image_of(shown, page, style, scale=2)

    assert image.size() == QSize(1600, 1000)
    ground = image.pixelColor(0, 0)
    assert ground == QColor(STYLES[style].window)
    seen = {image.pixel(x, y) for x in range(0, 1400, 13) for y in range(0, 1000, 13)}
    assert len(seen) > 30


def test_the_same_snapshot_gives_the_same_picture(qapp: object) -> None:
    shown = snapshot(epoch=1, boundary=linear_logits(1, 0.3, 0))

    first, second = (image_of(shown) for _ in range(2))
    assert first == second
    assert first.size() == QSize(800, 500)


def test_rendering_leaves_no_widget(qapp: object) -> None:
    gc.collect()
    before = len(QApplication.allWidgets())
    image_of(snapshot(boundary=linear_logits(1, 0, 0)))
    gc.collect()

    assert len(QApplication.allWidgets()) == before


def test_a_page_is_gone_as_soon_as_it_is_rendered(qapp: object) -> None:
    # Python would find the rings that hold it some day; hundreds of pages may come before.
    shown = snapshot(boundary=linear_logits(1, 0, 0))
    gc.collect()
    gc.disable()
    try:
        before = len(QApplication.allWidgets())
        for _ in range(2):
            image_of(shown)
            assert len(QApplication.allWidgets()) == before
    finally:
        gc.enable()


def test_a_page_that_cannot_be_drawn_is_gone_too(
    qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    def there() -> int:
        every = QApplication.allWidgets()
        return sum(isinstance(it, Page | Panel | Canvas) for it in every)

    gc.collect()
    before = there()
    monkeypatch.setattr("initviz.export.render.draw", fail)
    with pytest.raises(MemoryError) as raised:
        image_of(snapshot(boundary=linear_logits(1, 0, 0)))

    assert raised.tb  # it holds what the drawing has left
    # What pyqtgraph makes for its plots' menus lives as long as they do.
    assert there() == before


def test_an_application_that_is_there_is_used_and_kept(qapp: object) -> None:
    with application() as app:
        assert app is qapp
    with application() as app:
        assert app is qapp


def test_a_picture_may_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        save(b"the new one", tmp_path / "picture.png")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "picture.png").stat().st_mode) == 0o644


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_save_leaves_the_old_picture_and_no_half_one(
    tmp_path: Path,
    error: BaseException | type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"the old one")

    def interrupt(*_: object) -> None:
        raise error

    monkeypatch.setattr("initviz.whole.os.replace", interrupt)
    with pytest.raises((KeyboardInterrupt, PictureError)):
        save(b"the new one", path)

    assert path.read_bytes() == b"the old one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["picture.png"]


def test_a_missing_folder_is_named_in_the_error(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "picture.png"
    with pytest.raises(PictureError, match="No such file or directory") as raised:
        save(b"the new one", path)

    assert str(path) in str(raised.value)


def test_a_full_disk_is_named_in_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("initviz.whole.os.fdopen", full)
    with pytest.raises(PictureError, match="No space left"):
        save(b"the new one", tmp_path / "picture.png")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_picture_is_an_error(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("initviz.export.picture._image", lambda *_, **__: QImage())
    with pytest.raises(PictureError, match="cannot be encoded"):
        encode(view_of(qtbot, "boundary"), Figure("boundary"))
