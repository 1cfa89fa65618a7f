from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initviz.experiment import Experiment, Lane
from initviz.focus import Focus

places = st.integers(0, 9)


@given(
    st.builds(Focus, places, st.none() | places, places, st.none() | places),
    st.integers(1, 8),
    st.lists(st.integers(1, 12), min_size=1, max_size=6),
)
def test_a_focus_within_an_experiment_names_what_is_there(
    focus: Focus, lanes: int, hidden: list[int]
) -> None:
    experiment = Experiment(hidden=tuple(hidden), lanes=(Lane(),) * lanes)
    within = focus.within(experiment)

    assert all(lane < lanes for lane in within.lanes)
    assert len(set(within.lanes)) == len(within.lanes)
    assert within.layer < len(experiment.layer_names)
    if within.neuron is not None:
        assert within.neuron < experiment.sizes[within.layer + 1]
    assert within.within(experiment) == within


def test_what_is_there_stays_in_focus() -> None:
    experiment = Experiment(hidden=(4, 8), lanes=(Lane(),) * 3)
    focus = Focus(lane=2, beside=0, layer=1, neuron=7)
    assert focus.within(experiment) == focus
    assert focus.within(experiment.replace(hidden=(4, 7))).neuron is None
    assert focus.within(experiment.replace(hidden=(4,))) == Focus(lane=2, beside=0, layer=1)


def test_a_neuron_is_let_go_with_its_layer() -> None:
    focus = Focus(layer=1, neuron=3)
    assert focus.replace(layer=2).neuron is None
    assert focus.replace(layer=2, neuron=5) == Focus(layer=2, neuron=5)
    assert focus.replace(layer=1, lane=1) == Focus(lane=1, layer=1, neuron=3)


@pytest.mark.parametrize(("beside", "lanes"), [(None, (1,)), (3, (1, 3))])
def test_one_or_two_lanes_are_looked_at(beside: int | None, lanes: tuple[int, ...]) -> None:
    assert Focus(lane=1, beside=beside).lanes == lanes
