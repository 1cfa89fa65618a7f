"""Environments that initviz may be started in, as odd as they come."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
NOBODY = ("setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups")
"""Somebody without a name, a home or any right; needs root."""


@dataclass(frozen=True)
class Environment:
    """One of them.

    Attributes:
        name: what it is called.
        variables: what differs from a plain environment; None takes one away.
        before: a command that starts the program.
        options: of Python.
        window: whether a window can be there, and whether the commands do all their work.
        streams: whether there is any input and output.
        families: how many families of fonts there are, None where it does not matter.
        ratio: pixels of the screen for one of the window.
        screen: what Xvfb is started with, "" where there is no X.
        deleted: whether the working directory is gone.
        checkout: whose initviz is started.
    """

    name: str
    variables: Mapping[str, str | None] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    streams: bool = True
    families: int | None = None
    ratio: float = 1.0
    screen: str = ""
    deleted: bool = False
    checkout: Path = ROOT

    def command(self, *words: str) -> list[str]:
        """The program with what has to stand before it."""
        xvfb = ("xvfb-run", "-a", "-s", f"-screen 0 {self.screen}") if self.screen else ()
        return [*xvfb, *self.before, sys.executable, *self.options, *words]

    def environ(self, home: Path) -> dict[str, str]:
        """All variables."""
        base: dict[str, str | None] = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(self.checkout), "HOME": str(home),
            "LANG": "C.UTF-8", "QT_QPA_PLATFORM": None if self.screen else "offscreen",
            "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        return {k: v for k, v in {**base, **self.variables}.items() if v is not None}


def fonts(folder: Path, *files: Path) -> str:
    """The file of fontconfig for a system with these fonts only."""
    there = folder / f"fonts-{len(files)}"
    there.mkdir()
    there.chmod(0o755)
    for file in files:
        shutil.copy(file, there)
    path = folder / f"fonts-{len(files)}.conf"
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{there}</dir><cachedir>{folder}/cache-{len(files)}</cachedir></fontconfig>"
    )
    return str(path)


def _can(*words: str) -> bool:
    if shutil.which(words[0]) is None:
        return False
    return subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0


def environments(folder: Path) -> list[Environment]:
    """Those that can be had here; files that they need are put into the folder."""
    rubbish = folder / "rubbish"
    rubbish.write_text("no folder")
    closed = folder / "read-only"
    closed.mkdir()
    closed.chmod(0o555)
    copy = folder / "Räume und Wege"
    copy.mkdir()
    for part in ("initviz", "stress", "assets"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    xdg = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
    found = [
        Environment("plain"),
        Environment("the home folder is missing", {"HOME": str(folder / "nowhere")}),
        Environment("the home folder is a file", {"HOME": str(rubbish)}),
        Environment("XDG folders are files", dict.fromkeys(xdg, str(rubbish))),
        Environment("XDG folders are no absolute paths", dict.fromkeys(xdg, "some/where")),
        Environment("the folder for temporary files is missing", {"TMPDIR": "/nowhere"}),
        Environment("no assertions, no docstrings", options=("-OO",)),
        Environment("ASCII only", {"PYTHONUTF8": "0", "LC_ALL": "C", "LANG": None}),
        Environment("no input and output", streams=False),
        Environment("spaces and umlauts in its path", checkout=copy),
        Environment("no GPU", {"CUDA_VISIBLE_DEVICES": ""}),
        Environment("no D-Bus", {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}),
        Environment("no font", {"FONTCONFIG_FILE": fonts(folder)}, families=0),
        *(Environment(f"scaled {by}", {"QT_SCALE_FACTOR": by}, ratio=float(by))
          for by in ("1.5", "2", "3")),
        Environment("fonts of 192 dpi", {"QT_FONT_DPI": "192"}, ratio=2.0),
        Environment("one screen of factor 3", {"QT_SCREEN_SCALE_FACTORS": "3"}, ratio=3.0),
    ]  # fmt: skip
    if FONT.exists():
        one = {"FONTCONFIG_FILE": fonts(folder, FONT)}
        found.append(Environment("one font", one, families=1))
    if _can("unshare", "-n"):
        found.append(Environment("no network", before=("unshare", "-n")))
    if _can(*NOBODY):
        nameless = {"HOME": None, "USER": None, "LOGNAME": None}
        found += [
            Environment("nobody, without a home", nameless, before=NOBODY),
            Environment("a home that may only be read", {"HOME": str(closed)}, before=NOBODY),
        ]
    if shutil.which("xvfb-run"):
        software = {"LIBGL_ALWAYS_SOFTWARE": "1", "QT_XCB_GL_INTEGRATION": "none"}
        found += [
            Environment("X", screen="1920x1080x24"),
            Environment("X without OpenGL", software, screen="1280x800x24"),
            Environment("X of 16 bits", screen="1280x800x16"),
            *(Environment(f"X, scaled {by}", {"QT_SCALE_FACTOR": by}, ratio=float(by),
                          screen=f"{round(1280 * float(by))}x{round(800 * float(by))}x24")
              for by in ("1.5", "2")),
            Environment("X, 4K, scaled 3", {"QT_SCALE_FACTOR": "3"}, ratio=3.0,
                        screen="3840x2160x24"),
        ]  # fmt: skip
    return found
