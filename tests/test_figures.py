from __future__ import annotations

import dataclasses
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initviz.experiment import Experiment, Lane
from initviz.figures import SPARE, Figures
from initviz.history import PER_LAYER, History, Scalars
from initviz.recording import Epoch, Recording

LANES, LAYERS = 2, 3
ROW = 8 * (4 * LANES + 7 * LANES * LAYERS)
EXPERIMENT = Experiment(hidden=(3, 2), lanes=(Lane(), Lane()))


def figures_of(number: int) -> Scalars:
    """Figures that are an epoch's own, with a spike now and then."""
    random = np.random.default_rng(number)
    return Scalars(
        **{
            field.name: random.normal(size=(LANES, LAYERS) if field.name in PER_LAYER else LANES)
            * (100 if number % 37 == 5 else 1)
            for field in fields(Scalars)
        }
    )


def filled(count: int, rows: int, looked: frozenset[int] = frozenset(), spare: int = 3) -> Figures:
    """Room for ``rows`` of every epoch, and for a third of them with their extremes."""
    figures = Figures(LANES, LAYERS, rows * (ROW + 8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("initviz.figures.SPARE", spare)
        for number in range(count):
            figures.append(number, figures_of(number))
            if number in looked:
                figures.history()
    return figures


def whole(count: int) -> Scalars:
    every = [figures_of(number) for number in range(count)]
    return Scalars(
        **{f.name: np.stack([getattr(e, f.name) for e in every]) for f in fields(Scalars)}
    )


def assert_same(one: Scalars, other: Scalars) -> None:
    for field in fields(Scalars):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def assert_true(history: History, count: int) -> None:
    """Every row has its epoch's figures, and the extremes of all since the row on the stride."""
    every = whole(count)
    assert_same(history, every.take(history.epochs))
    assert history.epochs[0] == 0
    assert history.last == count - 1
    for row, epoch in enumerate(history.epochs.tolist()):
        earlier = [e for e in history.epochs[:row].tolist() if e % history.stride == 0]
        some = every.take(slice(earlier[-1] + 1 if earlier else 0, epoch + 1))
        for field in fields(Scalars):
            values = getattr(some, field.name)
            low, high = (getattr(e, field.name)[row] for e in (history.low, history.high))
            np.testing.assert_array_equal(low, values.min(axis=0))
            np.testing.assert_array_equal(high, values.max(axis=0))


@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(1, 200), rows=st.integers(0, 90),
    looked=st.frozensets(st.integers(0, 199), max_size=60),
)  # fmt: skip
def test_what_is_kept_is_exact_and_nothing_between_is_lost(
    count: int, rows: int, looked: frozenset[int]
) -> None:
    figures = filled(count, rows, looked)
    history = figures.history()
    assert_true(history, count)
    assert set(range(0, count, figures.stride)) <= set(history.epochs.tolist())
    if count <= max(rows, 2):
        assert figures.stride == 1
        assert history.low is history.high is history
    else:
        assert figures.stride > 1
        on = (history.epochs % figures.stride == 0).sum()
        assert on <= max(2, rows // 2)  # three times the room each, but for two in any case


@settings(deadline=None, max_examples=40)
@given(
    count=st.integers(1, 150), rows=st.integers(0, 60),
    looked=st.frozensets(st.integers(0, 149), max_size=60),
)  # fmt: skip
def test_what_is_saved_does_not_tell_who_looked(
    count: int, rows: int, looked: frozenset[int]
) -> None:
    seen, unseen = filled(count, rows, looked).saved(), filled(count, rows).saved()
    np.testing.assert_array_equal(seen.epochs, unseen.epochs)
    assert_same(seen, unseen)
    assert_same(seen.low, unseen.low)
    assert_same(seen.high, unseen.high)


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 150), more=st.integers(0, 120), rows=st.integers(0, 60))
def test_what_is_restored_goes_on_as_if_it_had_never_been_saved(
    count: int, more: int, rows: int
) -> None:
    straight = filled(count + more, rows).saved()
    restored = Figures.restored(filled(count, rows).saved(), rows * (ROW + 8))
    for number in range(count, count + more):
        restored.append(number, figures_of(number))
    again = restored.saved()
    assert again.stride == straight.stride
    np.testing.assert_array_equal(again.epochs, straight.epochs)
    assert_same(again, straight)
    assert_same(again.low, straight.low)
    assert_same(again.high, straight.high)


def test_a_smaller_budget_thins_what_is_restored() -> None:
    restored = Figures.restored(filled(150, 1000).saved(), 60 * (ROW + 8))
    assert restored.stride == 8
    assert_true(restored.history(), 150)


