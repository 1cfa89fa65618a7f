from __future__ import annotations

import os
import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from initviz.app.layouts import HEAD, restore_splitter, restore_window
from initviz.app.memory import Memory
from initviz.app.settings_file import MOST_BYTES
from initviz.app.theme import Theme
from tests.app.conftest import SMALL, MakeWindow, delete

FOREIGN = b"[General]\nlesson=@Variant(\\0\\0\\0\\x7f\\0)\n"


@pytest.fixture
def splitter(qtbot: QtBot) -> Iterator[QSplitter]:
    made = QSplitter()
    for _ in range(2):
        made.addWidget(QWidget())
    made.resize(300, 200)
    made.show()
    yield made
    made.close()
    delete(made)


@pytest.fixture
def bare(qtbot: QtBot) -> Iterator[QMainWindow]:
    made = QMainWindow()
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    delete(made)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(bytes(range(256))), "is not text"),
        (lambda path: path.write_bytes(b"a" * (MOST_BYTES + 1)), "is larger than any settings"),
        (lambda path: path.write_bytes(FOREIGN), "holds what initviz never writes"),
        (lambda path: path.write_bytes(b"{]]\n= = =\n[[["), "is no settings file"),
        (Path.mkdir, "is no file"),
        (a_pipe, "is no file"),
    ],
    ids=["binary", "too large", "foreign objects", "no ini", "a folder", "a pipe"],
)
def test_what_is_no_settings_file_is_put_aside_and_told_and_the_next_is_kept(
    tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / "initviz.ini"
    make(path)
    memory = Memory(path)
    assert said in memory.forgotten
    assert str(path) in memory.forgotten
    memory.theme = Theme.LIGHT
    memory.save()

    again = Memory(path)
    assert again.theme is Theme.LIGHT
    kept = tmp_path / "initviz.ini.bad"
    assert path.is_dir() or kept.exists()


def test_a_window_says_what_was_forgotten_and_goes_on(
    tmp_path: Path, make_window: MakeWindow
) -> None:
    path = tmp_path / "initviz.ini"
    path.write_bytes(b"\0" * 1000)
    window = make_window(SMALL, Memory(path))

    assert window.banner.isVisible()
    assert window.banner.text.text().startswith("The settings were forgotten: ")
    assert window.banner.text.text().endswith("it is kept as initviz.ini.bad.")


def test_a_good_file_forgets_nothing(tmp_path: Path) -> None:
    Memory(tmp_path / "initviz.ini").save()
    assert Memory(tmp_path / "initviz.ini").forgotten == ""
    assert Memory(tmp_path / "none" / "initviz.ini").forgotten == ""


def test_every_mutation_of_a_good_file_is_read(tmp_path: Path) -> None:
    from stress.mutations import mutated
    from stress.settings import WORDS, good_settings, read_everything

    path = tmp_path / "initviz.ini"
    good = good_settings(path)
    for seed in range(300):
        path.write_bytes(mutated(good, random.Random(seed), WORDS))
        read_everything(Memory(path))


@pytest.mark.parametrize("size", [-5, 32_768, 2**31 - 1])
def test_a_splitter_believes_no_absurd_size(splitter: QSplitter, size: int) -> None:
    before = splitter.saveState().data()
    bad = before[:HEAD] + struct.pack(">2i", size, 100) + before[HEAD + 8 :]
    restore_splitter(splitter, QByteArray(bad))
    assert splitter.saveState().data() == before


def test_a_splitter_takes_sizes_and_nothing_else(splitter: QSplitter) -> None:
    before = splitter.saveState().data()
    for place in (*range(HEAD), *range(HEAD + 8, len(before))):
        bad = bytearray(before)
        bad[place] ^= 0x55
        restore_splitter(splitter, QByteArray(bytes(bad)))
        assert splitter.saveState().data() == before
    restore_splitter(splitter, QByteArray(before[:-3]))
    assert splitter.orientation() is Qt.Orientation.Horizontal

    splitter.setSizes([200, 100])
    good, sizes = splitter.saveState(), splitter.sizes()
    splitter.setSizes([50, 250])
    restore_splitter(splitter, good)
    assert splitter.sizes() == sizes


@pytest.mark.parametrize("place", [QPoint(-5000, -5000), QPoint(90_000, 10), QPoint(100, 90_000)])
def test_a_window_comes_back_onto_a_screen(bare: QMainWindow, place: QPoint) -> None:
    bare.move(place)
    bare.resize(QSize(20_000, 15_000))
    state = bare.saveGeometry()
    restore_window(bare, state)

    room = QGuiApplication.primaryScreen().availableGeometry()
    assert room.contains(bare.geometry())
