"""What is said where numbers or data are at an end."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from initviz.experiment import Lane
from initviz.findings import Severity, Symptom, diagnose
from initviz.findings.measures import measure
from initviz.findings.remedies import find_remedy
from initviz.findings.thresholds import GENTLE_STEP, RUNAWAY
from tests.findings.test_rules import LOG_2, scene, verdict
from tests.make import data


@pytest.mark.parametrize(
    ("change", "words"),
    [({"points": np.ones((4, 2))}, "the same inputs"), ({"labels": np.ones(4)}, "the same class")],
)
def test_data_that_say_nothing_are_not_the_weights_fault(
    change: dict[str, np.ndarray], words: str
) -> None:
    shown = scene(3, [0.7, 0.6, 0.5, 0.4], gradient=0.0, silent=1.0)
    shown = dataclasses.replace(shown, plane=dataclasses.replace(shown.plane, **change))
    (finding,) = diagnose(shown)
    assert (finding.symptom, finding.severity) == (Symptom.POINTLESS, Severity.NOTE)
    assert words in finding.reason
    assert finding.remedy is None


def test_a_loss_that_came_back_is_not_said_to_be_gone() -> None:
    finding = verdict(3, [0.7, math.inf, 9e5, 4e4], diverged_at=1, learning_rate=1e6)
    assert finding.symptom is Symptom.DIVERGED
    assert "At epoch 1 the loss was beyond what float32 holds, 3.4e38" in finding.reason
    assert "now it is 4e4" in finding.reason
    assert "nothing brings it back" not in finding.reason


def test_weights_that_are_no_numbers_do_not_come_back() -> None:
    losses = [0.7, math.nan, math.nan]
    finding = verdict(2, losses, diverged_at=1, weight_norm=math.nan, precision="float64")
    assert "nothing brings it back" in finding.reason


def test_a_test_loss_that_alone_is_infinite_is_named() -> None:
    assert "loss on the test points" in verdict(0, 0.7, diverged_at=0).reason


@pytest.mark.parametrize("more", [{"saturated": 1.0}, {"spread": 0.0}, {}])
def test_a_loss_beyond_all_measure_is_what_is_the_matter(more: dict[str, float]) -> None:
    finding = verdict(2, [0.7, 1e20, 1e60], **more)
    assert finding.symptom is Symptom.UNSTABLE
    assert "jumped to 1e60, from 0.700 at epoch 0" in finding.reason
    assert finding.severity is Severity.BAD


def test_one_that_always_was_there_keeps_its_verdict() -> None:
    huge = 10 * RUNAWAY
    assert verdict(2, [huge, huge, huge], spread=0.0).symptom is Symptom.SYMMETRIC


def test_steps_that_are_too_short_are_told_from_gradients_that_vanish() -> None:
    finding = verdict(3, LOG_2, learning_rate=1e-9)
    assert finding.symptom is Symptom.VANISHING
    assert "Steps of η = 1e-9 are short" in finding.reason
    assert finding.remedy is not None
    assert finding.remedy.lane.learning_rate == 0.1
    tiny = verdict(3, LOG_2, learning_rate=1e-9, gradient=1e-12, delta=1e-12)
    assert "η" not in tiny.reason
    assert tiny.remedy is not None
    assert tiny.remedy.lane.scheme != Lane().scheme


def test_no_progress_by_short_steps_is_not_learning_for_a_lucky_start() -> None:
    assert verdict(3, 0.6, learning_rate=1e-9).symptom is Symptom.VANISHING
    assert verdict(3, [0.6, 0.5, 0.4, 0.3], learning_rate=1e-9).symptom is not Symptom.VANISHING


def test_a_layer_without_any_gradient_never_changes() -> None:
    gradient = np.array([0.0, 1e-12, 1e-12, 1e-12])
    reason = verdict(0, LOG_2, gradient=gradient, delta=[0.0, 1e-12, 1e-12, 1e-12]).reason
    assert "hidden 1 never changes" in reason
    assert "e300" not in reason


def test_one_neuron_gives_and_many_give() -> None:
    assert "The one neuron of hidden 1 gives 0" in verdict(silent=1.0, hidden=(1, 1, 1)).reason
    assert "All 16 neurons of hidden 1 give 0" in verdict(silent=1.0).reason


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_a_sound_start_that_diverged_is_advised_a_step_that_is_a_small_part_of_the_weights(
    optimiser: str,
) -> None:
    shown = scene(2, [0.7, math.nan, math.nan], diverged_at=1, learning_rate=1e6, weight_norm=2.0,
                  optimiser=optimiser)  # fmt: skip
    (m,) = measure(shown)
    remedy = find_remedy(m, Symptom.DIVERGED)
    assert remedy is not None
    rate = remedy.lane.learning_rate
    assert rate is not None
    largest = math.sqrt(256) if optimiser == "adam" else 1.0  # ‖ΔW‖ of a step of length 1
    assert rate * largest / 2.0 <= GENTLE_STEP
    assert "e+" not in remedy.label


@pytest.mark.parametrize(("optimiser", "usual"), [("sgd", 0.1), ("momentum", 0.1), ("adam", 1e-3)])
@pytest.mark.parametrize("loss", [0.7, 80.0], ids=["sound start", "exploded start"])
def test_a_learning_rate_far_from_all_usual_ones_gives_way_to_a_usual_one(
    optimiser: str, usual: float, loss: float
) -> None:
    shown = scene(2, [loss, math.nan, math.nan], diverged_at=1, learning_rate=1e6,
                  weight_norm=2e9, optimiser=optimiser)  # fmt: skip
    (m,) = measure(shown)
    remedy = find_remedy(m, Symptom.DIVERGED)
    assert remedy is not None
    assert remedy.lane.learning_rate is not None
    assert remedy.lane.learning_rate <= 10 * usual
    assert "η" in remedy.label


def test_weights_of_0_that_diverged_are_advised_a_usual_rate() -> None:
    shown = scene(2, [1.0, 1e20, math.inf], diverged_at=2, learning_rate=1e6, weight_norm=0.0,
                  data=data("salary"))  # fmt: skip
    (m,) = measure(shown)
    remedy = find_remedy(m, Symptom.DIVERGED)
    assert remedy is not None
    assert remedy.lane.learning_rate == 0.1
