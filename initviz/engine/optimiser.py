"""From a gradient to a step, for all lanes at once.

The rules are those of torch.optim, which the tests hold them to; a few in-place operations on
the stacked parameters cost a tenth of torch.optim's step on networks of this size.
"""

from __future__ import annotations

import torch
from torch import Tensor

MOMENTUM = 0.9
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


class SGD:
    """W ← W − η G, with η of the shape of W, or one number for all."""

    def __init__(self, parameters: Tensor, rate: Tensor | float) -> None:
        self.parameters = parameters
        self.rate = rate

    def step(self, gradient: Tensor) -> None:
        """Change the parameters in place by one step against ``gradient``, of their shape."""
        if isinstance(self.rate, float):
            self.parameters.sub_(gradient, alpha=self.rate)
        else:
            self.parameters.addcmul_(gradient, self.rate, value=-1)


class Momentum(SGD):
    """V ← μ V + G, W ← W − η V, as torch.optim.SGD(momentum=0.9)."""

    def __init__(self, parameters: Tensor, rate: Tensor | float) -> None:
        super().__init__(parameters, rate)
        self.velocity = torch.zeros_like(parameters)

    def step(self, gradient: Tensor) -> None:
        """Change the parameters in place by one step against ``gradient``, of their shape."""
        self.velocity.mul_(MOMENTUM).add_(gradient)
        super().step(self.velocity)


class Adam(SGD):
    """Kingma & Ba 2015, as torch.optim.Adam with its default settings."""

    def __init__(self, parameters: Tensor, rate: Tensor | float) -> None:
        super().__init__(parameters, rate)
        self.first = torch.zeros_like(parameters)
        self.second = torch.zeros_like(parameters)
        self.direction = torch.empty_like(parameters)
        self.count = 0

    def step(self, gradient: Tensor) -> None:
        """Change the parameters in place by one step against ``gradient``, of their shape."""
        self.count += 1
        self.first.lerp_(gradient, 1 - BETA_1)
        self.second.mul_(BETA_2).addcmul_(gradient, gradient, value=1 - BETA_2)
        unbias_1, unbias_2 = 1 - BETA_1**self.count, 1 - BETA_2**self.count
        torch.sqrt(self.second, out=self.direction)
        self.direction.div_(unbias_2**0.5).add_(EPSILON)
        torch.div(self.first, self.direction, out=self.direction)
        self.direction.div_(unbias_1)
        super().step(self.direction)


OPTIMISERS = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
