"""Paths in experiments may come from somebody else: what is no file is not read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from initviz import cli


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("command", ["train", "script", "table"])
@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_a_pipe_in_the_place_of_a_table_is_refused(
    command: str, digest: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    experiment = tmp_path / "mine.toml"
    experiment.write_text(
        f'[data]\ndataset = "csv"\nvalues = {{ path = "{tmp_path / "pipe.csv"}", '
        f'digest = "{digest}" }}\n',
        "utf-8",
    )
    assert cli.main([command, str(experiment)]) == 2
    assert "is no file" in capsys.readouterr().err
