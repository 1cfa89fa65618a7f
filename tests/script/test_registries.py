"""Every entry of every registry gives a script that starts and trains as initviz does."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from initviz.catalog.activations import ACTIVATIONS
from initviz.catalog.datasets import DATASETS
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.catalog.tasks import TASKS
from initviz.engine.initialize import initial_lane
from initviz.experiment import OPTIMISER, PRECISION, Experiment, ExperimentError, Lane
from initviz.layout import layout
from initviz.script import write_script
from initviz.script.tasks import OPTIMISER_CODES, TASK_CODES
from tests.make import data, lane, lanes
from tests.script.running import (
    ALLOWED,
    assert_losses,
    assert_same,
    figures_of,
    imported,
    initviz_figures,
    module,
    table,
)

EPOCHS = 3
POINTS = data("moons", samples=40)


def small(*some: Lane, **more: Any) -> Experiment:
    base = {
        "data": POINTS, "hidden": (6, 9, 5), "batch_size": 16, "precision": "float64",
        "learning_rate": 0.05, "seed": 3,
    }  # fmt: skip
    return Experiment(lanes=some or (Lane(),), **{**base, **more})


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_trains_the_same(scheme: str) -> None:
    assert_same(small(Lane(scheme=scheme)), EPOCHS, 1e-8)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("bias", BIASES)
def test_every_scheme_starts_the_same_with_every_bias(scheme: str, bias: str) -> None:
    assert_same(small(Lane(scheme=scheme, bias=bias), activation="sigmoid"), 0, 1e-8)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_trains_the_same(activation: str) -> None:
    schemes = ("xavier_uniform", "kumar", "random_walk", "edge_of_chaos", "lsuv")
    some = [Lane(scheme=scheme) for scheme in schemes]
    assert_same(small(*some, activation=activation), EPOCHS, 1e-8)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_serves_the_output_layer_alone(scheme: str) -> None:
    some = (Lane(output=scheme), Lane(scheme=scheme, output="zeros"), Lane(scheme="he_normal"))
    assert_same(small(*some), 1, 1e-8)


@pytest.mark.parametrize("scheme", [name for name, it in SCHEMES.items() if it.adapt])
def test_a_scheme_that_sees_data_may_serve_the_output_layer_alone(scheme: str) -> None:
    # An output layer is not adapted, so that no layer looks at the points.
    assert_same(small(Lane(scheme="he_normal", output=scheme)), 1, 1e-8)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_dataset_is_the_same(dataset: str) -> None:
    names = {parameter.name for parameter in DATASETS[dataset].parameters}
    values = {"samples": 60} if "samples" in names else {}
    points = data(dataset, **values)
    assert_same(small(data=points, learning_rate=0.01), EPOCHS, 1e-8)


@pytest.mark.parametrize("dataset", [d.name for d in DATASETS.values() if d.lifted])
def test_a_lifted_plane_is_the_same(dataset: str) -> None:
    points = data(dataset, samples=60, features=20, noise=0.0, test_share=0.3)
    assert_same(small(data=points, learning_rate=0.01), EPOCHS, 1e-8)


def test_several_classes_are_the_same() -> None:
    points = data("blobs", samples=60, classes=5)
    assert_same(small(data=points), EPOCHS, 1e-8)


@pytest.mark.parametrize("optimiser", [choice.value for choice in OPTIMISER.options()])
@pytest.mark.parametrize("l2", [0.0, 0.03])
def test_every_optimiser_steps_the_same(optimiser: str, l2: float) -> None:
    assert_same(small(optimiser=optimiser, l2=l2, learning_rate=0.02), EPOCHS, 1e-8)


@pytest.mark.parametrize("precision", [choice.value for choice in PRECISION.options()])
def test_every_precision_is_kept(precision: str) -> None:
    experiment = small(precision=precision)
    assert f"DTYPE = torch.{precision}" in write_script(experiment)
    assert_same(experiment, EPOCHS, 1e-8 if precision == "float64" else 1e-4)


def test_every_task_and_optimiser_has_its_code() -> None:
    assert set(TASK_CODES) == set(TASKS)
    assert set(OPTIMISER_CODES) == {choice.value for choice in OPTIMISER.options()}


def test_lanes_may_differ_in_everything() -> None:
    some = (
        lane("normal", deviation=0.5).replace(scale=0.3, activation="relu", learning_rate=0.02),
        lane("normal", deviation=0.1).replace(bias="normal", bias_values={"deviation": 0.4}),
        lane("normal", deviation=0.2).replace(bias="normal", bias_values={"deviation": 0.2}),
        lane("constant", value=0.2, noise=0.1).replace(output="kumar"),
        lane("constant", value=0.1, noise=0.0).replace(activation="gelu"),
        lane("lsuv").replace(scale=1.7, output="he_uniform", output_values={"slope": 0.2}),
        lane("kumar").replace(activation="softplus"),
        lane("kumar").replace(activation="sin", bias="fan_in_uniform"),
    )
    assert_same(small(*some), EPOCHS, 1e-8)


@pytest.mark.parametrize("rescaled", ["no", "yes"])
@pytest.mark.parametrize("deviation", [0.1, 1.0])
def test_parameters_are_filled_in(rescaled: str, deviation: float) -> None:
    some = (
        lane("truncated_normal", deviation=deviation, rescaled=rescaled),
        lane("he_normal", mode="fan_out", slope=deviation),
        lane("custom", deviations=(0.3, deviation, 0.2)),
        lane("sparse", connections=3, deviation=deviation),
        lane("looks_linear", gain=deviation),
        lane("edge_of_chaos").replace(bias="fan_in_uniform"),
    )
    assert_same(small(*some), 1, 1e-8)


def test_one_function_serves_lanes_that_differ_in_parameters() -> None:
    text = write_script(small(lane("normal", deviation=0.5), lane("normal", deviation=0.1)))
    assert text.count("def init_") == 1
    assert "partial(init_normal, deviation=0.5)" in text


def test_nothing_stands_in_a_script_that_its_experiment_does_not_need() -> None:
    text = write_script(small(lane("constant", value=0.2)))
    for word in ("if noise", "scale", "init_output", "L2", "learning_rate: float", "DEVICE",
                 "number, inputs", "partial", "import math", "isnan", "lift"):  # fmt: skip
        assert word not in text
    assert imported(text) <= ALLOWED


def test_a_graphics_card_is_given_the_network_and_the_points() -> None:
    experiment = small(Lane(scheme="lsuv"), device="cuda")
    text = write_script(experiment)
    assert 'DEVICE = "cuda"' in text
    # The same lines, on the device that every machine has.
    there = figures_of(text.replace('"cuda"', '"cpu"'), lanes=1, epochs=EPOCHS)
    ours = initviz_figures(experiment.replace(device="cpu"), EPOCHS)
    assert_losses(there, ours, 1e-8)


@pytest.mark.parametrize(
    "name", ['say "hi, (x', "it's [", "C:\\new\\", '"""', "%(prog)s {x}", "π 🙂"]
)
def test_any_name_and_title_can_be_written(name: str) -> None:
    long = "long enough for its line in the table to be broken"[: 40 - len(name)]
    some = [lane("normal", deviation=d).replace(name=name + long) for d in (0.1, 0.2)]
    names = module(write_script(small(*some), name))
    assert [each.name for each in names["LANES"]] == [each.title for each in some]
    assert names["__doc__"].startswith(f"{name}: ")
    assert len(table(names, "--epochs", "0")) == 2


