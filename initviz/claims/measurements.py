"""What claims can measure: each entry takes one lane of a snapshot and gives one number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from initviz.history import History
from initviz.snapshot import LayerSnapshot, Snapshot

Options = Mapping[str, Any]
Measure = Callable[[Snapshot, int, Options], float]
"""``(snapshot, lane, options)`` → the figure."""
Bounds = Callable[[Snapshot, int, Options], tuple[float, float]]
"""``(snapshot, lane, options)`` → the least and the greatest that the figure can be."""


class Needs(Enum):
    """The part of a snapshot that a measurement reads; the first two can be read at any time.

    What is known of the whole run is known whatever figures it has kept.
    """

    RUN = "run"
    HISTORY = "history"
    LAYERS = "layers"
    BOUNDARY = "boundary"


@dataclass(frozen=True)
class Measurement:
    """One kind of figure.

    Attributes:
        name: its name in the lessons' files.
        help: what it is, for whoever writes a claim.
        needs: see ``Needs``.
        measure: see ``Measure``. Those of the history read it up to the snapshot's epoch.
        options: the keys that a claim may or must set, with their defaults; None must be set.
        unit: how the figure is written: "", "%" or "epoch".
        bounds: where the figure lies, if the history of a long run lacks epochs that it needs;
            None where it needs no other than the snapshot's.
    """

    name: str
    help: str
    needs: Needs
    measure: Measure
    options: Mapping[str, Any]
    unit: str = ""
    bounds: Bounds | None = None


def _hidden(snapshot: Snapshot) -> tuple[LayerSnapshot, ...]:
    return snapshot.layers[:-1]


def _layer(snapshot: Snapshot, number: int) -> LayerSnapshot:
    """1 is the first; −1 the output, −2 the last hidden one."""
    return snapshot.layers[number - 1 if number > 0 else number]


def _past(snapshot: Snapshot) -> History:
    """The history up to the snapshot's epoch."""
    return snapshot.history.until(snapshot.epoch)


def _loss(snapshot: Snapshot, lane: int, options: Options) -> float:
    return float(_past(snapshot).train_loss[-1, lane])


def _score(snapshot: Snapshot, lane: int, options: Options) -> float:
    # A single epoch may dip: the middle of the last five tells where a lane stands. Of a long
    # recording, or one that has given way, there may be fewer rows of them.
    past = _past(snapshot)
    return float(np.median(past.test_score[past.epochs > past.last - 5, lane]))


def _best_score(snapshot: Snapshot, lane: int, options: Options) -> float:
    return float(np.max(_past(snapshot).high.test_score[:, lane]))


def _passes(snapshot: Snapshot, lane: int, options: Options) -> float:
    past = _past(snapshot)
    above = np.flatnonzero(past.high.test_score[:, lane] >= options["level"])
    return float(past.epochs[above[0]]) if len(above) else np.inf


def _score_bounds(snapshot: Snapshot, lane: int, options: Options) -> tuple[float, float]:
    past = _past(snapshot)
    epochs = np.arange(max(past.last - 4, 0), past.last + 1)
    rows = np.searchsorted(past.epochs, epochs)  # each epoch's own, or the one that it counts in
    own = past.epochs[rows] == epochs
    scores = past.test_score[rows, lane]
    low, high = (
        float(np.median(np.where(own, scores, extreme.test_score[rows, lane])))
        for extreme in (past.low, past.high)
    )
    return low, high


def _passes_bounds(snapshot: Snapshot, lane: int, options: Options) -> tuple[float, float]:
    past, last = _past(snapshot), _passes(snapshot, lane, options)
    before = past.epochs[past.epochs < last]
    return (float(before[-1] + 1) if math.isfinite(last) and len(before) else last), last


def _diverges(snapshot: Snapshot, lane: int, options: Options) -> float:
    since = int(snapshot.diverged_at[lane])
    return float(since) if 0 <= since <= snapshot.epoch else np.inf


def _gradient_norm(snapshot: Snapshot, lane: int, options: Options) -> float:
    norms = _past(snapshot).gradient_norm[-1, lane]
    at = options["layer"]
    return float(norms[at - 1 if at > 0 else at])


def _norm_ratio(snapshot: Snapshot, lane: int, options: Options) -> float:
    norms = _past(snapshot).gradient_norm[-1, lane]
    return float(norms[0] / norms[options["to"]])


def _largest_activation(snapshot: Snapshot, lane: int, options: Options) -> float:
    return max(
        float(np.abs(layer.activation[lane] - options["around"]).max())
        for layer in _hidden(snapshot)
    )


def _largest_weight_gradient(snapshot: Snapshot, lane: int, options: Options) -> float:
    layers = _hidden(snapshot) if options["hidden"] else snapshot.layers
    return max(float(np.abs(layer.grad_weight[lane]).max()) for layer in layers)


def _weight_gradient(snapshot: Snapshot, lane: int, options: Options) -> float:
    return float(_layer(snapshot, options["layer"]).grad_weight_size.rms[lane])


