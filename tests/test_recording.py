from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Iterator
from dataclasses import fields
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initviz.experiment import Experiment, Lane
from initviz.recording import DEFAULT_BUDGET, Epoch, Recording, Scalars

EXPERIMENT = Experiment(hidden=(3,), lanes=(Lane(), Lane()))
LANES, LAYERS, PARAMETERS = 2, 2, EXPERIMENT.parameter_count
EPOCH_BYTES = LANES * PARAMETERS * 4


def epoch(number: int, value: float | None = None) -> Epoch:
    """An epoch all of whose numbers are its own."""
    fill = float(number) if value is None else value
    lane, layer = np.full(LANES, fill), np.full((LANES, LAYERS), fill)
    return Epoch(
        number,
        np.full((LANES, PARAMETERS), fill, dtype=np.float32),
        Scalars(
            lane,
            lane + 1,
            lane / 2,
            lane / 4,
            *[layer, layer + 1, layer / 2, layer + 3, layer + 4, layer / 5, layer / 6],
        ),
    )


def recorded(count: int, budget: int = DEFAULT_BUDGET) -> Recording:
    recording = Recording(EXPERIMENT, budget)
    for number in range(count):
        recording.append(epoch(number))
    return recording


# ---- appending ----


def test_an_empty_recording_says_so() -> None:
    recording = Recording(EXPERIMENT)
    assert len(recording) == 0
    assert recording.last == -1
    assert recording.kept_epochs() == []
    assert recording.kept_bytes == 0
    assert list(recording.diverged_at()) == [-1, -1]
    assert recording.scalars().train_loss.shape == (0, LANES)
    assert recording.scalars().gradient_norm.shape == (0, LANES, LAYERS)
    with pytest.raises(IndexError, match="nothing has been recorded yet"):
        recording.nearest(0)
    with pytest.raises(IndexError, match="nothing has been recorded yet"):
        recording.held(0)
    with pytest.raises(KeyError):
        recording.parameters(0)


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 129, 300])
def test_every_epoch_that_was_appended_can_be_read(count: int) -> None:
    recording = recorded(count)
    assert len(recording) == count
    assert recording.last == count - 1
    assert recording.kept_epochs() == list(range(count))
    assert recording.kept_bytes == count * EPOCH_BYTES
    for number in range(count):
        assert (recording.parameters(number) == number).all()
    figures = recording.scalars()
    for field in fields(Scalars):
        rows = np.stack([getattr(epoch(number).scalars, field.name) for number in range(count)])
        np.testing.assert_array_equal(getattr(figures, field.name), rows)


@pytest.mark.parametrize("number", [0, 2, 4, -1])
def test_epochs_are_appended_in_order_only(number: int) -> None:
    recording = recorded(3)
    recording.append(epoch(3))
    if number == 4:
        recording.append(epoch(4))
    with pytest.raises(ValueError, match=f"epoch {number} does not follow epoch {recording.last}"):
        recording.append(epoch(number))
    assert recording.kept_epochs() == list(range(recording.last + 1))


def test_a_view_of_the_figures_stays_what_it_was_and_cannot_be_written_to() -> None:
    recording = Recording(EXPERIMENT)
    views = []
    for number in range(200):  # the tables grow several times
        recording.append(epoch(number))
        views.append(recording.scalars())
    for number, figures in enumerate(views):
        expected = np.arange(number + 1.0)
        np.testing.assert_array_equal(figures.train_loss[:, 0], expected)
        np.testing.assert_array_equal(figures.weight_norm[:, 1, 1], expected + 1)
        for field in fields(Scalars):
            with pytest.raises(ValueError, match="read-only"):
                getattr(figures, field.name)[0] = 7
    np.testing.assert_array_equal(recording.scalars().train_loss[:, 0], np.arange(200.0))


# ---- divergence ----


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["parameters", "train_loss", "test_loss"])
def test_a_lane_diverges_at_its_first_epoch_that_is_not_finite(where: str, bad: float) -> None:
    recording = Recording(EXPERIMENT)
    for number in range(6):
        made = epoch(number)
        if number in (2, 4):  # an epoch that is finite again does not undo it
            row = made.parameters if where == "parameters" else getattr(made.scalars, where)
            row[1 if row.ndim == 1 else (1, PARAMETERS - 1)] = bad
        recording.append(made)
        assert list(recording.diverged_at()) == [-1, 2 if number >= 2 else -1]
    recording.diverged_at()[:] = 9  # an owned copy
    assert list(recording.diverged_at()) == [-1, 2]


