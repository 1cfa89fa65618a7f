"""Probing: from one epoch's recorded weights to everything that the epoch shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from initviz.engine.data import load
from initviz.engine.device import find_dtype, set_threads
from initviz.engine.distributions import distributions
from initviz.engine.inside import neuron_history, tiles, updates
from initviz.engine.look import Look
from initviz.parts import DISTRIBUTED, Distribution, Part, Updates, Wanted
from initviz.recording import Recording
from initviz.snapshot import Snapshot

_starts: WeakKeyDictionary[Recording, Look] = WeakKeyDictionary()
"""The initial state of the recording that is looked at: much is compared with it."""


@torch.no_grad()
def probe(
    recording: Recording,
    epoch: int,
    wanted: Wanted | None = None,
    checkpoint: Callable[[], None] | None = None,
) -> Snapshot:
    """Run the weights of one recorded epoch over a probe batch and the input plane.

    Where the weights of ``epoch`` were thinned out, the newest epoch before it that is still
    held is shown; the snapshot's ``epoch`` says which.

    Args:
        recording: where the weights are.
        epoch: 0 to ``recording.last``.
        wanted: the parts to compute; all by default.
        checkpoint: called now and then; it may raise, to stop.

    Raises:
        IndexError: if nothing has been recorded yet.
    """
    wanted = wanted or Wanted()
    experiment, parts = recording.experiment, wanted.parts
    focus = wanted.focus.within(experiment)
    epoch, held = recording.held(epoch)
    set_threads(experiment)
    # torch has no read-only tensors; the network is built from a copy in any case.
    rows = torch.tensor(held, dtype=find_dtype(experiment))
    look = Look(experiment, rows, wanted.samples)
    layers = look.layers() if Part.LAYERS in parts else ()
    boundary = None
    if Part.BOUNDARY in parts and wanted.grid:
        boundary = look.boundary(wanted.grid, checkpoint)
    if checkpoint:
        checkpoint()
    changed = updates(recording, epoch, held) if parts & {Part.NEURONS, Part.UPDATES} else None
    inside = Part.NEURONS in parts

    def start() -> Look:
        return look if epoch == 0 else _start(recording)

    return Snapshot(
        experiment=experiment,
        epoch=epoch,
        layers=layers,
        plane=load(experiment).plane,
        boundary=boundary,
        history=recording.scalars(),
        diverged_at=recording.diverged_at(),
        rough=bool(wanted.samples),
        focus=focus,
        tiles=tiles(experiment, held, focus, wanted.fine) if inside else None,
        updates=changed,
        neuron=neuron_history(recording, focus, wanted.fine) if inside else None,
        samples=look.samples() if Part.SAMPLES in parts else None,
        distributions={
            part: _distributions(recording, look, start, part, focus.lanes, changed)
            for part in DISTRIBUTED
            if part in parts
        },
        spectra=look.spectra(start().weights, focus.layer, wanted.fine)
        if Part.SPECTRA in parts
        else None,
    )


def _start(recording: Recording) -> Look:
    """The look at epoch 0, kept until another recording is looked at."""
    if recording not in _starts:
        _starts.clear()  # earlier runs are kept within a budget, which these are no part of
        experiment = recording.experiment
        rows = torch.tensor(recording.parameters(0), dtype=find_dtype(experiment))
        _starts[recording] = Look(experiment, rows)
    return _starts[recording]


def _distributions(
    recording: Recording, look: Look, start: Callable[[], Look], part: Part,
    lanes: Sequence[int], changed: Updates | None,
) -> tuple[Distribution, ...]:  # fmt: skip
    """One kind of number, now and at the start."""

    def of_lanes(layers: Sequence[Tensor]) -> list[Tensor]:
        return [layer[list(lanes)] for layer in layers]

    if part is Part.WEIGHTS:
        return distributions(of_lanes(look.weights), of_lanes(start().weights))
    if part is Part.GRADIENTS:
        return distributions(of_lanes(look.gradients), of_lanes(start().gradients))
    if changed is None:
        return ()
    kept = recording.kept_epochs()
    first = updates(recording, *recording.held(kept[1])) if len(kept) > 1 else None
    return distributions(
        of_lanes([torch.tensor(layer) for layer in changed.layers]),
        None if first is None else of_lanes([torch.tensor(layer) for layer in first.layers]),
    )
