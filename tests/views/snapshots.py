"""Snapshots with chosen numbers, made without training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from initviz.experiment import DataSettings, Experiment, Lane
from initviz.recording import PER_LAYER, History, Scalars
from initviz.snapshot import (
    LOG_HIGH,
    LOG_LOW,
    LOG_PER_DECADE,
    VALUE_BINS,
    Histogram,
    LayerSnapshot,
    Plane,
    Snapshot,
    Spread,
)

SCHEMES = (
    "zeros", "constant", "uniform", "normal", "xavier_uniform", "xavier_normal", "he_uniform",
    "he_normal",
)  # fmt: skip
SIZE_BINS = (LOG_HIGH - LOG_LOW) * LOG_PER_DECADE
EXTENT = (-3.0, 3.0, -2.0, 4.0)
SAMPLES = 4


def experiment(lanes: int | tuple[Lane, ...] = 2, layers: int = 3, **changes: Any) -> Experiment:
    """A network of ``layers`` layers, the output counted, and lanes, given or of many schemes."""
    settings: dict[str, Any] = {
        "data": DataSettings(values={"samples": 64}),
        "hidden": (8,) * (layers - 1),
        "epochs": 10,
    }
    if isinstance(lanes, int):
        lanes = tuple(Lane(scheme=scheme) for scheme in SCHEMES[:lanes])
    settings["lanes"] = lanes
    return Experiment(**{**settings, **changes})


def snapshot(
    lanes: int = 2,
    layers: int = 3,
    epoch: int = 0,
    *,
    of: Experiment | None = None,
    weight_gradients: ArrayLike = 1e-2,
    z_gradients: ArrayLike = 1e-1,
    train_loss: ArrayLike = 0.5,
    test_loss: ArrayLike = 0.6,
    train_score: ArrayLike = 0.9,
    test_score: ArrayLike = 0.8,
    recorded: int | None = None,
    boundary: ArrayLike | None = None,
    diverged_at: Sequence[int] | None = None,
    values: ArrayLike | None = None,
    value_edges: tuple[float, float] = (-1.0, 1.0),
    sizes: ArrayLike | None = None,
    zeros: ArrayLike = 0.0,
    activations: ArrayLike = 0.5,
    plane: Plane | None = None,
    per_layer: Mapping[str, ArrayLike] | None = None,
) -> Snapshot:
    """A snapshot of K lanes × L layers.

    Args:
        lanes, layers: K and L; ``of`` gives an experiment of one's own.
        epoch: the epoch that it is of; ``recorded`` epochs (default: up to it) are known.
        weight_gradients, z_gradients: their rms, broadcast to (L, K).
        train_loss, test_loss, train_score, test_score: broadcast to (epochs, K).
        boundary: outputs, broadcast to (K, outputs, G, G).
        diverged_at: for each lane, −1 for never.
        values: shares on the linear axis, broadcast to (L, K, 64); ``value_edges`` its ends.
        sizes: shares on the log axis, broadcast to (L, K, 96); ``zeros`` of exact zeros, (L, K).
        activations: every z and a.
        per_layer: scalars that every layer has of its own, by name, broadcast to (epochs, K, L);
            0 where not given.
    """
    of = of or experiment(lanes, layers)
    lanes, layers = len(of.lanes), len(of.layer_names)
    recorded = epoch if recorded is None else recorded
    each = (layers, lanes)

    def curve(numbers: ArrayLike) -> NDArray[np.float64]:
        return np.array(np.broadcast_to(np.asarray(numbers, float), (recorded + 1, lanes)))

    weight = np.broadcast_to(np.asarray(weight_gradients, float), each)
    z = np.broadcast_to(np.asarray(z_gradients, float), each)
    value_shares = uniform(VALUE_BINS) if values is None else values
    size_shares = in_bin(-1.0) if sizes is None else sizes
    value_shares = np.broadcast_to(value_shares, (*each, VALUE_BINS))
    size_shares = np.broadcast_to(size_shares, (*each, SIZE_BINS))
    zero_shares = np.broadcast_to(np.asarray(zeros, float), each)
    logits = None
    if boundary is not None:
        with np.errstate(over="ignore"):
            logits = np.asarray(boundary, dtype=np.float32)
        outputs = of.data.facts.outputs
        if logits.ndim == 3 and outputs == 1:  # one field for each lane
            logits = logits[:, None]
        logits = np.array(np.broadcast_to(logits, (lanes, outputs, *logits.shape[-2:])))
    layered = {
        name: np.array(
            np.broadcast_to((per_layer or {}).get(name, 0.0), (recorded + 1, lanes, layers)), float
        )
        for name in PER_LAYER
    }
    return Snapshot(
        experiment=of,
        epoch=epoch,
        layers=tuple(
            _layer(of, i, weight[i], z[i], activations,
                   Histogram(np.linspace(*value_edges, VALUE_BINS + 1), value_shares[i],
                             zero_shares[i]),
                   Histogram(np.linspace(LOG_LOW, LOG_HIGH, SIZE_BINS + 1), size_shares[i],
                             zero_shares[i]))
            for i in range(layers)
        ),
        plane=plane or flat_plane(),
        boundary=logits,
        history=History.of(Scalars(
            train_loss=curve(train_loss),
            test_loss=curve(test_loss),
            train_score=curve(train_score),
            test_score=curve(test_score),
            **layered,
        )),
        diverged_at=np.array(diverged_at or [-1] * lanes),
    )  # fmt: skip


def flat_plane(
    points: ArrayLike = ((-1, 0), (0, 1), (1, 0), (2, 2), (0, -1)),
    labels: ArrayLike = (0, 0, 1, 1, 1),
    features: int = 2,
) -> Plane:
    """A plane from −3 to 3 and −2 to 4; with more ``features``, one that is a projection."""
    return Plane(
        centre=np.zeros(features),
        basis=np.eye(2, features),
        extent=EXTENT,
        points=np.asarray(points, float),
        labels=np.asarray(labels, float),
        explained=1.0 if features == 2 else 0.73,
        axes=("x₁", "x₂"),
    )


def linear_logits(across: float, up: float, offset: float, size: int = 40) -> NDArray[np.float64]:
    """across·u + up·v + offset at the cells' centres, (1, G, G), row 0 at the bottom."""
    left, right, bottom, top = EXTENT
    steps = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(left + steps * (right - left), bottom + steps * (top - bottom))
    return (across * u + up * v + offset)[None]


