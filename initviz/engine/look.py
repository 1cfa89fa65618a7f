"""One look at recorded weights: a pass over the probe's samples, and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from initviz.catalog.tasks import CLASSES, REGRESSION
from initviz.engine.data import load
from initviz.engine.device import find_dtype
from initviz.engine.figures import (
    distribution_figures,
    spreads,
    value_edges,
)
from initviz.engine.network import Pass, as_inputs
from initviz.engine.samples import sample_figures
from initviz.engine.spectra import spectra
from initviz.engine.workspace import give_back, take
from initviz.experiment import Experiment
from initviz.parts import Samples, Spectra
from initviz.snapshot import Array, LayerSnapshot, LayerValues

SAMPLE_NUMBERS = 1 << 19
"""Activations, over all lanes and layers, that a probe aims to stay under."""
MIN_SAMPLES, MAX_SAMPLES = 128, 512

MOVING_NUMBERS, FEWEST = 1 << 18, 32
"""The same while the picture moves, and the fewest samples that are looked at then. All claims of
the lessons hold with those, too."""


class Look:
    """The weights of one epoch at work. What nobody asks for is not computed.

    Args:
        experiment: whose weights they are.
        rows: (K, P), in the experiment's order of lanes; copied.
        most: how many training points to look at, at most; 0 for ``probe_samples``.
    """

    def __init__(self, experiment: Experiment, rows: Tensor, most: int = 0) -> None:
        self.experiment = experiment
        self.rough = bool(most)
        self.count = min(probe_samples(experiment), most or MAX_SAMPLES)
        self.work = take(experiment, self.count)
        self.work.load(rows)
        self.network, self.places = self.work.network, self.work.places

    def close(self) -> None:
        """Let the next look have the buffers: this one must not be asked any more."""
        give_back(self.work)

    @cached_property
    def passing(self) -> Pass:
        """Forward and backward over the probe's samples."""
        inputs, labels = _batch(self.experiment, self.count)
        passing = self.work.passing
        # The sum of the losses leaves every sample its own ∂ℓ/∂z; ∂L/∂W becomes the mean's.
        passing.run(inputs, labels, mean=False)
        self.network.gradient_store.div_(passing.rows)
        return passing

    @property
    def weights(self) -> list[Tensor]:
        """W of every layer, (K, fan_in, fan_out)."""
        return [self._in_order(weight) for weight in self.network.weights]

    @property
    def gradients(self) -> list[Tensor]:
        """∂L/∂W of every layer, (K, fan_in, fan_out)."""
        network = self.passing.network
        return [self._in_order(gradient) for gradient in network.weight_gradients]

    @cached_property
    def activations(self) -> list[Tensor]:
        """a of every hidden layer, then the logits, (K, n, fan_out)."""
        passing = self.passing
        return [self._in_order(a) for a in (*passing.activations, passing.preactivations[-1])]

    def boundary(self, grid: int, checkpoint: Callable[[], None] | None = None) -> Array:
        """The outputs over the input plane, (K, outputs, grid, grid)."""
        logits = self.work.evaluation(_plane_inputs(self.experiment, grid)).run(checkpoint)
        ordered = self._in_order(logits).transpose(1, 2)
        return _array(ordered).reshape(len(self.places), -1, grid, grid).copy()

    def samples(self) -> Samples:
        """How far every layer tells the samples apart."""
        x, y = _raw_batch(self.experiment, self.count)
        task = self.experiment.task
        classes = None if task is REGRESSION else y.argmax(dim=1) if task is CLASSES else y[:, 0]
        return sample_figures(x, self.activations, classes)

    def spectra(self, start: Array, layer: int, fine: bool) -> Spectra:
        """Singular values of one layer's weights, whose first ones had ``start``, and Jacobians."""
        return spectra(self.network, self.passing, self.places, start, layer, fine)

    def values(self) -> tuple[LayerValues, ...]:
        """The numbers of every layer."""
        return tuple(LayerValues(**numbers) for numbers in self._numbers())

    def layers(self) -> tuple[LayerSnapshot, ...]:
        """Every layer with its figures."""
        experiment = self.experiment
        activations = [experiment.activation_of(lane) for lane in experiment.lanes]
        deltas = [self._in_order(delta) for delta in self.passing.deltas]
        sizes = spreads(self.activations, rough=self.rough)
        edges = value_edges(activations, np.array([size.rms for size in sizes[:-1]]))
        shapes = distribution_figures(self.activations, sizes, edges, activations)
        nowhere = np.full(len(self.places), np.nan)
        return tuple(
            LayerSnapshot(
                **numbers,
                activation_size=sizes[i],
                grad_z_size=delta,
                grad_weight_size=gradient,
                deviation=shape.deviation,
                saturated=nowhere if i == len(sizes) - 1 else shape.saturated,
                symmetry=shape.symmetry,
                values=shape.values,
                sizes=shape.sizes,
            )
            for i, (numbers, shape, delta, gradient) in enumerate(
                zip(
                    self._numbers(), shapes, spreads(deltas, rough=self.rough),
                    spreads(self.gradients, rough=self.rough), strict=True,
                )
            )
        )  # fmt: skip

    def _numbers(self) -> Iterator[dict[str, Any]]:
        """What ``LayerValues`` takes, layer by layer; copies."""
        network, order = self.network, self.work.in_order
        z, a, delta = self.passing.copied()
        layers, gradients = network.copied(network.store), network.copied(network.gradient_store)
        for i, name in enumerate(self.experiment.layer_names):
            layer, gradient = order(layers[i]), order(gradients[i])
            logits = i == len(a)
            yield {
                "name": name,
                "weight": layer[:, :-1],
                "bias": layer[:, -1],
                "preactivation": order(z[i]),
                "activation": order(z[i] if logits else a[i]),
                "grad_z": order(delta[i]),
                "grad_weight": gradient[:, :-1],
                "grad_bias": gradient[:, -1],
            }

    def _in_order(self, x: Tensor) -> Tensor:
        """The lanes of x in the experiment's order; x itself where they stand in it."""
        if self.places == sorted(self.places):
            return x
        return torch.stack([x[place] for place in self.places])


