"""Settings files with rubbish in them: thousands of mutations of a good one."""

from __future__ import annotations

import argparse
import logging
import os
import random
import tempfile
import time
from pathlib import Path

from stress.mutations import mutated
from stress.tally import Tally

WORDS = (
    b"@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\xePySide::PyObjectWrapper\\0)", b"@Invalid()", b"@Rect(1 2",
    b"@ByteArray(", b"@Point(a b)", b"nan", b"1e999", b"\n[experiment]\n", b"\\x0", b",,,", b"\r\n",
    b"[" * 2000, b'"', b"\xff\xfe",
)  # fmt: skip


def good_settings(path: Path) -> bytes:
    """What a window leaves, with everything in it that is remembered."""
    from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

    from initviz.app.memory import Memory
    from initviz.app.theme import Theme
    from initviz.experiment import Experiment

    window, splitter = QMainWindow(), QSplitter()
    for _ in range(2):
        splitter.addWidget(QWidget())
    window.setCentralWidget(splitter)
    window.setMinimumSize(400, 300)
    window.resize(1200, 800)
    memory = Memory(path)
    memory.experiment = Experiment()
    memory.lesson, memory.theme, memory.speed, memory.text_size = "zeros", Theme.DARK, 5.0, 1.25
    memory.note_file(path.with_name("a.toml"))
    memory.set_hidden("overview", {"history"})
    memory.set_layout("window", window.saveGeometry())
    memory.set_layout("overview-0", splitter.saveState())
    memory.save()
    window.close()
    window.deleteLater()
    return path.read_bytes()


def read_everything(memory: object) -> None:
    """Read all that is remembered, put it into widgets, and write something."""
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

    from initviz.app.layouts import restore_splitter, restore_window
    from initviz.app.memory import Memory

    assert isinstance(memory, Memory)
    for name in ("experiment", "lesson", "theme", "speed", "text_size", "folder", "recent"):
        getattr(memory, name)
    memory.hidden("overview")
    window, splitter = QMainWindow(), QSplitter()
    for _ in range(2):
        splitter.addWidget(QWidget())
    window.setCentralWidget(splitter)
    window.setMinimumSize(400, 300)
    before = splitter.orientation(), splitter.handleWidth()
    restore_window(window, memory.layout("window"))
    restore_splitter(splitter, memory.layout("overview-0"))
    assert (splitter.orientation(), splitter.handleWidth()) == before, "the splitter is another"
    room = QGuiApplication.primaryScreen().availableGeometry()
    assert room.intersects(window.geometry()), f"off the screen: {window.geometry()}"
    assert window.width() <= room.width(), f"too wide: {window.width()}"
    memory.note_file(Path("b.toml"))
    memory.save()
    window.deleteLater()


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(prog="python -m stress settings", description=__doc__)
    parser.add_argument("--count", type=int, default=5000, help="how many files (5000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first one (0)")
    return parser


def run(options: argparse.Namespace) -> Tally:
    """Read them all."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    logging.disable(logging.CRITICAL)
    from PySide6.QtWidgets import QApplication

    from initviz.app.memory import Memory

    app = QApplication.instance() or QApplication([])
    tally = Tally(f"settings: {options.count:,} mutations of a good file, from seed {options.seed}")
    longest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "initviz.ini"
        good = good_settings(path)
        for seed in range(options.seed, options.seed + options.count):
            path.write_bytes(mutated(good, random.Random(seed), WORDS))
            began = time.process_time()
            try:
                read_everything(Memory(path))
            except Exception as error:
                tally.losses.append(f"seed {seed}: {type(error).__name__}: {error}")
            longest = max(longest, time.process_time() - began)
            tally.count("files")
            app.processEvents()
    tally.figures["longest"] = f"{1000 * longest:.0f} ms of CPU"
    return tally
