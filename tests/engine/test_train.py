from __future__ import annotations

import threading
from dataclasses import fields
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from initviz.catalog.activations import ACTIVATIONS
from initviz.engine import record, train
from initviz.engine.data import load
from initviz.engine.initialize import initial_parameters
from initviz.experiment import OPTIMISER, Experiment, Lane
from initviz.layout import layout
from initviz.recording import Epoch, Recording, Scalars
from initviz.seeds import BATCH_SEED
from tests.make import data, lane
from tests.reference import leaves, run

OPTIMISERS = [choice.value for choice in OPTIMISER.options()]

EIGHT = (
    lane("xavier_uniform"),
    lane("he_normal").replace(activation="relu"),
    lane("kumar").replace(activation="sigmoid"),
    lane("normal", deviation=0.5).replace(learning_rate=0.02),
    lane("he_uniform").replace(activation="gelu"),
    lane("torch_default").replace(activation="relu", learning_rate=0.07),
    lane("orthogonal").replace(activation="elu"),
    lane("uniform", half_width=0.3).replace(bias="normal"),
)
"""Lanes that differ in everything in which lanes can."""


def small(*lanes: Lane, **changes: Any) -> Experiment:
    usual: dict[str, Any] = {
        "data": data("moons", samples=70),  # batches of 16, and one of 6
        "hidden": (6, 5),
        "batch_size": 16,
        "learning_rate": 0.05,
        "epochs": 4,
        "precision": "float64",
        "lanes": lanes or EIGHT,
    }
    return Experiment(**{**usual, **changes})


def parameters(recording: Recording) -> np.ndarray:
    """(epochs, K, P)"""
    return np.stack([recording.parameters(epoch) for epoch in recording.kept_epochs()])


def assert_same_bits(one: Any, other: Any) -> None:
    np.testing.assert_array_equal(one.view(np.uint8), other.view(np.uint8))


# ---- plain PyTorch does the same ----


def plain_training(experiment: Experiment, index: int) -> list[Tensor]:
    """One lane's parameters at every epoch, trained as everybody does it."""
    chosen = experiment.lanes[index]
    activation = experiment.activation_of(chosen).name
    row, sizes = initial_parameters(experiment)[index], experiment.sizes
    weights, biases = leaves(row, sizes)
    rate = experiment.learning_rate_of(chosen)
    groups = [
        {"params": weights, "weight_decay": experiment.l2},
        {"params": biases, "weight_decay": 0.0},
    ]
    optimiser: torch.optim.Optimizer
    if experiment.optimiser == "adam":
        optimiser = torch.optim.Adam(groups, lr=rate)
    else:
        momentum = 0.9 if experiment.optimiser == "momentum" else 0.0
        optimiser = torch.optim.SGD(groups, lr=rate, momentum=momentum)
    split = load(experiment).train
    x, y = torch.tensor(split.x), torch.tensor(split.y)
    generator = torch.Generator().manual_seed(experiment.seed + BATCH_SEED)
    epochs = [row]
    for _ in range(experiment.epochs):
        for batch in torch.randperm(len(x), generator=generator).split(experiment.batch_size):
            optimiser.zero_grad()
            run(
                weights, biases, activation, x[batch], y[batch], experiment.task.name
            ).loss.backward()
            optimiser.step()
        layers = zip(weights, biases, strict=True)
        epochs.append(torch.cat([p.detach().flatten() for layer in layers for p in layer]))
    return epochs


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("l2", [0.0, 0.03])
def test_training_equals_plain_pytorch(optimiser: str, l2: float) -> None:
    experiment = small(optimiser=optimiser, l2=l2)
    recorded = parameters(record(experiment))
    for index in range(len(experiment.lanes)):
        expected = torch.stack(plain_training(experiment, index)).numpy()
        np.testing.assert_allclose(recorded[:, index], expected, rtol=1e-9, atol=1e-10)


def test_the_penalty_pulls_weights_and_leaves_biases_alone() -> None:
    # With every activation 0, the loss alone moves no weight and only the last bias.
    still = lane("zeros").replace(bias="constant", activation="linear")
    pulled = lane("constant", value=0.5).replace(bias="constant")
    for made in (still, pulled):
        without, with_l2 = (record(small(made, l2=l2, epochs=1, batch_size=70)) for l2 in (0, 0.1))
        difference = (without.parameters(1) - with_l2.parameters(1))[0]
        start = without.parameters(0)[0]
        for slots in layout(small(made).sizes):
            np.testing.assert_allclose(
                difference[slots.start : slots.middle],
                0.05 * 0.1 * start[slots.start : slots.middle],
                atol=1e-15,
            )
            np.testing.assert_array_equal(difference[slots.middle : slots.stop], 0)


