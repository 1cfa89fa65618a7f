"""Which device, how many threads and which precision an experiment runs with."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise

import torch

from initviz.experiment import Experiment

THREADED_PRODUCT = 8_000_000
"""Multiply-adds of a lane's widest product in one step, from which more threads pay.

Below it, waking a thread costs more than its share of the work: two threads measured eight times
slower on six layers of 32.
"""


class DeviceError(RuntimeError):
    """The device that was asked for is not there; the message says what to do.

    ``field`` is the setting of the experiment that has to change.
    """

    field = "device"


def find_device(experiment: Experiment) -> torch.device:
    """The device that the experiment asks for.

    Raises:
        DeviceError: if this machine does not have it.
    """
    name = experiment.device
    there: dict[str, Callable[[], bool]] = {
        "cpu": lambda: True,
        "cuda": torch.cuda.is_available,
        "mps": torch.backends.mps.is_available,
    }
    if not there[name]():
        raise DeviceError(f'device: this machine has no usable "{name}"; choose cpu')
    return torch.device(name)


def find_dtype(experiment: Experiment) -> torch.dtype:
    """torch's name for the experiment's precision."""
    return {"float32": torch.float32, "float64": torch.float64}[experiment.precision]


def set_threads(experiment: Experiment) -> int:
    """Set torch's threads for this experiment in the calling thread; returns how many."""
    sizes = experiment.sizes
    widest = max(a * b for a, b in pairwise(sizes))
    rows = min(experiment.batch_size, experiment.data.facts.train)
    # Threads that have to share a core with the window wait for one another: on a busy machine
    # of two cores, two took ten times as long as one. So half of the cores stay free.
    spare = max((os.cpu_count() or 1) // 2, 1)
    threads = min(spare, 8) if widest * rows >= THREADED_PRODUCT else 1
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    return threads
