from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from initviz.experiment import Lane
from initviz.export.picture import draw
from initviz.focus import Focus
from initviz.views.axes import epoch_ticks
from initviz.views.heat import GAP, MOST_COLUMNS, ZERO, HeatScale, table, thinned_columns
from initviz.views.maps import MapView
from initviz.views.quantities import MOVED, QUANTITIES, UPDATE
from initviz.views.style import DARK, LIGHT
from tests.views.conftest import Make
from tests.views.mouse import click, drag, scene_at
from tests.views.snapshots import experiment, snapshot
from tests.views.ticks import labels_are_apart, seen_range

EPOCHS, LANES, LAYERS = 5, 3, 4


def decades() -> np.ndarray:
    """A different decade at every epoch, lane and layer, (epochs, K, L)."""
    e, k, layer = np.ogrid[:EPOCHS, :LANES, :LAYERS]
    return 10.0 ** (-(e + 5 * k + 15 * (layer % 2)) / 4)


def shown(view: MapView, name: str, values: object, **more: object):  # type: ignore[no-untyped-def]
    """Show these scalars as this quantity."""
    field = {
        "gradient": "gradient_norm", "deviation": "activation_deviation", "dead": "dead_share",
        "saturated": "saturated_share", "update": "update_ratio", "moved": "distance",
    }[name]  # fmt: skip
    view.quantity.choose(name)
    settings = {"epoch": EPOCHS - 1, "lanes": LANES, "layers": LAYERS, **more}
    made = snapshot(per_layer={"weight_norm": 1.0, field: values}, **settings)
    view.show(made)
    return made


@pytest.fixture
def view(make: Make) -> MapView:
    return make(MapView, 760, 280)


@pytest.mark.parametrize("name", ["gradient", "deviation", "moved"])
def test_colours_are_those_of_the_scalars_layer_1_at_the_bottom(view: MapView, name: str) -> None:
    values = decades()
    shown(view, name, values)
    low, high = view.scale.ends

    for k, image in enumerate(view.images):
        assert image.image.shape == (LAYERS, EPOCHS)
        places = (np.log10(values[:, k]) - low) / (high - low) * (ZERO - 1)
        np.testing.assert_array_equal(image.image, np.rint(places).T)
        # Row 0 is drawn at the bottom: the axis goes up, and so does the image.
        assert image.image[0, 0] > image.image[1, 0]
        box = image.mapRectToParent(image.boundingRect())
        assert (box.left(), box.right()) == (-0.5, EPOCHS - 0.5)
        assert sorted((box.top(), box.bottom())) == [0.5, LAYERS + 0.5]
    plot = view.plots[0]
    assert not plot.vb.yInverted()
    assert seen_range(plot)[2:] == (0.5, LAYERS + 0.5)


def test_all_lanes_share_one_scale(view: MapView) -> None:
    shown(view, "gradient", np.broadcast_to([[[1e-6], [1e-3], [1.0]]], (EPOCHS, LANES, LAYERS)))
    low, middle, high = (int(image.image[0, 0]) for image in view.images)

    assert low < middle < high
    assert {image.levels.tolist().__str__() for image in view.images} == {"[0, 255]"}
    luts = [image.lut for image in view.images]
    assert all(lut is luts[0] for lut in luts)


def test_exact_zeros_have_a_colour_that_is_not_on_the_ramp(view: MapView) -> None:
    values = np.ones((EPOCHS, LANES, LAYERS))
    values[:, 0], values[:, 1] = 0, 1e-9
    shown(view, "gradient", values)

    assert (view.images[0].image == ZERO).all()
    assert ZERO not in view.images[1].image
    for style in (DARK, LIGHT):
        colours = table(style).astype(int)
        nearest = np.abs(colours[:ZERO, :3] - colours[ZERO, :3]).sum(axis=1).min()
        assert nearest > 60
    assert ticks_of(view)["0"] == pytest.approx(view.scale.range.floor)
    assert view.bar.zero.isVisible()
    box = view.bar.zero.rect()
    assert box.top() < view.scale.range.floor < box.bottom()
    assert box.bottom() < view.scale.ends[0]


def test_without_a_zero_the_bar_has_none(view: MapView) -> None:
    shown(view, "gradient", 1e-3)
    assert not view.bar.zero.isVisible()
    assert "0" not in ticks_of(view)


