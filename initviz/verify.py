"""Verifying lessons: train them without a window, and judge every claim.

Claims about every epoch are judged at the start, after the first epoch, in the middle and at the
end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from initviz.catalog.lessons import Lesson
from initviz.claims import WAITING, Claim, Judgement, State, judge
from initviz.claims.measurements import Needs
from initviz.experiment import Experiment

GRID = 60
"""Cells on a side of the boundary that claims are judged on."""


@dataclass(frozen=True)
class Verified:
    """One claim of a lesson, judged on one or more seeds.

    Attributes:
        claim: what was judged.
        judgements: one for each seed.
    """

    claim: Claim
    judgements: tuple[Judgement, ...]

    @property
    def held(self) -> int:
        """On how many seeds it was met."""
        return sum(judgement.state is State.MET for judgement in self.judgements)

    @property
    def figures(self) -> str:
        """The measured figure, or the smallest and the largest of all seeds."""
        low = min(self.judgements, key=lambda judgement: judgement.value)
        high = max(self.judgements, key=lambda judgement: judgement.value)
        return low.text if low.text == high.text else f"{low.text} … {high.text}"


def verify(
    lesson: Lesson, seeds: int = 1, progress: Callable[[int], None] | None = None
) -> list[Verified]:
    """Train a lesson with its own seed and the ones after it, and judge its claims.

    Args:
        lesson: whose claims are judged.
        seeds: how many seeds to try.
        progress: called after every epoch with how many have been trained in all.

    Raises:
        DeviceError: if the lesson's device is not there.
    """
    experiment = lesson.experiment
    runs = []
    for number in range(seeds):
        seeded = experiment.replace(seed=experiment.seed + number)
        done = number * experiment.epochs
        runs.append(judge_claims(seeded, lesson.claims, _after(done, progress)))
    return [
        Verified(claim, tuple(run[place] for run in runs))
        for place, claim in enumerate(lesson.claims)
    ]


def _after(done: int, progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    """``progress`` for a training that comes after so many epochs."""
    return None if progress is None else lambda epoch: progress(done + epoch)


def judge_claims(
    experiment: Experiment,
    claims: tuple[Claim, ...],
    progress: Callable[[int], None] | None = None,
) -> list[Judgement]:
    """Train an experiment and judge claims about it, in their order."""
    from initviz.engine import probe, record
    from initviz.parts import Wanted

    recording = record(experiment, progress=progress)
    last = recording.last
    found = [WAITING] * len(claims)
    boundary = any(claim.measurement.needs is Needs.BOUNDARY for claim in claims)
    for epoch in sorted({0, min(1, last), last // 2, last}):
        snapshot = probe(recording, epoch, Wanted(grid=GRID if boundary else 0))
        for place, claim in enumerate(claims):
            # What must hold at every epoch is lost at the first where it does not.
            if found[place].state is not State.UNMET:
                judged = judge(claim, snapshot)
                if judged.state is not State.WAITING:
                    found[place] = judged
    return found
