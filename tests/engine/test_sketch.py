from __future__ import annotations

import numpy as np
import pytest

from initviz.engine import probe, sketch, sketch_samples, train
from initviz.experiment import Experiment, Lane
from initviz.parts import Part, Wanted
from tests.make import data

LANES = (
    Lane(scheme="xavier_normal", scale=0.3),
    Lane(scheme="lsuv", activation="relu"),
    Lane(scheme="normal", scale=1e6),
    Lane(scheme="zeros"),
    Lane(scheme="he_normal", activation="relu", scale=1e3),
)


def experiment(**changes: object) -> Experiment:
    return Experiment(**{"hidden": (16, 12), "lanes": LANES, **changes})


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("dataset", ["moons", "iris", "diabetes"])
def test_the_weights_of_a_sketch_are_those_of_the_training_bit_for_bit(
    dataset: str, precision: str
) -> None:
    made = experiment(data=data(dataset), precision=precision)
    first = next(iter(train(made, epochs=0)))
    drawn = sketch(made)
    np.testing.assert_array_equal(drawn.parameters(0), first.parameters)
    assert drawn.parameters(0).dtype == first.parameters.dtype
    assert len(drawn) == 1


def test_few_points_make_a_sketch_s_losses_and_all_of_a_small_set() -> None:
    small = experiment(data=data("moons", samples=40))
    figures, exact = sketch(small).scalars(), next(iter(train(small, epochs=0))).scalars
    np.testing.assert_allclose(figures.train_loss[0], exact.train_loss, rtol=1e-4)
    np.testing.assert_allclose(figures.test_score[0], exact.test_score, atol=1e-6)
    np.testing.assert_allclose(figures.weight_norm[0], exact.weight_norm, rtol=1e-6)
    assert not figures.distance.any()
    many = experiment(data=data("moons", samples=4000))
    rough, exact = sketch(many).scalars(), next(iter(train(many, epochs=0))).scalars
    assert abs(rough.train_score[0] - exact.train_score).max() < 0.2


def test_a_sketch_does_not_claim_to_know_what_it_did_not_look_at() -> None:
    figures = sketch(experiment()).scalars()
    assert np.isnan(figures.gradient_norm).all()
    assert np.isnan(figures.activation_deviation).all()


@pytest.mark.parametrize("part", list(Part))
def test_every_part_of_a_snapshot_can_be_sketched(part: Part) -> None:
    made = experiment()
    wanted = Wanted(12, frozenset({part}), fine=False, samples=sketch_samples(made))
    shown, whole = (
        probe(sketch(made), 0, wanted),
        probe(sketch(made), 0, Wanted(12, frozenset({part}), fine=False)),
    )
    assert shown.experiment == made
    assert bool(shown.layers) == bool(whole.layers)
    assert (shown.boundary is None) == (whole.boundary is None)
    assert shown.distributions.keys() == whole.distributions.keys()
    if part is Part.LAYERS:
        assert shown.layers[0].activation.shape[1] == sketch_samples(made)
        np.testing.assert_array_equal(shown.layers[0].weight, whole.layers[0].weight)
    if part is Part.BOUNDARY:
        np.testing.assert_array_equal(shown.boundary, whole.boundary)


def test_sketches_of_deep_networks_look_at_fewer_points() -> None:
    assert sketch_samples(experiment()) > sketch_samples(experiment(hidden=(64,) * 40)) >= 16
