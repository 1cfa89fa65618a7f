"""The losses of the tasks: their derivative, their mean and the score that people read.

``initviz.catalog.tasks`` has the formulas. What the outputs should be, y, is laid out as
``initviz.engine.data.Split`` says, so that every loss takes the same two tensors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor


@dataclass(frozen=True)
class Loss:
    """A loss of K lanes at once.

    Attributes:
        delta: ``(z, y, out)``: write each sample's ∂ℓ/∂z, (K, outputs, rows), into ``out``;
            y is (outputs, rows).
        losses: ``(z, y)``: the mean loss of every lane, (K,), float64, for z (K, n, outputs) and
            y (n, outputs).
        scores: ``(z, y)``: the score of every lane, (K,), float64.
    """

    delta: Callable[[Tensor, Tensor, Tensor], Tensor]
    losses: Callable[[Tensor, Tensor], Tensor]
    scores: Callable[[Tensor, Tensor], Tensor]


def binary_delta(z: Tensor, y: Tensor, out: Tensor) -> Tensor:
    """σ(z) − y."""
    return torch.sigmoid(z, out=out).sub_(y)


def binary_losses(z: Tensor, y: Tensor) -> Tensor:
    """Binary cross-entropy of σ(z)."""
    # log(1 + exp(±z)); beyond the threshold it is ±z to the last digit of float64.
    each = functional.softplus(z * (1 - 2 * y), threshold=40)
    return each.mean(dim=(1, 2), dtype=torch.float64)


def binary_accuracies(z: Tensor, y: Tensor) -> Tensor:
    """Share of right answers; a NaN is a wrong answer."""
    right = torch.where(y > 0.5, z > 0, z <= 0)
    return right.mean(dim=(1, 2), dtype=torch.float64)


def class_delta(z: Tensor, y: Tensor, out: Tensor) -> Tensor:
    """softmax(z) − y."""
    return torch.softmax(z, dim=1, out=out).sub_(y)


def class_losses(z: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of softmax(z)."""
    right = z.gather(2, y.argmax(dim=1)[None, :, None].expand(len(z), -1, 1))[:, :, 0]
    return (torch.logsumexp(z, dim=2) - right).mean(dim=1, dtype=torch.float64)


def class_accuracies(z: Tensor, y: Tensor) -> Tensor:
    """Share of samples whose largest output is the right one; a NaN is a wrong answer."""
    right = (z.argmax(dim=2) == y.argmax(dim=1)) & ~z.isnan().any(dim=2)
    return right.mean(dim=1, dtype=torch.float64)


def squared_delta(z: Tensor, y: Tensor, out: Tensor) -> Tensor:
    """2 (z − y)."""
    return torch.sub(z, y, out=out).mul_(2)


def squared_losses(z: Tensor, y: Tensor) -> Tensor:
    """Mean squared error, in float64, where the squares of float32 cannot overflow."""
    return (z.double() - y.double()).square().mean(dim=(1, 2))


def explained_shares(z: Tensor, y: Tensor) -> Tensor:
    """R²; where the target never changes, 1 for the exact answer, and else 0."""
    y = y.double()
    error = (z.double() - y).square().sum(dim=(1, 2))
    spread = (y - y.mean(dim=0)).square().sum()
    if spread == 0:
        return torch.where(error == 0, 1.0, 0.0).double()
    shares: Tensor = 1 - error / spread
    return shares


LOSSES = {
    "binary": Loss(binary_delta, binary_losses, binary_accuracies),
    "classes": Loss(class_delta, class_losses, class_accuracies),
    "regression": Loss(squared_delta, squared_losses, explained_shares),
}
"""By the name of the task."""
