"""Tiles, updates and a neuron's history, held against plain PyTorch on the recorded weights."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import torch

from initviz.engine import probe, record, train
from initviz.engine.data import load
from initviz.engine.inside import (
    FINE_TILE_NUMBERS,
    HISTORY_EPOCHS,
    HISTORY_SAMPLES,
    LEAST_CELLS,
    MOST_CELLS,
    NEW_EPOCHS,
    tile_cells,
)
from initviz.experiment import Experiment
from initviz.focus import Focus
from initviz.layout import layout
from initviz.parts import Part, Wanted
from initviz.recording import Recording
from tests.make import data, lane
from tests.reference import leaves, run

LANES = (
    lane("he_normal").replace(activation="relu"),
    lane("xavier_uniform"),
    lane("kumar").replace(activation="sigmoid"),
    lane("normal", deviation=3).replace(activation="relu"),
)
NEURONS = frozenset({Part.NEURONS})


def small(**changes: object) -> Experiment:
    settings = {"data": data("moons", samples=90), "hidden": (6, 5), "epochs": 4, "lanes": LANES}
    return Experiment(**{**settings, "precision": "float64", **changes})


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(small())


def layers_of(recording: Recording, epoch: int, place: int, x: np.ndarray) -> list[np.ndarray]:
    """Every layer's activations of one lane, the logits last, (n, fan_out)."""
    experiment = recording.experiment
    row = torch.tensor(recording.parameters(epoch)[place]).double()
    name = experiment.activation_of(experiment.lanes[place]).name
    plain = run(*leaves(row, experiment.sizes), name, torch.tensor(x), torch.zeros(len(x), 1))
    return [a.detach().numpy() for a in (*plain.activations, plain.logits)]


def looked(recording: Recording, epoch: int, focus: Focus, fine: bool = True):
    return probe(recording, epoch, Wanted(0, NEURONS, focus, fine))


