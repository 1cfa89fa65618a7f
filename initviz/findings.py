"""Findings: what the numbers of one epoch say about each lane.

A finding is computed from measurements alone, never from the name of a scheme: a scheme that is
added next year is judged by what it does. ``RULES`` lists the symptoms from the most to the least
telling; each rule looks at one lane and says yes or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.activations import Activation
from initviz.catalog.tasks import BINARY, REGRESSION, Task
from initviz.experiment import Experiment
from initviz.snapshot import Snapshot

Array = NDArray[np.float64]

SAME = 1e-5
"""Neurons whose spread is below this are one neuron. Exact equality holds on paper only: float32
rounding moves equal neurons apart by some 1e-9 to 1e-6, and neurons that differ lie above 1e-2."""

FLAT = 0.5
"""From this share of saturated activations on, a layer is worth a note. Sound starts stay below
0.25, and networks that have learnt reach 0.3."""

VERY_FLAT = 0.9
"""From this share on, saturation is what keeps a lane from learning: N(0, 10²) has 0.98, and
N(0, 1) with 0.8 still learns."""

BLOCKED = 0.5
"""As bad: this share of a layer's ∂ℓ/∂z is exactly 0, since φ' has been rounded to 0."""

STILL = 3e-5
"""Weights that change by a smaller part of their size in an epoch stand still: thirty thousand
epochs would not replace them. Tiny and badly scaled deep starts have 4e-6 and less, sound ones of
forty layers 3e-3 and more."""

FADING = 100.0
"""Gradients that shrink by this factor on their way from the last hidden layer to the first have
faded: a sigmoid's slope of ¼ does it in four layers. Orthogonal weights stay below 5 in a hundred
layers, and Kumar's with a sigmoid below 13 in five."""

NOTHING_LEARNT = 0.98
"""A loss above this part of the loss of guessing has learnt nothing: the noise of the batches
alone moves it by one or two percent."""

HALF_LEARNT = 0.5
"""A loss below this part of the loss of guessing is no relapse, whatever it was before."""

WELL_LEARNT = 0.3
"""A loss below this part of the loss of guessing is good: on the catalogue's noisy sets it goes
with 90 % right answers and more."""

EXPLODED = 20.0
"""A loss this many times that of guessing comes from signals that grow from layer to layer: N(0, 1)
with ReLU has thousands. Sound starts of forty layers can reach 8 by chance."""

JUMP = 2.0
"""A loss this many times its best has been thrown back."""

PLATEAU = 20
"""Epochs without progress before a lane counts as stuck: very deep sound networks wait for ten."""

ADAM_FLOOR = 1e-8
"""Adam's ε: gradients far above it are divided by their own size."""


class Symptom(Enum):
    """What can be the matter; the value is what the window calls it."""

    DIVERGED = "Diverged"
    DEAD = "Never learns"
    SYMMETRIC = "One neuron per layer"
    EXPLODING = "Exploding"
    SATURATED = "Saturated"
    VANISHING = "Vanishing"
    UNSTABLE = "Unstable"
    STUCK = "Stuck"
    LEARNING = "Learning"
    HEALTHY = "Healthy"


class Severity(Enum):
    """How much it matters."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One measured symptom of one lane.

    Attributes:
        lane: the lane's place in the experiment.
        symptom, severity: what it is and how much it matters.
        title: what the window calls it.
        reason: the measurement behind it, one or two short sentences.
    """

    lane: int
    symptom: Symptom
    severity: Severity
    title: str
    reason: str


