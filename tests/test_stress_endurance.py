"""The quick edition of ``python -m stress endurance``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from stress import endurance
from stress.holdings import growth
from stress.tally import Tally
from tests.tidy import tidy  # noqa: F401


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("epochs", "runs"), [(2000, 0), (0, 5)], ids=["epochs", "runs"])
def test_a_short_night_leaves_nothing_behind(
    epochs: int, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endurance, "SMALL_BUDGET", 64 * 1024)
    # How fast it is on a machine that does other things tells nothing in so short a time.
    options = ["--epochs", str(epochs), "--runs", str(runs), "--steady", "100", "--warm", "0.6"]
    tally = endurance.run(endurance.parser().parse_args(options))
    # On a busy machine so short a part may pass between two frames.
    assert [loss for loss in tally.losses if not loss.startswith("no frame")] == []
    assert tally.tried.get("epochs", 0) == epochs
    assert tally.tried.get("runs opened", 0) >= runs
    if epochs:
        assert "every 1th" not in tally.figures["weights, figures"]


@pytest.mark.parametrize("seen", [(), (0,), (endurance.PARTS - 1,)])
def test_a_night_of_which_no_frame_was_measured_is_lost(
    seen: tuple[int, ...], tmp_path: Path
) -> None:
    night = endurance._Night(endurance.parser().parse_args([]), Tally("a night"), tmp_path)
    night.frames = {(part, 0): [1.0] for part in seen}
    night.late[0], night.seconds = [0.001], [1.0] * endurance.PARTS
    night._judge()
    (loss,) = night.tally.losses
    assert "no frame was drawn" in loss
    assert "nan" not in str(night.tally.figures)


def test_growth_is_that_of_the_line_and_not_of_a_peak() -> None:
    assert growth([5, 5, 9, 5, 5]) == pytest.approx(0)
    assert growth([1, 2, 3, 4]) == pytest.approx(3)
    assert growth([7]) == 0
