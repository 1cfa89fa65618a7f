"""The recording: the weights of every lane at every epoch, and a few scalars.

It is append-only. One thread appends; others read what has been published. Past its memory
budgets it thins older epochs evenly, their weights first: where the weights of an epoch are held,
its scalars are, too.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from initviz.experiment import Experiment
from initviz.figures import FIGURE_BUDGET, Figures
from initviz.history import PER_LAYER, Array, History, Scalars
from initviz.pages import spacious

__all__ = [
    "DEFAULT_BUDGET", "FIGURE_BUDGET", "PER_LAYER", "Array", "At", "Epoch", "History", "Kept",
    "Recording", "Scalars",
]  # fmt: skip

DEFAULT_BUDGET = 512 * 2**20
"""Bytes of weights that a recording keeps."""

FEWEST_ROWS = 64
"""Rows of figures that a recording keeps when it gives way to others."""

BLOCK_BYTES = 2 * 2**20
"""Bytes of a block that small epochs share."""


@dataclass(frozen=True)
class Epoch:
    """What training hands over after one epoch.

    Attributes:
        number: 0 is the initial state, before any step.
        parameters: (K, P), an owned copy, in the experiment's order of lanes.
        scalars: the figures of this epoch.
    """

    number: int
    parameters: NDArray[np.floating]
    scalars: Scalars


@dataclass(frozen=True)
class At:
    """What is to be seen of one epoch, at one moment.

    Attributes:
        epoch: its number.
        parameters: (K, P), not to be written to.
        history: the figures, those of this epoch included.
        diverged: as in ``Kept``.
    """

    epoch: int
    parameters: NDArray[np.floating]
    history: History
    diverged: NDArray[np.int_]


@dataclass(frozen=True)
class Kept:
    """What a recording holds at one moment; it stays so while the recording grows or gives way.

    Attributes:
        experiment: what is trained.
        epochs: the epochs whose weights are held, in order; () where all weights have given way.
        parameters: their parameters, each (K, P), not to be written to.
        scalars: the figures, of epochs without weights, too; of a long recording of every few.
        stride: weights are kept of every ``stride``-th epoch, and of the newest.
        diverged: the first epoch at which each lane was no longer finite, (K,); −1 where none.
        versions: of what trained it, by package; empty where this program did.
    """

    experiment: Experiment
    epochs: tuple[int, ...]
    parameters: tuple[NDArray[np.floating], ...]
    scalars: History
    stride: int
    diverged: NDArray[np.int_]
    versions: Mapping[str, str]

    @property
    def weight_bytes(self) -> int:
        """Bytes of the weights."""
        return sum(parameters.nbytes for parameters in self.parameters)

    @property
    def scalar_bytes(self) -> int:
        """Bytes of all figures."""
        parts = (self.scalars, self.scalars.lows, self.scalars.highs)
        return sum(
            getattr(part, figure.name).nbytes
            for part in parts if part is not None
            for figure in fields(Scalars)
        )  # fmt: skip

    def within(self, size: int) -> Kept:
        """The same with the weights of fewer epochs, thinned evenly until they fit these bytes.

        The first and the newest epoch stay, whatever the size is.
        """
        held = dict(zip(self.epochs, self.parameters, strict=True))
        stride = self.stride
        while len(held) > 2 and sum(parameters.nbytes for parameters in held.values()) > size:
            stride *= 2
            held = {n: p for n, p in held.items() if n % stride == 0 or n == self.epochs[-1]}
        return replace(self, epochs=tuple(held), parameters=tuple(held.values()), stride=stride)


class Recording:
    """The epochs of one experiment so far.

    Args:
        experiment: what is trained.
        budget: bytes of weights to keep; the first and the last epoch are kept whatever it is.
        figure_budget: bytes of figures to keep, see ``Figures``.

    Attributes:
        versions: of what trained it, by package; empty where this program did.
    """

    def __init__(
        self,
        experiment: Experiment,
        budget: int = DEFAULT_BUDGET,
        figure_budget: int = FIGURE_BUDGET,
    ) -> None:
        self.experiment = experiment
        self.budget = budget
        self.versions: Mapping[str, str] = {}
        self._lock = threading.Lock()
        self._kept: dict[int, NDArray[np.floating]] = {}
        self._order: list[int] = []
        self._block: NDArray[np.floating] | None = None
        self._filled = 0
        self._stride = 1
        self._bytes = 0
        self._length = 0
        lanes, layers = len(experiment.lanes), len(experiment.layer_names)
        self._figures = Figures(lanes, layers, figure_budget)
        self._diverged = np.full(lanes, -1)

    def __len__(self) -> int:
        """How many epochs have been recorded, epoch 0 included."""
        return self._length

    @property
    def last(self) -> int:
        """The number of the newest epoch, −1 while there is none."""
        return self._length - 1

    @property
    def stride(self) -> int:
        """Weights are kept of every ``stride``-th epoch (and of the newest); 1 is all."""
        return self._stride

    @property
    def kept_bytes(self) -> int:
        """Bytes of weights that are held now."""
        return self._bytes

    @property
    def figure_bytes(self) -> int:
        """Bytes of figures that are held now."""
        return self._figures.bytes

    @property
    def figure_stride(self) -> int:
        """Figures are kept of every so many epochs (and of the newest); 1 is all."""
        return self._figures.stride

    def append(self, epoch: Epoch) -> None:
        """Record the next epoch.

        Raises:
            ValueError: if it is not the next one.
        """
        if epoch.number != self._length:
            raise ValueError(f"epoch {epoch.number} does not follow epoch {self.last}")
        with self._lock:
            self._figures.append(epoch.number, epoch.scalars)
            finite = np.isfinite(epoch.parameters).all(axis=1)
            for name in ("train_loss", "test_loss"):
                finite &= np.isfinite(getattr(epoch.scalars, name))
            self._diverged[(self._diverged < 0) & ~finite] = epoch.number
            self._keep(epoch.number, epoch.parameters)
            self._length += 1
            self._keep_no_more_than_figures()

    def _keep(self, number: int, parameters: NDArray[np.floating]) -> None:
        if self._order:
            before = self._order[-1]
            if before % self._stride:  # it was kept only for being the newest
                self._bytes -= self._kept.pop(self._order.pop()).nbytes
            else:
                self._kept[before] = self._pack(self._kept[before])
        self._kept[number] = parameters
        self._order.append(number)
        self._bytes += parameters.nbytes
        while self._bytes > self.budget and len(self._order) > 2:
            self._thin()

    def _keep_no_more_than_figures(self) -> None:
        while self._stride % self._figures.stride:
            self._thin()

    def _thin(self) -> None:
        self._stride *= 2
        for number in self._order[:-1]:
            if number % self._stride:
                self._bytes -= self._kept.pop(number).nbytes
        self._order = [number for number in self._order if number in self._kept]
        # What is left moves together, so that the blocks it shared with the rest can go.
        self._block = None
        for number in self._order[:-1]:
            self._kept[number] = self._pack(self._kept[number])

    def _pack(self, parameters: NDArray[np.floating]) -> NDArray[np.floating]:
        """The same numbers in a block with their neighbours; rows are written once, never again.

        Thousands of small arrays, made between others that come and go, leave the heap in
        pieces: after 5,000 epochs of the first lesson it was 60 MiB larger than what it held.
        """
        if parameters.nbytes > BLOCK_BYTES // 4:
            return parameters
        if self._block is None or self._filled == len(self._block):
            rows = BLOCK_BYTES // parameters.nbytes
            block = spacious((rows, *parameters.shape), parameters.dtype)
            self._block = cast("NDArray[np.floating]", block)
            self._filled = 0
        row: NDArray[np.floating] = self._block[self._filled]
        row[...] = parameters
        self._filled += 1
        return row

    def give_way(self, size: int) -> int:
        """Free ``size`` bytes of weights, or as many as there are, for another recording.

        Epochs are thinned out first, down to two; then all weights go. The figures stay. Returns
        the bytes that were freed.
        """
        with self._lock:
            before = self._bytes
            while before - self._bytes < size and len(self._order) > 2:
                self._thin()
            if before - self._bytes < size:
                self._kept, self._order, self._block, self._bytes = {}, [], None, 0
            return before - self._bytes

    def condense(self, size: int) -> int:
        """Free ``size`` bytes of figures, or as many as there are, for another recording.

        A few figures always stay. Returns the bytes that were freed.
        """
        with self._lock:
            before = self._figures.bytes
            # The first time that rows go, those that stay take three times the room.
            fewest = FEWEST_ROWS * (4 if self._figures.stride == 1 else 1)
            while before - self._figures.bytes < size and self._figures.rows > fewest:
                self._figures.thin()
                fewest = FEWEST_ROWS
            self._keep_no_more_than_figures()
            return before - self._figures.bytes

    def scalars(self) -> History:
        """The figures so far: read-only views with the epochs in front."""
        with self._lock:
            return self._figures.history()

    def at(self, epoch: int) -> At:
        """The nearest epoch, as in ``held``, with all that is known by now, at once.

        Raises:
            IndexError: while nothing has been recorded.
        """
        with self._lock:
            number = self._nearest(epoch)
            return At(number, self._kept[number], self._figures.history(), self._diverged.copy())

    def kept(self) -> Kept:
        """All that is held now, at once; see ``restored``."""
        with self._lock:
            return Kept(
                self.experiment, tuple(self._order), tuple(self._kept[n] for n in self._order),
                self._figures.saved(), self._stride, self._diverged.copy(), dict(self.versions),
            )  # fmt: skip

    @classmethod
    def restored(
        cls,
        experiment: Experiment,
        scalars: History,
        weights: Iterable[tuple[int, NDArray[np.floating]]],
        *,
        stride: int,
        diverged: NDArray[np.int_],
        budget: int = DEFAULT_BUDGET,
        figure_budget: int = FIGURE_BUDGET,
    ) -> Recording:
        """A recording of what another one held, to be appended to as if it were that one.

        Args:
            experiment: what was trained.
            scalars: its figures, of one epoch at least; they become its own.
            weights: the epochs whose weights were held, in order, with their parameters (K, P),
                which are copied one by one. Where they are more than the budget, they are thinned
                as they come.
            stride: as in ``Kept``.
            diverged: as in ``Kept``.
            budget: bytes of weights to keep.
            figure_budget: bytes of figures to keep.
        """
        recording = cls(experiment, budget)
        recording._figures = Figures.restored(scalars, figure_budget)
        recording._length = scalars.last + 1
        recording._stride = stride
        recording._keep_no_more_than_figures()
        recording._diverged = np.array(diverged)
        for number, parameters in weights:
            if number % recording._stride == 0 or number == recording.last:
                recording._keep(number, parameters.copy())
        return recording

    def diverged_at(self) -> NDArray[np.int_]:
        """The first epoch at which each lane was no longer finite, (K,); −1 where none."""
        with self._lock:
            return self._diverged.copy()

    def kept_epochs(self) -> list[int]:
        """The epochs whose weights are held, in order."""
        with self._lock:
            return list(self._order)

    def nearest(self, epoch: int) -> int:
        """The newest epoch at or before ``epoch`` whose weights are held.

        Raises:
            IndexError: while nothing has been recorded.
        """
        return self.held(epoch)[0]

    def held(self, epoch: int) -> tuple[int, NDArray[np.floating]]:
        """The nearest epoch and its parameters, at once: between two calls it may be dropped.

        Raises:
            IndexError: while nothing has been recorded.
        """
        with self._lock:
            number = self._nearest(epoch)
            return number, self._kept[number]

    def _nearest(self, epoch: int) -> int:
        if not self._order:
            raise IndexError("nothing has been recorded yet")
        return self._order[max(bisect_right(self._order, epoch) - 1, 0)]

    def parameters(self, epoch: int) -> NDArray[np.floating]:
        """The parameters (K, P) of an epoch whose weights are held, not to be written to.

        Raises:
            KeyError: if they are not held (see ``nearest``).
        """
        with self._lock:
            return self._kept[epoch]