@dataclass(frozen=True)
class Measures:
    """What the rules look at: one lane at one epoch. H hidden layers; the output is one more.

    Attributes:
        experiment: what was trained.
        lane: the lane's place in it.
        epoch: the epoch that is judged.
        names: of all layers, the output last.
        loss, score: on the training and on the test points, epochs 0 to ``epoch``.
        guessing: the loss of always answering with the classes' shares, see ``loss_of_guessing``.
        diverged_at: the first epoch that was not finite, −1 for none so far.
        size: rms of the hidden activations, (H,).
        silent: share of hidden activations that are exactly 0, (H,).
        saturated: share of hidden activations in saturation, (H,), NaN where φ has none.
        spread: how far a layer's neurons are from being one, (H,).
        delta, no_delta: rms of ∂ℓ/∂z and its share of exact zeros, (H + 1,).
        gradient: rms of ∂L/∂W, (H + 1,).
        change: the part of its size by which an epoch of such steps moves W, (H + 1,).
        stir: the same for the gradient of a batch, in which samples do not cancel, (H + 1,).
    """

    experiment: Experiment
    lane: int
    epoch: int
    names: tuple[str, ...]
    loss: Array
    score: Array
    guessing: float
    diverged_at: int
    size: Array
    silent: Array
    saturated: Array
    spread: Array
    delta: Array
    no_delta: Array
    gradient: Array
    change: Array
    stir: Array

    @property
    def now(self) -> float:
        """The training loss at this epoch."""
        return float(self.loss[-1])

    @property
    def widths(self) -> tuple[int, ...]:
        """Neurons of every hidden layer."""
        return self.experiment.hidden

    @property
    def activation(self) -> Activation:
        """The lane's φ."""
        return self.experiment.activation_of(self.experiment.lanes[self.lane])

    def finding(
        self, symptom: Symptom, severity: Severity, reason: str, title: str = ""
    ) -> Finding:
        """A finding about this lane; the symptom's own title by default."""
        return Finding(self.lane, symptom, severity, title or symptom.value, reason)


Rule = Callable[[Measures], Finding | None]


def diagnose(snapshot: Snapshot) -> tuple[Finding, ...]:
    """The most telling symptom of every lane at the snapshot's epoch.

    Args:
        snapshot: with layers; its history is used up to its own epoch only.

    Returns:
        one finding for each lane, in the experiment's order; () if the layers are not there.
    """
    findings = []
    for measures in measure(snapshot):
        verdicts = (rule(measures) for rule in RULES)
        findings.append(next(verdict for verdict in verdicts if verdict))
    return tuple(findings)


def measure(snapshot: Snapshot) -> list[Measures]:
    """The figures of every lane that the rules look at; [] if the layers are not there."""
    layers, history, experiment = snapshot.layers, snapshot.history, snapshot.experiment
    if not layers:
        return []
    epochs = slice(0, snapshot.epoch + 1)
    hidden = layers[:-1]
    size = _stack([layer.activation_size.rms for layer in hidden])
    silent = _stack([layer.activation_size.zeros for layer in hidden])
    saturated = _stack([layer.saturated for layer in hidden])
    spread = _stack([layer.symmetry for layer in hidden])
    delta = _stack([layer.grad_z_size.rms for layer in layers])
    no_delta = _stack([layer.grad_z_size.zeros for layer in layers])
    gradient = _stack([layer.grad_weight_size.rms for layer in layers])
    counts = np.array([layer.weight[0].size for layer in layers], dtype=float)
    # Where classes lie symmetrically the mean gradient cancels, and a batch's own does not: its
    # size is that of a sample's gradient, δ times what came in, over √batch.
    below = np.concatenate([np.ones((len(size), 1)), size], axis=1)
    with np.errstate(all="ignore"):
        batch_gradient = np.hypot(gradient, delta * below / np.sqrt(experiment.batch_size))
    weight_norm = history.weight_norm[snapshot.epoch]
    diverged = np.where(snapshot.diverged, snapshot.diverged_at, -1)
    guessing = loss_of_guessing(snapshot.plane.labels, experiment.task)
    return [
        Measures(
            experiment=experiment,
            lane=k,
            epoch=snapshot.epoch,
            names=tuple(layer.name for layer in layers),
            loss=history.train_loss[epochs, k],
            score=history.test_score[epochs, k],
            guessing=guessing,
            diverged_at=int(diverged[k]),
            size=size[k],
            silent=silent[k],
            saturated=saturated[k],
            spread=spread[k],
            delta=delta[k],
            no_delta=no_delta[k],
            gradient=gradient[k],
            change=relative_change(experiment, k, gradient[k], counts, weight_norm[k]),
            stir=relative_change(experiment, k, batch_gradient[k], counts, weight_norm[k]),
        )
        for k in range(len(experiment.lanes))
    ]