@pytest.mark.parametrize("batch_size", [1, 7, 70, 71, 20_000])
def test_every_point_is_seen_once_an_epoch_whatever_the_batch(batch_size: int) -> None:
    experiment = small(EIGHT[0], EIGHT[1], batch_size=batch_size, epochs=2)
    recorded = parameters(record(experiment))
    for index in range(2):
        expected = torch.stack(plain_training(experiment, index)).numpy()
        np.testing.assert_allclose(recorded[:, index], expected, rtol=1e-9, atol=1e-10)


# ---- lanes do not know of one another ----


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_a_lane_trained_alone_is_that_lane_among_eight(optimiser: str) -> None:
    together = record(small(optimiser=optimiser, epochs=10))
    for index, made in enumerate(EIGHT):
        alone = record(small(made, optimiser=optimiser, epochs=10))
        np.testing.assert_allclose(
            parameters(together)[:, index], parameters(alone)[:, 0], rtol=1e-9, atol=1e-9
        )
        for field in fields(Scalars):
            np.testing.assert_allclose(
                getattr(together.scalars(), field.name)[:, index],
                getattr(alone.scalars(), field.name)[:, 0],
                rtol=1e-7, atol=1e-9, err_msg=field.name,
            )  # fmt: skip


def test_the_order_of_the_lanes_does_not_matter() -> None:
    order = [5, 2, 7, 0, 3, 6, 1, 4]
    straight = record(small(optimiser="momentum"))
    mixed = record(small(*(EIGHT[i] for i in order), optimiser="momentum"))
    np.testing.assert_allclose(
        parameters(mixed), parameters(straight)[:, order], rtol=1e-11, atol=1e-12
    )
    for field in fields(Scalars):
        np.testing.assert_allclose(
            getattr(mixed.scalars(), field.name),
            getattr(straight.scalars(), field.name)[:, order],
            rtol=1e-9, atol=1e-12, err_msg=field.name,
        )  # fmt: skip


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_same_experiment_gives_the_same_recording_bit_for_bit(precision: str) -> None:
    experiment = small(precision=precision, optimiser="adam")
    once, again = record(experiment), record(Experiment.from_toml(experiment.to_toml()))
    assert_same_bits(parameters(once), parameters(again))
    for field in fields(Scalars):
        one, other = (np.ascontiguousarray(getattr(r.scalars(), field.name)) for r in (once, again))
        assert_same_bits(one, other)
    assert not np.array_equal(parameters(once), parameters(record(experiment.replace(seed=2))))


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(
    ("optimiser", "hidden", "epoch"),
    [
        ("sgd", (6, 5, 5, 5), 1),
        ("momentum", (6, 5, 5, 5), 1),
        # Adam's steps are no longer than its rate: here the first logits overflow already.
        ("adam", (5,) * 99, 0),
        ("sgd", (5,) * 99, 0),
    ],
)
def test_a_lane_that_explodes_is_marked_and_changes_no_bit_of_another(
    optimiser: str, hidden: tuple[int, ...], epoch: int, precision: str
) -> None:
    calm = lane("orthogonal").replace(activation="linear")
    wild = lane("normal", deviation=1000.0).replace(activation="linear")
    common = {"optimiser": optimiser, "hidden": hidden, "precision": precision}
    before, after = calm.replace(learning_rate=0.001), calm.replace(learning_rate=0.002)
    quiet = record(small(before, calm, after, **common))
    loud = record(small(before, wild, after, **common))
    assert list(loud.diverged_at()) == [-1, epoch, -1]
    assert list(quiet.diverged_at()) == [-1, -1, -1]
    assert not np.isfinite(parameters(loud)[-1, 1]).any()
    for index in (0, 2):
        assert_same_bits(
            np.ascontiguousarray(parameters(loud)[:, index]),
            np.ascontiguousarray(parameters(quiet)[:, index]),
        )
        for field in fields(Scalars):
            one, other = (getattr(r.scalars(), field.name)[:, index] for r in (loud, quiet))
            np.testing.assert_array_equal(one, other)


# ---- what an epoch says ----


def epochs_of(experiment: Experiment) -> list[Epoch]:
    return list(train(experiment))


def test_epoch_zero_is_the_initial_state() -> None:
    experiment = small()
    first = epochs_of(experiment)[0]
    np.testing.assert_array_equal(first.parameters, initial_parameters(experiment).numpy())
    assert (first.scalars.update_ratio == 0).all()


