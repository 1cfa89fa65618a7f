"""Findings: what the numbers of one epoch say about each lane.

A finding is computed from measurements alone, never from the name of a scheme: a scheme that is
added next year is judged by what it does. ``RULES`` lists the symptoms from the most to the least
telling; each rule looks at one lane and says yes or nothing.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from initviz.findings.finding import Evidence, Finding, Remedy, Severity, Symptom
from initviz.findings.measures import measure
from initviz.findings.remedies import find_remedy
from initviz.findings.rules import RULES
from initviz.snapshot import Snapshot

__all__ = ["Evidence", "Finding", "Remedy", "Severity", "Symptom", "diagnose"]


def diagnose(snapshot: Snapshot) -> tuple[Finding, ...]:
    """The most telling symptom of every lane at the snapshot's epoch.

    Args:
        snapshot: with layers; its history is used up to its own epoch only.

    Returns:
        one finding for each lane, in the experiment's order; () if the layers are not there.
    """
    findings = []
    for measures in measure(snapshot):
        with np.errstate(all="ignore"):  # exploding figures are what is looked for
            first = next(finding for rule in RULES if (finding := rule(measures)))
            others: dict[Symptom, None] = {}
            if first.severity is not Severity.GOOD and first.symptom is not Symptom.DIVERGED:
                found = [finding for rule in RULES if (finding := rule(measures))]
                others = {f.symptom: None for f in found if f.severity is not Severity.GOOD}
                others.pop(first.symptom, None)
        findings.append(
            dataclasses.replace(
                first, also=tuple(others), remedy=find_remedy(measures, first.symptom)
            )
        )
    return tuple(findings)
