from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import safetensors.numpy

from initviz import cli, tables
from initviz.cli.commands.table import EXAMPLES
from initviz.cli.epochs import epochs_of
from initviz.cli.status import BadInputError
from initviz.cli.training import recorded
from initviz.engine import probe, record, train
from initviz.experiment import Experiment
from initviz.recording import Epoch, Recording
from tests.interrupting import interrupted
from tests.make import data, lane

ROOT = Path(__file__).parents[1]
SMALL = Experiment(
    data=data("moons", samples=32),
    hidden=(8, 8),
    lanes=(lane("zeros"), lane("xavier_uniform")),
    epochs=3,
)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(SMALL)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with small.toml alone."""
    (tmp_path / "small.toml").write_text(SMALL.to_toml(), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(*words: str) -> int:
    return cli.main(["table", "small.toml", *words])


Refused = Callable[..., str]


@pytest.fixture
def refused(here: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    def main(*words: str) -> str:
        assert table(*words) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert "Traceback" not in said.err
        assert [path.name for path in here.iterdir()] == ["small.toml"]
        return said.err

    return main


# ---- which epochs ----


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last", [6]),
        ("all", [0, 1, 2, 3, 4, 5, 6]),
        ("0", [0]),
        ("4", [4]),
        ("2:4", [2, 3, 4]),
        ("0:6:3", [0, 3, 6]),
        ("1:6:2", [1, 3, 5]),
        ("4:", [4, 5, 6]),
        (":2", [0, 1, 2]),
        ("::2", [0, 2, 4, 6]),
        (":", [0, 1, 2, 3, 4, 5, 6]),
        ("3:3", [3]),
        ("0:6:100", [0]),
    ],
)
def test_epochs_are_written_as_numbers_words_and_ranges(text: str, expected: list[int]) -> None:
    assert epochs_of(text, 6) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write a number, last, all or A:B:S"),
        ("first", "write a number, last, all or A:B:S"),
        ("-1", "write a number, last, all or A:B:S"),
        ("1:2:3:4", "write a number, last, all or A:B:S"),
        ("1.5", "write a number, last, all or A:B:S"),
        ("٣", "write a number, last, all or A:B:S"),
        ("7", "there are epochs 0 to 6"),
        ("0:7", "there are epochs 0 to 6"),
        ("7:", "there are epochs 0 to 6"),
        ("4:2", "write 2:4"),
        ("0:6:0", "write 1 or more"),
    ],
)
def test_what_names_no_epochs_is_refused_with_the_cure(text: str, words: str) -> None:
    with pytest.raises(BadInputError, match=r"^--epoch: ") as raised:
        epochs_of(text, 6)
    assert words in str(raised.value)


# ---- what is written ----


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], lambda r: tables.scalars(r)),
        (["--epoch", "1:3:2"], lambda r: tables.scalars(r, [1, 3])),
        (
            ["--what", "layers"],
            lambda r: tables.layers(r, None, [probe(r, epoch) for epoch in range(4)]),
        ),
        (["--what", "layers", "--epoch", "2"], lambda r: tables.layers(r, [2], [probe(r, 2)])),
        (["--what", "findings"], lambda r: tables.findings([probe(r, 3)])),
        (
            ["--what", "findings", "--epoch", "0:1"],
            lambda r: tables.findings([probe(r, 0), probe(r, 1)]),
        ),
    ],
)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_table_is_that_of_the_recording(
    here: Path,
    recording: Recording,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    expected: Callable[[Recording], pl.DataFrame],
    form: str,
) -> None:
    assert table(*words, "--format", form) == 0

    what = words[1] if "--what" in words else "scalars"
    path = here / "initviz-out" / f"small-{what}.{form}"
    assert capsys.readouterr().out == f"{path.relative_to(here)}\n"
    buffer = io.BytesIO()
    tables.write_table(expected(recording), buffer, form)
    if form == "csv":
        assert path.read_bytes() == buffer.getvalue()
    else:
        assert pl.read_parquet(path).equals(pl.read_parquet(buffer.getvalue()))


@pytest.mark.slow
def test_standard_output_gets_the_table_and_nothing_else(here: Path, recording: Recording) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "table", "small.toml", "--out", "-"],
        capture_output=True, cwd=here, timeout=50, check=True, env={**os.environ,
        "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    buffer = io.BytesIO()
    tables.write_table(tables.scalars(recording), buffer, "csv")
    assert done.stdout == buffer.getvalue()
    assert [path.name for path in here.iterdir()] == ["small.toml"]


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_failure(here: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "table", "small.toml", "--out", "-", "--quiet"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    assert program.stderr.read() == b""
    assert program.wait(timeout=40) == 0
    program.stderr.close()


@pytest.mark.parametrize("out", ["deep/er/mine.parquet", "deep/er/MINE.PARQUET"])
def test_the_ending_of_the_file_tells_the_format(
    here: Path, recording: Recording, out: str
) -> None:
    assert table("--out", out, "--quiet") == 0
    assert pl.read_parquet(here / out).equals(tables.scalars(recording))


def test_quiet_says_nothing(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert table("--quiet") == 0
    assert capfd.readouterr() == ("", "")


def test_weights_are_a_file_for_each_epoch(here: Path, recording: Recording) -> None:
    assert table("--what", "weights", "--epoch", "0:3:3", "--out", "there") == 0

    names = ["small-weights-epoch-000.safetensors", "small-weights-epoch-003.safetensors"]
    assert sorted(path.name for path in (here / "there").iterdir()) == names
    for epoch, name in ((0, names[0]), (3, names[1])):
        found = safetensors.numpy.load_file(here / "there" / name)
        expected = tables.weights(recording, epoch)
        assert found.keys() == expected.keys()
        assert all(np.array_equal(found[key], expected[key]) for key in expected)


def test_weights_of_one_lane_can_go_into_one_file(here: Path, recording: Recording) -> None:
    assert table("--what", "weights", "--lane", "2", "--out", "mine.npz") == 0
    with np.load(here / "mine.npz", allow_pickle=False) as file:
        expected = tables.weights(recording, 3, 1)
        assert set(file) == set(expected)
        assert all(np.array_equal(file[key], expected[key]) for key in expected)


def test_training_goes_no_further_than_what_is_asked_for(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []

    def note(experiment: Experiment, *, epochs: int) -> Iterator[Epoch]:
        trained.append(epochs)
        return train(experiment, epochs=epochs)

    monkeypatch.setattr("initviz.engine.train", note)
    assert table("--epoch", "1", "--quiet") == 0
    assert trained == [1]


def test_a_lesson_and_a_table_of_ones_own_are_understood(here: Path) -> None:
    (here / "own.csv").write_text(
        "x,y,kind\n" + "".join(f"{i},{i * i % 7},{'ab'[i % 2]}\n" for i in range(40))
    )
    words = ["--epoch", "0", "--quiet"]
    assert cli.main(["table", "zeros", *words]) == 0
    assert cli.main(["table", "--csv", "own.csv", *words]) == 0
    names = ["own-scalars.csv", "zeros-scalars.csv"]
    assert sorted(path.name for path in (here / "initviz-out").iterdir()) == names


@pytest.mark.parametrize("example", re.findall(r"initviz table (.*?)(?:  .*)?$", EXAMPLES, re.M))
def test_the_examples_of_the_help_are_understood(
    here: Path, monkeypatch: pytest.MonkeyPatch, example: str
) -> None:
    asked = []
    monkeypatch.setattr(
        "initviz.cli.commands.table._write", lambda request, quiet: asked.append(request) or []
    )
    assert cli.main(["table", *example.split()]) == 0
    assert len(asked) == 1


# ---- what is refused ----


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (["--format", "npz"], "write csv or parquet"),
        (["--what", "weights", "--format", "csv"], "write safetensors or npz"),
        (["--what", "weights", "--out", "mine.csv"], "write safetensors or npz"),
        (["--out", "mine.csv", "--format", "parquet"], "leave --format out"),
        (["--what", "weights", "--epoch", "all", "--out", "mine.npz"], "write a folder"),
        (["--what", "weights", "--epoch", "all", "--out", "-"], "write a folder"),
        (["--lane", "1"], "goes with --what weights"),
        (["--what", "weights", "--lane", "3"], "has initialisations 1 to 2"),
        (["--what", "weights", "--lane", "0"], "has initialisations 1 to 2"),
        (["--epoch", "9"], "there are epochs 0 to 3"),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_cure(
    refused: Refused, words: list[str], cure: str
) -> None:
    assert cure in refused(*words)


@pytest.mark.parametrize("form", ["parquet", "safetensors"])
def test_a_screen_is_spared_bytes(
    refused: Refused, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    what = "layers" if form == "parquet" else "weights"
    assert "write > FILE" in refused("--what", what, "--format", form, "--out", "-")


def test_nothing_to_write_of_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["table"]) == 2
    assert "write a lesson, a TOML file or --csv FILE" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["weights", "findings"])
def test_weights_that_did_not_fit_into_memory_are_refused_and_layers_have_the_rest(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    thinned = partial(recorded, budget=2 * SMALL.parameter_count * 4 * 2)
    monkeypatch.setattr("initviz.cli.commands.table.recorded", thinned)
    assert table("--what", what, "--epoch", "all") == 2
    assert "the weights of epoch 1 did not fit" in capsys.readouterr().err
    assert list((here / "initviz-out").iterdir()) == []

    assert table("--what", "layers", "--out", "-") == 0
    rows = pl.read_csv(capsys.readouterr().out.encode()).filter(pl.col("lane") == 1)
    known = rows.filter(pl.col("symmetry").is_not_null())["epoch"].unique(maintain_order=True)
    assert known.to_list() == [0, 3]
    assert rows["weight_norm"].null_count() == 0


def test_a_folder_that_is_a_file_ends_with_1(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "taken").write_text("")
    assert table("--out", "taken") == 1
    said = capsys.readouterr().err
    assert said.startswith("initviz: ")
    assert "taken" in said


@pytest.mark.parametrize("words", [[], ["--what", "weights", "--format", "npz"]])
def test_ctrl_c_leaves_the_old_file_and_no_half_one(
    here: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    name = "old.npz" if words else "old.csv"
    (here / name).write_bytes(b"the old one")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("initviz.whole.os.replace", interrupt)
    assert table(*words, "--out", name) == 130
    assert (here / name).read_bytes() == b"the old one"
    assert sorted(path.name for path in here.iterdir()) == [name, "small.toml"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_the_training_without_a_traceback(here: Path) -> None:
    (here / "small.toml").write_text(SMALL.replace(epochs=1_000_000).to_toml(), "utf-8")
    program = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "table", "small.toml"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    while not (here / "initviz-out").exists():  # made right before the training begins
        assert program.poll() is None
    said = interrupted(program)

    assert program.returncode == 130
    assert "initviz: interrupted" in said[1]
    assert "Traceback" not in said[1]
    assert list((here / "initviz-out").iterdir()) == []
