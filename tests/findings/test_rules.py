from __future__ import annotations

import dataclasses
import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from initviz.engine import probe, record
from initviz.experiment import Experiment, Lane
from initviz.findings import Finding, Severity, Symptom, diagnose
from initviz.findings.measures import loss_of_guessing, measure
from initviz.findings.remedies import find_remedy
from initviz.findings.thresholds import (
    EXPLODED,
    FADING,
    FLAT,
    PLATEAU,
    SAME,
    VERY_FLAT,
    WELL_LEARNT,
)
from initviz.findings.words import epochs_to_change, loss_text, number, percent
from initviz.parts import Wanted
from initviz.recording import History, Recording, Scalars
from initviz.snapshot import Histogram, LayerSnapshot, Plane, Snapshot, Spread
from tests.make import data, lane

LOG_2 = math.log(2)
LONGEST = 130
NOTHING = np.zeros(0)


def scene(
    epoch: int = 0,
    loss: ArrayLike = LOG_2,
    *,
    later: ArrayLike = (),
    size: ArrayLike = 0.5,
    silent: ArrayLike = 0.0,
    saturated: ArrayLike = 0.0,
    spread: ArrayLike = 1.0,
    delta: ArrayLike = 0.1,
    no_delta: ArrayLike = 0.0,
    gradient: ArrayLike = 0.01,
    weight_norm: ArrayLike = 1.0,
    accuracy: float = 0.9,
    diverged_at: int = -1,
    **settings: Any,
) -> Snapshot:
    """One lane at one epoch with chosen measurements; what is not said is sound.

    Args:
        loss: of the epochs up to this one, or one for all; ``later`` of those that follow.
        size, silent, saturated, spread: for every hidden layer, or one for all.
        delta, no_delta, gradient, weight_norm: the same, and for the output.
    """
    experiment = Experiment(**{"hidden": (16, 16, 16), "lanes": (Lane(),), **settings})
    names = experiment.layer_names

    def each(values: ArrayLike) -> list[np.ndarray[Any, Any]]:
        return [np.array([value]) for value in np.broadcast_to(values, len(names))]

    def hidden(values: ArrayLike) -> list[np.ndarray[Any, Any]]:
        values = np.broadcast_to(values, len(names) - 1)
        return [np.array([value]) for value in (*values, math.nan)]

    losses = np.concatenate([np.broadcast_to(loss, epoch + 1), np.asarray(later, float)])[:, None]
    zero = np.zeros(1)
    no_histogram = Histogram(NOTHING, NOTHING, NOTHING)
    layers = tuple(
        LayerSnapshot(
            name=name,
            weight=np.zeros((1, *shape)),
            bias=NOTHING, preactivation=NOTHING, activation=NOTHING,
            grad_z=NOTHING, grad_weight=NOTHING, grad_bias=NOTHING,
            activation_size=Spread(a, zero, mute),
            grad_z_size=Spread(d, zero, no_d),
            grad_weight_size=Spread(g, zero, zero),
            deviation=zero, saturated=flat, symmetry=apart,
            values=no_histogram, sizes=no_histogram,
        )
        for name, shape, a, mute, d, no_d, g, flat, apart in zip(
            names, zip(experiment.sizes[:-1], experiment.sizes[1:], strict=True), hidden(size),
            hidden(silent), each(delta), each(no_delta), each(gradient), hidden(saturated),
            hidden(spread), strict=True,
        )
    )  # fmt: skip
    per_layer = np.ones((len(losses), 1, len(names)))
    history = History.of(Scalars(
        losses, losses, np.full_like(losses, accuracy), np.full_like(losses, accuracy),
        per_layer, per_layer * np.broadcast_to(weight_norm, len(names)), *[per_layer] * 5,
    ))  # fmt: skip
    plane = Plane(
        np.zeros(2), np.eye(2), (-1.0, 1.0, -1.0, 1.0), np.eye(2), np.array([0.0, 1.0]),
        1.0, ("x", "y"),
    )  # fmt: skip
    return Snapshot(experiment, epoch, layers, plane, None, history, np.array([diverged_at]))