def _stack(rows: list[NDArray[np.floating]]) -> Array:
    """Per-layer arrays (K,) as (K, layers)."""
    return np.array(rows, dtype=float).T


def loss_of_guessing(labels: NDArray[np.floating], task: Task = BINARY) -> float:
    """The least loss of an answer that is always the same.

    For classes the entropy of their shares, log C at most; for a regression the variance of the
    standardised target, 1.
    """
    if task is REGRESSION:
        return 1.0
    _, counts = np.unique(labels, return_counts=True)
    shares = np.clip(counts / counts.sum(), 1e-6, 1 - 1e-6)
    return float(-(shares * np.log(shares)).sum())


def relative_change(
    experiment: Experiment, lane: int, gradient: Array, counts: Array, weight_norm: Array
) -> Array:
    """The part of its size by which one epoch of steps like this one moves each layer.

    Args:
        experiment: how the steps are made.
        lane: whose learning rate counts.
        gradient: rms of ∂L/∂W of each layer.
        counts: weights of each layer.
        weight_norm: ‖W‖ of each layer.

    Returns:
        (layers,); infinite where all weights are 0 and the gradient is not.
    """
    batch = experiment.batch_size
    steps = -(-experiment.data.facts.train // batch)
    reach = steps * experiment.learning_rate_of(experiment.lanes[lane])
    with np.errstate(all="ignore"):
        match experiment.optimiser:
            case "momentum":  # v adds up to 1 / (1 − 0.9) gradients
                step = 10 * gradient
            case "adam":
                step = gradient / (gradient + ADAM_FLOOR)
            case _:
                step = gradient
        change = reach * step * np.sqrt(counts) / weight_norm
    return np.where(gradient == 0, 0.0, change)


# ---- the rules, from the most to the least telling ----------------------------------------------


def diverged(m: Measures) -> Finding | None:
    """Weights or losses are NaN or infinite."""
    if m.diverged_at < 0:
        return None
    if m.diverged_at == 0:
        reason = "The loss is not a finite number even before the first step."
    else:
        before = m.diverged_at - 1
        reason = (
            f"Not finite since epoch {m.diverged_at}, and nothing brings it back. "
            f"At epoch {before} the loss was {loss_text(m.loss[before])}."
        )
    return m.finding(Symptom.DIVERGED, Severity.BAD, reason)


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
            f"{_all(m.widths[muted[0]])} of {m.names[muted[0]]} give 0 for every point: no input "
            "gets past, and no gradient comes back."
        )
    elif not m.gradient.any():
        reason = "Every weight gradient is exactly 0: only biases can move."
    else:
        return None
    return m.finding(Symptom.DEAD, Severity.BAD, reason)


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
        limit = "Whatever it learns, the boundary is one straight line."
    elif first == 0:
        limit = "It can only draw parallel straight lines."
    else:
        limit = "All that it learns passes through one number."
    return m.finding(Symptom.SYMMETRIC, Severity.BAD, f"{found} {limit}")


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
    return m.finding(Symptom.SATURATED, Severity.BAD if bad else Severity.NOTE, reason)


def exploding(m: Measures) -> Finding | None:
    """Signals or gradients grow without measure, and always have."""
    finite = bool(np.isfinite(m.gradient).all() and np.isfinite(m.size).all())
    if finite and np.min(m.loss) < EXPLODED * m.guessing:
        return None
    when = "before the first step" if m.epoch == 0 else f"at epoch {m.epoch}"
    reason = (
        f"Activations reach {number(np.max(m.size))} and weight gradients "
        f"{number(np.max(m.gradient))}. The loss is {loss_text(m.now)} {when}."
    )
    return m.finding(Symptom.EXPLODING, Severity.BAD, reason)


