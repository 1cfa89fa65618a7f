from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from pyqtgraph import TextItem
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from initviz.experiment import DataSettings, Experiment
from initviz.export.picture import draw
from initviz.views.boundary import MOST_POINTS, ROOMY_TILE, BoundaryView
from initviz.views.style import DARK, LIGHT
from tests.views.conftest import Make
from tests.views.snapshots import EXTENT, experiment, flat_plane, linear_logits, snapshot


def test_pixels_are_the_probability_of_class_one(make: Make) -> None:
    view = make(BoundaryView)
    logits = np.random.default_rng(1).normal(0, 3, (2, 30, 30)).astype(np.float32)

    view.show(snapshot(boundary=logits))

    for tile, field in zip(view._tiles, logits, strict=True):
        assert tile.image.image.dtype == np.ubyte
        assert np.abs(tile.image.image - 255 / (1 + np.exp(-field))).max() <= 1


def test_the_first_row_is_drawn_at_the_bottom(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(1, boundary=linear_logits(0, 100, -100)))  # 1 above v = 1, 0 below

    tile = view._tiles[0]
    corner = tile.image.mapToParent(QPointF(0, 0))
    assert (corner.x(), corner.y()) == pytest.approx((EXTENT[0], EXTENT[2]))
    picture = draw(view)

    def colour(v: float) -> QColor:
        scene = tile.box.mapViewToScene(QPointF(-2.5, v))
        at = view.canvas.mapTo(view.panel, view.canvas.mapFromScene(scene))
        return picture.pixelColor(at)

    assert colour(3.5) == QColor(DARK.positive)
    assert colour(-1.5) == QColor(DARK.negative)


@pytest.mark.parametrize(("across", "up", "offset"), [(1, 0, -0.7), (0, 2, 1), (1, -1, 0.5)])
def test_the_line_is_where_the_logit_is_zero(
    make: Make, across: float, up: float, offset: float
) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(across, up, offset)))

    for tile in view._tiles:
        x, y = tile.line.getData()
        assert len(x) > 10
        np.testing.assert_allclose(across * x + up * y + offset, 0, atol=1e-5)


@pytest.mark.parametrize("logit", [-3.0, 0.0, 3.0])
def test_a_flat_field_has_no_line(make: Make, logit: float) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, 0)))
    view.show(snapshot(boundary=np.full((1, 10, 10), logit)))

    assert all(len(tile.line.getData()[0]) == 0 for tile in view._tiles)


def test_a_field_of_one_sign_has_no_line(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, 10)))

    assert all(len(tile.line.getData()[0]) == 0 for tile in view._tiles)


def test_a_diverged_lane_says_when_and_has_no_line(make: Make) -> None:
    view = make(BoundaryView)
    logits = np.concatenate([np.full((1, 40, 40), np.nan), linear_logits(1, 0, 0)])

    view.show(snapshot(epoch=5, boundary=logits, diverged_at=[3, -1]))

    broken, sound = view._tiles
    assert broken.note.toPlainText() == "diverged at epoch 3"
    assert broken.note.isVisible()
    assert len(broken.line.getData()[0]) == 0
    assert not sound.note.isVisible()
    assert len(sound.line.getData()[0])


def test_stepping_back_before_the_divergence_takes_the_note_away(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(epoch=5, boundary=np.full((10, 10), np.nan), diverged_at=[3, 3]))
    view.show(snapshot(epoch=2, recorded=5, boundary=linear_logits(1, 0, 0), diverged_at=[3, 3]))

    assert not any(tile.note.isVisible() for tile in view._tiles)
    assert all(len(tile.line.getData()[0]) for tile in view._tiles)


@pytest.mark.parametrize("logit", [np.inf, -np.inf, 1e38, 1e-45])
def test_extreme_logits_are_drawn(make: Make, logit: float) -> None:
    view = make(BoundaryView)
    logits = linear_logits(1, 0, 0)
    logits[0, 3, 4] = logit

    view.show(snapshot(boundary=logits))
    draw(view)

    assert view._tiles[0].image.image.shape == (40, 40)


