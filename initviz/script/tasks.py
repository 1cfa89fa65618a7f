"""What a script needs of its task: the loss that it lowers and the score that it prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TaskCode:
    """One task in PyTorch's words.

    Attributes:
        loss: an instance of its loss.
        score: the body of ``score(z, y)``, for outputs z and what they should be, y.
        help: its docstring.
    """

    loss: str
    score: str
    help: str


TASK_CODES = {
    "binary": TaskCode(
        "nn.BCEWithLogitsLoss()",
        """\
    right = torch.where(y > 0.5, z > 0, z <= 0)
    return right.double().mean()""",
        "The share of right answers; NaN is a wrong one.",
    ),
    "classes": TaskCode(
        "nn.CrossEntropyLoss()",
        """\
    right = (z.argmax(dim=1) == y) & ~z.isnan().any(dim=1)
    return right.double().mean()""",
        "The share of right answers; NaN is a wrong one.",
    ),
    "regression": TaskCode(
        "nn.MSELoss()",
        """\
    return 1 - (z - y).square().sum() / (y - y.mean()).square().sum()""",
        "R², the share of the target's variance that is explained.",
    ),
}
"""By the name of the task."""

OPTIMISER_CODES = {
    "sgd": "torch.optim.SGD({parameters}, lr={rate})",
    "momentum": "torch.optim.SGD({parameters}, lr={rate}, momentum=0.9)",
    "adam": "torch.optim.Adam({parameters}, lr={rate})",
}
"""By the name of the optimiser."""
