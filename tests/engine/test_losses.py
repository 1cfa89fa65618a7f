from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import r2_score
from torch import Tensor

from initviz.catalog.tasks import TASKS
from initviz.engine.losses import LOSSES

CLASSES, REGRESSION = LOSSES["classes"], LOSSES["regression"]


def normal(*shape: int, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def test_every_task_has_its_loss() -> None:
    assert list(LOSSES) == list(TASKS)


def test_the_loss_of_classes_is_the_cross_entropy_of_every_lane() -> None:
    z, labels = normal(3, 20, 5) * 4, torch.arange(20) % 5
    mine = CLASSES.losses(z, F.one_hot(labels, 5).double())
    for k in range(3):
        assert float(mine[k]) == pytest.approx(float(F.cross_entropy(z[k], labels)), rel=1e-12)


@pytest.mark.parametrize("count", [2, 3, 10])
def test_outputs_that_are_all_equal_have_a_loss_of_log_c(count: int) -> None:
    y = F.one_hot(torch.arange(30) % count, count).float()
    loss = CLASSES.losses(torch.zeros(2, 30, count), y)
    np.testing.assert_allclose(loss, math.log(count), atol=1e-5)
    assert TASKS["classes"].guessing_loss(count) == pytest.approx(math.log(count))


def test_two_classes_with_two_outputs_cost_what_one_output_costs() -> None:
    z, labels = normal(1, 40, 2) * 3, torch.arange(40) % 2
    two = CLASSES.losses(z, F.one_hot(labels, 2).double())
    one = LOSSES["binary"].losses(z[:, :, 1:] - z[:, :, :1], labels[:, None].double())
    torch.testing.assert_close(two, one)


def test_huge_outputs_have_finite_losses() -> None:
    z = torch.tensor([[[1e30, -1e30, 0.0]], [[-1e30, 1e30, 0.0]]])
    y = torch.tensor([[1.0, 0.0, 0.0]])
    assert CLASSES.losses(z, y).tolist() == pytest.approx([0.0, 2e30])
    # The square of 1e30 is beyond float32, and no reason for infinity.
    assert REGRESSION.losses(z[:, :, :1], y[:, :1]).tolist() == pytest.approx([1e60, 1e60])


def test_the_largest_output_wins_and_nan_never_does() -> None:
    z = torch.tensor([[[0.0, 2.0, 1.0]], [[3.0, 2.0, 1.0]], [[math.nan, 2.0, 1.0]]])
    y = torch.tensor([[0.0, 1.0, 0.0]])
    assert CLASSES.scores(z, y).tolist() == [1.0, 0.0, 0.0]


def test_the_score_of_a_regression_is_the_share_of_the_variance_it_explains() -> None:
    y, z = normal(50, 1) * 3 + 1, normal(2, 50, 1, seed=2)
    z[1] += y
    scores = REGRESSION.scores(z, y)
    for k in range(2):
        assert float(scores[k]) == pytest.approx(r2_score(y.numpy(), z[k].numpy()), rel=1e-12)
    mean = y.mean().expand(1, 50, 1)
    assert float(REGRESSION.scores(mean, y)[0]) == pytest.approx(0, abs=1e-12)


def test_a_target_that_never_changes_is_explained_exactly_or_not_at_all() -> None:
    y = torch.full((4, 1), 2.0)
    z = torch.stack([y, y + 0.1])
    assert REGRESSION.scores(z, y).tolist() == [1.0, 0.0]
