"""The rules: each looks at one lane's figures and says what is the matter, or nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from initviz.catalog.tasks import BINARY, REGRESSION
from initviz.findings.ends import diverged, pointless
from initviz.findings.finding import Evidence, Finding, Severity, Symptom
from initviz.findings.measures import Measures
from initviz.findings.thresholds import (
    BLOCKED,
    EXPLODED,
    FADING,
    FLAT,
    HALF_LEARNT,
    JUMP,
    LATE,
    LATE_STEPS,
    NOTHING_LEARNT,
    PLATEAU,
    RUNAWAY,
    SAME,
    STILL,
    VERY_FLAT,
    WELL_LEARNT,
)
from initviz.findings.words import epochs_to_change, loss_text, number, percent

Rule = Callable[[Measures], Finding | None]


def dead(m: Measures) -> Finding | None:
    """No gradient reaches any weight, or a layer lets no input through."""
    muted = np.flatnonzero(m.silent == 1)
    if len(muted) == len(m.widths) and not m.gradient.any():
        reason = (
            "Every hidden activation and every weight gradient is exactly 0: only the output's "
            "bias can move."
        )
    elif len(muted):
        reason = (
            f"{_all(m.widths[muted[0]])} of {m.names[muted[0]]} "
            f"{'gives' if m.widths[muted[0]] == 1 else 'give'} 0 for every point: no input "
            "gets past, and no gradient comes back."
        )
    elif not m.gradient.any():
        reason = "Every weight gradient is exactly 0: only biases can move."
    else:
        return None
    if len(muted) and 0 < m.first_change < STILL:
        # The biases of the output pushed the units out before the weights had moved at all.
        return m.finding(
            Symptom.VANISHING, Severity.BAD,
            f"From the start an epoch moved no hidden weight by more than {number(m.first_change)} "
            f"of its size; by now {m.names[muted[0]]} gives 0 for every point.",
            layers=[m.names[i] for i in muted],
            evidence=[
                _figure("change at the start", m.first_change, number(m.first_change)),
                _figure("silent units", np.max(m.silent), percent(np.max(m.silent))),
                *_theory(m),
            ],
        )  # fmt: skip
    places = muted if len(muted) else range(len(m.names))
    evidence = [
        _figure("silent units", np.max(m.silent), percent(np.max(m.silent))),
        _figure("largest ∂L/∂W", np.max(m.gradient), number(np.max(m.gradient))),
    ]
    return m.finding(
        Symptom.DEAD, Severity.BAD, reason, layers=[m.names[i] for i in places], evidence=evidence
    )


def runaway(m: Measures) -> Finding | None:
    """The loss was sound, and is beyond all measure."""
    if m.epoch == 0 or m.now < RUNAWAY * m.guessing or m.least > EXPLODED * m.guessing:
        return None
    return unstable(m)


def symmetric(m: Measures) -> Finding | None:
    """The neurons of a layer are copies of one another."""
    wide = np.array(m.widths) > 1
    same = wide & (m.spread <= SAME)
    if not same.any():
        return None
    first = int(np.argmax(same))
    found = (
        f"{_all(m.widths[first])} of {m.names[first]} are identical "
        f"(spread {number(m.spread[first])})."
    )
    if np.array_equal(same, wide) and m.activation.monotone:
        if m.experiment.task is BINARY:
            limit = "Whatever it learns, the boundary is one straight line."
        else:
            limit = "Whatever it learns, its answer changes in one direction only."
    elif first == 0:
        limit = "It can only draw parallel straight lines."
    else:
        limit = "All that it learns passes through one number."
    evidence = [
        _figure(f"spread of {m.names[i]}", m.spread[i], number(m.spread[i]))
        for i in np.flatnonzero(same)[:3]
    ]
    return m.finding(
        Symptom.SYMMETRIC, Severity.BAD, f"{found} {limit}",
        layers=[m.names[i] for i in np.flatnonzero(same)], evidence=evidence,
    )  # fmt: skip


def saturated(m: Measures) -> Finding | None:
    """Most activations lie where φ is flat, and the lane has not learnt in spite of it."""
    shares = np.nan_to_num(m.saturated)
    worst = int(np.argmax(shares))
    blocked = m.no_delta[worst]
    if shares[worst] < FLAT:
        return None
    bad = bool(shares[worst] >= VERY_FLAT or blocked >= BLOCKED)
    if m.epoch and m.now < (WELL_LEARNT if bad else NOTHING_LEARNT) * m.guessing:
        return None
    place = f"{percent(shares[worst])} of {m.names[worst]} lies where {m.activation.label} is flat"
    zeros = f", {percent(blocked)} of its gradients are exactly 0" if blocked >= 0.01 else ""
    reason = f"{place}{zeros}. The loss is {loss_text(m.now)}."
    evidence = [
        _figure(f"flat in {m.names[worst]}", shares[worst], percent(shares[worst])),
        _figure("∂ℓ/∂z exactly 0 there", blocked, percent(blocked)),
        _figure(f"∂ℓ/∂z {m.names[0]}", m.delta[0], number(m.delta[0])),
    ]
    return m.finding(
        Symptom.SATURATED, Severity.BAD if bad else Severity.NOTE, reason,
        layers=[m.names[i] for i in np.flatnonzero(shares >= FLAT)], evidence=evidence,
    )  # fmt: skip


def exploding(m: Measures) -> Finding | None:
    """Signals or gradients grow without measure, and always have."""
    finite = bool(np.isfinite(m.gradient).all() and np.isfinite(m.size).all())
    if finite and m.least < EXPLODED * m.guessing:
        return None
    when = "before the first step" if m.epoch == 0 else f"at epoch {m.epoch}"
    reason = (
        f"Activations reach {number(np.max(m.size))} and weight gradients "
        f"{number(np.max(m.gradient))}. The loss is {loss_text(m.now)} {when}."
    )
    evidence = [
        _figure("loss / guessing", m.now / m.guessing, number(m.now / m.guessing)),
        _figure("largest activations", np.max(m.size), number(np.max(m.size))),
        _figure("largest ∂L/∂W", np.max(m.gradient), number(np.max(m.gradient))),
    ]
    return m.finding(
        Symptom.EXPLODING, Severity.BAD, reason, layers=[m.names[int(np.argmax(m.gradient))]],
        evidence=[*evidence, *_theory(m)],
    )  # fmt: skip


def vanishing(m: Measures) -> Finding | None:
    """Gradients arrive that are too small to move the weights."""
    stands = m.undershot and m.now >= NOTHING_LEARNT * m.loss[0]
    if m.epoch and m.now < NOTHING_LEARNT * m.guessing and not stands:
        return None
    still = m.stir[:-1] < STILL
    if still.any():
        slowest = int(np.argmin(np.where(still, m.change[:-1], np.inf)))
        name = m.names[slowest]
        if still.all():
            found = f"No hidden layer's weight gradient is above {number(m.gradient[:-1].max())}"
        else:
            found = f"The weight gradient of {name} is {number(m.gradient[slowest])}"
        needed = epochs_to_change(m.change[slowest])
        evidence = [
            _figure(f"∂L/∂W {name}", m.gradient[slowest], number(m.gradient[slowest])),
            _figure("its change an epoch", m.change[slowest], number(m.change[slowest])),
            *_flow(m),
            *_theory(m),
        ]
        if m.undershot:
            rate = m.experiment.learning_rate_of(m.experiment.lanes[m.lane])
            reason = (
                f"Steps of η = {number(rate)} are short: changing {name} takes {needed} epochs."
            )
        elif m.change[slowest] == 0:
            reason = f"{found}: {name} never changes."
        else:
            reason = f"{found}: at this rate, changing {name} takes {needed} epochs."
        return m.finding(
            Symptom.VANISHING, Severity.BAD, reason,
            layers=[m.names[i] for i in np.flatnonzero(still)], evidence=evidence,
        )  # fmt: skip
    if not m.delta[0] * FADING <= m.delta[-2] < np.inf:
        return None
    fold = number(m.delta[-2] / m.delta[0])
    severity = Severity.NOTE
    reason = f"The gradient ∂ℓ/∂z shrinks {fold}-fold from {m.names[-2]} to {m.names[0]}"
    if m.experiment.optimiser == "adam":
        reason += ", which Adam makes up for: it divides steps by their size."
    elif m.epoch < PLATEAU:
        reason += ": expect a slow start."
    else:
        severity = Severity.BAD
        reason += f": after {m.epoch} epochs the loss is {loss_text(m.now)}."
    return m.finding(
        Symptom.VANISHING, severity, reason, layers=m.names[:1], evidence=[*_flow(m), *_theory(m)],
    )  # fmt: skip


def unstable(m: Measures) -> Finding | None:
    """The loss has been thrown back."""
    row = int(np.argmin(m.lows))
    best, least = int(m.epochs[row]), m.lows[row]
    if m.epoch == 0 or m.now < max(JUMP * least, HALF_LEARNT * m.guessing):
        return None
    far = m.now >= EXPLODED * m.guessing
    if m.loss[row] == least:
        when = f"at epoch {best}"
    else:  # it has no row of its own
        best = int(m.epochs[row - 1]) + 1
        when = f"between the epochs {best} and {m.epochs[row]}"
    reason = (
        f"The loss has jumped to {loss_text(m.now)}, from {loss_text(least)} {when}: "
        "the last steps overshot."
    )
    evidence = [
        _figure(f"loss {when}", least, loss_text(least)),
        _figure("loss now", m.now, loss_text(m.now)),
    ]
    return m.finding(
        Symptom.UNSTABLE, Severity.BAD if far else Severity.NOTE, reason, evidence=evidence,
        since=best,
    )  # fmt: skip


def stuck(m: Measures) -> Finding | None:
    """Gradients arrive, and the loss stays."""
    if m.epoch < PLATEAU or m.least < NOTHING_LEARNT * m.guessing:
        return None
    reason = (
        f"After {m.epoch} epochs the loss is {loss_text(m.now)}, no better than guessing "
        f"({loss_text(m.guessing)}), although gradients arrive."
    )
    return m.finding(
        Symptom.STUCK, Severity.NOTE, reason, evidence=[*_losses(m), *_flow(m), *_theory(m)]
    )


def slow(m: Measures) -> Finding | None:
    """It learns, after a long time in which it did not."""
    below = np.flatnonzero(m.lows < LATE * m.guessing)
    # Between two rows of a long run it may be any epoch: what is certain is told.
    first = int(m.epochs[below[0] - 1]) + 1 if len(below) and below[0] else 0
    if first * m.steps < LATE_STEPS:
        return None
    certain = "" if first == m.epochs[below[0]] else "at least "
    reason = (
        f"Nothing happened for {certain}{first} epochs: the loss stayed near that of guessing "
        f"({loss_text(m.guessing)}). Now it is {loss_text(m.now)}."
    )
    evidence = [_figure("epochs lost", first, f"{certain}{first}"), *_losses(m), *_flow(m)]
    return m.finding(Symptom.SLOW, Severity.NOTE, reason, evidence=evidence, since=first)


def sound(m: Measures) -> Finding:
    """Nothing is the matter: how far it has come."""
    flow, layers = m.delta[:-1], len(m.widths)
    with np.errstate(all="ignore"):
        fold = number(flow.max() / flow.min())
    if layers > 1:
        kept = (
            f"Activations {number(m.size[0])} → {number(m.size[-1])} and gradients within "
            f"{fold}× over {layers} layers"
        )
    else:
        kept = f"Activations {number(m.size[0])}, gradients {number(flow[0])}"
    if m.epoch == 0:
        reason = f"{kept}: both get through."
        figures = [*_flow(m), *_theory(m)]
        return m.finding(Symptom.HEALTHY, Severity.GOOD, reason, "Ready to learn", evidence=figures)
    task, score = m.experiment.task, m.score
    if task is REGRESSION:
        right = f"{task.score} {task.score_text(score)} on the test points"
    else:
        right = f"{percent(score)} of the test points are right"
    if m.now < WELL_LEARNT * m.guessing:
        return m.finding(Symptom.HEALTHY, Severity.GOOD, f"{right}. {kept}.", evidence=_losses(m))
    epochs = "1 epoch" if m.epoch == 1 else f"{m.epoch} epochs"
    reason = f"{right}; loss {loss_text(m.loss[0])} → {loss_text(m.now)} in {epochs}."
    return m.finding(Symptom.LEARNING, Severity.GOOD, reason, evidence=_losses(m))


RULES: tuple[Rule, ...] = (
    diverged, pointless, dead, runaway, symmetric, saturated, exploding, unstable, vanishing, stuck,
    slow, sound,
)  # fmt: skip
"""The first that applies is the lane's verdict; the last always does."""


def _all(width: int) -> str:
    return {1: "The one neuron", 2: "Both neurons"}.get(width, f"All {width} neurons")


def _figure(label: str, value: float, text: str) -> Evidence:
    return Evidence(label, float(value), text)


def _losses(m: Measures) -> list[Evidence]:
    return [
        _figure("loss of guessing", m.guessing, loss_text(m.guessing)),
        _figure("loss now", m.now, loss_text(m.now)),
    ]


def _flow(m: Measures) -> list[Evidence]:
    """Sizes at both ends: absolute ones beside the ratio."""
    last = m.names[-2]
    found = [_figure(f"∂ℓ/∂z {m.names[0]}", m.delta[0], number(m.delta[0]))]
    if len(m.widths) > 1:
        found.append(_figure(f"∂ℓ/∂z {last}", m.delta[-2], number(m.delta[-2])))
    return found


def _theory(m: Measures) -> list[Evidence]:
    """χ₁ and the depth scale of the first weights, where mean-field theory applies to them."""
    if m.prediction is None:
        return []
    chi, scale = m.prediction.chi_1, m.prediction.depth_scale
    return [
        _figure("χ₁ (theory)", chi, number(chi)),
        _figure("depth scale ξ", scale, f"{number(scale)} layers"),
    ]
