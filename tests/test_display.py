from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from initviz.display import has_display

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="there is always a display"
)


@pytest.fixture
def wayland(tmp_path: Path) -> Iterator[Path]:
    """The socket of a compositor that answers."""
    path = tmp_path / "wayland-7"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        yield path


@pytest.fixture
def x_number() -> Iterator[int]:
    """The number of an X server that answers on its abstract socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        for number in range(4000, 4100):
            try:
                server.bind(f"\0/tmp/.X11-unix/X{number}")
            except OSError:
                continue
            server.listen()
            yield number
            return
        pytest.skip("no free display number")


def test_nothing_named_is_no_display() -> None:
    assert not has_display({})


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600", "linuxfb"])
def test_a_platform_that_needs_no_screen_counts_as_one(platform: str) -> None:
    assert has_display({"QT_QPA_PLATFORM": platform})


@pytest.mark.parametrize("platform", ["xcb", "wayland", "wayland;xcb", "xcb:opengl"])
def test_a_platform_that_needs_a_screen_is_asked_for_it(platform: str) -> None:
    assert not has_display({"QT_QPA_PLATFORM": platform})


def test_an_x_server_that_answers_is_a_display(x_number: int) -> None:
    assert has_display({"DISPLAY": f":{x_number}"})
    assert has_display({"DISPLAY": f":{x_number}.0"})
    assert has_display({"DISPLAY": f"unix:{x_number}"})
    assert has_display({"DISPLAY": f":{x_number}", "QT_QPA_PLATFORM": "xcb"})


@pytest.mark.parametrize("display", [":4999", ":4999.0", "", "nonsense", "host", ":", ":x", "::"])
def test_a_display_that_does_not_answer_is_none(display: str) -> None:
    assert not has_display({"DISPLAY": display})


def test_an_x_server_on_another_host_is_asked_over_tcp() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if port < 6000:
            pytest.skip("the port is below those of X")
        assert has_display({"DISPLAY": f"127.0.0.1:{port - 6000}"})
    assert not has_display({"DISPLAY": f"127.0.0.1:{port - 6000}"})


def test_a_compositor_that_answers_is_a_display(wayland: Path) -> None:
    folder = str(wayland.parent)
    assert has_display({"WAYLAND_DISPLAY": wayland.name, "XDG_RUNTIME_DIR": folder})
    assert has_display({"WAYLAND_DISPLAY": str(wayland)})


def test_a_compositor_that_is_gone_is_none(tmp_path: Path) -> None:
    (tmp_path / "wayland-0").touch()
    for name in ("wayland-0", "wayland-1"):
        assert not has_display({"WAYLAND_DISPLAY": name, "XDG_RUNTIME_DIR": str(tmp_path)})


def test_a_name_that_is_too_long_for_a_socket_is_none(tmp_path: Path) -> None:
    assert not has_display({"WAYLAND_DISPLAY": "w" * 300, "XDG_RUNTIME_DIR": str(tmp_path)})
