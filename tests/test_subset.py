from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from initviz.engine import probe, record
from initviz.experiment import Lane
from initviz.focus import Focus
from initviz.parts import Part, Wanted
from initviz.recording import Recording
from initviz.snapshot import Snapshot
from initviz.subset import focus_among, focus_renumbered, lanes_of, snapshot_of
from tests.views.snapshots import experiment

SCHEMES = ("uniform", "xavier_uniform", "he_normal", "normal")
ALL = Wanted(grid=8, parts=frozenset(Part), focus=Focus(2, 0, 1, 3))


@pytest.fixture(scope="module")
def recording() -> Recording:
    lanes = tuple(Lane(scheme=scheme) for scheme in SCHEMES)
    return record(experiment(lanes, epochs=2))


@pytest.fixture(scope="module")
def whole(recording: Recording) -> Snapshot:
    return probe(recording, 2, ALL)


def same(a: object, b: object, where: str = "") -> None:
    """Check that two records hold the same numbers, whatever is in them."""
    if isinstance(a, np.ndarray):
        assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), where
    elif isinstance(a, tuple | list):
        assert len(a) == len(b), where  # type: ignore[arg-type]
        for i, (x, y) in enumerate(zip(a, b, strict=True)):  # type: ignore[call-overload]
            same(x, y, f"{where}[{i}]")
    elif isinstance(a, dict):
        assert a.keys() == b.keys(), where  # type: ignore[attr-defined]
        for key in a:
            same(a[key], b[key], f"{where}[{key}]")  # type: ignore[index]
    elif dataclasses.is_dataclass(a) and not isinstance(a, Lane):
        assert type(a) is type(b)
        for field in dataclasses.fields(a):
            same(getattr(a, field.name), getattr(b, field.name), f"{where}.{field.name}")
    else:
        assert a == b, where


def test_all_lanes_are_the_snapshot_itself(whole: Snapshot) -> None:
    same(snapshot_of(whole, [0, 1, 2, 3]), whole)


@pytest.mark.parametrize("lanes", [[2], [0, 2], [2, 3, 0]], ids=str)
def test_every_array_with_lanes_has_only_the_chosen_ones(whole: Snapshot, lanes: list[int]) -> None:
    some = snapshot_of(whole, lanes)
    count = len(lanes)

    assert [lane.scheme for lane in some.experiment.lanes] == [SCHEMES[lane] for lane in lanes]
    assert [lane.colour for lane in some.experiment.lanes] == [
        whole.experiment.lanes[lane].colour for lane in lanes
    ]
    assert some.boundary is not None
    assert whole.boundary is not None
    assert np.array_equal(some.boundary, whole.boundary[lanes])
    assert np.array_equal(some.history.train_loss, whole.history.train_loss[:, lanes])
    assert np.array_equal(some.history.weight_norm, whole.history.weight_norm[:, lanes])
    assert np.array_equal(some.diverged_at, whole.diverged_at[lanes])
    for part, before in zip(some.layers, whole.layers, strict=True):
        assert np.array_equal(part.weight, before.weight[lanes])
        assert np.array_equal(part.grad_z_size.rms, before.grad_z_size.rms[lanes])
        assert np.array_equal(part.values.shares, before.values.shares[lanes])
        assert np.array_equal(part.values.edges, before.values.edges)
    assert some.samples is not None
    assert some.samples.spread.shape == (len(some.layers) + 1, count)
    assert some.spectra is not None
    assert len(some.spectra.weight) == len(some.spectra.hidden) == count
    assert some.updates is not None
    assert all(len(layer) == count for layer in some.updates.layers)


def test_what_is_of_the_lanes_in_focus_goes_with_them(whole: Snapshot) -> None:
    assert whole.tiles is not None
    assert whole.tiles.lanes == (2, 0)
    some = snapshot_of(whole, [1, 2])

    assert some.focus == Focus(1, None, 1, 3)
    assert some.tiles is not None
    assert some.neuron is not None
    assert some.tiles.lanes == some.neuron.lanes == (1,)
    assert np.array_equal(some.tiles.layers[0], whole.tiles.layers[0][:1])
    for part, layers in some.distributions.items():
        before = whole.distributions[part]
        assert np.array_equal(layers[1].values.edges, before[1].values.edges[:1])
        assert np.array_equal(layers[1].sizes.edges, before[1].sizes.edges)


def test_without_the_lanes_in_focus_their_parts_are_left_out(whole: Snapshot) -> None:
    some = snapshot_of(whole, [1, 3])

    assert some.tiles is None
    assert some.neuron is None
    assert not some.distributions


def test_a_subset_is_what_a_probe_with_its_focus_shows(recording: Recording) -> None:
    lanes, before = [1, 3], Focus(2, 3, 1)
    focus = focus_among(before, lanes)
    some = snapshot_of(probe(recording, 2, dataclasses.replace(ALL, focus=focus)), lanes)

    assert focus == Focus(3, None, 1)
    assert some.tiles is not None
    assert some.tiles.lanes == (1,) == focus_renumbered(focus, lanes).lanes


@pytest.mark.parametrize("lanes", [[], [4]])
def test_lanes_that_are_not_there_are_an_error(whole: Snapshot, lanes: list[int]) -> None:
    with pytest.raises(IndexError):
        lanes_of(whole.experiment, lanes)
