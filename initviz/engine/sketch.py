"""A sketch of epoch 0, for a window that is to follow a slider: exact weights, rough figures."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import torch
from torch import Tensor

from initviz.engine.data import Split, load
from initviz.engine.device import set_threads
from initviz.engine.initialize import initial_parameters
from initviz.engine.network import Evaluation
from initviz.engine.train import build_network
from initviz.experiment import Experiment
from initviz.recording import PER_LAYER, Array, Epoch, Recording, Scalars
from initviz.shortage import enough_memory

SAMPLE_NUMBERS = 1 << 16
"""Activations, over all lanes and layers, that a probe of a sketch aims to stay under."""
FEWEST, MOST = 32, 128


def sketch_samples(experiment: Experiment) -> int:
    """How many training points a probe of a sketch runs."""
    per_sample = len(experiment.lanes) * sum(experiment.sizes[1:])
    return max(FEWEST, min(MOST, SAMPLE_NUMBERS // per_sample))


@torch.no_grad()
def sketch(experiment: Experiment) -> Recording:
    """The initial state alone, in a part of the time that ``train`` takes for it.

    The weights are the same, bit for bit. Losses and scores are of the first few training and test
    points; what takes a way back, or a look into every layer, is NaN.

    Raises:
        ShortageError: if there is not enough memory.
    """
    with enough_memory(experiment):
        return _sketched(experiment)


def _sketched(experiment: Experiment) -> Recording:
    set_threads(experiment)
    rows = initial_parameters(experiment)
    network, places = build_network(experiment, rows)
    data, loss = load(experiment), network.loss
    points = MOST
    parts = [_first(part, points, rows.dtype) for part in (data.train, data.test)]
    logits = Evaluation(network, torch.cat([x for x, _ in parts])).run()[places]
    judged = zip(torch.split(logits, [len(x) for x, _ in parts], dim=1), parts, strict=True)
    figures = [(loss.losses(z, y).numpy(), loss.scores(z, y).numpy()) for z, (_, y) in judged]
    lanes, layers = len(experiment.lanes), len(experiment.layer_names)
    unknown = {
        field.name: np.full((lanes, layers) if field.name in PER_LAYER else lanes, np.nan)
        for field in fields(Scalars)
    }
    known = {
        "train_loss": figures[0][0],
        "test_loss": figures[1][0],
        "train_score": figures[0][1],
        "test_score": figures[1][1],
        "weight_norm": _norms(network.weights)[places],
        "update_ratio": np.zeros((lanes, layers)),
        "distance": np.zeros((lanes, layers)),
    }
    scalars = Scalars(**{**unknown, **known})
    recording = Recording(experiment)
    recording.append(Epoch(0, rows.numpy(), scalars))
    return recording


def _first(split: Split, points: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    return torch.tensor(split.x[:points], dtype=dtype), torch.tensor(split.y[:points], dtype=dtype)


def _norms(weights: list[Tensor]) -> Array:
    """‖W‖ of every layer, (K, L), in float64, where squares cannot overflow."""
    norm = torch.linalg.vector_norm
    norms: Array = torch.stack(
        [norm(w, dim=(1, 2), dtype=torch.float64) for w in weights], dim=1
    ).numpy()
    return norms
