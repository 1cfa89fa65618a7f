from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import initviz.engine
from initviz.app.model import Phase
from initviz.app.player import Player
from initviz.app.runs import MOST_RUNS, PastRun, Runs, title_of
from initviz.app.window import Window
from initviz.catalog.lessons import LESSONS
from initviz.engine import record
from initviz.experiment import Experiment, Lane
from initviz.recording import Recording, Scalars
from tests.app.conftest import LONG, SMALL, MakePlayer, MakeWindow, is_waiting
from tests.app.fakes import Stepping, failing
from tests.app.hands import FAST, finish, shows
from tests.make import data

OTHER, THIRD = SMALL.replace(learning_rate=0.5), SMALL.replace(activation="relu")
EPOCH_BYTES = SMALL.parameter_count * len(SMALL.lanes) * 4


class Session:
    """A player and its runs, without a window."""

    def __init__(self, player: Player, qtbot: QtBot) -> None:
        self.player, self.qtbot = player, qtbot
        self.runs = Runs(player, lambda: None)

    def train(self, experiment: Experiment, epochs: int | None = None) -> Recording:
        """Show an experiment and train it to its end, or by a few epochs."""
        player, model = self.player, self.player.model
        model.edit(experiment)
        goal = experiment.epochs if epochs is None else epochs
        self.qtbot.waitUntil(lambda: len(model.recording) > 0, timeout=LONG)
        player.to_end()
        while model.cursor < goal:
            here = model.cursor
            player.step_forward()
            self.qtbot.waitUntil(lambda here=here: model.cursor > here, timeout=LONG)
        self.qtbot.waitUntil(lambda: is_waiting(player.trainer), timeout=LONG)
        return model.recording

    def back(self, run: PastRun) -> None:
        self.player.bring_back(run.recording, run.experiment, run.cursor)

    @property
    def held(self) -> int:
        """Bytes of all recordings of the session."""
        there = {id(run.recording): run.recording for run in self.runs.entries}
        there[id(self.player.model.recording)] = self.player.model.recording
        return sum(recording.kept_bytes for recording in there.values())


@pytest.fixture
def make_session(make_player: MakePlayer, qtbot: QtBot) -> Callable[..., Session]:
    return lambda **more: Session(make_player(**more), qtbot)


MakeSession = Callable[..., Session]


def same(one: Recording, other: Recording) -> bool:
    """Whether two recordings agree in every bit that both hold."""
    figures = one.scalars(), other.scalars()
    kept = set(one.kept_epochs()) & set(other.kept_epochs())
    return all(
        np.array_equal(one.parameters(n), other.parameters(n)) for n in kept
    ) and all(
        np.array_equal(getattr(figures[0], name), getattr(figures[1], name), equal_nan=True)
        for name in Scalars.__dataclass_fields__
    )  # fmt: skip


# --- which runs are kept ----------------------------------------------------------------------


def test_a_run_is_kept_from_its_first_epoch_on(make_session: MakeSession) -> None:
    session = make_session()
    assert session.runs.entries == []
    session.player.model.edit(OTHER)
    session.player.model.edit(SMALL)
    assert session.runs.entries == []

    session.train(SMALL, 1)
    (run,) = session.runs.entries
    assert run is session.runs.present
    assert run.recording is session.player.model.recording
    assert run.state() == "1 epoch"


def test_the_newest_run_stands_first(make_session: MakeSession) -> None:
    session = make_session()
    for experiment in (SMALL, OTHER, THIRD):
        session.train(experiment, 1)

    assert [run.experiment for run in session.runs.entries] == [THIRD, OTHER, SMALL]
    assert [run.number for run in session.runs.entries] == [3, 2, 1]
    assert [run.title for run in session.runs.entries] == [
        "activation tanh → ReLU, learning rate 0.5 → 0.1",
        "learning rate 0.1 → 0.5",
        "Own experiment",
    ]


def test_training_on_and_more_epochs_make_no_second_run(make_session: MakeSession) -> None:
    session = make_session()
    session.train(SMALL, 2)
    session.train(SMALL.replace(epochs=6), 5)

    (run,) = session.runs.entries
    assert run.experiment.epochs == 6
    assert run.state() == "5 epochs"
    assert run.cursor == 5