def verdict(*arguments: Any, **measurements: Any) -> Finding:
    """What is said about ``scene`` with the same arguments."""
    (finding,) = diagnose(scene(*arguments, **measurements))
    return finding


# ---- what is said, and about whom ----------------------------------------------------------------


def test_without_layers_nothing_is_said() -> None:
    assert diagnose(dataclasses.replace(scene(), layers=())) == ()


def test_sound_measurements_are_ready_to_learn() -> None:
    finding = verdict(size=[0.5, 0.4, 0.3], delta=[0.1, 0.2, 0.3, 0.5])
    assert (finding.symptom, finding.severity) == (Symptom.HEALTHY, Severity.GOOD)
    assert finding.title == "Ready to learn"
    assert "0.5 → 0.3" in finding.reason
    assert "within 3× over 3 layers" in finding.reason


def test_what_is_learning_says_how_far_it_has_come() -> None:
    finding = verdict(3, [0.7, 0.6, 0.5, 0.4], accuracy=0.87)
    assert (finding.symptom, finding.severity) == (Symptom.LEARNING, Severity.GOOD)
    assert "87 %" in finding.reason
    assert "0.700 → 0.400 in 3 epochs" in finding.reason


def test_what_has_learnt_is_healthy() -> None:
    finding = verdict(3, [0.7, 0.6, 0.2, 0.1], accuracy=0.97)
    assert (finding.symptom, finding.severity) == (Symptom.HEALTHY, Severity.GOOD)
    assert "97 %" in finding.reason


def test_one_hidden_layer_has_no_ratio_to_report() -> None:
    assert "layers" not in verdict(hidden=(4,)).reason


# ---- the symptoms ------------------------------------------------------------------------------


def test_all_zero_is_dead() -> None:
    finding = verdict(size=0, silent=1, spread=0, delta=[0, 0, 0, 0.5], gradient=0)
    assert (finding.symptom, finding.severity) == (Symptom.DEAD, Severity.BAD)
    assert "output's bias" in finding.reason


def test_one_silent_layer_kills_the_network_and_is_named() -> None:
    finding = verdict(silent=[0.5, 1, 0.5], gradient=[0, 0, 0, 0.1])
    assert finding.symptom is Symptom.DEAD
    assert "All 16 neurons of hidden 2" in finding.reason


def test_a_half_silent_relu_is_sound() -> None:
    assert verdict(silent=0.5, saturated=math.nan, activation="relu").severity is Severity.GOOD


def test_gradients_of_exactly_zero_are_dead() -> None:
    finding = verdict(gradient=0)
    assert finding.symptom is Symptom.DEAD
    assert "Every weight gradient is exactly 0" in finding.reason


def test_equal_neurons_are_one_neuron() -> None:
    finding = verdict(spread=4e-9)
    assert (finding.symptom, finding.severity) == (Symptom.SYMMETRIC, Severity.BAD)
    assert "All 16 neurons of hidden 1 are identical (spread 4e-9)" in finding.reason
    assert "one straight line" in finding.reason


@pytest.mark.parametrize(("spread", "same"), [(0, True), (SAME, True), (2 * SAME, False)])
def test_equality_has_a_tolerance(spread: float, same: bool) -> None:
    assert (verdict(spread=spread).symptom is Symptom.SYMMETRIC) == same


def test_an_activation_that_falls_and_rises_is_not_promised_one_line() -> None:
    reason = verdict(spread=0, activation="gelu", saturated=math.nan).reason
    assert "one straight line" not in reason
    assert "parallel straight lines" in reason


def test_a_bottleneck_further_up_is_named() -> None:
    reason = verdict(spread=[1, 0, 1]).reason
    assert "hidden 2" in reason
    assert "line" not in reason


def test_layers_of_one_neuron_are_no_symptom() -> None:
    assert verdict(spread=0, hidden=(1, 1, 1)).severity is Severity.GOOD
    assert "hidden 2" in verdict(spread=0, hidden=(1, 2)).reason


def test_saturation_names_the_worst_layer() -> None:
    finding = verdict(saturated=[0.9, 0.98, 0.95], no_delta=[0.6, 0.93, 0.9, 0.1], loss=34)
    assert (finding.symptom, finding.severity) == (Symptom.SATURATED, Severity.BAD)
    assert "98 % of hidden 2 lies where tanh is flat, 93 %" in finding.reason
    assert "34" in finding.reason


