from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from initviz.export.picture import draw
from initviz.snapshot import Pinned
from initviz.views import VIEWS
from initviz.views.base import View
from initviz.views.curves import MOST_POINTS, LaneCurves, Series, thinned
from initviz.views.gradients import GradientView
from initviz.views.history import HistoryView
from initviz.views.pinned import over_epochs, over_layers
from initviz.views.style import DARK, LIGHT
from tests.make import data
from tests.views.conftest import Make
from tests.views.snapshots import experiment, snapshot
from tests.views.ticks import seen_range, ticks


def pinned(title: str = "1 · before", *shape: Any, **more: Any) -> Pinned:
    return Pinned(title, snapshot(*shape, **more))


def grey(view: Any) -> LaneCurves:
    curves = view.grey.curves
    assert isinstance(curves, LaneCurves)
    return curves


# --- over the epochs --------------------------------------------------------------------------


def test_a_pinned_loss_is_drawn_over_its_own_epochs_behind_the_present_one(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=2, train_loss=0.5))
    losses = np.array([[0.7, 0.6], [0.4, 0.3], [0.1, 0.2], [0.05, 0.1]])
    view.set_pinned((pinned(epoch=1, recorded=3, train_loss=losses),))

    for k, curve in enumerate(grey(view).curves):
        np.testing.assert_allclose(curve.x, [0, 1, 2, 3])
        np.testing.assert_allclose(curve.y, np.log10(losses[:, k]))
        assert curve.marked == [3]  # the lane's marker, where the curve ends
    assert grey(view).zValue() < view.curves.zValue()
    assert len(view.curves.curves) == 2


def test_axes_hold_what_is_pinned(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(of=experiment(epochs=10), epoch=2, train_loss=0.5))
    narrow = seen_range(view.plot)
    view.set_pinned((pinned(epoch=50, train_loss=[1e4, 1e-6]),))
    left, right, low, high = seen_range(view.plot)

    assert right >= 50 > narrow[1]
    assert low <= -6 < narrow[2]
    assert high >= 4 > narrow[3]
    view.set_pinned(())
    assert seen_range(view.plot) == narrow
    assert left <= 0


def test_switches_choose_what_is_drawn_of_a_pinned_run_too(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot())
    view.set_pinned((pinned(train_loss=0.1, test_loss=10, train_score=0.75, test_score=0.25),))
    for part, figure, height in (
        ("train", "loss", -1), ("test", "loss", 1), ("train", "score", 0.75),
        ("test", "score", 0.25),
    ):  # fmt: skip
        view.part.choose(part)
        view.figure.choose(figure)
        assert [curve.y[0] for curve in grey(view).curves] == pytest.approx([height] * 2)


@pytest.mark.parametrize("figure", ["loss", "score"])
def test_a_pinned_divergence_is_a_gap_and_stretches_nothing(make: Make, figure: str) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=3, train_loss=0.5))
    view.figure.choose(figure)
    before = seen_range(view.plot)
    wild = np.array([[0.5, 0.5], [0.6, 0.6], [np.inf, 0.5], [np.nan, 0.5]])
    view.set_pinned((pinned(epoch=3, train_loss=wild, train_score=np.where(wild > 9, np.nan, wild),
                            diverged_at=[2, -1]),))  # fmt: skip
    draw(view)

    broken, whole = grey(view).curves
    assert np.isnan(broken.y).tolist() == [False, False, True, True]
    assert broken.marked == [1]
    assert np.isfinite(whole.y).all()
    assert seen_range(view.plot) == before


def test_a_pinned_zero_rests_on_the_line_marked_0(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=1, train_loss=0.5))
    view.set_pinned((pinned(epoch=1, train_loss=0.0),))

    assert grey(view).curves[0].y.tolist() == [view.range.floor] * 2
    assert view.range.zero


def test_a_zero_of_the_present_run_rests_on_the_line_that_a_pin_has_moved(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=1, train_loss=[[0.5, 0.5], [0.0, 0.5]]))
    view.set_pinned((pinned(epoch=1, train_loss=1e-9),))

    assert view.curves.curves[0].y[1] == ticks(view.plot, "left")["0"] < -9


def test_another_task_is_left_out_and_said_so(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=1, train_loss=0.5))
    before = seen_range(view.plot)
    salary = experiment(data=data("salary"))
    view.set_pinned((pinned("1 · salaries", of=salary, epoch=90, train_loss=1e5),
                     pinned("2 · moons", epoch=1)))  # fmt: skip

    assert len(grey(view).curves) == 2
    assert view.grey.legend.notes == [" (another task: not drawn)", ""]
    assert seen_range(view.plot) == before


@pytest.mark.parametrize("lanes", [1, 3, 8])
def test_another_number_of_lanes_is_drawn(make: Make, lanes: int) -> None:
    for kind in (HistoryView, GradientView):
        view = make(kind)
        view.show(snapshot(2))
        view.set_pinned((pinned("1 · more", lanes),))
        assert [curve.colour for curve in grey(view).curves] == list(range(lanes))
        assert len(view.curves.curves) == 2


def test_long_pinned_curves_are_thinned_and_keep_their_spikes() -> None:
    heights = np.zeros((5000, 2))
    heights[3333, 1] = 9
    _, spiky = over_epochs(snapshot(), *thinned(Series(np.arange(5000), heights, heights, heights)))

    assert len(spiky.x) <= 2 * MOST_POINTS
    assert spiky.y.max() == 9
    assert spiky.x[spiky.y.argmax()] == pytest.approx(3333, abs=10)


