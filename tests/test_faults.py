from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from initviz.cli import main
from stress.faults import Write, room, try_writer, writers
from stress.tally import Tally
from tests.tidy import tidy  # noqa: F401


@pytest.fixture(scope="module")
def every_writer() -> dict[str, Write]:
    return writers()


def test_every_writer_leaves_the_old_file_whole_on_a_disk_that_fails(
    tmp_path: Path, every_writer: dict[str, Write], qtbot: QtBot
) -> None:
    tally = Tally("quick")
    for name, write in every_writer.items():
        folder = tmp_path / name
        folder.mkdir()
        try_writer(name, write, folder / name, 1, tally, [errno.ENOSPC])

    assert tally.losses == []
    assert set(tally.tried) == {"full disks", "failing calls"}


@pytest.mark.parametrize(
    "words",
    [
        ["table", "zeros", "--epoch", "0", "-o", "x.csv"],
        ["table", "zeros", "--epoch", "0", "-o", "x.parquet"],
        ["table", "zeros", "--what", "weights", "--epoch", "0", "-o", "x.npz"],
        ["script", "zeros", "-o", "x.py"],
        ["train", "zeros", "--epochs", "1", "--quiet", "-o", "x.initviz"],
        ["render", "zeros", "--view", "history", "--epoch", "0", "--quiet", "-o", "x.svg"],
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_a_command_on_a_full_disk_ends_with_1_and_names_file_and_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    words: list[str], qtbot: QtBot,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    path = tmp_path / words[-1]
    path.write_bytes(b"old")
    with room(100):
        assert main(words) == 1
    said = capsys.readouterr().err.strip()
    assert "File too large; choose another disk, or fewer epochs" in said
    assert path.name in said
    assert "Traceback" not in said
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("words", [["list", "schemes"], ["script", "zeros"]])
def test_output_that_has_no_room_is_one_line_and_a_status(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "initviz", *words],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        "initviz: output: not written (No space left on device; make room, or choose another disk)"
    )


@pytest.mark.parametrize("name", ["pipe.toml", "pipe.initviz", "pipe.csv"])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    os.mkfifo(tmp_path / name)
    assert main(["train", str(tmp_path / name)]) == 2
    assert "choose a" in capsys.readouterr().err


def test_a_folder_in_the_place_of_an_experiment_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    assert main(["train", str(folder)]) == 2
    assert "cannot be read (Is a directory; choose a file)" in capsys.readouterr().err
