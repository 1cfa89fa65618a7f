"""How well the findings name what is the matter: precision and recall on labelled experiments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.labelled import GROUPS, Case, Group
from benchmarks.table import Table
from initviz.engine import probe, record
from initviz.findings import Finding, Symptom, diagnose
from initviz.parts import Wanted

FINE = {Symptom.HEALTHY, Symptom.LEARNING}


@dataclass(frozen=True)
class Judged:
    """One labelled case at one time, and what the findings said."""

    case: Case
    when: str
    expected: frozenset[Symptom]
    finding: Finding

    @property
    def right(self) -> bool:
        """Whether the name that was given is one of those that are right."""
        return self.finding.symptom in self.expected

    @property
    def sick(self) -> bool:
        """Whether something is the matter, by the label."""
        return not self.expected & FINE


def judge(group: Group) -> Iterator[Judged]:
    """Train a group, and judge its cases before the first step and after the last."""
    recording = record(group.experiment)
    for when, epoch in (("start", 0), ("end", recording.last)):
        findings = diagnose(probe(recording, epoch, Wanted(grid=0)))
        for case, finding in zip(group.cases, findings, strict=True):
            expected = case.start if when == "start" else case.end
            if expected is not None:
                yield Judged(case, when, frozenset(expected), finding)


def summary(title: str, judged: Sequence[Judged]) -> Table:
    """Precision and recall of every symptom that is expected or was named."""
    table = Table(title, ("symptom", "labels", "precision", "recall"), "")
    names = [s for s in Symptom if any(s in j.expected or s is j.finding.symptom for j in judged)]
    for symptom in [s for s in names if s not in FINE]:
        named = [j for j in judged if j.finding.symptom is symptom]
        # A case with several right names counts for the one it got, or for all if it got none.
        meant = [
            j for j in judged
            if symptom in j.expected and (not j.right or j.finding.symptom is symptom)
        ]  # fmt: skip
        right = [j for j in named if j.right]
        table.add(
            symptom.value, len(meant),
            f"{len(right)}/{len(named)}", f"{len(right)}/{len(meant)}",
        )  # fmt: skip
    sick = [j for j in judged if j.sick]
    fine = [j for j in judged if not j.sick]
    called = [j for j in fine if j.finding.symptom not in FINE]
    named_right = [j for j in sick if j.right]
    table.add("sick, named rightly", len(sick), "", f"{len(named_right)}/{len(sick)}")
    table.add("sound, called sick", len(fine), "", f"{len(called)}/{len(fine)}")
    return table


def remedies(group: Group) -> Iterator[tuple[Case, str, Symptom | None]]:
    """Train what is advised at the end of a group; the case, the remedy, and what became of it.

    The symptom is None where nothing is advised for a lane that is sick.
    """
    recording = record(group.experiment)
    findings = diagnose(probe(recording, recording.last, Wanted(grid=0)))
    advised = [(c, f.remedy) for c, f in zip(group.cases, findings, strict=True)
               if f.symptom not in FINE]  # fmt: skip
    lanes = {remedy.lane: remedy for _, remedy in advised if remedy}
    became: dict[object, Symptom] = {}
    if lanes:
        tried = record(group.experiment.replace(lanes=tuple(lanes)))
        found = diagnose(probe(tried, tried.last, Wanted(grid=0)))
        became = {lane: f.symptom for lane, f in zip(lanes, found, strict=True)}
    for case, remedy in advised:
        label = remedy.label if remedy else "nothing"
        yield case, label, became[remedy.lane] if remedy else None


def run(quick: bool) -> list[Table]:
    groups = GROUPS[::3] if quick else GROUPS
    judged = [each for group in groups for each in judge(group)]
    wrong = Table("Named otherwise", ("case", "when", "expected", "found"), "")
    for each in judged:
        if not each.right:
            expected = " or ".join(sorted(symptom.value for symptom in each.expected))
            held = " (held out)" if each.case.held_out else ""
            wrong.add(each.case.name + held, each.when, expected, each.finding.symptom.value)
    advised = [each for group in groups for each in remedies(group)]
    helped = sum(symptom in FINE for _, _, symptom in advised)
    mended = Table("Remedies", ("case", "remedy", "became"), f"{helped} of {len(advised)} mend")
    for case, label, symptom in advised:
        if symptom not in FINE:
            mended.add(case.name, label, symptom.value if symptom else "–")
    return [
        summary("The half that was tuned on", [j for j in judged if not j.case.held_out]),
        summary("The half kept apart", [j for j in judged if j.case.held_out]),
        wrong,
        mended,
    ]
