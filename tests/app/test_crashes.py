"""Real processes that end in the middle of what they do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from initviz.app.recovery import found_in
from initviz.runfile import open_run

ROOT = Path(__file__).parents[2]

PROGRAM = """
import math, sys
from pathlib import Path
from PySide6.QtCore import QTimer
import initviz.app.autosave
from initviz.app import start
from initviz.app.window import Window
from initviz.cli import main

initviz.app.autosave.LOOK_MS = 5
start.autosave_root = lambda: Path("left").absolute()
made = Window.__init__

def init(self, *arguments, **more):
    made(self, *arguments, **more)
    self.transport.set_speed(math.inf)
    QTimer.singleShot(0, self, self.player.play)
    timer = QTimer(self)
    timer.timeout.connect(lambda: look(self, timer))
    timer.start(5)

def look(window, timer):
    if window.autosave._notes:
        timer.stop()
        window.run_files.save(Path("mine.initviz").absolute())
        print("saving", flush=True)

Window.__init__ = init
sys.exit(main(["zeros"]))
"""


pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **more}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes to be killed are forked")
def test_nothing_that_was_saved_is_lost_when_processes_are_killed() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "stress", "kill", "--count", "2", "--saves", "10", "--rivals", "0.3",
         "--again", "2"],
        cwd=ROOT, env=environment(QT_QPA_PLATFORM="offscreen"), capture_output=True, text=True,
        timeout=170,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "windows killed: 2" in ran.stdout
    assert "windows started again: 1" in ran.stdout
    assert "lost 0" in ran.stdout


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb, a display to be killed")
def test_a_window_whose_display_goes_away_leaves_its_recording(tmp_path: Path) -> None:
    read, write = os.pipe()
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    try:
        with os.fdopen(read) as said:
            number = said.readline().strip()
        window = subprocess.Popen(
            [sys.executable, "-m", "stress.crashing", str(tmp_path), "1"],
            cwd=ROOT, env=environment(QT_QPA_PLATFORM="xcb", DISPLAY=f":{number}"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert window.stdout is not None
            assert window.stdout.readline() == "saved\n"
            display.kill()
            _, errors = window.communicate(timeout=120)
            assert "Did the X11 server die?" in errors
        finally:
            window.kill()
            window.communicate()
    finally:
        display.kill()
        display.wait()

    (found,) = found_in(tmp_path / "left")
    assert found.left is not None
    recording = open_run(found.folder.path / found.left.shown)
    assert recording.last >= found.left.runs[-1].last > 0
    found.folder.release()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_sigterm_finishes_a_save_and_leaves_the_recording_for_the_next_start(
    tmp_path: Path,
) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, text=True,
        env=environment(
            QT_QPA_PLATFORM="offscreen", HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path),
            XDG_STATE_HOME=str(tmp_path),
        ),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "saving\n"
        program.terminate()
        _, errors = program.communicate(timeout=120)
        assert program.returncode == 128 + signal.SIGTERM, errors
    finally:
        program.kill()
        program.communicate()

    assert open_run(tmp_path / "mine.initviz").last > 0
    (found,) = found_in(tmp_path / "left")
    assert found.left is not None
    assert found.left.lesson == "zeros"
    assert open_run(found.folder.path / found.left.shown).last == found.left.runs[-1].last > 0
    found.folder.release()
