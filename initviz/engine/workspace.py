"""Networks and buffers that probes use again, instead of making them anew for every epoch.

To make a network of forty layers takes as long as to run it. A workspace belongs to whoever has
taken it, until it is given back; whatever is to outlive that is copied out of it.
"""

from __future__ import annotations

import threading
from collections import deque
from functools import cached_property

import torch
from numpy.typing import NDArray
from torch import Tensor

from initviz.engine.device import find_dtype
from initviz.engine.network import Evaluation, Pass
from initviz.engine.train import build_network
from initviz.experiment import Experiment

MOST = 4
"""Workspaces that are kept for the next one who wants the same: those that came back last."""


class Workspace:
    """A network of an experiment's shape, with a pass over some samples.

    Attributes:
        network: its lanes stand as ``lane_order`` says.
        places: the places in the network of the experiment's lanes.
    """

    def __init__(self, experiment: Experiment, samples: int) -> None:
        self.key = _key(experiment, samples)
        self._samples = samples
        lanes = len(experiment.lanes)
        rows = torch.zeros(lanes, experiment.parameter_count, dtype=find_dtype(experiment))
        self.network, self.places = build_network(experiment, rows)
        self._order = sorted(range(lanes), key=self.places.__getitem__)
        self._evaluation: tuple[Tensor, Evaluation] | None = None

    def load(self, rows: Tensor) -> None:
        """Take the parameters (K, P), in the experiment's order of lanes."""
        self.network.load(rows[self._order])

    @cached_property
    def passing(self) -> Pass:
        """A pass over the samples."""
        return Pass(self.network, self._samples)

    def evaluation(self, x: Tensor) -> Evaluation:
        """Forward passes over x, (n, features), without memory; the last x is kept."""
        if self._evaluation is None or self._evaluation[0] is not x:
            self._evaluation = x, Evaluation(self.network, x)
        return self._evaluation[1]

    def in_order(self, x: NDArray) -> NDArray:  # type: ignore[type-arg]
        """The lanes of x in the experiment's order; x itself where they stand in it."""
        return x if self.places == sorted(self.places) else x[self.places]


_kept: deque[Workspace] = deque(maxlen=MOST)
_lock = threading.Lock()


def take(experiment: Experiment, samples: int) -> Workspace:
    """A workspace that is nobody else's, until it is given back.

    Args:
        experiment: whose shape, activations and loss it has.
        samples: of its pass.
    """
    key = _key(experiment, samples)
    with _lock:
        for place, kept in enumerate(_kept):
            if kept.key == key:
                del _kept[place]
                return kept
    return Workspace(experiment, samples)


def give_back(workspace: Workspace) -> None:
    """Let others use it; nothing that is a view of its buffers may be read any more."""
    with _lock:
        _kept.append(workspace)


def _key(experiment: Experiment, samples: int) -> object:
    names = tuple(experiment.activation_of(lane).name for lane in experiment.lanes)
    return experiment.sizes, names, experiment.task.name, find_dtype(experiment), samples
