from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSysInfo

import initviz.app.leftovers
from initviz.app.left import Left, Note
from initviz.app.leftovers import DAY, EXPIRY_DAYS, LEFT, LOCK, Folder, leftovers
from initviz.app.recovery import found_in
from initviz.experiment import Lane
from initviz.recording import Recording
from initviz.runfile import open_run
from tests.runfile.runs import SMALL, random_epoch, recorded

AWKWARD = SMALL.replace(lanes=(Lane(scheme="zeros", name='a "b", c; [d] = \\ é 中 %'),))
WHOLE = Left(AWKWARD, "zeros", "é “x”\n", -1, (Note("run-0001.initviz", "a", "", 3, 4),), "")


def leave(root: Path, age: float = 0.0, size: int = 0) -> Path:
    folder = Folder.new(root)
    notes = ()
    if size:
        (folder.path / "run-0001.initviz").write_bytes(b"x" * size)
        notes = (Note("run-0001.initviz", "", "", 0, 0),)
    folder.write(Left(SMALL, "", "", 0, notes))
    folder.release()
    stamp = time.time() - age
    os.utime(folder.path / LEFT, (stamp, stamp))
    return folder.path


def taken(root: Path) -> list[Path]:
    found = leftovers(root)
    for folder in found:
        folder.release()
    return [folder.path for folder in found]


def lock(path: Path, process: int, machine: str = "") -> None:
    boot = Path("/proc/sys/kernel/random/boot_id")
    boots = boot.read_text() if boot.exists() else ""
    program, host = Path(sys.executable).resolve().name, QSysInfo.machineHostName()
    machine = machine or QSysInfo.machineUniqueId().data().decode()
    (path / LOCK).write_text(f"{process}\n{program}\n{host}\n{machine}\n{boots}\n")


def test_what_a_window_showed_is_read_back() -> None:
    again = Left.from_toml(WHOLE.to_toml())
    assert again == WHOLE
    assert again.saved == WHOLE.saved


@pytest.mark.parametrize("file", ["../run-1.initviz", "left.toml", "/run-1.initviz", "run-.txt"])
def test_only_run_files_of_the_folder_are_named(file: str) -> None:
    left = Left(SMALL, "", "", 0, (Note(file, "", "", 0, 0),))
    with pytest.raises(ValueError, match="something else"):
        Left.from_toml(left.to_toml())


@pytest.mark.parametrize("spoilt", [{"title": []}, {"lesson": []}, {"cursor": 1.5}])
def test_what_is_said_of_a_run_is_believed_only_where_it_can_be(spoilt: dict[str, Any]) -> None:
    left = replace(WHOLE, runs=(replace(WHOLE.runs[0], **spoilt),))
    with pytest.raises(ValueError, match="something else"):
        Left.from_toml(left.to_toml())


def test_the_newest_leftover_is_the_first(tmp_path: Path) -> None:
    paths = [leave(tmp_path, age) for age in (30, 10, 20)]
    assert taken(tmp_path) == [paths[1], paths[2], paths[0]]


def test_old_leftovers_expire(tmp_path: Path) -> None:
    old = leave(tmp_path, (EXPIRY_DAYS + 1) * DAY)
    new = leave(tmp_path, (EXPIRY_DAYS - 1) * DAY)
    assert taken(tmp_path) == [new]
    assert not old.exists()


def test_leftovers_take_no_more_than_their_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initviz.app.leftovers, "MOST_LEFTOVERS", 250)
    paths = [leave(tmp_path, age, 100) for age in (40, 30, 20, 10)]
    assert taken(tmp_path) == [paths[3], paths[2]]
    assert sorted(tmp_path.iterdir()) == sorted(paths[2:])


