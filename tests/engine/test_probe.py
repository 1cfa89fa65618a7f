from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from initviz.catalog.activations import ACTIVATIONS
from initviz.engine import probe, record, train
from initviz.engine.data import load
from initviz.engine.figures import round_up
from initviz.engine.look import (
    FEWEST,
    MAX_SAMPLES,
    MIN_SAMPLES,
    moving_samples,
    probe_samples,
)
from initviz.experiment import Experiment, Lane
from initviz.parts import Part, Wanted
from initviz.recording import At, Recording
from initviz.snapshot import LOG_HIGH, LOG_LOW, LOG_PER_DECADE, Histogram, Snapshot, Spread
from tests.make import data, lane
from tests.reference import FUNCTIONS, Plain, leaves, run

MIXED = (
    lane("xavier_uniform"),
    lane("he_normal").replace(activation="relu"),
    lane("zeros"),
    lane("kumar").replace(activation="sigmoid"),
    lane("normal", deviation=10).replace(activation="relu"),
)


def small(*lanes: Lane, **changes: Any) -> Experiment:
    usual: dict[str, Any] = {
        "data": data("moons", samples=90),
        "hidden": (6, 5),
        "epochs": 3,
        "precision": "float64",
        "lanes": lanes or MIXED,
    }
    return Experiment(**{**usual, **changes})


@pytest.fixture(scope="module")
def mixed() -> Recording:
    return record(small())


def plain_lane(recording: Recording, epoch: int, index: int, inputs: np.ndarray) -> Plain:
    """One lane in plain PyTorch on some inputs, with the summed loss differentiated."""
    experiment = recording.experiment
    count = len(inputs)
    y = load(experiment).train.y[:count]
    labels = torch.tensor(np.resize(y, (count, y.shape[1])))
    row = torch.tensor(recording.parameters(epoch)[index]).double()
    name = experiment.activation_of(experiment.lanes[index]).name
    return run(*leaves(row, experiment.sizes), name, torch.tensor(inputs), labels)


# ---- activations and gradients ----


@pytest.mark.parametrize("epoch", [0, 2, 3])
def test_activations_and_gradients_equal_autograd_at_every_epoch(
    mixed: Recording, epoch: int
) -> None:
    experiment = mixed.experiment
    snapshot = probe(mixed, epoch)
    samples = probe_samples(experiment)
    assert snapshot.epoch == epoch
    assert snapshot.experiment is experiment
    assert [layer.name for layer in snapshot.layers] == ["hidden 1", "hidden 2", "output"]

    def same(mine: np.ndarray, theirs: Tensor | None) -> None:
        assert theirs is not None
        expected = theirs.detach().numpy()
        bound = 1e-10 * np.abs(expected).max() + 1e-16  # sums may cancel to the last digit
        np.testing.assert_allclose(mine, expected, rtol=0, atol=bound)

    for index in range(len(experiment.lanes)):
        plain = plain_lane(mixed, epoch, index, load(experiment).train.x[:samples])
        plain.loss.backward()
        for i, layer in enumerate(snapshot.layers):
            same(layer.weight[index], plain.weights[i])
            same(layer.bias[index], plain.biases[i])
            same(layer.preactivation[index], plain.preactivations[i])
            same(layer.activation[index], [*plain.activations, plain.logits][i])
            same(layer.grad_weight[index], plain.weights[i].grad)
            same(layer.grad_bias[index], plain.biases[i].grad)
            gradient = plain.preactivations[i].grad
            assert gradient is not None
            same(layer.grad_z[index], gradient * samples)  # a sample's own, not the mean's


def test_a_snapshot_of_epoch_zero_is_the_initial_state() -> None:
    experiment = small()
    recording = Recording(experiment)
    recording.append(next(iter(train(experiment))))
    assert_equal_snapshots(probe(recording, 0), probe(record(experiment), 0))


