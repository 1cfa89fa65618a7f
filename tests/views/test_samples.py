from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from initviz.experiment import Lane
from initviz.export.picture import draw
from initviz.focus import Focus
from initviz.parts import Part, Samples
from initviz.snapshot import Snapshot
from initviz.views.samples import SamplesView
from initviz.views.style import GLYPHS, LIGHT
from tests.make import data
from tests.views.conftest import Make
from tests.views.grids import click, scene, with_layer
from tests.views.inside import with_inside
from tests.views.snapshots import experiment, snapshot
from tests.views.ticks import labels_are_apart, seen_range, ticks


def shown(
    apart: object = 0.5,
    cosine: object = 0.2,
    same: object = 0.4,
    other: object = -0.3,
    lanes: int = 2,
    layers: int = 3,
    **more: object,
) -> Snapshot:
    """Figures broadcast to (layers + 1, lanes)."""
    made = with_inside(snapshot(lanes, layers, **more))
    shape = (len(made.layers) + 1, len(made.experiment.lanes))
    each = [np.array(np.broadcast_to(x, shape), float) for x in (apart, cosine, same, other)]
    return dataclasses.replace(made, samples=Samples(*each))


def test_it_wants_values_and_samples() -> None:
    assert SamplesView.parts == {Part.VALUES, Part.SAMPLES}


def test_heights_are_the_decades_of_the_spread_from_the_inputs_on(make: Make) -> None:
    apart = np.array([[1.0, 1.0], [0.1, 0.5], [1e-3, 0.25], [1e-5, 0.2]])
    view = make(SamplesView)
    view.show(shown(apart))

    for k, curve in enumerate(view.curves.curves):
        np.testing.assert_allclose(curve.y, np.log10(apart[:, k]))
        np.testing.assert_allclose(curve.x, [0, 1, 2, 3], atol=0.2)
    across = ticks(view.plot, "bottom")
    assert across == {"in": 0, "1": 1, "2": 2, "out": 3}
    _, _, bottom, top = seen_range(view.plot)
    assert bottom < -5
    assert 0 < top < 1


def test_an_exact_zero_rests_on_the_line_marked_0(make: Make) -> None:
    view = make(SamplesView)
    view.show(shown([[1, 1], [0, 0.1], [0, 0.1], [0, 0.1]]))

    floor = ticks(view.plot, "left")["0"]
    assert view.curves.curves[0].y[1:].tolist() == [floor] * 3
    assert seen_range(view.plot)[2] < floor < -1


def test_a_layer_that_is_0_for_every_sample_tells_none_apart(make: Make) -> None:
    apart = np.array([[1, 1], [np.nan, 0.5], [np.nan, 0.5], [np.nan, 0.5]])
    now = shown(apart)
    a = np.ones((2, 4, 8))
    a[0] = 0
    view = make(SamplesView)
    view.show(with_layer(now, 0, activation=a))

    first, second = view.curves.curves
    assert first.y[1] == ticks(view.plot, "left")["0"]
    assert np.isnan(first.y[2:]).all()  # those have activations: it is not known why
    assert np.isfinite(second.y).all()

    view.kind.choose("cosine")
    assert f"{GLYPHS[0]}</span> hidden 1 is all 0" in view.gaps.text
    assert GLYPHS[1] not in view.gaps.text


def test_cosines_are_drawn_from_minus_1_to_1(make: Make) -> None:
    cosine = np.array([[0.0, 0.0], [0.5, -0.5], [0.9, 1.0], [1.0, -1.0]])
    view = make(SamplesView)
    view.show(shown(cosine=cosine))
    view.kind.choose("cosine")

    for k, curve in enumerate(view.curves.curves):
        np.testing.assert_allclose(curve.y, cosine[:, k])
        assert not curve.dotted
    _, _, bottom, top = seen_range(view.plot)
    assert bottom < -1 < 1 < top
    assert list(ticks(view.plot, "left").values()) == [-1, -0.5, 0, 0.5, 1]


def test_classes_show_two_curves_for_each_lane_in_focus(make: Make) -> None:
    view = make(SamplesView)
    view.set_focus(Focus(2, 0))
    view.show(shown(lanes=4, same=[[0.1, 0.2, 0.3, 0.4]], other=[[-0.1, -0.2, -0.3, -0.4]]))
    view.kind.choose("classes")

    curves = view.curves.curves
    assert [curve.colour for curve in curves] == [2, 2, 0, 0]
    assert [curve.dotted for curve in curves] == [False, True, False, True]
    assert [curve.y[1] for curve in curves] == [0.3, -0.3, 0.1, -0.1]
    pens = [pen.style() for _, pen in view.curves._paths]
    assert pens[::2] == [Qt.PenStyle.SolidLine] * 2
    assert pens[1::2] == [Qt.PenStyle.DotLine] * 2


def test_a_regression_says_that_it_has_no_classes(make: Make) -> None:
    of = experiment((Lane(scheme="xavier_uniform"),), 3, data=data("diabetes"))
    view = make(SamplesView)
    view.show(shown(of=of, same=np.nan, other=np.nan))
    view.kind.choose("classes")
    draw(view)

    assert "no classes" in view.panel.subtitle.text()


def test_a_lane_that_diverged_is_named_with_its_epoch(make: Make) -> None:
    view = make(SamplesView)
    apart = np.array([[1, 1], [np.nan, 0.5], [np.nan, 0.5], [np.nan, 0.5]])
    view.show(shown(apart, epoch=4, diverged_at=[3, -1]))

    assert np.isnan(view.curves.curves[0].y[1:]).all()
    assert f"{GLYPHS[0]}</span> diverged at epoch 3" in view.gaps.text
    view.show(shown(epoch=2, recorded=4, diverged_at=[3, -1]))
    assert view.gaps.text == ""