def test_a_restart_makes_another_run(make_session: MakeSession) -> None:
    session = make_session()
    first = session.train(SMALL, 2)
    session.player.restart()
    assert len(session.runs.entries) == 1
    second = session.train(SMALL, 1)

    assert [run.recording for run in session.runs.entries] == [second, first]
    assert session.runs.entries[0].title == "the same again"


def test_of_two_runs_of_one_experiment_the_newest_is_found(make_session: MakeSession) -> None:
    session = make_session()
    session.train(SMALL, 2)
    session.player.restart()
    newer = session.train(SMALL, 1)
    found = session.runs.find(SMALL.replace(epochs=9))

    assert found is not None
    assert found.recording is newer


def test_there_is_an_end_to_the_list(make_session: MakeSession) -> None:
    session = make_session()
    for seed in range(MOST_RUNS + 2):
        session.train(SMALL.replace(seed=seed), 1)

    assert len(session.runs.entries) == MOST_RUNS
    assert session.runs.entries[0].experiment.seed == MOST_RUNS + 1


def test_the_scores_are_those_of_the_newest_epoch(make_session: MakeSession) -> None:
    session = make_session()
    recording = session.train(SMALL)
    session.player.to_start()
    (run,) = session.runs.entries
    last = recording.scalars().test_score[-1]

    assert run.scores() == [(lane, f"{100 * last[k]:.0f} %") for k, lane in enumerate(SMALL.lanes)]


def test_a_lane_that_diverged_has_no_score(make_session: MakeSession) -> None:
    session = make_session()
    wild = Lane(scheme="normal", values={"deviation": 1000.0})
    wild_too = SMALL.replace(
        lanes=(SMALL.lanes[1], wild), activation="linear", hidden=(8,) * 20, learning_rate=1e-9
    )
    session.train(wild_too, 2)
    scores = [score for _, score in session.runs.entries[0].scores()]

    assert scores[1] == "diverged"
    assert scores[0].endswith("%")


@pytest.mark.parametrize(
    ("lesson", "experiment", "title"),
    [
        ("zeros", LESSONS["zeros"].experiment, LESSONS["zeros"].title),
        ("zeros", LESSONS["zeros"].experiment.replace(seed=99),
         f"{LESSONS['zeros'].title}: seed 1 → 99"),
        (None, SMALL, "Own experiment"),
    ],
)  # fmt: skip
def test_a_run_is_called_by_its_lesson(
    lesson: str | None, experiment: Experiment, title: str
) -> None:
    assert title_of(experiment, LESSONS[lesson] if lesson else None, None) == title


# --- memory -----------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs_that_fit", [3, 5, 8, 13, 100])
def test_all_recordings_together_stay_within_the_budget(
    make_session: MakeSession, epochs_that_fit: int
) -> None:
    session = make_session(budget=epochs_that_fit * EPOCH_BYTES)
    for experiment in (SMALL, OTHER, THIRD, SMALL.replace(seed=3)):
        session.train(experiment)
        assert session.held <= epochs_that_fit * EPOCH_BYTES
    session.back([run for run in session.runs.entries if run.held][-1])
    session.train(session.player.model.experiment, 5)
    assert session.held <= epochs_that_fit * EPOCH_BYTES

    assert sorted(run.recording.last for run in session.runs.entries) == [4, 4, 4, 5]
    assert all(len(run.scores()) == 2 for run in session.runs.entries)


def test_the_oldest_runs_give_way_and_the_list_says_so(make_session: MakeSession) -> None:
    session = make_session(budget=9 * EPOCH_BYTES)
    for experiment in (SMALL, OTHER, THIRD):
        session.train(experiment)
    third, second, first = session.runs.entries

    assert third.state() == "4 epochs"
    assert second.recording.kept_epochs() == [0, 2, 4]
    assert second.state() == "4 epochs · memory: one in 2 is kept"
    assert not first.held
    assert first.state() == "4 epochs · memory: only the figures are kept"
    assert session.runs.find(SMALL) is None