def assert_equal_snapshots(one: Snapshot, other: Snapshot) -> None:
    for mine, theirs in zip(one.layers, other.layers, strict=True):
        np.testing.assert_array_equal(mine.preactivation, theirs.preactivation)
        np.testing.assert_array_equal(mine.grad_weight, theirs.grad_weight)
    assert one.boundary is not None
    assert other.boundary is not None
    np.testing.assert_array_equal(one.boundary, other.boundary)


def test_probing_changes_nothing_and_gives_the_same_again(mixed: Recording) -> None:
    kept = mixed.parameters(1).copy()
    once = probe(mixed, 1)
    for layer in once.layers:
        layer.weight[:] = np.nan  # a snapshot is owned by whoever asked for it
    again, more = probe(mixed, 1), probe(mixed, 1)
    np.testing.assert_array_equal(mixed.parameters(1), kept)
    assert_equal_snapshots(again, more)


def test_a_lane_looks_the_same_whatever_stands_beside_it(mixed: Recording) -> None:
    together = probe(mixed, 3)
    for index, made in enumerate(MIXED):
        alone = probe(record(small(made)), 3)
        for mine, theirs in zip(together.layers, alone.layers, strict=True):
            np.testing.assert_allclose(
                mine.preactivation[index], theirs.preactivation[0], rtol=1e-9, atol=1e-9
            )
            np.testing.assert_allclose(mine.saturated[index], theirs.saturated[0], atol=1e-9)
            assert mine.symmetry[index] == pytest.approx(theirs.symmetry[0], abs=1e-6)


def test_an_epoch_that_was_thinned_out_shows_the_nearest_before_it() -> None:
    experiment = small(epochs=20)
    one_epoch = experiment.parameter_count * len(experiment.lanes) * 8
    recording = record(experiment, budget=6 * one_epoch)
    kept = recording.kept_epochs()
    assert len(kept) < 21
    for wanted in range(21):
        snapshot = probe(recording, wanted, Wanted(grid=0))
        assert snapshot.epoch == max(epoch for epoch in kept if epoch <= wanted)
        row = snapshot.layers[0].weight[0].flatten()
        np.testing.assert_array_equal(row, recording.parameters(snapshot.epoch)[0, : len(row)])


def test_an_epoch_that_is_dropped_while_it_is_looked_at_can_still_be_shown() -> None:
    experiment = small(epochs=20)
    one_epoch = experiment.parameter_count * len(experiment.lanes) * 8
    epochs = list(train(experiment))

    class Overtaken(Recording):
        """Training goes on right after every look at the recording."""

        def at(self, epoch: int) -> At:
            found = super().at(epoch)
            if self.last < 20:
                self.append(epochs[self.last + 1])
            return found

    recording = Overtaken(experiment, budget=4 * one_epoch)
    for epoch in epochs[:10]:
        recording.append(epoch)
    dropped = 0
    for _ in range(10):
        newest = recording.last
        snapshot = probe(recording, newest, Wanted(grid=0))
        assert snapshot.epoch == newest
        row = snapshot.layers[0].weight[0].flatten()
        np.testing.assert_array_equal(row, epochs[newest].parameters[0, : len(row)])
        dropped += newest not in recording.kept_epochs()
    assert dropped > 4


def test_nothing_can_be_probed_before_the_first_epoch() -> None:
    with pytest.raises(IndexError, match="nothing has been recorded"):
        probe(Recording(small()), 0)


# ---- the statistics ----


def check_spread(spread: Spread, array: np.ndarray) -> None:
    flat = array.reshape(len(array), -1)
    np.testing.assert_allclose(spread.rms, np.sqrt((flat**2).mean(axis=1)), rtol=1e-10)
    np.testing.assert_array_equal(spread.zeros, (flat == 0).mean(axis=1))
    below, above = (
        np.quantile(np.abs(flat), 0.5, axis=1, method=method) for method in ("lower", "higher")
    )
    assert ((below <= spread.median) & (spread.median <= above)).all()


