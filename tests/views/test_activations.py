from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from pyqtgraph import LabelItem
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from initviz.experiment import Lane
from initviz.export.picture import draw
from initviz.snapshot import LOG_HIGH, LOG_LOW, LOG_PER_DECADE
from initviz.views.activations import MOST_PLOTS, ActivationView
from initviz.views.style import GLYPHS, LIGHT
from tests.views.conftest import Make
from tests.views.snapshots import experiment, in_bin, in_value_bin, snapshot
from tests.views.ticks import labels_are_apart, seen_range, ticks

RELU = experiment(activation="relu")


def test_heights_are_the_roots_of_the_shares(make: Make) -> None:
    view = make(ActivationView)
    values = np.stack([in_value_bin(0, 0.25) + in_value_bin(63, 0.75), in_value_bin(32, 1.0)])
    view.show(snapshot(values=values))

    for row in view.curves:
        one, two = row.curves
        assert one.y[0] == pytest.approx(0.5)
        assert one.y[-1] == pytest.approx(0.75**0.5)
        assert one.y[1:-1].max() == 0
        assert two.y[32] == 1
        assert one.x[0] == pytest.approx(-1 + 1 / 64)
        assert two.x[32] == pytest.approx(1 / 64)


def test_every_hidden_layer_has_a_plot_and_the_output_has_none(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(layers=6))

    assert len(view.plots) == 5
    titles = [plot.titleLabel.text for plot in view.plots]
    assert titles == [f"hidden {i}" for i in range(1, 6)]


def test_a_bounded_function_is_shown_by_value_with_its_ends(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(value_edges=(-1, 1)))

    assert view.scale.value == "value"
    assert ticks(view.plots[0], "bottom") == {"-1": -1, "0": 0, "1": 1}
    left, right, _, _ = seen_range(view.plots[0])
    assert left <= -1
    assert right >= 1


def test_an_unbounded_function_is_shown_by_size(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(of=RELU))
    assert view.scale.value == "size"

    view.show(snapshot())
    assert view.scale.value == "value"


def test_one_unbounded_lane_makes_all_be_shown_by_size(make: Make) -> None:
    lanes = (Lane(scheme="zeros"), Lane(scheme="he_normal", activation="relu"))
    view = make(ActivationView)
    view.show(snapshot(of=experiment(lanes)))

    assert view.scale.value == "size"


def test_the_users_choice_of_scale_stays(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot())
    view.scale.choose("size")
    assert "log |a|" in view.panel.subtitle.text()
    view.show(snapshot(epoch=1))
    assert view.scale.value == "size"

    view.scale.choose("value")
    view.show(snapshot(of=RELU))
    assert view.scale.value == "value"


def test_sizes_stand_at_their_decade(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(of=RELU, sizes=np.stack([in_bin(-3), in_bin(1)])))

    one, two = view.curves[0].curves
    assert one.x[np.argmax(one.y)] == pytest.approx(-3 + 0.125)
    assert two.x[np.argmax(two.y)] == pytest.approx(1 + 0.125)
    left, right, _, _ = seen_range(view.plots[0])
    assert left < -3
    assert right > 1.25


def test_exact_zeros_have_a_column_of_their_own(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(of=RELU, sizes=in_bin(-2, 0.36), zeros=[0.64, 0]))

    one, two = view.curves[0].curves
    zero = ticks(view.plots[0], "bottom")["0"]
    wide = int(np.flatnonzero(one.y == 0)[0])  # cells of the zeros, and of the gap beside them
    assert one.x[:wide].mean() == pytest.approx(zero)
    np.testing.assert_allclose(one.y[:wide], 0.8)
    assert not two.y[:wide].any()
    assert not one.y[wide : 2 * wide].any()
    assert one.y[2 * wide :].max() == pytest.approx(0.6)


def test_zeros_are_seen_beside_many_decades(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(layers=12, sizes=in_bin(-14, 0.1) + in_bin(6, 0.1), zeros=0.8))

    for image in view.maps:
        share = (image.image[0] == image.image[0, 0]).sum() / image.image.shape[1]
        assert share > 0.03  # two pixels of a map of 60


def test_a_layer_of_zeros_alone_is_drawn(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(of=RELU, sizes=np.zeros(96), zeros=1.0))

    assert all(row.curves[0].y[0] == 1 for row in view.curves)
    assert all(row.curves[0].y[1:].max() == 0 for row in view.curves)


