from __future__ import annotations

import numpy as np
import pytest

from initviz.catalog.activations import ACTIVATIONS
from initviz.catalog.parameter import complete
from initviz.catalog.schemes import SCHEMES, LayerContext, Scheme
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


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_theory_follows_the_scale_of_a_lane(factor: float) -> None:
    plain, scaled = lane("xavier_normal"), Lane(scheme="xavier_normal", scale=factor)
    experiment = Experiment(
        data=data("moons", features=100), hidden=(500,) * 5, lanes=(plain, scaled)
    )
    snapshot = initial(experiment)
    predicted = predict(experiment, scaled, snapshot.plane)
    same = predict(experiment, lane("xavier_normal", gain=factor), snapshot.plane)
    assert predicted is not None
    assert same is not None
    np.testing.assert_allclose(predicted.flow, same.flow, rtol=1e-12)
    size = np.array([layer.activation_size.rms[1] for layer in snapshot.layers[:-1]])
    np.testing.assert_allclose(size, predicted.activation[:-1], rtol=0.08)


@pytest.mark.parametrize("scheme", [s for s in SCHEMES.values() if s.law], ids=lambda s: s.name)
def test_the_law_of_scaled_weights_is_that_of_the_scale_times_the_weight(scheme: Scheme) -> None:
    assert scheme.law is not None
    values = complete("", scheme.parameters, {})
    law = scheme.law(values, LayerContext(30, 20, ACTIVATIONS["tanh"]))
    scaled = law.scaled(4.0)
    assert scaled.mean == 4 * law.mean
    assert scaled.variance == 16 * law.variance
    assert (scaled.cdf is None) == (law.cdf is None)
    if law.cdf is not None and scaled.cdf is not None:
        x = np.linspace(-2, 2, 41)
        np.testing.assert_array_equal(scaled.cdf(4 * x), law.cdf(x))
