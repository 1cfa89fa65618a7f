from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from initviz import cli
from initviz.catalog.datasets.own import SAMPLE
from initviz.catalog.lessons import LESSONS
from initviz.cli.commands.script import EXAMPLES
from initviz.experiment import Experiment
from initviz.script import write_script

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "initviz" / "catalog" / "datasets" / SAMPLE


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_lessons_script_is_printed_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["script", "zeros"]) == 0
    lesson = LESSONS["zeros"]
    assert capfd.readouterr().out == write_script(lesson.experiment, lesson.heading)


def test_an_experiments_script_is_written_to_a_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment = Experiment(seed=77)
    # Of the name of a lesson, which it is not.
    (here / "zeros.toml").write_text(experiment.to_toml(), "utf-8")
    assert cli.main(["script", "zeros.toml", "-o", "mine.py"]) == 0
    assert capsys.readouterr().out == "mine.py\n"
    assert (here / "mine.py").read_text("utf-8") == write_script(experiment, "zeros")
    assert sorted(path.name for path in here.iterdir()) == ["mine.py", "zeros.toml"]


def test_fields_are_set(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["script", "zeros", "--set", "seed=7", "--set", "precision=float64"]) == 0
    changed = LESSONS["zeros"].experiment.replace(seed=7, precision="float64")
    assert capfd.readouterr().out == write_script(changed, "zeros")


def test_a_table_of_ones_own_becomes_a_script(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["script", "--csv", str(TABLE), "--target", "IQ"]) == 0
    text = capfd.readouterr().out
    compile(text, "script.py", "exec")
    assert str(TABLE) in text
    assert 'TARGET = "IQ"' in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "say what"),
        (["no-such-lesson"], "no-such-lesson"),
        (["no-such.toml"], "there is no such file"),
        (["zeros", "--set", "sed=7"], "sed"),
    ],
)
def test_bad_input_is_refused(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["script", *words]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.out == ""


def test_a_table_that_has_gone_is_bad_input(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "own.csv").write_bytes(TABLE.read_bytes())
    assert cli.main(["script", "--csv", "own.csv"]) == 0
    capfd.readouterr()
    values = {
        "path": str(here / "gone.csv"), "target": "placed", "digest": "0" * 64,
    }  # fmt: skip
    experiment = Experiment.model_validate({"data": {"dataset": "csv", "values": values}})
    (here / "gone.toml").write_text(experiment.to_toml(), "utf-8")
    assert cli.main(["script", "gone.toml"]) == 2
    assert "cannot be read" in capfd.readouterr().err


def test_a_folder_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["script", "zeros", "-o", "no/such/folder.py"]) == 1
    assert "not written" in capsys.readouterr().err


def test_every_example_of_the_help_can_be_written(here: Path) -> None:
    (here / "my-experiment.toml").write_text(Experiment().to_toml(), "utf-8")
    (here / "data.csv").write_text(TABLE.read_text("utf-8").replace("IQ", "price"), "utf-8")
    lines = re.findall(r"^  initviz (.*?)(?:  .*)?$", EXAMPLES, re.M)
    assert len(lines) == 4
    for line in lines:
        assert cli.main(line.split()) == 0


def test_a_script_is_written_without_torch_and_without_qt() -> None:
    code = (
        "import sys; from initviz import cli; cli.main(['script', 'zeros', '-o', 'zeros.py'])\n"
        "sys.exit(any(name in sys.modules for name in ('torch', 'PySide6', 'sklearn')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60
    )
    assert done.returncode == 0
