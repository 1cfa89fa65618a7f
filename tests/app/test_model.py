from __future__ import annotations

from initviz.app.model import Model, Phase
from initviz.recording import Recording
from tests.app.conftest import SMALL
from tests.app.fakes import epoch


def test_an_edit_is_told_once_with_old_and_new() -> None:
    model, told = Model(SMALL), []
    model.experiment_changed.connect(lambda old, new: told.append((old, new)))
    new = SMALL.replace(seed=2)
    model.edit(new)
    model.edit(new)
    model.edit(SMALL.replace(seed=2))

    assert told == [(SMALL, new)]
    assert model.experiment is new


def test_the_cursor_is_brought_into_what_is_recorded() -> None:
    model, told = Model(SMALL), []
    model.cursor_changed.connect(told.append)
    model.set_cursor(3)
    assert model.cursor == 0
    model.recording = Recording(SMALL)
    for number in range(3):
        model.recording.append(epoch(SMALL, number))
    for wanted in (1, 1, 99, -5):
        model.set_cursor(wanted)

    assert told == [1, 2, 0]


def test_phases_are_told_when_they_or_their_problem_change() -> None:
    model, told = Model(SMALL), []
    model.phase_changed.connect(told.append)
    model.set_phase(Phase.IDLE)
    model.set_phase(Phase.IDLE)
    model.set_phase(Phase.FAILED, "one")
    model.set_phase(Phase.FAILED, "another")
    model.set_phase(Phase.IDLE)

    assert told == [Phase.IDLE, Phase.FAILED, Phase.FAILED, Phase.IDLE]
    assert model.problem == ""
