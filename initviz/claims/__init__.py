"""Claims: sentences of a lesson, each with the measurement that proves it.

A claim is judged from a snapshot, like a finding: by numbers alone. ``MEASUREMENTS`` says what
can be measured; a claim says of which lane, when, and what is expected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from initviz.catalog.parameter import Values
from initviz.claims.measurements import MEASUREMENTS, Measurement, Needs
from initviz.experiment import Experiment
from initviz.findings.words import number
from initviz.snapshot import Snapshot

__all__ = ["MEASUREMENTS", "Claim", "ClaimError", "Judgement", "State", "judge", "read_claim"]


class ClaimError(ValueError):
    """A claim that cannot be judged; the message says what to write instead."""


class State(Enum):
    """What is known of a claim; the value is its mark in the window."""

    WAITING = "○"
    MET = "✓"
    UNMET = "✗"


@dataclass(frozen=True)
class Judgement:
    """What became of a claim: the state, the measured figure, and the figure as people read it."""

    state: State
    value: float = math.nan
    text: str = ""


WAITING = Judgement(State.WAITING)


@dataclass(frozen=True)
class Claim:
    """One sentence and its proof.

    Attributes:
        text: the sentence.
        measure: a name in ``MEASUREMENTS``.
        lane: the lane's place in the experiment, from 0.
        at: the epoch that is judged; −1 for the experiment's last, None for every epoch shown.
        low, high: the closed range in which the figure is expected.
        options: of the measurement.
    """

    text: str
    measure: str
    lane: int
    at: int | None
    low: float
    high: float
    options: Mapping[str, Any]

    @property
    def measurement(self) -> Measurement:
        """The registry's entry."""
        return MEASUREMENTS[self.measure]

    @property
    def expected(self) -> str:
        """The range in words."""
        low, high = _write(self.low, self.measurement), _write(self.high, self.measurement)
        if self.low == self.high:
            return low
        if math.isinf(self.high):
            return f"≥ {low}" if math.isfinite(self.low) else "anything"
        return f"≤ {high}" if math.isinf(self.low) else f"{low} to {high}"

    def epoch(self, experiment: Experiment) -> int | None:
        """The epoch at which it is judged; None for every one."""
        return experiment.epochs if self.at == -1 else self.at


def judge(claim: Claim, snapshot: Snapshot) -> Judgement:
    """Judge a claim from a snapshot of its lesson's experiment.

    Returns:
        WAITING where the snapshot is not of the epoch that counts, or lacks the part that is
        measured. Figures of the history are read at their epoch as soon as it is recorded; those of
        a long run that has not kept enough of them for an answer are waited for, too.
    """
    wanted, needs = claim.epoch(snapshot.experiment), claim.measurement.needs
    if needs in (Needs.RUN, Needs.HISTORY):
        at = snapshot.epoch if wanted is None else wanted
        kept = at == snapshot.history.epochs[snapshot.history.row(at)]
        if snapshot.history.last < at or (needs is Needs.HISTORY and not kept):
            return WAITING
        snapshot = _at(snapshot, at)
    elif (
        (wanted is not None and wanted != snapshot.epoch)
        or not snapshot.layers
        or (needs is Needs.BOUNDARY and snapshot.boundary is None)
    ):
        return WAITING
    options = {**claim.measurement.options, **claim.options}
    measurement = claim.measurement
    with np.errstate(all="ignore"):
        value = low = high = measurement.measure(snapshot, claim.lane, options)
        if measurement.bounds is not None:
            low, high = measurement.bounds(snapshot, claim.lane, options)
    met = claim.low <= low and high <= claim.high
    if low < high and not met and low <= claim.high and claim.low <= high:
        return WAITING  # it may be met, or not
    return Judgement(State.MET if met else State.UNMET, value, _write(value, claim.measurement))


def _at(snapshot: Snapshot, epoch: int) -> Snapshot:
    """The same history, seen from another epoch."""
    return Snapshot(
        snapshot.experiment, epoch, (), snapshot.plane, None, snapshot.history,
        snapshot.diverged_at,
    )  # fmt: skip


def _write(value: float, measurement: Measurement) -> str:
    if measurement.unit == "epoch":
        return f"epoch {value:.0f}" if math.isfinite(value) else "never"
    if measurement.unit == "%" and math.isfinite(value):
        return f"{100 * value:.1f} %".replace(".0 %", " %")
    return number(value)


_RANGE = re.compile(r"(==|<=|>=)?\s*([-+.\deEinf]+)(?:\s*\.\.\s*([-+.\deEinf]+))?")


def read_claim(fields: Mapping[str, Any], experiment: Experiment) -> Claim:
    """A claim from the fields of its table in a lesson's file.

    ``lane`` counts from 1; ``at`` is "start", "end", "always" or an epoch; ``expect`` is "== 0",
    "<= 1e-6", ">= 0.9" or "0.4 .. 0.6"; all other keys are options of the measurement.

    Raises:
        ClaimError: if it cannot be judged.
    """
    rest = dict(fields)
    try:
        text, measure, expect = (str(rest.pop(key)) for key in ("text", "measure", "expect"))
    except KeyError as error:
        raise ClaimError(
            f"claim: {error.args[0]} is missing; write text, measure, expect"
        ) from None
    where = f'claim "{text}"'
    if measure not in MEASUREMENTS:
        raise ClaimError(
            f"{where}: {measure} is not known; choose one of {', '.join(MEASUREMENTS)}"
        )
    lane, at = rest.pop("lane", 1), rest.pop("at", "end")
    if not 1 <= lane <= len(experiment.lanes):
        raise ClaimError(f"{where}: lane {lane} is not there; write 1 to {len(experiment.lanes)}")
    epochs = {"start": 0, "end": -1, "always": None}
    if at not in epochs and not (isinstance(at, int) and 0 <= at <= experiment.epochs):
        raise ClaimError(
            f'{where}: at "{at}" is no time; write start, end, always or 0 to {experiment.epochs}'
        )
    needs, at_any_time = MEASUREMENTS[measure].needs, (Needs.RUN, Needs.HISTORY)
    if isinstance(at, int) and 0 < at < experiment.epochs and needs not in at_any_time:
        raise ClaimError(
            f"{where}: {measure} is measured on the epoch that is shown; write start, end or always"
        )
    known = MEASUREMENTS[measure].options
    missing = [name for name, usual in known.items() if usual is None and name not in rest]
    unknown = [name for name in rest if name not in known]
    if missing or unknown:
        wrong = f"{unknown[0]} is not known" if unknown else f"{missing[0]} is missing"
        raise ClaimError(f"{where}: {wrong}; {measure} takes {', '.join(known) or 'no options'}")
    match = _RANGE.fullmatch(expect.strip())
    if match is None:
        raise ClaimError(f'{where}: "{expect}" is no range; write == 0, <= 1e-6 or 0.4 .. 0.6')
    sign, first = match[1], float(match[2])
    low = -math.inf if sign == "<=" else first
    high = math.inf if sign == ">=" else float(match[3]) if match[3] else first
    return Claim(text, measure, lane - 1, epochs.get(at, at), low, high, Values(rest))
