from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import initviz.engine
from initviz.app.runner import Prober, Request, Trainer
from initviz.engine import record
from initviz.parts import Wanted
from initviz.recording import Recording, Scalars
from tests.app.conftest import LONG, SMALL, is_waiting, threads
from tests.app.fakes import Gate, Stepping, epoch, failing


@pytest.fixture
def trainer() -> Iterator[Trainer]:
    trainer = Trainer()
    yield trainer
    assert trainer.close()


@pytest.fixture
def stepping(monkeypatch: pytest.MonkeyPatch) -> Stepping:
    stepping = Stepping()
    monkeypatch.setattr(initviz.engine, "train", stepping)
    return stepping


@pytest.fixture
def prober() -> Iterator[Prober]:
    prober = Prober()
    yield prober
    assert prober.close()


def test_a_run_gives_the_initial_state_and_waits(trainer: Trainer, qtbot: QtBot) -> None:
    run = trainer.start(SMALL)
    qtbot.waitUntil(lambda: len(run.recording) == 1 and is_waiting(trainer), timeout=LONG)

    assert trainer.ready.is_set()
    assert run.recording.last == 0


def test_a_run_trains_to_its_goal_and_no_further(trainer: Trainer, qtbot: QtBot) -> None:
    run = trainer.start(SMALL)
    trainer.set_goal(3)
    qtbot.waitUntil(lambda: run.recording.last >= 3 and is_waiting(trainer), timeout=LONG)

    assert run.recording.last == 3


def test_goals_reached_one_by_one_give_the_same_bits_as_training_in_one_go(
    trainer: Trainer, qtbot: QtBot
) -> None:
    run = trainer.start(SMALL)
    for goal in (1, 2, 4):
        trainer.set_goal(goal)
        qtbot.waitUntil(lambda goal=goal: run.recording.last == goal, timeout=LONG)

    whole = record(SMALL)
    for number in range(5):
        np.testing.assert_array_equal(run.recording.parameters(number), whole.parameters(number))


def test_a_pause_takes_effect_in_the_middle_of_an_epoch(
    trainer: Trainer, stepping: Stepping, qtbot: QtBot
) -> None:
    run = trainer.start(SMALL)
    trainer.set_goal(5)
    stepping.allow(12)  # into the second epoch of ten steps
    qtbot.waitUntil(lambda: stepping.steps == 13)

    trainer.set_goal(run.recording.last)
    stepping.allow(1000)
    qtbot.waitUntil(lambda: is_waiting(trainer))

    assert stepping.steps == 13
    assert run.recording.last == 1


def test_going_on_after_a_pause_loses_no_step(
    trainer: Trainer, stepping: Stepping, qtbot: QtBot
) -> None:
    run = trainer.start(SMALL)
    trainer.set_goal(1)
    stepping.allow(3)
    qtbot.waitUntil(lambda: stepping.steps == 4)
    trainer.set_goal(0)
    stepping.allow(1000)
    qtbot.waitUntil(lambda: is_waiting(trainer))

    trainer.set_goal(2)
    qtbot.waitUntil(lambda: run.recording.last == 2 and is_waiting(trainer))

    assert stepping.steps == 20
    assert stepping.started == [SMALL]


def test_another_run_abandons_the_one_before(
    trainer: Trainer, stepping: Stepping, qtbot: QtBot
) -> None:
    other = SMALL.replace(seed=9)
    old = trainer.start(SMALL)
    trainer.set_goal(5)
    qtbot.waitUntil(lambda: stepping.steps == 1)

    new = trainer.start(other)
    stepping.allow(1)  # lets the step that was under way end
    qtbot.waitUntil(lambda: len(new.recording) == 1)

    assert stepping.ended == [SMALL]
    assert stepping.started == [SMALL, other]
    assert old.recording.last == 0
    assert stepping.steps == 1


