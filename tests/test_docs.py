"""The examples of the documentation run as they stand there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from initviz import cli

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

DOCS = Path(__file__).parents[1] / "docs"


def examples(name: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", (DOCS / name).read_text("utf-8"), re.S | re.M)


def run(blocks: list[str]) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks:
        exec(compile(block, "example", "exec"), names)
    return names


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_examples_of_python_run_one_after_the_other(
    qapp: object, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run(examples("python.md"))
    assert names["short"].last == 2
    assert names["recording"].last == 20
    assert names["picture"].figure.what == "weights"
    assert (here / "history.png").stat().st_size > 1000
    assert names["layers"]["symmetry"].null_count() > 0
    assert "epoch 2 is done" in capsys.readouterr().out


def test_the_examples_of_tables_run(here: Path) -> None:
    first, network = examples("tables.md")
    assert run([first])["losses"].height == 11

    words = ["--what", "weights", "--lane", "2", "--quiet"]
    assert cli.main(["table", "zeros", *words]) == 0
    net = run([network])["net"]
    assert net(torch.zeros(3, 2)).shape == (3, 1)


def test_every_command_of_tables_is_understood() -> None:
    from initviz.cli.commands.table import parser

    text = (DOCS / "tables.md").read_text("utf-8")
    commands = re.findall(r"^initviz table (.*?) *(?:#.*)?$", text, re.M)
    assert len(commands) == 5
    for command in commands:
        assert parser().parse_args(command.split()).what == "zeros"
