"""Whether there is a screen to open a window on. Qt itself aborts the program if not."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path


class NoWindowError(Exception):
    """A window cannot be opened here; it says why, and the cure."""


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether Qt can open a window here.

    On Windows and macOS it always can. Elsewhere it asks the X server and the Wayland compositor
    that the environment names whether they answer. A platform chosen by ``QT_QPA_PLATFORM``
    that needs no screen counts as one.
    """
    if sys.platform in ("win32", "darwin"):
        return True
    platform = _wished(environment)[0]
    if platform and platform not in ("xcb", "wayland", "wayland-egl"):
        return True
    return _wayland_answers(environment) or _x_answers(environment)


def platforms(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Qt's platforms that a window may be on here, by their names, in the order that Qt tries."""
    wished = _wished(environment)
    if wished != [""]:
        return wished
    answers = {"wayland": _wayland_answers, "xcb": _x_answers}
    return [name for name, answer in answers.items() if answer(environment)]


def _wished(environment: Mapping[str, str]) -> list[str]:
    names = environment.get("QT_QPA_PLATFORM", "").split(";")
    return [name.partition(":")[0] for name in names]


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name, runtime = environment.get("WAYLAND_DISPLAY"), environment.get("XDG_RUNTIME_DIR", "/")
    return bool(name) and _connects(str(Path(runtime) / str(name)))


def _x_answers(environment: Mapping[str, str]) -> bool:
    match = re.fullmatch(r"(?:unix|(.*?)/?)?:(\d+)(?:\.\d+)?", environment.get("DISPLAY", ""))
    if not match:
        return False
    host, number = match[1], int(match[2])
    if host:
        try:
            with socket.create_connection((host, 6000 + number), timeout=2):
                return True
        except OSError:
            return False
    path = f"/tmp/.X11-unix/X{number}"
    return _connects(path) or _connects(f"\0{path}")


def _connects(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        try:
            client.connect(path)
        except OSError:
            return False
        return True