def ticks_of(view: MapView) -> dict[str, float]:
    return {label: at for at, label in view.bar.axis._tickLevels[0]}


def test_the_bar_has_whole_decades_and_names_the_quantity(view: MapView) -> None:
    shown(view, "gradient", decades())
    labelled = ticks_of(view)
    assert all(at == round(at) for at in labelled.values())
    assert len(labelled) >= 3
    assert view.bar.axis.labelText == "‖∂L/∂W‖"
    assert tuple(view.bar.box.viewRange()[1]) == view.scale.bounds


@pytest.mark.parametrize("name", ["dead", "saturated"])
def test_shares_are_linear_from_0_to_100_per_cent(view: MapView, name: str) -> None:
    values = np.zeros((EPOCHS, LANES, LAYERS))
    values[:, 1], values[:, 2] = 0.5, 1.0
    shown(view, name, values)

    assert [int(image.image[0, 0]) for image in view.images] == [0, 126, ZERO - 1]
    assert ticks_of(view) == {"0 %": 0, "25 %": 0.25, "50 %": 0.5, "75 %": 0.75, "100 %": 1}


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_a_hatched_gap_with_its_epoch(view: MapView, bad: float) -> None:
    values = decades()
    values[2:, 1] = bad
    shown(view, "gradient", values, diverged_at=[-1, 2, -1])

    assert (view.images[1].image[:, 2:] == GAP).all()
    assert GAP not in view.images[1].image[:, :2]
    assert table(DARK)[GAP, 3] == 0
    gap = view.gaps[1]
    assert gap.hatched
    assert (gap.place.left(), gap.place.right()) == (1.5, EPOCHS - 0.5)
    assert gap.lines == ("diverged", "at epoch 2")
    assert view.gaps[0].place.isEmpty()
    assert not view.gaps[0].lines


def test_gaps_are_seen(view: MapView) -> None:
    values = np.ones((EPOCHS, 1, LAYERS))
    shown(view, "gradient", values, lanes=1)
    whole = draw(view)
    values[2:] = np.nan
    shown(view, "gradient", values, lanes=1, diverged_at=[2])
    holed = draw(view)
    place = view.canvas.mapTo(view.panel, view.canvas.mapFromScene(scene_at(view.plots[0], 3, 1)))
    square = [(place.x() + i, place.y() + j) for i in range(12) for j in range(12)]

    assert len({whole.pixel(*at) for at in square}) == 1
    assert len({holed.pixel(*at) for at in square}) > 1


def test_a_function_that_does_not_saturate_says_so(view: MapView) -> None:
    lanes = (Lane(activation="relu"), Lane(activation="tanh"))
    values = np.full((EPOCHS, 2, LAYERS), 0.4)
    values[:, 0] = values[:, :, -1] = np.nan
    shown(view, "saturated", values, of=experiment(lanes, LAYERS))

    assert view.gaps[0].lines == ("ReLU", "does not saturate")
    assert not view.gaps[0].hatched
    assert (view.images[0].image == GAP).all()
    assert view.gaps[1].place.isEmpty()
    assert (view.images[1].image[-1] == GAP).all()  # the output has no φ


def test_there_is_no_update_at_epoch_0(view: MapView) -> None:
    shown(view, "update", 1e-3)
    image = view.images[0]
    assert image.image.shape == (LAYERS, EPOCHS - 1)
    assert image.mapRectToParent(image.boundingRect()).left() == 0.5

    shown(view, "update", 0.0, epoch=0)
    assert image.image is None
    at = scene_at(view.plots[0], 0, 1)
    assert view.value_at(at).endswith("no update yet")


def test_the_distance_is_a_share_of_the_first_weights_and_absolute_where_they_are_0() -> None:
    history = snapshot(
        2, 2, 1, per_layer={"weight_norm": [[[4.0, 0]] * 2], "distance": [[[2.0, 3.0]] * 2]}
    ).history
    np.testing.assert_array_equal(MOVED.of(history)[1], [[0.5, 3.0]] * 2)


