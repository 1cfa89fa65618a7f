from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

import initviz
from initviz import cli
from initviz.catalog.lessons import LESSONS
from initviz.experiment import Experiment
from initviz.snapshot import Snapshot
from initviz.views.page import PAGES
from initviz.views.style import DARK, LIGHT
from tests.interrupting import interrupted
from tests.make import data

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).parent.parent
SMALL = Experiment(data=data("moons", samples=32), hidden=(8, 8), epochs=3)
LIGHT_ONLY = """
import sys
from initviz.cli import main
for words in (
    ["--version"], ["--help"], ["render", "--help"], ["table", "--help"], ["list"],
    ["list", "datasets", "--json"], ["nonsense"],
):
    try:
        status = main(words)
    except SystemExit as exit:
        status = exit.code
    heavy = [name for name in ("torch", "PySide6", "sklearn", "rich") if name in sys.modules]
    print("then", words[0], status, heavy)
"""


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run main.py in a process of its own."""
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *words],
        capture_output=True, text=True, cwd=cwd, timeout=50, check=False, env=bare(**environment),
    )  # fmt: skip


def bare(**more: str) -> dict[str, str]:
    """An environment without a display, and without what the tests have put into theirs."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.to_toml(), "utf-8")
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], here: Path) -> Refused:
    """``refused("render", "nonsense")``: what is said on exit status 2, and nothing is done."""

    def main(*words: str) -> str:
        assert cli.main(words) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("initviz: ")
        assert "Traceback" not in said.err
        assert list(here.iterdir()) == []
        return said.err

    return main


def test_what_needs_no_network_imports_neither_torch_nor_qt(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT_ONLY],
        capture_output=True, text=True, cwd=tmp_path, timeout=50, check=True, env=bare(),
    )  # fmt: skip
    ends = [line for line in done.stdout.splitlines() if line.startswith("then ")]
    assert ends == [
        "then --version 0 []", "then --help 0 []", "then render 0 []", "then table 0 []",
        "then list 0 []", "then list 0 []", "then nonsense 2 []",
    ]  # fmt: skip


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"initviz {initviz.__version__}\n"


def test_the_help_shows_every_command_by_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("initviz render", "initviz list", "--version"))


def test_the_help_of_render_explains_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["render", "--help"])
    said = capsys.readouterr().out
    assert all(o in said for o in ("--epoch", "--theme", "--size", "--scale", "--out"))


# --- what cannot be done ----------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], ["render"]])
def test_an_unknown_lesson_is_refused_with_those_there_are(
    refused: Refused, command: list[str]
) -> None:
    said = refused(*command, "nonsense")
    assert '"nonsense"' in said
    assert all(name in said for name in LESSONS)


@pytest.mark.parametrize("command", [[], ["render"]])
def test_a_missing_file_is_refused(refused: Refused, command: list[str]) -> None:
    assert "missing.toml: there is no such file" in refused(*command, "missing.toml")