def test_points_of_the_two_classes_differ_in_mark_and_colour(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, 0)))

    zero, one = view._tiles[0].points
    assert np.stack(zero.getData(), axis=1).tolist() == [[-1, 0], [0, 1]]
    assert np.stack(one.getData(), axis=1).tolist() == [[1, 0], [2, 2], [0, -1]]
    assert zero.opts["symbol"] != one.opts["symbol"]
    assert zero.opts["brush"] != one.opts["brush"]


def test_many_points_are_thinned_and_keep_their_classes(make: Make) -> None:
    random = np.random.default_rng(2)
    points = random.uniform(-2, 2, (20_000, 2))
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, 0), plane=flat_plane(points, points[:, 0] > 0)))

    zero, one = (item.getData()[0] for item in view._tiles[0].points)
    assert 0 < len(zero) + len(one) <= MOST_POINTS
    assert (zero <= 0).all()
    assert (one > 0).all()


@pytest.mark.parametrize("lanes", [1, 2, 3, 5, 7, 8])
@pytest.mark.parametrize("size", [(1200, 260), (500, 700)])
def test_tiles_are_equally_large_and_apart(make: Make, lanes: int, size: tuple[int, int]) -> None:
    view = make(BoundaryView, *size)
    view.show(snapshot(lanes, boundary=linear_logits(1, 0, 0)))
    draw(view)  # lays the scene out

    frames = [tile.box.sceneBoundingRect() for tile in view._tiles]
    assert len(frames) == lanes
    assert np.ptp([frame.width() for frame in frames]) < 2
    assert np.ptp([frame.height() for frame in frames]) < 2
    assert min(frame.width() for frame in frames) > 40
    for i, frame in enumerate(frames):
        assert view.canvas.sceneRect().adjusted(-1, -1, 1, 1).contains(frame)
        assert not any(frame.adjusted(1, 1, -1, -1).intersects(other) for other in frames[i + 1 :])


def test_the_header_names_the_lane_and_its_test_accuracy(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(epoch=1, boundary=linear_logits(1, 0, 0), train_score=0.2,
                       test_score=[[0, 0], [0.931, 0.5]]))  # fmt: skip

    texts = [tile.header.text for tile in view._tiles]
    assert "Zeros" in texts[0]
    assert "93 %" in texts[0]
    assert "Constant" in texts[1]
    assert "50 %" in texts[1]


def test_a_colour_bar_explains_the_colours(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, 0)))

    bars = [
        item for item in view.canvas.ci.items if hasattr(item, "getAxis")
        and item.getAxis("right").isVisible()
    ]  # fmt: skip
    assert len(bars) == 1
    axis = bars[0].getAxis("right")
    assert axis._tickLevels[0] == [(0.0, "0"), (0.5, "½"), (1.0, "1")]
    assert "class 1" in axis.labelText


def test_only_inputs_beyond_the_plane_are_called_a_projection(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, 0)))
    assert "principal" not in view.panel.subtitle.text()

    view.show(snapshot(boundary=linear_logits(1, 0, 0), plane=flat_plane(features=500)))
    assert "500 inputs" in view.panel.subtitle.text()
    assert "73 %" in view.panel.subtitle.text()


def test_items_are_made_once_for_all_epochs(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, 0)))
    tiles = list(view._tiles)
    view.show(snapshot(epoch=1, boundary=linear_logits(0, 1, 0, size=80)))

    assert view._tiles == tiles
    assert "epoch 1" in view.panel.subtitle.text()


def test_a_snapshot_without_a_boundary_leaves_the_picture(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, 0)))
    before = view._tiles[0].image.image.copy()
    view.show(snapshot(epoch=1))

    np.testing.assert_array_equal(view._tiles[0].image.image, before)


