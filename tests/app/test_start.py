"""The whole program in a process of its own: how it ends when something breaks, or by a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from initviz.cli.status import UNEXPECTED

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import sys, threading, time
from PySide6.QtCore import QMimeData, QTimer, qFatal
from PySide6.QtGui import QGuiApplication
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.cli import main
from initviz.app import player

player.UNPAINTED_MS = 10**6  # no torch: nothing is trained here
player.Player.painted = lambda self: None

kind = sys.argv[1]
made = Window.__init__

def boom(*_):
    raise ZeroDivisionError("division by zero")

def copied():
    mime = QMimeData()  # as the Export dialog copies vectors
    mime.setData("image/svg+xml", b"<svg/>")
    QGuiApplication.clipboard().setMimeData(mime)

def init(self, *arguments, **more):
    made(self, *arguments, **more)
    QTimer.singleShot(0, self, lambda: print("ready", flush=True))
    if kind == "window":
        boom()
    if kind == "closing":
        self.memory.save = boom
        QTimer.singleShot(0, self, self.close)
    if kind == "slot":
        QTimer.singleShot(0, self, boom)
        QTimer.singleShot(300, self, self.close)
    if kind == "hanging":
        self.memory.save = lambda: (print("closing", flush=True), time.sleep(60))
    if kind == "fatal":
        QTimer.singleShot(0, self, lambda: qFatal("the platform is gone"))
    if kind == "copied":
        QTimer.singleShot(0, self, copied)
        QTimer.singleShot(300, self, self.close)
    if kind == "dialog":
        QTimer.singleShot(0, self, self.files.save_page)

Window.__init__ = init
sys.exit(main(["zeros"]))
"""

Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []
    environment = {
        **os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": "offscreen",
    }  # fmt: skip

    def started(kind: str) -> subprocess.Popen[str]:
        running.append(subprocess.Popen(
            [sys.executable, "-c", PROGRAM, kind], cwd=tmp_path, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ))  # fmt: skip
        return running[-1]

    yield started
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def log_of(folder: Path) -> str:
    return next(folder.rglob("initviz.log")).read_text("utf-8")


def wait_for(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    while (line := process.stdout.readline()) and line.strip() != word:
        pass
    assert line, "it ended"


@pytest.mark.skipif(sys.platform != "linux", reason="the log is where XDG_STATE_HOME says")
def test_a_window_that_cannot_be_made_is_one_sentence_and_a_report_in_the_log(
    start: Start, tmp_path: Path
) -> None:
    process = start("window")
    _, err = process.communicate(timeout=50)
    assert process.returncode == UNEXPECTED
    (sentence,) = [line for line in err.splitlines() if line.startswith("initviz: unexpected")]
    assert "ZeroDivisionError: division by zero" in sentence
    assert "initviz.log" in sentence
    assert str(tmp_path) not in sentence
    text = log_of(tmp_path)
    assert "in boom" in text
    assert "--- machine" in text


@pytest.mark.skipif(sys.platform != "linux", reason="the log is where XDG_STATE_HOME says")
@pytest.mark.parametrize("kind", ["closing", "slot"])
def test_an_error_is_in_the_log_and_on_standard_error_when_the_window_is_closed(
    start: Start, tmp_path: Path, kind: str
) -> None:
    process = start(kind)
    _, err = process.communicate(timeout=50)
    assert process.returncode == 0
    assert "unexpected, in the thread MainThread: ZeroDivisionError: division by zero" in err
    text = log_of(tmp_path)
    assert text.count("in boom") == 1
    assert "initviz ends" in text


def test_what_was_copied_does_not_outlive_the_program(start: Start) -> None:
    process = start("copied")
    process.communicate(timeout=50)
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_as_its_button_does(
    start: Start, tmp_path: Path, number: int
) -> None:
    process = start("quiet")
    wait_for(process, "ready")
    process.send_signal(number)
    _, err = process.communicate(timeout=50)
    assert process.returncode == 128 + number
    assert "Traceback" not in err
    assert "lesson=zeros" in next(tmp_path.rglob("initviz.ini")).read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_closes_the_window_behind_a_dialog(start: Start) -> None:
    process = start("dialog")
    wait_for(process, "ready")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=50)
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="the log is where XDG_STATE_HOME says")
def test_an_end_that_qt_makes_leaves_a_report_and_a_trace(start: Start, tmp_path: Path) -> None:
    process = start("fatal")
    process.communicate(timeout=50)
    assert process.returncode == -signal.SIGABRT
    text = log_of(tmp_path)
    assert "the platform is gone" in text
    assert "unexpected, in the thread MainThread: Qt" in text
    assert "in <lambda>" in text
    trace = next(tmp_path.rglob("crash-trace.txt")).read_text("utf-8")
    assert "Fatal Python error: Aborted" in trace


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_second_signal_ends_a_window_that_hangs_at_once(start: Start) -> None:
    process = start("hanging")
    wait_for(process, "ready")
    process.send_signal(signal.SIGINT)
    wait_for(process, "closing")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=50)
    assert process.returncode == 128 + signal.SIGINT
    assert time.monotonic() - began < 30  # it would hang for 60


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_what_is_ignored_stays_ignored(start: Start) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        process = start("quiet")
    finally:
        signal.signal(signal.SIGHUP, before)
    wait_for(process, "ready")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=50)
    assert process.returncode == 128 + signal.SIGTERM
