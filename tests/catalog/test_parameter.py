from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initviz.catalog.datasets import DATASETS
from initviz.catalog.parameter import (
    Choice,
    Kind,
    Parameter,
    SettingError,
    Values,
    complete,
    format_sizes,
)
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.experiment import DataSettings, Experiment, Lane
from tests.make import value_of

COUNT = Parameter("count", "Count", "How many.", Kind.INTEGER, 3, 1, 9, unit="things")
SIZE = Parameter("size", "Size", "How large.", Kind.NUMBER, 0.5, 0.25, 2.0, formula="s = 1")
SIZES = Parameter("sizes", "Sizes", "How wide.", Kind.SIZES, (4,), 1, 1024, longest=100)
COLOUR = Parameter(
    "colour",
    "Colour",
    "Which one.",
    Kind.CHOICE,
    "red",
    choices=lambda: [Choice("red", "Red"), Choice("blue", "Blue")],
)


def declared() -> Iterator[Any]:
    """Every setting that anything of the catalogue or the experiment declares."""
    for part in (Experiment, DataSettings, Lane):
        for parameter in part.parameters().values():
            yield pytest.param(parameter, id=f"{part.__name__}.{parameter.name}")
    for dataset in DATASETS.values():
        for parameter in (p for p in dataset.parameters if not p.hidden):
            yield pytest.param(parameter, id=f"{dataset.name}.{parameter.name}")
    for scheme in (*SCHEMES.values(), *BIASES.values()):
        for parameter in scheme.parameters:
            yield pytest.param(parameter, id=f"{scheme.name}.{parameter.name}")


@pytest.mark.parametrize("parameter", list(declared()))
def test_every_declared_setting_can_be_shown_and_takes_its_default(parameter: Parameter) -> None:
    assert parameter.label
    assert parameter.help.endswith(".")
    assert parameter.help in parameter.tooltip()
    assert parameter.formula in parameter.tooltip()
    assert parameter.check(parameter.default) == parameter.default
    assert parameter.low <= parameter.high
    if parameter.kind is Kind.CHOICE:
        options = parameter.options()
        assert len({option.value for option in options}) == len(options) > 1
        assert all(option.label for option in options)
    else:
        assert parameter.range_text() in parameter.tooltip() or parameter.kind is Kind.SIZES
    if parameter.log:
        assert parameter.low >= 0


@pytest.mark.parametrize("parameter", list(declared()))
@given(data=st.data())
@settings(max_examples=20)
def test_checking_a_checked_value_changes_nothing(
    parameter: Parameter, data: st.DataObject
) -> None:
    value = data.draw(value_of(parameter))
    checked = parameter.check(value)
    assert checked == value
    assert parameter.check(checked) == checked
    assert type(parameter.check(checked)) is type(checked)


@pytest.mark.parametrize("parameter", [COUNT, SIZE, SIZES, COLOUR])
@given(data=st.data())
def test_a_control_reads_back_the_text_that_it_shows(
    parameter: Parameter, data: st.DataObject
) -> None:
    value = parameter.check(data.draw(value_of(parameter)))
    if parameter.kind is Kind.NUMBER:
        value = float(f"{value:.6g}")  # as many digits as a control shows
    assert parameter.check(parameter.format(value)) == value


