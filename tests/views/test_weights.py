from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from initviz.experiment import Experiment, Lane
from initviz.focus import NEAREST, Focus
from initviz.parts import Distribution, Histogram, Part
from initviz.snapshot import LOG_HIGH, LOG_LOW, LOG_PER_DECADE, VALUE_BINS, Snapshot
from initviz.theory import laws
from initviz.views.shares import Linear, lawful_shares
from initviz.views.weights import DistributionView
from tests.views.conftest import Make
from tests.views.inside import with_inside
from tests.views.mouse import scene_at
from tests.views.snapshots import SIZE_BINS, experiment, in_bin, in_value_bin, snapshot
from tests.views.ticks import labels_are_apart, seen_range, ticks

EVEN = np.full(VALUE_BINS, 1 / VALUE_BINS)


@pytest.fixture
def view(make: Make) -> DistributionView:
    return make(DistributionView, 300, 360)


def histograms(
    values: Sequence[np.ndarray], sizes: Sequence[np.ndarray], end: float, zeros: float
) -> tuple[Histogram, Histogram]:
    lanes = len(values)
    edges = np.tile(np.linspace(-end, end, VALUE_BINS + 1), (lanes, 1))
    none = np.full(lanes, zeros)
    return (
        Histogram(edges, np.stack(values), none),
        Histogram(np.linspace(LOG_LOW, LOG_HIGH, SIZE_BINS + 1), np.stack(sizes), none),
    )


def looked(
    now: Sequence[np.ndarray] = (EVEN,),
    start: Sequence[np.ndarray] | None = (EVEN,),
    *,
    sizes: np.ndarray | None = None,
    end: float = 1.0,
    zeros: float = 0.0,
    layers: int = 3,
    epoch: int = 2,
    part: Part = Part.WEIGHTS,
    focus: Focus = NEAREST,
    of: Experiment | None = None,
    **more: object,
) -> Snapshot:
    """Every layer of every lane in focus has this distribution, now and at the start."""
    made = with_inside(snapshot(2, layers, epoch, of=of, **more), focus)
    log = [in_bin(-1.0) if sizes is None else sizes] * len(now)
    found = Distribution(
        *histograms(now, log, end, zeros),
        *((None, None) if start is None else histograms(start, log, end, zeros)),
    )
    count = len(made.experiment.layer_names)
    return dataclasses.replace(made, distributions={part: (found,) * count})


def test_it_wants_what_its_switch_says_and_tells_when_that_changes(view: DistributionView) -> None:
    told: list[frozenset[Part]] = []
    view.wants_changed.connect(lambda: told.append(view.wants))
    assert view.wants == {Part.WEIGHTS}
    for kind, title in (("gradients", "Gradients"), ("updates", "Updates"), ("weights", "Weights")):
        view.kind.choose(kind)
        assert view.panel.title.text() == title
    assert told == [{Part.GRADIENTS}, {Part.UPDATES}, {Part.WEIGHTS}]


def test_gradients_and_updates_are_spread_over_decades_until_somebody_says_otherwise(
    view: DistributionView,
) -> None:
    assert view.scale.value == "value"
    view.kind.choose("gradients")
    assert view.scale.value == "size"
    view.kind.choose("weights")
    assert view.scale.value == "value"
    view.kind.choose("updates")
    view.scale.choose("value")
    view.kind.choose("gradients")
    assert view.scale.value == "value"


def test_each_layer_has_the_present_filled_and_the_start_in_outline(
    view: DistributionView,
) -> None:
    now, start = in_value_bin(10, 0.25), in_value_bin(40, 1.0)
    view.show(looked([now + in_value_bin(20, 0.75)], [start]))

    assert len(view.plots) == 3
    assert [plot.titleLabel.text for plot in view.plots] == ["hidden 1", "hidden 2", "output"]
    for steps in view.steps:
        present, first = steps.steps
        assert (present.filled, present.colour) == (True, 0)
        assert (first.filled, first.colour) == (False, None)
        assert present.heights[10] == pytest.approx(0.5)  # the root of the share
        assert present.heights[20] == pytest.approx(0.75**0.5)
        assert first.heights[40] == pytest.approx(1)
        np.testing.assert_array_equal(present.edges, np.linspace(-1, 1, VALUE_BINS + 1))


