"""Training for a command: what a run file has is used, and only what is missing is trained."""

from __future__ import annotations

from collections.abc import Callable

from initviz.cli.inputs import Subject
from initviz.recording import DEFAULT_BUDGET, Recording

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
        if progress:
            progress(epoch.number)
    return recording