def uniform(bins: int) -> NDArray[np.float64]:
    """The same share in every bin."""
    return np.full(bins, 1 / bins)


def in_bin(decade: float, share: float = 1.0) -> NDArray[np.float64]:
    """All of a layer in the one bin of the log axis that starts at 10^``decade``."""
    shares = np.zeros(SIZE_BINS)
    shares[round((decade - LOG_LOW) * LOG_PER_DECADE)] = share
    return shares


def in_value_bin(index: int, share: float = 1.0) -> NDArray[np.float64]:
    """All of a layer in one bin of the linear axis."""
    shares = np.zeros(VALUE_BINS)
    shares[index] = share
    return shares


def _layer(
    of: Experiment,
    index: int,
    weight: NDArray[np.float64],
    z: NDArray[np.float64],
    activations: ArrayLike,
    values: Histogram,
    sizes: Histogram,
) -> LayerSnapshot:
    lanes = len(of.lanes)
    fan_in, fan_out = of.sizes[index : index + 2]
    ones = np.ones(lanes)

    def full(*shape: int) -> NDArray[np.float64]:
        return np.array(np.broadcast_to(np.asarray(activations, float), (lanes, *shape)))

    def spread(rms: NDArray[np.float64]) -> Spread:
        return Spread(rms, rms, (rms == 0).astype(float))

    return LayerSnapshot(
        name=of.layer_names[index],
        weight=full(fan_in, fan_out),
        bias=full(fan_out),
        preactivation=full(SAMPLES, fan_out),
        activation=full(SAMPLES, fan_out),
        grad_z=np.array(np.broadcast_to(z[:, None, None], (lanes, SAMPLES, fan_out))),
        grad_weight=np.array(np.broadcast_to(weight[:, None, None], (lanes, fan_in, fan_out))),
        grad_bias=full(fan_out),
        activation_size=spread(np.full(lanes, abs(float(np.mean(activations))))),
        grad_z_size=spread(z),
        grad_weight_size=spread(weight),
        deviation=ones,
        saturated=np.zeros(lanes),
        symmetry=ones,
        values=values,
        sizes=sizes,
    )
