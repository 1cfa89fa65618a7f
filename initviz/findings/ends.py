"""Rules for what is at an end: numbers that nothing holds, data that say nothing."""

from __future__ import annotations

import numpy as np

from initviz.catalog.tasks import REGRESSION
from initviz.findings.finding import Evidence, Finding, Severity, Symptom
from initviz.findings.measures import Measures
from initviz.findings.words import loss_text, number

LARGEST = {"float32": "3.4e38", "float64": "1.8e308"}
"""The largest number of each precision."""


def diverged(m: Measures) -> Finding | None:
    """Weights or losses are NaN or infinite."""
    if m.diverged_at < 0:
        return None
    precision = m.experiment.precision
    beyond = f"beyond what {precision} holds, {LARGEST[precision]}"
    row = min(int(np.searchsorted(m.epochs, m.diverged_at)), len(m.epochs) - 1)
    there = np.isfinite(m.loss[row])  # so it is the test loss that is not
    loss = "loss on the test points" if there and not m.lost else "loss"
    if m.diverged_at == 0:
        reason = f"The {loss} is not a finite number even before the first step: it is {beyond}."
    else:
        before = m.epochs[row - 1]
        if m.lost:
            found = f"Not finite since epoch {m.diverged_at}, and nothing brings it back."
        elif not np.isfinite(m.now):
            found = f"Not finite since epoch {m.diverged_at}: the loss is {beyond}."
        else:
            found = f"At epoch {m.diverged_at} the {loss} was {beyond}; now it is {number(m.now)}."
        reason = f"{found} At epoch {before} the loss was {loss_text(m.loss[row - 1])}."
    evidence = [Evidence("not finite since", float(m.diverged_at), str(m.diverged_at))]
    return m.finding(Symptom.DIVERGED, Severity.BAD, reason, evidence=evidence, since=m.diverged_at)


def pointless(m: Measures) -> Finding | None:
    """The training points leave nothing to be learnt."""
    if m.same_inputs:
        reason = "All training points have the same inputs: nothing tells them apart."
    elif m.same_answers:
        what = "target" if m.experiment.task is REGRESSION else "class"
        reason = f"All training points have the same {what}: there is nothing to tell apart."
    else:
        return None
    return m.finding(
        Symptom.POINTLESS, Severity.NOTE, f"{reason} It is up to the data, not to the weights.",
        evidence=[Evidence("loss now", m.now, loss_text(m.now))],
    )  # fmt: skip
