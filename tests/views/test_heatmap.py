from __future__ import annotations

import dataclasses
import weakref

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from initviz.experiment import Lane
from initviz.export.picture import draw
from initviz.focus import Focus
from initviz.snapshot import Snapshot
from initviz.views.heatmap import HeatmapView
from initviz.views.scale import GAP, MIDDLE, ZERO, Level, round_up, table, to_bytes
from initviz.views.style import DARK, GLYPHS, LIGHT, STYLES, Style
from tests.make import data
from tests.views.conftest import Make
from tests.views.grids import click, scene, with_layer
from tests.views.snapshots import SAMPLES, experiment, flat_plane, snapshot
from tests.views.ticks import labels_are_apart, seen_range, ticks

LABELS = (1, 0, 1, 0, 1)
SORTED = [1, 3, 0, 2]
"""The first four training points in the order of their classes."""


def numbers(lanes: int = 2, samples: int = SAMPLES, width: int = 8) -> np.ndarray:
    """a = lane / 2 + sample / 10 + neuron / 100 + 0.01, all different and below 1."""
    k, n, w = np.ogrid[:lanes, :samples, :width]
    return (k / 2 + n / 10 + w / 100 + 0.01).astype(np.float32)


def shown(a: np.ndarray | None = None, lanes: int = 2, **more: object) -> Snapshot:
    """tanh, 8 neurons, four samples of which the second and the fourth are of the first class."""
    settings = {"activation": "tanh", **more}
    of = experiment(lanes, 3, **settings)
    values = numbers(lanes) if a is None else a
    return with_layer(snapshot(of=of, plane=flat_plane(labels=LABELS)), 0, activation=values)


def test_rows_are_neurons_and_columns_samples_sorted_by_class(make: Make) -> None:
    view = make(HeatmapView)
    view.show(shown())

    (grid,) = view.grids
    np.testing.assert_array_equal(grid.image.image, to_bytes(numbers()[0].T[:, SORTED], 1.0))
    assert seen_range(grid.plot)[:2] == (0.5, 4.5)
    bands = view._axes[0].samples.bands
    assert [(band.start, band.stop) for band in bands] == [(0, 2), (2, 4)]
    assert view._axes[0].samples.labels.tolist() == [0, 0, 1, 1]
    edges, _ = view._lines[0].getData()
    assert edges.tolist() == [2.5, 2.5]


def test_the_first_neuron_stands_at_the_top(make: Make) -> None:
    view = make(HeatmapView)
    view.show(shown())
    QApplication.processEvents()

    plot = view.grids[0].plot
    assert ticks(plot, "left")["1"] == 1
    assert scene(plot, 1.5, 1).y() < scene(plot, 1.5, 8).y()


def test_bounded_activations_are_drawn_between_their_bounds(make: Make) -> None:
    view = make(HeatmapView)
    for activation, low in (("tanh", "−1"), ("sigmoid", "0")):
        view.show(shown(activation=activation))
        texts = ticks(view.bar.plot, "right")
        assert "1" in texts
        assert (low == "0") == ("−1" not in texts)
        assert view.grids[0].image.image[0, 0] == to_bytes(numbers()[0, 1, :1], 1.0)[0]


def test_unbounded_ones_reach_a_round_number_that_does_not_follow_every_move(make: Make) -> None:
    view = make(HeatmapView)
    level = []
    for size in (1.0, 1.1, 0.9, 1.2, 0.7, 100.0, 100.0):
        view.show(shown(np.full((2, 4, 8), size), activation="gelu"))
        level.append(view.level.value)

    assert level == [5, 5, 5, 5, 5, 500, 500]


def test_another_run_and_another_layer_have_a_level_of_their_own(make: Make) -> None:
    view = make(HeatmapView)
    view.show(shown(np.full((2, 4, 8), 1.0), activation="gelu"))
    view.show(shown(np.full((2, 4, 8), 0.5), activation="gelu", seed=5))

    assert view.level.value == 2