def _gradient_ratio(snapshot: Snapshot, lane: int, options: Options) -> float:
    kind = "grad_z_size" if options["of"] == "z" else "grad_weight_size"
    first, last = (getattr(_layer(snapshot, at), kind).rms[lane] for at in (1, options["to"]))
    return float(first / last) if last else np.nan


def _typical_gradient(snapshot: Snapshot, lane: int, options: Options) -> float:
    return float(_layer(snapshot, options["layer"]).grad_z_size.median[lane])


def _gradient_size(snapshot: Snapshot, lane: int, options: Options) -> float:
    return float(_layer(snapshot, options["layer"]).grad_z_size.rms[lane])


def _spread(snapshot: Snapshot, lane: int, options: Options) -> float:
    return max(float(layer.symmetry[lane]) for layer in _hidden(snapshot))


def _saturated(snapshot: Snapshot, lane: int, options: Options) -> float:
    return float(np.mean([layer.saturated[lane] for layer in _hidden(snapshot)]))


def _silent(snapshot: Snapshot, lane: int, options: Options) -> float:
    return float(np.mean([layer.activation_size.zeros[lane] for layer in _hidden(snapshot)]))


def _signal_ratio(snapshot: Snapshot, lane: int, options: Options) -> float:
    first, last = (
        (layer.activation[lane].astype(np.float64) - options["around"]).std()
        for layer in (_hidden(snapshot)[0], _hidden(snapshot)[-1])
    )
    return float(last / first) if first else np.nan


def _z_variance(snapshot: Snapshot, lane: int, options: Options) -> float:
    each = [float(layer.preactivation[lane].var()) for layer in _hidden(snapshot)]
    return max(abs(np.log(value)) if value > 0 else np.inf for value in each)


def _sign_changes(snapshot: Snapshot, lane: int, options: Options) -> float:
    """How often the answer changes along the first neuron's weights, over all of the plane."""
    assert snapshot.boundary is not None
    field = snapshot.boundary[lane, 0]
    direction = snapshot.layers[0].weight[lane, :, 0]
    along = snapshot.plane.grid(len(field)) @ direction
    called = field.ravel()[np.argsort(along, kind="stable")] > 0
    return float((called[1:] != called[:-1]).sum())


MEASUREMENTS = {
    m.name: m
    for m in (
        Measurement("loss", "training loss", Needs.HISTORY, _loss, {}),
        Measurement("score", "test score, the median of the last five epochs", Needs.HISTORY,
                    _score, {}, "%", _score_bounds),
        Measurement("best_score", "the best test score so far", Needs.HISTORY, _best_score, {},
                    "%"),
        Measurement("passes", "the first epoch whose test score is at least `level`",
                    Needs.HISTORY, _passes, {"level": None}, "epoch", _passes_bounds),
        Measurement("diverges", "the first epoch that is not finite", Needs.RUN, _diverges,
                    {}, "epoch"),
        Measurement("gradient_norm", "‖∂L/∂W‖ of `layer` on a batch (1 is the first, −1 the "
                    "output)", Needs.HISTORY, _gradient_norm, {"layer": None}),
        Measurement("norm_ratio", "‖∂L/∂W‖ of layer 1 over that of layer `to`", Needs.HISTORY,
                    _norm_ratio, {"to": -1}),
        Measurement("largest_activation", "the largest distance of a hidden activation from "
                    "`around`", Needs.LAYERS, _largest_activation, {"around": 0.0}),
        Measurement("largest_weight_gradient", "the largest |∂L/∂W|, of all layers or the "
                    "`hidden` ones", Needs.LAYERS, _largest_weight_gradient, {"hidden": False}),
        Measurement("weight_gradient", "rms of ∂L/∂W in `layer` (1 is the first, −1 the output)",
                    Needs.LAYERS, _weight_gradient, {"layer": None}),
        Measurement("gradient_ratio", "rms of the gradient `of` the weights or of z in layer 1 "
                    "over that in layer `to`", Needs.LAYERS, _gradient_ratio,
                    {"of": "weights", "to": -1}),
        Measurement("typical_gradient", "median |∂ℓ/∂z| in `layer`", Needs.LAYERS,
                    _typical_gradient, {"layer": None}),
        Measurement("gradient_size", "rms of ∂ℓ/∂z in `layer`", Needs.LAYERS, _gradient_size,
                    {"layer": None}),
        Measurement("spread", "how far the neurons of a layer are from being one, the largest "
                    "of all hidden layers", Needs.LAYERS, _spread, {}),
        Measurement("saturated", "the share of hidden activations where φ is flat",
                    Needs.LAYERS, _saturated, {}, "%"),
        Measurement("silent", "the share of hidden activations that are exactly 0",
                    Needs.LAYERS, _silent, {}, "%"),
        Measurement("signal_ratio", "deviation of the last hidden layer's activations over that "
                    "of the first", Needs.LAYERS, _signal_ratio, {"around": 0.0}),
        Measurement("z_variance", "how far Var(z) of a hidden layer is from 1 at most, as "
                    "|log|", Needs.LAYERS, _z_variance, {}),
        Measurement("sign_changes", "how often the answer changes along w₁", Needs.BOUNDARY,
                    _sign_changes, {}),
    )
}  # fmt: skip
