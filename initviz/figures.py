"""The figures that a recording keeps: of every epoch, or of every few of a long one.

Rows are written once and never again, so that readers may hold views of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from initviz.history import PER_LAYER, Array, History, Scalars
from initviz.pages import spacious

FIGURE_BUDGET = 64 * 2**20
"""Bytes of figures that a recording keeps."""

MOST_ROWS = 2**16
"""Rows that a recording keeps, however small they are: views go through all of them."""

FIRST_ROWS = 64
"""Rows that there is room for at the beginning."""

SPARE = 256
"""Rows for epochs that somebody looked at when they were the newest."""

Table = TypeVar("Table", NDArray[np.float64], NDArray[np.int64])
NAMES = tuple(Scalars.__dataclass_fields__)


class Figures:
    """A table of rows; not safe to be used by two threads at once.

    Past its budget it keeps every second row, and for each row the least and the greatest of the
    epochs since the one before, which take twice as much room again.

    Args:
        lanes, layers: of the experiment.
        budget: bytes to keep; two rows are kept whatever it is.

    Attributes:
        stride: every so many epochs there is a row.
    """

    def __init__(self, lanes: int, layers: int, budget: int = FIGURE_BUDGET) -> None:
        self.budget, self.stride = budget, 1
        self._shapes = {n: (lanes, layers) if n in PER_LAYER else (lanes,) for n in NAMES}
        sizes = [int(np.prod(shape)) for shape in self._shapes.values()]
        self._ends = np.cumsum(sizes).tolist()
        self._count = self._regular = 0
        rows = min(FIRST_ROWS, self._most)
        self._epochs = np.empty(rows, dtype=np.int64)
        self._tables = {name: np.empty((rows, *shape)) for name, shape in self._shapes.items()}
        self._lows = self._highs = np.empty((0, self._width))
        # The extremes since the last row on the stride, and the newest epoch if it has no row.
        self._since: tuple[Array, Array] | None = None
        self._newest: tuple[int, Scalars] | None = None

    @classmethod
    def restored(cls, history: History, budget: int = FIGURE_BUDGET) -> Figures:
        """What another one had ``saved``; its arrays become this one's own."""
        _, lanes, layers = history.gradient_norm.shape
        figures = cls(lanes, layers, budget)
        figures.stride = history.stride
        figures._tables = {name: getattr(history, name) for name in NAMES}
        figures._epochs = history.epochs
        figures._count = len(history.epochs)
        figures._regular = int((history.epochs % history.stride == 0).sum())
        if history.stride > 1:
            figures._lows, figures._highs = (_flat(vars(e)) for e in (history.low, history.high))
            if history.last % history.stride:
                figures._since = figures._lows[-1].copy(), figures._highs[-1].copy()
        while figures._regular > figures._most:
            figures.thin()
        return figures

    @property
    def bytes(self) -> int:
        """Bytes of the rows that are kept now."""
        return self._count * self._row_bytes

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self._count

    @property
    def _width(self) -> int:
        return int(self._ends[-1])

    @property
    def _row_bytes(self) -> int:
        return 8 + 8 * self._width * (1 if self.stride == 1 else 3)

    @property
    def _most(self) -> int:
        """Rows on the stride that the budget has room for."""
        return max(2, min(MOST_ROWS, self.budget // self._row_bytes))

    def append(self, number: int, scalars: Scalars) -> None:
        """Take the figures of the next epoch."""
        if number % self.stride == 0:
            while self._regular >= self._most:
                self.thin()
        if self.stride > 1:
            row = _flat_row(scalars)
            self._see(row, row)
        if number % self.stride:
            self._newest = number, scalars
            return
        self._write(number, scalars)
        self._regular += 1
        self._since = self._newest = None

    def history(self) -> History:
        """What is kept, the newest epoch included, as read-only views.

        The newest epoch has its row from now on, for those who hold this history, until the next
        time that rows are moved together.
        """
        if self._newest is not None:
            number, scalars = self._newest
            self._newest = None
            self._write(number, scalars)
        views = {name: table[: self._count] for name, table in self._tables.items()}
        epochs = self._epochs[: self._count]
        for view in (*views.values(), epochs):
            view.flags.writeable = False
        history = History.of(Scalars(**views), epochs)
        if self.stride == 1:
            return history
        lows, highs = (self._named(e[: self._count]) for e in (self._lows, self._highs))
        return replace(history, stride=self.stride, lows=lows, highs=highs)

    def saved(self) -> History:
        """The rows on the stride and the newest: the same whoever looked at it meanwhile."""
        history = self.history()
        regular = history.regular()
        return history if len(regular) == self._count else history.rows(regular)

    def thin(self) -> None:
        """Keep every second of the rows on the stride."""
        on = np.flatnonzero(self._epochs[: self._count] % self.stride == 0)
        if self.stride == 1:
            lows = highs = _flat({name: table[on] for name, table in self._tables.items()})
        else:
            lows, highs = self._lows[on], self._highs[on]
        last = self._count - 1
        if self._newest is None and last >= 0:
            row = Scalars(**{name: table[last].copy() for name, table in self._tables.items()})
            self._newest = int(self._epochs[last]), row
        self.stride *= 2
        kept = np.flatnonzero(self._epochs[on] % self.stride == 0)
        starts = np.concatenate([[0], kept[:-1] + 1])
        end = kept[-1] + 1
        if end < len(on):  # what comes after the last that is kept belongs to the next
            self._see(lows[end:].min(axis=0), highs[end:].max(axis=0))
        self._move(
            on[kept],
            np.minimum.reduceat(lows[:end], starts, axis=0),
            np.maximum.reduceat(highs[:end], starts, axis=0),
        )
        if self._newest is not None and self._newest[0] % self.stride == 0:
            self._newest = None  # it has a row

    def _see(self, low: Array, high: Array) -> None:
        if self._since is None:
            self._since = low.copy(), high.copy()
            return
        for known, new, least in zip(
            self._since, (low, high), (np.minimum, np.maximum), strict=True
        ):
            least(known, new, out=known)

    def _write(self, number: int, scalars: Scalars) -> None:
        if self._count == len(self._epochs):
            self._make_room()
        self._epochs[self._count] = number
        for name, table in self._tables.items():
            table[self._count] = getattr(scalars, name)
        if self.stride > 1:
            assert self._since is not None
            self._lows[self._count], self._highs[self._count] = self._since
        self._count += 1

    def _make_room(self) -> None:
        """Grow, or leave out the rows that are not on the stride."""
        most = self._most + (SPARE if self.stride > 1 else 0)
        if self._count < most:
            self._resize(min(max(2 * self._count, FIRST_ROWS), most))
            return
        on = np.flatnonzero(self._epochs[: self._count] % self.stride == 0)
        self._move(on, self._lows[on], self._highs[on])

    def _move(self, places: NDArray[np.int_], lows: Array, highs: Array) -> None:
        """Keep these rows, all on the stride, with these extremes."""
        self._count = self._regular = len(places)
        # Room for as many again, so that they need not be moved so soon.
        rows = max(self._count, min(2 * self._count + FIRST_ROWS, self._most + SPARE))
        self._epochs = _roomy(self._epochs[places], rows)
        for name, table in self._tables.items():
            self._tables[name] = _roomy(table[places], rows)
        self._lows, self._highs = _roomy(lows, rows), _roomy(highs, rows)

    def _resize(self, rows: int) -> None:
        self._epochs = _roomy(self._epochs, rows)
        for name, table in self._tables.items():
            self._tables[name] = _roomy(table, rows)
        if self.stride > 1:
            self._lows, self._highs = _roomy(self._lows, rows), _roomy(self._highs, rows)

    def _named(self, flat: Array) -> Scalars:
        """Views of rows of extremes by the figures' names."""
        flat.flags.writeable = False
        starts = [0, *self._ends[:-1]]
        return Scalars(**{
            name: flat[:, start:end].reshape(len(flat), *shape)
            for (name, shape), start, end in zip(
                self._shapes.items(), starts, self._ends, strict=True
            )
        })  # fmt: skip


def _roomy(table: Table, rows: int) -> Table:
    """A copy with room for so many rows; readers may still hold views of the old table."""
    larger = cast("Table", spacious((rows, *table.shape[1:]), table.dtype))
    larger[: len(table)] = table
    return larger


def _flat(tables: dict[str, Array]) -> Array:
    """All figures of every row side by side, (rows, width)."""
    rows = [np.reshape(tables[name], (len(tables[name]), -1)) for name in NAMES]
    return np.concatenate(rows, axis=1)


def _flat_row(scalars: Scalars) -> Array:
    return np.concatenate([getattr(scalars, name).ravel() for name in NAMES])