def test_the_range_only_grows_while_a_run_is_shown(view: MapView) -> None:
    shown(view, "gradient", 1e-2)
    narrow = view.scale.ends
    shown(view, "gradient", decades())
    wide = view.scale.ends
    shown(view, "gradient", 1e-2)

    assert wide[0] < narrow[0]
    assert view.scale.ends == wide
    assert view.images[0].image[0, 0] == round((-2 - wide[0]) / (wide[1] - wide[0]) * (ZERO - 1))

    shown(view, "gradient", 1e-2, of=experiment(2, LAYERS, learning_rate=0.77))
    assert view.scale.ends == narrow


def test_the_shown_epoch_and_the_layer_in_focus_are_marked_and_move(view: MapView) -> None:
    made = shown(view, "gradient", decades(), epoch=1, recorded=EPOCHS - 1)
    assert {marks.epoch for marks in view.marks} == {1.0}
    view.set_focus(Focus(2, None, 3))

    for k, marks in enumerate(view.marks):
        assert (marks.frame.top(), marks.frame.bottom()) == (3.5, 4.5)
        assert (marks.frame.left(), marks.frame.right()) == (-0.5, EPOCHS - 0.5)
        assert marks.bright == (k == 2)
    items = list(view.images)
    shown(view, "gradient", decades(), epoch=3, recorded=EPOCHS - 1)
    assert {marks.epoch for marks in view.marks} == {3.0}
    assert view.images == items  # nothing is made anew
    assert view.snapshot is not made


@pytest.mark.parametrize(("lane", "epoch", "layer"), [(0, 0, 0), (1, 3, 2), (2, 4, 3)])
def test_a_click_asks_for_the_epoch_the_layer_and_the_lane(
    view: MapView, lane: int, epoch: int, layer: int
) -> None:
    shown(view, "gradient", decades(), epoch=2, recorded=EPOCHS - 1)
    view.set_focus(Focus(1, None, 1))
    asked: list[object] = []
    view.focus_asked.connect(asked.append)
    view.epoch_asked.connect(asked.append)
    click(view, view.plots[lane], epoch, layer + 1)

    assert asked == [Focus(lane, None, layer), epoch]


def test_a_click_on_what_is_not_recorded_goes_to_the_last_epoch(view: MapView) -> None:
    shown(view, "gradient", decades(), epoch=2, recorded=EPOCHS - 1)
    asked: list[int] = []
    view.epoch_asked.connect(asked.append)
    click(view, view.plots[0], 9, 1)
    assert asked == [EPOCHS - 1]


def test_a_click_into_a_lane_in_focus_keeps_both(view: MapView) -> None:
    shown(view, "gradient", decades())
    view.set_focus(Focus(1, 2, 0))
    asked: list[Focus] = []
    view.focus_asked.connect(asked.append)
    click(view, view.plots[2], 4, 3)
    assert asked == [Focus(1, 2, 2)]


def test_a_drag_asks_all_along(view: MapView) -> None:
    shown(view, "gradient", decades(), epoch=2, recorded=EPOCHS - 1)
    epochs: list[int] = []
    view.epoch_asked.connect(epochs.append)
    drag(view, view.plots[0], (0, 1), (1, 1), (3, 1), (4, 1))
    assert epochs[-1] == 4
    assert 3 in epochs


def test_a_drag_over_a_map_that_is_zoomed_moves_it_instead(view: MapView) -> None:
    shown(view, "gradient", decades(), epoch=2, recorded=EPOCHS - 1)
    box = view.plots[0].vb
    box.zoom(0.5, QPointF(2, 2), (0,))
    before = seen_range(view.plots[0])
    assert {seen_range(plot)[:2] for plot in view.plots} == {before[:2]}  # all of them together
    epochs: list[int] = []
    view.epoch_asked.connect(epochs.append)
    drag(view, view.plots[0], (2, 1), (1.5, 1), (1, 1))
    assert epochs == []
    assert seen_range(view.plots[0]) != before


def test_the_words_under_the_mouse_have_the_exact_number(view: MapView) -> None:
    values = decades()
    values[3, 1, 2] = 0.0123
    made = shown(view, "gradient", values)
    title = made.experiment.lanes[1].title

    at = scene_at(view.plots[1], 3.2, 2.7)
    assert view.value_at(at) == f"epoch 3, hidden 3 · {title}: ‖∂L/∂W‖ 0.0123"
    assert view.value_at(scene_at(view.plots[1], 8, 3)) == ""  # not recorded yet
    assert view.value_at(scene_at(view.plots[1], 3, 30)) == ""


