from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from initviz.app.model import Model
from initviz.app.transport import Scrubber
from tests.app.conftest import SMALL
from tests.app.fakes import epoch


def scrubber(qtbot: QtBot, recorded: int, cursor: int) -> Scrubber:
    """A scrubber over ``recorded`` epochs past the initial state."""
    model = Model(SMALL)
    for number in range(recorded + 1):
        model.recording.append(epoch(SMALL, number))
    model.set_cursor(cursor)
    made = Scrubber(model)
    qtbot.addWidget(made)
    made.refresh("", 0.0)
    return made


@pytest.mark.parametrize(
    ("recorded", "end"), [(0, 4), (3, 4), (4, 4), (5, 5), (9, 9)], ids=lambda n: f"{n}"
)
def test_the_scrubber_reaches_to_the_goal_or_as_far_as_is_recorded(
    qtbot: QtBot, recorded: int, end: int
) -> None:
    assert SMALL.epochs == 4
    made = scrubber(qtbot, recorded, recorded)

    assert made.slider.maximum() == end
    assert made.slider.value() == recorded
    assert f"{recorded} of {end}" in made.epoch.text()
    made.slider.setValue(10_000)
    assert made.slider.value() == end


def test_showing_where_the_cursor_is_asks_for_nothing(qtbot: QtBot) -> None:
    made, asked = scrubber(qtbot, 9, 2), []
    made.moved.connect(asked.append)
    made._model.set_cursor(7)
    made.refresh("", 0.0)

    assert made.slider.value() == 7
    assert asked == []
