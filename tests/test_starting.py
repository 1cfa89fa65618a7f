"""Starts without what one takes for granted: a home, streams, a folder to stand in, fonts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from initviz.app.memory import Memory
from initviz.places import place, some_folder
from stress.environments import Environment, environments
from stress.environments import fonts as no_fonts
from stress.starting import commands, window
from stress.tally import Tally
from tests.app.conftest import SMALL

ROOT = Path(__file__).parents[1]


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody who has no home, in an empty folder."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    if sys.platform == "win32":
        pytest.skip("there is always a home on Windows")
    import pwd

    def nobody(_: object) -> None:
        raise KeyError("no such user")

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("homeless")
@pytest.mark.parametrize("kind", ["config", "log", "state", "cache"])
def test_without_a_home_there_is_no_place_for_anything(kind: str) -> None:
    with pytest.raises(OSError, match="no home folder"):
        place(kind)  # type: ignore[arg-type]


@pytest.mark.usefixtures("homeless")
def test_without_a_home_settings_last_as_long_as_the_window(tmp_path: Path) -> None:
    memory = Memory()
    memory.experiment = SMALL
    memory.save()

    assert memory.experiment == SMALL
    assert memory.folder == tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="nobody deletes an open folder on Windows")
@pytest.mark.usefixtures("homeless")
def test_without_a_working_directory_either_the_root_is_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert some_folder() == Path("/")


@pytest.mark.skipif(sys.platform == "win32", reason="nobody deletes an open folder on Windows")
def test_a_start_in_a_deleted_folder_is_refused_with_the_cure(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = "import os, sys; os.rmdir(os.getcwd()); from initviz.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", script, "list", "lessons"],
        cwd=gone, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "go to another one with cd" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="sh closes the streams")
def test_files_do_not_get_the_number_of_a_stream_that_is_not_there(tmp_path: Path) -> None:
    script = (
        "from initviz.cli import main; status = main(['list', 'lessons']); "
        f"file = open({str(tmp_path / 'it')!r}, 'w'); file.write(f'{{status}} {{file.fileno()}}')"
    )
    subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    status, number = (tmp_path / "it").read_text().split()
    assert int(status) == 0
    assert int(number) > 2


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="its environments are those of Unix")
@pytest.mark.parametrize(
    ("name", "start"), [("the home folder is a file", window), ("no input and output", commands)]
)
def test_initviz_starts_in_odd_environments(
    tmp_path: Path, name: str, start: Callable[[Environment, Path, Tally], None]
) -> None:
    tally = Tally(name)
    (odd,) = (each for each in environments(tmp_path) if each.name == name)
    place = tmp_path / "place"
    place.mkdir()
    start(odd, place, tally)
    assert not tally.losses, tally.text()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="fontconfig is of Unix")
def test_it_is_seen_that_a_system_has_no_fonts(tmp_path: Path) -> None:
    script = (
        "from PySide6.QtWidgets import QApplication; app = QApplication([]); "
        "from initviz.views.fonts import has_letters; print(has_letters())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen", **fonts},
        ).stdout.strip()
        for fonts in ({}, {"FONTCONFIG_FILE": no_fonts(tmp_path)})
    ]  # fmt: skip
    assert said == ["True", "False"]