def test_epochs_are_numbered_and_as_many_as_were_asked_for() -> None:
    assert [epoch.number for epoch in train(small(epochs=3))] == [0, 1, 2, 3]
    assert [epoch.number for epoch in train(small(epochs=3), epochs=1)] == [0, 1]
    assert [epoch.number for epoch in train(small(epochs=3), epochs=0)] == [0]


def test_looking_at_fewer_epochs_does_not_change_them() -> None:
    short, long = epochs_of(small(epochs=2)), epochs_of(small(epochs=4))
    for one, other in zip(short, long, strict=False):
        assert_same_bits(one.parameters, other.parameters)


def test_an_epochs_arrays_are_owned_copies() -> None:
    epochs = []
    for epoch in train(small()):
        kept = epoch.parameters.copy()
        figures = [getattr(epoch.scalars, field.name).copy() for field in fields(Scalars)]
        epochs.append((epoch, kept, figures))
    for epoch, kept, figures in epochs:
        assert_same_bits(epoch.parameters, kept)
        for field, figure in zip(fields(Scalars), figures, strict=True):
            np.testing.assert_array_equal(getattr(epoch.scalars, field.name), figure)
    assert not np.array_equal(epochs[0][1], epochs[1][1])


def test_what_is_done_to_an_epoch_does_not_reach_the_training() -> None:
    undisturbed = epochs_of(small())
    for epoch, expected in zip(train(small()), undisturbed, strict=True):
        assert_same_bits(epoch.parameters, expected.parameters)
        epoch.parameters[:] = np.nan


def test_the_figures_follow_from_the_weights() -> None:
    experiment = small()
    sizes, split = experiment.sizes, load(experiment)
    for epoch in train(experiment):
        for index, made in enumerate(experiment.lanes):
            name = experiment.activation_of(made).name
            row = torch.tensor(epoch.parameters[index])
            for part, label in ((split.train, "train"), (split.test, "test")):
                x, y = torch.tensor(part.x), torch.tensor(part.y)
                plain = run(*leaves(row, sizes), name, x, y)
                loss = getattr(epoch.scalars, f"{label}_loss")[index]
                assert loss == pytest.approx(plain.loss.item(), rel=1e-10)
                right = ((plain.logits > 0) == (y > 0.5)).double().mean()
                accuracy = getattr(epoch.scalars, f"{label}_score")[index]
                assert accuracy == pytest.approx(float(right), abs=1e-12)
            for layer, slots in enumerate(layout(sizes)):
                norm = float(row[slots.start : slots.middle].norm())
                assert epoch.scalars.weight_norm[index, layer] == pytest.approx(norm, rel=1e-10)


@pytest.mark.parametrize("l2", [0.0, 0.05])
def test_gradient_and_update_are_those_of_the_last_batch(l2: float) -> None:
    experiment = small(l2=l2, batch_size=70, epochs=3)  # one batch is all points
    split = load(experiment).train
    x, y = torch.tensor(split.x), torch.tensor(split.y)
    epochs = epochs_of(experiment)
    befores = [epochs[0], *epochs[:-1]]  # epoch 0 shows the gradient before its first step
    for epoch, before in zip(epochs, befores, strict=True):
        for index, made in enumerate(experiment.lanes):
            name = experiment.activation_of(made).name
            row = torch.tensor(before.parameters[index])
            plain = run(*leaves(row, experiment.sizes), name, x, y)
            plain.loss.backward()
            rate = experiment.learning_rate_of(made)
            for layer, weight in enumerate(plain.weights):
                assert weight.grad is not None
                gradient = float((weight.grad + l2 * weight).detach().norm())
                assert epoch.scalars.gradient_norm[index, layer] == pytest.approx(
                    gradient, rel=1e-9
                )
                ratio = rate * gradient / epoch.scalars.weight_norm[index, layer]
                assert epoch.scalars.update_ratio[index, layer] == pytest.approx(
                    ratio if epoch.number else 0.0, rel=1e-7
                )


def test_the_update_of_an_epoch_of_many_batches_is_that_of_its_last_step() -> None:
    experiment = small(epochs=3)  # batches of 16, and one of 6
    figures = record(experiment).scalars()
    rates = np.array([experiment.learning_rate_of(made) for made in experiment.lanes])
    step = rates[:, None] * figures.gradient_norm  # plain descent, and no batch but the last
    np.testing.assert_allclose(figures.update_ratio[1:], (step / figures.weight_norm)[1:], 1e-7)


