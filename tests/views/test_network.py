from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import ArrayLike
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from initviz.experiment import DataSettings, Experiment, Lane
from initviz.export.picture import draw
from initviz.focus import NEAREST, Focus
from initviz.snapshot import Snapshot
from initviz.views.arrangement import INPUTS, MOST_INPUTS
from initviz.views.network import NetworkView
from initviz.views.pane import Hit
from initviz.views.style import DARK, LIGHT
from tests.views.conftest import Make
from tests.views.inside import CELLS, with_inside
from tests.views.snapshots import flat_plane, snapshot

WIDTH, HEIGHT = 756, 372
NEUTRAL = QColor(*map(int, DARK.diverging()[128])).name()


def network(
    hidden: tuple[int, ...] = (4, 3), *, features: int = 2, lanes: int = 2, activation: str = "tanh"
) -> Experiment:
    schemes = ("xavier_uniform", "constant")[:lanes]
    return Experiment(
        data=DataSettings(values={"samples": 64, "features": features}),
        hidden=hidden,
        lanes=tuple(Lane(scheme=scheme) for scheme in schemes),
        activation=activation,
        epochs=10,
    )


def inside(
    of: Experiment | None = None,
    focus: Focus = NEAREST,
    *,
    seed: int = 0,
    epoch: int = 3,
    weights: Mapping[int, ArrayLike] | None = None,
    activations: Mapping[int, ArrayLike] | None = None,
    gradients: Mapping[int, ArrayLike] | None = None,
    tiles: Mapping[int, ArrayLike] | None = None,
    **more: object,
) -> Snapshot:
    """A snapshot with random numbers, and chosen ones, by layer.

    Args:
        of, focus, seed, epoch: of the snapshot.
        weights: (fan_in, fan_out), of every lane.
        activations: (samples, fan_out), of every lane.
        gradients: ∂L/∂W, (fan_in, fan_out), of every lane.
        tiles: broadcast to (fan_out, cells, cells), of every lane in focus.
    """
    of = of or network()
    random = np.random.default_rng(seed)
    lanes, features = len(of.lanes), of.sizes[0]
    plain = with_inside(
        snapshot(of=of, epoch=epoch, plane=flat_plane(features=features), **more), focus
    )
    layers = []
    for i, layer in enumerate(plain.layers):

        def given(
            numbers: Mapping[int, ArrayLike] | None, shape: tuple[int, ...], i: int = i
        ) -> np.ndarray:  # fmt: skip
            if numbers is not None and i in numbers:
                return np.array(np.broadcast_to(np.asarray(numbers[i], float), (lanes, *shape)))
            return random.standard_normal((lanes, *shape))

        samples = layer.activation.shape[1:]
        layers.append(
            dataclasses.replace(
                layer,
                weight=given(weights, layer.weight.shape[1:]),
                activation=0.5 * given(activations, samples)
                if activations is None or i not in activations
                else given(activations, samples),
                grad_weight=given(gradients, layer.weight.shape[1:]),
                grad_z=random.standard_normal(layer.grad_z.shape),
            )
        )
    assert plain.tiles is not None
    pictures = []
    for i, tile in enumerate(plain.tiles.layers):
        numbers = random.uniform(-1, 1, tile.shape)
        if tiles is not None and i in tiles:
            numbers = np.array(np.broadcast_to(np.asarray(tiles[i], float), tile.shape))
        pictures.append(numbers)
    return dataclasses.replace(
        plain, layers=tuple(layers), tiles=dataclasses.replace(plain.tiles, layers=tuple(pictures))
    )


def shown(make: Make, what: Snapshot | None = None, *, width: int = WIDTH) -> NetworkView:
    view = make(NetworkView, width, HEIGHT)
    assert isinstance(view, NetworkView)
    what = inside() if what is None else what
    view.set_focus(what.focus)
    view.show(what)
    return view


def asked(view: NetworkView) -> list[Focus]:
    """What the view asks for; it gets it, as it does in the window."""
    wishes: list[Focus] = []
    view.focus_asked.connect(wishes.append)
    view.focus_asked.connect(view.set_focus)
    return wishes