@pytest.mark.parametrize("lanes", [1, 2, 5, 8])
@pytest.mark.parametrize("size", [(740, 260), (1290, 400)])
def test_maps_are_equally_wide_and_high(make: Make, lanes: int, size: tuple[int, int]) -> None:
    view = make(MapView, *size)
    shown(view, "gradient", 1e-2, lanes=lanes)
    draw(view)
    boxes = [plot.vb.sceneBoundingRect() for plot in view.plots]

    assert max(b.width() for b in boxes) - min(b.width() for b in boxes) <= 1
    assert max(b.height() for b in boxes) - min(b.height() for b in boxes) <= 1
    assert all(b.width() > 60 and b.height() > 30 for b in boxes)
    for axis, first in zip(view.axes, view.plots[:: view._columns(view.snapshot)], strict=True):
        box = axis.mapRectToScene(QRectF(QPointF(0, 0), axis.size()))
        beside = first.vb.sceneBoundingRect()
        assert abs(box.top() - beside.top()) <= 1
        assert abs(box.height() - beside.height()) <= 1
    assert all(labels_are_apart(plot, "bottom") for plot in view.plots)


def test_all_maps_share_the_epochs_to_come(view: MapView) -> None:
    shown(view, "gradient", decades())
    assert {seen_range(plot)[:2] for plot in view.plots} == {(-0.5, 10.5)}
    shown(view, "gradient", 1.0, epoch=30)
    assert {seen_range(plot)[:2] for plot in view.plots} == {(-0.5, 30.5)}


@pytest.mark.parametrize("count", [1, 399, 400, 401, 1234, 5000])
def test_thinning_keeps_the_greatest_and_every_gap(count: int) -> None:
    generator = np.random.default_rng(count)
    values = generator.random((count, 2, 3))
    values[count // 2, 0, 1] = 7.0
    values[count // 3, 1, 2] = np.nan
    columns, step = thinned_columns(np.arange(count), values)

    assert len(columns) <= MOST_COLUMNS
    assert len(columns) == -(-count // step)
    assert columns[count // 2 // step, 0, 1] == 7.0
    assert np.isnan(columns[count // 3 // step, 1, 2])
    assert np.isnan(columns).sum() == 1
    for number, column in enumerate(columns):
        np.testing.assert_array_equal(
            column, values[number * step : (number + 1) * step].max(axis=0)
        )


def test_thousands_of_epochs_stand_where_they_belong(view: MapView) -> None:
    values = np.full((5001, LANES, LAYERS), 1e-3)
    values[4000:] = 1.0
    shown(view, "gradient", values, epoch=5000)
    image = view.images[0]
    step = image.mapRectToParent(image.boundingRect()).width() / image.image.shape[1]
    row = image.image[0].astype(int)
    jump = int(np.flatnonzero(np.diff(row))[0]) + 1

    assert -0.5 + jump * step == pytest.approx(4000, abs=step)


@pytest.mark.parametrize("end", [1, 7, 60, 99, 1000, 12345])
@pytest.mark.parametrize("width", [60.0, 130.0, 600.0])
def test_epochs_have_round_ticks_from_0_on(end: int, width: float) -> None:
    [marks, _] = epoch_ticks(end, width)
    positions = [at for at, _ in marks]
    assert positions[0] == 0
    assert positions[-1] <= end
    assert len(set(np.diff(positions))) <= 1
    assert len(positions) >= 2 or width < 100


def test_every_quantity_has_words_of_its_own() -> None:
    for field in ("label", "symbol", "words", "tip"):
        assert len({getattr(q, field) for q in QUANTITIES.values()}) == len(QUANTITIES)
    assert UPDATE.text(0.0) == "‖ΔW‖/‖W‖ exactly 0"
    assert UPDATE.text(float("nan")).endswith("not a number")
    assert QUANTITIES["dead"].text(0.254) == "dead 25.4 %"


def test_the_scale_does_not_move_while_numbers_stay_within_it() -> None:
    scale = HeatScale()
    scale.follow("a run", share=False)
    scale.colours(np.array([1e-5, 1.0, 0.0]))
    before = scale.ends, scale.bounds
    scale.colours(np.array([1e-3, 0.1, np.nan, np.inf]))
    assert (scale.ends, scale.bounds) == before
    assert scale.ends[0] < -5
    assert scale.bounds[0] < scale.ends[0]