@pytest.mark.parametrize("command", [[], ["render"]])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"this is [not toml", "not a TOML file"),
        (b'activation = "wobbly"', '"wobbly" is not known'),
        (b"epochs = 0\nseed = -1", "out of range"),
        (b"wobble = 3", 'there is no field "wobble"'),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_bad_file_is_refused_with_the_cure(
    refused: Refused, tmp_path: Path, command: list[str], content: bytes, words: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    said = refused(*command, str(path))
    assert "bad.toml: " in said
    assert words in said


def test_a_folder_is_no_experiment(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    assert "directory; choose a file" in refused("render", str(tmp_path / "folder.toml"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--size", "large"], "write one like 1280x800"),
        (["--size", "1280"], "write one like 1280x800"),
        (["--size", "10x10"], "choose 600x460 to 8000x8000"),
        (["--size", "9000x800"], "choose 600x460 to 8000x8000"),
        (["--epoch", "-1"], "write a number, last, all or A:B:S"),
        (["--epoch", "first"], "write a number, last, all or A:B:S"),
        (["--epoch", "4"], "there are epochs 0 to 3"),
    ],
)
def test_an_option_out_of_range_is_refused_with_the_cure(
    refused: Refused, small: Path, options: list[str], words: str
) -> None:
    # argparse takes "--epoch -1" for an option of its own.
    assert words in refused("render", str(small), "=".join(options))


@pytest.mark.parametrize("words", [["render", "--wobble"], ["--wobble"]])
def test_words_that_mean_nothing_end_with_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert "usage: initviz" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--scale", "3"], ["--theme", "pink"]])
def test_a_choice_that_is_not_offered_ends_with_2(options: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["render", "zeros", *options])
    assert ended.value.code == 2


# --- render -----------------------------------------------------------------------------------


def test_render_draws_every_page_of_the_last_epoch(
    qapp: object, here: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["render", str(small), "--size", "800x500"]) == 0

    names = [f"small-{page}-epoch-003.png" for page in PAGES]
    assert sorted(path.name for path in (here / "initviz-out").iterdir()) == sorted(names)
    assert capsys.readouterr().out.splitlines() == [f"initviz-out/{name}" for name in names]
    image = QImage(str(here / "initviz-out" / names[0]))
    assert (image.width(), image.height()) == (1600, 1000)
    assert image.pixelColor(0, 0) == QColor(DARK.window)


def test_render_obeys_its_options(qapp: object, here: Path, small: Path) -> None:
    options = ["--epoch", "1", "--theme", "light", "--size", "800x500", "--scale", "1"]
    assert cli.main(["render", str(small), *options, "--out", "a/b"]) == 0

    image = QImage(str(here / "a" / "b" / "small-overview-epoch-001.png"))
    assert (image.width(), image.height()) == (800, 500)
    assert image.pixelColor(0, 0) == QColor(LIGHT.window)


@pytest.mark.parametrize("epoch", [0, 1, 3])
def test_render_trains_no_further_than_it_draws_and_keeps_the_experiments_own_goal(
    qapp: object,
    here: Path,
    small: Path,
    monkeypatch: pytest.MonkeyPatch,
    epoch: int,
) -> None:
    from initviz.export.render import Stage

    drawn: list[Snapshot] = []
    monkeypatch.setattr(Stage, "show", lambda _, snapshot: drawn.append(snapshot))
    assert cli.main(["render", str(small), "--epoch", str(epoch)]) == 0

    assert len(drawn) == len(PAGES)
    for snapshot in drawn:
        assert snapshot.epoch == epoch
        assert len(snapshot.history.train_loss) == max(epoch, 1) + 1
        assert snapshot.experiment == SMALL  # its axes go on to the goal of the whole experiment


def test_render_draws_several_experiments(qapp: object, here: Path, small: Path) -> None:
    other = small.with_name("other.toml")
    other.write_text(SMALL.replace(seed=2).to_toml(), "utf-8")
    options = ["--epoch", "0", "--size", "760x480", "--scale", "1"]
    assert cli.main(["render", str(small), str(other), *options]) == 0

    names = {path.name for path in (here / "initviz-out").iterdir()}
    assert names == {f"{name}-{page}-epoch-000.png" for name in ("small", "other")
                     for page in PAGES}  # fmt: skip


def test_an_out_folder_that_is_a_file_ends_with_1(
    qapp: object, here: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "taken").write_text("")
    assert cli.main(["render", str(small), "--out", "taken"]) == 1

    said = capsys.readouterr().err
    assert said.startswith("initviz: ")
    assert "taken" in said
    assert "Traceback" not in said


def test_a_device_that_is_not_there_ends_with_1(
    qapp: object, here: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a graphics card")
    small.write_text(SMALL.replace(device="cuda").to_toml(), "utf-8")
    assert cli.main(["render", str(small)]) == 1
    assert "initviz: " in capsys.readouterr().err


def test_an_interrupted_render_says_so_and_leaves_no_half_file(
    qapp: object,
    here: Path,
    small: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("initviz.whole.os.replace", interrupt)
    assert cli.main(["render", str(small), "--size", "760x480"]) == 130

    assert "interrupted" in capsys.readouterr().err
    assert list((here / "initviz-out").iterdir()) == []


# --- the window -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], None),
        (["zeros"], LESSONS["zeros"].experiment),
        (["1"], next(iter(LESSONS.values())).experiment),
        (["02-zeros.toml"], LESSONS["zeros"].experiment),
        (["small.toml"], SMALL),
    ],
    ids=str,
)
def test_the_window_opens_on_what_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, small: Path, words: list[str], expected: Experiment | None
) -> None:
    from initviz.app import start

    opened: list[Experiment | None] = []

    def open_window(experiment: Experiment | None) -> int:
        opened.append(experiment)
        return 0

    monkeypatch.chdir(small.parent)
    monkeypatch.setattr("initviz.display.has_display", lambda: True)
    monkeypatch.setattr(start, "run", open_window)
    assert cli.main(words) == 0
    assert opened == [expected]


@pytest.mark.slow
def test_without_a_display_pictures_are_drawn_instead(tmp_path: Path, small: Path) -> None:
    done = run(str(small), cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    first, *paths = done.stdout.splitlines()
    assert "no display" in first
    assert "initviz-out/" in first
    names = [f"small-{page}-epoch-{epoch:03d}.png" for page in PAGES for epoch in (0, 3)]
    assert paths == [f"initviz-out/{name}" for name in names]
    assert sorted(p.name for p in (tmp_path / "initviz-out").iterdir()) == sorted(names)
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_a_render_without_a_traceback(tmp_path: Path, small: Path) -> None:
    small.write_text(SMALL.replace(epochs=1_000_000).to_toml(), "utf-8")
    program = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "render", str(small)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=bare(),
    )  # fmt: skip
    assert program.stderr is not None
    folder = tmp_path / "initviz-out"
    while not folder.exists():  # made right before the training begins
        assert program.poll() is None
    said = interrupted(program)

    assert program.returncode == 130
    assert "initviz: interrupted" in said[1]
    assert "Traceback" not in said[1]
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX device")
@pytest.mark.parametrize("command", ["render", "table"])
def test_a_device_is_no_folder_to_write_into(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, "zeros", "--epoch", "0", "-o", "/dev/full"]) == 1
    assert "(File exists; it is no folder; choose one, or another name)" in capsys.readouterr().err