@pytest.mark.parametrize(
    ("share", "severity"),
    [(FLAT - 0.01, Severity.GOOD), (FLAT, Severity.NOTE), (VERY_FLAT, Severity.BAD)],
)
def test_saturation_matters_more_the_more_there_is(share: float, severity: Severity) -> None:
    assert verdict(saturated=share).severity is severity


def test_gradients_rounded_to_zero_make_saturation_bad() -> None:
    assert verdict(saturated=0.6, no_delta=0.5).severity is Severity.BAD


def test_saturation_is_no_fault_in_what_has_learnt() -> None:
    well = WELL_LEARNT * LOG_2
    assert verdict(5, 0.9 * well, saturated=0.98).severity is Severity.GOOD
    assert verdict(5, 1.1 * well, saturated=0.98).severity is Severity.BAD


def test_a_first_loss_far_above_guessing_is_an_explosion() -> None:
    finding = verdict(loss=2816, size=[10, 100, 1000], gradient=[1, 2, 3, 600])
    assert (finding.symptom, finding.severity) == (Symptom.EXPLODING, Severity.BAD)
    assert "reach 1e3" in finding.reason
    assert "2.8e3 before the first step" in finding.reason
    assert verdict(loss=0.9 * EXPLODED * LOG_2).severity is Severity.GOOD


def test_a_gradient_that_is_not_finite_is_an_explosion() -> None:
    assert verdict(gradient=[math.inf, 1, 1, 1]).symptom is Symptom.EXPLODING


def test_divergence_says_since_when() -> None:
    finding = verdict(2, [0.9, 2816, math.nan], diverged_at=2, gradient=math.nan, size=math.nan)
    assert (finding.symptom, finding.severity) == (Symptom.DIVERGED, Severity.BAD)
    assert "since epoch 2" in finding.reason
    assert "epoch 1 the loss was 2.8e3" in finding.reason


def test_divergence_before_the_first_step_has_no_epoch_before_it() -> None:
    assert "before the first step" in verdict(loss=math.inf, diverged_at=0).reason


def test_tiny_gradients_everywhere_vanish() -> None:
    finding = verdict(gradient=1e-8, delta=[1e-8, 1e-6, 1e-4, 0.5], size=[1e-2, 1e-4, 1e-6])
    assert (finding.symptom, finding.severity) == (Symptom.VANISHING, Severity.BAD)
    assert "No hidden layer's weight gradient is above 1e-8" in finding.reason


def test_one_layer_that_stands_still_is_named() -> None:
    finding = verdict(gradient=[1e-9, 1e-3, 1e-2, 0.1], delta=[1e-9, 1e-3, 1e-2, 0.5])
    assert finding.symptom is Symptom.VANISHING
    assert finding.reason.startswith("The weight gradient of hidden 1 is 1e-9")


def test_a_mean_gradient_that_cancels_over_the_samples_does_not_vanish() -> None:
    assert verdict(gradient=1e-9, delta=0.1).severity is Severity.GOOD


def test_small_gradients_of_what_has_learnt_are_no_fault() -> None:
    assert verdict(9, 0.01, gradient=1e-9, delta=1e-9).severity is Severity.GOOD


def test_fading_gradients_are_a_warning_at_first_and_a_fault_in_the_end() -> None:
    fading = {"delta": [0.1 / FADING / 2, 0.01, 0.1, 0.5]}
    finding = verdict(**fading)
    assert (finding.symptom, finding.severity) == (Symptom.VANISHING, Severity.NOTE)
    assert "200-fold from hidden 3 to hidden 1" in finding.reason
    assert verdict(PLATEAU, LOG_2, **fading).severity is Severity.BAD
    assert verdict(PLATEAU, 0.5, **fading).symptom is Symptom.LEARNING