def test_only_the_newest_of_many_runs_is_trained(trainer: Trainer, qtbot: QtBot) -> None:
    runs = [trainer.start(SMALL.replace(seed=seed)) for seed in range(30)]
    trainer.set_goal(1)
    qtbot.waitUntil(lambda: runs[-1].recording.last == 1, timeout=LONG)

    assert all(run.recording.last <= 0 for run in runs[:-1])
    assert sum(len(run.recording) for run in runs[:-1]) < 29


def test_closing_ends_a_training_in_the_middle_of_an_epoch(
    stepping: Stepping, qtbot: QtBot
) -> None:
    trainer = Trainer()
    trainer.start(SMALL)
    trainer.set_goal(5)
    qtbot.waitUntil(lambda: stepping.steps == 1)
    stepping.allow(1)

    assert trainer.close()
    assert not trainer.alive
    assert stepping.ended == [SMALL]


def test_a_trainer_begins_when_it_is_released(stepping: Stepping, qtbot: QtBot) -> None:
    trainer = Trainer(held=True)
    run = trainer.start(SMALL)
    qtbot.waitUntil(lambda: bool(trainer._released._cond._waiters))  # type: ignore[attr-defined]
    assert not trainer.released
    assert stepping.started == []
    trainer.release()
    qtbot.waitUntil(lambda: len(run.recording) == 1, timeout=LONG)

    assert stepping.started == [SMALL]
    assert trainer.close()


@pytest.mark.parametrize("goal", [0, -1, -7])
def test_no_goal_keeps_a_run_from_its_initial_state(qtbot: QtBot, goal: int) -> None:
    trainer = Trainer(held=True)
    try:
        run = trainer.start(SMALL)
        trainer.set_goal(goal)
        trainer.release()
        qtbot.waitUntil(lambda: len(run.recording) == 1 and is_waiting(trainer), timeout=LONG)

        assert run.recording.last == 0
    finally:
        assert trainer.close()


def test_closing_ends_a_trainer_that_never_began() -> None:
    trainer = Trainer(held=True)
    trainer.start(SMALL)

    assert trainer.close()
    assert threads() == []


def test_a_training_that_raises_leaves_its_error_and_the_thread(
    trainer: Trainer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "train", failing(2, "no luck"))
        run = trainer.start(SMALL)
        trainer.set_goal(5)
        qtbot.waitUntil(lambda: run.error is not None)
    assert str(run.error) == "no luck"
    assert run.recording.last == 1
    assert trainer.alive

    again = trainer.start(SMALL)
    trainer.set_goal(1)
    qtbot.waitUntil(lambda: again.recording.last == 1, timeout=LONG)
    assert again.error is None


def test_the_rate_is_known_after_a_few_epochs(trainer: Trainer, qtbot: QtBot) -> None:
    run = trainer.start(SMALL)
    trainer.set_goal(4)
    qtbot.waitUntil(lambda: run.recording.last == 4, timeout=LONG)

    assert run.rate > 0


def recording_of(last: int) -> Recording:
    recording = Recording(SMALL)
    for number in range(last + 1):
        recording.append(epoch(SMALL, number))
    return recording


