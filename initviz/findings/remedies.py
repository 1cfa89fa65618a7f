"""Remedies: which lane would mend a symptom, chosen from the numbers and the network's shape."""

from __future__ import annotations

import math
from collections.abc import Iterator

from initviz.catalog.activations import Activation
from initviz.catalog.schemes import SCHEMES, Worth
from initviz.experiment import LEARNING_RATE, Lane
from initviz.findings.finding import Remedy, Symptom
from initviz.findings.measures import Measures
from initviz.findings.thresholds import FAR, FIRST_SOUND, GENTLE, GENTLE_STEP, USUAL_ADAM

START = {
    Symptom.DEAD: "Start from weights that let the signal through",
    Symptom.SYMMETRIC: "Start from random weights, which tell the neurons apart",
    Symptom.EXPLODING: "Start from weights that keep the signal's size",
    Symptom.SATURATED: "Start from weights that keep the units off the flat parts",
    Symptom.VANISHING: "Start from weights that keep the gradient's size",
    Symptom.STUCK: "Start from weights that keep signal and gradient",
    Symptom.SLOW: "Start from weights that keep signal and gradient",
    Symptom.DIVERGED: "Start from weights that keep the signal's size",
    Symptom.UNSTABLE: "Start from weights that keep the signal's size",
}
"""What is advised where the start is to blame."""


THROWN_OFF = {
    Symptom.DIVERGED, Symptom.UNSTABLE, Symptom.EXPLODING, Symptom.SATURATED, Symptom.DEAD,
}  # fmt: skip
"""What steps that are too long can make of a sound start."""


def find_remedy(m: Measures, symptom: Symptom) -> Remedy | None:
    """A lane that would do better; None where nothing is the matter, or nothing is known.

    Where the loss was sound at first and the steps then overshot, shorter steps are the remedy;
    everywhere else other first weights are.
    """
    if symptom not in START:
        return None
    lane = m.experiment.lanes[m.lane]
    thrown_off = m.overshot or (m.loss[0] < FIRST_SOUND * m.guessing and m.diverged_at > 0)
    if thrown_off and symptom in THROWN_OFF:
        rate = gentle_rate(m)
        text = LEARNING_RATE.format(rate)
        return Remedy(
            f"The start was sound, the steps too long: learn with η = {text}.",
            f"η = {text}",
            lane.replace(learning_rate=rate, name="", colour=None),
        )
    if m.undershot and symptom is Symptom.VANISHING:
        usual = usual_rate(m)
        return Remedy(
            f"The steps are too short: learn with η = {usual:g}.", f"η = {usual:g}",
            lane.replace(learning_rate=usual, name="", colour=None),
        )  # fmt: skip
    far = symptom is Symptom.DIVERGED and m.experiment.learning_rate_of(lane) > FAR * usual_rate(m)
    advised = usual_rate(m) if far else lane.learning_rate
    there = {other.scheme for other in m.experiment.lanes if other.scale == 1}
    # What stands beside it already is the best advice: there is nothing to add, but to look at.
    for scheme in sorted(partners(m.experiment.activation_of(lane)), key=lambda s: s not in there):
        mended = Lane(scheme=scheme, activation=lane.activation, learning_rate=advised)
        apart = ("scheme", "values", "bias", "bias_values", "scale")
        if any(getattr(mended, name) != getattr(lane, name) for name in apart):
            source = mended.entry.source.split(",")[0]
            return Remedy(f"{START[symptom]}: {mended.title} ({source}).", mended.title, mended)
    return None


def usual_rate(m: Measures) -> float:
    """The learning rate that an optimiser usually has."""
    return float(USUAL_ADAM if m.experiment.optimiser == "adam" else LEARNING_RATE.default)


def gentle_rate(m: Measures) -> float:
    """A learning rate of one digit for steps of a size that training usually has."""
    rate = m.experiment.learning_rate_of(m.experiment.lanes[m.lane])
    usual = usual_rate(m)
    # Weights of 0 have no size that a step could be a part of.
    gentle = rate * GENTLE_STEP / m.first_step if m.first_step > 0 else usual
    rate = min(rate / GENTLE, gentle)
    if rate > FAR * usual:
        return usual
    power = 10.0 ** math.floor(math.log10(rate))
    digit = max(step for step in (1, 2, 5) if step * power <= rate * 1.001)
    return max(float(f"{digit * power:.1g}"), 1e-9)


def partners(activation: Activation) -> Iterator[str]:
    """Schemes that suit an activation, the best known first."""
    for scheme in SCHEMES.values():
        if scheme.worth is Worth.GOOD and activation.name in scheme.partners:
            yield scheme.name
