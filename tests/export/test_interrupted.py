"""Ctrl+C while something is drawn: it comes when that is done, and the next picture is whole."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyqtgraph as pg
import pytest

from initviz.engine import record
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.export.figure import Figure, Pixels
from initviz.export.film import write_film
from initviz.export.options import Film
from initviz.export.render import Stage, application, figure_of
from initviz.recording import Recording
from tests.views.snapshots import snapshot

FIGURE = Figure("overview", "png", Pixels(900, 600, 1))


@pytest.fixture(autouse=True)
def python_s_own_handler() -> Iterator[None]:
    """As in a program that a terminal has started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _run() -> Recording:
    return record(
        Experiment(
            data=DataSettings(values={"samples": 32}), hidden=(4,), lanes=(Lane(),), epochs=3
        )
    )


def pressed_in(monkeypatch: pytest.MonkeyPatch, of: type, method: str) -> list[int]:
    """Let Ctrl+C come in the middle of a method, the first time that it is called."""
    original: Callable[..., Any] = getattr(of, method)
    calls: list[int] = []

    def pressing(*arguments: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            signal.raise_signal(signal.SIGINT)
        return original(*arguments, **more)

    monkeypatch.setattr(of, method, pressing)
    return calls


@pytest.mark.parametrize(
    ("of", "method"),
    [(pg.AxisItem, "paint"), (pg.ViewBox, "resizeEvent")],
)
def test_a_picture_is_not_interrupted_in_qts_own_code(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], of: type, method: str
) -> None:
    with application():
        calls = pressed_in(monkeypatch, of, method)
        with pytest.raises(KeyboardInterrupt):
            figure_of(snapshot(), FIGURE)
        assert calls
        assert figure_of(snapshot(), FIGURE).startswith(b"\x89PNG")
    said = capfd.readouterr()
    assert said.out + said.err == ""


def test_a_page_goes_whole_though_ctrl_c_comes_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[object] = []
    close = Stage.close

    def pressing(stage: Stage) -> None:
        widget = stage.shown.widget
        widget.destroyed.connect(lambda: gone.append(1))
        close(stage)

    monkeypatch.setattr(Stage, "close", pressing)
    pressed_in(monkeypatch, Stage, "encode")
    with application(), pytest.raises(KeyboardInterrupt):
        figure_of(snapshot(), FIGURE)
    assert gone


@pytest.mark.parametrize("method", ["resize", "set_focus"])
def test_what_is_interrupted_while_it_is_made_goes_whole_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, method: str
) -> None:
    with application() as app:
        figure_of(snapshot(), FIGURE)
        before = len(app.allWidgets())
        with monkeypatch.context() as patched:
            pressed_in(patched, Stage, method)
            with pytest.raises(KeyboardInterrupt):
                figure_of(snapshot(), FIGURE)
        with monkeypatch.context() as patched:
            pressed_in(patched, Stage, method)
            with pytest.raises(KeyboardInterrupt):
                write_film(tmp_path / "film.gif", _run(), Film("history", size=(640, 480)))
        gc.collect()
        assert len(app.allWidgets()) <= before


def test_a_film_that_is_interrupted_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    calls = pressed_in(monkeypatch, pg.AxisItem, "paint")
    film = Film("history", size=(640, 480), format="gif")
    with pytest.raises(KeyboardInterrupt):
        write_film(tmp_path / "film.gif", _run(), film)
    assert calls
    assert not list(tmp_path.iterdir())
    said = capfd.readouterr()
    assert said.out + said.err == ""
