"""The same network in plain PyTorch, with autograd: what the engine is held to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from initviz.layout import layout

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda z: z * 1,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": lambda z: F.leaky_relu(z, 0.01),
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "mish": F.mish,
    "sin": torch.sin,
}
"""What torch calls the activations; a new entry of the catalogue needs its line."""


@dataclass
class Plain:
    """One lane: the parameters as leaves, and what one forward pass left."""

    weights: list[Tensor]
    biases: list[Tensor]
    preactivations: list[Tensor]
    activations: list[Tensor]
    loss: Tensor

    @property
    def logits(self) -> Tensor:
        return self.preactivations[-1]


def leaves(row: Tensor, sizes: Sequence[int]) -> tuple[list[Tensor], list[Tensor]]:
    """Weights (fan_in, fan_out) and biases of every layer, to be differentiated by."""
    slots = layout(sizes)
    weights = [row[s.start : s.middle].view(s.fan_in, s.fan_out) for s in slots]
    biases = [row[s.middle : s.stop] for s in slots]
    return (
        [w.detach().clone().requires_grad_() for w in weights],
        [b.detach().clone().requires_grad_() for b in biases],
    )


MEAN_LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "binary": F.binary_cross_entropy_with_logits,
    "classes": lambda z, y: F.cross_entropy(z, y.argmax(dim=1)),
    "regression": F.mse_loss,
}
"""What torch calls the losses of the tasks."""


def run(
    weights: list[Tensor],
    biases: list[Tensor],
    name: str,
    x: Tensor,
    y: Tensor,
    task: str = "binary",
) -> Plain:
    """Forward to the mean loss; y is (n, outputs)."""
    value, z, a = x, [], []
    for weight, bias in zip(weights, biases, strict=True):
        z.append(value @ weight + bias)
        z[-1].retain_grad()
        if weight is not weights[-1]:
            value = FUNCTIONS[name](z[-1])
            a.append(value)
    return Plain(weights, biases, z, a, MEAN_LOSSES[task](z[-1], y))


def differentiate(
    row: Tensor, sizes: Sequence[int], name: str, x: Tensor, y: Tensor, task: str = "binary"
) -> Plain:
    """Forward and backward for one lane's row of parameters; gradients are in ``.grad``."""
    plain = run(*leaves(row, sizes), name, x, y, task)
    plain.loss.backward()
    return plain
