from __future__ import annotations

import itertools

import pytest

from initviz.catalog.datasets import DATASETS
from initviz.catalog.parameter import Kind, Parameter
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.catalog.stops import PER_DECADE, nearest, stops
from initviz.experiment import DEPTH, LEARNING_RATE, SCALE, WIDTH

OF_SCHEMES = [p for s in (*SCHEMES.values(), *BIASES.values()) for p in s.parameters]
OF_DATA = [p for dataset in DATASETS.values() for p in dataset.parameters]
SLID = list(
    dict.fromkeys(p for p in (*OF_SCHEMES, *OF_DATA, SCALE, LEARNING_RATE, DEPTH, WIDTH) if p.slide)
)
EVERY = pytest.mark.parametrize("parameter", SLID, ids=lambda p: f"{p.name}-{p.default}")


def test_every_number_of_a_scheme_has_a_slide() -> None:
    for parameter in OF_SCHEMES:
        numeric = parameter.kind in (Kind.NUMBER, Kind.INTEGER)
        assert (parameter.slide is not None) == numeric, parameter.name


@EVERY
def test_stops_reach_both_ends_of_the_slide_in_order(parameter: Parameter) -> None:
    assert parameter.slide is not None
    values = stops(parameter)
    assert (values[0], values[-1]) == parameter.slide
    assert all(one < other for one, other in itertools.pairwise(values))
    assert 10 <= len(values) <= 4 * PER_DECADE + 42


@EVERY
def test_every_stop_is_a_value_that_reads_back_from_its_text(parameter: Parameter) -> None:
    for value in stops(parameter):
        assert parameter.check(value) == value
        assert parameter.check(parameter.format(value)) == value
        assert len(parameter.format(value)) <= 8


@EVERY
def test_the_default_lies_on_the_slide(parameter: Parameter) -> None:
    values = stops(parameter)
    assert values[0] <= parameter.default <= values[-1]


def test_stops_of_decades_are_a_step_of_the_hand_apart_and_meet_round_numbers() -> None:
    values = stops(SCALE)
    assert {0.01, 0.1, 1.0, 1.41, 10.0, 100.0} <= set(values)
    ratios = [other / one for one, other in itertools.pairwise(values)]
    assert max(ratios) < 1.07
    assert min(ratios) > 1.05


def test_whole_numbers_are_all_there() -> None:
    assert stops(DEPTH) == tuple(range(1, 41))
    assert {16, 32, 64, 128} <= set(stops(WIDTH))


def test_decades_above_a_zero_begin_with_it() -> None:
    noise = next(p for p in SCHEMES["constant"].parameters if p.name == "noise")
    assert stops(noise)[:2] == (0.0, 1e-4)


@pytest.mark.parametrize(
    ("value", "log", "stop"),
    [(-5, False, 0.0), (0.0, True, 0.0), (0.4, False, 0.1), (0.6, False, 1.0), (5.0, True, 10.0),
     (7.0, False, 10.0), (3.0, True, 1.0), (3.5, True, 10.0), (99, True, 10.0)],
)  # fmt: skip
def test_the_nearest_stop_is_found_on_the_scale_of_the_slider(
    value: float, log: bool, stop: float
) -> None:
    values = (0.0, 0.1, 1.0, 10.0)
    assert values[nearest(values, value, log=log)] == stop


def test_a_number_without_a_slide_has_no_stops() -> None:
    with pytest.raises(ValueError, match="plain declares no slide"):
        stops(Parameter("plain", "Plain", "No slider."))
