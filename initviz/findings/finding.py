"""What a finding is: one measured symptom of one lane, with its evidence and its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from initviz.experiment import Lane


class Symptom(Enum):
    """What can be the matter; the value is what the window calls it."""

    DIVERGED = "Diverged"
    POINTLESS = "Nothing to learn"
    DEAD = "Never learns"
    SYMMETRIC = "One neuron per layer"
    EXPLODING = "Exploding"
    SATURATED = "Saturated"
    VANISHING = "Vanishing"
    UNSTABLE = "Unstable"
    STUCK = "Stuck"
    SLOW = "Slow"
    LEARNING = "Learning"
    HEALTHY = "Healthy"


class Severity(Enum):
    """How much it matters."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Evidence:
    """One measured figure: what it is, its value, and the value as people read it."""

    label: str
    value: float
    text: str


@dataclass(frozen=True)
class Remedy:
    """What would mend a lane: a lane to try beside it.

    Attributes:
        advice: one sentence on what to do.
        label: the lane in a few words, for a button.
        lane: the lane itself; it takes a free colour of its own.
    """

    advice: str
    label: str
    lane: Lane


@dataclass(frozen=True)
class Finding:
    """One measured symptom of one lane.

    Attributes:
        lane: the lane's place in the experiment.
        symptom, severity: what it is and how much it matters.
        title: what the window calls it.
        reason: the measurement behind it, one or two short sentences.
        layers: the names of the layers where it shows, () for the lane as a whole.
        epochs: the first and the last epoch that it rests on.
        evidence: the figures behind it.
        also: other symptoms that the same numbers show, less telling ones.
        remedy: what would mend it; None where nothing needs mending.
    """

    lane: int
    symptom: Symptom
    severity: Severity
    title: str
    reason: str
    layers: tuple[str, ...] = ()
    epochs: tuple[int, int] = (0, 0)
    evidence: tuple[Evidence, ...] = ()
    also: tuple[Symptom, ...] = ()
    remedy: Remedy | None = None
