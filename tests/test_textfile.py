from __future__ import annotations

import os
from pathlib import Path

import pytest

from initviz.textfile import MOST_BYTES, read_text


def test_a_pipe_is_not_waited_for_and_a_device_not_read_without_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(OSError, match="Is a device or a pipe; choose a file"):
            read_text(path)


def test_a_folder_and_what_is_gone_are_named(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_text(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_text(tmp_path / "gone.toml")


def test_what_no_experiment_is_as_large_as_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_bytes(b"#" * MOST_BYTES)
    assert len(read_text(path)) == MOST_BYTES
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(OSError, match="larger than any experiment"):
        read_text(path)