def test_adam_makes_up_for_gradients_that_sgd_would_lose() -> None:
    tiny = {"gradient": 1e-6, "delta": [1e-8, 1e-6, 1e-4, 0.5]}
    assert verdict(**tiny).severity is Severity.BAD
    finding = verdict(**tiny, optimiser="adam")
    assert (finding.symptom, finding.severity) == (Symptom.VANISHING, Severity.NOTE)
    assert "Adam" in finding.reason


def test_a_loss_thrown_back_is_unstable() -> None:
    finding = verdict(3, [0.7, 0.1, 0.05, 0.9])
    assert (finding.symptom, finding.severity) == (Symptom.UNSTABLE, Severity.NOTE)
    assert "0.900, from 0.050 at epoch 2" in finding.reason
    assert verdict(3, [0.7, 0.1, 0.05, 900]).severity is Severity.BAD


def test_a_small_loss_that_doubles_is_not_unstable() -> None:
    assert verdict(3, [0.7, 0.1, 0.01, 0.1]).severity is Severity.GOOD


def test_no_progress_is_stuck_after_a_while() -> None:
    assert verdict(PLATEAU - 1, LOG_2).symptom is Symptom.LEARNING
    finding = verdict(PLATEAU, LOG_2)
    assert (finding.symptom, finding.severity) == (Symptom.STUCK, Severity.NOTE)


# ---- what a verdict rests on -------------------------------------------------------------------


def test_what_comes_later_does_not_change_a_verdict() -> None:
    assert verdict(3, [0.7, 0.6, 0.5, 0.4], later=[900, math.nan], diverged_at=5) == verdict(
        3, [0.7, 0.6, 0.5, 0.4]
    )


@pytest.mark.parametrize("scheme", ["zeros", "uniform", "normal", "he_normal"])
def test_the_name_of_the_scheme_does_not_matter(scheme: str) -> None:
    def measured(**more: Any) -> Finding:
        # The remedy is another scheme, and theory knows the law: both may differ.
        return dataclasses.replace(verdict(**more), remedy=None, evidence=())

    sick = {"spread": 0, "saturated": 0.98}
    for figures in (sick, {}, {"gradient": 1e-9, "delta": 1e-9}):
        assert measured(lanes=(Lane(scheme=scheme),), **figures) == measured(**figures)


def test_guessing_knows_the_shares_of_the_classes() -> None:
    assert loss_of_guessing(np.array([0, 1])) == pytest.approx(LOG_2)
    assert loss_of_guessing(np.array([0, 0, 0, 1])) == pytest.approx(0.5623, abs=1e-4)
    assert 0 < loss_of_guessing(np.zeros(4)) < 1e-4


measured = st.floats(0) | st.just(math.nan)
share = st.floats(0, 1) | st.just(math.nan)


@given(
    epoch=st.integers(0, 30),
    losses=st.lists(measured, min_size=31, max_size=31),
    size=measured, silent=share, saturated=share, spread=measured,
    delta=st.lists(measured, min_size=4, max_size=4), no_delta=share,
    gradient=st.lists(measured, min_size=4, max_size=4), weight_norm=measured,
    activation=st.sampled_from(["tanh", "relu", "sigmoid", "gelu"]),
    optimiser=st.sampled_from(["sgd", "momentum", "adam"]),
)  # fmt: skip
def test_any_measurements_get_one_short_verdict(
    epoch: int, losses: list[float], **measurements: Any
) -> None:
    bad = np.flatnonzero(~np.isfinite(losses))
    since = int(bad[0]) if len(bad) else -1
    finding = verdict(epoch, losses[: epoch + 1], diverged_at=since, **measurements)
    assert finding.lane == 0
    assert 0 < len(finding.reason) <= LONGEST
    assert (finding.symptom is Symptom.DIVERGED) == (0 <= since <= epoch)


# ---- real training -------------------------------------------------------------------------------

