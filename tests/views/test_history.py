from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from initviz.export.picture import draw
from initviz.views.curves import MOST_POINTS
from initviz.views.history import HistoryView
from initviz.views.style import GLYPHS, LIGHT
from tests.views.conftest import Make
from tests.views.snapshots import experiment, snapshot
from tests.views.ticks import labels_are_apart, seen_range, ticks


def falling(epochs: int) -> np.ndarray:
    return np.stack([0.7 * 0.9 ** np.arange(epochs + 1), np.full(epochs + 1, 0.6931)], axis=1)


def test_losses_are_drawn_in_decades_over_the_epochs(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=3, train_loss=falling(3)))

    for k, curve in enumerate(view.curves.curves):
        np.testing.assert_allclose(curve.x, [0, 1, 2, 3])
        np.testing.assert_allclose(curve.y, np.log10(falling(3)[:, k]))


def test_a_line_marks_the_loss_of_guessing(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(train_loss=1e-3))

    assert view.reference.value() == pytest.approx(math.log10(math.log(2)))
    assert ticks(view.plot, "left")["log 2"] == view.reference.value()
    assert seen_range(view.plot)[3] > view.reference.value()


def test_the_cursor_and_the_markers_stand_at_the_shown_epoch(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=2, recorded=8, train_loss=falling(8)))

    assert view.cursor.value() == 2
    for curve in view.curves.curves:
        assert curve.x[curve.marked].tolist() == [2]
        assert len(curve.x) == 9  # later epochs stay drawn


def test_the_axis_holds_all_epochs_that_will_come(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(of=experiment(epochs=60), epoch=2))
    assert seen_range(view.plot)[1] >= 60

    view.show(snapshot(of=experiment(epochs=60), epoch=70))
    assert seen_range(view.plot)[1] >= 70


def test_switches_choose_figure_and_part(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(train_loss=0.1, test_loss=10, train_score=0.75, test_score=0.25))

    def height() -> float:
        return float(view.curves.curves[0].y[0])

    assert height() == pytest.approx(-1)
    view.part.choose("test")
    assert height() == pytest.approx(1)
    view.figure.choose("score")
    assert height() == 0.25
    assert view.panel.title.text() == "Accuracy"
    assert view.reference.value() == 0.5
    assert ticks(view.plot, "left")["50 %"] == 0.5
    view.part.choose("train")
    assert height() == 0.75
    view.figure.choose("loss")
    assert height() == pytest.approx(-1)
    assert view.panel.title.text() == "Loss"


def test_a_divergence_is_a_named_gap(make: Make) -> None:
    view = make(HistoryView)
    losses = falling(5)
    losses[3:, 0] = np.nan
    view.show(snapshot(epoch=5, train_loss=losses, diverged_at=[3, -1]))

    assert np.isnan(view.curves.curves[0].y).tolist() == [False] * 3 + [True] * 3
    assert f"{GLYPHS[0]}</span> diverged at epoch 3" in view.notes.text
    assert GLYPHS[1] not in view.notes.text


def test_an_infinite_loss_is_a_gap_and_does_not_stretch_the_axis(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=2, train_loss=[[0.7, 0.7], [np.inf, 0.6], [0.5, 0.5]]))

    assert np.isnan(view.curves.curves[0].y).tolist() == [False, True, False]
    assert seen_range(view.plot)[3] < 1


def test_a_loss_of_zero_rests_on_the_line_marked_0(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=1, train_loss=[[0.7, 0.7], [0, 0.5]]))

    assert view.curves.curves[0].y[1] == ticks(view.plot, "left")["0"]


def test_equal_lanes_are_both_seen(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(3, epoch=4, train_loss=[0.5, 0.5, 0.1]))

    assert [curve.dashed for curve in view.curves.curves] == [False, True, False]


def test_the_range_never_jumps_while_one_run_is_shown(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=9, train_loss=np.geomspace(1e-6, 1e3, 10)[:, None]))
    before = seen_range(view.plot)
    view.show(snapshot(epoch=0, train_loss=0.7))

    assert seen_range(view.plot) == before


@pytest.mark.parametrize("epochs", [1999, 2000, 5000])
def test_long_curves_are_thinned_and_keep_every_spike(make: Make, epochs: int) -> None:
    losses = np.tile([0.5, 0.6], (epochs + 1, 1))
    losses[epochs // 3, 0] = 1e4
    losses[epochs // 2, 0] = 1e-4
    losses[-1, 1] = 7e3
    view = make(HistoryView)
    view.show(snapshot(epoch=epochs - 1, recorded=epochs, train_loss=losses))

    spiky, other = view.curves.curves
    assert len(spiky.x) <= 2 * MOST_POINTS
    assert np.nanmax(spiky.y) == pytest.approx(4)
    assert np.nanmin(spiky.y) == pytest.approx(-4)
    assert np.nanmax(other.y) == pytest.approx(math.log10(7e3))
    assert spiky.x[np.nanargmax(spiky.y)] == pytest.approx(epochs // 3, abs=3)
    assert spiky.x[spiky.marked].tolist() == [epochs - 1]
    assert spiky.y[spiky.marked] == pytest.approx([math.log10(0.5)])


def test_a_thinned_curve_keeps_the_gap_of_a_divergence(make: Make) -> None:
    losses = np.full((5001, 2), 0.5)
    losses[3000:, 0] = np.nan
    view = make(HistoryView)
    view.show(snapshot(epoch=5000, train_loss=losses, diverged_at=[3000, -1]))

    broken = view.curves.curves[0]
    assert np.isnan(broken.y[broken.x > 3003]).all()
    assert np.isfinite(broken.y[(broken.x < 2997)]).all()


@pytest.mark.parametrize(
    "losses", [[1e-20, 1e30], [1e-3, 0.7], [0.69, 0.70], [0, 0], [0.1, 5e5]], ids=str
)
@pytest.mark.parametrize("height", [240, 400])
def test_labels_stay_readable(make: Make, losses: list[float], height: int) -> None:
    view = make(HistoryView, 420, height)
    view.show(snapshot(epoch=3, train_loss=losses))
    draw(view)

    assert labels_are_apart(view.plot, "left")


def test_items_are_made_once_for_all_epochs(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot())
    plot, curves = view.plot, view.curves
    view.show(snapshot(epoch=1))

    assert (view.plot, view.curves) == (plot, curves)


def test_another_style_keeps_what_is_shown(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(epoch=3, recorded=6, train_loss=falling(6)))
    view.figure.choose("score")
    view.set_style(LIGHT)

    assert view.figure.value == "score"
    assert view.panel.title.text() == "Accuracy"
    assert view.cursor.value() == 3
    assert view.curves.curves[0].y.tolist() == [0.9] * 7


def test_the_axis_of_the_loss_stays_under_a_drag(make: Make) -> None:
    view = make(HistoryView)
    for seed, loss in enumerate((0.7, 900.0, 0.7), start=1):
        dragged = snapshot(of=experiment(seed=seed), train_loss=loss)
        view.show(dataclasses.replace(dragged, rough=True))
    assert seen_range(view.plot)[3] > 2.9
    view.show(dragged)
    assert seen_range(view.plot)[3] < 1.5
