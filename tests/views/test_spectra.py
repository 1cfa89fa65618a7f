from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from initviz.focus import Focus
from initviz.parts import Part, Spectra
from initviz.snapshot import Snapshot
from initviz.views.spectra import SpectrumView, honest, quantiles
from tests.views.conftest import Make
from tests.views.inside import with_inside
from tests.views.mouse import scene_at
from tests.views.snapshots import snapshot
from tests.views.ticks import labels_are_apart, seen_range, ticks


@pytest.fixture
def view(make: Make) -> SpectrumView:
    return make(SpectrumView, 300, 320)


def looked(
    weight: object, start: object = 1.0, hidden: object = 1.0, lanes: int = 2, **more: object
) -> Snapshot:
    made = with_inside(snapshot(lanes, 3, 2, **more), Focus(0, None, 1))
    spectra = made.spectra
    assert spectra is not None
    now = np.array(weight, dtype=np.float32)
    return dataclasses.replace(
        made,
        spectra=Spectra(
            1, now, np.broadcast_to(np.float32(start), now.shape), np.array(hidden, np.float32),
            np.array(hidden, np.float32),
        ),
    )  # fmt: skip


JACOBIANS = np.ones((2, 5, 2))


def test_it_wants_the_spectra() -> None:
    assert SpectrumView.parts == {Part.SPECTRA}


def test_curves_are_the_singular_values_now_and_the_start_behind(view: SpectrumView) -> None:
    now, start = [[8.0, 2, 0.5], [4.0, 1, 0.25]], [[1.0, 1, 1], [3.0, 2, 1]]
    view.show(looked(now, start, JACOBIANS))

    for k in range(2):
        np.testing.assert_allclose(view.curves.curves[k].y, np.log10(now[k]), rtol=1e-6)
        np.testing.assert_allclose(view.behind.curves[k].y, np.log10(start[k]), atol=1e-6)
        np.testing.assert_allclose(view.curves.curves[k].x, [1, 2, 3], atol=0.31)
    assert view.behind.opacity() < 1
    assert "hidden 2" in view.panel.subtitle.text()
    assert "largest : smallest 16" in view.panel.subtitle.text()


def test_what_rounding_cannot_tell_from_0_is_0(view: SpectrumView) -> None:
    view.show(looked([[5.0, 1e-8, 0], [5.0, 1e-3, 1e-4]], 1.0, JACOBIANS))
    floor = ticks(view.plot, "left")["0"]

    assert (view.curves.curves[0].y[1:] == floor).all()
    assert view.curves.curves[1].y[2] == pytest.approx(-4)
    assert "rank 1 of 3" in view.panel.subtitle.text()
    exact = honest(np.array([[1.0, 1e-12, 0.0]]), 100)  # float64 knows more
    np.testing.assert_array_equal(exact, [[1.0, 1e-12, 0.0]])


def test_jacobians_are_medians_with_bars(view: SpectrumView) -> None:
    samples = np.linspace(1, 101, 101)[None, :, None] * np.array([1.0, 0.01])
    view.show(looked([[1.0], [1.0]], 1.0, np.repeat(samples, 2, axis=0)))
    view.matrix.choose("hidden")

    curve, bars = view.curves.curves[0], view.behind.curves[0]
    np.testing.assert_allclose(curve.y, np.log10([51, 0.51]), rtol=1e-5)
    np.testing.assert_allclose(bars.y[[0, 1]], np.log10([11, 91]), rtol=1e-5)
    assert np.isnan(bars.y[2::3]).all()
    assert (bars.x[[0, 1]] == curve.x[0]).all()
    assert "last hidden layer" in view.panel.subtitle.text()


def test_a_lane_that_is_not_finite_is_a_named_gap(view: SpectrumView) -> None:
    hidden = np.ones((2, 5, 2))
    hidden[1] = np.nan
    view.show(looked([[1.0, 1], [np.nan, np.nan]], 1.0, hidden, diverged_at=[-1, 1]))
    for matrix in ("weight", "hidden", "outputs"):
        view.matrix.choose(matrix)
        assert np.isfinite(view.curves.curves[0].y).all()
        assert np.isnan(view.curves.curves[1].y).all()
        assert "diverged" in view.notes.item.text


def test_while_a_wide_layer_is_not_looked_at_the_last_picture_stays(view: SpectrumView) -> None:
    view.show(looked([[8.0, 2], [4.0, 1]], 1.0, JACOBIANS))
    before = view.curves.curves
    view.show(looked(np.full((2, 2), np.nan), 1.0, JACOBIANS))
    assert view.curves.curves is before
    view.show(dataclasses.replace(looked([[1.0], [1.0]], 1.0, JACOBIANS), spectra=None))
    assert view.curves.curves is before


def test_the_range_only_grows_while_a_run_is_shown(view: SpectrumView) -> None:
    view.show(looked([[1.0, 0.5]] * 2, 1.0, JACOBIANS))
    narrow = seen_range(view.plot)
    view.show(looked([[1.0, 1e-5]] * 2, 1.0, JACOBIANS))
    wide = seen_range(view.plot)
    view.show(looked([[1.0, 0.5]] * 2, 1.0, JACOBIANS))
    assert wide[2] < narrow[2]
    assert seen_range(view.plot) == wide
    assert labels_are_apart(view.plot, "left")


def test_lanes_with_one_value_stand_side_by_side(view: SpectrumView) -> None:
    view.show(looked(np.ones((8, 1)), 1.0, np.ones((8, 3, 1)), lanes=8))
    places = [curve.x[0] for curve in view.curves.curves]
    assert len(set(places)) == 8
    assert all(0.5 < x < 1.5 for x in places)
    assert view.curves.curves[0].marked == slice(None)


@pytest.mark.parametrize("samples", [1, 5, 32])
def test_quantiles_are_in_order_and_one_bad_sample_makes_a_gap(samples: int) -> None:
    values = np.random.default_rng(0).random((2, samples, 3))
    values[1, 0, 1] = np.nan
    median, low, high = quantiles(values)
    assert (low[0] <= median[0]).all()
    assert (median[0] <= high[0]).all()
    assert np.isnan([each[1, 1] for each in (median, low, high)]).all()
    assert np.isfinite(median[1, [0, 2]]).all()


@pytest.mark.parametrize("count", [1, 2, 10, 64, 300])
def test_indices_have_ticks_that_do_not_touch(view: SpectrumView, count: int) -> None:
    for _ in range(2):  # laid out, and fed again at its size
        view.show(looked(np.ones((2, count)), 1.0, JACOBIANS))
        QApplication.processEvents()
    assert labels_are_apart(view.plot, "bottom")
    assert ticks(view.plot, "bottom")["1"] == 1


def test_the_words_under_the_mouse_have_the_exact_number(view: SpectrumView) -> None:
    made = looked([[8.0, 2], [0.125, 1e-3]], 1.0, JACOBIANS)
    view.show(made)
    curve = view.curves.curves[1]
    text = view.value_at(scene_at(view.plot, curve.x[0], math.log10(0.125)))
    assert text == f"σ1 · {made.experiment.lanes[1].title}: σ = 0.125"