# ---- the budget ----


@given(count=st.integers(1, 150), epochs_kept=st.integers(0, 40), odd=st.integers(0, 99))
def test_past_its_budget_a_recording_thins_evenly(count: int, epochs_kept: int, odd: int) -> None:
    budget = epochs_kept * EPOCH_BYTES + odd
    recording = Recording(EXPERIMENT, budget)
    for number in range(count):
        recording.append(epoch(number))
        kept, stride = recording.kept_epochs(), recording.stride
        # The first and the newest, and every stride-th between, whatever the budget.
        assert kept == sorted({*range(0, number + 1, stride), number})
        assert stride & (stride - 1) == 0
        assert recording.kept_bytes == len(kept) * EPOCH_BYTES
        assert recording.kept_bytes <= max(budget, 2 * EPOCH_BYTES)
        # No more is dropped than has to be: half the stride would not fit.
        finer = {*range(0, number + 1, max(stride // 2, 1)), number}
        assert stride == 1 or len(finer) * EPOCH_BYTES > budget
    for number in recording.kept_epochs():
        assert (recording.parameters(number) == number).all()
    np.testing.assert_array_equal(recording.scalars().train_loss[:, 0], np.arange(count))


@given(st.integers(1, 150), st.integers(0, 40), st.integers(0, 200))
def test_nearest_is_the_newest_kept_epoch_at_or_before(
    count: int, epochs_kept: int, wanted: int
) -> None:
    recording = recorded(count, epochs_kept * EPOCH_BYTES)
    number = recording.nearest(wanted)
    assert number == max(kept for kept in recording.kept_epochs() if kept <= wanted)
    held, parameters = recording.held(wanted)
    assert held == number
    assert parameters is recording.parameters(number)
    assert recording.nearest(-5) == 0


def test_what_was_thinned_out_is_not_held() -> None:
    recording = recorded(40, 8 * EPOCH_BYTES)
    dropped = set(range(40)) - set(recording.kept_epochs())
    assert len(dropped) > 25
    for number in dropped:
        with pytest.raises(KeyError):
            recording.parameters(number)


def test_thinning_a_long_recording_does_not_go_through_it_for_each_epoch() -> None:
    # Readers wait meanwhile: half a minute, where fifty thousand epochs were gone through so.
    class Counted(int):
        looked_at = 0

        def __mod__(self, other: int) -> int:
            Counted.looked_at += 1
            return int(self) % other

        def __eq__(self, other: object) -> bool:
            Counted.looked_at += 1
            return int(self) == other

        def __ne__(self, other: object) -> bool:
            Counted.looked_at += 1
            return int(self) != other

        def __hash__(self) -> int:
            return hash(int(self))

    recording = Recording(EXPERIMENT, 900 * EPOCH_BYTES)
    for number in range(1000):
        recording.append(dataclasses.replace(epoch(number), number=Counted(number)))
    assert recording.stride == 2
    assert Counted.looked_at < 10 * 1000


@pytest.mark.parametrize("epochs_kept", [3, 10, 40, 1000])
@pytest.mark.parametrize("rows", [4, 7])
def test_what_a_reader_holds_never_changes(
    monkeypatch: pytest.MonkeyPatch, epochs_kept: int, rows: int
) -> None:
    monkeypatch.setattr("initviz.recording.BLOCK_BYTES", rows * EPOCH_BYTES)
    recording = Recording(EXPERIMENT, epochs_kept * EPOCH_BYTES)
    readers: list[tuple[int, np.ndarray]] = []
    for number in range(300):
        recording.append(epoch(number))
        for wanted in (number, number - 1, number // 2, 0):
            readers.append(recording.held(wanted))

    assert recording.stride > 1 or epochs_kept == 1000
    for held, parameters in readers:
        assert parameters.shape == (LANES, PARAMETERS)
        assert (parameters == held).all()


def test_thinning_lets_go_of_what_was_thinned_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = 4
    monkeypatch.setattr("initviz.recording.BLOCK_BYTES", rows * EPOCH_BYTES)
    recording = Recording(EXPERIMENT, 40 * EPOCH_BYTES)
    for number in range(300):
        recording.append(epoch(number))
        kept = [recording.parameters(held) for held in recording.kept_epochs()]
        blocks = {id(a if a.base is None else a.base): a for a in kept}.values()
        size = sum((a if a.base is None else a.base).nbytes for a in blocks)
        assert size <= recording.kept_bytes + 2 * rows * EPOCH_BYTES


# ---- threads ----


def test_an_epoch_is_found_and_fetched_under_one_lock() -> None:
    # Between two it might be thinned out, so seldom that no test of threads meets it for certain.
    recording = recorded(5)

    class Guarded(dict[int, np.ndarray]):
        def __getitem__(self, number: int) -> np.ndarray:
            assert recording._lock.locked()
            return super().__getitem__(number)

    recording._kept = Guarded(recording._kept)
    assert recording.held(3)[0] == 3
    assert (recording.parameters(2) == 2).all()


@pytest.fixture
def busy_switching() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("busy_switching")
def test_readers_never_see_a_half_written_epoch() -> None:
    recording = Recording(EXPERIMENT, budget=20 * EPOCH_BYTES)
    turn, finished = threading.Condition(), threading.Event()
    rounds = [0, 0]
    failures: list[Exception] = []

    def read_once() -> None:
        length = len(recording)
        if not length:
            return
        figures = recording.scalars()
        assert len(figures.train_loss) >= length
        # All tables end at the same epoch, and its row is whole.
        lengths = {len(getattr(figures, field.name)) for field in fields(Scalars)}
        assert lengths == {len(figures.train_loss)}
        newest = epoch(len(figures.train_loss) - 1).scalars
        for field in fields(Scalars):
            assert (getattr(figures, field.name)[-1] == getattr(newest, field.name)).all()
        # The newest is dropped most often: most appends thin out the one before.
        for wanted in (0, length // 2, *[length - 1] * 100, length + 5):
            number, parameters = recording.held(wanted)
            assert number <= max(wanted, 0)
            assert (parameters == number).all()
        kept = recording.kept_epochs()
        assert kept[0] == 0
        assert kept[-1] >= length - 1
        assert kept == sorted(set(kept))

    def reader(place: int) -> None:
        while not finished.is_set():
            try:
                read_once()
            except Exception as error:
                failures.append(error)
            with turn:
                rounds[place] += 1
                turn.notify_all()

    def both_went_on(seen: list[int]) -> bool:
        return all(now > then for now, then in zip(rounds, seen, strict=True))

    readers = [threading.Thread(target=reader, args=(place,)) for place in (0, 1)]
    for thread in readers:
        thread.start()
    try:
        for number in range(600):
            recording.append(epoch(number))
            if number % 20 == 0:
                # Nobody may be left behind: both must have read since the last such stop.
                with turn:
                    seen = list(rounds)
                    assert turn.wait_for(partial(both_went_on, seen), timeout=30)
    finally:
        finished.set()
        for thread in readers:
            thread.join(timeout=30)
    assert not failures
    assert recording.stride > 8  # it was thinned several times meanwhile


# ---- giving way ----


def test_giving_way_thins_first_and_keeps_the_first_and_the_last_epoch() -> None:
    recording = recorded(10)
    each = recording.kept_bytes // 10
    freed = recording.give_way(each)

    assert freed >= each
    assert recording.stride == 2
    assert recording.kept_epochs() == [0, 2, 4, 6, 8, 9]
    assert recording.kept_bytes == 10 * each - freed
    assert (recording.parameters(4) == 4).all()


def test_giving_everything_away_keeps_the_figures() -> None:
    recording = recorded(10)
    before, losses = recording.kept_bytes, recording.scalars().train_loss.copy()
    assert recording.give_way(before) == before

    assert recording.kept_bytes == 0
    assert recording.kept_epochs() == []
    assert recording.last == 9
    np.testing.assert_array_equal(recording.scalars().train_loss, losses)
    with pytest.raises(IndexError):
        recording.held(9)


def test_more_than_there_is_cannot_be_given() -> None:
    recording = recorded(4)
    before = recording.kept_bytes

    assert recording.give_way(10 * before) == before
    assert recording.give_way(1) == 0


def test_a_recording_that_gave_way_is_appended_to() -> None:
    recording = recorded(10)
    recording.give_way(recording.kept_bytes * 7 // 10)
    recording.append(epoch(10))

    assert recording.last == 10
    assert recording.kept_epochs()[-1] == 10
    assert recording.kept_bytes == len(recording.kept_epochs()) * EPOCH_BYTES