def spot(view: NetworkView, layer: int, neuron: int, lane: int = 0) -> QPointF:
    """The middle of a neuron's tile in the scene."""
    column = view.arrangement.columns[layer + 1]
    place = column.place(neuron)
    assert place is not None
    pane = view.stage.panes[lane]
    return pane.tiles.mapToScene(QPointF(column.xs[place], column.ys[place]))


def click(
    view: NetworkView, at: QPointF, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    where = view.canvas.mapFromScene(at)
    QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, held, where)


def tile_colours(view: NetworkView, layer: int, neuron: int, lane: int = 0) -> set[str]:
    """The colours of a neuron's tile."""
    columns = view.stage.networks[lane].columns
    before = sum(len(c.neurons) for c in columns if c.layer < layer)
    column = next(c for c in columns if c.layer == layer)
    picture = view.stage.panes[lane].tiles.picture(before + column.place(neuron))
    return {QColor.fromRgb(int(pixel)).name() for pixel in picture.ravel()}


# --- tiles ------------------------------------------------------------------------------------


def test_every_neuron_has_a_tile_in_its_layers_column(make: Make) -> None:
    view = shown(make)

    counts = {c.layer: len(c.neurons) for c in view.arrangement.columns}
    assert counts == {INPUTS: 2, 0: 4, 1: 3, 2: 1}
    assert len(view.stage.panes[0].tiles.rects) == 2 + 4 + 3 + 1
    names = [caption.name for caption in view.stage.panes[0].captions.captions]
    assert names == ["inputs", "hidden 1", "hidden 2", "output"]


def test_tiles_are_coloured_from_negative_over_neutral_to_positive(make: Make) -> None:
    tile = np.array([-1.0, -0.5, 0.0, 0.5])[:, None, None]
    view = shown(make, inside(tiles={0: tile}))

    table = [QColor(*map(int, colour)).name() for colour in DARK.diverging()]
    colours = [tile_colours(view, 0, neuron) for neuron in range(4)]
    assert colours[2] == {NEUTRAL}
    places = [table.index(*colour) for colour in colours]
    assert places == [1, 64, 128, 192]


def test_a_tile_has_the_planes_left_to_the_left_and_its_top_on_top(make: Make) -> None:
    ramp = np.zeros((4, CELLS, CELLS))
    ramp[0, -1, 0] = 1.0  # row 0 is the bottom: this is the upper left corner
    view = shown(make, inside(tiles={0: ramp}))

    picture = view.stage.panes[0].tiles.picture(2)
    different = np.argwhere(picture != picture[-1, -1])
    assert different.tolist() == [[0, 0]]


def test_inputs_are_tiles_over_the_plane(make: Make) -> None:
    view = shown(make)

    pictures = [view.stage.panes[0].tiles.picture(k) for k in range(2)]
    assert all(len(np.unique(row)) == 1 for row in pictures[0].T)  # x₁ changes from left to right
    assert all(len(np.unique(row)) == 1 for row in pictures[1])  # x₂ from bottom to top
    assert len(np.unique(pictures[0])) == CELLS


def test_each_tile_on_its_own_scale_shows_tiny_activations(make: Make) -> None:
    tiny = np.linspace(-1e-6, 1e-6, CELLS)
    view = shown(make, inside(tiles={0: tiny}))
    assert tile_colours(view, 0, 1) == {NEUTRAL}

    view.scale.choose("each")
    assert len(tile_colours(view, 0, 1)) == CELLS


def test_unbounded_activations_end_at_their_layers_largest(make: Make) -> None:
    of = network(activation="relu")
    tile = np.array([1.0, 50.0, 100.0, 0.0])[:, None, None]
    view = shown(make, inside(of, tiles={0: tile}))

    assert tile_colours(view, 0, 2) == {QColor(*map(int, DARK.diverging()[255])).name()}
    assert tile_colours(view, 0, 3) == {NEUTRAL}
    assert view.stage.legend.text.high == "max of the layer"


