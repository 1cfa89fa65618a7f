from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from initviz.experiment import DataSettings, Lane
from initviz.export.picture import draw
from initviz.snapshot import Snapshot
from initviz.views import VIEWS
from initviz.views.activations import ActivationView
from initviz.views.base import View
from initviz.views.boundary import BoundaryView
from initviz.views.curves import MOST_POINTS
from initviz.views.gradients import GradientView
from initviz.views.history import HistoryView
from initviz.views.readout import beside, figure
from tests.views.conftest import Make
from tests.views.inside import with_inside
from tests.views.snapshots import experiment, in_value_bin, linear_logits, snapshot
from tests.views.test_zoom import AXES, turn

ANY = pytest.mark.parametrize("name", VIEWS)


def full(epoch: int = 3, **more: object) -> Snapshot:
    return with_inside(snapshot(epoch=epoch, boundary=linear_logits(1, 1, 0), **more))


def rest_at(view: View, place: QPointF) -> None:
    """Let the mouse come to a place of the scene."""
    at = QPointF(view.canvas.mapFromScene(place))
    viewport = view.canvas.viewport()
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, QPointF(viewport.mapToGlobal(at.toPoint())),
        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def leave(view: View) -> None:
    QApplication.sendEvent(view.canvas.viewport(), QEvent(QEvent.Type.Leave))


def whole(view: View) -> QRectF:
    """The scene, as far as it is seen."""
    return view.canvas.mapToScene(view.canvas.viewport().rect()).boundingRect()


def some_value(view: View) -> QPointF:
    """A place where a view has something to say."""
    boxes = view.canvas.boxes()
    area = boxes[0].sceneBoundingRect() if boxes else whole(view)
    for x in np.linspace(0.02, 0.98, 60):
        for y in np.linspace(0.02, 0.98, 60):
            place = area.topLeft() + QPointF(x * area.width(), y * area.height())
            if view.value_at(place):
                return place
    raise AssertionError(f"{view.name} says nothing anywhere")


@ANY
@pytest.mark.parametrize("layers", [3, 14])
def test_every_view_says_something_and_nothing_beside_its_plots(
    make: Make, name: str, layers: int
) -> None:
    view = make(VIEWS[name])
    assert view.value_at(QPointF(50, 50)) == ""
    view.show(full(layers=layers))

    words = view.value_at(some_value(view))
    assert any(character.isdigit() for character in words)
    assert view.value_at(QPointF(-10, -10)) == ""


@ANY
def test_extreme_numbers_are_read_without_a_word_of_complaint(make: Make, name: str) -> None:
    view = make(VIEWS[name])
    for value in (0.0, 1e-45, 1e300, np.inf, -np.inf, np.nan):
        with np.errstate(all="ignore"):
            logits = value * linear_logits(1, 0, 0, 8)
        finite = bool(np.isfinite(value))
        view.show(snapshot(
            2, 3, 3, weight_gradients=value, train_loss=np.abs(value), boundary=logits,
            diverged_at=[-1 if finite else 2] * 2,
        ))  # fmt: skip
        area = whole(view)
        for x in np.linspace(0, 1, 12):
            for y in np.linspace(0, 1, 12):
                words = view.value_at(area.topLeft() + QPointF(x * area.width(), y * area.height()))
                assert "nan" not in words
                assert "inf" not in words.replace("infinite", "")


@ANY
def test_the_reading_stands_beside_the_mouse_and_goes_with_it(make: Make, name: str) -> None:
    view = make(VIEWS[name])
    view.show(full())
    place = some_value(view)
    rest_at(view, place)
    label = view.readout.label
    assert label.isVisible()
    pixel = view.canvas.mapToScene(view.canvas.mapFromScene(place))
    assert label.text() == view.value_at(pixel)
    assert not label.geometry().contains(view.canvas.mapFromScene(place))
    assert view.canvas.rect().contains(label.geometry())

    leave(view)
    assert not label.isVisible()
    assert not view.readout.ring.isVisible()


def test_a_reading_is_broken_in_a_narrow_canvas(make: Make) -> None:
    view = make(HistoryView, 150, 200)
    lane = Lane(scheme="zeros", name="a name that is longer than it is wide")
    view.show(snapshot(of=experiment((lane,)), epoch=3))
    rest_at(view, view.curves.place(view.plot.vb, 0, 1))

    assert view.readout.label.isVisible()
    assert view.canvas.rect().contains(view.readout.label.geometry())