# --- over the layers --------------------------------------------------------------------------


def test_pinned_gradients_are_drawn_over_the_layers(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(layers=3))
    view.set_pinned((pinned("1", 2, 3, weight_gradients=[[1e-4, 1e-2], [1e-3, 1e-2], [1, 1e-2]]),))

    first = grey(view).curves[0]
    np.testing.assert_allclose(first.y, [-4, -3, 0])
    np.testing.assert_allclose(first.x, [1, 2, 3], atol=0.2)
    assert first.marked == [2]
    assert seen_range(view.plot)[2] <= -4
    view.kind.choose("z")
    np.testing.assert_allclose(grey(view).curves[0].y, -1)


@pytest.mark.parametrize("layers", [2, 6, 41])
def test_another_number_of_layers_is_drawn_and_said(make: Make, layers: int) -> None:
    view = make(GradientView)
    view.show(snapshot(layers=3))
    view.set_pinned((pinned("1 · before", 2, layers, epoch=7),))

    assert len(grey(view).curves[0].x) == layers
    assert seen_range(view.plot)[1] >= max(layers, 3)
    assert view.grey.legend.notes == [f" (epoch 7, {layers} layers)"]


def test_a_pinned_gradient_that_is_not_finite_is_a_gap(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(layers=3))
    before = seen_range(view.plot)
    view.set_pinned((pinned("1", 2, 3, weight_gradients=[[np.nan], [1e-2], [np.inf]]),))
    draw(view)

    assert np.isnan(grey(view).curves[0].y).tolist() == [True, False, True]
    assert grey(view).curves[0].marked == [1]
    assert seen_range(view.plot) == before


def test_a_pin_without_layers_has_no_gradients(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot())
    bare = dataclasses.replace(snapshot(), layers=())
    view.set_pinned((Pinned("1", bare),))

    assert all(len(curve.x) == 0 for curve in grey(view).curves)
    draw(view)


def test_equal_lanes_lie_side_by_side() -> None:
    one, other = over_layers(snapshot(), np.zeros((3, 2)), lambda k: 0.1 * k)

    assert one.x.tolist() == [1, 2, 3]
    assert other.x == pytest.approx([1.1, 2.1, 3.1])


# --- the look ---------------------------------------------------------------------------------


def test_pinned_curves_are_thin_and_grey_and_the_second_run_dashed(make: Make) -> None:
    for kind in (HistoryView, GradientView):
        view = make(kind)
        view.show(snapshot(epoch=2))
        view.set_pinned((pinned("1", epoch=2), pinned("2", epoch=2)))
        pens = [pen for _, pen in grey(view)._paths]
        assert {pen.color().name() for pen in pens} == {DARK.muted}
        assert {pen.widthF() for pen in pens} == {1.0}
        solid, dash = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine
        assert [pen.style() for pen in pens] == [solid, solid, dash, dash]

        view.set_style(LIGHT)
        assert {pen.color().name() for _, pen in grey(view)._paths} == {LIGHT.muted}
        view.set_line(2)
        assert {pen.widthF() for _, pen in grey(view)._paths} == {2.0}


def test_pinned_pixels_are_grey(make: Make) -> None:
    view = make(HistoryView, style=LIGHT)
    view.show(snapshot(epoch=9, train_loss=0.5))
    view.set_pinned((pinned(epoch=9, train_loss=5.0),))
    image = draw(view)
    at = view.plot.vb.mapViewToScene(view.plot.vb.viewRect().center())
    at.setY(view.plot.vb.mapViewToScene(type(at)(0, math.log10(5))).y())
    place = view.canvas.mapTo(view.panel, view.canvas.mapFromScene(at))
    near = [image.pixelColor(place.x(), place.y() + dy) for dy in range(-3, 4)]

    darkest = min(near, key=QColor.lightness)
    assert darkest.lightness() < 160
    assert darkest.hslSaturation() < 60


def test_the_legend_names_the_runs_below_the_plot(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot())
    bare = view.plot.geometry().height()
    view.set_pinned((pinned("1 · before"), pinned("2 · learning rate 0.1 → 0.5")))
    draw(view)

    assert view.grey.legend.titles == ["1 · before", "2 · learning rate 0.1 → 0.5"]
    assert "2 · learning rate 0.1 → 0.5" in view.grey.legend.toolTip()
    legend = view.grey.legend.sceneBoundingRect()
    assert legend.top() >= view.plot.sceneBoundingRect().bottom() - 1
    assert legend.bottom() <= view.canvas.height() + 1
    assert view.plot.geometry().height() < bare
    view.set_pinned(())
    draw(view)
    assert view.plot.geometry().height() == bare


def test_a_new_epoch_draws_the_pins_no_second_time(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in (HistoryView, GradientView):
        view = make(kind)
        view.show(snapshot(epoch=0, recorded=3))
        view.set_pinned((pinned(epoch=3),))
        fed: list[object] = []
        monkeypatch.setattr(grey(view), "set_curves", fed.append)
        for number in (1, 2, 3):
            view.show(snapshot(epoch=number, recorded=3))
        assert fed == []


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_takes_pins_before_and_after_it_shows_something(make: Make, name: str) -> None:
    view: View = make(VIEWS[name])
    view.set_pinned((pinned(),))
    view.show(snapshot(epoch=1, boundary=np.zeros((20, 20))))
    view.set_pinned((pinned(), pinned("2 · other", 3, 5)))
    view.show(snapshot(3, 4, epoch=1, boundary=np.zeros((20, 20))))
    draw(view)

    assert len(view.pinned) == 2