def probe_samples(experiment: Experiment) -> int:
    """How many training points a probe runs: fewer for large networks, but 128 of them."""
    per_sample = len(experiment.lanes) * sum(experiment.sizes[1:])
    samples = experiment.data.facts.train
    return min(samples, max(MIN_SAMPLES, min(MAX_SAMPLES, SAMPLE_NUMBERS // per_sample)))


def moving_samples(experiment: Experiment) -> int:
    """How many training points a probe runs while the picture moves: up to ``MIN_SAMPLES``."""
    per_sample = len(experiment.lanes) * sum(experiment.sizes[1:])
    return max(FEWEST, min(MIN_SAMPLES, MOVING_NUMBERS // per_sample))


@lru_cache(maxsize=4)
def _plane_inputs(experiment: Experiment, grid: int) -> Tensor:
    return torch.tensor(load(experiment).plane.grid(grid), dtype=find_dtype(experiment))


@lru_cache(maxsize=4)
def _raw_batch(experiment: Experiment, rows: int) -> tuple[Tensor, Tensor]:
    """The first samples, (rows, features), and what the outputs should be, (rows, outputs)."""
    train, dtype = load(experiment).train, find_dtype(experiment)
    return torch.tensor(train.x[:rows], dtype=dtype), torch.tensor(train.y[:rows], dtype=dtype)


@lru_cache(maxsize=4)
def _batch(experiment: Experiment, rows: int) -> tuple[Tensor, Tensor]:
    """The first samples as ``Pass.run`` takes them."""
    x, y = _raw_batch(experiment, rows)
    return as_inputs(x, len(experiment.lanes)), y.T.contiguous()


def _array(tensor: Tensor) -> Array:
    array: Array = tensor.numpy()
    return array
