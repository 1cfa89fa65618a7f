from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from initviz import cli
from initviz.engine import record
from initviz.experiment import Experiment, Lane
from initviz.recording import Recording
from initviz.runfile import open_run, save_run
from tests.make import data
from tests.runfile.runs import same

ROOT = Path(__file__).parents[2]
SMALL = Experiment(
    data=data("moons", samples=32),
    hidden=(8, 8),
    lanes=(Lane(scheme="zeros"), Lane(name="[red]two")),
    epochs=3,
)
DIVERGING = SMALL.replace(
    data=data("salary"), activation="relu", learning_rate=1e6, optimiser="momentum"
)
LIGHT_ONLY = """
import sys
from initviz.cli import main
try:
    main(["train", "--help"])
except SystemExit:
    print([name for name in ("torch", "PySide6", "sklearn", "rich") if name in sys.modules])
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An experiment's file, in the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(SMALL.to_toml(), "utf-8")
    return "small.toml"


Said = pytest.CaptureFixture[str]


def trained(said: Said, *words: str, status: int = 0) -> Any:
    """What ``initviz train ... --json`` prints."""
    assert cli.main(["train", *words, "--json", "--quiet"]) == status
    out, err = said.readouterr()
    assert err == ""
    return json.loads(out)


def test_the_final_losses_and_scores_are_printed(small: str, capsys: Said) -> None:
    assert cli.main(["train", small]) == 0
    said = capsys.readouterr().out

    scalars = record(SMALL).scalars()
    for name in ("after 3 epochs", "Zeros", "[red]two", "train loss", "test score"):
        assert name in said
    for table in (scalars.train_loss, scalars.test_loss):
        assert all(f"{loss:.5g}" in said for loss in table[-1])
    assert "diverged" not in said
    assert os.listdir() == ["small.toml"]


def test_json_has_the_figures_of_every_lane(small: str, capsys: Said) -> None:
    figures = trained(capsys, small)

    scalars = record(SMALL).scalars()
    assert figures["name"] == "small"
    assert figures["epochs"] == 3
    assert figures["file"] is None
    for k, lane in enumerate(figures["lanes"]):
        assert lane["scheme"] == SMALL.lanes[k].scheme
        assert lane["diverged_at"] is None
        for name in ("train_loss", "test_loss", "train_score", "test_score"):
            assert lane[name] == getattr(scalars, name)[-1][k]


def test_quiet_says_nothing(small: str, capsys: Said) -> None:
    assert cli.main(["train", small, "--quiet", "-o", "run"]) == 0
    assert capsys.readouterr() == ("", "")
    assert Path("run.initviz").exists()


def test_settings_and_epochs_are_obeyed(small: str, capsys: Said) -> None:
    settings = ["--set", "activation=relu", "--set", "lanes.1.scheme=he_normal", "--epochs", "2"]
    figures = trained(capsys, small, *settings, "-o", "run.initviz")

    wanted = SMALL.with_lane(0, Lane(scheme="he_normal", colour=0)).replace(
        activation="relu", epochs=2
    )
    assert figures["epochs"] == 2
    assert same(open_run(Path("run.initviz")), record(wanted))


@pytest.mark.parametrize(
    ("name", "file"),
    [("run", "run.initviz"), ("run.initviz", "run.initviz"), ("v1.2", "v1.2.initviz")],
)
def test_the_run_is_kept_under_its_name(small: str, capsys: Said, name: str, file: str) -> None:
    Path(file).write_text("something older")
    assert cli.main(["train", small, "-o", name]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == file
    assert same(open_run(Path(file)), record(SMALL))
    assert sorted(os.listdir()) == sorted(["small.toml", file])


def test_a_run_file_is_trained_on(small: str, capsys: Said) -> None:
    trained(capsys, small, "-o", "run")
    assert trained(capsys, "run.initviz", "--epochs", "6", "-o", "run")["epochs"] == 6

    assert same(open_run(Path("run.initviz")), record(SMALL.replace(epochs=6)))


def test_a_run_file_is_not_made_shorter(small: str, capsys: Said) -> None:
    trained(capsys, small, "-o", "run.initviz")
    before = Path("run.initviz").read_bytes()
    assert cli.main(["train", "run.initviz", "--epochs", "1", "-o", "run.initviz"]) == 2

    assert "run has 3 epochs already; write 3 or more" in capsys.readouterr().err
    assert Path("run.initviz").read_bytes() == before


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_run_of_a_machine_that_counts_differently_is_told(
    small: str, capsys: Said, caplog: pytest.LogCaptureFixture, elsewhere: bool
) -> None:
    recording = record(SMALL)
    if elsewhere:
        last = recording.last
        recording._kept[last] = recording._kept[last] * np.float32(1 + 1e-6)
    save_run(recording, Path("run.initviz"))
    trained(capsys, "run.initviz", "--epochs", "4")

    assert ("slightly other weights" in caplog.text) == elsewhere


def test_a_run_file_that_is_changed_begins_anew(small: str, capsys: Said) -> None:
    trained(capsys, small, "-o", "run")
    figures = trained(capsys, "run.initviz", "--set", "seed=5")

    assert (
        figures["lanes"][1]["train_loss"]
        == (record(SMALL.replace(seed=5)).scalars().train_loss[-1][1])
    )


def test_what_is_recorded_is_not_trained_again(
    small: str, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(capsys, small, "-o", "run")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr("initviz.engine.train", refuse)
    assert trained(capsys, "run.initviz")["epochs"] == 3


@pytest.mark.parametrize(("options", "status"), [([], 0), (["--fail-on", "diverged"], 1)])
def test_divergence_is_told_and_fails_where_asked(
    small: str, capsys: Said, options: list[str], status: int
) -> None:
    Path(small).write_text(DIVERGING.to_toml(), "utf-8")
    lanes = trained(capsys, small, *options, "-o", "run", status=status)["lanes"]

    diverged = record(DIVERGING).diverged_at()
    assert [lane["diverged_at"] for lane in lanes] == [int(at) if at >= 0 else None
                                                       for at in diverged]  # fmt: skip
    assert lanes[1]["diverged_at"] is not None
    assert lanes[1]["train_loss"] is None  # JSON has no NaN
    assert np.array_equal(open_run(Path("run.initviz")).diverged_at(), diverged)
    assert cli.main(["train", small, *options]) == status
    assert "at epoch" in capsys.readouterr().out


def test_nothing_fails_that_has_not_diverged(small: str, capsys: Said) -> None:
    trained(capsys, small, "--fail-on", "diverged")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "write one lesson, file or --csv FILE"),
        (["nonsense"], '"nonsense"'),
        (["missing.toml"], "there is no such file"),
        (["missing.initviz"], "missing.initviz: cannot be read"),
        (["small.toml", "--set", "hiden=3"], "did you mean hidden?"),
        (["small.toml", "--epochs", "many"], '--epochs: Epochs: "many" is not a number'),
        (["small.toml", "--epochs", "-3"], "initviz: --epochs: Epochs: -3 is out of range"),
        (["small.toml", "--epochs", ""], "--epochs: Epochs: is empty"),
        (["."], "initviz: .: is a folder; write the name of a file"),
        (["small.toml", "-o", "no/such/run"], "there is no folder no/such"),
        (["small.toml", "-o", "folder.initviz"], "is a folder"),
        (["small.toml", "--target", "y"], "--target: goes with a table"),
    ],
    ids=str,
)
def test_bad_input_ends_with_2_before_anything_is_trained(
    small: str, capsys: Said, words: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("folder.initviz").mkdir()
    monkeypatch.setattr("initviz.cli.commands.train.recorded", None)
    assert cli.main(["train", *words]) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""


def test_a_spoilt_run_file_ends_with_2(small: str, capsys: Said) -> None:
    save_run(record(SMALL), Path("run.initviz"))
    Path("run.initviz").write_bytes(Path("run.initviz").read_bytes()[:-30])
    assert cli.main(["train", "run.initviz"]) == 2
    assert "run.initviz: is no run file, or only a part of one" in capsys.readouterr().err


def test_a_device_that_is_not_there_ends_with_1(small: str, capsys: Said) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a graphics card")
    assert cli.main(["train", small, "--set", "device=cuda", "--quiet", "-o", "run"]) == 1
    assert "initviz: " in capsys.readouterr().err
    assert os.listdir() == ["small.toml"]


def test_a_full_disk_ends_with_1_and_no_half_file(
    small: str, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("initviz.whole.os.fsync", full)
    assert cli.main(["train", small, "--quiet", "-o", "run"]) == 1
    assert "run.initviz: not written (No space left on device; make room" in capsys.readouterr().err
    assert os.listdir() == ["small.toml"]


def test_an_interrupted_save_ends_with_130_and_leaves_the_old_file(
    small: str, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    Path("run.initviz").write_text("older")
    monkeypatch.setattr("initviz.whole.os.replace", interrupt)
    assert cli.main(["train", small, "--quiet", "-o", "run"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert Path("run.initviz").read_text() == "older"
    assert sorted(os.listdir()) == ["run.initviz", "small.toml"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_a_training_and_keeps_what_there_is(small: str, tmp_path: Path) -> None:
    code = (
        "import sys, initviz.cli.training as t\n"
        "from initviz.recording import Recording\n"
        "append = Recording.append\n"
        "def noted(self, epoch):\n"
        "    append(self, epoch)\n"
        "    print(epoch.number, flush=True)\n"
        "Recording.append = noted\n"
        "from initviz.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code, "train", small, "--epochs", "1000000", "-o", "run"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdout.readline() == "0\n"
    program.send_signal(signal.SIGINT)
    said = program.communicate(timeout=40)

    assert program.returncode == 130
    assert "initviz: interrupted" in said[1]
    assert "Traceback" not in said[1]
    kept = open_run(tmp_path / "run.initviz")
    assert f"interrupted after epoch {kept.last}; the run is kept" in said[1]
    assert (said[0].split() or ["0"])[-1] == str(kept.last)
    assert sorted(os.listdir(tmp_path)) == ["run.initviz", "small.toml"]


def test_how_a_table_is_read_is_said_unless_it_shall_be_quiet(small: str, capsys: Said) -> None:
    rows = "".join(f"2024-01-{i + 1},{i * i % 7},{i / 3:.2f}\n" for i in range(30))
    Path("own.csv").write_text(f"a,b,c\n{rows}")
    words = ["train", "own.csv", "--epochs", "1"]
    assert cli.main(words) == 0
    assert capsys.readouterr().err.splitlines()[0] == (
        "initviz: own.csv: a: 30 categories, b: number → 31 inputs; predicts c (number)"
    )
    assert cli.main([*words, "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_a_table_of_ones_own_travels_in_the_run_file(small: str, capsys: Said) -> None:
    rows = "".join(f"{i},{i * i % 7},{'ab'[i % 2]}\n" for i in range(40))
    Path("own.csv").write_text(f"x,y,kind\n{rows}")
    words = ["own.csv", "--target", "kind", "--epochs", "2", "-o", "own"]
    losses = trained(capsys, *words)["lanes"]

    again = trained(capsys, "own.initviz", "--epochs", "2")["lanes"]
    assert losses == again
    assert open_run(Path("own.initviz")).experiment.data.values["target"] == "kind"


def test_a_table_that_is_gone_ends_with_2(small: str, capsys: Said) -> None:
    values = {"path": str(Path("gone.csv").absolute()), "digest": "0" * 64}
    Path(small).write_text(SMALL.replace(data=data("csv", **values)).to_toml(), "utf-8")
    assert cli.main(["train", small, "--quiet"]) == 2
    assert "open the data again" in capsys.readouterr().err


def test_the_help_is_light_and_has_every_field(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT_ONLY], capture_output=True, text=True, cwd=tmp_path,
        timeout=50, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"
    for words in ("--set FIELD=VALUE", "--fail-on", "data.dataset", "lanes.N.scheme", "130"):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("call", "number", "said"),
    [
        ("open", 13, "Permission denied; choose another folder or name, or change its rights"),
        ("open", 30, "Read-only file system; choose another folder"),
        ("fsync", 28, "No space left on device; make room, or choose another disk"),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_is_trained(
    small: str, capsys: Said, monkeypatch: pytest.MonkeyPatch, call: str, number: int, said: str
) -> None:
    real = getattr(os, call)

    def refused(what: Any, *flags: Any, **more: Any) -> Any:
        if call == "open" and not flags[0] & os.O_CREAT:
            return real(what, *flags, **more)
        raise OSError(number, os.strerror(number))

    Path("run.initviz").write_text("older")
    with monkeypatch.context() as patched:
        patched.setattr(f"initviz.whole.os.{call}", refused)
        patched.setattr("initviz.cli.commands.train._keep", None)
        assert cli.main(["train", small, "-o", "run.initviz"]) == 1
    assert f"run.initviz: not written ({said})" in capsys.readouterr().err
    assert Path("run.initviz").read_text() == "older"


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX device")
def test_a_device_is_no_run_file_and_nothing_is_trained_for_it(
    small: str, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("initviz.cli.commands.train._keep", None)
    assert cli.main(["train", small, "-o", "/dev/full"]) == 1
    said = capsys.readouterr().err
    assert (
        said
        == "initviz: /dev/full: not written (Is a device or a pipe; choose the name of a file)\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_sigterm_keeps_the_run_so_far(
    small: str, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Recording.append

    def ended(self: Recording, epoch: Any) -> None:
        append(self, epoch)
        if epoch.number == 2:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(Recording, "append", ended)
    assert cli.main(["train", small, "--epochs", "50", "--quiet", "-o", "run"]) == 143
    assert "ended by SIGTERM after epoch 2; the run is kept: go on with" in capsys.readouterr().err
    assert open_run(Path("run.initviz")).last == 2


def test_a_write_protected_file_is_told_before_anything_is_trained(
    small: str, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("run.initviz").write_bytes(b"old")
    # Root may write all the same.
    monkeypatch.setattr("initviz.whole.os.access", lambda *_: False)
    monkeypatch.setattr("initviz.cli.commands.train._keep", None)
    assert cli.main(["train", small, "-o", "run.initviz"]) == 1
    assert "run.initviz: not written (It is write-protected" in capsys.readouterr().err
    assert Path("run.initviz").read_bytes() == b"old"


def test_ctrl_c_while_the_finished_run_is_written_loses_nothing(
    small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(recording: Recording, path: Path) -> None:
        signal.raise_signal(signal.SIGINT)
        save_run(recording, path)

    monkeypatch.setattr("initviz.runfile.save_run", pressed)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert cli.main(["train", small, "-o", "run.initviz", "--quiet"]) == 0
    finally:
        signal.signal(signal.SIGINT, before)
    assert open_run(Path("run.initviz")).last == SMALL.epochs