@pytest.mark.parametrize("of", [None, RELU], ids=["value", "size"])
def test_no_share_is_lost_outside_the_axis(make: Make, of: object) -> None:
    view = make(ActivationView)
    rare = 0.9999 * in_bin(0) + 0.0001 * in_bin(-14)
    view.show(snapshot(of=of, sizes=rare))

    for row in view.curves:
        for curve in row.curves:
            assert np.square(curve.y).sum() == pytest.approx(1)
    assert seen_range(view.plots[0])[0] > -14


def test_the_axis_of_sizes_grows_and_never_jumps_while_one_run_is_shown(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(of=RELU, sizes=in_bin(-1)))
    narrow = seen_range(view.plots[0])
    view.show(snapshot(of=RELU, epoch=1, sizes=0.5 * (in_bin(-6) + in_bin(3))))
    wide = seen_range(view.plots[0])
    assert wide[0] < narrow[0]
    assert wide[1] > narrow[1]

    view.show(snapshot(of=RELU, sizes=in_bin(-1)))

    assert seen_range(view.plots[0]) == wide


def test_the_axis_of_values_grows_and_never_jumps_while_one_run_is_shown(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot())
    view.scale.choose("value")
    seen = []
    for epoch, ends in enumerate([(-1, 1), (-1, 4), (-3, 2), (-1, 1), (-0.1, 0.1)]):
        view.show(snapshot(epoch=epoch, value_edges=ends))
        seen.append(seen_range(view.plots[0])[:2])
    lefts, rights = zip(*seen, strict=True)
    assert list(lefts) == sorted(lefts, reverse=True)
    assert list(rights) == sorted(rights)
    assert lefts[0] > lefts[2]
    assert rights[0] < rights[1]
    assert seen[-1] == seen[2]
    assert {"-3", "4"} <= set(ticks(view.plots[0], "bottom"))

    view.show(snapshot(of=experiment(seed=2), value_edges=(-0.1, 0.1)))  # another run
    assert seen_range(view.plots[0])[1] < 0.2


@pytest.mark.parametrize("layers", [3, 12])
def test_values_stand_in_their_place_on_an_axis_that_has_grown(make: Make, layers: int) -> None:
    view = make(ActivationView, 900, 500)
    of = experiment(2, layers)
    view.show(snapshot(of=of, value_edges=(-8, 8)))
    view.scale.choose("value")
    view.show(snapshot(of=of, epoch=1, value_edges=(-1, 1), values=in_value_bin(63)))

    if view.maps:
        (image, _) = view.maps
        pixel = int(np.argmax(image.image[0]))
        at = image.mapToView(QPointF(pixel + 0.5, 0.5)).x()
    else:
        curve = view.curves[0].curves[0]
        at = curve.x[int(np.argmax(curve.y))]
    assert at == pytest.approx(1 - 1 / 64, abs=0.3)


def test_all_plots_share_their_range(make: Make) -> None:
    view = make(ActivationView)
    sizes = np.stack([in_bin(-5), in_bin(-1), in_bin(2)])[:, None]
    view.show(snapshot(of=RELU, sizes=sizes))

    assert len({seen_range(plot) for plot in view.plots}) == 1


def test_equal_lanes_are_both_seen(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot())

    assert [curve.dashed for curve in view.curves[0].curves] == [False, True]


def test_deep_networks_become_maps_with_the_depth_down(make: Make) -> None:
    view = make(ActivationView)
    layers = MOST_PLOTS + 2
    sizes = np.stack([in_bin(-i / 2) for i in range(layers)])[:, None]
    view.show(snapshot(layers=layers, sizes=sizes))

    assert not view.curves
    assert len(view.maps) == 2
    assert view.scale.value == "size"
    for plot, image in zip(view.plots, view.maps, strict=True):
        assert image.image.shape[0] == layers - 1
        strongest = image.image.argmax(axis=1)
        assert (np.diff(strongest) < 0).all()  # sizes shrink with the depth
        # The first layer is at the top of the screen.
        first, last = (image.mapToView(QPointF(0, row + 0.5)).y() for row in (0, layers - 2))
        assert (first, last) == (1, layers - 1)
        assert plot.vb.mapViewToScene(QPointF(0, first)).y() < plot.vb.mapViewToScene(
            QPointF(0, last)).y()  # fmt: skip


def test_maps_are_as_bright_as_the_root_of_the_share(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(layers=12, sizes=in_bin(-1, 0.25), zeros=0.75))

    for image in view.maps:
        np.testing.assert_allclose(image.image[:, 0], 0.75**0.5)
        zeros = int((image.image[0] == image.image[0, 0]).sum())
        np.testing.assert_allclose(image.image[:, zeros:].max(axis=1), 0.5)
        low, high = image.levels
        assert low == 0
        assert 0.3 < high <= 1


