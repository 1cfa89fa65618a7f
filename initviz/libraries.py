"""Libraries of the system that Qt needs and does not bring, and the Debian packages that have them.

Without one, Qt's modules cannot be imported, or Qt aborts the program before there is a window.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from initviz.display import NoWindowError, platforms

ALWAYS = {
    "libdbus-1.so.3": "libdbus-1-3",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""What Qt needs even without a display, and the package that has it, as in constraints.txt."""

X = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What a window under X adds."""

WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
"""What a window under Wayland adds."""

PLUGINS = {
    "xcb": ("libqxcb.so", X),
    "wayland": ("libqwayland.so", WAYLAND),
    "wayland-egl": ("libqwayland.so", WAYLAND),
}
"""Qt's plugin for each platform with a screen, and what it needs."""


def sentence(error: ImportError) -> str | None:
    """What to say of an import that failed; None where that was not for want of a library of Qt."""
    match = re.match(r"(?:\S*/)?(lib[^/:\s]+): ", str(error))
    if sys.platform != "linux" or match is None or match[1] not in ALWAYS:
        return None
    return _cure({match[1], *_missing(ALWAYS)})


def check_window(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse to open a window where Qt would abort, since its plugin lacks a library.

    Raises:
        NoWindowError: if so; it names the packages.
    """
    folder = _folder_of_plugins()
    if sys.platform != "linux" or folder is None:
        return
    needed: dict[str, str] = {}
    for platform in platforms(environment):
        name, adds = PLUGINS.get(platform, ("", {}))
        if not name or not (folder / name).exists() or _loads(str(folder / name)):
            return
        needed |= adds
    if lacking := _missing(ALWAYS | needed):
        without = "" if lacking & set(ALWAYS) else "; or draw without a window: initviz render"
        raise NoWindowError(_cure(lacking) + without)


def _folder_of_plugins() -> Path | None:
    """Where PySide6 keeps Qt's platforms; None where it is not installed as from PyPI."""
    spec = find_spec("PySide6")
    for place in spec.submodule_search_locations or () if spec else ():
        return Path(place) / "Qt" / "plugins" / "platforms"
    return None


def _missing(names: Iterable[str]) -> set[str]:
    return {name for name in names if not _loads(name)}


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _cure(lacking: Iterable[str]) -> str:
    names = sorted(lacking)
    packages = " ".join(sorted((ALWAYS | X | WAYLAND)[name] for name in names))
    return (
        f"Qt needs {' and '.join(names)}, which this system lacks; on Debian or Ubuntu, run this "
        f"as root: apt-get install --no-install-recommends {packages}"
    )
