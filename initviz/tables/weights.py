"""Weights as PyTorch names and shapes them, so that ``load_state_dict`` takes them."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from initviz.layout import layout
from initviz.recording import Recording
from initviz.version import __version__


def weights(
    recording: Recording, epoch: int, lane: int | None = None
) -> dict[str, NDArray[np.floating]]:
    """The weights and biases of one epoch.

    Args:
        recording: whose they are.
        epoch: one whose weights are held.
        lane: the place of an initialisation in the experiment, from 0; None for all of them.

    Returns:
        ``layers.0.weight`` (out_features, in_features), ``layers.0.bias`` (out_features,), and so
        on to the output, as a ``state_dict`` of a network whose ``layers`` is an ``nn.ModuleList``
        or an ``nn.Sequential`` of ``nn.Linear`` alone. Of all lanes: ``lane_1.layers.0.weight``,
        ..., numbered from 1 as in the tables, as of an ``nn.ModuleDict`` of such networks. They
        are owned copies, in the precision that they were trained in.

    Raises:
        LookupError: if the weights of the epoch are not held, or there is no such lane.
    """
    count = len(recording.experiment.lanes)
    if lane is not None and not 0 <= lane < count:
        raise LookupError(f"lane {lane}: the recording has lanes 0 to {count - 1}")
    held, rows = recording.held(epoch)
    if held != epoch:
        raise LookupError(
            f"the weights of epoch {epoch} are not held; the nearest that are: epoch {held}"
        )
    if lane is not None:
        return _named(recording, rows[lane], "")
    return {
        name: value
        for number, row in enumerate(rows, 1)
        for name, value in _named(recording, row, f"lane_{number}.").items()
    }


def _named(
    recording: Recording, row: NDArray[np.floating], prefix: str
) -> dict[str, NDArray[np.floating]]:
    found: dict[str, NDArray[np.floating]] = {}
    for place, slot in enumerate(layout(recording.experiment.sizes)):
        weight = row[slot.start : slot.middle].reshape(slot.fan_in, slot.fan_out)
        found[f"{prefix}layers.{place}.weight"] = np.array(weight.T, order="C")
        found[f"{prefix}layers.{place}.bias"] = row[slot.middle : slot.stop].copy()
    return found


def about(recording: Recording, epoch: int, lane: int | None = None) -> dict[str, str]:
    """What goes with the weights into their file.

    Returns:
        "epoch"; "lanes" and "activations", JSON lists of what the initialisations are called and
        of the names of their φ; "initviz", the version.
    """
    experiment = recording.experiment
    lanes = experiment.lanes if lane is None else experiment.lanes[lane : lane + 1]
    names = [experiment.activation_of(each).name for each in lanes]
    return {
        "epoch": str(epoch),
        "lanes": json.dumps([each.title for each in lanes], ensure_ascii=False),
        "activations": json.dumps(names),
        "initviz": __version__,
    }