def test_what_a_reader_holds_never_changes() -> None:
    figures = Figures(LANES, LAYERS, 60 * (ROW + 8))
    held: list[tuple[History, History]] = []
    for number in range(1500):
        figures.append(number, figures_of(number))
        if number % 7 == 0 or number > 1400:
            history = figures.history()
            copies = [
                History.of(s.take(np.arange(len(history.epochs))), history.epochs.copy())
                for s in (history, history.low, history.high)
            ]
            held.append((history, dataclasses.replace(copies[0], lows=copies[1], highs=copies[2])))
    assert figures.stride > 8
    for seen, copy in held:
        np.testing.assert_array_equal(seen.epochs, copy.epochs)
        assert_same(seen, copy)
        assert_same(seen.low, copy.low)
        assert_same(seen.high, copy.high)
        with pytest.raises(ValueError, match="read-only"):
            seen.train_loss[0] = 7


def test_rows_that_were_only_looked_at_are_dropped_in_time() -> None:
    figures = Figures(LANES, LAYERS, 300 * (ROW + 8))
    for number in range(20_000):
        figures.append(number, EVEN)
        figures.history()
    assert figures.stride == 256
    assert figures.rows <= 100 + SPARE
    assert figures.bytes <= 300 * (ROW + 8) + 3 * SPARE * (ROW + 8)


EVEN = figures_of(0)


def test_a_gap_between_two_rows_is_a_gap_in_the_extremes() -> None:
    figures = Figures(LANES, LAYERS, 4 * (ROW + 8))
    for number in range(33):
        scalars = figures_of(number)
        if number == 3:
            scalars.train_loss[1] = np.nan
        figures.append(number, scalars)
    history = figures.history()
    assert history.stride > 4
    assert np.isnan(history.low.train_loss[1]).tolist() == [False, True]
    assert np.isnan(history.high.train_loss[1]).tolist() == [False, True]
    assert np.isfinite(history.train_loss).all()


# ---- a history ----


def test_an_epoch_has_its_row_or_that_of_the_one_before() -> None:
    history = filled(100, 60).history()
    assert history.stride == 8
    for epoch, row in ((0, 0), (7, 0), (8, 1), (9, 1), (96, 12), (98, 12), (99, 13), (500, 13)):
        assert history.row(epoch) == row
    assert history.until(40).epochs.tolist() == [0, 8, 16, 24, 32, 40]
    assert history.until(47).last == 40
    lanes = history.of_lanes(np.array([1]))
    np.testing.assert_array_equal(lanes.high.train_loss, history.high.train_loss[:, [1]])
    np.testing.assert_array_equal(lanes.epochs, history.epochs)


# ---- in a recording ----


def recorded(count: int, rows: int) -> Recording:
    recording = Recording(EXPERIMENT, figure_budget=rows * (ROW + 8))
    shape = (LANES, EXPERIMENT.parameter_count)
    for number in range(count):
        parameters = np.full(shape, float(number), np.float32)
        recording.append(Epoch(number, parameters, figures_of(number)))
    return recording


@pytest.mark.parametrize("count", [1, 50, 61, 500])
def test_every_epoch_whose_weights_are_held_has_its_figures(count: int) -> None:
    recording = recorded(count, 60)
    every = whole(count)
    for epoch in recording.kept_epochs():
        at = recording.at(epoch)
        row = at.history.row(epoch)
        assert (at.epoch, at.history.epochs[row]) == (epoch, epoch)
        assert (at.parameters == epoch).all()
        np.testing.assert_array_equal(at.history.train_loss[row], every.train_loss[epoch])
    assert recording.kept_epochs()[-1] == recording.last == count - 1
    assert recording.stride == recording.figure_stride == {1: 1, 50: 1, 61: 4, 500: 32}[count]


def test_a_recording_condenses_its_figures_for_others() -> None:
    recording = recorded(2000, 100_000)
    before = recording.figure_bytes
    assert recording.condense(before // 2) >= before // 2
    assert_true(recording.scalars(), 2000)
    recording.condense(2**40)
    assert recording.figure_bytes < 100 * 3 * (ROW + 8)
    assert_true(recording.scalars(), 2000)
    assert all(epoch % recording.figure_stride == 0 for epoch in recording.kept_epochs()[:-1])
    shape = (LANES, EXPERIMENT.parameter_count)
    for number in range(2000, 2100):
        recording.append(Epoch(number, np.zeros(shape, np.float32), figures_of(number)))
    assert_true(recording.scalars(), 2100)


@pytest.mark.parametrize("count", [65, 100, 250, 260])
def test_a_recording_never_grows_by_condensing(count: int) -> None:
    recording = recorded(count, 100_000)
    before = recording.figure_bytes
    freed = recording.condense(2**40)
    assert freed == before - recording.figure_bytes
    assert freed > 0 if count > 256 else freed == 0
    assert_true(recording.scalars(), count)