def test_the_output_is_coloured_like_the_boundary(make: Make) -> None:
    view = shown(make, inside(tiles={2: 60.0}))
    top = QColor(*map(int, DARK.diverging()[255])).name()

    assert tile_colours(view, 2, 0) == {top}


def test_many_classes_have_a_tile_each_and_one_for_the_answer(make: Make) -> None:
    of = Experiment(
        data=DataSettings(dataset="blobs", values={"samples": 64, "classes": 4}), hidden=(5,),
        lanes=(Lane(scheme="xavier_uniform"),), epochs=3,
    )  # fmt: skip
    view = shown(make, inside(of))

    assert len(view.arrangement.columns[-1].neurons) == 4
    assert len(view.stage.panes[0].tiles.rects) == 2 + 5 + 4 + 1


# --- which are shown --------------------------------------------------------------------------


def test_neurons_that_vary_most_are_shown_and_the_rest_is_counted(make: Make) -> None:
    a = np.zeros((4, 64))
    telling = [3, 10, 20, 30, 40, 50, 60]
    a[:, telling] = np.array([1.0, -1, 1, -1])[:, None]
    view = shown(make, inside(network((64,)), activations={0: a}))

    column = view.arrangement.columns[1]
    assert set(telling) <= set(column.neurons.tolist())
    assert (np.diff(column.neurons) > 0).all()
    captions = {c.layer: c.rest for c in view.stage.panes[0].captions.captions}
    assert captions == {INPUTS: 0, 0: 64 - len(column.neurons), 1: 0}
    assert view.ranking.isVisible()


def test_where_all_fit_there_is_nothing_to_rank(make: Make) -> None:
    assert not shown(make).ranking.isVisible()


def test_neurons_can_be_ranked_by_their_gradient(make: Make) -> None:
    what = inside(network((64,)))
    grad = np.zeros_like(what.layers[0].grad_z)
    grad[:, :, 63] = 1.0
    layers = (dataclasses.replace(what.layers[0], grad_z=grad), *what.layers[1:])
    view = shown(make, dataclasses.replace(what, layers=layers))
    view.ranking.choose("gradient")

    rest = len(view.arrangement.columns[1].neurons) - 1
    assert view.arrangement.columns[1].neurons.tolist() == [*range(rest), 63]


def test_the_shown_neurons_stay_while_the_epochs_go_by(make: Make) -> None:
    of = network((64,))
    view = shown(make, inside(of, epoch=1))
    before = view.arrangement.columns[1].neurons
    for epoch in range(2, 6):
        view.show(inside(of, epoch=epoch, seed=epoch))
        assert view.arrangement.columns[1].neurons.tolist() == before.tolist()

    view._rest.timeout.emit()  # the picture has stood still
    assert view.arrangement.columns[1].neurons.tolist() != before.tolist()


def test_another_run_chooses_anew(make: Make) -> None:
    view = shown(make, inside(network((64,))))
    before = view.arrangement.columns[1].neurons.tolist()
    view.show(inside(network((64,), activation="relu"), seed=9))

    assert view.arrangement.columns[1].neurons.tolist() != before


def test_ctrl_and_a_click_choose_a_neuron_that_is_kept(make: Make) -> None:
    view = shown(make, inside(network((64,))))
    wishes = asked(view)
    neuron = int(view.arrangement.columns[1].neurons[5])
    click(view, spot(view, 0, neuron), Qt.KeyboardModifier.ControlModifier)

    assert view.choice.chosen == {(0, neuron)}
    assert wishes == []
    view.ranking.choose("chosen")
    assert neuron in view.arrangement.columns[1].neurons
    marks = [mark for mark in view.stage.panes[0].tiles.marks if mark.chosen]
    assert len(marks) == 1

    click(view, spot(view, 0, neuron), Qt.KeyboardModifier.ControlModifier)
    assert view.choice.chosen == set()


