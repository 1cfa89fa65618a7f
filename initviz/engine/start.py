"""The initial state of a recording, which much is compared with: what is known of it is kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import torch

from initviz.engine.device import find_dtype
from initviz.engine.distributions import Numbers
from initviz.engine.inside import updates
from initviz.engine.look import Look
from initviz.engine.spectra import singular_values, too_wide
from initviz.parts import Part
from initviz.recording import Recording
from initviz.snapshot import Array

_lock = threading.RLock()
"""Films and the prober's thread may ask for the same start at once; its look has one buffer."""


class Start:
    """What a look at epoch 0 shows."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._numbers: dict[Part, tuple[object, Numbers]] = {}
        self._singular: dict[int, Array] = {}

    def numbers(
        self, recording: Recording, part: Part, lanes: Sequence[int], last: int
    ) -> Numbers | None:
        """What some lanes started with: weights, gradients, or their first updates.

        Args:
            recording: which it is the start of.
            part: one of ``DISTRIBUTED``.
            lanes: the lanes in focus.
            last: the epoch that is compared: nothing started after it.
        """
        first = 0
        if part is Part.UPDATES:
            first = next((epoch for epoch in recording.kept_epochs() if epoch), 0)
            if not 0 < first <= last:
                return None
        key = (tuple(lanes), first)
        with _lock:
            known = self._numbers.get(part)
            if known is None or known[0] != key:
                found = self._of(recording, part, lanes, first)
                if found is None:
                    return None
                known = self._numbers[part] = key, Numbers(found)
            return known[1]

    def _of(
        self, recording: Recording, part: Part, lanes: Sequence[int], first: int
    ) -> list[Array] | None:
        if part is Part.UPDATES:
            changed = updates(recording, *recording.held(first))
            if changed is None:  # it was thinned out meanwhile
                return None
            return [layer[list(lanes)] for layer in changed.layers]
        layers = self._look.weights if part is Part.WEIGHTS else self._look.gradients
        return [layer[list(lanes)].numpy() for layer in layers]

    def singular_values(self, layer: int, fine: bool) -> Array:
        """Of a layer's first weights, (K, r); NaN where they take too long for now."""
        weight = self._look.weights[layer]
        if layer not in self._singular:
            if too_wide(weight) and not fine:
                return singular_values(weight, skip=True)
            self._singular[layer] = singular_values(weight)
        return self._singular[layer]


_starts: WeakKeyDictionary[Recording, Start] = WeakKeyDictionary()


def start_of(recording: Recording) -> Start:
    """The start of a recording, kept until another is looked at."""
    with _lock:
        start = _starts.get(recording)
        if start is None:
            _starts.clear()  # earlier runs are kept within a budget, which these are no part of
            rows = torch.tensor(recording.parameters(0), dtype=find_dtype(recording.experiment))
            start = _starts[recording] = Start(Look(recording.experiment, rows))
        return start
