import subprocess
import sys
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from initviz.catalog.lessons import LESSONS, Lesson, find, read
from initviz.engine import probe, record
from initviz.experiment import Experiment, ExperimentError
from initviz.findings import Severity, Symptom, diagnose
from initviz.parts import Wanted
from initviz.recording import Recording
from initviz.snapshot import Snapshot

TEXT = 'number = 9\ntitle = "T"\nsummary = "S"\nlook = """\nfirst\nsecond\n"""\nwhy = "W"\n'

each_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


@cache
def start(lesson: Lesson, epoch: int = 2) -> Snapshot:
    """The lesson's networks after a few epochs."""
    return probe(beginning(lesson), epoch, Wanted(grid=0))


@cache
def beginning(lesson: Lesson) -> Recording:
    """The lesson's first two epochs."""
    return record(lesson.experiment.replace(epochs=2))


def test_lessons_are_numbered_in_the_order_of_the_course() -> None:
    assert [lesson.number for lesson in LESSONS.values()] == list(range(1, len(LESSONS) + 1))
    assert [lesson.name for lesson in LESSONS.values()] == list(LESSONS)


def test_the_first_lesson_sets_four_mistakes_beside_a_cure() -> None:
    first = next(iter(LESSONS.values()))
    schemes = [lane.scheme for lane in first.experiment.lanes]
    assert schemes == ["zeros", "constant", "uniform", "normal", "xavier_uniform"]


@each_lesson
def test_texts_fit_a_narrow_panel(lesson: Lesson) -> None:
    assert 0 < len(lesson.title) <= 32
    assert 0 < len(lesson.summary) <= 100
    assert 0 < len(lesson.look) <= 300
    assert 0 < len(lesson.why) <= 420


@each_lesson
def test_texts_are_whole_sentences_on_one_line(lesson: Lesson) -> None:
    for text in (lesson.summary, lesson.look, lesson.why):
        assert "\n" not in text
        assert "  " not in text
        assert text.endswith((".", "?", ")"))


@each_lesson
def test_experiments_compare_and_survive_their_file(lesson: Lesson) -> None:
    assert 2 <= len(lesson.experiment.lanes) <= 8
    assert lesson.experiment.optimiser == "sgd"  # Adam would rescue what the lessons show
    assert Experiment.from_toml(lesson.experiment.to_toml()) == lesson.experiment


@each_lesson
def test_lessons_train(lesson: Lesson) -> None:
    snapshot = start(lesson)
    assert snapshot.epoch == 2
    assert np.isfinite(snapshot.history.train_loss[:, -1]).all()  # the cure's, at least


@each_lesson
def test_the_first_lane_is_ill_and_the_last_is_the_cure(lesson: Lesson) -> None:
    verdicts = diagnose(start(lesson))
    assert verdicts[0].severity is not Severity.GOOD
    assert verdicts[-1].severity is Severity.GOOD


@pytest.mark.parametrize(
    ("name", "symptom"),
    [
        ("zeros", Symptom.DEAD),
        ("constant", Symptom.SYMMETRIC),
        ("tiny", Symptom.VANISHING),
        ("huge", Symptom.SATURATED),
    ],
)
@pytest.mark.parametrize("epoch", [0, 2])
def test_each_mistake_is_recognised(name: str, symptom: Symptom, epoch: int) -> None:
    assert diagnose(start(LESSONS[name], epoch))[0].symptom is symptom


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_first_lesson_ends_as_it_says(seed: int) -> None:
    recording = record(LESSONS["four-mistakes"].experiment.replace(seed=seed))
    accuracy = recording.scalars().test_score[-1]
    assert accuracy[[0, 2]] == pytest.approx(0.5)
    assert 0.8 < accuracy[1] < 0.9  # the best straight line reaches 0.88
    assert accuracy[3] < 0.95
    assert accuracy[4] > 0.96
    symptoms = [verdict.symptom for verdict in diagnose(probe(recording, 60, Wanted(grid=0)))]
    assert symptoms == [
        Symptom.DEAD, Symptom.SYMMETRIC, Symptom.VANISHING, Symptom.SATURATED, Symptom.HEALTHY,
    ]  # fmt: skip


def test_a_heading_says_number_and_title() -> None:
    assert LESSONS["constant"].heading == "Lesson 5 · Every weight the same"


@pytest.mark.parametrize("wanted", ["2", "02", "zeros", " Zeros ", "02-zeros", "02-zeros.toml"])
def test_a_lesson_is_found_by_number_name_and_file(wanted: str) -> None:
    assert find(wanted) is LESSONS["zeros"]


@each_lesson
def test_every_lesson_is_found_by_what_it_says_of_itself(lesson: Lesson) -> None:
    assert find(str(lesson.number)) is find(lesson.name) is lesson


@pytest.mark.parametrize("wanted", ["", "zero", "99", "-1", "²", "lesson"])
def test_an_unknown_lesson_is_answered_with_those_there_are(wanted: str) -> None:
    with pytest.raises(LookupError, match="1 four-mistakes, 2 zeros") as error:
        find(wanted)
    assert f'"{wanted}"' in str(error.value)


def test_a_file_breaks_its_lines_where_it_likes() -> None:
    assert read("x", TEXT).look == "first second"


def test_a_file_without_an_experiment_has_the_default_one() -> None:
    assert read("x", TEXT).experiment == Experiment()


def test_a_file_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        read("x", TEXT + "colour = 1\n")


def test_a_file_with_an_impossible_experiment_is_refused() -> None:
    with pytest.raises(ExperimentError, match="Epochs"):
        read("x", TEXT + "[experiment]\nepochs = 0\n")


def test_loading_lessons_imports_neither_torch_nor_scikit_learn_nor_qt() -> None:
    code = (
        "import sys, initviz.catalog.lessons; "
        "print([m for m in ('torch', 'sklearn', 'PySide6') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@each_lesson
def test_every_lesson_claims_something_and_ends_with_something_to_try(lesson: Lesson) -> None:
    assert 3 <= len(lesson.claims) <= 7
    assert 2 <= len(lesson.tries) <= 4
    for claim in lesson.claims:
        assert claim.text.endswith((".", "..."))
        assert len(claim.text) <= 100
    assert len({each.label for each in lesson.tries}) == len(lesson.tries)
    for each in lesson.tries:
        assert each.ask.endswith("?") or each.ask.endswith("better?")
        assert len(each.label) <= 24
        assert each.experiment != lesson.experiment
        assert not each.experiment.same_run(lesson.experiment)


def test_the_course_has_every_mistake_and_every_way_out() -> None:
    assert len(LESSONS) >= 17
    names = list(LESSONS)
    for early, late in pairwise(
        ["zeros", "zeros-relu", "zeros-sigmoid", "constant", "almost-constant", "tiny",
         "tiny-sigmoid", "tiny-relu", "huge", "exploding", "depth", "pytorch", "xavier", "he",
         "kumar", "orthogonal", "lsuv"]
    ):  # fmt: skip
        assert names.index(early) < names.index(late)


def test_a_try_may_change_the_experiment_and_single_lanes() -> None:
    text = TEXT + (
        '[experiment]\nhidden = [4]\n[[experiment.lanes]]\nscheme = "zeros"\n'
        '[[tries]]\nask = "?"\nlabel = "L"\nset = { activation = "relu" }\n'
        'lanes = { 1 = { scheme = "ones" } }\n'
    )
    (made,) = read("x", text).tries
    assert made.experiment.activation == "relu"
    assert made.experiment.lanes[0].scheme == "ones"
    with pytest.raises(ExperimentError):
        read("x", text.replace("relu", "rolu"))