def test_there_are_only_so_many_leftovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initviz.app.leftovers, "MOST_FOLDERS", 2)
    for age in range(4):
        leave(tmp_path, age)
    assert len(taken(tmp_path)) == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_parts_that_a_kill_left_go_with_the_next_writing(tmp_path: Path) -> None:
    folder = Folder.new(tmp_path)
    (folder.path / ".run-0001-abcdefgh.part").write_bytes(b"half")
    folder.write(Left(SMALL, "", "", 0))
    assert sorted(path.name for path in folder.path.iterdir()) == [LEFT, LOCK]
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_live_windows_folder_is_left_alone(tmp_path: Path) -> None:
    path = leave(tmp_path, 2 * EXPIRY_DAYS * DAY)
    folder = Folder.taken(path)
    assert folder is not None
    assert Folder.taken(path) is None
    code = (
        "import sys; from pathlib import Path; from initviz.app.leftovers import leftovers\n"
        "print(leftovers(Path(sys.argv[1])))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
    assert (path / LEFT).exists()
    folder.release()


def test_a_folder_that_is_just_being_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "window-new").mkdir()
    old = tmp_path / "window-old"
    old.mkdir()
    os.utime(old, (0, 0))
    assert taken(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["window-new"]


def test_the_number_of_a_dead_window_may_be_anothers_by_now(tmp_path: Path) -> None:
    path = leave(tmp_path)
    lock(path, os.getpid())  # alive, and never held this lock
    assert taken(tmp_path) == [path]


def test_a_lock_that_says_nothing_is_a_dead_windows(tmp_path: Path) -> None:
    path = leave(tmp_path)
    (path / LOCK).write_bytes(b"")
    assert taken(tmp_path) == [path]


def test_a_window_on_another_machine_is_left_alone_until_it_is_old(tmp_path: Path) -> None:
    path = leave(tmp_path)
    lock(path, 4, machine="0" * 32)
    assert taken(tmp_path) == []
    assert (path / LEFT).exists()
    os.utime(path / LEFT, (0, 0))
    assert taken(tmp_path) == []
    assert not path.exists()


def test_a_recording_that_fits_is_saved_whole(tmp_path: Path) -> None:
    folder = Folder.new(tmp_path)
    recording = recorded(SMALL, 9)
    name = folder.free_name(["run-0001.initviz"])
    assert name == "run-0002.initviz"
    assert folder.save(recording, name, lambda: False) == 9
    assert folder.files() == [folder.path / name]
    folder.remove()


def test_the_newest_epoch_of_thinned_figures_is_told(tmp_path: Path) -> None:
    recording = Recording(SMALL, figure_budget=6000)
    random = np.random.default_rng(1)
    for number in range(200):
        recording.append(random_epoch(SMALL, number, random))
    assert len(recording.scalars().train_loss) < 200

    folder = Folder.new(tmp_path)
    assert folder.save(recording, "run-0001.initviz", lambda: False) == 199
    assert open_run(folder.path / "run-0001.initviz").last == 199
    folder.remove()


def test_a_folder_that_vanishes_is_removed_without_ado(tmp_path: Path) -> None:
    folder = Folder.new(tmp_path)
    shutil.rmtree(folder.path)
    assert not folder.there
    folder.remove_if_possible()
    assert found_in(tmp_path) == []


def test_what_no_window_has_made_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = time.time() - 2 * EXPIRY_DAYS * DAY
    for name in ("mine", "window-1"):
        (tmp_path / "autosave" / name).mkdir(parents=True)
        (tmp_path / "autosave" / name / "notes.txt").write_text("of years")
        os.utime(tmp_path / "autosave" / name, (old, old))
    monkeypatch.chdir(tmp_path)
    assert found_in(Path("autosave")) == []  # as without a home directory
    assert (tmp_path / "autosave" / "window-1" / "notes.txt").exists()

    assert found_in(tmp_path / "autosave") == []
    assert (tmp_path / "autosave" / "mine" / "notes.txt").exists()
    assert os.listdir(tmp_path / "autosave") == ["mine"]


def test_a_folder_that_may_not_be_read_keeps_no_other_from_being_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mine, another = leave(tmp_path), leave(tmp_path)
    exists = Path.exists

    def guarded(path: Path) -> bool:
        if path.parent == another:
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path)

    monkeypatch.setattr(Path, "exists", guarded)
    assert taken(tmp_path) == [mine]
    assert "Permission denied" in caplog.text


def test_what_could_not_be_opened_is_no_younger_for_the_attempt(tmp_path: Path) -> None:
    folder = Folder.new(tmp_path)
    note = Note("run-0001.initviz", "Mine", "", -1, 3)
    (folder.path / note.file).write_bytes(b"rubbish")
    long_ago = datetime.now() - timedelta(days=EXPIRY_DAYS + 1)
    folder.unopened = Left(
        SMALL, "", "Mine", -1, (note,), note.file, saved=long_ago, closed=True
    )  # fmt: skip
    folder.write(replace(folder.unopened, runs=()))
    folder.leave()
    assert folder.left() == replace(folder.unopened, closed=True)

    assert leftovers(tmp_path) == []
    assert not list(tmp_path.iterdir())