def test_notes_stand_above_the_line_marked_0(make: Make) -> None:
    view = make(SamplesView, 440, 420)
    view.show(shown([[1, 1], [0, np.nan], [0, 0.1], [0, 0.1]], epoch=4, diverged_at=[-1, 3]))
    QApplication.processEvents()
    view.show(view.snapshot)
    draw(view)

    floor = scene(view.plot, 0, ticks(view.plot, "left")["0"]).y()
    assert view.gaps.item.mapRectToScene(view.gaps.item.boundingRect()).bottom() <= floor


def test_the_layer_in_focus_is_marked_and_a_click_moves_it(make: Make) -> None:
    view = make(SamplesView)
    view.set_focus(Focus(1, None, 1))
    view.show(shown())
    QApplication.processEvents()
    assert view.here.value() == 2

    assert click(view, view.plot, 3.1, -0.3) == [Focus(1, None, 2)]
    assert click(view, view.plot, 0.8, -0.3) == [Focus(1, None, 0)]
    assert click(view, view.plot, 2.2, -0.3) == []  # it is in focus
    assert click(view, view.plot, 0.0, -0.3) == []  # inputs are no layer

    view.set_focus(Focus(1, None, 0, 3))
    assert view.here.value() == 1
    assert click(view, view.plot, 2, -0.3) == [Focus(1, None, 1, None)]


def test_a_focus_beyond_the_network_falls_on_the_output(make: Make) -> None:
    view = make(SamplesView)
    view.set_focus(Focus(7, None, 40))
    view.show(shown())
    view.kind.choose("classes")

    assert view.here.value() == 3
    assert {curve.colour for curve in view.curves.curves} == {1}


def test_the_number_under_the_mouse_is_exact(make: Make) -> None:
    view = make(SamplesView)
    apart = np.array([[1.0, 1.0], [0, 0.5], [0, 0.0625], [0, 0.2]])
    view.show(shown(apart, cosine=[[0, 0.25]]))
    QApplication.processEvents()
    zeros, constant = view.curves.curves

    at = scene(view.plot, constant.x[2], constant.y[2]) + QPointF(3, -3)
    assert view.value_at(at) == "hidden 2 · Constant 0.5: samples apart 0.0625"
    at = scene(view.plot, zeros.x[3], zeros.y[3])
    assert view.value_at(at) == "output · Zeros: samples apart 0"
    assert view.value_at(scene(view.plot, zeros.x[0] - 0.01, 0)).startswith("inputs · Zeros: ")
    assert view.value_at(scene(view.plot, 2.5, -0.1)) == ""

    view.kind.choose("cosine")
    QApplication.processEvents()
    curve = view.curves.curves[1]
    at = scene(view.plot, curve.x[1], 0.25)
    assert view.value_at(at) == "hidden 1 · Constant 0.5: mean cosine 0.25"


def test_the_range_grows_and_never_jumps_while_one_run_is_shown(make: Make) -> None:
    view = make(SamplesView)
    early, late = shown(0.5), shown([[1], [1e-6], [1e-7], [0]], epoch=1)
    view.show(early)
    narrow = seen_range(view.plot)
    view.show(late)
    wide = seen_range(view.plot)
    assert wide[2] < narrow[2]
    view.show(early)
    assert seen_range(view.plot) == wide
    view.kind.choose("cosine")
    view.kind.choose("apart")
    assert seen_range(view.plot) == wide

    view.show(shown(0.5, of=experiment(seed=9)))
    assert seen_range(view.plot) == narrow


def test_equal_lanes_are_both_seen(make: Make) -> None:
    view = make(SamplesView)
    view.show(shown(lanes=3, apart=[[0.5, 0.5, 0.1]]))

    assert [curve.dashed for curve in view.curves.curves] == [False, True, False]


@pytest.mark.parametrize("layers", [2, 3, 11, 21, 41, 101])
@pytest.mark.parametrize("size", [(245, 250), (440, 400)])
@pytest.mark.parametrize("apart", [0.5, [[0, 1e-12]]], ids=["near", "far"])
def test_labels_stay_readable(
    make: Make, layers: int, size: tuple[int, int], apart: object
) -> None:
    view = make(SamplesView, *size)
    view.show(shown(apart, layers=layers))
    QApplication.processEvents()
    view.show(view.snapshot)
    draw(view)

    across = ticks(view.plot, "bottom")
    assert across["in"] == 0
    assert across["out"] == layers
    assert labels_are_apart(view.plot, "bottom")
    assert labels_are_apart(view.plot, "left")
    # A label that would reach past the axis is not drawn at all.
    _, _, bottom, top = seen_range(view.plot)
    pixels = view.plot.vb.height() / (top - bottom)
    for at in ticks(view.plot, "left").values():
        assert (at - bottom) * pixels > 6 or at < bottom


def test_a_snapshot_without_samples_leaves_what_is_shown(make: Make) -> None:
    view = make(SamplesView)
    view.show(shown(0.1))
    before = [curve.y.tolist() for curve in view.curves.curves]
    view.show(snapshot())
    assert [curve.y.tolist() for curve in view.curves.curves] == before
    assert view.value_at(scene(view.plot, 1, -1)) == ""


def test_items_are_made_once_for_all_epochs_and_stay_in_another_style(make: Make) -> None:
    view = make(SamplesView)
    view.show(shown(1e-4))
    plot, curves = view.plot, view.curves
    view.show(shown(0.5, epoch=1))
    assert (view.plot, view.curves) == (plot, curves)
    before = seen_range(view.plot)
    view.set_style(LIGHT)
    assert seen_range(view.plot) == before
