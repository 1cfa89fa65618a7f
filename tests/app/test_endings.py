from __future__ import annotations

from pathlib import Path

import pytest

from initviz.app.endings import ExistsError, with_ending


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a", "a.png"), ("a.png", "a.png"), ("a.PNG", "a.PNG"), ("a.b", "a.b.png"), (".a", ".a.png")],
)
def test_an_ending_is_added_where_it_is_missing(tmp_path: Path, name: str, expected: str) -> None:
    assert with_ending(tmp_path / name, ".png") == tmp_path / expected


def test_a_name_that_nobody_confirmed_replaces_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.touch()
    assert with_ending(path, ".png") == path  # the dialog has asked
    with pytest.raises(ExistsError, match=r"a\.png exists; choose it to replace it"):
        with_ending(tmp_path / "a", ".png")