def test_an_exact_zero_is_told_from_small_numbers() -> None:
    a = np.array([[0.0, -0.0, 1e-30, -1e-30, 1.0, -1.0, 1e30, -1e30]])
    middle = [MIDDLE, MIDDLE]
    assert to_bytes(a, 1.0).tolist() == [[ZERO, ZERO, *middle, 252, 0, 252, 0]]
    assert to_bytes(a, 1.0, zeros=False).tolist() == [[*middle, *middle, 252, 0, 252, 0]]
    for style in STYLES.values():
        colours = table(style).astype(int)
        apart = np.abs(colours[ZERO, :3] - colours[: 2 * MIDDLE + 1, :3]).max(axis=1)
        assert apart.min() > 20
        assert colours[ZERO, 3] == 255


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_what_is_no_number_is_a_gap(kind: type) -> None:
    a = np.array([[np.nan, np.inf, -np.inf, 0.5, 0.0]], dtype=kind)
    assert to_bytes(a, 1.0).tolist() == [[GAP, GAP, GAP, MIDDLE + 63, ZERO]]
    assert table(DARK)[GAP, 3] == 0


def test_levels_are_round_and_survive_every_number() -> None:
    assert [round_up(v) for v in (0.3, 1.0, 1.2, 2.01, 6e-9)] == pytest.approx([0.5, 1, 2, 5, 1e-8])
    level = Level()
    for value in (0.0, np.nan, np.inf):
        assert level.follow(value, "a") == 1.0
    assert level.follow(1e-300, "a") > 0
    assert np.isfinite(level.follow(1e300, "b"))


def test_two_lanes_are_drawn_side_by_side_on_one_scale(make: Make) -> None:
    view = make(HeatmapView, 500, 300)
    view.set_focus(Focus(0, 1))
    view.show(shown())
    QApplication.processEvents()
    draw(view)

    first, second = view.grids
    for lane, grid in enumerate((first, second)):
        np.testing.assert_array_equal(grid.image.image, to_bytes(numbers()[lane].T[:, SORTED], 1.0))
        assert GLYPHS[lane] in grid.header.item.toPlainText()
    assert first.plot.vb.width() == pytest.approx(second.plot.vb.width(), abs=1)
    assert first.plot.vb.height() == second.plot.vb.height()


def test_similar_neurons_lie_together_when_asked_to(make: Make) -> None:
    pattern = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]) / 2
    a = np.stack([np.tile(pattern, 2)] * 2)  # neuron w is the same as neuron w + 4
    view = make(HeatmapView)
    view.show(shown(a))
    view.order.choose("similar")

    rows = view.grids[0].names
    assert rows.tolist() == [0, 4, 1, 5, 2, 6, 3, 7]
    np.testing.assert_array_equal(view.grids[0].image.image, to_bytes(a[0].T[rows][:, SORTED], 1.0))
    QApplication.processEvents()
    assert ticks(view.grids[0].plot, "left")["5"] == 2

    view.order.choose("index")
    assert view.grids[0].names is None
    np.testing.assert_array_equal(view.grids[0].image.image, to_bytes(a[0].T[:, SORTED], 1.0))


def test_the_order_stands_still_while_epochs_pass_and_is_renewed_at_rest(make: Make) -> None:
    view = make(HeatmapView)
    early, late = np.zeros((2, 4, 8)), np.zeros((2, 4, 8))
    early[:, 0] = 0.5
    early[:, 1, ::2] = 0.5
    late[:, 0] = 0.5
    late[:, 1, 4:] = 0.5

    def at(epoch: int, a: np.ndarray) -> Snapshot:
        of = experiment(2, 3, activation="tanh")
        return with_layer(snapshot(of=of, epoch=epoch, plane=flat_plane()), 0, activation=a)

    view.show(at(0, early))
    view.order.choose("similar")
    first = view.grids[0].names.tolist()
    assert first == [0, 2, 4, 6, 1, 3, 5, 7]
    view.show(at(1, late))
    assert view.grids[0].names.tolist() == first
    view.show(at(1, late))
    assert view.grids[0].names.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("order", ["index", "similar"])
