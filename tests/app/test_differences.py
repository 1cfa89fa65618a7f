from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initviz.app.differences import describe, differences
from initviz.catalog.lessons import LESSONS
from initviz.catalog.parameter import Kind, Parameter
from initviz.experiment import DataSettings, Experiment, Lane
from tests.make import data, lane, lanes

BASE = Experiment(lanes=(lane("zeros"), lane("uniform", half_width=0.01), lane("xavier_uniform")))
ZEROS, UNIFORM, XAVIER = BASE.lanes


def other_value(parameter: Parameter, value: Any) -> Any:
    """Another value of a setting than this one."""
    match parameter.kind:
        case Kind.CHOICE:
            return next(c.value for c in parameter.options() if c.value != value)
        case Kind.SIZES:
            return (*value, 8)
        case Kind.INTEGER:
            return int(value) + 1
        case _:
            return value * 2 if value else 0.5


@pytest.mark.parametrize("name", Experiment.parameters())
def test_every_setting_is_named_by_its_label(name: str) -> None:
    parameter = Experiment.parameters()[name]
    value = getattr(BASE, name)
    new = BASE.replace(**{name: other_value(parameter, value)})
    (difference,) = differences(BASE, new)

    assert difference.place == (name,)
    assert parameter.label[1:] in difference.words
    assert "→" in difference.words


@pytest.mark.parametrize("name", Lane.parameters())
def test_every_setting_of_a_lane_is_named_with_its_lane(name: str) -> None:
    parameter = Lane.parameters()[name]
    changed = XAVIER.replace(**{name: other_value(parameter, getattr(XAVIER, name) or 0.0)})
    (difference,) = differences(BASE, BASE.with_lane(2, changed))

    assert difference.place == ("lanes", 2, name)
    assert "Xavier uniform" in difference.words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learning_rate": 0.5}, "learning rate 0.1 → 0.5"),
        ({"l2": 0.01}, "L2 penalty 0 → 0.01"),
        ({"activation": "relu"}, "activation tanh → ReLU"),
        ({"hidden": (64,) * 40}, "hidden layers 16, 16 → 40 × 64"),
        ({"lanes": (*BASE.lanes, Lane(scheme="he_normal"))}, "add He normal"),
        ({"lanes": BASE.lanes[1:]}, "remove Zeros"),
        ({"lanes": (UNIFORM, ZEROS, XAVIER)}, "move Uniform ±0.01 up"),
        ({"lanes": (UNIFORM, XAVIER, ZEROS)}, "move Zeros down"),
        ({"lanes": (XAVIER, UNIFORM, ZEROS)}, "another order of the initialisations"),
        ({"data": data("moons", noise=0.3)}, "noise 0.2 → 0.3"),
        ({"data": data("xor")}, "data Two moons → XOR"),
        ({"seed": 2, "epochs": 9}, "epochs 60 → 9, seed 1 → 2"),
        ({"seed": 2, "epochs": 9, "l2": 0.1}, "epochs 60 → 9 and 2 more"),
        ({}, ""),
    ],
)
def test_an_edit_in_a_few_words(change: dict[str, Any], words: str) -> None:
    assert describe(BASE, BASE.replace(**change)) == words


@pytest.mark.parametrize(
    ("index", "change", "words"),
    [
        (1, {"values": {"half_width": 0.1}}, "Uniform: half-width a 0.01 → 0.1"),
        (0, {"scheme": "he_normal"}, "Zeros → He normal"),
        (0, {"bias": "constant", "bias_values": {}}, "Zeros: biases zero → constant"),
        (0, {"learning_rate": 0.5}, "Zeros: learning rate as for all → 0.5"),
        (0, {"name": "Mine"}, "Zeros → Mine"),
    ],
)
def test_an_edit_of_a_lane_in_a_few_words(index: int, change: dict[str, Any], words: str) -> None:
    new = BASE.with_lane(index, BASE.lanes[index].replace(**change))
    assert describe(BASE, new) == words


def test_another_file_is_named() -> None:
    old = BASE.replace(data=DataSettings(dataset="csv"))
    new = old.replace(data=data("csv", path="/somewhere/rain.csv"))
    assert describe(old, new) == "data students.csv → rain.csv"

    again = new.replace(data=data("csv", path="/somewhere/rain.csv", target="wet"))
    assert describe(new, again) == "target placed → wet"


@pytest.mark.parametrize("name", LESSONS)
def test_between_lessons_there_is_something_to_say(name: str) -> None:
    lesson = LESSONS[name].experiment
    if lesson != BASE:
        assert describe(BASE, lesson)
        assert describe(lesson, BASE)


@settings(max_examples=60, deadline=None)
@given(st.lists(lanes(), min_size=1, max_size=3), st.lists(lanes(), min_size=1, max_size=3))
def test_whatever_differs_is_said_and_equal_experiments_differ_in_nothing(
    old: list[Lane], new: list[Lane]
) -> None:
    try:
        before, after = (BASE.replace(lanes=tuple(each)) for each in (old, new))
    except ValueError:  # such as two lanes that claim a scheme the network cannot have
        return
    assert bool(differences(before, after)) == (before != after)
    assert not differences(after, after)