def test_a_pinned_neuron_is_among_the_shown(make: Make) -> None:
    a = np.zeros((4, 64))
    a[:, :40] = np.array([1.0, -1, 1, -1])[:, None]
    what = inside(network((64,)), Focus(layer=0, neuron=63), activations={0: a})
    view = shown(make, what)

    assert view.arrangement.columns[1].neurons[-1] == 63


def test_all_can_be_shown(make: Make) -> None:
    view = shown(make, inside(network((64,))))
    view._clicked(Hit(0, rest=True), False)

    assert view.ranking.value == "all"
    assert len(view.arrangement.columns[1].neurons) == 64
    assert view.arrangement.height > view.stage.window.height()


def test_of_500_inputs_a_few_are_shown(make: Make) -> None:
    view = shown(make, inside(network((100, 100), features=500)))

    assert len(view.arrangement.columns[0].neurons) == MOST_INPUTS
    captions = view.stage.panes[0].captions.captions
    assert captions[0].rest == 500 - MOST_INPUTS
    assert not draw(view).isNull()


# --- connections ------------------------------------------------------------------------------


def test_lines_follow_the_chosen_numbers(make: Make) -> None:
    view = shown(
        make, inside(weights={0: 1.0, 1: 0.0, 2: -1.0}, gradients={0: -1.0, 1: 2.0, 2: 0.0})
    )

    def signs() -> list[set[float]]:
        bundles = view.stage.panes[0].edges.bundles
        return [set(np.sign(b.values[b.drawn]).ravel().tolist()) for b in bundles]

    assert signs() == [{1.0}, set(), {-1.0}]
    view.kind.choose("gradient")
    assert signs() == [{-1.0}, {1.0}, set()]
    view.kind.choose("update")
    assert signs() == [{1.0}, {1.0}, {1.0}]


def test_before_the_first_step_there_are_no_updates(make: Make) -> None:
    view = shown(make, inside(epoch=0))
    view.kind.choose("update")

    assert view.stage.panes[0].edges.strokes == []
    assert "before the first step" in view.stage.legend.text.edges


def test_of_thousands_of_lines_the_strongest_are_drawn_and_counted(make: Make) -> None:
    view = shown(make, inside(network((64, 64, 64))))
    bundles = view.stage.panes[0].edges.bundles

    drawn = sum(int(b.drawn.sum()) for b in bundles)
    assert 100 < drawn <= 640
    assert f"strongest {drawn} of" in view.stage.legend.text.edges
    for b in bundles:
        if not b.drawn.all():
            assert np.abs(b.values[b.drawn]).min() >= np.abs(b.values[~b.drawn]).max()


def test_lines_join_the_tiles_of_their_neurons(make: Make) -> None:
    view = shown(make)
    for bundle in view.stage.panes[0].edges.bundles:
        x0, y0, x1, y1 = bundle.ends()
        for i in range(len(bundle.source.neurons)):
            assert x0[i, 0] == bundle.source.xs[i] + bundle.source.size / 2
            assert y0[i, 0] == bundle.source.ys[i]
        for j in range(len(bundle.target.neurons)):
            assert x1[0, j] == bundle.target.xs[j] - bundle.target.size / 2
            assert y1[0, j] == bundle.target.ys[j]


# --- marks ------------------------------------------------------------------------------------


def test_dead_saturated_and_identical_neurons_are_marked(make: Make) -> None:
    a = np.array(
        [[0.0, 0.99, 0.3, 0.3, 0.1], [0, -0.99, -0.2, -0.2, 0.2], [0, 1, 0.1, 0.1, 0.3],
         [0, -1, 0, 0, 0.4]]
    )  # fmt: skip
    view = shown(make, inside(network((5,)), activations={0: a}))

    column = view.arrangement.columns[1]
    marks = {}
    for mark in view.stage.panes[0].tiles.marks:
        place = column.at(mark.rect.center().x(), mark.rect.center().y())
        if place is not None:
            marks[int(column.neurons[place])] = mark
    assert marks[0].dead
    assert marks[1].stuck
    assert not marks[1].dead
    assert marks[2].group == marks[3].group == "a"
    assert 4 not in marks
    counts = [words for _, words in view.stage.legend.text.counts]
    assert counts == ["1 dead", "1 saturated", "1 group of identical"]


