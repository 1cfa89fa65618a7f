"""The parts of a snapshot that look inside a network, each computed only where it is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from initviz.focus import NEAREST, Focus

Array = NDArray[np.floating]

DEFAULT_GRID = 100


class Part(Enum):
    """A part of a snapshot that costs time, and that somebody has to want."""

    VALUES = "values"
    LAYERS = "layers"
    BOUNDARY = "boundary"
    NEURONS = "neurons"
    SAMPLES = "samples"
    WEIGHTS = "weights"
    GRADIENTS = "gradients"
    UPDATES = "updates"
    SPECTRA = "spectra"


DISTRIBUTED = (Part.WEIGHTS, Part.GRADIENTS, Part.UPDATES)
"""The parts that are distributions of numbers that belong to weights."""


@dataclass(frozen=True)
class Wanted:
    """What a probe is asked for; the rest costs nothing.

    Attributes:
        grid: cells on a side of the boundary's square; 0 for no boundary.
        parts: what else is wanted.
        focus: the lanes and the layer that some parts are about.
        fine: whether there is time for the finest picture of every part, as there is at rest.
        samples: how many training points to look at, at most; 0 for as many as suit the network.
    """

    grid: int = DEFAULT_GRID
    parts: frozenset[Part] = frozenset({Part.LAYERS, Part.BOUNDARY})
    focus: Focus = NEAREST
    fine: bool = True
    samples: int = 0


@dataclass(frozen=True)
class Spread:
    """Size of an array per lane, in the three ways that tell explosion from death.

    Attributes:
        rms: (K,), root of the mean square.
        median: (K,), median of the absolute values.
        zeros: (K,), share of exact zeros.
    """

    rms: Array
    median: Array
    zeros: Array


@dataclass(frozen=True)
class Histogram:
    """Shares of a layer's activations per bin and lane.

    Attributes:
        edges: (bins + 1,), the bins' edges; values beyond them count into the outer bins.
        shares: (K, bins), summing to 1 where all values are finite.
        zeros: (K,), the share of exact zeros, which a log scale cannot show.
    """

    edges: Array
    shares: Array
    zeros: Array


@dataclass(frozen=True)
class Tiles:
    """Every neuron of the lanes in focus as a picture over the input plane.

    Attributes:
        lanes: the lanes, in the order of the focus.
        layers: for every layer its activations, the logits for the output,
            (lanes, fan_out, g, g), row 0 at the bottom.
    """

    lanes: tuple[int, ...]
    layers: tuple[Array, ...]


@dataclass(frozen=True)
class Updates:
    """How the weights have changed since an earlier epoch.

    Attributes:
        since: that epoch, the newest before this one whose weights are held.
        layers: W(epoch) − W(since) of every layer, (K, fan_in, fan_out).
    """

    since: int
    layers: tuple[Array, ...]


@dataclass(frozen=True)
class NeuronHistory:
    """One neuron over the epochs, of the lanes in focus.

    Attributes:
        lanes: the lanes, in the order of the focus.
        layer, neuron: its place.
        epochs: (n,), those of the recorded epochs that were looked at, in order.
        mean, deviation: of its activations over the probe's samples, (lanes, n).
        incoming: ‖w‖ of its incoming weights, (lanes, n).
        outgoing: ‖w‖ of its outgoing weights, (lanes, n); NaN for an output.
        bias: (lanes, n).
    """

    lanes: tuple[int, ...]
    layer: int
    neuron: int
    epochs: NDArray[np.int_]
    mean: Array
    deviation: Array
    incoming: Array
    outgoing: Array
    bias: Array


@dataclass(frozen=True)
class Samples:
    """How far the inputs (first row) and every layer tell the samples apart, (layers + 1, K).

    Attributes:
        spread: rms over the samples of a − (mean over samples of a), over the rms of a. 0 means
            that all inputs look the same to the layer; NaN where every a is 0.
        cosine: the mean cosine between the activations of two samples.
        same, other: the same for two samples of one class, and of different classes; NaN for a
            regression.
    """

    spread: Array
    cosine: Array
    same: Array
    other: Array


@dataclass(frozen=True)
class Distribution:
    """One layer's weights, gradients or updates, of the lanes in focus, now and at the start.

    Attributes:
        values, start_values: their shares on a linear axis, which all layers of a lane share:
            ``edges`` are (lanes, bins + 1).
        sizes, start_sizes: the shares of log₁₀ of their sizes; ``edges`` are (bins + 1,).

    The start is epoch 0; for updates it is the first epoch. It is None where its weights are no
    longer held.
    """

    values: Histogram
    sizes: Histogram
    start_values: Histogram | None
    start_sizes: Histogram | None


@dataclass(frozen=True)
class Spectra:
    """Singular values, from the largest down, of one layer's weights and of Jacobians.

    Attributes:
        layer: the layer whose weights these are.
        weight: of W, (K, min(fan_in, fan_out)); NaN where W is not finite.
        start: of W at epoch 0.
        hidden: of ∂a/∂x from the inputs to the last hidden layer, (K, samples, r).
        outputs: of ∂z/∂x from the inputs to the logits, (K, samples, min(features, outputs)).
    """

    layer: int
    weight: Array
    start: Array
    hidden: Array
    outputs: Array