TINY, HUGE = lane("uniform"), lane("normal", deviation=10.0)
SICK = {
    "zeros": (data("circles"), (16, 16), "tanh", 0.1, lane("zeros"), Symptom.DEAD),
    "zeros, relu": (data("circles"), (16, 16), "relu", 0.1, lane("zeros"), Symptom.DEAD),
    "zeros, sigmoid": (data("moons"), (16, 16), "sigmoid", 0.1, lane("zeros"), Symptom.SYMMETRIC),
    "constant": (data("xor"), (16, 16), "tanh", 0.1, lane("constant"), Symptom.SYMMETRIC),
    "tiny": (data("moons"), (64,) * 5, "tanh", 0.05, TINY, Symptom.VANISHING),
    "tiny, sigmoid": (data("moons"), (64,) * 5, "sigmoid", 0.1, TINY, Symptom.VANISHING),
    "xavier, sigmoid": (data("moons"), (64,) * 5, "sigmoid", 0.1, Lane(), Symptom.VANISHING),
    "huge": (data("circles"), (64,) * 5, "tanh", 0.05, HUGE, Symptom.SATURATED),
    "pytorch": (
        data("moons"), (64,) * 10, "relu", 0.01, lane("torch_default"), Symptom.VANISHING,
    ),
    "deep xavier": (
        data("moons"), (64,) * 40, "relu", 0.01, lane("xavier_normal"), Symptom.VANISHING,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SICK.values(), ids=SICK)
def test_what_cannot_learn_is_recognised_before_and_during_training(case: tuple[Any, ...]) -> None:
    points, hidden, activation, rate, start, symptom = case
    experiment = Experiment(
        data=points, hidden=hidden, activation=activation, learning_rate=rate, lanes=(start,),
        epochs=3,
    )  # fmt: skip
    recording = record(experiment)
    for epoch in (0, 1, 3):
        (finding,) = diagnose(probe(recording, epoch, Wanted(grid=0)))
        assert finding.symptom is symptom
        assert len(finding.reason) <= LONGEST


def test_an_explosion_is_foreseen_and_then_confirmed() -> None:
    recording = record(
        Experiment(
            data=data("circles"), hidden=(64,) * 5, activation="relu", learning_rate=0.01,
            lanes=(lane("normal"),), epochs=2,
        )
    )  # fmt: skip
    symptoms = [diagnose(probe(recording, epoch, Wanted(grid=0)))[0].symptom for epoch in (0, 2)]
    assert symptoms == [Symptom.EXPLODING, Symptom.DIVERGED]


SOUND = {
    "one layer": ((8,), "tanh", 0.1, (Lane(), lane("orthogonal"), lane("he_normal"))),
    "two layers": ((16, 16), "tanh", 0.1, (Lane(), lane("orthogonal"), lane("xavier_normal"))),
    "ten layers": ((32,) * 10, "tanh", 0.02, (Lane(), lane("orthogonal"))),
    "relu": ((32,) * 5, "relu", 0.03, (lane("he_normal"), lane("he_uniform"))),
    "deep relu": ((32,) * 20, "relu", 0.01, (lane("he_normal"), lane("orthogonal", gain=2**0.5))),
    "sigmoid": ((32,) * 3, "sigmoid", 0.1, (lane("kumar"),)),
}


@cache
def trained(name: str, dataset: str) -> Recording:
    hidden, activation, rate, lanes = SOUND[name]
    return record(
        Experiment(
            data=data(dataset, samples=300), hidden=hidden, activation=activation,
            learning_rate=rate, lanes=lanes, epochs=15,
        )
    )  # fmt: skip


@pytest.mark.parametrize("dataset", ["moons", "circles"])
@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_never_called_sick(name: str, dataset: str) -> None:
    recording = trained(name, dataset)
    for epoch in range(len(recording)):
        findings = diagnose(probe(recording, epoch, Wanted(grid=0)))
        assert [finding.lane for finding in findings] == list(range(len(findings)))
        for finding in findings:
            assert finding.severity is not Severity.BAD, (epoch, finding)
            assert len(finding.reason) <= LONGEST


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_ready_before_the_first_step(name: str) -> None:
    for finding in diagnose(probe(trained(name, "moons"), 0, Wanted(grid=0))):
        assert finding.symptom is Symptom.HEALTHY


# ---- figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.374, "0.37"), (0.5, "0.5"), (1, "1"), (34.4, "34"), (281, "280"),
        (2816, "2.8e3"), (4e-9, "4e-9"), (0.0049, "0.0049"), (0.00049, "4.9e-4"),
        (0.9999, "1"), (999.9, "1e3"), (-0.25, "-0.25"), (math.inf, "∞"), (math.nan, "NaN"),
    ],
)  # fmt: skip
def test_numbers_have_two_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(LOG_2, "0.693"), (0.0312, "0.031"), (2.5, "2.500"), (34.4, "34")]
)
def test_losses_have_three_decimals(value: float, text: str) -> None:
    assert loss_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (0.001, "under 0.5 %"), (0.5, "50 %"), (0.985, "98 %"), (0.9999, "99.9 %"),
     (1, "100 %")],
)  # fmt: skip
def test_only_all_is_a_hundred_percent(value: float, text: str) -> None:
    assert percent(value) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [(0.5, "2"), (1 / 240_400, "240\u202f000"), (1e-9, "1e9"), (0, "1e300"), (2, "0")],
)
def test_epochs_are_written_for_people(change: float, text: str) -> None:
    assert epochs_to_change(change) == text


