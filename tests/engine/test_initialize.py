from __future__ import annotations

import pytest
import torch
from torch.nn import Linear, init

from initviz.catalog.schemes import BIASES, SCHEMES, LayerContext
from initviz.engine.data import load
from initviz.engine.initialize import (
    _draws,
    initial_lane,
    initial_parameters,
    layer_generator,
)
from initviz.experiment import MAX_LANES, Experiment, ExperimentError, Lane
from initviz.layout import layout
from tests.make import data, lane
from tests.reference import FUNCTIONS


def small(*lanes: Lane, **changes: object) -> Experiment:
    usual = {"hidden": (7, 5), "data": data("moons", features=3), "precision": "float64"}
    return Experiment(**{**usual, **changes}, lanes=lanes or (Lane(),))


def weights(experiment: Experiment, index: int = 0) -> list[torch.Tensor]:
    row = initial_parameters(experiment)[index]
    return [row[s.start : s.middle].view(s.fan_in, s.fan_out) for s in layout(experiment.sizes)]


def biases(experiment: Experiment, index: int = 0) -> list[torch.Tensor]:
    row = initial_parameters(experiment)[index]
    return [row[s.middle : s.stop] for s in layout(experiment.sizes)]


def test_pytorchs_default_is_bit_for_bit_what_linear_layers_start_with() -> None:
    experiment = small(lane("torch_default"), seed=11, precision="float32")
    with torch.random.fork_rng():
        for number, (w, b) in enumerate(zip(weights(experiment), biases(experiment), strict=True)):
            torch.manual_seed(layer_generator(11, number).initial_seed())
            layer = Linear(w.shape[0], w.shape[1])
            assert torch.equal(w, layer.weight.T)
            assert torch.equal(b, layer.bias)


def test_fans_are_counted_from_the_inputs_to_the_outputs() -> None:
    experiment = small(
        lane("he_normal"), lane("he_normal", mode="fan_out"), hidden=(400, 900)
    )  # fmt: skip
    by_inputs, by_outputs = weights(experiment, 0)[1], weights(experiment, 1)[1]
    assert float(by_inputs.var()) == pytest.approx(2 / 400, rel=0.02)
    assert float(by_outputs.var()) == pytest.approx(2 / 900, rel=0.02)


@pytest.mark.parametrize("scheme", list(SCHEMES))
@pytest.mark.parametrize("bias", list(BIASES))
def test_every_pair_of_schemes_fills_every_parameter(scheme: str, bias: str) -> None:
    made = Lane(scheme=scheme, bias=bias)
    row = initial_lane(small(made), made)
    assert row.shape == (small(made).parameter_count,)
    assert row.dtype == torch.float64
    assert torch.isfinite(row).all()


@pytest.mark.parametrize(
    ("one", "factor", "other"),
    [
        (lane("uniform", half_width=0.01), 300.0, lane("uniform", half_width=3.0)),
        (lane("normal", deviation=1.0), 10.0, lane("normal", deviation=10.0)),
        (lane("truncated_normal", deviation=1.0), 5.0, lane("truncated_normal", deviation=5.0)),
        (lane("xavier_uniform"), 2.0, lane("xavier_uniform", gain=2.0)),
        (lane("xavier_normal"), 0.25, lane("xavier_normal", gain=0.25)),
        (lane("orthogonal"), 3.0, lane("orthogonal", gain=3.0)),
        (lane("constant", value=0.5), -4.0, lane("constant", value=-2.0)),
    ],
    ids=lambda value: value.title if isinstance(value, Lane) else str(value),
)
def test_a_scale_that_is_dragged_scales_one_and_the_same_draw(
    one: Lane, factor: float, other: Lane
) -> None:
    experiment = small(one, other, hidden=(20, 16))
    for before, after in zip(weights(experiment, 0), weights(experiment, 1), strict=True):
        torch.testing.assert_close(after, before * factor, rtol=1e-12, atol=0)


@pytest.mark.parametrize("scheme", list(SCHEMES))
def test_the_scale_of_a_lane_multiplies_every_weight_of_its_draw_and_no_bias(scheme: str) -> None:
    plain = Lane(scheme=scheme, bias="normal")
    for factor in (1e-6, 0.1, 3.0, 1e6):
        experiment = small(plain, plain.replace(scale=factor), precision="float32")
        for one, other in zip(weights(experiment, 0), weights(experiment, 1), strict=True):
            assert torch.equal(other, one * factor)
        for one, other in zip(biases(experiment, 0), biases(experiment, 1), strict=True):
            assert torch.equal(one, other)


def test_the_scale_of_a_lane_is_the_output_layers_too() -> None:
    plain = Lane(scheme="zeros", output="normal")
    experiment = small(plain, plain.replace(scale=0.5))
    assert torch.equal(weights(experiment, 1)[-1], weights(experiment, 0)[-1] / 2)


def test_a_draw_that_was_kept_is_the_draw_that_is_made_anew() -> None:
    made = [Lane(scheme=scheme) for scheme in SCHEMES]
    experiments = [
        small(lane, seed=seed, activation=activation, hidden=hidden)
        for lane in made
        for seed, activation, hidden in (
            (1, "tanh", (7, 5)), (2, "tanh", (7, 5)), (1, "sigmoid", (7, 5)), (1, "tanh", (5, 7)),
        )
    ]  # fmt: skip
    first = [initial_parameters(experiment).clone() for experiment in experiments]
    for experiment, row in zip(experiments, first, strict=True):
        _draws.clear()
        anew = initial_parameters(experiment)
        assert torch.equal(anew, row)
        anew.zero_()  # what was given away is nobody else's
        assert torch.equal(initial_parameters(experiment), row)