def test_a_prober_answers_the_newest_wish_and_drops_those_between(
    prober: Prober, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    monkeypatch.setattr(initviz.engine, "probe", gate)
    recording = recording_of(5)
    prober.ask(Request(recording, 1, Wanted()))
    assert gate.entered.acquire(timeout=10)

    for number in (2, 3, 4):
        prober.ask(Request(recording, number, Wanted()))
    gate.open.release(10)
    qtbot.waitUntil(lambda: gate.epochs[-1] == 4 and is_waiting(prober))

    assert gate.epochs == [1, 4]
    result = prober.take()
    assert result is not None
    assert result.request.epoch == 4
    assert result.snapshot == "a snapshot"
    assert prober.take() is None
    assert prober.idle


def test_a_sketch_does_not_wait_for_the_probe_of_what_is_left_behind(
    prober: Prober, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, given_up = threading.Event(), threading.Event()
    recording = recording_of(1)

    def probe(asked: Recording, number: int, wanted: Wanted, checkpoint: Callable[[], None]) -> str:
        if asked is not recording:
            return "a sketch"
        entered.set()
        try:
            while not given_up.wait(0.001):
                checkpoint()
        except Exception:
            given_up.set()
            raise
        return "a snapshot"

    monkeypatch.setattr(initviz.engine, "probe", probe)
    prober.ask(Request(recording, 1, Wanted()))
    assert entered.wait(10)
    prober.ask(Request(Recording(SMALL), 0, Wanted(), sketch=True))
    qtbot.waitUntil(lambda: is_waiting(prober), timeout=LONG)

    assert given_up.is_set()
    result = prober.take()
    assert result is not None
    assert (result.snapshot, result.request.sketch) == ("a sketch", True)


def test_a_prober_finishes_a_sketch_though_a_newer_one_waits(
    prober: Prober, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, drawn = Gate(), []
    monkeypatch.setattr(initviz.engine, "probe", gate)
    monkeypatch.setattr(initviz.engine, "sketch", drawn.append)
    wishes = [SMALL.replace(seed=seed) for seed in (1, 2, 3, 4)]
    for wish in wishes:
        prober.ask(Request(Recording(wish), 0, Wanted(), sketch=True))
        if wish is wishes[0]:
            assert gate.entered.acquire(timeout=10)
    gate.open.release()
    qtbot.waitUntil(lambda: len(drawn) == 2, timeout=LONG)
    first = prober.take()
    assert first is not None
    assert first.request.recording.experiment == wishes[0]
    gate.open.release()
    qtbot.waitUntil(lambda: is_waiting(prober), timeout=LONG)
    assert drawn == [wishes[0], wishes[3]]


def test_a_run_that_is_not_to_begin_waits_for_its_goal(trainer: Trainer, qtbot: QtBot) -> None:
    trainer.start(SMALL, waits=True)
    run = trainer.start(SMALL.replace(seed=2), waits=True)
    qtbot.waitUntil(lambda: trainer.ready.is_set() and is_waiting(trainer), timeout=LONG)
    assert len(run.recording) == 0
    trainer.set_goal(0)
    qtbot.waitUntil(lambda: len(run.recording) == 1 and is_waiting(trainer), timeout=LONG)
    assert run.recording.last == 0


def test_a_prober_is_not_idle_while_it_works(
    prober: Prober, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    monkeypatch.setattr(initviz.engine, "probe", gate)
    assert prober.idle

    prober.ask(Request(recording_of(0), 0, Wanted()))
    assert gate.entered.acquire(timeout=10)

    assert not prober.idle
    gate.open.release()


def test_a_probe_that_raises_is_an_answer_and_leaves_the_thread(
    prober: Prober, qtbot: QtBot
) -> None:
    prober.ask(Request(Recording(SMALL), 0, Wanted()))  # nothing has been recorded
    qtbot.waitUntil(lambda: not prober.idle and is_waiting(prober), timeout=LONG)

    result = prober.take()
    assert result is not None
    assert isinstance(result.error, IndexError)
    assert result.snapshot is None
    assert prober.alive


def test_threads_carry_a_name_that_says_what_they_do() -> None:
    trainer, prober = Trainer(), Prober()
    named = threads()
    assert prober.close()
    assert trainer.close()

    assert sorted(named) == ["initviz-probe", "initviz-train"]
    assert "initviz" not in " ".join(t.name for t in threading.enumerate())


# --- a recording that was brought back --------------------------------------------------------


def test_training_on_from_a_recording_gives_the_bits_of_an_uninterrupted_run(
    trainer: Trainer, qtbot: QtBot
) -> None:
    old = trainer.start(SMALL)
    trainer.set_goal(2)
    qtbot.waitUntil(lambda: old.recording.last == 2, timeout=LONG)
    trainer.start(SMALL.replace(seed=9))
    run = trainer.start(SMALL, old.recording)
    qtbot.waitUntil(lambda: is_waiting(trainer), timeout=LONG)
    assert run.recording.last == 2  # nothing is trained that nobody asked for
    assert not run.catching_up
    trainer.set_goal(4)
    qtbot.waitUntil(lambda: run.recording.last == 4, timeout=LONG)

    whole = record(SMALL)
    assert run.recording.kept_epochs() == list(range(5))
    for number in range(5):
        np.testing.assert_array_equal(run.recording.parameters(number), whole.parameters(number))
    for name in Scalars.__dataclass_fields__:
        values = getattr(whole.scalars(), name)
        np.testing.assert_array_equal(getattr(run.recording.scalars(), name), values)


def test_catching_up_is_said_and_can_be_paused(
    trainer: Trainer, stepping: Stepping, qtbot: QtBot
) -> None:
    run = trainer.start(SMALL, recording_of(3))
    qtbot.waitUntil(lambda: is_waiting(trainer))
    assert stepping.steps == 0
    trainer.set_goal(4)
    stepping.allow(12)  # into the second of the three epochs that are known
    qtbot.waitUntil(lambda: stepping.steps == 13)
    assert run.catching_up
    assert run.trained == 1

    trainer.set_goal(3)
    stepping.allow(1)
    qtbot.waitUntil(lambda: is_waiting(trainer))
    assert stepping.steps == 13
    assert not run.catching_up

    trainer.set_goal(4)
    stepping.allow(1000)
    qtbot.waitUntil(lambda: run.recording.last == 4 and is_waiting(trainer))
    assert stepping.steps == 40  # no step was lost, and none taken twice
    assert stepping.started == [SMALL]


def test_earlier_recordings_give_way_before_the_budget_is_passed(
    trainer: Trainer, stepping: Stepping, qtbot: QtBot
) -> None:
    earlier = [recording_of(9), recording_of(9)]
    each = earlier[0].kept_bytes // 10
    trainer.budget = 22 * each
    trainer.earlier = tuple(earlier)
    stepping.steps_in_an_epoch = 1
    run = trainer.start(SMALL)
    trainer.set_goal(30)
    kept: list[tuple[int, ...]] = []
    for number in range(1, 31):
        stepping.allow(1)
        qtbot.waitUntil(lambda number=number: run.recording.last == number)
        held = [recording.kept_bytes // each for recording in (*earlier, run.recording)]
        assert sum(held) <= 22
        kept.append(tuple(held))

    assert kept[0] == (10, 10, 2)
    assert kept[1] == (6, 10, 3)  # the oldest is thinned first
    assert (0, 10, 12) in kept  # and goes before the next one is touched
    assert kept[-1][:2] == (0, 0)
    assert run.recording.stride > 1  # at last the present one is thinned, too


def test_a_run_that_is_left_gives_way_to_the_first_epoch_of_the_next(
    trainer: Trainer, qtbot: QtBot
) -> None:
    old = trainer.start(SMALL)
    trainer.set_goal(3)
    qtbot.waitUntil(lambda: old.recording.last == 3, timeout=LONG)
    trainer.budget = old.recording.kept_bytes  # full
    new = trainer.start(SMALL.replace(seed=9))
    qtbot.waitUntil(lambda: len(new.recording) == 1, timeout=LONG)

    assert old.recording.kept_bytes + new.recording.kept_bytes <= trainer.budget
    assert trainer.start(SMALL, old.recording).recording is old.recording
    assert trainer.earlier == ()  # of the one in between nothing was trained


def test_a_recording_that_comes_back_while_others_give_way_keeps_its_weights(
    trainer: Trainer, stepping: Stepping, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = recording_of(3), recording_of(3)

    def brought_back(size: int) -> int:
        trainer.start(SMALL, second)
        return 0

    monkeypatch.setattr(first, "give_way", brought_back)
    trainer.budget = 0
    trainer.earlier = (first, second)
    run = trainer.start(SMALL)
    qtbot.waitUntil(lambda: len(run.recording) == 1 and is_waiting(trainer))

    assert second.kept_epochs() == [0, 1, 2, 3]
