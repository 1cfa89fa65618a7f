from __future__ import annotations

from pathlib import Path

import pytest

from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.script import write_script
from tests.app.conftest import SMALL
from tests.app.hands import actions, answer
from tests.make import data

FIRST = next(iter(LESSONS.values()))


def test_the_menu_writes_the_experiment_as_a_script(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer(monkeypatch, "getSaveFileName", tmp_path / "mine")
    actions(window)["PyTorch script…"].trigger()

    assert str(asked[0][2]).endswith("experiment.py")
    assert (tmp_path / "mine.py").read_text("utf-8") == write_script(SMALL, "mine")
    assert "mine.py" in window.scrubber.state.text()
    assert not window.banner.isVisible()


def test_a_lessons_script_has_its_title_until_it_is_changed(window: Window, tmp_path: Path) -> None:
    window.choose_lesson(FIRST.name)
    path = tmp_path / "lesson.py"
    window.files.write_script(path)
    assert path.read_text("utf-8") == write_script(FIRST.experiment, FIRST.heading)

    window.model.edit(FIRST.experiment.replace(seed=9))
    window.files.write_script(path)
    changed = FIRST.experiment.replace(seed=9)
    assert path.read_text("utf-8") == write_script(changed, "lesson")


def test_no_answer_writes_no_script(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer(monkeypatch, "getSaveFileName", "")
    window.files.save_script()
    assert list(tmp_path.glob("*.py")) == []


def test_what_cannot_be_written_is_a_message(window: Window, tmp_path: Path) -> None:
    window.files.write_script(tmp_path / "missing" / "mine.py")
    assert "Not saved" in window.banner.text.text()


def test_a_table_that_is_gone_is_a_message(window: Window, tmp_path: Path) -> None:
    table = data("csv", path=str(tmp_path / "gone.csv"))
    window.model.edit(SMALL.replace(data=table))
    window.files.write_script(tmp_path / "mine.py")
    assert "gone.csv: cannot be read" in window.banner.text.text()
    assert not (tmp_path / "mine.py").exists()