def test_marks_are_seen_without_colour(make: Make) -> None:
    blank = shown(make, inside(network((3,)), activations={0: np.eye(4, 3)}, tiles={0: 0.0}))
    dead = shown(make, inside(network((3,)), activations={0: 0.0}, tiles={0: 0.0}))

    assert not any(mark.dead for mark in blank.stage.panes[0].tiles.marks)
    image, other = draw(blank), draw(dead)
    at = dead.canvas.mapTo(dead.panel, dead.canvas.mapFromScene(spot(dead, 0, 1)))
    assert image.pixelColor(at).lightness() - other.pixelColor(at).lightness() > 100


def test_a_diverged_lane_is_a_named_gap(make: Make) -> None:
    what = inside(tiles={i: np.nan for i in range(3)}, diverged_at=[2, -1])
    view = shown(make, what)

    assert view.stage.panes[0].outlines.note == "diverged at epoch 2"
    assert tile_colours(view, 0, 0) == {DARK.field}
    assert view.stage.panes[0].edges.strokes == []
    assert "diverged at epoch 2" in view.value_at(spot(view, 0, 0))
    assert not draw(view).isNull()


# --- pinning ----------------------------------------------------------------------------------


def test_a_click_pins_a_neuron_and_one_beside_lets_it_go(make: Make) -> None:
    view = shown(make)
    wishes = asked(view)
    click(view, spot(view, 1, 2))
    assert wishes == [Focus(layer=1, neuron=2)]
    assert view.stage.detail is not None

    ground = view.stage.panes[0].mapToScene(QPointF(3, 40))
    click(view, ground)
    assert wishes[-1] == Focus(layer=1)
    assert view.stage.detail is None


def test_a_click_on_a_line_lets_the_neuron_go_too(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=1, neuron=2)))
    wishes = asked(view)
    bundle = view.stage.panes[0].edges.bundles[0]
    x0, y0, _, _ = bundle.ends()
    start = QPointF(float(x0[0, 0]) + 4, float(y0[0, 0]))
    click(view, view.stage.panes[0].edges.mapToScene(start))

    assert wishes == [Focus(layer=1)]


def test_a_layers_name_puts_it_in_focus(make: Make) -> None:
    view = shown(make)
    wishes = asked(view)
    caption = view.stage.panes[0].captions.captions[2]
    click(view, view.stage.panes[0].mapToScene(QPointF(caption.x, 8)))

    assert wishes == [Focus(layer=1)]
    marked = [c.layer for c in view.stage.panes[0].captions.captions if c.marked]
    assert marked == [1]


def test_a_click_on_an_input_asks_for_nothing(make: Make) -> None:
    view = shown(make)
    wishes = asked(view)
    click(view, spot(view, INPUTS, 0))

    assert wishes == []


def test_the_pinned_neurons_lines_stand_out(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=1, neuron=0)))
    lit = view.stage.panes[0].lit.bundles

    assert [(b.target.layer, int(b.drawn.sum())) for b in lit] == [(1, 4), (2, 1)]
    assert lit[0].drawn[:, 0].all()
    assert view.stage.panes[0].edges.opacity() < 0.5
    assert len(view.stage.panes[0].outlines.pinned) == 1


def test_the_detail_shows_weights_and_history(make: Make) -> None:
    weights = np.arange(12.0).reshape(4, 3) - 5
    view = shown(make, inside(focus=Focus(layer=1, neuron=2), weights={1: weights}))
    detail = view.stage.detail

    np.testing.assert_allclose(detail.incoming.heights[0], weights[:, 2] / 6)
    assert len(detail.outgoing.heights[0]) == 1
    assert detail.portrait.words.title == "hidden 2 · neuron 3"
    (curve,) = detail.plots.curves[0].curves
    assert curve.x.tolist() == [0, 1, 2, 3]
    assert curve.y.tolist() == [0.5] * 4
    assert detail.plots.cursors[0].value() == 3
    assert len(detail.plots.band.areas) == 1


