"""initviz render: which pictures, and that nothing is trained or computed in vain."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from initviz import cli
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.export.figure import FORMATS
from initviz.parts import Part

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SMALL = Experiment(
    data=DataSettings(values={"samples": 32}),
    hidden=(4,),
    lanes=tuple(Lane(scheme=scheme) for scheme in ("zeros", "uniform", "xavier_uniform")),
    batch_size=16,
    epochs=4,
)
Render = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def in_its_own_folder(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(SMALL.to_toml(), "utf-8")


@pytest.fixture
def render(capsys: pytest.CaptureFixture[str]) -> Render:
    """``render(words)``: the files that are named when it is done."""

    def run(*words: str) -> list[str]:
        assert cli.main(["render", "small.toml", *words]) == 0
        return capsys.readouterr().out.splitlines()

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """``refused(words)``: what is said on exit status 2, with nothing written."""

    def run(*words: str) -> str:
        assert cli.main(["render", "small.toml", *words]) == 2
        assert [it.name for it in Path().iterdir()] == ["small.toml"]
        return capsys.readouterr().err

    return run


def test_views_of_several_epochs_and_some_lanes_are_drawn(render: Render) -> None:
    files = render("--view", "history,gradients", "--epoch", "0:4:2", "--lanes", "1,3",
                   "--format", "svg", "--out", "out")  # fmt: skip

    assert files == [f"out/small-{view}-lanes-1-3-epoch-{epoch:03d}.svg"
                     for view in ("history", "gradients") for epoch in (0, 2, 4)]  # fmt: skip
    assert all(Path(file).read_bytes().startswith(b"<?xml") for file in files)


@pytest.mark.parametrize("form", FORMATS)
def test_the_ending_of_the_file_tells_the_format(render: Render, form: str) -> None:
    assert render("--view", "history", "--out", f"a/loss.{form}") == [f"a/loss.{form}"]

    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[form]
    assert Path(f"a/loss.{form}").read_bytes().startswith(begins)


def test_a_width_on_paper_and_its_dpi_give_the_pixels(render: Render) -> None:
    render("--view", "history", "--size", "85mm", "--dpi", "150", "--theme", "paper",
           "--ground", "transparent", "--out", "loss.png")  # fmt: skip
    image = QImage("loss.png")

    assert image.width() == round(85 / 25.4 * 150)
    assert image.pixelColor(1, image.height() - 2).alpha() == 0
    assert image.dotsPerMeterX() == round(150 / 0.0254)


def test_quiet_says_nothing(render: Render, capsys: pytest.CaptureFixture[str]) -> None:
    assert render("--view", "history", "--quiet") == []
    assert capsys.readouterr().err == ""
    assert Path("initviz-out/small-history-epoch-004.png").exists()


def test_only_the_parts_that_are_drawn_are_computed(
    render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    import initviz.engine

    wanted: list[frozenset[Part]] = []
    probe = initviz.engine.probe

    def watched(recording: object, epoch: int, what: object) -> object:
        wanted.append(what.parts)  # type: ignore[attr-defined]
        assert recording.last == 2  # type: ignore[attr-defined]
        return probe(recording, epoch, what)  # type: ignore[arg-type]

    monkeypatch.setattr(initviz.engine, "probe", watched)
    render("--view", "boundary", "--epoch", "1:2")

    assert wanted == [frozenset({Part.BOUNDARY})] * 2


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (
            ["--view", "boundry"],
            'no view "boundry"; did you mean "boundary"? choose from boundary, activations',
        ),
        (["--page", "history"], 'no page "history"; choose from overview, neurons, weights'),
        (["--page", "overview", "--size", "85mm"], "choose 142x109 to"),
        (["--size", "85"], "write one like 1280x800, 85mm or 170x120mm"),
        (["--size", "170mm", "--scale", "2"], "write --dpi instead"),
        (["--dpi", "300"], "write --size in mm, or --scale"),
        (["--size", "170mm", "--dpi", "9000"], "write 36 to 1200"),
        (["--lanes", "4"], "they are 1 to 3"),
        (["--lanes", "a"], "write numbers like 1,3 or 2-4"),
        (["--theme", "dark", "--ground", "white"], "choose light or paper"),
        (["--out", "all.pdf"], "is one file for 3 pictures"),
        (["--view", "history", "--out", "a.pdf", "--format", "svg"], "leave out --format"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_cure(
    refused: Callable[..., str], words: list[str], cure: str
) -> None:
    assert cure in refused(*words)


def test_an_interrupt_leaves_no_half_vector(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("initviz.whole.os.replace", interrupt)
    words = ["--view", "history", "--out", "loss.pdf", "--quiet"]
    assert cli.main(["render", "small.toml", *words]) == 130
    assert [it.name for it in Path().iterdir()] == ["small.toml"]


def test_the_examples_of_the_help_are_understood() -> None:
    from initviz.cli.commands import render as command

    lines = re.findall(r"initviz render (.*?)(?:  +|$)", command.EXAMPLES, re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        options = command.parser().parse_args(line.split())
        assert command._figures(options)


def test_files_of_the_same_name_would_overwrite_one_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("other").mkdir()
    Path("other/small.toml").write_text(SMALL.to_toml(), "utf-8")
    assert cli.main(["render", "small.toml", "other/small.toml"]) == 2
    assert '"small" is the name of two' in capsys.readouterr().err
