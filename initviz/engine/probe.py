"""Probing: from one epoch's recorded weights to everything that the epoch shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from initviz.engine.data import load
from initviz.engine.device import find_dtype, set_threads
from initviz.engine.distributions import Numbers, distributions
from initviz.engine.inside import neuron_history, tiles, updates
from initviz.engine.look import Look, moving_samples
from initviz.engine.start import Start, start_of
from initviz.parts import DISTRIBUTED, Distribution, Part, Updates, Wanted
from initviz.recording import At, Recording
from initviz.shortage import enough_memory
from initviz.snapshot import Snapshot


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
        ShortageError: if there is not enough memory.
    """
    wanted = wanted or Wanted()
    experiment = recording.experiment
    seen = recording.at(epoch)
    set_threads(experiment)
    most = wanted.samples or (0 if wanted.fine else moving_samples(experiment))
    with enough_memory(experiment):
        # torch has no read-only tensors; the network is built from a copy in any case.
        rows = torch.tensor(seen.parameters, dtype=find_dtype(experiment))
        look = Look(experiment, rows, most)
        try:
            return _seen(recording, seen, wanted, look, checkpoint)
        finally:
            look.close()


def _seen(
    recording: Recording, seen: At, wanted: Wanted, look: Look,
    checkpoint: Callable[[], None] | None,
) -> Snapshot:  # fmt: skip
    """What a look at an epoch's weights, ``held``, shows of what is wanted."""
    experiment, parts = recording.experiment, wanted.parts
    epoch, held = seen.epoch, seen.parameters
    focus = wanted.focus.within(experiment)
    layers = look.layers() if Part.LAYERS in parts else ()
    bare = look.values() if Part.VALUES in parts and not layers else ()
    boundary = None
    if Part.BOUNDARY in parts and wanted.grid:
        boundary = look.boundary(wanted.grid, checkpoint)
    if checkpoint:
        checkpoint()
    changed = updates(recording, epoch, held) if parts & {Part.NEURONS, Part.UPDATES} else None
    inside = Part.NEURONS in parts

    def start() -> Start:
        return Start(look) if epoch == 0 else start_of(recording)

    return Snapshot(
        experiment=experiment,
        epoch=epoch,
        layers=layers,
        bare=bare,
        plane=load(experiment).plane,
        boundary=boundary,
        history=seen.history,
        diverged_at=seen.diverged,
        rough=bool(wanted.samples),
        focus=focus,
        tiles=tiles(experiment, held, focus, wanted.fine) if inside else None,
        updates=changed,
        neuron=neuron_history(recording, focus, wanted.fine) if inside else None,
        samples=look.samples() if Part.SAMPLES in parts else None,
        distributions={
            part: _distributions(recording, epoch, look, part, focus.lanes, changed)
            for part in DISTRIBUTED
            if part in parts
        },
        spectra=look.spectra(
            start().singular_values(focus.layer, wanted.fine), focus.layer, wanted.fine
        )
        if Part.SPECTRA in parts
        else None,
    )


def _distributions(
    recording: Recording, epoch: int, look: Look, part: Part, lanes: Sequence[int],
    changed: Updates | None,
) -> tuple[Distribution, ...]:  # fmt: skip
    """One kind of number, now and at the start; () for updates where there is none yet."""
    if part is Part.UPDATES:
        if changed is None:
            return ()
        layers = [layer[list(lanes)] for layer in changed.layers]
    else:
        tensors = look.weights if part is Part.WEIGHTS else look.gradients
        layers = [layer[list(lanes)].numpy() for layer in tensors]
    now = Numbers(layers)
    if epoch == 0:
        return distributions(now, now)
    return distributions(now, start_of(recording).numbers(recording, part, lanes, epoch))