def test_an_output_has_no_outgoing_weights(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=2, neuron=0)))

    assert view.stage.detail.outgoing.heights[0].tolist() == []
    assert view.stage.detail.portrait.words.title == "output"


def test_a_history_of_another_neuron_is_not_shown(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=1, neuron=2)))
    view.set_focus(Focus(layer=1, neuron=0))  # its history will come with the next snapshot

    assert view.stage.detail.plots.curves[0].curves == []
    assert view.stage.detail.portrait.words.title == "hidden 2 · neuron 1"


def test_hundreds_of_weights_are_sorted(make: Make) -> None:
    view = shown(make, inside(network((128,), features=500), Focus(layer=0, neuron=7)))

    heights = view.stage.detail.incoming.heights[0]
    assert len(heights) == 500
    assert (np.diff(heights) <= 0).all()


def test_keys_move_the_pinned_neuron_and_let_it_go(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=0, neuron=1)))
    wishes = asked(view)
    alt = Qt.KeyboardModifier.AltModifier
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left):
        QTest.keyClick(view.canvas, key, alt)
    QTest.keyClick(view.canvas, Qt.Key.Key_Escape)

    places = [(wish.layer, wish.neuron) for wish in wishes]
    assert places == [(0, 2), (1, 1), (1, 0), (0, 0), (0, None)]


def test_the_windows_own_keys_are_left_to_it(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=0, neuron=1)))
    wishes = asked(view)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Home):
        QTest.keyClick(view.canvas, key)

    assert wishes == []


# --- reading ----------------------------------------------------------------------------------


def test_a_tile_tells_its_numbers(make: Make) -> None:
    a = np.zeros((4, 5))
    a[:, 1] = [1.0, 0.0, -1.0, 0.0]
    a[:, 3] = a[:, 4] = [0.1, 0.2, 0.3, 0.4]
    what = inside(network((5,)), activations={0: a})
    view = shown(make, what)

    words = view.value_at(spot(view, 0, 1)).split("\n")
    assert words[0] == "hidden 1 · neuron 2"
    assert {"mean 0", f"deviation {np.sqrt(0.5):.4g}", "zeros 50 %", "saturated 50 %"} <= set(words)
    rms = float(np.sqrt((what.layers[0].grad_z[0, :, 1] ** 2).mean()))
    assert f"∂ℓ/∂z rms {rms:.4g}" in words
    assert "identical to 1 other" in view.value_at(spot(view, 0, 3)).split("\n")
    assert "identical to 1 other" in view.value_at(spot(view, 0, 0)).split("\n")


def test_a_line_tells_weight_gradient_and_update(make: Make) -> None:
    weights = np.array([[-0.125, 0.25, 0.5, 1.0], [1.0, 1.0, 1.0, 1.0]])
    view = shown(make, inside(weights={0: weights}, gradients={0: 3.0}))
    bundle = view.stage.panes[0].edges.bundles[0]
    x0, y0, x1, _ = bundle.ends()
    pane = view.stage.panes[0]
    near = pane.edges.mapToScene(
        QPointF(float(x0[0, 0] + 0.1 * (x1[0, 0] - x0[0, 0])), float(y0[0, 0]))
    )

    words = view.value_at(near).split("\n")
    assert words[0].startswith("input x₁ → hidden 1 · neuron ")
    neuron = int(words[0].split()[-1]) - 1
    assert words[1] == f"weight {weights[0, neuron]:.4g}".replace("-", "−")
    assert words[2] == "∂L/∂W 3"
    assert words[3] == "update 0.001 since epoch 2"


def test_the_ground_tells_nothing(make: Make) -> None:
    view = shown(make)

    assert view.value_at(view.stage.panes[0].mapToScene(QPointF(3, 60))) == ""
    assert make(NetworkView).value_at(QPointF(10, 10)) == ""