def test_a_click_on_a_row_pins_its_neuron_and_another_lets_it_go(make: Make, order: str) -> None:
    view = make(HeatmapView)
    view.show(shown())
    view.order.choose(order)
    QApplication.processEvents()
    (grid,) = view.grids
    neuron = 5 if grid.names is None else int(grid.names[5])

    assert click(view, grid.plot, 3, 6) == [Focus(0, None, 0, neuron)]
    view.set_focus(Focus(0, None, 0, neuron))
    (mark,) = grid.outline.rects
    assert (mark.top(), mark.height(), mark.width()) == (5.5, 1, 4)

    assert click(view, grid.plot, 3, 6) == [Focus(0, None, 0, None)]
    view.set_focus(Focus())
    assert grid.outline.rects == []


def test_the_number_under_the_mouse_is_exact(make: Make) -> None:
    view = make(HeatmapView)
    view.show(shown())
    QApplication.processEvents()
    plot = view.grids[0].plot

    at = scene(plot, 3, 5)  # the third in order is the first sample
    assert view.value_at(at) == "hidden 1, neuron 5, sample 1 (class 1): a = 0.05"
    assert view.value_at(scene(plot, 0, 5)) == ""

    view.set_focus(Focus(0, 1))
    QApplication.processEvents()
    at = scene(view.grids[1].plot, 1, 1)
    assert view.value_at(at) == "Constant 0.5 · hidden 1, neuron 1, sample 2 (class 0): a = 0.61"


def test_a_regression_is_sorted_by_its_target(make: Make) -> None:
    of = experiment((Lane(scheme="xavier_uniform"),), 3, data=data("diabetes"), activation="tanh")
    plane = flat_plane(labels=(150.0, 25.0, 300.0, 80.0, 90.0), features=10)
    view = make(HeatmapView)
    view.show(with_layer(snapshot(of=of, plane=plane), 0, activation=numbers(1)))
    QApplication.processEvents()

    assert view._axes[0].samples.order.tolist() == [1, 3, 0, 2]
    assert [text for _, text in view._axes[0].texts()] == ["25", "150", "300"]
    at = scene(view.grids[0].plot, 1, 1)
    assert view.value_at(at) == "hidden 1, neuron 1, sample 2 (target 25): a = 0.11"
    assert "by target" in view.panel.subtitle.text()


def test_many_classes_have_a_band_and_a_name_each(make: Make) -> None:
    of = experiment((Lane(scheme="xavier_uniform"),), 3, data=data("digits"), activation="tanh")
    plane = flat_plane(np.zeros((40, 2)), np.arange(40) % 10, features=64)
    view = make(HeatmapView, 245, 250)
    view.show(with_layer(snapshot(of=of, plane=plane), 0, activation=numbers(1, 40)))
    QApplication.processEvents()

    axis = view._axes[0]
    assert [(band.start, band.stop) for band in axis.samples.bands] == [
        (4 * k, 4 * k + 4) for k in range(10)
    ]
    assert len({band.colour for band in axis.samples.bands}) == 10
    assert [text for _, text in axis.texts()] == [str(k) for k in range(10)]


def test_the_output_layer_shows_logits(make: Make) -> None:
    logits = np.array([[[3.0], [-1.0], [0.0], [2.0]]] * 2)
    view = make(HeatmapView)
    view.set_focus(Focus(0, None, 2))
    view.show(with_layer(shown(), 2, activation=logits))
    QApplication.processEvents()

    assert view.grids[0].image.image.shape == (1, 4)
    assert "logits" in view.panel.subtitle.text()
    at = scene(view.grids[0].plot, 1, 1)
    assert view.value_at(at) == "output, neuron 1, sample 2 (class 0): z = −1"
    assert view.level.value > 3


def test_a_focus_beyond_the_network_falls_on_its_last_layer_and_lane(make: Make) -> None:
    view = make(HeatmapView)
    view.set_focus(Focus(7, 6, 40, 300))
    view.show(shown())

    assert len(view.grids) == 1
    assert "output" in view.panel.subtitle.text()
    assert GLYPHS[1] in view.grids[0].header.item.toPlainText()


