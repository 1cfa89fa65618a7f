from __future__ import annotations

import numpy as np
import pytest

from initviz.catalog.schemes import SCHEMES
from initviz.engine import probe
from initviz.engine.train import train
from initviz.experiment import Experiment, Lane
from initviz.parts import Wanted
from initviz.recording import Recording
from initviz.snapshot import Snapshot
from initviz.theory import predict
from tests.make import data, lane


def initial(experiment: Experiment) -> Snapshot:
    recording = Recording(experiment)
    recording.append(next(iter(train(experiment, epochs=0))))
    return probe(recording, 0, Wanted(grid=0))


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "gelu"])
def test_wide_networks_do_what_theory_says(activation: str) -> None:
    lanes = (lane("xavier_normal"), lane("he_uniform"), lane("torch_default"),
             lane("edge_of_chaos"))  # fmt: skip
    experiment = Experiment(
        data=data("moons", features=100), hidden=(500,) * 5, activation=activation, lanes=lanes
    )
    snapshot = initial(experiment)
    for index, made in enumerate(lanes):
        predicted = predict(experiment, made, snapshot.plane)
        assert predicted is not None
        size = np.array([layer.activation_size.rms[index] for layer in snapshot.layers[:-1]])
        delta = np.array([layer.grad_z_size.rms[index] for layer in snapshot.layers])
        np.testing.assert_allclose(size, predicted.activation[:-1], rtol=0.08)
        # A single output neuron has a single draw of 500 weights.
        np.testing.assert_allclose(delta[:-1] / delta[-1], predicted.flow[:-1], rtol=0.15)
        assert predicted.flow[-1] == 1


def test_theory_needs_independent_weights_without_a_mean() -> None:
    for scheme in SCHEMES.values():
        applies = predict(Experiment(lanes=(Lane(scheme=scheme.name),)), Lane(scheme=scheme.name))
        silent = scheme.law is None or scheme.name in ("zeros", "ones", "constant")
        assert (applies is None) == silent, scheme.name
    biased = Lane(scheme="xavier_normal", bias="constant", bias_values={"value": 0.1})
    assert predict(Experiment(), biased) is None


def test_the_output_layers_own_scheme_counts_for_the_output_alone() -> None:
    plain, special = lane("he_normal"), Lane(scheme="he_normal", output="normal")
    experiment = Experiment(hidden=(64, 64, 64), activation="relu")
    one, other = predict(experiment, plain), predict(experiment, special)
    assert one is not None
    assert other is not None
    np.testing.assert_array_equal(one.activation[:-1], other.activation[:-1])
    assert other.activation[-1] > 2 * one.activation[-1]
    assert one.chi_1 == pytest.approx(1)
    assert one.depth_scale == np.inf


def test_exploding_and_dying_signals_are_predicted_without_overflow() -> None:
    experiment = Experiment(hidden=(1024,) * 60, activation="relu", lanes=(lane("normal"),))
    predicted = predict(experiment, lane("normal", deviation=1e3))
    assert predicted is not None
    assert np.isfinite(predicted.activation).all()
    assert np.isfinite(predicted.flow[-10:]).all()
    tiny = predict(experiment, lane("normal", deviation=1e-12))
    assert tiny is not None
    assert tiny.activation[0] > tiny.activation[1]