def test_a_bar_tells_its_weight(make: Make) -> None:
    weights = np.arange(12.0).reshape(4, 3) - 5
    view = shown(make, inside(focus=Focus(layer=1, neuron=2), weights={1: weights}))
    bars = view.stage.detail.incoming
    area = bars.area(0)
    first = bars.mapToScene(QPointF(area.left() + 2, area.center().y()))

    assert view.value_at(first) == "from hidden 1 · neuron 1\nweight −3"


def test_the_history_tells_the_figures_of_an_epoch(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=1, neuron=2)))
    plot = view.stage.detail.plots.plots[0]
    place = plot.vb.mapViewToScene(QPointF(1.1, 0.0))

    words = view.value_at(place).split("\n")
    assert words[0] == "epoch 1"
    assert {"mean 0.5", "deviation 0.5", "‖w_in‖ 0.5", "‖w_out‖ 0.5", "bias 0.5"} <= set(words)


def test_the_mouse_lights_a_neurons_lines_in_every_lane(make: Make) -> None:
    view = shown(make, inside(focus=Focus(beside=1)))
    view.stage.panes[0].pointed.emit(Hit(0, 1))

    for pane in view.stage.panes:
        assert [int(b.drawn.sum()) for b in pane.lit.bundles] == [2, 3]
        assert len(pane.outlines.hovered) == 1
    view.stage.panes[0].pointed.emit(None)
    assert all(pane.lit.bundles == [] for pane in view.stage.panes)
    assert all(pane.edges.opacity() == 1 for pane in view.stage.panes)


def test_the_mouse_may_rest_where_a_deeper_network_was(make: Make) -> None:
    view = shown(make, inside(network(hidden=(4, 4, 4, 4))))
    view.stage.panes[0].pointed.emit(Hit(3, 2))
    assert len(view.stage.panes[0].outlines.hovered) == 1

    view.show(inside(network(hidden=(4,))))
    assert view.hovered is None
    assert view.stage.panes[0].outlines.hovered == []


# --- two lanes --------------------------------------------------------------------------------


def test_two_lanes_show_the_same_neurons_in_the_same_places(make: Make) -> None:
    view = shown(make, inside(network((64, 64)), Focus(lane=1, beside=0)))
    first, second = view.stage.panes

    assert first.arrangement is second.arrangement
    assert first.tiles.rects == second.tiles.rects
    assert first.size() == second.size()
    assert [pane.scenePos().y() for pane in (first, second)] == [first.scenePos().y()] * 2
    texts = [header.item.toPlainText() for header in view.stage.headers]
    assert "Constant" in texts[0]
    assert "Xavier" in texts[1]


def test_two_lanes_share_the_scale_of_their_lines(make: Make) -> None:
    weights = np.stack([np.full((2, 4), 1.0), np.full((2, 4), 0.25)])
    view = shown(make, inside(focus=Focus(beside=1), weights={0: weights}))

    strengths = [
        {abs(level) for _, level in pane.edges.strokes if pane.edges.bundles[0].scale == 1.0}
        for pane in view.stage.panes
    ]
    assert view.stage.panes[0].edges.bundles[0].scale == 1.0
    assert max(strengths[0]) == 8
    np.testing.assert_allclose(view.stage.panes[1].edges.bundles[0].values, 0.25)


def test_tiles_of_the_lanes_before_stay_until_others_come(make: Make) -> None:
    view = shown(make)
    view.set_focus(Focus(lane=0, beside=1))
    assert len(view.stage.panes) == 1

    view.show(inside(focus=Focus(beside=1)))
    assert len(view.stage.panes) == 2


# --- moving about -----------------------------------------------------------------------------


def test_a_deep_network_is_moved_over(make: Make) -> None:
    view = shown(make, inside(network((64,) * 40)))
    assert view.stage.strip.isVisible()
    assert view.arrangement.width > 3000
    first = [column.layer for column in view.stage.networks[0].columns]
    assert first[0] == INPUTS
    assert len(first) < 12

    view.stage.strip.moved.emit(1.0)
    assert view.stage.networks[0].columns[-1].layer == 40

    viewport = view.canvas.viewport()
    start, end = QPoint(200, 150), QPoint(600, 150)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewport, end)
    view._dragged(QPointF(10_000, 0))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    assert view.stage.networks[0].columns[0].layer == INPUTS