@settings(max_examples=50, deadline=None)
@given(st.lists(lanes(), min_size=1, max_size=4), st.sampled_from(sorted(ACTIVATIONS)))
def test_any_lanes_start_from_the_very_same_numbers(chosen: list[Lane], activation: str) -> None:
    try:
        experiment = small(*chosen, activation=activation, hidden=(6, 9))
    except ExperimentError:  # more numbers than layers
        reject()
    names = module(write_script(experiment))
    x = names["load_data"]()[0].tensors[:1]
    for there, ours in zip(names["LANES"], experiment.lanes, strict=True):
        net = names["Net"](torch.tanh)
        if any(ours.weights_of(output)[0].adapt for output in (False, True)):
            continue  # what is measured is rounded
        looks = len(inspect.signature(names["initialise"]).parameters) == 3
        names["initialise"](net, there, *(x if looks else ()))
        wanted = initial_lane(experiment, ours)
        for place, layer in zip(layout(experiment.sizes), net.layers, strict=True):
            weight = wanted[place.start : place.middle].view(place.fan_in, place.fan_out).T
            torch.testing.assert_close(layer.weight.data, weight, rtol=0, atol=0, equal_nan=True)
            bias = wanted[place.middle : place.stop]
            torch.testing.assert_close(layer.bias.data, bias, rtol=0, atol=0, equal_nan=True)