def test_a_run_that_is_removed_frees_its_memory(make_session: MakeSession) -> None:
    session = make_session()
    session.train(SMALL)
    session.train(OTHER)
    present, old = session.runs.entries
    session.runs.remove(present)
    assert session.runs.entries == [present, old]
    session.runs.remove(old)

    assert session.runs.entries == [present]
    assert session.player.trainer.earlier == ()


def test_a_run_that_is_removed_before_the_next_has_an_epoch_is_let_go(
    make_session: MakeSession, qtbot: QtBot
) -> None:
    session = make_session()
    gone = weakref.ref(session.train(SMALL, 1))
    session.player.model.edit(OTHER)
    qtbot.waitUntil(lambda: session.player.rests, timeout=LONG)
    session.runs.remove(session.runs.entries[0])
    gc.collect()

    assert gone() is None


def test_epochs_before_a_failure_make_a_run(
    make_session: MakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()
    player = session.player
    monkeypatch.setattr(initviz.engine, "train", failing(3, "no luck"))
    player.model.edit(OTHER)
    qtbot.waitUntil(lambda: player.snapshot is not None
                    and player.snapshot.experiment == OTHER, timeout=LONG)  # fmt: skip
    player._timer.stop()
    player.step_forward()
    player.trainer.set_goal(3)
    qtbot.waitUntil(lambda: player.run.error is not None, timeout=LONG)
    player.look()

    assert player.model.phase is Phase.FAILED
    assert [run.state() for run in session.runs.entries] == ["2 epochs"]
    player._timer.start()
    qtbot.waitUntil(lambda: player.rests, timeout=LONG)  # nothing is waited for any more


# --- coming back ------------------------------------------------------------------------------


def test_a_run_comes_back_bit_for_bit_with_its_cursor_and_without_training(
    make_session: MakeSession, qtbot: QtBot
) -> None:
    session = make_session()
    old = session.train(SMALL)
    session.player.go_to(3)
    session.train(OTHER)
    run = session.runs.entries[1]
    held = {n: old.parameters(n).copy() for n in old.kept_epochs()}
    session.back(run)

    player, model = session.player, session.player.model
    assert model.experiment == SMALL
    assert model.recording is old
    assert model.cursor == 3
    assert model.phase is Phase.PAUSED
    assert session.runs.present is run
    qtbot.waitUntil(lambda: player.snapshot is not None and player.snapshot.epoch == 3
                    and player.snapshot.experiment == SMALL, timeout=LONG)  # fmt: skip
    qtbot.waitUntil(lambda: is_waiting(player.trainer), timeout=LONG)
    assert old.last == 4
    assert all(np.array_equal(old.parameters(n), values) for n, values in held.items())
    assert same(old, record(SMALL))


def test_a_run_whose_last_weights_have_just_given_way_begins_anew(
    make_session: MakeSession, qtbot: QtBot
) -> None:
    session = make_session()
    old = session.train(SMALL)
    session.train(OTHER, 1)
    run = session.runs.entries[1]
    old.give_way(old.kept_bytes)  # between the look at what is held and the wish
    session.back(run)

    assert session.player.model.recording is not old
    assert session.player.model.cursor == 0
    assert same(session.train(SMALL), record(SMALL))


def test_a_finished_run_comes_back_finished(make_session: MakeSession) -> None:
    session = make_session()
    session.train(SMALL)
    session.train(OTHER, 1)
    session.back(session.runs.entries[1])

    assert session.player.model.phase is Phase.FINISHED


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize("at", [1, 3])
def test_training_on_gives_the_bits_of_an_uninterrupted_run(
    make_session: MakeSession, optimiser: str, at: int
) -> None:
    first = SMALL.replace(optimiser=optimiser, epochs=6)
    session = make_session(experiment=first)
    session.train(first, at)
    session.train(OTHER, 2)
    session.back(session.runs.entries[1])
    on = session.train(first)

    assert on is session.runs.entries[1].recording
    assert on.kept_epochs() == list(range(7))
    assert same(on, record(first))


def test_a_thinned_run_trains_on_to_the_same_bits(make_session: MakeSession) -> None:
    long = SMALL.replace(epochs=12)
    session = make_session(experiment=long, budget=14 * EPOCH_BYTES)
    session.train(long, 8)
    session.train(OTHER.replace(epochs=9))
    run = session.runs.entries[1]
    assert run.recording.stride > 1
    session.back(run)
    on = session.train(long)

    assert on.last == 12
    assert same(on, record(long))


def test_playing_on_catches_up_while_the_known_is_shown(
    make_session: MakeSession, qtbot: QtBot
) -> None:
    long = SMALL.replace(epochs=30)
    session = make_session(experiment=long)
    session.train(long, 4)
    session.train(OTHER, 1)
    session.back(session.runs.entries[1])
    player = session.player
    player.set_speed(FAST)
    player.play()
    qtbot.waitUntil(lambda: player.model.phase is Phase.FINISHED, timeout=LONG)

    assert same(player.model.recording, record(long))


def test_catching_up_begins_before_the_end_of_the_known_is_shown(
    make_session: MakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()
    session.train(SMALL, 3)
    session.player.to_start()
    session.train(OTHER, 1)
    stepping = Stepping(steps_in_an_epoch=1)
    monkeypatch.setattr(initviz.engine, "train", stepping)
    session.back(session.runs.entries[1])
    player = session.player
    player.set_speed(0.01)  # slow enough for any machine
    player.play()
    assert player.model.cursor == 0
    stepping.allow(100)
    qtbot.waitUntil(lambda: player.model.recording.last == 4, timeout=LONG)

    assert player.model.cursor < 2
    player.pause()


def test_a_run_with_fewer_epochs_comes_back_with_its_own_recording(
    make_session: MakeSession,
) -> None:
    session = make_session()
    old = session.train(SMALL, 2)
    session.player.restart()
    session.train(SMALL.replace(epochs=9), 1)
    session.back(session.runs.entries[1])

    assert session.player.model.recording is old
    assert session.player.model.experiment == SMALL


def test_while_it_catches_up_one_can_step_and_pause(
    make_session: MakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()
    session.train(SMALL, 3)
    session.train(OTHER, 1)
    stepping = Stepping(steps_in_an_epoch=2)
    monkeypatch.setattr(initviz.engine, "train", stepping)
    session.back(session.runs.entries[1])
    player, model = session.player, session.player.model
    player.step_forward()
    stepping.allow(1)
    qtbot.waitUntil(lambda: stepping.steps == 2)
    assert player.run.catching_up
    player.step_back()  # at once, although the training is busy with epoch 1
    assert model.cursor == 2
    player.step_forward()
    assert model.cursor == 3
    assert not player.run.catching_up

    player.play()
    player.pause()
    stepping.allow(1)
    qtbot.waitUntil(lambda: is_waiting(player.trainer))
    assert stepping.steps == 2
    assert model.phase is Phase.PAUSED

    player.step_forward()
    stepping.allow(100)
    qtbot.waitUntil(lambda: model.cursor == 4, timeout=LONG)
    assert stepping.steps == 8
    assert model.recording.last == 4


# --- in the window ----------------------------------------------------------------------------


@pytest.fixture
def two(make_window: MakeWindow, qtbot: QtBot) -> Window:
    """A window that has trained SMALL, rested at epoch 2, and then trained OTHER."""
    window = make_window()
    finish(qtbot, window)
    window.player.go_to(2)
    window.model.edit(OTHER)
    finish(qtbot, window)
    return window


def test_undo_brings_the_recording_back_and_redo_the_newer_one(two: Window, qtbot: QtBot) -> None:
    newer, older = (run.recording for run in two.session.runs.entries)
    two.session.edits.undo.trigger()
    assert two.model.recording is older
    assert two.model.cursor == 2
    qtbot.waitUntil(lambda: shows(two, 2, SMALL), timeout=LONG)

    two.session.edits.redo.trigger()
    assert two.model.recording is newer
    assert two.model.cursor == 4
    qtbot.waitUntil(lambda: shows(two, 4, OTHER), timeout=LONG)
    assert older.last == newer.last == 4
    assert two.session.edits.stack.count() == 1


def test_undo_of_an_edit_whose_run_is_gone_shows_epoch_0(two: Window, qtbot: QtBot) -> None:
    two.session.runs.remove(two.session.runs.entries[1])
    two.session.edits.undo.trigger()

    assert two.model.recording.last <= 0
    qtbot.waitUntil(lambda: shows(two, 0, SMALL), timeout=LONG)


def test_undo_of_the_number_of_epochs_keeps_the_recording(two: Window) -> None:
    recording, run = two.model.recording, two.player.run
    two.controls.fields["epochs"].set_text("9")
    two.session.edits.undo.trigger()

    assert two.model.recording is recording
    assert two.player.run is run  # what is in training goes on
    assert two.model.experiment == OTHER


def test_a_run_that_is_shown_again_is_an_edit_that_can_be_undone(two: Window) -> None:
    newer, older = two.session.runs.entries
    two.session.show_run(older)
    assert two.model.recording is older.recording
    assert two.session.edits.undo.text() == "&Undo: learning rate 0.5 → 0.1"
    two.session.edits.undo.trigger()

    assert two.model.recording is newer.recording


def test_a_run_of_the_same_experiment_can_be_shown_again(make_window: MakeWindow, qtbot: QtBot
) -> None:  # fmt: skip
    window = make_window()
    finish(qtbot, window)
    window.player.restart()
    window.player.step_forward()
    qtbot.waitUntil(lambda: window.model.cursor == 1, timeout=LONG)
    older = window.session.runs.entries[1]
    window.session.show_run(older)

    assert window.model.recording is older.recording
    assert window.model.cursor == 4


def test_a_run_without_weights_is_shown_at_epoch_0(two: Window, qtbot: QtBot) -> None:
    older = two.session.runs.entries[1]
    older.recording.give_way(older.recording.kept_bytes)
    two.session.show_run(older)

    qtbot.waitUntil(lambda: shows(two, 0, SMALL), timeout=LONG)
    assert two.model.recording is not older.recording


def test_a_run_brings_its_lesson_back(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    lesson = LESSONS["zeros"]
    window.choose_lesson("zeros")
    window.player.step_forward()
    qtbot.waitUntil(lambda: window.model.cursor == 1, timeout=LONG)
    window.show_own(SMALL.replace(data=data("xor", samples=32)))
    window.player.step_forward()
    qtbot.waitUntil(lambda: window.model.cursor == 1, timeout=LONG)
    run = window.session.runs.entries[1]
    assert run.title == lesson.title
    window.session.show_run(run)

    assert window.lesson is lesson
    assert window.lessons.currentData() == "zeros"


def test_the_state_line_says_that_it_catches_up(
    two: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepping = Stepping(steps_in_an_epoch=1)
    monkeypatch.setattr(initviz.engine, "train", stepping)
    two.session.show_run(two.session.runs.entries[1])
    two.player.to_end()
    two.player.step_forward()
    stepping.allow(2)

    def said() -> str:
        return two.scrubber.state.text()

    qtbot.waitUntil(lambda: "catching up: epoch 2 of 4" in said(), timeout=LONG)
    two.player.to_end()
    qtbot.waitUntil(lambda: "catching up" not in said(), timeout=LONG)
    stepping.allow(100)


def test_a_failed_run_is_got_over_by_a_run_that_comes_back(
    two: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no luck")

    older = two.session.runs.entries[1]
    with monkeypatch.context() as patch:
        patch.setattr(initviz.engine, "train", broken)
        two.model.edit(THIRD)
        qtbot.waitUntil(lambda: two.model.phase is Phase.FAILED, timeout=LONG)
    two.session.show_run(older)

    assert two.model.phase is Phase.PAUSED
    assert not two.banner.isVisible()
    qtbot.waitUntil(lambda: shows(two, 2, SMALL), timeout=LONG)
