from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from initviz.export.picture import draw
from initviz.focus import Focus
from initviz.similarity import cosines, directions
from initviz.snapshot import Snapshot
from initviz.views.scale import GAP, MIDDLE, brief, to_bytes
from initviz.views.similarity import MOST_CELLS, SimilarityView
from initviz.views.style import GLYPHS
from tests.views.conftest import Make
from tests.views.grids import click, scene, with_layer
from tests.views.snapshots import SAMPLES, experiment, snapshot
from tests.views.ticks import labels_are_apart, seen_range, ticks

POSITIVE, NEGATIVE = 2 * MIDDLE, 0
"""The bytes of the cosines 1 and −1."""


def columns(rows: int, seed: int, lanes: int = 2, width: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((lanes, rows, width)).astype(np.float32)


def shown(lanes: int = 2, width: int = 8, **changes: np.ndarray) -> Snapshot:
    """The second hidden layer has these numbers; random ones by default."""
    arrays = {
        "weight": columns(width, 1, lanes, width),
        "activation": columns(SAMPLES, 2, lanes, width),
        "grad_weight": columns(width, 3, lanes, width),
        **changes,
    }
    return with_layer(snapshot(of=experiment(lanes, 3, hidden=(width, width))), 1, **arrays)


@pytest.fixture
def view(make: Make) -> SimilarityView:
    view = make(SimilarityView, 400, 420)
    assert isinstance(view, SimilarityView)
    view.set_focus(Focus(0, None, 1))
    return view


@pytest.mark.parametrize(
    ("kind", "name"),
    [("weights", "weight"), ("activations", "activation"), ("gradients", "grad_weight")],
)
def test_the_image_is_the_cosines_of_what_is_chosen(
    view: SimilarityView, kind: str, name: str
) -> None:
    now = shown()
    view.kind.choose(kind)
    view.show(now)

    matrix, _ = cosines(directions(getattr(now.layers[1], name)[0]), 100)
    np.testing.assert_array_equal(view.grids[0].image.image, to_bytes(matrix, 1.0, zeros=False))
    assert (np.diag(view.grids[0].image.image) == POSITIVE).all()


def test_copies_are_blue_and_opposites_orange(view: SimilarityView) -> None:
    weight = columns(8, 1)
    weight[0, :, 3] = weight[0, :, 1] * 7
    weight[0, :, 5] = -weight[0, :, 1]
    view.show(shown(weight=weight))

    image = view.grids[0].image.image
    assert image[1, 3] == image[3, 1] == POSITIVE
    assert image[1, 5] == image[3, 5] == NEGATIVE


def test_distinct_neurons_are_counted_with_their_spread(view: SimilarityView) -> None:
    weight = columns(8, 1)[:, :, [0, 1, 2, 0, 1, 2, 0, 1]]
    one = np.repeat(columns(8, 4)[:, :, :1], 8, axis=2)
    view.show(shown(weight=weight))
    assert "3 distinct of 8 · spread 0." in view.grids[0].header.item.toPlainText()

    view.show(shown(weight=one))
    assert "1 distinct of 8 · spread 0" in view.grids[0].header.item.toPlainText()

    view.show(shown(weight=one * (1 + 1e-7 * columns(8, 9))))
    text = view.grids[0].header.item.toPlainText()
    assert "1 distinct of 8 · spread " in text
    assert text.endswith(("e−7", "e−8"))

    view.kind.choose("activations")
    a = view.snapshot.layers[0].activation[0].astype(np.float64)
    apart = np.sqrt((a - a.mean(axis=1, keepdims=True)).var() / np.square(a).mean())
    assert f"8 distinct of 8 · spread {brief(apart)}" in view.grids[0].header.item.toPlainText()


def test_narrow_headers_lose_the_spread_before_the_name(make: Make) -> None:
    view = make(SimilarityView, 280, 250)
    view.set_focus(Focus(0, 1, 1))
    view.show(shown())
    QApplication.processEvents()
    view.show(shown())

    text = view.grids[0].header.item.toPlainText()
    assert "8 of 8" in text
    assert "spread" not in text
    assert text.startswith(f"{GLYPHS[0]} Zer")


def test_neurons_that_are_all_0_are_hatched_and_say_so(view: SimilarityView) -> None:
    weight = columns(8, 1)
    weight[0, :, [2, 6]] = 0
    view.show(shown(weight=weight))
    QApplication.processEvents()

    grid = view.grids[0]
    gaps = grid.image.image == GAP
    wanted = np.zeros((8, 8), dtype=bool)
    wanted[[2, 6]] = wanted[:, [2, 6]] = True
    np.testing.assert_array_equal(gaps, wanted)
    assert grid.hatch.isVisible()
    assert not grid.note.isVisible()
    assert "all 0 (2)" in view.panel.subtitle.text()
    assert view.value_at(scene(grid.plot, 4, 3)) == "neuron 3: all 0, no direction"
    assert view.value_at(scene(grid.plot, 7, 1)) == "neuron 7: all 0, no direction"

    view.show(shown(weight=np.zeros((2, 8, 8))))
    assert grid.note.isVisible()
    assert grid.note.toPlainText() == "all 0"
    assert "1 distinct of 8 · spread 0" in grid.header.item.toPlainText()

    view.show(shown())
    assert not grid.hatch.isVisible()
    assert "all 0" not in view.panel.subtitle.text()


@pytest.mark.parametrize(
    ("since", "words"), [(-1, "not finite everywhere"), (2, "diverged at epoch 2")]
)
def test_a_lane_that_is_not_finite_is_a_named_gap(
    view: SimilarityView, since: int, words: str
) -> None:

    weight = columns(8, 1)
    weight[0, 3, 4] = np.nan
    now = dataclasses.replace(shown(weight=weight), diverged_at=np.array([since, -1]), epoch=5)
    view.show(now)
    QApplication.processEvents()
    draw(view)

    grid = view.grids[0]
    assert grid.note.toPlainText().replace("\n", " ") == words
    assert (grid.image.image[4] == GAP).all()
    assert (grid.image.image[0, [0, 1, 2, 3]] != GAP).all()
    assert "of 8" not in grid.header.item.toPlainText()
    assert view.value_at(scene(grid.plot, 1, 5)) == "neuron 5: not finite"


def test_the_image_is_square_and_stands_in_the_panel(make: Make) -> None:
    for width, height in ((245, 250), (430, 400), (700, 300), (300, 700)):
        view = make(SimilarityView, width, height)
        for focus in (Focus(0, None, 1), Focus(0, 1, 1)):
            view.set_focus(focus)
            view.show(shown())
            QApplication.processEvents()
            draw(view)
            for grid in view.grids:
                box = grid.plot.vb
                assert box.width() == pytest.approx(box.height(), abs=1.5)
                assert box.width() > 40
                assert view.canvas.sceneRect().contains(box.sceneBoundingRect())
                assert seen_range(grid.plot) == (0.5, 8.5, 0.5, 8.5)


def test_two_lanes_stand_side_by_side(view: SimilarityView) -> None:
    now = shown()
    view.set_focus(Focus(1, 0, 1))
    view.show(now)
    QApplication.processEvents()

    for grid, lane in zip(view.grids, (1, 0), strict=True):
        matrix, _ = cosines(directions(now.layers[1].weight[lane]), 100)
        np.testing.assert_array_equal(grid.image.image, to_bytes(matrix, 1.0, zeros=False))
        assert GLYPHS[lane] in grid.header.item.toPlainText()
    words = view.value_at(scene(view.grids[1].plot, 4, 3))
    assert words.startswith("Zeros · neurons 3 and 4: cosine ")


def test_a_click_pins_the_neuron_of_the_row(view: SimilarityView) -> None:
    view.show(shown())
    QApplication.processEvents()
    (grid,) = view.grids

    assert click(view, grid.plot, 3, 6) == [Focus(0, None, 1, 5)]
    view.set_focus(Focus(0, None, 1, 5))
    row, column = grid.outline.rects
    assert (row.top(), row.height(), row.width()) == (5.5, 1, 8)
    assert (column.left(), column.width(), column.height()) == (5.5, 1, 8)
    assert click(view, grid.plot, 1, 6) == [Focus(0, None, 1, None)]


def test_the_cosine_under_the_mouse_is_exact(view: SimilarityView) -> None:
    weight = np.zeros((2, 8, 8))
    weight[:] = np.eye(8)
    weight[:, 0, 3], weight[:, 3, 3] = 3.0, 4.0
    view.show(shown(weight=weight))
    QApplication.processEvents()
    plot = view.grids[0].plot

    assert view.value_at(scene(plot, 4, 1)) == "neurons 1 and 4: cosine 0.6"
    assert view.value_at(scene(plot, 2, 1)) == "neurons 1 and 2: cosine 0"
    assert view.value_at(scene(plot, -1, 1)) == ""


def test_a_thousand_neurons_are_drawn_in_blocks_that_say_so(view: SimilarityView) -> None:
    width = 1024
    weight = np.repeat(np.random.default_rng(1).standard_normal((1, 12, 1)), width, axis=2)
    weight[0, :, 600:] *= -1
    of = experiment(1, 3, hidden=(12, width))
    view.show(with_layer(snapshot(of=of), 1, weight=weight))
    QApplication.processEvents()
    draw(view)

    grid = view.grids[0]
    assert len(grid.image.image) <= MOST_CELLS
    block = -(-width // len(grid.image.image))
    assert f"means of {block} × {block}" in view.panel.subtitle.text()
    assert seen_range(grid.plot) == (0.5, width + 0.5, 0.5, width + 0.5)
    assert grid.image.image[0, 0] == POSITIVE
    assert grid.image.image[0, -1] == NEGATIVE
    assert "2 distinct of 1024" in grid.header.item.toPlainText()
    assert view.value_at(scene(grid.plot, 701, 301)) == "neurons 301 and 701: cosine −1"
    assert click(view, grid.plot, 501, 801)[0].neuron in range(790, 812)
    assert labels_are_apart(grid.plot, "left")
    assert labels_are_apart(grid.plot, "bottom")
    assert ticks(grid.plot, "left")["1"] == 1


@pytest.mark.parametrize("width", [1, 2, 10, 64, 200])
@pytest.mark.parametrize("size", [(245, 250), (430, 400)])
def test_labels_stay_readable(make: Make, width: int, size: tuple[int, int]) -> None:
    view = make(SimilarityView, *size)
    view.set_focus(Focus(0, 1, 1))
    view.show(shown(width=width))
    QApplication.processEvents()
    draw(view)

    for side in ("left", "bottom"):
        assert labels_are_apart(view.grids[0].plot, side)
        assert ticks(view.grids[0].plot, side)["1"] == 1


def test_a_focus_beyond_the_network_falls_on_its_last_layer(view: SimilarityView) -> None:
    view.set_focus(Focus(9, None, 77))
    view.show(shown())

    assert view.grids[0].size == (1, 1)
    assert "output" in view.panel.subtitle.text()
