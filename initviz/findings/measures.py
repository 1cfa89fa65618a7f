"""What the rules look at: the figures of one lane at one epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.activations import Activation
from initviz.catalog.tasks import BINARY, REGRESSION, Task
from initviz.experiment import LEARNING_RATE, Experiment
from initviz.findings.finding import Evidence, Finding, Severity, Symptom
from initviz.findings.thresholds import (
    ADAM_FLOOR,
    FIRST_SOUND,
    LONG_STEP,
    SHORT,
    STILL,
    USUAL_ADAM,
)
from initviz.snapshot import Snapshot
from initviz.theory import Prediction, predict

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Measures:
    """What the rules look at: one lane at one epoch. H hidden layers; the output is one more.

    Attributes:
        experiment: what was trained.
        lane: the lane's place in it.
        epoch: the epoch that is judged.
        names: of all layers, the output last.
        epochs: those up to ``epoch`` that have a row in the history, (E,).
        loss: on the training points at each of them, (E,).
        lows: the least loss since the row before, itself left out, (E,); where every epoch has its
            row, ``loss``.
        score: on the test points at this epoch.
        guessing: the loss of always answering with the classes' shares, see ``loss_of_guessing``.
        diverged_at: the first epoch that was not finite, −1 for none so far.
        lost: whether weights are NaN or infinite by now, and not the loss alone.
        same_inputs, same_answers: whether all training points have the same inputs, or one answer.
        size: rms of the hidden activations, (H,).
        silent: share of hidden activations that are exactly 0, (H,).
        saturated: share of hidden activations in saturation, (H,), NaN where φ has none.
        spread: how far a layer's neurons are from being one, (H,).
        delta, no_delta: rms of ∂ℓ/∂z and its share of exact zeros, (H + 1,).
        gradient: rms of ∂L/∂W, (H + 1,).
        change: the part of its size by which an epoch of such steps moves W, (H + 1,).
        stir: the same for the gradient of a batch, in which samples do not cancel, (H + 1,).
        first_step: ‖ΔW‖/‖W‖ that the first gradient asks for, the largest of all layers; Adam's
            steps do not depend on the gradient's size.
        first_change: the part of its size by which an epoch of steps like the first moves a
            hidden layer's W, the largest of all hidden layers.
        longest_step: the largest ‖ΔW‖/‖W‖ recorded so far, 0 at the start.
        prediction: what mean-field theory says of the first weights; None where it says nothing.
    """

    experiment: Experiment
    lane: int
    epoch: int
    names: tuple[str, ...]
    epochs: NDArray[np.int_]
    loss: Array
    lows: Array
    score: float
    guessing: float
    diverged_at: int
    lost: bool
    same_inputs: bool
    same_answers: bool
    size: Array
    silent: Array
    saturated: Array
    spread: Array
    delta: Array
    no_delta: Array
    gradient: Array
    change: Array
    stir: Array
    first_step: float
    first_change: float
    longest_step: float
    prediction: Prediction | None

    @property
    def now(self) -> float:
        """The training loss at this epoch."""
        return float(self.loss[-1])

    @property
    def least(self) -> float:
        """The least loss of all epochs up to this one."""
        return float(np.min(self.lows))

    @property
    def steps(self) -> int:
        """Steps of one epoch."""
        return -(-self.experiment.data.facts.train // self.experiment.batch_size)

    @property
    def overshot(self) -> bool:
        """Whether the start was sound, and steps as long as the weights themselves undid it."""
        sound = self.loss[0] < FIRST_SOUND * self.guessing
        return bool(sound and max(self.first_step, self.longest_step) > LONG_STEP)

    @property
    def undershot(self) -> bool:
        """Whether nothing moves for no other reason than the shortness of the steps."""
        usual = USUAL_ADAM if self.experiment.optimiser == "adam" else LEARNING_RATE.default
        rate = self.experiment.learning_rate_of(self.experiment.lanes[self.lane])
        moved = self.stir[:-1]
        return bool(
            rate < SHORT * usual and (moved < STILL).any() and (moved * usual / rate >= STILL).all()
        )

    @property
    def widths(self) -> tuple[int, ...]:
        """Neurons of every hidden layer."""
        return self.experiment.hidden

    @property
    def activation(self) -> Activation:
        """The lane's φ."""
        return self.experiment.activation_of(self.experiment.lanes[self.lane])

    def finding(
        self,
        symptom: Symptom,
        severity: Severity,
        reason: str,
        title: str = "",
        *,
        layers: Sequence[str] = (),
        evidence: Sequence[Evidence] = (),
        since: int | None = None,
    ) -> Finding:
        """A finding about this lane; the symptom's own title and this epoch by default."""
        return Finding(
            self.lane, symptom, severity, title or symptom.value, reason, tuple(layers),
            (self.epoch if since is None else since, self.epoch), tuple(evidence),
        )  # fmt: skip


def measure(snapshot: Snapshot) -> list[Measures]:
    """The figures of every lane that the rules look at; [] if the layers are not there."""
    layers, history, experiment = snapshot.layers, snapshot.history, snapshot.experiment
    if not layers:
        return []
    past = history.until(snapshot.epoch)
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
    weight_norm = past.weight_norm[-1]
    diverged = np.where(snapshot.diverged, snapshot.diverged_at, -1)
    guessing = loss_of_guessing(snapshot.plane.labels, experiment.task)
    same_inputs = bool(np.ptp(snapshot.plane.points, axis=0).max() == 0)
    same_answers = bool(np.ptp(snapshot.plane.labels) == 0)
    adam = experiment.optimiser == "adam"
    with np.errstate(all="ignore"):  # weights of 0, and gradients without bounds
        return [
            Measures(
                experiment=experiment,
                lane=k,
                epoch=snapshot.epoch,
                names=tuple(layer.name for layer in layers),
                epochs=past.epochs,
                loss=past.train_loss[:, k],
                lows=past.low.train_loss[:, k],
                score=float(past.test_score[-1, k]),
                guessing=guessing,
                diverged_at=int(diverged[k]),
                lost=not np.isfinite(weight_norm[k]).all(),
                same_inputs=same_inputs,
                same_answers=same_answers,
                size=size[k],
                silent=silent[k],
                saturated=saturated[k],
                spread=spread[k],
                delta=delta[k],
                no_delta=no_delta[k],
                gradient=gradient[k],
                change=relative_change(experiment, k, gradient[k], counts, weight_norm[k]),
                stir=relative_change(experiment, k, batch_gradient[k], counts, weight_norm[k]),
                first_step=_largest(
                    experiment.learning_rate_of(experiment.lanes[k])
                    * (np.sqrt(counts) if adam else history.gradient_norm[0, k])
                    / history.weight_norm[0, k]
                ),
                first_change=_largest(
                    relative_change(
                        experiment,
                        k,
                        history.gradient_norm[0, k],
                        np.ones(len(layers)),
                        history.weight_norm[0, k],
                    )[:-1]
                ),
                longest_step=_largest(past.high.update_ratio[1:, k]),
                prediction=predict(experiment, experiment.lanes[k], snapshot.plane),
            )
            for k in range(len(experiment.lanes))
        ]


def _largest(values: Array) -> float:
    """The largest finite value, 0 if there is none."""
    largest = float(np.max(values, initial=-np.inf))
    if not np.isfinite(largest):  # seldom, and takes several times as long
        finite = values[np.isfinite(values)]
        largest = float(finite.max()) if finite.size else 0.0
    return largest


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
