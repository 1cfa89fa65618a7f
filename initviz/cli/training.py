"""Training for a command: what a run file has is used, and only what is missing is trained."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np

from initviz.cli.inputs import Subject
from initviz.recording import DEFAULT_BUDGET, Epoch, Recording

log = logging.getLogger(__name__)

Progress = Callable[[int], None]


def recorded(
    subject: Subject,
    last: int,
    progress: Progress | None = None,
    *,
    budget: int = DEFAULT_BUDGET,
) -> Recording:
    """A recording of a subject that has all epochs up to ``last``, or more.

    Args:
        subject: what is trained; the recording that it has is used, and trained on.
        last: the last epoch that is needed.
        progress: called with the number of each finished epoch. To train on, the epochs that are
            recorded are gone through again, and are not recorded twice.
        budget: bytes of weights that a new recording may keep.

    Raises:
        DeviceError: if the experiment's device is not there.
    """
    experiment, recording = subject.experiment, subject.recording
    if recording is None:
        recording = Recording(experiment, budget)
    recording.experiment = experiment  # with as many epochs as are wanted now
    if recording.last >= last:
        return recording
    from initviz.engine import train

    for epoch in train(experiment, epochs=last):
        if epoch.number > recording.last:
            recording.append(epoch)
        elif epoch.number == recording.last and not _same(epoch, recording):
            log.warning(
                "this machine does not train to the numbers of the run: epochs after %d go on "
                "from slightly other weights", recording.last,
            )  # fmt: skip
        if progress:
            progress(epoch.number)
    return recording


def _same(epoch: Epoch, recording: Recording) -> bool:
    """Whether an epoch that is gone through again has the weights that are recorded."""
    return np.array_equal(epoch.parameters, recording.parameters(epoch.number), equal_nan=True)
