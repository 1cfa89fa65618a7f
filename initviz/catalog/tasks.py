"""Tasks: what a network is asked for; the loss and the score follow from it.

The formulas stand here, their tensor operations in ``initviz.engine.losses``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One kind of question that a dataset asks.

    Attributes:
        name: its name in files and code.
        loss: what training lowers.
        loss_formula: the mean over the samples of this; z are the network's outputs.
        score: what people read instead of the loss; 1 is the best there is.
        score_help: one sentence on the score.
    """

    name: str
    loss: str
    loss_formula: str
    score: str
    score_help: str

    def guessing_loss(self, classes: int) -> float:
        """The loss of a network that knows nothing: log C for C equal classes.

        For a regression it is 1, the variance of the standardised target.
        """
        return 1.0 if self is REGRESSION else math.log(max(classes, 2))

    def guessing_score(self, classes: int) -> float:
        """The score of a network that knows nothing: 1/C for C equal classes, R² = 0."""
        return 0.0 if self is REGRESSION else 1 / max(classes, 2)

    def guessing_text(self, classes: int) -> str:
        """``guessing_loss`` as people write it."""
        return "1" if self is REGRESSION else f"log {max(classes, 2)}"

    def score_text(self, score: float) -> str:
        """A score as people read it beside its name: "93 %", or "0.93" for an R²."""
        if self is not REGRESSION:
            return f"{100 * score:.0f} %"
        # A network that answers wildly has an R² far below 0, in digits that say nothing.
        if score <= -10:
            return "< −10"
        return f"{round(score, 2) + 0.0:.2f}".replace("-", "−")


_ACCURACY = "Share of right answers."

BINARY = Task(
    "binary", "binary cross-entropy", "log(1 + eᶻ) − y z,  y ∈ {0, 1}", "accuracy", _ACCURACY
)
CLASSES = Task(
    "classes", "cross-entropy", "log Σ eᶻ − z_y,  y the right class", "accuracy", _ACCURACY
)
REGRESSION = Task(
    "regression", "mean squared error", "(z − y)²,  y standardised", "R²",
    "Share of the target's variance that is explained: 1 − Σ(z − y)² / Σ(y − ȳ)²; 0 is guessing "
    "the mean, and below 0 is worse.",
)  # fmt: skip

TASKS = {task.name: task for task in (BINARY, CLASSES, REGRESSION)}
