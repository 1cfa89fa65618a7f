from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import torch
from torch import Tensor

from initviz.engine.optimiser import OPTIMISERS
from initviz.experiment import OPTIMISER

TORCH: dict[str, Callable[[Iterable[Tensor], float], torch.optim.Optimizer]] = {
    "sgd": lambda p, rate: torch.optim.SGD(p, lr=rate),
    "momentum": lambda p, rate: torch.optim.SGD(p, lr=rate, momentum=0.9),
    "adam": lambda p, rate: torch.optim.Adam(p, lr=rate),
}


def gradients(count: int, shape: tuple[int, int]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    # Over many sizes, exact zeros among them, as training meets them.
    return [
        torch.randn(shape, generator=generator, dtype=torch.float64)
        * 10.0 ** torch.randint(-9, 3, shape, generator=generator)
        * (torch.rand(shape, generator=generator) > 0.1)
        for _ in range(count)
    ]


def test_every_optimiser_that_can_be_chosen_is_there() -> None:
    assert set(OPTIMISERS) == {choice.value for choice in OPTIMISER.options()} == set(TORCH)


@pytest.mark.parametrize("name", list(OPTIMISERS))
def test_a_hundred_steps_equal_those_of_torch(name: str) -> None:
    mine = torch.linspace(-1, 1, 60, dtype=torch.float64).view(3, 20).clone()
    theirs = mine.clone().requires_grad_()
    reference = TORCH[name]([theirs], 0.03)
    optimiser = OPTIMISERS[name](mine, 0.03)
    for gradient in gradients(100, (3, 20)):
        theirs.grad = gradient.clone()
        reference.step()
        optimiser.step(gradient)
        torch.testing.assert_close(mine, theirs.detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", list(OPTIMISERS))
def test_every_lane_may_have_a_rate_of_its_own(name: str) -> None:
    rates: list[float] = [1e-3, 0.1, 2.0]
    mine = torch.linspace(-1, 1, 60, dtype=torch.float64).view(3, 20).clone()
    theirs: list[Any] = [row.clone().requires_grad_() for row in mine]
    references = [TORCH[name]([row], rate) for row, rate in zip(theirs, rates, strict=True)]
    each = torch.tensor(rates, dtype=torch.float64)[:, None].expand(3, 20).contiguous()
    optimiser = OPTIMISERS[name](mine, each)
    for gradient in gradients(40, (3, 20)):
        optimiser.step(gradient)
        for row, reference, own in zip(theirs, references, gradient, strict=True):
            row.grad = own.clone()
            reference.step()
    torch.testing.assert_close(mine, torch.stack(theirs).detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", list(OPTIMISERS))
def test_a_gradient_of_exactly_zero_moves_nothing(name: str) -> None:
    parameters = torch.ones(2, 3, dtype=torch.float64)
    optimiser = OPTIMISERS[name](parameters, 0.5)
    for _ in range(5):
        optimiser.step(torch.zeros(2, 3, dtype=torch.float64))
    assert (parameters == 1).all()


@pytest.mark.parametrize("name", list(OPTIMISERS))
def test_a_step_leaves_the_gradient_as_it_was(name: str) -> None:
    gradient = gradients(1, (2, 5))[0]
    kept = gradient.clone()
    OPTIMISERS[name](torch.ones(2, 5, dtype=torch.float64), 0.5).step(gradient)
    assert torch.equal(gradient, kept)
