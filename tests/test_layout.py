from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initviz.layout import layout


@given(st.lists(st.integers(1, 1024), min_size=2, max_size=102))
def test_the_slots_cover_a_row_without_gap_or_overlap(sizes: list[int]) -> None:
    slots = layout(sizes)
    assert slots[0].start == 0
    for slot, after in pairwise(slots):
        assert slot.stop == after.start
    for slot, fan_in, fan_out in zip(slots, sizes[:-1], sizes[1:], strict=True):
        assert (slot.fan_in, slot.fan_out) == (fan_in, fan_out)
        assert slot.middle - slot.start == fan_in * fan_out
        assert slot.stop - slot.middle == fan_out


@pytest.mark.parametrize("sizes", [(), (3,)])
def test_one_layer_of_neurons_alone_has_no_parameters(sizes: tuple[int, ...]) -> None:
    assert layout(sizes) == ()