def test_a_weight_that_never_moves_has_an_update_ratio_of_zero_not_nan() -> None:
    figures = record(small(lane("zeros"))).scalars()
    assert (figures.weight_norm == 0).all()
    assert (figures.update_ratio == 0).all()
    assert (figures.gradient_norm == 0).all()


# ---- pausing and stopping ----


class Stop(Exception):  # noqa: N818 - it is no error
    pass


def test_the_checkpoint_is_called_before_every_piece_of_work() -> None:
    experiment = small(epochs=3)
    calls: list[int] = []
    seen = []
    for epoch in train(experiment, checkpoint=lambda: calls.append(1)):
        seen.append((epoch.number, len(calls)))
    numbers, counts = zip(*seen, strict=True)
    assert numbers == (0, 1, 2, 3)
    # One chunk evaluates the few points; epoch 0 fills the layers, 70 points make 5 batches.
    layers = len(experiment.lanes) * len(experiment.layer_names)
    assert [b - a for a, b in zip((0, *counts), counts, strict=False)] == [layers + 1, 6, 6, 6]


@pytest.mark.parametrize("call", [1, 3, 6])
def test_a_checkpoint_that_raises_stops_training_at_once(call: int) -> None:
    calls: list[int] = []

    def checkpoint() -> None:
        calls.append(1)
        if len(calls) == call:
            raise Stop

    epochs = []
    with pytest.raises(Stop):
        epochs.extend(epoch.number for epoch in train(small(), checkpoint=checkpoint))
    assert len(calls) == call


def test_a_checkpoint_does_not_change_the_numbers() -> None:
    for one, other in zip(train(small(), checkpoint=lambda: None), train(small()), strict=True):
        assert_same_bits(one.parameters, other.parameters)


def test_training_waits_in_a_checkpoint_that_blocks() -> None:
    entered, released = threading.Event(), threading.Event()

    def checkpoint() -> None:
        entered.set()
        assert released.wait(timeout=30)

    epochs: list[int] = []
    thread = threading.Thread(
        target=lambda: epochs.extend(
            epoch.number for epoch in train(small(epochs=1), checkpoint=checkpoint)
        )
    )
    thread.start()
    assert entered.wait(timeout=30)
    assert epochs in ([], [0])
    released.set()
    thread.join(timeout=30)
    assert epochs == [0, 1]


def test_record_reports_every_epoch_and_keeps_to_its_budget() -> None:
    reported: list[int] = []
    recording = record(small(epochs=9), budget=1, progress=reported.append)
    assert reported == list(range(10))
    assert recording.last == 9
    assert recording.kept_epochs() == [0, 9]


def test_training_draws_from_no_global_generator() -> None:
    before = torch.get_rng_state()
    record(small())
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_every_activation_learns_two_blobs(name: str) -> None:
    # The plainest whole: each function, with the gradient that goes with it, gets there.
    scheme = "kumar" if name == "sigmoid" else "xavier_normal"
    experiment = Experiment(
        data=data("blobs", samples=200, noise=0.3), hidden=(8,), activation=name,
        lanes=(lane(scheme),), epochs=10,
    )  # fmt: skip
    assert record(experiment).scalars().test_score[-1, 0] > 0.97


def test_norms_of_large_networks_are_those_of_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = Experiment(
        data=data("moons", samples=40),
        hidden=(5, 7),
        epochs=2,
        lanes=(lane("normal"), lane("zeros")),
    )
    whole = record(experiment).scalars()
    monkeypatch.setattr(import_module("initviz.engine.train"), "FEW_NUMBERS", 0)
    layerwise = record(experiment).scalars()
    for name in ("gradient_norm", "weight_norm", "update_ratio", "distance"):
        np.testing.assert_allclose(getattr(layerwise, name), getattr(whole, name), rtol=1e-6)


def test_norms_whose_squares_hold_and_whose_sums_do_not_are_infinite_without_a_warning() -> None:
    # Every step multiplies the weights by 1 − 1e8: after 19 they are at 1.2e154, squared 1.4e308.
    experiment = Experiment(
        data=data("moons", samples=38, test_share=0.05), hidden=(4, 4), batch_size=2, epochs=1,
        optimiser="sgd", learning_rate=1e6, l2=100.0, precision="float64",
        lanes=(Lane(scheme="constant", values={"value": 1.2}, scale=100.0),),
    )  # fmt: skip
    recording = record(experiment)
    largest = float(np.abs(recording.parameters(1)).max())
    assert 1e308 < largest**2 < 1.7e308
    assert np.isinf(recording.scalars().weight_norm[1]).any()
