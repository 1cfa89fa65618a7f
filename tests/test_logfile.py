from __future__ import annotations

import errno
import faulthandler
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from initviz import logfile
from initviz.logfile import NAME, OLDER, TRACE, LogFile, folder, kept_log

log = logging.getLogger("initviz.tests")

SHARING = """
import logging, sys
from pathlib import Path
from initviz import logfile
logfile.MOST_BYTES = 20_000
with logfile.kept_log(Path(sys.argv[1])) as file:
    for number in range(600):
        logging.getLogger("initviz").info("%s has come to %d %s", sys.argv[2], number, "x" * 100)
    print(file.problem)
"""
CRASHING = """
import faulthandler, sys
from pathlib import Path
from initviz.logfile import kept_log
with kept_log(Path(sys.argv[1])) as file:
    file.watch()
    def overrun():
        faulthandler._sigsegv()
    overrun()
"""


def test_what_initviz_notes_is_in_the_file_and_others_warnings_are(tmp_path: Path) -> None:
    with kept_log(tmp_path / "deep" / "er") as file:
        log.info("noted, also %s", "\ud800 and ✓")
        logging.getLogger("other").warning("careful")
        logging.getLogger("other").info("chatter")
    text = (tmp_path / "deep" / "er" / NAME).read_text("utf-8")
    assert "noted, also" in text
    assert "✓" in text
    assert "careful" in text
    assert "chatter" not in text
    assert file.problem == ""


def test_logging_is_as_before_when_the_log_is_closed(tmp_path: Path) -> None:
    root, ours = logging.getLogger(), logging.getLogger("initviz")
    before = [*root.handlers], [handler.level for handler in root.handlers], ours.level
    with kept_log(tmp_path):
        pass
    assert before == ([*root.handlers], [handler.level for handler in root.handlers], ours.level)


def test_a_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "MOST_BYTES", 2000)
    with kept_log(tmp_path) as file:
        for number in range(200):
            log.info("line %d %s", number, "x" * 50)
        tail = file.tail(2)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == [NAME, *(f"{NAME}.{n}" for n in range(1, OLDER + 1))]
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())
    assert "line 199" in tail
    assert tail.count("\n") <= 2


def test_several_instances_share_a_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SHARING, str(tmp_path)]
    running = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    for process in running:
        out, err = process.communicate(timeout=50)
        assert (process.returncode, out.strip(), err) == (0, b"", b"")
    lines = [line for path in tmp_path.iterdir() for line in path.read_text("utf-8").splitlines()]
    assert len(lines) > 100
    assert all(line.endswith("x" * 100) for line in lines)


@pytest.mark.parametrize("kind", ["a file in the way", "a folder in the way"])
def test_where_no_log_can_be_written_it_says_so_and_all_goes_on(tmp_path: Path, kind: str) -> None:
    if kind == "a file in the way":
        (tmp_path / "logs").touch()
    else:
        (tmp_path / "logs" / NAME).mkdir(parents=True)
    with kept_log(tmp_path / "logs") as file:
        file.watch()
        log.error("unheard")
        assert "cannot be written" in file.problem
        assert file.tail() == ""
    assert not (tmp_path / "logs" / TRACE).exists()


def test_a_disk_that_is_full_is_told_and_the_next_record_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with kept_log(tmp_path) as file:
        with monkeypatch.context() as broken:
            broken.setattr(logging.FileHandler, "emit", lambda handler, record: _failing(
                handler, record, full))  # fmt: skip
            log.error("lost")
            assert "No space left on device" in file.problem
        log.error("kept")
        assert file.problem == ""
        assert "kept" in file.tail()


def _failing(handler: logging.Handler, record: logging.LogRecord, fail: object) -> None:
    try:
        fail()  # type: ignore[operator]
    except OSError:
        handler.handleError(record)


def test_a_log_whose_folder_has_gone_is_told(tmp_path: Path) -> None:
    place = tmp_path / "logs"
    with kept_log(place) as file:
        (place / NAME).unlink()
        place.rmdir()
        log.error("lost")
        assert "cannot be written" in file.problem
        place.mkdir()
        log.error("kept")
        assert "kept" in file.tail()


def test_without_a_home_there_is_no_log_and_no_folder_of_the_name_of_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "platformdirs.user_log_path", lambda *_, **__: Path("~/.local/state/initviz/log")
    )
    with pytest.raises(OSError, match="no home"):
        folder()
    file = LogFile()
    assert "no home" in file.problem
    assert list(tmp_path.iterdir()) == []
    file.close()


def test_a_fault_leaves_a_trace_that_the_next_start_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed = subprocess.run(
        [sys.executable, "-c", CRASHING, str(tmp_path)], capture_output=True, timeout=50,
        check=False, env={**os.environ, "PYTHONFAULTHANDLER": ""},
    )  # fmt: skip
    assert crashed.returncode < 0
    enabled: list[object] = []
    monkeypatch.setattr(faulthandler, "is_enabled", lambda: False)
    monkeypatch.setattr(faulthandler, "enable", enabled.append)
    monkeypatch.setattr(faulthandler, "disable", lambda: None)
    for _ in range(2):
        with kept_log(tmp_path) as file:
            file.watch()
    text = (tmp_path / NAME).read_text("utf-8")
    assert text.count("an earlier initviz was brought down") == 1
    assert "in overrun" in text
    assert len(enabled) == 2


def test_a_fault_handler_of_somebody_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faulthandler, "is_enabled", lambda: True)
    with kept_log(tmp_path) as file:
        file.watch()
    assert not (tmp_path / TRACE).exists()