# ---- data of one's own ----


def table(folder: Path, gap: str = "") -> Path:
    path = folder / "own.csv"
    rows = "".join(f"{i},{i * i % 7},{'ab'[i % 2]}\n" for i in range(40))
    path.write_text(f"x,y,kind\n{gap}{rows}")
    return path


def test_render_without_anything_to_render_says_what_to_write(refused: Refused) -> None:
    assert "write a lesson, a TOML file or --csv FILE" in refused("render")


@pytest.mark.parametrize("form", ["option", "word"])
def test_a_table_is_trained_on_and_drawn(tmp_path: Path, form: str) -> None:
    path, out = table(tmp_path), tmp_path / "out"
    what = ["--csv", str(path)] if form == "option" else [str(path)]
    assert cli.main(["render", *what, "--target", "kind", "--epoch", "1", "--out", str(out)]) == 0
    wanted = {f"own-{page}-epoch-001.png" for page in PAGES}
    assert {file.name for file in out.iterdir()} == wanted


def test_what_is_wrong_with_a_table_is_said_with_the_cure(tmp_path: Path, refused: Refused) -> None:
    path = str(table(tmp_path))
    assert 'there is no column "z"; it has "x"' in refused("render", "--csv", path, "--target", "z")
    assert "--target: goes with a table" in refused("render", "zeros", "--target", "z")
    assert "cannot be read" in refused("render", "--csv", str(tmp_path / "none.csv"))
    gapped = str(table(tmp_path, ",1,a\n"))
    said = refused("render", "--csv", gapped)
    assert 'line 2, column "x"' in said
    assert "write --drop-missing" in said


def test_rows_with_gaps_are_left_out_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = table(tmp_path, ",1,a\n"), tmp_path / "out"
    words = ["render", "--csv", str(path), "--drop-missing", "--epoch", "0", "--out", str(out)]
    assert cli.main(words) == 0
    assert "1 row with missing values left out" in capsys.readouterr().err


def test_a_reader_that_stops_early_is_no_error() -> None:
    code = "from initviz.cli import main; raise SystemExit(main(['list']))"
    reading, writing = os.pipe()
    os.close(reading)  # as head does when it has enough
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=pipe, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == ""