def test_a_layer_in_focus_is_moved_into_sight(make: Make) -> None:
    view = shown(make, inside(network((64,) * 40)))
    view.set_focus(Focus(layer=25))

    assert 25 in [column.layer for column in view.stage.networks[0].columns]
    assert view.stage.strip.marked == 26


def test_the_wheel_zooms_where_the_mouse_is(make: Make) -> None:
    view = shown(make)
    before = spot(view, 1, 1)
    place = view.stage.panes[0].body.mapFromScene(before)
    view.stage.panes[0].wheeled.emit(3.0, place, False)

    assert view.sight.zoom > 1.5
    after = spot(view, 1, 1)
    assert after.x() == pytest.approx(before.x(), abs=1)
    assert after.y() == pytest.approx(before.y(), abs=1)
    view.stage.panes[0].wheeled.emit(-30.0, place, False)
    assert view.sight.zoom == 1  # all of it is seen already


# --- robustness -------------------------------------------------------------------------------


def test_a_snapshot_without_neurons_leaves_what_is_drawn(make: Make) -> None:
    view = shown(make)
    rects = view.stage.panes[0].tiles.rects
    view.show(dataclasses.replace(inside(epoch=4), tiles=None))
    view.show(dataclasses.replace(inside(epoch=5), layers=()))

    assert view.stage.panes[0].tiles.rects == rects
    assert view.panel.subtitle.text() == "epoch 3"


def test_another_experiment_without_neurons_clears_it(make: Make) -> None:
    view = shown(make)
    view.show(dataclasses.replace(inside(network((7,))), tiles=None))
    assert view.stage is None

    view.show(inside(network((7,))))
    assert len(view.arrangement.columns[1].neurons) == 7


@pytest.mark.parametrize("hidden", [(1,), (1024,), (64,) * 40, (3, 200, 3)], ids=str)
@pytest.mark.parametrize("size", [(240, 160), (500, 620), (1400, 520)], ids=str)
def test_any_size_is_drawn(make: Make, hidden: tuple[int, ...], size: tuple[int, int]) -> None:
    view = make(NetworkView, *size)
    for focus in (Focus(), Focus(beside=1), Focus(layer=1, neuron=0), Focus(0, 1, 0, 0)):
        what = inside(network(hidden), focus)
        view.set_focus(what.focus)
        view.show(what)
        assert not draw(view).isNull()


@pytest.mark.parametrize("value", [0.0, 1e-45, 1e30, 1.7e308, np.inf, -np.inf, np.nan])
def test_extremes_are_drawn(make: Make, value: float) -> None:
    every = {i: value for i in range(3)}
    with np.errstate(all="ignore"):
        what = inside(
            focus=Focus(0, 1, 1, 1), weights=every, activations=every, gradients=every, tiles=every
        )
    view = shown(make, what)
    for kind in ("weight", "gradient", "update"):
        view.kind.choose(kind)
        for scale in ("shared", "each"):
            view.scale.choose(scale)
            assert not draw(view).isNull()


def test_another_style_keeps_the_picture(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=1, neuron=1)))
    view.set_style(LIGHT)

    assert view.stage.detail is not None
    assert view.stage.panes[0].tiles.look is LIGHT


def test_a_sharp_picture_leaves_the_view_as_it_is(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=1, neuron=1)))
    before = draw(view)
    draw(view, 2)

    assert draw(view) == before


def test_nothing_is_built_anew_while_playing(make: Make) -> None:
    view = shown(make, inside(focus=Focus(layer=1, neuron=1)))
    stage, items = view.stage, set(view.canvas.scene().items())
    for epoch in range(4, 8):
        view.show(inside(focus=Focus(layer=1, neuron=1), epoch=epoch, seed=epoch))

    assert view.stage is stage
    assert set(view.canvas.scene().items()) == items
