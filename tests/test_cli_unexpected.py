"""Errors that nobody foresaw, on the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import initviz.cli.commands.list as list_command
from initviz import cli, logfile
from initviz.cli.status import BAD_INPUT, DONE, UNEXPECTED


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(logfile, "folder", lambda: tmp_path / "logs")
    monkeypatch.delenv("INITVIZ_DEBUG", raising=False)
    return tmp_path / "logs"


def boom(*_: object) -> int:
    raise ZeroDivisionError("division by zero")


def in_a_slot(*_: object) -> int:
    """Runs a command during which something breaks that Qt called."""
    for _ in range(3):
        try:
            boom()
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    return DONE


@pytest.mark.parametrize("broken", [boom, in_a_slot])
def test_an_unexpected_error_is_one_sentence_a_status_and_a_report(
    broken: Callable[..., int], folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(list_command, "run", broken)
    assert cli.main(["list", "datasets"]) == UNEXPECTED
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    assert line == (
        "initviz: unexpected error (ZeroDivisionError: division by zero); the report is in "
        f"{folder / 'initviz.log'}"
    )
    text = (folder / "initviz.log").read_text("utf-8")
    assert "of initviz list datasets:" in text
    assert "in boom" in text
    assert "--- machine" in text


def test_the_traceback_is_printed_for_who_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(list_command, "run", boom)
    monkeypatch.setenv("INITVIZ_DEBUG", "1")
    assert cli.main(["list"]) == UNEXPECTED
    assert "in boom" in capsys.readouterr().err


def test_where_no_log_can_be_written_the_sentence_says_how_to_see_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.touch()
    monkeypatch.setattr(list_command, "run", boom)
    assert cli.main(["list"]) == UNEXPECTED
    line = capsys.readouterr().err
    assert "cannot be written" in line
    assert "INITVIZ_DEBUG=1" in line


def test_a_command_that_goes_well_or_is_refused_writes_no_log(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sys.excepthook
    assert cli.main(["list", "datasets"]) == DONE
    assert cli.main(["table", "no-such-lesson"]) == BAD_INPUT
    assert not folder.exists()
    assert sys.excepthook is before
    capsys.readouterr()