@pytest.mark.parametrize("focus", [Focus(0), Focus(2), Focus(1, 3), Focus(3, 0)])
def test_tiles_are_the_activations_over_the_plane(recording: Recording, focus: Focus) -> None:
    tiles = looked(recording, 3, focus).tiles
    assert tiles is not None
    assert tiles.lanes == focus.lanes
    plane = load(recording.experiment).plane
    for place, number in enumerate(focus.lanes):
        cells = tiles.layers[0].shape[-1]
        expected = layers_of(recording, 3, number, plane.grid(cells))
        for layer, values in zip(tiles.layers, expected, strict=True):
            flat = layer[place].reshape(values.shape[1], -1)
            np.testing.assert_allclose(flat, values.T, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("hidden", [(3,), (10,) * 10, (64,) * 40, (1024,) * 3])
def test_tiles_have_fewer_cells_the_more_neurons_there_are(hidden: tuple[int, ...]) -> None:
    experiment = Experiment(hidden=hidden)
    fine, coarse = tile_cells(experiment, True), tile_cells(experiment, False)
    assert LEAST_CELLS <= coarse <= fine <= MOST_CELLS
    numbers = fine**2 * sum(experiment.sizes[1:])
    assert numbers <= FINE_TILE_NUMBERS or fine == LEAST_CELLS


def test_updates_are_what_the_weights_have_changed_by(recording: Recording) -> None:
    found = looked(recording, 3, Focus()).updates
    assert found is not None
    assert found.since == 2
    change = recording.parameters(3) - recording.parameters(2)
    for place, layer in zip(layout(recording.experiment.sizes), found.layers, strict=True):
        assert layer.shape == (len(LANES), place.fan_in, place.fan_out)
        np.testing.assert_array_equal(
            layer.reshape(len(LANES), -1), change[:, place.start : place.middle]
        )
    assert looked(recording, 0, Focus()).updates is None


def test_updates_reach_back_to_the_newest_epoch_that_is_held() -> None:
    experiment = small(epochs=20)
    size = experiment.parameter_count * len(LANES) * 8
    recording = Recording(experiment, budget=5 * size)
    for epoch in train(experiment):
        recording.append(epoch)
    kept = recording.kept_epochs()
    assert recording.stride > 1
    found = looked(recording, kept[2], Focus()).updates
    assert found is not None
    assert found.since == kept[1]
    change = recording.parameters(kept[2]) - recording.parameters(kept[1])
    np.testing.assert_array_equal(found.layers[0].ravel()[:12], change[0, :12])


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_a_pinned_neuron_has_its_history(recording: Recording, layer: int) -> None:
    neuron = 0 if layer == 2 else 3
    focus = Focus(1, 2, layer, neuron)
    found = looked(recording, 4, focus).neuron
    assert found is not None
    assert (found.lanes, found.layer, found.neuron) == ((1, 2), layer, neuron)
    assert found.epochs.tolist() == [0, 1, 2, 3, 4]
    slots = layout(recording.experiment.sizes)
    x = load(recording.experiment).train.x[:HISTORY_SAMPLES]
    for place, number in enumerate(focus.lanes):
        for i in range(5):
            a = layers_of(recording, i, number, x)[layer][:, neuron]
            assert found.mean[place, i] == pytest.approx(a.mean())
            assert found.deviation[place, i] == pytest.approx(a.std())
            row, slot = recording.parameters(i)[number], slots[layer]
            weight = row[slot.start : slot.middle].reshape(slot.fan_in, slot.fan_out)
            assert found.incoming[place, i] == pytest.approx(np.linalg.norm(weight[:, neuron]))
            assert found.bias[place, i] == row[slot.middle + neuron]
            if layer == 2:
                assert np.isnan(found.outgoing[place, i])
            else:
                slot = slots[layer + 1]
                weight = row[slot.start : slot.middle].reshape(slot.fan_in, slot.fan_out)
                assert found.outgoing[place, i] == pytest.approx(np.linalg.norm(weight[neuron]))


def test_without_a_pinned_neuron_there_is_no_history(recording: Recording) -> None:
    assert looked(recording, 4, Focus(1)).neuron is None


def test_a_history_grows_a_little_at_a_time_while_the_picture_moves() -> None:
    recording = record(small(epochs=30))
    focus = Focus(1, None, 0, 2)
    lengths = []
    for _ in range(3):
        found = looked(recording, 30, focus, fine=False).neuron
        assert found is not None
        lengths.append(len(found.epochs))
    assert lengths == [NEW_EPOCHS, 2 * NEW_EPOCHS, 3 * NEW_EPOCHS]
    whole = looked(recording, 30, focus).neuron
    assert whole is not None
    assert whole.epochs.tolist() == list(range(31))


def test_a_long_history_is_looked_at_evenly_and_to_its_end() -> None:
    recording = record(small(epochs=150, data=data("moons", samples=16), batch_size=16))
    found = looked(recording, 150, Focus(0, None, 0, 1)).neuron
    assert found is not None
    assert len(found.epochs) <= HISTORY_EPOCHS + 1
    assert (found.epochs[0], found.epochs[-1]) == (0, 150)
    assert set(np.diff(found.epochs[:-1])) == {3}


def test_the_neurons_that_are_looked_at_are_not_forgotten() -> None:
    recording = record(small(epochs=4))
    for layer, neuron in [(0, 1), *((1, neuron) for neuron in range(5)), (0, 2), (0, 3)]:
        looked(recording, 4, Focus(0, None, layer, neuron))  # as many as are remembered
    found = looked(recording, 4, Focus(0, 1, 0, 1)).neuron
    assert found is not None
    assert found.epochs.tolist() == [0, 1, 2, 3, 4]


def test_what_is_remembered_goes_with_the_recording() -> None:
    recording = record(small(epochs=1))
    probe(recording, 1, Wanted(0, frozenset(Part), Focus(1, 2, 0, 2)))
    gone = weakref.ref(recording)
    del recording
    gc.collect()
    assert gone() is None


def test_a_lane_that_has_diverged_leaves_the_others_their_tiles() -> None:
    wild = lane("normal", deviation=10).replace(activation="linear", learning_rate=1e6)
    recording = record(small(lanes=(wild, lane("xavier_uniform")), epochs=3, precision="float32"))
    assert recording.diverged_at()[0] > 0
    snapshot = probe(recording, 3, Wanted(0, frozenset(Part), Focus(0, 1, 1, 2)))
    assert snapshot.tiles is not None
    assert not np.isfinite(snapshot.tiles.layers[-1][0]).all()
    assert all(np.isfinite(layer[1]).all() for layer in snapshot.tiles.layers)
    assert snapshot.neuron is not None
    assert np.isfinite(snapshot.neuron.mean[1]).all()


def test_parts_that_are_not_wanted_are_not_there(recording: Recording) -> None:
    bare = probe(recording, 2, Wanted(0, frozenset()))
    assert (bare.tiles, bare.updates, bare.neuron, bare.samples, bare.spectra) == (None,) * 5
    assert bare.distributions == {}
    for part in Part:
        probe(recording, 2, Wanted(8, frozenset({part})))  # each by itself is complete