def test_maps_name_their_lanes(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(3, 12))

    assert "Zeros" in view.headers[0].text
    assert "Constant" in view.headers[1].text
    assert len(view.headers) == 3


def test_exactly_as_many_layers_as_there_are_plots_become_plots(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(layers=MOST_PLOTS + 1))
    assert len(view.plots) == MOST_PLOTS
    assert not view.maps

    view.show(snapshot(layers=MOST_PLOTS + 2))
    assert len(view.maps) == 2


def test_changes_of_shape_and_back_leave_no_plot_behind(make: Make) -> None:
    view = make(ActivationView)
    for layers in (3, 30, 5, 2, 12, 3):
        view.show(snapshot(layers=layers))

    assert len(view.plots) == 2
    assert len([item for item in view.canvas.ci.items if hasattr(item, "vb")]) == 2


def test_a_divergence_is_named(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(epoch=4, values=np.zeros(64), diverged_at=[-1, 3]))

    assert f"{GLYPHS[1]}</span> diverged" in view.notes.text
    assert GLYPHS[0] not in view.notes.text


@pytest.mark.parametrize("layers", [2, 6, 10, 101])
@pytest.mark.parametrize("scale", ["value", "size"])
@pytest.mark.parametrize("size", [(330, 300), (800, 600)])
def test_labels_stay_readable(make: Make, layers: int, scale: str, size: tuple[int, int]) -> None:
    view = make(ActivationView, *size)
    sizes = 0.5 * (in_bin(-15) + in_bin(7))
    shown = snapshot(layers=layers, sizes=sizes, value_edges=(-200, 200))
    view.show(shown)
    view.scale.choose(scale)
    QApplication.processEvents()
    draw(view)
    view.show(shown)

    for plot in view.plots:
        assert labels_are_apart(plot, "bottom")
        if plot.getAxis("left").isVisible() and plot.getAxis("left")._tickLevels:
            assert labels_are_apart(plot, "left")


def test_items_are_made_once_for_all_epochs(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot())
    plots = list(view.plots)
    view.show(snapshot(epoch=1))

    assert view.plots == plots


@pytest.mark.parametrize("layers", [3, 12])
def test_another_style_keeps_what_is_shown(make: Make, layers: int) -> None:
    view = make(ActivationView)
    view.show(snapshot(of=experiment(2, layers, activation="relu"), sizes=in_bin(-9)))
    view.show(snapshot(of=experiment(2, layers, activation="relu"), sizes=in_bin(0)))
    before = seen_range(view.plots[0])
    view.set_style(LIGHT)

    assert seen_range(view.plots[0]) == before
    assert view.scale.value == "size"


def test_the_axis_of_the_sizes_stays_under_a_drag(make: Make) -> None:
    view = make(ActivationView)
    view.scale.choose("size")

    def shares(decade: int) -> np.ndarray:
        found = np.zeros((LOG_HIGH - LOG_LOW) * LOG_PER_DECADE)
        found[(decade - LOG_LOW) * LOG_PER_DECADE] = 1
        return found

    for seed, decade in enumerate((-1, 5, -9, -1), start=1):
        dragged = snapshot(of=experiment(seed=seed), sizes=shares(decade))
        view.show(dataclasses.replace(dragged, rough=True))
    left, right, *_ = seen_range(view.plots[0])
    assert left < -9
    assert right > 5
    view.show(dragged)
    left, right, *_ = seen_range(view.plots[0])
    assert left > -9
    assert right < 5


def test_another_depth_arranges_the_plots_that_are_there(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(layers=7, diverged_at=[0, -1]))
    made = list(view.plots)
    for layers in (4, MOST_PLOTS + 4, 9, 7):
        view.show(snapshot(layers=layers, diverged_at=[0, -1]))
        if layers <= MOST_PLOTS:
            assert [p.titleLabel.text for p in view.plots] == [
                f"hidden {i + 1}" for i in range(layers - 1)
            ]
            assert len(view.curves) == layers - 1
            assert [plot for plot in view.plots if plot in made] == made[: layers - 1]
            items = view.canvas.scene().items()
            notes = [i for i in items if isinstance(i, LabelItem) and "diverged" in i.text]
            assert len(notes) == 1
    assert view.plots == made
    assert all(len(row.curves) == 2 for row in view.curves)


def test_plots_of_another_style_are_made_anew(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(layers=4))
    made = list(view.plots)
    view.set_style(LIGHT)
    assert not set(map(id, made)) & set(map(id, view.plots))
    view.show(snapshot(layers=6))
    assert len(view.plots) == 5