def test_data_that_a_scheme_sees_tell_its_draws_apart() -> None:
    one, other = small(lane("lsuv")), small(lane("lsuv"), data=data("circles", features=3))
    assert not torch.equal(weights(one)[0], weights(other)[0])


def test_few_draws_are_kept_and_none_of_a_large_network() -> None:
    for seed in range(1, 30):
        initial_parameters(small(seed=seed))
    assert len(_draws) == MAX_LANES
    _draws.clear()
    initial_parameters(small(hidden=(1024, 1024)))
    assert not _draws


def test_a_layer_more_does_not_change_the_layers_before_it() -> None:
    short, long = small(hidden=(7, 5)), small(hidden=(7, 5, 5))
    assert torch.equal(weights(short)[0], weights(long)[0])
    assert torch.equal(weights(short)[1], weights(long)[1])


def test_a_lane_starts_the_same_whatever_stands_beside_it() -> None:
    made = [Lane(scheme=scheme) for scheme in list(SCHEMES)[:8]]
    together = initial_parameters(small(*made))
    for row, each in zip(together, made, strict=True):
        assert torch.equal(row, initial_parameters(small(each))[0])
    assert torch.equal(initial_parameters(small(*made[::-1])), together.flip(0))


def test_seeds_and_layers_draw_apart() -> None:
    experiment = small(hidden=(6, 6, 6))
    first, second = weights(experiment)[1:3]
    assert not torch.equal(first, second)
    assert not torch.equal(first, weights(experiment.replace(seed=2))[1])
    seeds = {layer_generator(s, n).initial_seed() for s in range(50) for n in range(101)}
    assert len(seeds) == 50 * 101


def test_a_lane_draws_for_its_own_activation() -> None:
    experiment = small(
        lane("kumar"), lane("kumar").replace(activation="tanh"), activation="sigmoid"
    )  # fmt: skip
    for sigmoid, tanh in zip(weights(experiment, 0), weights(experiment, 1), strict=True):
        torch.testing.assert_close(sigmoid, tanh * 3.6, rtol=1e-12, atol=0)


def test_weights_are_those_of_torch_transposed() -> None:
    expected = torch.empty(5, 7, dtype=torch.float64)
    init.xavier_normal_(expected, generator=layer_generator(1, 1))
    assert torch.equal(weights(small(lane("xavier_normal")))[1], expected.T)


# ---- schemes that see data ----


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", "softplus"])
@pytest.mark.parametrize("features", [2, 40])
def test_lsuv_gives_every_hidden_layer_unit_variance_on_the_data(
    activation: str, features: int
) -> None:
    experiment = Experiment(
        data=data("moons", features=features), hidden=(64, 32, 64, 64), activation=activation,
        lanes=(lane("lsuv"),), precision="float64",
    )  # fmt: skip
    row = initial_parameters(experiment)[0]
    value = torch.tensor(load(experiment).train.x)
    slots = layout(experiment.sizes)
    for place in slots[:-1]:
        weight = row[place.start : place.middle].view(place.fan_in, place.fan_out)
        z = value @ weight + row[place.middle : place.stop]
        # It saw half of the points.
        assert float(z.var(correction=0)) == pytest.approx(1, abs=0.1)
        value = FUNCTIONS[activation](z)
    last = slots[-1]
    output = row[last.start : last.middle]
    assert float(output.norm()) == pytest.approx(1)  # orthogonal, as it was drawn


def test_lsuv_survives_data_that_tells_it_nothing() -> None:
    experiment = Experiment(data=data("moons", noise=0, samples=8), lanes=(lane("lsuv"),))
    weight = torch.eye(2, dtype=torch.float64)
    scheme = lane("lsuv").entry
    assert scheme.adapt is not None
    context = LayerContext(2, 2, experiment.activation_of(experiment.lanes[0]))
    for inputs in (torch.zeros(4, 2).double(), torch.full((4, 2), torch.inf).double()):
        scheme.adapt(weight, torch.zeros(2).double(), inputs, {}, context)
        assert torch.equal(weight, torch.eye(2, dtype=torch.float64))


def test_the_output_layer_takes_its_own_scheme() -> None:
    plain = Experiment(hidden=(8, 8), lanes=(lane("he_normal"),))
    special = plain.with_lane(0, plain.lanes[0].replace(output="constant"))
    one, other = initial_parameters(plain)[0], initial_parameters(special)[0]
    last = layout(plain.sizes)[-1]
    assert torch.equal(one[: last.start], other[: last.start])
    assert (other[last.start : last.middle] == 0.5).all()
    assert not (one[last.start : last.middle] == 0.5).any()


def test_more_custom_deviations_than_layers_are_refused_where_they_are() -> None:
    made = lane("custom", deviations="0.1, 0.5, 1")
    assert Experiment(hidden=(4, 4), lanes=(made,)).lanes[0].values["deviations"] == (0.1, 0.5, 1)
    with pytest.raises(ExperimentError, match="3 numbers are too many for 2 layers") as caught:
        Experiment(hidden=(4,), lanes=(Lane(), made))
    assert caught.value.problems[0].path == ("lanes", 1, "values")
