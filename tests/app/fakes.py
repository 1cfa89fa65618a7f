"""Trainings and probes that go on when a test lets them, and disks that are full."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from initviz.experiment import Experiment
from initviz.recording import Epoch, Scalars


def epoch(experiment: Experiment, number: int) -> Epoch:
    """An epoch whose every parameter and figure is its number."""
    lanes, layers = len(experiment.lanes), len(experiment.layer_names)
    each, layered = np.full(lanes, float(number)), np.full((lanes, layers), float(number))
    return Epoch(
        number,
        np.full((lanes, experiment.parameter_count), float(number), np.float32),
        Scalars(each, each, each, each, *[layered] * 7),
    )


class Stepping:
    """Stands for ``engine.train``: every step waits until the test has allowed it.

    Attributes:
        steps: how many steps were taken.
        started: the experiments that were trained.
        ended: the experiments whose training was given up.
    """

    def __init__(self, steps_in_an_epoch: int = 10) -> None:
        self.steps_in_an_epoch = steps_in_an_epoch
        self.allowed = threading.Semaphore(0)
        self.steps = 0
        self.started: list[Experiment] = []
        self.ended: list[Experiment] = []

    def allow(self, steps: int) -> None:
        self.allowed.release(steps)

    def __call__(
        self, experiment: Experiment, *, epochs: int, checkpoint: Callable[[], None]
    ) -> Iterator[Epoch]:
        self.started.append(experiment)
        try:
            yield epoch(experiment, 0)
            for number in range(1, epochs + 1):
                for _ in range(self.steps_in_an_epoch):
                    checkpoint()
                    self.steps += 1
                    assert self.allowed.acquire(timeout=30)
                yield epoch(experiment, number)
        finally:
            self.ended.append(experiment)


def failing(at: int, message: str) -> Callable[..., Iterator[Epoch]]:
    """Stands for ``engine.train``: raises instead of giving epoch ``at``."""

    def train(
        experiment: Experiment, *, epochs: int, checkpoint: Callable[[], None]
    ) -> Iterator[Epoch]:
        for number in range(epochs + 1):
            if number:
                checkpoint()
            if number == at:
                raise RuntimeError(message)
            yield epoch(experiment, number)

    return train


class Gate:
    """Stands for ``engine.probe``: waits for the test, and notes what it was asked for."""

    def __init__(self, answer: Any = "a snapshot") -> None:
        self.answer = answer
        self.entered = threading.Semaphore(0)
        self.open = threading.Semaphore(0)
        self.epochs: list[int] = []

    def __call__(
        self, recording: object, number: int, wanted: object, checkpoint: object = None
    ) -> Any:
        self.epochs.append(number)
        self.entered.release()
        assert self.open.acquire(timeout=30)
        return self.answer


def full(*_: object, **__: object) -> None:
    """Stands for what writes a file: the disk is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
