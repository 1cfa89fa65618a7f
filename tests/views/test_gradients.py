from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from initviz.experiment import Lane
from initviz.export.picture import draw
from initviz.theory import predict
from initviz.views.gradients import GradientView
from initviz.views.style import GLYPHS, LIGHT
from tests.views.conftest import Make
from tests.views.snapshots import experiment, snapshot
from tests.views.ticks import labels_are_apart, seen_range, ticks


def test_heights_are_the_decades_of_the_rms(make: Make) -> None:
    view = make(GradientView)
    rms = np.array([[1e-4, 3.0], [2e-3, 40.0], [0.5, 1e6]])

    view.show(snapshot(weight_gradients=rms))

    for k, curve in enumerate(view.curves.curves):
        np.testing.assert_allclose(curve.y, np.log10(rms[:, k]))
        np.testing.assert_allclose(curve.x, [1, 2, 3], atol=0.2)
    _, _, bottom, top = seen_range(view.plot)
    assert bottom <= -4
    assert top >= 6


def test_an_exact_zero_rests_on_the_line_marked_0(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(weight_gradients=[[0, 1e-3], [0, 1e-2], [0, 1e-1]]))

    floor = ticks(view.plot, "left")["0"]
    assert view.curves.curves[0].y.tolist() == [floor] * 3
    _, _, bottom, _ = seen_range(view.plot)
    assert bottom < floor < -3


def test_without_a_zero_the_axis_has_no_0(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(weight_gradients=1e-3))

    assert "0" not in ticks(view.plot, "left")


def test_nan_is_a_gap_with_the_epoch_of_the_divergence(make: Make) -> None:
    view = make(GradientView)
    rms = [[np.nan, 1e-3], [np.inf, 1e-2], [1.0, 1e-1]]
    view.show(snapshot(epoch=4, weight_gradients=rms, diverged_at=[3, -1]))

    assert np.isnan(view.curves.curves[0].y).tolist() == [True, True, False]
    assert np.isfinite(view.curves.curves[1].y).all()
    assert f"{GLYPHS[0]}</span> diverged at epoch 3" in view.notes.text
    assert GLYPHS[1] not in view.notes.text


def test_no_lane_is_called_diverged_before_it_is(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(epoch=4, diverged_at=[3, -1]))
    view.show(snapshot(epoch=2, recorded=4, diverged_at=[3, -1]))

    assert view.notes.text == ""


def test_the_switch_shows_what_flows_back(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(weight_gradients=1e-2, z_gradients=1e3))
    assert view.curves.curves[0].y.tolist() == pytest.approx([-2] * 3)

    view.kind.choose("z")
    assert view.curves.curves[0].y.tolist() == pytest.approx([3] * 3)
    assert seen_range(view.plot)[3] >= 3

    view.kind.choose("weight")
    assert view.curves.curves[0].y.tolist() == pytest.approx([-2] * 3)


def test_equal_lanes_are_both_seen(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(3, weight_gradients=[1e-2, 1e-2, 1e-1]))

    first, second, apart = view.curves.curves
    assert [first.dashed, second.dashed, apart.dashed] == [False, True, False]
    assert (second.x > first.x).all()


def test_equal_lanes_of_deep_networks_are_told_apart_by_dashes(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(2, 41))

    assert [curve.dashed for curve in view.curves.curves] == [False, True]


def test_the_range_grows_and_never_jumps_while_one_run_is_shown(make: Make) -> None:
    view = make(GradientView)
    early, late = snapshot(weight_gradients=1e-2), snapshot(epoch=1, weight_gradients=[1e-7, 1e3])
    view.show(early)
    narrow = seen_range(view.plot)
    view.show(late)
    wide = seen_range(view.plot)
    assert wide[2] < narrow[2]
    assert wide[3] > narrow[3]

    view.show(early)

    assert seen_range(view.plot) == wide


def test_another_run_brings_its_own_range(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(weight_gradients=[1e-15, 0]))
    view.show(snapshot(of=experiment(seed=2), weight_gradients=1e-2))

    assert seen_range(view.plot)[2] > -5
    assert "0" not in ticks(view.plot, "left")


def test_more_epochs_of_the_same_run_keep_the_range(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(weight_gradients=[[1e-15, 0], [1, 1], [5, 5]]))
    before = seen_range(view.plot)
    view.show(snapshot(of=experiment(epochs=99), weight_gradients=1e-2))

    assert seen_range(view.plot) == before


