"""Findings on runs so long that not every epoch has its figures."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from initviz.figures import Figures
from initviz.findings import Finding, Symptom, diagnose
from initviz.findings.measures import measure
from initviz.findings.thresholds import LATE_STEPS
from initviz.snapshot import Snapshot
from tests.findings.test_rules import LOG_2, scene

LAST = 40
KEPT = [0, 8, 16, 24, 32, 40]


def thinned(shown: Snapshot) -> Snapshot:
    """The same with the figures of every eighth epoch."""
    row = 8 + 3 * 8 * (4 + 7 * len(shown.layers))
    figures = Figures(1, len(shown.layers), len(KEPT) * row)
    for number in shown.history.epochs.tolist():
        figures.append(number, shown.history.take(number))  # type: ignore[arg-type]
    history = figures.history()
    assert history.epochs.tolist() == KEPT
    return dataclasses.replace(shown, history=history)


def verdict(shown: Snapshot) -> Finding:
    (finding,) = diagnose(thinned(shown))
    return finding


def test_a_jump_is_told_from_the_epoch_that_it_came_from() -> None:
    losses = np.full(LAST + 1, 0.6)
    losses[24], losses[40] = 0.05, 5.0
    finding = verdict(scene(LAST, losses))
    assert finding.symptom is Symptom.UNSTABLE
    assert "at epoch 24" in finding.reason
    assert finding.epochs == (24, LAST)


def test_a_late_start_is_counted_in_epochs() -> None:
    losses = np.full(LAST + 1, LOG_2)
    losses[16:] = 0.3
    finding = verdict(scene(LAST, losses, batch_size=4))
    assert finding.symptom is Symptom.SLOW
    assert "Nothing happened for at least 9 epochs" in finding.reason
    assert finding.epochs == (9, LAST)


def test_a_start_is_not_called_late_for_the_epochs_that_have_no_figures() -> None:
    losses = np.full(LAST + 1, 0.3)
    losses[:2] = LOG_2
    shown = scene(LAST, losses, batch_size=4)
    (every,) = measure(shown)
    assert every.steps * 2 < LATE_STEPS < every.steps * 8
    assert verdict(shown).symptom is not Symptom.SLOW
    (exact,) = diagnose(shown)
    assert exact.symptom is verdict(shown).symptom


def test_a_jump_from_between_two_rows_is_seen() -> None:
    losses = np.full(LAST + 1, 0.6)
    losses[21] = 0.05
    finding = verdict(scene(LAST, losses))
    assert finding.symptom is Symptom.UNSTABLE
    assert "from 0.050 between the epochs 17 and 24" in finding.reason
    assert finding.epochs == (17, LAST)


def test_a_loss_beyond_measure_is_a_jump_from_what_was_sound_between_two_rows() -> None:
    losses = np.full(LAST + 1, 1e3)
    losses[21], losses[LAST] = 0.5, 1e9
    shown = scene(LAST, losses)
    assert verdict(shown).symptom is Symptom.UNSTABLE
    (exact,) = diagnose(shown)
    assert exact.symptom is Symptom.UNSTABLE


def test_the_loss_before_the_end_is_that_of_an_epoch_that_has_its_figures() -> None:
    losses = np.full(LAST + 1, math.nan)
    losses[:19] = np.linspace(0.7, 0.5, 19)
    finding = verdict(scene(LAST, losses, diverged_at=19, weight_norm=math.nan))
    assert "Not finite since epoch 19" in finding.reason
    assert f"At epoch 16 the loss was {losses[16]:.3f}" in finding.reason


def test_what_was_learnt_between_two_rows_is_seen() -> None:
    losses = np.full(LAST + 1, LOG_2)
    assert verdict(scene(LAST, losses)).symptom is Symptom.STUCK
    losses[21] = 0.3
    (seen,) = measure(thinned(scene(LAST, losses)))
    assert seen.least == 0.3
    assert verdict(scene(LAST, losses)).symptom is not Symptom.STUCK


def test_a_long_step_between_two_rows_is_seen() -> None:
    shown = scene(LAST, LOG_2)
    ratio = shown.history.update_ratio.copy()
    ratio[21, 0, 1] = 7.0
    history = dataclasses.replace(shown.history, update_ratio=ratio)
    (seen,) = measure(thinned(dataclasses.replace(shown, history=history)))
    assert seen.longest_step == pytest.approx(7.0)