def test_a_reading_grows_with_the_text(make: Make) -> None:
    view = make(GradientView, 600, 400)
    view.show(full())
    rest_at(view, some_value(view))
    before = view.readout.label.size()
    rest = view.readout.label.text()
    view.set_style(dataclasses.replace(view.look, text_scale=2.0))
    view.readout.refresh()
    assert view.readout.label.text() == rest
    assert view.readout.label.height() > 1.5 * before.height()


@pytest.mark.parametrize("name", AXES)  # the network lights up what is under the mouse
def test_pictures_show_no_reading(make: Make, name: str) -> None:
    view = make(VIEWS[name])
    view.show(full())
    before = draw(view)
    rest_at(view, some_value(view))

    assert draw(view) == before


def test_the_reading_follows_the_epochs_while_the_mouse_rests(make: Make) -> None:
    view = make(BoundaryView)
    view.show(full(3, recorded=9))
    area = view.canvas.boxes()[0].sceneBoundingRect()
    rest_at(view, area.center())
    before = view.readout.label.text()
    view.show(snapshot(epoch=4, recorded=9, boundary=linear_logits(0, 0, 2.0)))

    assert view.readout.label.text() != before
    assert "0.881" in view.readout.label.text()  # 1 / (1 + e⁻²)


def test_nothing_is_read_while_the_mouse_is_elsewhere(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = make(GradientView)
    asked: list[QPointF] = []
    monkeypatch.setattr(view.readout, "_asked", lambda: lambda place: asked.append(place) or "")
    for epoch in range(4):
        view.show(full(epoch, recorded=5))

    assert asked == []


def test_a_gradient_is_read_with_its_layer_lane_and_size(make: Make) -> None:
    view = make(GradientView)
    gradients = np.array([[1e-2, 0.0], [1.2345e-4, 2e-2], [3e-3, 4e-2]])  # layers × lanes
    view.show(full(weight_gradients=gradients))
    words = view.value_at(view.curves.place(view.plot.vb, 0, 1))
    assert words == "hidden 2 · ∂L/∂W rms\n● Zeros: 0.000123"

    words = view.value_at(view.curves.place(view.plot.vb, 1, 0))
    assert words == "hidden 1 · ∂L/∂W rms\n■ Constant 0.5: exactly 0"


def test_the_ring_stands_around_the_point_that_is_read(make: Make) -> None:
    view = make(GradientView)
    view.show(full(weight_gradients=[1e-2, 1e-5]))
    point = view.curves.place(view.plot.vb, 1, 1)
    rest_at(view, point + QPointF(4, 3))
    ring = view.readout.ring
    assert ring.isVisible()
    assert (ring.geometry().center() - view.canvas.mapFromScene(point)).manhattanLength() <= 2


def test_points_that_lie_upon_one_another_are_read_together(make: Make) -> None:
    view = make(HistoryView)
    view.show(full(4, train_loss=0.5))
    words = view.value_at(view.curves.place(view.plot.vb, 1, 2))
    assert words.splitlines()[0] == "epoch 2 · train loss"
    assert sorted(words.splitlines()[1:]) == ["■ Constant 0.5: 0.5", "● Zeros: 0.5"]


def test_a_lane_that_has_diverged_is_named_where_it_has_no_value(make: Make) -> None:
    view = make(HistoryView)
    losses = np.array([[0.5, 0.7], [0.4, np.nan], [0.3, np.nan]])
    view.show(snapshot(epoch=2, train_loss=losses, diverged_at=[-1, 1]))
    words = view.value_at(view.curves.place(view.plot.vb, 0, 2))
    assert words.splitlines() == [
        "epoch 2 · train loss", "● Zeros: 0.3", "■ Constant 0.5: diverged at epoch 1"
    ]  # fmt: skip

    gradients = make(GradientView)
    gradients.show(snapshot(epoch=2, weight_gradients=np.nan, diverged_at=[1, 2]))
    middle = gradients.plot.vb.sceneBoundingRect().center()
    assert gradients.value_at(middle).splitlines()[1:] == [
        "● Zeros: diverged at epoch 1", "■ Constant 0.5: diverged at epoch 2"
    ]  # fmt: skip


def test_a_spike_of_a_long_history_is_read_at_its_own_epoch(make: Make) -> None:
    view = make(HistoryView)
    losses = np.full((5 * MOST_POINTS + 1, 2), 0.5)
    losses[1234, 0] = 40.0
    of = experiment(2, 3, epochs=len(losses) - 1)
    view.show(snapshot(of=of, epoch=len(losses) - 1, train_loss=losses))
    curve = view.curves.curves[0]
    spike = int(np.nanargmax(curve.y))
    words = view.value_at(view.curves.place(view.plot.vb, 0, spike))
    assert words.splitlines()[:2] == ["epoch 1234 · train loss", "● Zeros: 40"]


def test_a_score_is_read_in_per_cent(make: Make) -> None:
    view = make(HistoryView)
    view.figure.choose("score")
    view.show(full(2, train_score=[0.975, 0.5]))
    words = view.value_at(view.curves.place(view.plot.vb, 0, 1))
    assert words == "epoch 1 · train accuracy\n● Zeros: 97.5 %"


def test_a_tile_says_its_lane_coordinates_and_answer(make: Make) -> None:
    view = make(BoundaryView, 700, 360)
    view.show(snapshot(boundary=linear_logits(0, 0, 0.0), lanes=2))
    box = view.canvas.boxes()[1]
    words = view.value_at(box.mapViewToScene(QPointF(1.5, -0.4)))
    assert words.startswith("■ Constant 0.5: P(class 1) 0.5\nx₁ 1.5, x₂ −0.")


@pytest.mark.parametrize(
    ("dataset", "outputs", "expected"),
    [("iris", 3, "P(setosa) 0.576"), ("diabetes", 1, " 1")],
)
def test_a_tile_speaks_of_classes_and_of_numbers(
    make: Make, dataset: str, outputs: int, expected: str
) -> None:
    of = experiment(1, 3, data=DataSettings(dataset=dataset))
    answers = np.zeros((1, outputs, 8, 8))
    answers[:, 0] = 1.0
    view = make(BoundaryView, 700, 360)
    view.show(snapshot(of=of, boundary=answers))
    words = view.value_at(view.canvas.boxes()[0].sceneBoundingRect().center())

    assert expected in words
    if outputs == 1:
        assert of.data.facts.target in words


def test_a_distribution_is_read_with_its_bin_and_share(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(values=in_value_bin(40), value_edges=(-1.0, 1.0)))
    words = view.value_at(view.curves[1].place(view.plots[1].vb, 0, 40))
    assert words.splitlines()[0] == "hidden 2 · a from 0.25 to 0.2812"
    assert "● Zeros: 100 %" in words


def test_a_map_is_read_with_its_layer_and_lane(make: Make) -> None:
    view = make(ActivationView)
    view.show(snapshot(2, 15, sizes=None, zeros=1.0))
    view.scale.choose("size")
    axis = view._axis
    box = view.plots[1].vb
    words = view.value_at(box.mapViewToScene(QPointF(axis.zero, 5.2)))
    assert words == "hidden 5 · a exactly 0\n■ Constant 0.5: 100 %"


def test_what_is_zoomed_is_read_where_it_is_drawn(make: Make) -> None:
    view = make(GradientView)
    view.show(full(weight_gradients=[1e-2, 1e-5]))
    before = view.curves.place(view.plot.vb, 0, 1)
    words = view.value_at(before)
    turn(view, view.plot.vb, 3, 0.2)
    after = view.curves.place(view.plot.vb, 0, 1)

    assert (after - before).manhattanLength() > 20
    assert view.value_at(after) == words
    assert view.value_at(before) != words


@pytest.mark.parametrize("mouse", [(5, 5), (295, 5), (5, 195), (295, 195), (150, 100)])
@pytest.mark.parametrize("size", [(60, 30), (200, 60)])
def test_the_label_stays_in_the_canvas_and_off_the_mouse(
    mouse: tuple[int, int], size: tuple[int, int]
) -> None:
    room = QRect(0, 0, 300, 200)
    at = QPoint(*mouse)
    label = QRect(beside(at, QSize(*size), room), QSize(*size))

    assert room.contains(label)
    assert not label.contains(at)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "exactly 0"), (1.2345e-4, "0.000123"), (-0.5, "−0.5"), (np.nan, "not a number"),
     (np.inf, "infinite"), (1e-12, "1e-12")],
)  # fmt: skip
def test_figures_say_what_they_are(value: float, words: str) -> None:
    assert figure(value) == words
