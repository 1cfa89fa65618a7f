"""initviz render --format mp4 or gif: which films, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import av
import pytest
from PIL import Image

from initviz import cli
from tests.test_cli_render import SMALL

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def in_its_own_folder(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(SMALL.to_toml(), "utf-8")


def test_the_ending_of_a_file_asks_for_a_film(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--view", "history", "--size", "320x240", "--rate", "20", "--out", "film.mp4")
    assert cli.main(["render", "small.toml", *words]) == 0

    assert capsys.readouterr().out.splitlines() == ["film.mp4"]
    with av.open("film.mp4") as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert (stream.width, stream.height) == (320, 240)
        assert stream.average_rate == 20
        assert sum(1 for _ in container.decode(stream)) == SMALL.epochs + 1


def test_some_lanes_and_epochs_are_filmed_into_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--view", "history", "--size", "320x240", "--format", "gif", "--lanes", "1,3")
    assert cli.main(["render", "small.toml", *words, "--epoch", "0:4:2", "--out", "films"]) == 0

    path = Path("films/small-history-lanes-1-3.gif")
    assert capsys.readouterr().out.splitlines() == [str(path)]
    with Image.open(path) as film:
        assert film.n_frames == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "mp4", "--epoch", "3"], "a film shows several epochs"),
        (["--format", "gif", "--rate", "51"], "write 1 to 50 for gif"),
        (["--format", "mp4", "--rate", "0"], "write 1 to 60 for mp4"),
        (["--rate", "3"], "--rate: goes with a film"),
        (["--out", "x.mp4"], "one file for 3 films"),
        (["--view", "history", "--format", "mp4", "--size", "85mm"], "a film has pixels"),
        (["--format", "gif", "--size", "5000x3000"], "5000x3000 is out of range"),
        (["--view", "history", "--format", "mp4", "--theme", "light", "--ground", "white"],
         "--ground: goes with pictures"),
    ],
)  # fmt: skip
def test_what_cannot_be_filmed_is_refused_before_anything_is_trained(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert cli.main(["render", "small.toml", *words]) == 2

    assert said in capsys.readouterr().err
    assert [entry.name for entry in Path().iterdir()] == ["small.toml"]


def test_an_interrupted_film_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("initviz.export.film.Frames.frame", interrupt)
    words = ["--view", "history", "--size", "320x240", "--out", "film.gif"]
    assert cli.main(["render", "small.toml", *words]) == 130
    assert [entry.name for entry in Path().iterdir()] == ["small.toml"]
