"""The labelled set, as far as it is quick; ``python -m benchmarks diagnosis`` judges all of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.diagnosis import FINE, Judged, judge, remedies
from benchmarks.labelled import CASES, GROUPS, Group
from initviz.findings import Severity, Symptom, thresholds

QUICK = [
    group
    for group in GROUPS
    if len(group.experiment.hidden) <= 5 and group.experiment.sizes[0] < 100
][::2]
DOCS = Path(__file__).parents[2] / "docs" / "findings.md"


def test_the_set_is_large_and_half_of_it_is_kept_apart() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    held = sum(case.held_out for case in CASES)
    assert 0.4 < held / len(CASES) < 0.6
    labels = Counter(symptom for case in CASES for symptom in case.start or ())
    for symptom in (Symptom.DEAD, Symptom.SYMMETRIC, Symptom.VANISHING, Symptom.EXPLODING):
        assert labels[symptom] >= 4


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return [each for group in QUICK for each in judge(group)]


def test_no_sound_lane_is_called_sick_but_for_a_note(judged: list[Judged]) -> None:
    sound = [each for each in judged if not each.sick]
    assert len(sound) > 20
    wrong = [each for each in sound if each.finding.severity is Severity.BAD]
    assert [each.case.name for each in wrong] == []


def test_the_sick_are_named_rightly(judged: list[Judged]) -> None:
    sick = [each for each in judged if each.sick]
    assert len(sick) > 25
    assert sum(each.right for each in sick) >= 0.95 * len(sick)
    for each in [each for each in sick if each.finding.symptom not in FINE]:
        assert each.finding.evidence, each.case.name
        assert each.finding.remedy is not None, each.case.name


@pytest.mark.parametrize("group", QUICK[:4], ids=lambda group: group.cases[0].name)
def test_what_is_advised_mends(group: Group) -> None:
    for case, label, became in remedies(group):
        assert became in FINE, f"{case.name}: {label} became {became}"


def test_the_table_in_the_docs_has_every_threshold_with_its_value() -> None:
    named = {
        name: value for name, value in vars(thresholds).items()
        if name.isupper() and isinstance(value, int | float)
    }  # fmt: skip
    rows = [
        [cell.strip(" `") for cell in line.strip("| \n").split("|")]
        for line in DOCS.read_text("utf-8").splitlines()
        if line.startswith("| `")
    ]
    assert {row[0]: float(row[1]) for row in rows} == named
    assert all(len(row) == 3 and row[2] for row in rows)