def test_all_layers_share_one_axis_that_does_not_jump(view: DistributionView) -> None:
    view.show(looked(end=1.0))
    assert {seen_range(plot)[:2] for plot in view.plots} == {(-1.04, 1.04)}
    view.show(looked(end=2.0))
    wide = {seen_range(plot)[:2] for plot in view.plots}
    view.show(looked(end=1.0))
    assert {seen_range(plot)[:2] for plot in view.plots} == wide
    assert len(wide) == 1

    view.show(looked(end=1e9))  # a lane that explodes ...
    view.show(looked(end=1.0))  # ... must not squash what comes before it
    assert {seen_range(plot)[:2] for plot in view.plots} == {(-1.04, 1.04)}


def test_two_lanes_stand_back_to_back_in_their_colours(view: DistributionView) -> None:
    pair = [in_value_bin(10), in_value_bin(50)]
    view.show(looked(pair, pair, focus=Focus(1, 0)))

    filled = [each for each in view.steps[0].steps if each.filled]
    assert [each.colour for each in filled] == [1, 0]
    assert filled[0].heights.max() == pytest.approx(1)
    assert filled[0].heights.min() == 0
    assert filled[1].heights.min() == pytest.approx(-1)
    assert filled[1].heights.max() <= 0
    assert seen_range(view.plots[0])[2] < -1
    names = [view.snapshot.experiment.lanes[k].title for k in (1, 0)]
    assert " and ".join(names) in view.panel.subtitle.text()


def test_exact_zeros_stand_apart_on_the_log_axis(view: DistributionView) -> None:
    view.scale.choose("size")
    view.show(looked(sizes=in_bin(-2.0, 0.5), zeros=0.5))
    present = view.steps[0].steps[0]
    middle = (present.edges[1:] + present.edges[:-1]) / 2

    zero = ticks(view.plots[0], "bottom")["0"]
    assert present.heights[np.abs(middle - zero).argmin()] == pytest.approx(1)
    ten = np.abs(middle - (-2 + 0.5 / LOG_PER_DECADE)).argmin()
    assert present.heights[ten] == pytest.approx(1)
    assert np.count_nonzero(present.heights) >= 2
    assert zero < -2


def test_before_the_first_step_the_law_of_the_weights_is_dotted(view: DistributionView) -> None:
    lanes = (Lane(scheme="xavier_uniform"), Lane(scheme="zeros"))
    of = experiment(lanes, 3)
    view.show(looked(of=of, epoch=0, end=1.0))
    for layer, theory in enumerate(view.theory):
        [curve] = theory.curves
        found = laws(of, lanes[0])
        assert found is not None
        law = found[layer][0]
        assert law.cdf is not None
        expected = np.diff(law.cdf(np.linspace(-1, 1, VALUE_BINS + 1)))
        np.testing.assert_allclose(curve.y, np.sqrt(expected) / np.sqrt(1 / VALUE_BINS))
        assert len(view.steps[layer].steps) == 1  # the start is the present

    view.show(looked(of=of, epoch=1))
    assert all(not theory.curves for theory in view.theory)
    view.show(looked(of=of, epoch=0, focus=Focus(1)))
    assert all(not theory.curves for theory in view.theory)


def test_a_law_fills_its_bins_to_one() -> None:
    of = experiment((Lane(scheme="he_normal"),), 3)
    shares = lawful_shares(of, of.lanes[0], 1, 10.0, VALUE_BINS)
    assert shares is not None
    assert shares.sum() == pytest.approx(1)
    assert lawful_shares(of, Lane(scheme="orthogonal"), 1, 10.0, VALUE_BINS) is None


def test_there_is_no_update_before_the_first_step(view: DistributionView) -> None:
    view.kind.choose("updates")
    early = dataclasses.replace(looked(epoch=0), distributions={Part.UPDATES: ()})
    view.show(early)
    assert view.note.toPlainText() == "no update yet"
    assert view.note.isVisible()
    assert all(not steps.steps for steps in view.steps)

    view.show(looked(part=Part.UPDATES, start=None))
    assert not view.note.isVisible()
    assert all(len(steps.steps) == 1 for steps in view.steps)


