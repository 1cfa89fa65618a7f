from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from initviz import cli
from initviz.catalog.activations import ACTIVATIONS
from initviz.catalog.datasets import DATASETS
from initviz.catalog.lessons import LESSONS
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.catalog.tasks import TASKS
from initviz.cli.catalogue import TOPICS
from initviz.experiment import OPTIMISER, Experiment, Lane
from initviz.views import VIEWS
from initviz.views.page import PAGES

NAMES = {
    "schemes": SCHEMES, "biases": BIASES, "activations": ACTIVATIONS, "datasets": DATASETS,
    "lessons": LESSONS, "views": VIEWS, "pages": PAGES, "tasks": TASKS,
    "optimisers": [choice.value for choice in OPTIMISER.options()],
}  # fmt: skip


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(["list", *words]) == 0
    return capsys.readouterr().out


def facts(capsys: pytest.CaptureFixture[str], topic: str) -> list[dict[str, Any]]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    found = json.loads(listed(capsys, topic, "--json"), parse_constant=refuse)
    assert isinstance(found, list)
    return found


def test_there_is_a_test_of_every_topic() -> None:
    assert NAMES.keys() == TOPICS.keys()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_entry_of_a_topic_is_listed_in_order(
    capsys: pytest.CaptureFixture[str], topic: str
) -> None:
    lines = listed(capsys, topic).splitlines()
    words = [line.split() for line in lines if line[:1] != " " or topic == "lessons"]
    names = iter(NAMES[topic])
    name = next(names)
    for line in words:
        if name in line[:2]:
            name = next(names, "")
    assert name == ""
    assert max(map(len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("topic", TOPICS)
def test_json_has_every_entry(capsys: pytest.CaptureFixture[str], topic: str) -> None:
    assert [entry["name"] for entry in facts(capsys, topic)] == list(NAMES[topic])


def test_schemes_are_listed_with_their_formulas_and_their_worth(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = " ".join(listed(capsys, "schemes").split())
    for scheme in SCHEMES.values():
        assert f"{scheme.name} {scheme.label} {' '.join(scheme.formula.split())}" in words
    assert "✗ zeros Zeros W = 0" in words
    assert "✓ xavier_normal" in words


def test_a_scheme_can_be_made_from_its_json(capsys: pytest.CaptureFixture[str]) -> None:
    for entry in facts(capsys, "schemes"):
        values = {p["name"]: p["default"] for p in entry["parameters"]}
        lane = Lane(scheme=entry["name"], values=values)
        assert lane.values == Lane(scheme=entry["name"]).values
        for parameter in entry["parameters"]:
            if parameter["kind"] == "number":
                assert parameter["low"] < parameter["high"]
                assert parameter["low"] <= parameter["default"] <= parameter["high"]


def test_json_of_parameters_has_their_ranges_units_and_choices(
    capsys: pytest.CaptureFixture[str],
) -> None:
    moons = facts(capsys, "datasets")[0]
    samples = next(p for p in moons["parameters"] if p["name"] == "samples")
    assert (samples["low"], samples["high"], samples["default"]) == (8, 20_000, 1000)
    assert (samples["unit"], samples["kind"], samples["log"]) == ("points", "integer", True)
    he = next(s for s in facts(capsys, "schemes") if s["name"] == "he_normal")
    choice = next(p for p in he["parameters"] if p["kind"] == "choice")
    assert choice["default"] in [c["value"] for c in choice["choices"]]


def test_json_of_lessons_has_experiments_that_can_be_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for entry, lesson in zip(facts(capsys, "lessons"), LESSONS.values(), strict=True):
        assert Experiment(**entry["experiment"]) == lesson.experiment
        assert [claim["text"] for claim in entry["claims"]] == [c.text for c in lesson.claims]
        assert all(claim["lane"] >= 1 for claim in entry["claims"])


def test_without_a_topic_the_lessons_are_listed_and_the_topics_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lessons = listed(capsys, "lessons")
    assert cli.main(["list"]) == 0
    said = capsys.readouterr()
    assert said.out == lessons
    assert all(topic in said.err for topic in TOPICS if topic != "lessons")
    for lesson in LESSONS.values():
        assert f"{lesson.number:2}  {lesson.name} " in lessons
        assert lesson.title in lessons


def test_an_unknown_topic_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["list", "colours"])
    assert ended.value.code == 2
    assert "schemes" in capsys.readouterr().err


def test_views_are_listed_without_an_application_and_without_a_display() -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    code = (
        "from initviz.cli import main; status = main(['list', 'views']);"
        "from PySide6.QtCore import QCoreApplication;"
        "print(status, QCoreApplication.instance())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=50,
        cwd=Path(__file__).parents[1],
        env={name: value for name, value in os.environ.items() if name not in hidden},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "0 None"
    assert "boundary" in done.stdout