def vanishing(m: Measures) -> Finding | None:
    """Gradients arrive that are too small to move the weights."""
    if m.epoch and m.now < NOTHING_LEARNT * m.guessing:
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
        reason = f"{found}: at this rate, changing {name} takes {needed} epochs."
        return m.finding(Symptom.VANISHING, Severity.BAD, reason)
    if not m.delta[0] * FADING <= m.delta[-2] < np.inf:
        return None
    fold = number(m.delta[-2] / m.delta[0])
    reason = f"The gradient ∂ℓ/∂z shrinks {fold}-fold from {m.names[-2]} to {m.names[0]}"
    if m.experiment.optimiser == "adam":
        reason += ", which Adam makes up for: it divides steps by their size."
        return m.finding(Symptom.VANISHING, Severity.NOTE, reason)
    if m.epoch < PLATEAU:
        return m.finding(Symptom.VANISHING, Severity.NOTE, f"{reason}: expect a slow start.")
    reason += f": after {m.epoch} epochs the loss is {loss_text(m.now)}."
    return m.finding(Symptom.VANISHING, Severity.BAD, reason)


def unstable(m: Measures) -> Finding | None:
    """The loss has been thrown back."""
    best = int(np.argmin(m.loss))
    if m.epoch == 0 or m.now < max(JUMP * m.loss[best], HALF_LEARNT * m.guessing):
        return None
    far = m.now >= EXPLODED * m.guessing
    reason = (
        f"The loss has jumped to {loss_text(m.now)}, from {loss_text(m.loss[best])} at epoch "
        f"{best}: the last steps overshot."
    )
    return m.finding(Symptom.UNSTABLE, Severity.BAD if far else Severity.NOTE, reason)


def stuck(m: Measures) -> Finding | None:
    """Gradients arrive, and the loss stays."""
    if m.epoch < PLATEAU or np.min(m.loss) < NOTHING_LEARNT * m.guessing:
        return None
    reason = (
        f"After {m.epoch} epochs the loss is {loss_text(m.now)}, no better than guessing "
        f"({loss_text(m.guessing)}), although gradients arrive."
    )
    return m.finding(Symptom.STUCK, Severity.NOTE, reason)


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
        return m.finding(Symptom.HEALTHY, Severity.GOOD, reason, "Ready to learn")
    task, score = m.experiment.task, m.score[-1]
    if task is REGRESSION:
        right = f"{task.score} {task.score_text(score)} on the test points"
    else:
        right = f"{percent(score)} of the test points are right"
    if m.now < WELL_LEARNT * m.guessing:
        return m.finding(Symptom.HEALTHY, Severity.GOOD, f"{right}. {kept}.")
    epochs = "1 epoch" if m.epoch == 1 else f"{m.epoch} epochs"
    reason = f"{right}; loss {loss_text(m.loss[0])} → {loss_text(m.now)} in {epochs}."
    return m.finding(Symptom.LEARNING, Severity.GOOD, reason)


RULES: tuple[Rule, ...] = (
    diverged, dead, symmetric, saturated, exploding, unstable, vanishing, stuck, sound,
)  # fmt: skip
"""The first that applies is the lane's verdict; the last always does."""


# ---- how figures are written --------------------------------------------------------------------


def number(value: float) -> str:
    """Two digits in the form that reads best: 0.37, 34, 280, 2.8e3, 4e-9; 0 is an exact 0."""
    value = float(value)
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    if -3 <= int(exponent) <= 2:
        return f"{float(f'{value:.1e}'):g}"
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def loss_text(value: float) -> str:
    """A loss to a thousandth, since 0.693 and 0.685 are worlds apart; from 10 on as a number."""
    return f"{value:.3f}" if 0.001 <= value < 10 else number(value)


def percent(share: float) -> str:
    """A share as a percentage; 0 and 100 stand for none and all only."""
    rounded = 100 * share
    if 0.99 < share < 1:
        return f"{min(rounded, 99.9):.1f} %"
    if 0 < share < 0.005:
        return "under 0.5 %"
    return f"{rounded:.0f} %"


def epochs_to_change(change: float) -> str:
    """1 / change to two digits, as people read large numbers: 240 000, and 1.2e8 from 10⁷ on."""
    needed = 1 / max(change, 1e-300)
    if needed >= 1e7:
        return number(needed)
    digits = len(f"{needed:.0f}") - 2
    return f"{round(needed, -digits):,.0f}".replace(",", "\u202f")


def _all(width: int) -> str:
    return {1: "The one neuron", 2: "Both neurons"}.get(width, f"All {width} neurons")