def test_without_its_part_the_last_picture_stays(view: DistributionView) -> None:
    view.show(looked())
    before = [steps.steps for steps in view.steps]
    view.show(looked(part=Part.GRADIENTS))
    assert all(a.steps is b for a, b in zip(view.steps, before, strict=True))


def test_a_lane_that_has_diverged_says_so(view: DistributionView) -> None:
    nothing = np.zeros(VALUE_BINS)
    view.show(looked([nothing], diverged_at=[1, -1]))
    assert "diverged" in view.note.toPlainText()
    assert (view.steps[0].steps[0].heights == 0).all()


@pytest.mark.parametrize("pair", [False, True])
def test_deep_networks_become_maps_with_the_start_beside_the_present(
    make: Make, pair: bool
) -> None:
    view = make(DistributionView, 300, 360)
    lanes = 2 if pair else 1
    focus = Focus(0, 1 if pair else None)
    now, start = [in_value_bin(10)] * lanes, [in_value_bin(50)] * lanes
    view.show(looked(now, start, layers=20, focus=focus, end=2.0))

    assert len(view.maps) == 2 * lanes
    for lane in range(lanes):
        first, present = view.maps[2 * lane : 2 * lane + 2]
        assert first.image.shape == present.image.shape == (20, VALUE_BINS)
        assert (first.image.argmax(axis=1) == 50).all()
        assert (present.image.argmax(axis=1) == 10).all()
        box = present.mapRectToParent(present.boundingRect())
        assert (box.left(), box.right()) == (-2, 2)
        assert sorted((box.top(), box.bottom())) == [0.5, 20.5]
    assert view.plots[0].vb.yInverted()
    assert [header._wanted[1] for header in view.headers[:2]] == ["at the start", "at epoch 2"]
    QApplication.processEvents()
    widths = [plot.vb.width() for plot in view.plots]
    assert max(widths) - min(widths) <= 1

    view.scale.choose("size")
    assert view.maps[1].image.max() > 0


@pytest.mark.parametrize("layers", [2, 3, 6, 9])
@pytest.mark.parametrize("size", [(246, 340), (420, 480)])
@pytest.mark.parametrize("end", [1e-9, 0.3, 1.2, 250.0, 1e12])
def test_labels_do_not_touch(make: Make, layers: int, size: tuple[int, int], end: float) -> None:
    view = make(DistributionView, *size)
    view.show(looked(layers=layers, end=end))
    QApplication.processEvents()  # lays the plots out
    view.show(looked(layers=layers, end=end))
    assert all(labels_are_apart(plot, "bottom") for plot in view.plots)
    assert list(ticks(view.plots[0], "bottom").values()).count(0) == 1


def test_the_words_under_the_mouse_have_the_exact_shares(view: DistributionView) -> None:
    made = looked([in_value_bin(40, 0.25)], [in_value_bin(40, 0.125)])
    view.show(made)
    title = made.experiment.lanes[0].title
    at = scene_at(view.plots[1], 0.26, 0.5)
    assert view.value_at(at) == (
        f"epoch 2, hidden 2 · {title}: W 0.25 to 0.281: 25 %, at the start 12.5 %"
    )
    view.scale.choose("size")
    view.show(looked(sizes=in_bin(-2.0, 0.5), zeros=0.5))
    zero = ticks(view.plots[0], "bottom")["0"]
    assert "W exactly 0: 50 %" in view.value_at(scene_at(view.plots[0], zero, 0.5))
    assert "|W| 0.01 to 0.0178: 50 %" in view.value_at(scene_at(view.plots[0], -1.9, 0.5))


def test_axes_have_a_zero_in_the_middle() -> None:
    for high in (0.001, 0.3, 1, 1.5, 80, 1e12):
        [marks, _] = Linear(high).ticks(100)
        places = [at for at, _ in marks]
        assert places.count(0) == 1
        assert max(places) <= 0.85 * high
        assert max(places) >= 0.3 * high