def test_units_that_die_of_tiny_gradients_are_called_by_the_cause() -> None:
    dying = {"epoch": 30, "silent": [0, 0, 1.0], "loss": LOG_2}
    tiny = dataclasses.replace(scene(**dying))
    history = dataclasses.replace(
        tiny.history, gradient_norm=np.full_like(tiny.history.gradient_norm, 1e-9)
    )
    (named,) = diagnose(dataclasses.replace(tiny, history=history))
    assert named.symptom is Symptom.VANISHING
    assert "by now hidden 3 gives 0" in named.reason
    # With no gradient at all, or a sound one, it is their death that tells.
    for size in (0.0, 1.0):
        history = dataclasses.replace(
            tiny.history, gradient_norm=np.full_like(tiny.history.gradient_norm, size)
        )
        (named,) = diagnose(dataclasses.replace(tiny, history=history))
        assert named.symptom is Symptom.DEAD


@pytest.mark.parametrize(("first", "slow"), [(20, False), (23, False), (24, True), (60, True)])
def test_slow_is_counted_in_steps(first: int, slow: bool) -> None:
    losses = np.concatenate([np.full(first, LOG_2), np.full(70 - first, 0.3)])
    finding = verdict(69, losses)  # 1000 points in batches of 32 are 32 steps an epoch
    assert (finding.symptom is Symptom.SLOW) == slow


def test_the_remedy_that_stands_beside_a_lane_is_preferred() -> None:
    tiny = {"gradient": 1e-9, "delta": 1e-9, "activation": "relu"}
    alone = verdict(lanes=(Lane(scheme="uniform"),), **tiny)
    assert alone.remedy is not None
    assert alone.remedy.lane.scheme == "he_uniform"
    shown = scene(lanes=(Lane(scheme="uniform"),), **tiny)
    both = shown.experiment.replace(lanes=(Lane(scheme="uniform"), Lane(scheme="he_normal")))
    measures = measure(shown)[0]
    remedy = find_remedy(dataclasses.replace(measures, experiment=both), Symptom.VANISHING)
    assert remedy is not None
    assert remedy.lane.scheme == "he_normal"


def test_the_remedy_of_a_good_scheme_scaled_down_is_that_scheme_as_it_is() -> None:
    lane = Lane(scheme="xavier_uniform", scale=1e-3)
    remedy = verdict(lanes=(lane,), gradient=1e-9, delta=1e-9).remedy
    assert remedy is not None
    assert (remedy.lane.scheme, remedy.lane.scale) == ("xavier_uniform", 1)


def test_a_scaled_lane_beside_an_ill_one_is_no_reason_to_prefer_its_scheme() -> None:
    tiny = {"gradient": 1e-9, "delta": 1e-9, "activation": "relu"}
    shown = scene(lanes=(Lane(scheme="uniform"),), **tiny)
    scaled = Lane(scheme="he_normal", scale=1e-3)
    both = shown.experiment.replace(lanes=(Lane(scheme="uniform"), scaled))
    measures = measure(shown)[0]
    remedy = find_remedy(dataclasses.replace(measures, experiment=both), Symptom.VANISHING)
    assert remedy is not None
    assert remedy.lane.scheme == "he_uniform"
