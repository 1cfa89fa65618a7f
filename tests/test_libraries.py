"""A system that lacks a library which Qt needs: one sentence names the package that has it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from initviz import libraries
from initviz.app.start import _check_colours
from initviz.cli import main
from initviz.cli.commands import window
from initviz.display import NoWindowError, platforms
from initviz.libraries import ALWAYS, WAYLAND, X, check_window, sentence

ROOT = Path(__file__).parents[1]
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Qt brings all it needs")


def test_the_libraries_are_those_that_setup_installs() -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    pinned = {
        library: package for package, library in re.findall(r"^#: apt (\S+) +(\S+)$", text, re.M)
    }
    assert pinned == ALWAYS | X | WAYLAND


@ON_LINUX
@pytest.mark.parametrize(
    ("said", "package"),
    [
        ("libGL.so.1: cannot open shared object file: No such file or directory", "libgl1"),
        ("/lib/x86_64-linux-gnu/libEGL.so.1: file too short", "libegl1"),
    ],
)
def test_an_import_without_a_library_is_told_with_the_package(said: str, package: str) -> None:
    told = sentence(ImportError(said))
    assert told is not None
    assert told.endswith(f"apt-get install --no-install-recommends {package}")


@pytest.mark.parametrize(
    "said",
    [
        "No module named 'PySide6'",
        "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.99' not found",
        "libcudart.so.13: cannot open shared object file: No such file or directory",
        "",
    ],
)
def test_another_import_that_fails_is_no_lack_of_a_library(said: str) -> None:
    assert sentence(ImportError(said)) is None


@pytest.mark.slow
@ON_LINUX
@pytest.mark.parametrize("words", [["render", "zeros", "--view", "history"], ["zeros"]])
def test_without_opengl_drawing_is_refused_in_one_line(tmp_path: Path, words: list[str]) -> None:
    # The loader takes the first file of that name, and says that this one is none.
    (tmp_path / "libGL.so.1").touch()
    done = subprocess.run(
        [sys.executable, "-m", "initviz", *words],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LD_LIBRARY_PATH": str(tmp_path),
             "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.returncode == 1
    assert re.fullmatch(r"initviz: Qt needs libGL\.so\.1, .* libgl1\n", done.stderr)


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Qt's plugins, which cannot be loaded, and libraries which all can but for the cursor's."""
    for name in ("libqxcb.so", "libqwayland.so"):
        (tmp_path / name).touch()
    broken = {str(tmp_path / "libqxcb.so"), "libxcb-cursor.so.0"}
    monkeypatch.setattr(libraries, "_folder_of_plugins", lambda: tmp_path)
    monkeypatch.setattr(libraries, "_loads", lambda name: name not in broken)
    return tmp_path


@ON_LINUX
@pytest.mark.usefixtures("plugins")
def test_a_window_that_qt_could_not_open_is_refused_with_the_package() -> None:
    with pytest.raises(NoWindowError, match=r"libxcb-cursor\.so\.0, .* libxcb-cursor0; or draw"):
        check_window({"QT_QPA_PLATFORM": "xcb"})


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize("platform", ["offscreen", "xcb;wayland", "xcb;offscreen", "vnc:size=9x9"])
def test_a_window_on_another_platform_needs_no_library_of_x(platform: str) -> None:
    check_window({"QT_QPA_PLATFORM": platform})


def test_the_platforms_of_this_installation_can_be_loaded() -> None:
    check_window({"QT_QPA_PLATFORM": "xcb"})
    check_window({"QT_QPA_PLATFORM": "wayland"})


def test_platforms_are_those_that_are_wished_for_or_answer() -> None:
    assert platforms({"QT_QPA_PLATFORM": "wayland;xcb:opengl"}) == ["wayland", "xcb"]
    assert platforms({}) == []


def test_the_command_says_why_there_is_no_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise NoWindowError("the cure")

    monkeypatch.setattr("initviz.display.has_display", lambda: True)
    monkeypatch.setattr("initviz.libraries.check_window", refuse)
    assert window.run(window.parser().parse_args([])) == 1
    assert capsys.readouterr().err == "initviz: the cure\n"


def test_a_command_that_lacks_a_module_tells_of_an_unexpected_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fail() -> None:
        raise ImportError("No module named 'anything'")

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("initviz.display.has_display", fail)
    assert main([]) == 70
    assert "unexpected error" in capsys.readouterr().err


@pytest.mark.parametrize("bits", [1, 8])
def test_a_screen_that_qt_cannot_paint_on_is_refused(bits: int) -> None:
    with pytest.raises(NoWindowError, match=f"{bits} bits of colour"):
        _check_colours(bits)


@pytest.mark.parametrize("bits", [15, 16, 24, 30, 32])
def test_a_screen_of_fewer_colours_than_usual_will_do(bits: int) -> None:
    _check_colours(bits)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs Xvfb")
def test_on_x_of_8_bits_the_window_is_refused_in_one_line(tmp_path: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if key != "QT_QPA_PLATFORM"}
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x800x8", sys.executable, "-m", "initviz"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**kept, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert re.fullmatch(r"initviz: the screen has 8 bits .*\n", done.stderr)
