"""The figures of training: of one epoch, and of all that are kept."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PER_LAYER = (
    "gradient_norm", "weight_norm", "update_ratio", "distance", "activation_deviation",
    "dead_share", "saturated_share",
)  # fmt: skip
"""The scalars that every layer has of its own."""


@dataclass(frozen=True)
class Scalars:
    """The figures of one epoch (leading axis absent) or of several (leading axis: epochs).

    Attributes:
        train_loss, test_loss: mean loss of the task, (..., K).
        train_score, test_score: accuracy, 0 to 1, or R² (1 at most), (..., K).
        gradient_norm: ‖∂L/∂W‖ of each layer on the last batch (at epoch 0 the first, before its
            step), the L2 penalty's part included, (..., K, L).
        weight_norm: ‖W‖ of each layer, (..., K, L).
        update_ratio: ‖ΔW‖/‖W‖ of the last step, 0 at epoch 0 and where W and ΔW are 0,
            (..., K, L).
        distance: ‖W − W₀‖ of each layer from its first weights, (..., K, L).
        activation_deviation: standard deviation of each layer's activations on a few training
            points, of the logits for the output, (..., K, L).
        dead_share: share of neurons that are exactly 0 on all of these points, (..., K, L).
        saturated_share: share of activations in saturation; NaN where φ does not saturate, and
            for the output, (..., K, L).
    """

    train_loss: Array
    test_loss: Array
    train_score: Array
    test_score: Array
    gradient_norm: Array
    weight_norm: Array
    update_ratio: Array
    distance: Array
    activation_deviation: Array
    dead_share: Array
    saturated_share: Array

    def take(self, places: NDArray[np.int_] | slice, axis: int = 0) -> Scalars:
        """These places of an axis of every figure."""
        at = (slice(None),) * axis + (places,)
        return Scalars(**{f.name: getattr(self, f.name)[at] for f in fields(Scalars)})


@dataclass(frozen=True)
class History(Scalars):
    """The figures of a recording: a row for every epoch, or for some of a long one.

    A row's figures are those of its epoch, exactly. Of a long recording every ``stride``-th epoch
    has a row, and the newest, and a few in between; ``row`` finds an epoch's. So that no spike is
    lost, ``low`` and ``high`` have the extremes of all epochs since the last one on the stride.

    Attributes:
        epochs: the epoch of every row, (E,), rising from 0.
        stride: every so many epochs there is a row at least; 1 is all.
        lows, highs: the least and the greatest of each figure since the row on the stride before,
            NaN where one of them is; None where every epoch has its row.
    """

    epochs: NDArray[np.int_]
    stride: int = 1
    lows: Scalars | None = None
    highs: Scalars | None = None

    @classmethod
    def of(cls, scalars: Scalars, epochs: NDArray[np.int_] | None = None) -> History:
        """The history that these rows are; of every epoch from 0 on where it is not said."""
        figures: dict[str, Any] = {f.name: getattr(scalars, f.name) for f in fields(Scalars)}
        if epochs is None:
            epochs = np.arange(len(scalars.train_loss))
        return cls(**figures, epochs=epochs)

    @property
    def last(self) -> int:
        """The newest epoch, −1 where there is none."""
        return int(self.epochs[-1]) if len(self.epochs) else -1

    @property
    def low(self) -> Scalars:
        """The least of every row's epochs."""
        return self if self.lows is None else self.lows

    @property
    def high(self) -> Scalars:
        """The greatest of every row's epochs."""
        return self if self.highs is None else self.highs

    def row(self, epoch: int) -> int:
        """The row of an epoch; where it has none, of the newest one before it that has."""
        return max(int(np.searchsorted(self.epochs, epoch, side="right")) - 1, 0)

    def regular(self) -> NDArray[np.int_]:
        """The rows on the stride and the newest: the same whoever looked at the recording."""
        on = self.epochs % self.stride == 0
        on[-1:] = True
        return np.flatnonzero(on)

    def until(self, epoch: int) -> History:
        """The rows up to an epoch, its own included."""
        return self.rows(slice(0, int(np.searchsorted(self.epochs, epoch, side="right"))))

    def rows(self, places: NDArray[np.int_] | slice) -> History:
        """Some of the rows."""
        return self._taken(places, 0, self.epochs[places])

    def of_lanes(self, places: NDArray[np.int_]) -> History:
        """The figures of some lanes, in this order."""
        return self._taken(places, 1, self.epochs)

    def _taken(
        self, places: NDArray[np.int_] | slice, axis: int, epochs: NDArray[np.int_]
    ) -> History:
        extremes = [
            None if each is None else each.take(places, axis) for each in (self.lows, self.highs)
        ]
        figures = vars(self.take(places, axis))
        return dataclasses.replace(
            self, **figures, epochs=epochs, lows=extremes[0], highs=extremes[1]
        )