@pytest.mark.parametrize("layers", [2, 11, 21, 41, 101])
@pytest.mark.parametrize("size", [(260, 240), (900, 500)])
def test_labels_stay_readable(make: Make, layers: int, size: tuple[int, int]) -> None:
    view = make(GradientView, *size)
    view.show(snapshot(2, layers, weight_gradients=[[1e-19, 1e12], *([[0, 1]] * (layers - 1))]))
    QApplication.processEvents()
    draw(view)

    across = ticks(view.plot, "bottom")
    assert across["1"] == 1
    assert across["out"] == layers
    assert labels_are_apart(view.plot, "bottom")
    assert labels_are_apart(view.plot, "left")
    left, right, _, _ = seen_range(view.plot)
    assert left < 1
    assert right > layers


@pytest.mark.parametrize("layers", [2, 21, 101])
def test_every_layer_is_drawn(make: Make, layers: int) -> None:
    view = make(GradientView)
    view.show(snapshot(2, layers))

    assert all(len(curve.x) == len(curve.y) == layers for curve in view.curves.curves)


def test_items_are_made_once_for_all_epochs(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot())
    plot, curves = view.plot, view.curves
    view.show(snapshot(epoch=1, weight_gradients=5.0))

    assert (view.plot, view.curves) == (plot, curves)


def test_another_style_keeps_what_is_shown(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(weight_gradients=[1e-7, 0]))
    view.show(snapshot(epoch=1, weight_gradients=1e-2))
    before = seen_range(view.plot)
    view.set_style(LIGHT)

    assert seen_range(view.plot) == before
    assert view.curves.curves[0].y.tolist() == pytest.approx([-2] * 3)


def test_values_beyond_every_axis_rest_on_its_ends(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(weight_gradients=[[1e-45, 1e38]] * 3))

    low, high = (curve.y for curve in view.curves.curves)
    _, _, bottom, top = seen_range(view.plot)
    assert (low >= bottom).all()
    assert (high <= top).all()
    assert any(label.startswith("≤") for label in ticks(view.plot, "left"))
    assert math.isfinite(top)


def test_theory_is_drawn_over_the_start_of_the_lanes_that_it_knows(make: Make) -> None:
    view = make(GradientView)
    lanes = (Lane(scheme="he_normal"), Lane(scheme="orthogonal"), Lane(scheme="xavier_normal"))
    of = experiment(lanes, activation="relu")
    start = snapshot(of=of, z_gradients=[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [0.5, 0.5, 0.25]])
    view.show(start)
    assert view.theory.curves == []  # it says nothing of the weights' gradients

    view.kind.choose("z")
    view.redraw()
    for place, k, anchor in ((0, 0, 0.5), (1, 2, 0.25)):
        predicted = predict(of, lanes[k], start.plane)
        assert predicted is not None
        curve = view.theory.curves[place]
        np.testing.assert_allclose(curve.y, np.log10(anchor * predicted.flow))
        np.testing.assert_array_equal(curve.x, view.curves.curves[k].x)
    assert len(view.theory.curves) == 2
    assert "theory" in view.panel.subtitle.text()

    view.kind.choose("activation")
    view.redraw()
    predicted = predict(of, lanes[0], start.plane)
    assert predicted is not None
    np.testing.assert_allclose(view.theory.curves[0].y, np.log10(predicted.activation))
    assert view.panel.title.text() == "Signal flow"

    view.show(snapshot(of=of, epoch=1))
    assert view.theory.curves == []
    assert "theory" not in view.panel.subtitle.text()


def test_the_signal_is_the_size_of_the_activations(make: Make) -> None:
    view = make(GradientView)
    view.kind.choose("activation")
    view.show(snapshot(activations=0.01))
    for curve in view.curves.curves:
        np.testing.assert_allclose(curve.y, -2)


def test_the_axis_only_grows_while_something_is_dragged_and_fits_again_at_rest(
    make: Make,
) -> None:
    view = make(GradientView)
    ends = []
    for seed, size in enumerate((1e-2, 1e4, 1e-8, 1.0), start=1):
        dragged = snapshot(of=experiment(seed=seed), weight_gradients=size)
        view.show(dataclasses.replace(dragged, rough=True))
        ends.append(seen_range(view.plot)[2:])
    for before, after in itertools.pairwise(ends):
        assert after[0] <= before[0]
        assert after[1] >= before[1]
    assert ends[-1][0] < -8
    assert ends[-1][1] > 4

    view.show(dragged)
    assert -2 < seen_range(view.plot)[2] < 0 < seen_range(view.plot)[3] < 2