@pytest.mark.parametrize("epoch", [0, 3])
def test_sizes_are_those_of_the_arrays_beside_them(mixed: Recording, epoch: int) -> None:
    for layer in probe(mixed, epoch).layers:
        check_spread(layer.activation_size, layer.activation)
        check_spread(layer.grad_z_size, layer.grad_z)
        check_spread(layer.grad_weight_size, layer.grad_weight)
        np.testing.assert_allclose(
            layer.deviation, layer.activation.std(axis=(1, 2)), rtol=1e-9, atol=1e-12
        )
        np.testing.assert_array_equal(layer.values.zeros, layer.activation_size.zeros)
        np.testing.assert_array_equal(layer.sizes.zeros, layer.activation_size.zeros)


def test_zeros_are_counted_exactly(mixed: Recording) -> None:
    hidden = probe(mixed, 0).layers[0]
    assert hidden.activation_size.zeros[2] == 1  # zeros, tanh: nothing comes through
    assert hidden.grad_z_size.zeros[2] == 1
    assert hidden.grad_weight_size.zeros[2] == 1
    assert hidden.activation_size.rms[2] == 0
    assert hidden.activation_size.median[2] == 0
    assert 0.2 < hidden.activation_size.zeros[1] < 0.8  # half of a ReLU's units are off
    assert hidden.activation_size.zeros[0] == 0


def test_saturation_is_the_share_beyond_the_activations_own_bounds(mixed: Recording) -> None:
    *hidden, output = probe(mixed, 3).layers
    assert np.isnan(output.saturated).all()
    for layer in hidden:
        for index, made in enumerate(mixed.experiment.lanes):
            activation = mixed.experiment.activation_of(made)
            if activation.saturation is None:
                assert np.isnan(layer.saturated[index])
                continue
            low, high = activation.saturation
            a = layer.activation[index]
            assert layer.saturated[index] == ((a < low) | (a > high)).mean()


def test_symmetry_is_zero_for_one_neuron_and_one_for_neurons_that_cancel() -> None:
    twins = lane("constant", value=0.5)
    alike = probe(record(small(twins, lane("xavier_normal"), lane("zeros"))), 3).layers[1]
    assert alike.symmetry[0] == pytest.approx(0, abs=1e-12)
    assert alike.symmetry[1] > 0.3
    assert alike.symmetry[2] == 0
    a = alike.activation[1]
    expected = np.sqrt(((a - a.mean(axis=1, keepdims=True)) ** 2).mean() / (a**2).mean())
    assert alike.symmetry[1] == pytest.approx(expected, rel=1e-10)


# ---- histograms ----