@pytest.mark.parametrize("value", [1e-9, 1e6, 123456.0, 1234567.0, 0.1])
def test_numbers_of_any_size_are_shown_exactly(value: float) -> None:
    number = Parameter("x", "X", "A number.", Kind.NUMBER, 1.0)
    assert float(number.format(value)) == value


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        (COUNT, 0, "Count: 0 is out of range; write a whole number, 1 to 9"),
        (COUNT, "", "Count: is empty; write a whole number, 1 to 9"),
        (COUNT, 2.5, 'Count: "2.5" is not a whole number; write a whole number, 1 to 9'),
        (COUNT, True, 'Count: "true" is not a number; write a whole number, 1 to 9'),
        (COUNT, None, 'Count: "None" is not a number; write a whole number, 1 to 9'),
        (COUNT, math.nan, 'Count: "nan" is not a whole number; write a whole number, 1 to 9'),
        (
            SIZE,
            "2,5",
            'Size: "2,5" is not a number; the decimal mark is a point: 2.5; '
            "write a number, 0.25 to 2",
        ),
        (
            SIZE,
            math.inf,
            "Size: inf, or what is beyond 1e308, is too large; write a number, 0.25 to 2",
        ),
        (SIZE, "1e400", "Size: 1e400 is too large; write a number, 0.25 to 2"),
        (SIZE, 2.1, "Size: 2.1 is out of range; write a number, 0.25 to 2"),
        (COLOUR, "green", 'Colour: "green" is not known; choose one of red, blue'),
        (COLOUR, ["red"], "Colour: a list is not known; choose one of red, blue"),
        (
            SIZES,
            "10, 0 × 5",
            'Sizes: "0 × 5" is not a number; write a whole number, 1 to 1024',
        ),
        (SIZES, {"a": 1}, 'Sizes: a table is not a list; write sizes like "10, 4"'),
        (SIZES, "999 x 4", "Sizes: 999 layers are out of range; write 1 to 100"),
    ],
)
def test_a_refusal_names_the_setting_and_the_cure(
    parameter: Parameter, value: Any, message: str
) -> None:
    with pytest.raises(SettingError) as caught:
        parameter.check(value)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("parameter", "value", "normal"),
    [(COUNT, "7", 7), (COUNT, 7.0, 7), (SIZE, "5e-1", 0.5), (SIZE, 1, 1.0), (SIZES, [4.0], (4,))],
)
def test_a_value_is_brought_into_its_normal_form(
    parameter: Parameter, value: Any, normal: Any
) -> None:
    checked = parameter.check(value)
    assert checked == normal
    assert type(checked) is type(normal)


def test_none_is_a_value_of_an_optional_setting_only() -> None:
    assert Lane.parameters()["learning_rate"].check(None) is None
    with pytest.raises(SettingError):
        Experiment.parameters()["learning_rate"].check(None)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1, 9, "1 to 9"),
        (0, math.inf, "at least 0"),
        (-math.inf, 3, "at most 3"),
        (-math.inf, math.inf, "any number"),
        (0, 2**31 - 1, "0 to 2147483647"),
    ],
)
def test_a_range_is_said_in_words(low: float, high: float, text: str) -> None:
    assert Parameter("n", "N", "A number.", Kind.INTEGER, 1, low, high).range_text() == text


def test_a_tooltip_holds_help_formula_range_and_unit() -> None:
    assert COUNT.tooltip() == "How many.\nRange: 1 to 9 things."
    assert SIZE.tooltip() == "How large.\ns = 1\nRange: 0.25 to 2."


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ((10, 4), "10, 4"),
        ((7,), "7"),
        ((8,) * 4, "8, 8, 8, 8"),
        ((8,) * 5, "5 × 8"),
        ((8,) * 5 + (1,), "8, 8, 8, 8, 8, 1"),
    ],
)
def test_sizes_are_written_as_people_do(sizes: tuple[int, ...], text: str) -> None:
    assert format_sizes(sizes) == text
    assert SIZES.check(text) == sizes


# ---- the values of a part ----


def test_what_is_not_said_takes_the_default() -> None:
    assert dict(complete("It", [COUNT, SIZE], {"size": "2"})) == {"count": 3, "size": 2.0}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ([COUNT, SIZE], 'It: there is no parameter "shape"; it has count, size, write one of them'),
        ([], 'It: there is no parameter "shape"; it has none, remove it'),
    ],
)
def test_an_unknown_parameter_is_refused_by_name(parameters: list[Parameter], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        complete("It", parameters, {"shape": 1})
    assert str(caught.value) == message


def test_values_are_an_owned_unchangeable_hashable_mapping() -> None:
    source = {"a": 1, "b": 2.0}
    values = Values(source)
    source["a"] = 9
    assert values == {"a": 1, "b": 2.0}
    assert hash(values) == hash(Values({"b": 2.0, "a": 1}))
    assert values != Values({"a": 1})
    with pytest.raises(TypeError):
        values["a"] = 2  # type: ignore[index]


@pytest.mark.parametrize("text", ["0,25", " 0,25", "\u0660\u066b\u0662\u0665"])
def test_a_decimal_comma_is_refused_with_the_number_as_it_is_written_here(text: str) -> None:
    number = Parameter("rate", "Rate", "A rate.", low=0.0, high=1.0)
    with pytest.raises(SettingError, match=r"the decimal mark is a point: 0\.25; write a number"):
        number.check(text)
    assert number.check("0.25") == 0.25
