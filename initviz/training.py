"""Training as a script or a notebook asks for it; torch is imported when it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from initviz.experiment import Experiment
from initviz.recording import DEFAULT_BUDGET, Epoch, Recording


def train(
    experiment: Experiment,
    epochs: int | None = None,
    progress: Callable[[int], None] | None = None,
    *,
    budget: int = DEFAULT_BUDGET,
) -> Recording:
    """Train all lanes of an experiment and return everything that was recorded.

    Args:
        experiment: what to train.
        epochs: how many epochs; the experiment's own number by default, 0 for the start alone.
        progress: called with the number of each finished epoch, 0 first.
        budget: bytes of weights that the recording may keep; older epochs are thinned out.

    Raises:
        DeviceError: if the experiment's device is not there.
        ValueError: if the number of epochs is negative.
    """
    recording = Recording(experiment, budget)
    for epoch in iterate(experiment, epochs):
        recording.append(epoch)
        if progress:
            progress(epoch.number)
    return recording


def iterate(experiment: Experiment, epochs: int | None = None) -> Iterator[Epoch]:
    """Train all lanes of an experiment, an epoch a turn.

    Nothing is kept: ``Recording.append`` takes what is to be looked at.

    Args:
        experiment: what to train.
        epochs: how many epochs; the experiment's own number by default, 0 for the start alone.

    Yields:
        epoch 0, the state before the first step, then each epoch after its last step.

    Raises:
        DeviceError: if the experiment's device is not there.
        ValueError: if the number of epochs is negative.
    """
    if epochs is not None and epochs < 0:
        raise ValueError(f"epochs: {epochs} is out of range; write 0 or more")
    from initviz import engine

    return engine.train(experiment, epochs=epochs)
