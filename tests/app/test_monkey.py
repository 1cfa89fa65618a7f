"""The quick edition of ``python -m stress monkey``: whole, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def monkey(log: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-X", "faulthandler", "-m", "stress", "monkey", "--log", str(log)]
    return subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_hundred_random_actions_break_nothing(tmp_path: Path) -> None:
    log = tmp_path / "monkey.jsonl"
    done = monkey(log, "--actions", "100", "--seed", "2")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost 0" in done.stdout
    actions = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [action["i"] for action in actions] == list(range(1, 101))


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_windows_that_are_closed_and_opened_leave_nothing(tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text('{"do": "reopen", "in": "window", "rest": 50}\n' * 6)
    done = monkey(tmp_path / "log.jsonl", "--replay", str(script), "--actions", "6")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "windows: 6" in done.stdout  # of the first three nothing is counted


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_what_breaks_is_counted_and_fails(tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text('{"do": "lesson", "in": "window", "rest": 0, "name": "no such lesson"}\n')
    done = monkey(tmp_path / "log.jsonl", "--replay", str(script), "--actions", "1")

    assert done.returncode == 1
    assert "KeyError: 'no such lesson'" in done.stdout
    assert "lost 1" in done.stdout