def test_another_style_keeps_what_is_shown(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, -1)))
    view.set_style(LIGHT)

    x, _ = view._tiles[0].line.getData()
    np.testing.assert_allclose(x, 1, atol=1e-5)


def of_data(dataset: str, **values: object) -> Experiment:
    return experiment(2, data=DataSettings(dataset=dataset, values={"samples": 64, **values}))


def test_classes_are_drawn_by_the_winner_with_a_bar_that_names_them(make: Make) -> None:
    view = make(BoundaryView)
    of = of_data("blobs", classes=4)
    outputs = np.zeros((2, 4, 30, 30))
    outputs[0, 2], outputs[1, 0] = 9, 9
    view.show(snapshot(of=of, boundary=outputs))

    first, second = (tile.image.image for tile in view._tiles)
    assert len(np.unique(first)) == len(np.unique(second)) == 1
    assert first[0, 0] > second[0, 0]
    assert len(view._tiles[0].points) == 4
    assert [text for _, text in view.colouring.bar.ticks] == [f"class {k}" for k in range(4)]


def test_a_change_of_the_task_changes_the_colours(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=linear_logits(1, 0, 0)))
    assert view.colouring.bar.label == "P(class 1)"
    view.show(snapshot(of=of_data("salary"), boundary=linear_logits(1, 0, 0)))
    assert view.colouring.bar.label == "salary (1000 € a year)"
    view.show(snapshot(of=of_data("placed"), boundary=linear_logits(1, 0, 0)))
    assert view.colouring.bar.label == "P(placed)"


@pytest.mark.parametrize("dataset", ["blobs", "salary"])
def test_outputs_that_are_not_finite_are_named_whatever_the_task(make: Make, dataset: str) -> None:
    view = make(BoundaryView)
    of = of_data(dataset)
    view.show(snapshot(of=of, boundary=np.full((2, 1, 9, 9), np.inf)))
    assert all(tile.note.toPlainText() == "not finite everywhere" for tile in view._tiles)
    draw(view)


def test_axes_with_units_are_named_and_show_the_values_at_their_ends(make: Make) -> None:
    view = make(BoundaryView)
    plane = dataclasses.replace(
        flat_plane(), axes=("CGPA (0–10)", "IQ (points)"), offset=(7.5, 105.0), scale=(1.5, 14.0)
    )
    view.show(snapshot(of=of_data("placed"), boundary=linear_logits(1, 0, 0), plane=plane))

    texts = [
        item.toPlainText() for item in view._tiles[0].box.addedItems if isinstance(item, TextItem)
    ]
    assert {"CGPA (0–10)", "IQ (points)"} <= set(texts)
    if view.tile_size(view.snapshot) >= ROOMY_TILE:
        assert {"3", "12", "77", "161"} <= set(texts)  # offset + scale · end


def test_points_that_a_noise_moves_are_fed_to_the_tiles_that_are_there(make: Make) -> None:
    view = make(BoundaryView)
    view.show(snapshot(boundary=np.eye(8)))
    tiles = list(view._tiles)
    moved = experiment(data=DataSettings(values={"samples": 64, "noise": 0.9}))
    shown = snapshot(of=moved, boundary=np.eye(8))
    far = dataclasses.replace(
        shown.plane, points=shown.plane.points * 3, extent=(-9.0, 9.0, -6.0, 12.0)
    )
    view.show(dataclasses.replace(shown, plane=far))

    assert view._tiles == tiles
    for tile in tiles:
        drawn = np.concatenate([np.stack(item.getData(), axis=1) for item in tile.points])
        assert {tuple(point) for point in drawn} == {tuple(point) for point in far.points}
        left, right = tile.box.viewRange()[0]
        assert left <= -9
        assert right >= 9
        assert tile.image.mapRectToView(tile.image.boundingRect()).width() == pytest.approx(18)