def test_a_lane_that_diverged_is_a_gap_with_its_epoch(make: Make) -> None:
    a = numbers()
    a[0] = np.nan
    of = experiment(2, 3, activation="tanh")
    gone = snapshot(of=of, epoch=4, diverged_at=[3, -1], plane=flat_plane())
    view = make(HeatmapView)
    view.set_focus(Focus(0, 1))
    view.show(with_layer(gone, 0, activation=a))
    QApplication.processEvents()
    draw(view)

    first, second = view.grids
    assert (first.image.image == GAP).all()
    assert first.note.isVisible()
    assert first.note.toPlainText().replace("\n", " ") == "diverged at epoch 3"
    assert first.hatch.rects
    assert not second.note.isVisible()
    assert not second.hatch.rects


def test_the_header_tells_the_size_of_all_activations(make: Make) -> None:
    view = make(HeatmapView)
    for a, text in ((1.4e-9, "rms 1.4e−9"), (0.25, "rms 0.25"), (0.0, "rms 0 · 8 of 8 always 0")):
        view.show(shown(np.full((2, 4, 8), a)))
        assert view.grids[0].header.item.toPlainText().strip().endswith(text)


def test_neurons_that_are_always_0_are_counted(make: Make) -> None:
    a = numbers()
    a[0, :, 2] = a[0, :, 7] = 0
    view = make(HeatmapView)
    view.show(shown(a))

    assert "2 of 8 always 0" in view.grids[0].header.item.toPlainText()
    assert (view.grids[0].image.image[[2, 7]] == ZERO).all()


@pytest.mark.parametrize("style", [DARK, LIGHT], ids=lambda style: style.name)
def test_exact_zeros_have_their_own_colour_on_the_screen(make: Make, style: Style) -> None:
    view = make(HeatmapView, style=style)
    view.show(shown(np.zeros((2, 4, 8))))
    QApplication.processEvents()
    image = draw(view)
    at = view.canvas.mapFromScene(scene(view.grids[0].plot, 1.4, 3.9))
    at = view.canvas.mapTo(view.panel, at)

    red, green, blue = (int(c) for c in table(style)[ZERO, :3])
    colour = image.pixelColor(at)
    assert (colour.red(), colour.green(), colour.blue()) == (red, green, blue)


@pytest.mark.parametrize("size", [(245, 250), (440, 420)])
@pytest.mark.parametrize("width", [2, 16, 64, 1024])
def test_labels_stay_readable(make: Make, width: int, size: tuple[int, int]) -> None:
    of = experiment(2, 2, hidden=(width,), activation="tanh")
    view = make(HeatmapView, *size)
    view.set_focus(Focus(0, 1))
    view.show(
        with_layer(snapshot(of=of, plane=flat_plane()), 0, activation=numbers(width=width) / 99)
    )
    QApplication.processEvents()
    draw(view)

    plot = view.grids[0].plot
    assert labels_are_apart(plot, "left")
    assert ticks(plot, "left")["1"] == 1
    _, _, bottom, top = seen_range(plot)
    assert (bottom, top) == (0.5, width + 0.5)
    assert plot.vb.width() > 50


def test_items_are_made_once_for_all_epochs_and_layers(make: Make) -> None:
    view = make(HeatmapView)
    view.show(shown())
    before = (view.grids[0], view.bar, view._axes[0])
    view.set_focus(Focus(1, None, 2))
    view.show(shown())

    assert (view.grids[0], view.bar, view._axes[0]) == before


def test_a_snapshot_without_layers_leaves_what_is_shown(make: Make) -> None:
    view = make(HeatmapView)
    view.show(shown())
    before = view.grids[0].image.image.copy()
    view.show(dataclasses.replace(shown(), layers=()))

    np.testing.assert_array_equal(view.grids[0].image.image, before)
    assert view.value_at(scene(view.grids[0].plot, 1.5, 1.5)) == ""


def test_an_axis_that_asks_for_names_keeps_neither_grid_nor_plot(make: Make) -> None:
    view = make(HeatmapView)
    view.show(shown())
    axis = view.grids[0].plot.getAxis("left")
    assert axis.text(3.0)
    grid = weakref.ref(view.grids[0])
    view.grids.clear()
    assert grid() is None  # at once, without a collector, which would not see through Qt's half
