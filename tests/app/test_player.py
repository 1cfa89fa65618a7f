from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import initviz.engine
from initviz.app import player as player_module
from initviz.app import runner as runner_module
from initviz.app.model import Model, Phase
from initviz.app.player import (
    MOST_AHEAD,
    PLAYING_GRID,
    RESTING_GRID,
    SLOW_PROBE,
    SPEEDS,
    Player,
)
from initviz.app.runner import Request, Trainer
from initviz.engine import record
from initviz.focus import Focus
from initviz.parts import Part, Wanted
from initviz.snapshot import Snapshot
from tests.app.conftest import LONG, SMALL, MakePlayer, is_waiting, threads
from tests.app.fakes import Gate, Stepping, failing

FAST = math.inf


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(player_module, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


def wait_for(qtbot: QtBot, player: Player, phase: Phase) -> None:
    qtbot.waitUntil(lambda: player.model.phase is phase, timeout=LONG)


def finish(qtbot: QtBot, player: Player) -> None:
    """Train to the end, as fast as it goes."""
    player.set_speed(FAST)
    player.play()

    def finished() -> bool:
        player.look()  # oftener than the timer
        return player.model.phase is Phase.FINISHED

    qtbot.waitUntil(finished, timeout=LONG)


def shows(player: Player, epoch: int) -> bool:
    return player.snapshot is not None and player.snapshot.epoch == epoch


def test_epoch_0_is_shown_before_anything_is_trained(make_player: MakePlayer) -> None:
    player = make_player()

    assert player.model.phase is Phase.IDLE
    assert player.model.cursor == 0
    assert player.model.recording.last == 0
    assert shows(player, 0)
    assert player.snapshot is not None
    assert player.snapshot.layers
    assert player.snapshot.boundary is not None


def test_torch_is_said_to_be_loading_until_there_is_an_epoch(qtbot: QtBot) -> None:
    player = Player(Model(SMALL))
    assert player.model.phase is Phase.LOADING
    wait_for(qtbot, player, Phase.IDLE)
    player.close()


def twice_space(player: Player) -> None:
    player.toggle()
    player.toggle()


def fewer_epochs(player: Player) -> None:
    player.model.edit(SMALL.replace(epochs=2))


@pytest.mark.parametrize(
    "what",
    [Player.to_start, Player.to_end, Player.step_back, Player.pause, twice_space, fewer_epochs],
    ids=lambda what: what.__name__,
)
def test_nothing_that_is_done_before_epoch_0_keeps_it_away(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, what: Callable[[Player], None]
) -> None:
    monkeypatch.setattr(player_module, "Trainer", lambda budget, held: Trainer(budget, held=True))
    player = Player(Model(SMALL))
    try:
        assert len(player.model.recording) == 0
        what(player)
        player.look()
        player.trainer.release()
        qtbot.waitUntil(lambda: shows(player, 0) and is_waiting(player.trainer), timeout=LONG)

        assert player.model.phase is Phase.IDLE
        assert player.model.recording.last == 0
        finish(qtbot, player)
    finally:
        player.close()


def test_playing_ends_at_the_last_epoch(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    finish(qtbot, player)

    assert player.model.cursor == SMALL.epochs
    qtbot.waitUntil(lambda: shows(player, SMALL.epochs) and is_waiting(player.trainer))
    assert player.model.recording.last == SMALL.epochs


def test_twenty_pauses_change_no_bit(make_player: MakePlayer, qtbot: QtBot) -> None:
    endless = SMALL.replace(epochs=100_000)
    player = make_player(endless, FAST)
    recording = player.model.recording
    for _ in range(20):
        before = recording.last
        player.toggle()
        assert player.model.phase is Phase.TRAINING
        qtbot.waitUntil(lambda before=before: recording.last > before, timeout=LONG)
        player.toggle()
        assert player.model.phase is Phase.PAUSED
        at = recording.last
        qtbot.waitUntil(lambda: is_waiting(player.trainer))
        assert recording.last <= at + 1  # at most the epoch that was all but done
    assert player.model.recording is recording

    last = min(recording.last, 40)
    whole = record(SMALL.replace(epochs=last))
    for number in range(last + 1):
        np.testing.assert_array_equal(recording.parameters(number), whole.parameters(number))


def test_a_pause_stops_the_cursor(make_player: MakePlayer, qtbot: QtBot, clock: Clock) -> None:
    player = make_player(SMALL.replace(epochs=100_000), FAST)
    player.play()
    qtbot.waitUntil(lambda: player.model.cursor > 2, timeout=LONG)
    player.pause()
    at = player.model.cursor
    clock.now += 100
    player.look()

    assert player.model.cursor == at


def test_pausing_twice_is_pausing_once(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player(SMALL.replace(epochs=100_000), FAST)
    player.play()
    qtbot.waitUntil(lambda: player.model.recording.last > 1, timeout=LONG)
    player.pause()
    player.pause()

    assert player.model.phase is Phase.PAUSED


def test_a_paused_player_closes(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player(SMALL.replace(epochs=100_000), FAST)
    player.play()
    qtbot.waitUntil(lambda: player.model.recording.last > 1, timeout=LONG)
    player.pause()

    assert player.close()
    assert threads() == []


def test_a_playing_player_closes(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player(SMALL.replace(epochs=100_000), FAST)
    player.play()
    qtbot.waitUntil(lambda: player.model.recording.last > 1, timeout=LONG)

    assert player.close()
    assert threads() == []


# --- steps ------------------------------------------------------------------------------------


def test_a_step_forward_at_the_end_trains_exactly_one_epoch(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player()
    for number in (1, 2):
        player.step_forward()
        qtbot.waitUntil(lambda number=number: shows(player, number), timeout=LONG)
        qtbot.waitUntil(lambda: is_waiting(player.trainer))
        assert player.model.cursor == player.model.recording.last == number
    assert player.model.phase is Phase.PAUSED


def test_steps_asked_for_in_a_row_are_all_taken(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    for _ in range(3):
        player.step_forward()
    qtbot.waitUntil(lambda: player.model.cursor == 3, timeout=LONG)
    qtbot.waitUntil(lambda: is_waiting(player.trainer))

    assert player.model.recording.last == 3


def test_a_step_past_the_experiments_end_trains_one_more(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player()
    finish(qtbot, player)
    player.step_forward()
    qtbot.waitUntil(lambda: player.model.cursor == SMALL.epochs + 1, timeout=LONG)
    qtbot.waitUntil(lambda: is_waiting(player.trainer))

    assert player.model.recording.last == SMALL.epochs + 1
    assert player.model.phase is Phase.FINISHED


def test_a_step_back_trains_nothing(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    finish(qtbot, player)
    run, recording = player.run, player.model.recording
    kept = {number: recording.parameters(number) for number in recording.kept_epochs()}
    for number in (3, 2, 1, 0, 0):
        player.step_back()
        assert player.model.cursor == number
        qtbot.waitUntil(lambda number=number: shows(player, number), timeout=LONG)
    player.step_forward()
    qtbot.waitUntil(lambda: is_waiting(player.trainer))

    assert player.run is run
    assert player.model.recording is recording
    assert recording.last == SMALL.epochs
    assert all(recording.parameters(number) is held for number, held in kept.items())
    assert player.model.cursor == 1
    assert player.model.phase is Phase.PAUSED


def test_a_step_back_and_forward_shows_the_same_picture(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player()
    finish(qtbot, player)
    player.go_to(3)
    qtbot.waitUntil(lambda: shows(player, 3), timeout=LONG)
    before = player.snapshot
    player.step_back()
    qtbot.waitUntil(lambda: shows(player, 2), timeout=LONG)
    player.step_forward()
    qtbot.waitUntil(lambda: shows(player, 3), timeout=LONG)

    assert before is not None
    assert player.snapshot is not None
    for a, b in zip(before.layers, player.snapshot.layers, strict=True):
        np.testing.assert_array_equal(a.activation, b.activation)
        np.testing.assert_array_equal(a.grad_weight, b.grad_weight)


def test_a_held_step_key_does_not_run_away_from_what_is_shown(
    make_player: MakePlayer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepping = Stepping(steps_in_an_epoch=2)
    monkeypatch.setattr(initviz.engine, "train", stepping)
    player = make_player(SMALL.replace(epochs=1000))
    for number in (MOST_AHEAD, 2 * MOST_AHEAD):
        for _ in range(20):  # before the first of these epochs is trained
            player.step_forward()
        stepping.allow(2 * MOST_AHEAD)
        qtbot.waitUntil(lambda number=number: shows(player, number), timeout=LONG)
        assert player.model.cursor == number
    stepping.allow(10_000)
    qtbot.waitUntil(lambda: is_waiting(player.trainer))

    assert MOST_AHEAD < 5
    assert player.model.recording.last == 2 * MOST_AHEAD


def test_steps_pause_a_playing_player(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player(SMALL.replace(epochs=100_000), FAST)
    player.play()
    qtbot.waitUntil(lambda: player.model.cursor > 2, timeout=LONG)
    player.step_back()

    assert player.model.phase is Phase.PAUSED


def test_home_and_end_go_to_the_ends(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    finish(qtbot, player)
    player.to_start()
    assert player.model.cursor == 0
    player.to_end()
    assert player.model.cursor == SMALL.epochs
    assert player.model.phase is Phase.FINISHED


def test_the_cursor_stays_within_what_is_recorded(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    finish(qtbot, player)
    player.go_to(1000)
    assert player.model.cursor == SMALL.epochs
    player.go_to(-7)
    assert player.model.cursor == 0


def test_scrubbing_shows_where_it_ends(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player(SMALL.replace(epochs=40))
    finish(qtbot, player)
    shown: list[Snapshot] = []
    player.shown.connect(shown.append)
    for number in [*range(40, 0, -1), 7]:
        player.go_to(number)
    qtbot.waitUntil(lambda: shows(player, 7), timeout=LONG)

    assert len(shown) < 20  # those passed on the way are dropped
    assert player.model.recording.last == 40


# --- time -------------------------------------------------------------------------------------


def test_playing_follows_the_clock(make_player: MakePlayer, qtbot: QtBot, clock: Clock) -> None:
    player = make_player(SMALL.replace(epochs=10))
    finish(qtbot, player)
    player._timer.stop()
    player.set_speed(5)
    player.play()
    assert player.model.cursor == 0

    def after(seconds: float) -> int:
        clock.now += seconds
        player.look()
        return player.model.cursor

    assert after(0.1) == 0
    assert after(0.15) == 1
    assert after(0.5) == 3
    player.set_speed(1)  # goes on from here, at another pace
    assert after(0.9) == 3
    assert after(0.2) == 4
    player.go_to(8)
    assert player.model.phase is Phase.TRAINING
    assert after(0.9) == 8
    assert after(0.2) == 9
    assert after(60) == 10
    assert player.model.phase is Phase.FINISHED


def test_a_training_that_lags_behind_the_clock_is_not_caught_up_with(
    make_player: MakePlayer, qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepping = Stepping(steps_in_an_epoch=1)
    monkeypatch.setattr(initviz.engine, "train", stepping)
    player = make_player(SMALL.replace(epochs=1000), 10.0)
    player._timer.stop()
    recording = player.model.recording
    player.play()
    stepping.allow(1)
    qtbot.waitUntil(lambda: recording.last == 1, timeout=LONG)
    clock.now += 20  # 200 epochs would be due
    player.look()
    assert player.model.cursor == 1

    for number in (2, 3):  # now they come faster than the wish
        stepping.allow(1)
        qtbot.waitUntil(lambda number=number: recording.last == number, timeout=LONG)
    clock.now += 0.1
    player.look()
    assert player.model.cursor == 2
    stepping.allow(10_000)


def test_a_slow_pace_trains_no_more_than_it_will_show_soon(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player(SMALL.replace(epochs=100_000), 1.0)
    player.play()
    qtbot.waitUntil(lambda: player.model.recording.last > 0, timeout=LONG)
    qtbot.waitUntil(lambda: is_waiting(player.trainer))

    assert player.model.recording.last <= player.model.cursor + 3


def test_as_fast_as_it_goes_passes_over_recorded_epochs_in_a_few_looks(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player(SMALL.replace(epochs=300))
    finish(qtbot, player)
    player._timer.stop()
    player.play()
    looks = 0
    while player.model.phase is Phase.TRAINING:
        player.look()
        looks += 1
        assert looks < 40

    assert player.model.cursor == 300


@pytest.mark.parametrize("speed", SPEEDS)
def test_every_speed_arrives(
    make_player: MakePlayer, qtbot: QtBot, clock: Clock, speed: float
) -> None:
    player = make_player(SMALL.replace(epochs=2), speed)
    player.play()

    def moved() -> bool:
        clock.now += 0.2
        return player.model.phase is Phase.FINISHED

    qtbot.waitUntil(moved, timeout=LONG)
    assert player.model.recording.last == 2


def test_a_finished_run_is_played_again_without_training(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player()
    finish(qtbot, player)
    run = player.run
    player.toggle()
    assert player.model.cursor < SMALL.epochs
    assert player.model.phase is Phase.TRAINING
    wait_for(qtbot, player, Phase.FINISHED)

    assert player.run is run
    assert player.model.recording.last == SMALL.epochs


def test_the_boundary_is_drawn_finer_at_rest(
    make_player: MakePlayer, qtbot: QtBot, clock: Clock
) -> None:
    player = make_player()
    player.step_forward()
    qtbot.waitUntil(lambda: shows(player, 1), timeout=LONG)
    assert player.snapshot is not None
    assert player.snapshot.boundary is not None
    coarse = player.snapshot.boundary.shape[-1]
    clock.now += 10

    def fine() -> bool:
        boundary = player.snapshot.boundary if player.snapshot else None
        return boundary is not None and boundary.shape[-1] > coarse

    qtbot.waitUntil(fine, timeout=LONG)


@pytest.mark.parametrize(
    ("seconds", "grid"),
    [(SLOW_PROBE / 2, PLAYING_GRID), (SLOW_PROBE * 2, PLAYING_GRID // 2)],
    ids=["quick", "slow"],
)
def test_where_probing_takes_long_the_boundary_is_coarser_while_it_moves_and_fine_at_rest(
    make_player: MakePlayer,
    qtbot: QtBot,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    grid: int,
) -> None:
    ticks = count(0.0, seconds)  # every look at the clock is that much later
    stopwatch = SimpleNamespace(monotonic=time.monotonic, perf_counter=lambda: next(ticks))
    monkeypatch.setattr(runner_module, "time", stopwatch)
    player = make_player(SMALL.replace(epochs=3))

    def cells() -> int:
        boundary = player.snapshot.boundary if player.snapshot else None
        return 0 if boundary is None else int(boundary.shape[-1])

    for number in (1, 2):  # the first probe of moving pictures shows how long one takes
        player.step_forward()
        qtbot.waitUntil(lambda number=number: shows(player, number), timeout=LONG)
    assert cells() == grid
    player.set_speed(1.0)
    player.play()
    clock.now += 1.5
    qtbot.waitUntil(lambda: shows(player, 3), timeout=LONG)
    assert cells() == grid

    clock.now += 10
    qtbot.waitUntil(lambda: cells() == RESTING_GRID, timeout=LONG)
    grids: list[int] = []
    player.shown.connect(
        lambda shown: grids.append(shown.boundary.shape[-1]) if shown.experiment.seed == 2 else None
    )
    player.model.edit(SMALL.replace(seed=2))  # it may be quicker
    qtbot.waitUntil(lambda: bool(grids), timeout=LONG)
    assert grids[0] == PLAYING_GRID


def test_only_what_is_wanted_is_probed(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    player.want(frozenset({Part.BOUNDARY}))
    player.step_forward()
    qtbot.waitUntil(lambda: shows(player, 1), timeout=LONG)
    assert player.snapshot is not None
    assert player.snapshot.layers == ()

    player.want(frozenset({Part.LAYERS}))
    player.step_back()
    qtbot.waitUntil(lambda: shows(player, 0), timeout=LONG)
    assert player.snapshot.boundary is None
    assert player.snapshot.layers


# --- edits ------------------------------------------------------------------------------------


def test_an_edit_shows_the_new_epoch_0(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    finish(qtbot, player)
    new = SMALL.replace(activation="relu")
    player.model.edit(new)
    assert player.model.cursor == 0
    assert player.model.phase is Phase.IDLE
    qtbot.waitUntil(
        lambda: player.snapshot is not None and player.snapshot.experiment == new, timeout=LONG
    )

    assert shows(player, 0)
    assert player.model.recording.experiment == new


def test_an_edit_while_playing_stops_the_training_before(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player(SMALL.replace(epochs=100_000), FAST)
    old = player.model.recording
    player.play()
    qtbot.waitUntil(lambda: old.last > 1, timeout=LONG)
    player.model.edit(SMALL.replace(seed=3))
    qtbot.waitUntil(lambda: len(player.model.recording) == 1, timeout=LONG)
    last = old.last
    qtbot.waitUntil(lambda: is_waiting(player.trainer))

    assert player.model.recording is not old
    assert old.last == last
    assert player.model.phase is Phase.IDLE


def test_many_edits_in_a_row_show_the_last(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    for seed in range(2, 40):
        player.model.edit(SMALL.replace(seed=seed))
    qtbot.waitUntil(
        lambda: player.snapshot is not None and player.snapshot.experiment.seed == 39,
        timeout=LONG,
    )
    assert player.model.phase is Phase.IDLE


def test_more_epochs_keep_the_recording(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    finish(qtbot, player)
    recording, held = player.model.recording, player.model.recording.parameters(2)
    player.model.edit(SMALL.replace(epochs=7))
    assert player.model.recording is recording
    assert player.model.cursor == SMALL.epochs
    assert player.model.phase is Phase.PAUSED

    player.play()
    wait_for(qtbot, player, Phase.FINISHED)

    assert recording.last == 7
    assert recording.parameters(2) is held


def test_fewer_epochs_than_recorded_keep_the_recording(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player()
    finish(qtbot, player)
    player.model.edit(SMALL.replace(epochs=2))

    assert player.model.recording.last == SMALL.epochs
    assert player.model.phase is Phase.FINISHED
    player.play()
    wait_for(qtbot, player, Phase.FINISHED)
    assert player.model.cursor == 2


def test_restarting_begins_again_with_the_same_numbers(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player()
    finish(qtbot, player)
    old = player.model.recording
    player.restart()
    assert player.model.cursor == 0
    finish(qtbot, player)

    assert player.model.recording is not old
    np.testing.assert_array_equal(player.model.recording.parameters(4), old.parameters(4))


# --- what goes wrong --------------------------------------------------------------------------


def test_a_training_that_raises_is_told_and_the_next_edit_works(
    make_player: MakePlayer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "train", failing(2, "the graphics card is gone"))
        player = make_player()
        player.play()
        wait_for(qtbot, player, Phase.FAILED)
    assert "the graphics card is gone" in player.model.problem
    for useless in (player.play, player.toggle, player.pause, player.step_forward):
        useless()
        assert player.model.phase is Phase.FAILED
    player.step_back()  # what was recorded can still be looked at
    assert player.model.cursor == 0

    player.model.edit(SMALL.replace(seed=4))
    wait_for(qtbot, player, Phase.IDLE)
    finish(qtbot, player)
    assert player.model.problem == ""


def test_what_was_recorded_before_a_failure_can_still_be_looked_at(
    make_player: MakePlayer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initviz.engine, "train", failing(4, "the graphics card is gone"))
    player = make_player(SMALL, FAST)
    player.play()
    wait_for(qtbot, player, Phase.FAILED)
    player.to_start()
    qtbot.waitUntil(lambda: shows(player, 0))
    player.step_forward()
    player.go_to(3)
    qtbot.waitUntil(lambda: shows(player, 3))
    player.step_back()
    qtbot.waitUntil(lambda: shows(player, 2))

    assert player.model.phase is Phase.FAILED


def test_after_a_failure_even_another_number_of_epochs_begins_again(
    make_player: MakePlayer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "train", failing(1, "no luck"))
        player = make_player()
        player.play()
        wait_for(qtbot, player, Phase.FAILED)

    player.model.edit(SMALL.replace(epochs=2))
    wait_for(qtbot, player, Phase.IDLE)
    finish(qtbot, player)


def test_a_training_that_fails_at_once_can_be_tried_again(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "train", failing(0, "no luck"))
        player = Player(Model(SMALL))
        wait_for(qtbot, player, Phase.FAILED)

    player.restart()
    wait_for(qtbot, player, Phase.IDLE)
    player.close()


def test_a_probe_that_raises_is_told_and_the_next_edit_works(
    make_player: MakePlayer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = make_player()

    def broken_probe(*_: object) -> None:
        raise ValueError("no picture")

    with monkeypatch.context() as broken:
        broken.setattr(initviz.engine, "probe", broken_probe)
        player.step_forward()
        wait_for(qtbot, player, Phase.FAILED)
        qtbot.waitUntil(lambda: is_waiting(player.prober))
    assert "no picture" in player.model.problem

    player.model.edit(SMALL.replace(seed=4))
    wait_for(qtbot, player, Phase.IDLE)
    qtbot.waitUntil(
        lambda: player.snapshot is not None and player.snapshot.experiment.seed == 4, timeout=LONG
    )


def test_a_probe_that_raises_stops_training_and_asking(
    make_player: MakePlayer, qtbot: QtBot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = make_player(SMALL.replace(epochs=1_000_000), FAST)
    asked: list[object] = []

    def broken_probe(*wish: object) -> None:
        asked.append(wish)
        raise ValueError("no picture")

    monkeypatch.setattr(initviz.engine, "probe", broken_probe)
    player.play()
    wait_for(qtbot, player, Phase.FAILED)
    qtbot.waitUntil(lambda: is_waiting(player.trainer) and is_waiting(player.prober))
    last, times = player.model.recording.last, len(asked)
    for _ in range(5):
        clock.now += 10  # at rest a finer boundary would be due
        player.look()
    qtbot.waitUntil(lambda: is_waiting(player.trainer) and is_waiting(player.prober))

    assert player.model.recording.last == last
    assert len(asked) == times
    assert player.model.phase is Phase.FAILED
    assert "no picture" in player.model.problem


def test_a_late_picture_of_an_abandoned_run_is_not_shown(
    make_player: MakePlayer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = make_player()
    player._timer.stop()
    qtbot.waitUntil(lambda: is_waiting(player.prober))
    player.prober.take()
    shown: list[Snapshot] = []
    player.shown.connect(shown.append)
    gate = Gate(player.snapshot)
    with monkeypatch.context() as late:
        late.setattr(initviz.engine, "probe", gate)
        player.prober.ask(Request(player.model.recording, 0, Wanted()))
        assert gate.entered.acquire(timeout=10)
        player.model.edit(SMALL.replace(seed=4))
        gate.open.release()
        qtbot.waitUntil(lambda: is_waiting(player.prober))
    player.look()
    assert shown == []

    player._timer.start()
    qtbot.waitUntil(lambda: bool(shown), timeout=LONG)
    assert shown[0].experiment.seed == 4


# --- memory -----------------------------------------------------------------------------------


def test_a_thinned_recording_is_walked_over_what_is_kept(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    budget = 6 * SMALL.parameter_count * len(SMALL.lanes) * 4
    player = make_player(SMALL.replace(epochs=21), budget=budget)
    finish(qtbot, player)
    recording = player.model.recording
    kept = recording.kept_epochs()
    assert recording.stride > 1
    assert kept[-1] == 21

    for number in reversed(kept[:-1]):
        player.step_back()
        assert player.model.cursor == number
    for number in kept[1:]:
        player.step_forward()
        assert player.model.cursor == number
    assert recording.last == 21


def test_the_cursor_comes_to_rest_on_an_epoch_that_is_kept(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    budget = 6 * SMALL.parameter_count * len(SMALL.lanes) * 4
    player = make_player(SMALL.replace(epochs=21), budget=budget)
    finish(qtbot, player)
    for wanted in range(22):
        player.go_to(wanted)
        assert player.model.cursor == player.model.recording.nearest(wanted)


@pytest.mark.parametrize(
    "speed",
    [30.0, FAST],
)
def test_a_thinned_recording_ends_at_a_lower_goal_whose_weights_are_gone(
    make_player: MakePlayer, qtbot: QtBot, clock: Clock, speed: float
) -> None:
    budget = 6 * SMALL.parameter_count * len(SMALL.lanes) * 4
    player = make_player(SMALL.replace(epochs=21), budget=budget)
    finish(qtbot, player)
    kept = player.model.recording.kept_epochs()
    goal = kept[-2] - 1
    assert goal not in kept
    player._timer.stop()
    player.set_speed(speed)
    player.model.edit(SMALL.replace(epochs=goal))
    player.play()
    for _ in range(100):
        clock.now += 0.1
        player.look()

    assert player.model.phase is Phase.FINISHED
    assert player.model.cursor == kept[-3]
    assert player.model.recording.last == 21


def test_a_player_rests_when_the_finest_picture_is_there(
    make_player: MakePlayer, qtbot: QtBot
) -> None:
    player = make_player()
    qtbot.waitUntil(lambda: player.rests, timeout=LONG)
    player.want(frozenset({Part.LAYERS, Part.SAMPLES}))
    assert not player.rests
    qtbot.waitUntil(lambda: player.rests, timeout=LONG)
    assert player.snapshot is not None
    assert player.snapshot.samples is not None
    player.step_forward()
    qtbot.waitUntil(lambda: player.rests and player.model.cursor == 1, timeout=LONG)
    assert player.snapshot.epoch == 1


def test_another_focus_is_probed(make_player: MakePlayer, qtbot: QtBot) -> None:
    player = make_player()
    player.want(frozenset({Part.NEURONS}))
    player.model.set_focus(Focus(lane=1, layer=9, neuron=3))  # the nearest that there is

    def looked_at() -> bool:
        shown = player.snapshot
        return shown is not None and shown.focus == Focus(lane=1, layer=2)

    qtbot.waitUntil(looked_at, timeout=LONG)
    assert player.snapshot is not None
    assert player.snapshot.tiles is not None
    assert player.snapshot.tiles.lanes == (1,)


def test_what_is_asked_for_aside_comes_before_what_is_asked_for_afterwards(
    make_player: MakePlayer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = make_player()
    finish(qtbot, player)
    qtbot.waitUntil(lambda: player.rests, timeout=LONG)
    player._timer.stop()
    answers: list[Snapshot | None] = []
    gate = Gate(player.snapshot)
    monkeypatch.setattr(initviz.engine, "probe", gate)
    player.go_to(1)
    assert gate.entered.acquire(timeout=10)
    player.ask_aside(Request(player.model.recording, 4, Wanted()), answers.append)
    player.go_to(2)
    gate.open.release(10)

    def answered() -> bool:
        player.look()
        return len(gate.epochs) == 3

    qtbot.waitUntil(answered, timeout=LONG)
    assert gate.epochs == [1, 4, 2]
    assert answers == [gate.answer]
    player._timer.start()
