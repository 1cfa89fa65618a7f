from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from initviz.whole import try_to_write, whole


def test_a_file_appears_when_all_of_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with whole(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"

    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_goes_wrong_leaves_the_old_file_and_no_part(
    tmp_path: Path, error: BaseException | type[BaseException]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def interrupted() -> None:
        with whole(path) as file:
            file.write(b"ne")
            raise error

    with pytest.raises((KeyboardInterrupt, OSError)):
        interrupted()

    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_replaced_file_keeps_its_rights_and_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    with whole(link) as file:
        file.write(b"new")

    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_rights_that_the_umask_lets(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with whole(tmp_path / "file"):
            pass
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_no_other_thread_s_files_get_other_rights_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o027)
    asked: list[int] = []
    try:
        with monkeypatch.context() as patched:
            patched.setattr(os, "umask", asked.append)  # it cannot be read but by setting it
            with whole(tmp_path / "file"):
                pass
    finally:
        os.umask(before)

    assert asked == []
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_a_private_file_is_private_while_it_is_made(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o600)
    with whole(path):
        (part,) = tmp_path.glob(".file-*.part")
        assert stat.S_IMODE(part.stat().st_mode) == 0o600


def test_what_a_file_must_not_take_the_place_of_stays(tmp_path: Path) -> None:
    folder, pipe, circle = tmp_path / "folder", tmp_path / "pipe", tmp_path / "circle"
    folder.mkdir()
    os.mkfifo(pipe)
    circle.symlink_to(circle)
    for path, said in (
        (folder, "Is a directory"),
        (pipe, "Is a device or a pipe"),
        (circle, "levels of symbolic links"),
    ):
        with pytest.raises(OSError, match=said), whole(path):
            pass

    assert folder.is_dir()
    assert pipe.is_fifo()
    assert circle.is_symlink()
    assert len(list(tmp_path.iterdir())) == 3


def test_a_write_protected_file_stays_though_its_folder_allows_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr("initviz.whole.os.access", lambda *_: False)  # root may write everything
    with pytest.raises(PermissionError, match="write-protected"), whole(path):
        pass

    assert path.read_bytes() == b"old"


def test_what_is_tried_beforehand_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    try_to_write(path)
    assert not list(tmp_path.iterdir())
    path.write_bytes(b"old")
    try_to_write(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FileNotFoundError):
        try_to_write(tmp_path / "no folder" / "file")


def test_every_name_that_the_disk_takes_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 120 + ".initviz")
    with whole(path) as file:
        file.write(b"all")

    assert path.read_bytes() == b"all"


def test_an_error_names_the_file_that_was_to_be_and_not_its_part(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(OSError, match="No space") as raised, whole(path):
        raise OSError(28, "No space left on device")
    assert raised.value.filename == str(path)

    with pytest.raises(FileNotFoundError) as raised, whole(tmp_path / "gone" / "file"):
        pass
    assert raised.value.filename == str(tmp_path / "gone" / "file")


def test_what_a_killed_program_left_goes_a_day_later(tmp_path: Path) -> None:
    path = tmp_path / "my [run].initviz"
    old, new, others = (
        tmp_path / name
        for name in (".my [run]-abc_1234.part", ".my [run]-abcd5678.part", ".other-abcd5678.part")
    )
    for part in (old, new, others):
        part.write_bytes(b"half")
    for part in (old, others):
        os.utime(part, (0, 0))
    with whole(path) as file:
        file.write(b"new")

    assert not old.exists()
    assert new.exists()  # somebody may still be writing it
    assert others.exists()