def shares_by_numpy(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """What lies beyond the edges counts into the outer bins."""
    inside = np.clip(values, edges[0], edges[-1])
    return np.histogram(inside, edges)[0]


def check_histogram(histogram: Histogram, values: np.ndarray, left_out: np.ndarray) -> None:
    assert (np.diff(histogram.edges) > 0).all()
    for shares, row, outside in zip(histogram.shares, values, left_out, strict=True):
        total = row.size
        expected = shares_by_numpy(row[~outside], histogram.edges) / total
        # A value on an edge may fall on either side of it.
        step = histogram.edges[1] - histogram.edges[0]
        places = (row[~outside] - histogram.edges[0]) / step
        on_edge = (np.abs(places - np.round(places)) < 1e-6).mean() if places.size else 0
        assert np.abs(shares - expected).sum() <= 2 * on_edge + 1e-12
        assert shares.sum() + outside.mean() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_histograms_are_those_of_numpy_and_sum_to_one(precision: str) -> None:
    recording = record(small(precision=precision))
    for epoch in (0, 3):
        for layer in probe(recording, epoch).layers:
            flat = layer.activation.reshape(len(MIXED), -1).astype(np.float64)
            check_histogram(layer.values, flat, np.zeros(flat.shape, bool))
            with np.errstate(divide="ignore"):
                check_histogram(layer.sizes, np.log10(np.abs(flat)), flat == 0)
            np.testing.assert_allclose(layer.values.shares.sum(axis=1), 1)
            np.testing.assert_allclose(layer.sizes.shares.sum(axis=1) + layer.sizes.zeros, 1)


def test_size_histograms_cover_the_declared_decades(mixed: Recording) -> None:
    edges = probe(mixed, 0).layers[0].sizes.edges
    assert (edges[0], edges[-1]) == (LOG_LOW, LOG_HIGH)
    np.testing.assert_allclose(np.diff(edges), 1 / LOG_PER_DECADE)


@pytest.mark.parametrize(
    ("activation", "low", "high"), [("tanh", -1.0, 1.0), ("sigmoid", 0.0, 1.0), ("relu", 0.0, None)]
)
def test_the_axis_of_values_suits_the_activation(
    activation: str, low: float, high: float | None
) -> None:
    experiment = small(lane("xavier_uniform"), activation=activation, epochs=1)
    edges = probe(record(experiment), 0).layers[0].values.edges
    assert edges[0] == low
    assert edges[-1] == high if high is not None else edges[-1] > 0


def test_one_exploding_lane_does_not_squash_the_histograms_of_the_others() -> None:
    calm = lane("he_normal")
    experiment = small(
        calm, calm, lane("normal", deviation=1000.0), activation="relu", hidden=(8, 8, 8), epochs=1
    )
    for layer in probe(record(experiment), 0).layers[:-1]:
        assert layer.values.edges[-1] < 100
        np.testing.assert_allclose(layer.values.shares.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("value", "rounded"), [(1, 1), (1.01, 2), (3, 5), (7, 10), (0.012, 0.02), (450, 500)]
)
def test_axes_end_at_round_numbers(value: float, rounded: float) -> None:
    assert round_up(value) == pytest.approx(rounded)


# ---- the boundary ----


@pytest.mark.parametrize("features", [2, 7])
@pytest.mark.parametrize("grid", [5, 32])
def test_the_boundary_is_the_network_at_the_grids_points(features: int, grid: int) -> None:
    recording = record(small(data=data("circles", samples=60, features=features)))
    snapshot = probe(recording, 3, Wanted(grid=grid))
    plane, boundary = snapshot.plane, snapshot.boundary
    assert boundary is not None
    assert boundary.shape == (len(MIXED), 1, grid, grid)
    left, right, bottom, top = plane.extent
    for index in range(len(MIXED)):
        for row, column in [(0, 0), (0, grid - 1), (grid - 1, 0), (2, 3)]:
            u = left + (column + 0.5) / grid * (right - left)
            v = bottom + (row + 0.5) / grid * (top - bottom)  # row 0 is at the bottom
            point = plane.centre + u * plane.basis[0] + v * plane.basis[1]
            expected = plain_lane(recording, 3, index, point[None]).logits.detach().item()
            assert boundary[index, 0, row, column] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_boundary_lies_under_the_points_that_it_is_drawn_with() -> None:
    # Where the training points fall into the plane's cells, the picture must call them right.
    experiment = Experiment(
        data=data("blobs", samples=300, noise=0.2, features=12), hidden=(8,), epochs=15
    )
    snapshot = probe(record(experiment), 15, Wanted(grid=80, parts=frozenset({Part.BOUNDARY})))
    assert snapshot.boundary is not None
    left, right, bottom, top = snapshot.plane.extent
    u, v = snapshot.plane.points.T
    columns = ((u - left) / (right - left) * 80).astype(int)
    rows = ((v - bottom) / (top - bottom) * 80).astype(int)
    called = snapshot.boundary[0, 0, rows, columns] > 0
    assert (called == (snapshot.plane.labels > 0.5)).mean() > 0.99


# ---- what is wanted ----


def test_only_what_is_wanted_is_computed(mixed: Recording) -> None:
    bare = probe(mixed, 1, Wanted(grid=0, parts=frozenset({Part.BOUNDARY})))
    assert bare.layers == ()
    assert bare.boundary is None
    assert bare.plane is load(mixed.experiment).plane
    picture = probe(mixed, 1, Wanted(grid=7, parts=frozenset({Part.BOUNDARY})))
    assert picture.layers == ()
    assert picture.boundary is not None
    assert picture.boundary.shape == (5, 1, 7, 7)
    layers = probe(mixed, 1, Wanted(grid=0))
    assert len(layers.layers) == 3
    assert layers.boundary is None
    whole = probe(mixed, 1)
    assert whole.boundary is not None
    assert whole.boundary.shape == (5, 1, Wanted().grid, Wanted().grid)


def test_large_networks_are_probed_on_fewer_samples_but_not_on_too_few() -> None:
    many = data("moons", samples=20_000)
    assert probe_samples(small(data=many)) == MAX_SAMPLES
    assert probe_samples(small(data=data("moons", samples=20))) == 20
    assert probe_samples(Experiment(data=many, hidden=(1024,) * 99, lanes=(Lane(),))) == MIN_SAMPLES
    assert probe_samples(Experiment(data=many, hidden=(64,) * 40)) <= MAX_SAMPLES


# ---- divergence ----


def test_a_diverged_lane_is_marked_from_that_epoch_on_and_leaves_the_others_readable() -> None:
    wild = lane("normal", deviation=1000.0).replace(activation="linear")
    experiment = small(lane("xavier_uniform"), wild, hidden=(6, 6, 6, 6), epochs=3)
    recording = record(experiment)
    first = int(recording.diverged_at()[1])
    assert first > 0
    assert list(probe(recording, first - 1).diverged) == [False, False]
    snapshot = probe(recording, first)
    assert list(snapshot.diverged) == [False, True]
    snapshot = probe(recording, 3)
    for layer in snapshot.layers:
        assert np.isfinite(layer.activation[0]).all()
        assert np.isfinite(layer.grad_weight[0]).all()
        assert layer.values.shares[0].sum() == pytest.approx(1)
        assert layer.values.shares[1].sum() == 0  # there is nothing finite to count
        assert np.isnan(layer.activation[1]).all()
    assert snapshot.boundary is not None
    assert np.isfinite(snapshot.boundary[0]).all()
    assert np.isnan(snapshot.boundary[1]).all()


def test_overflowing_activations_still_have_a_size() -> None:
    deep = lane("normal", deviation=1000.0).replace(activation="linear")
    experiment = small(deep, hidden=(6,) * 8, precision="float32", epochs=1)
    layers = probe(record(experiment), 0).layers
    assert 1e20 < layers[6].activation_size.rms[0] < 1e40  # its square is no float32
    assert np.isfinite(layers[6].deviation).all()


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_every_activation_can_be_probed(name: str) -> None:
    recording = record(small(lane("xavier_normal"), activation=name, epochs=1))
    layer = probe(recording, 1, Wanted(grid=0)).layers[0]
    expected = FUNCTIONS[name](torch.tensor(layer.preactivation)).numpy()
    np.testing.assert_allclose(layer.activation, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("hidden", [(6, 5), (64,) * 5, (64,) * 40])
def test_fewer_samples_are_looked_at_while_the_picture_moves(hidden: tuple[int, ...]) -> None:
    experiment = small(lane("xavier_uniform"), hidden=hidden, data=data("moons", samples=1000))
    recording = Recording(experiment)
    recording.append(next(iter(train(experiment))))
    parts = frozenset({Part.LAYERS})
    fine, moving = (
        probe(recording, 0, Wanted(0, parts, fine=fine)).layers[0].activation
        for fine in (True, False)
    )
    assert fine.shape[1] == probe_samples(experiment)
    assert moving.shape[1] == moving_samples(experiment)
    assert FEWEST <= moving.shape[1] <= MIN_SAMPLES <= fine.shape[1]
    np.testing.assert_allclose(moving[0], fine[0, : moving.shape[1]], rtol=1e-9, atol=1e-12)
