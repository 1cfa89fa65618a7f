from __future__ import annotations

import json

import pytest

from initviz.catalog import lessons
from initviz.catalog.lessons import LESSONS, Lesson, read
from initviz.claims import State
from initviz.cli import main
from initviz.verify import verify

TEXT = """
number = 1
title = "T"
summary = "S."
look = "L."
why = "W."

[experiment]
data = { dataset = "circles", values = { samples = 64 } }
epochs = 3

[[experiment.lanes]]
scheme = "zeros"

[[claims]]
text = "Zeros stay at rest."
measure = "largest_weight_gradient"
at = "always"
expect = "== 0"

[[claims]]
text = "They learn."
measure = "score"
expect = ">= 0.9"
"""
LESSON = read("false", TEXT)


def test_claims_are_judged_by_training() -> None:
    told: list[int] = []
    true, false = verify(LESSON, 2, told.append)
    assert [j.state for j in true.judgements] == [State.MET, State.MET]
    assert true.held == 2
    assert true.figures == "0"
    assert [j.state for j in false.judgements] == [State.UNMET, State.UNMET]
    assert false.held == 0
    assert told == [0, 1, 2, 3, 3, 4, 5, 6]


def test_what_holds_at_the_start_only_is_not_held_always() -> None:
    lesson = read(
        "x",
        TEXT.replace('scheme = "zeros"', 'scheme = "he_normal"')
        .replace(
            'measure = "largest_weight_gradient"\nat = "always"\nexpect = "== 0"',
            'measure = "loss"\nat = "always"\nexpect = ">= LIMIT"',
        )
        .replace("LIMIT", "0.6935"),
    )
    experiment = lesson.experiment.replace(learning_rate=0.5, epochs=30)
    moved = Lesson(**{**vars(lesson), "experiment": experiment})
    (first, _) = verify(moved)
    assert first.held == 0


@pytest.fixture
def one_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("initviz.cli.commands.verify.LESSONS", {"false": LESSON})
    monkeypatch.setattr(lessons, "LESSONS", {"false": LESSON})


@pytest.mark.usefixtures("one_lesson")
def test_a_claim_that_does_not_hold_fails_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify"]) == 1
    out = capsys.readouterr().out
    assert "✓ Zeros stay at rest." in out
    assert "✗ They learn." in out
    assert "expected ≥ 90 %" in out
    assert "1 of 2 claims are met in 1 lesson" in out


@pytest.mark.usefixtures("one_lesson")
def test_seeds_are_counted_and_json_has_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "false", "--seeds", "2"]) == 1
    assert "2/2 seeds" in capsys.readouterr().out
    assert main(["verify", "false", "--seeds", "2", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["false"]
    assert [each["held"] for each in found] == [2, 0]
    assert len(found[1]["figures"]) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [(["verify", "nothing"], 'there is no "nothing"'), (["verify", "--seeds", "0"], "write 1 to")],
)
def test_bad_input_is_refused_before_anything_is_trained(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert message in capsys.readouterr().err


def test_a_lesson_that_keeps_its_word_passes(capsys: pytest.CaptureFixture[str]) -> None:
    name = next(name for name in LESSONS if name == "zeros-relu")
    assert main(["verify", name]) == 0
    assert "4 of 4 claims are met" in capsys.readouterr().out


def test_who_is_quiet_tells_only_what_is_not_met(
    one_lesson: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--quiet"]) == 1
    said = capsys.readouterr()
    assert "They learn." in said.out
    assert "Zeros stay at rest." not in said.out
    assert said.err == ""


def test_who_is_quiet_says_nothing_of_what_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "zeros-relu", "--quiet"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")
