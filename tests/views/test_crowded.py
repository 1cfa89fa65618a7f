"""Numbers far from the usual ones leave plots readable."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from initviz.catalog.datasets import Facts
from initviz.catalog.tasks import CLASSES, REGRESSION
from initviz.export.render import staged
from initviz.snapshot import LOG_HIGH
from initviz.views.activations import ActivationView
from initviz.views.answers import colouring
from initviz.views.axes import HIGHEST, LOWEST, RUNAWAY, DecadeRange, short_exponent, top_decade
from initviz.views.boundary import BoundaryView
from initviz.views.gradients import GradientView
from initviz.views.history import HistoryView
from initviz.views.label import Label
from initviz.views.movement import MovementView
from initviz.views.style import DARK, GLYPHS, SMALL_SIZE
from tests.make import data
from tests.views.conftest import Make
from tests.views.snapshots import experiment, flat_plane, in_bin, linear_logits, snapshot
from tests.views.ticks import seen_range, ticks


def loss_of(*lanes: float) -> np.ndarray:
    return np.array([[0.7] * len(lanes), lanes], dtype=float)


def test_a_loss_that_runs_away_does_not_make_one_line_of_all_others(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(3, epoch=1, train_loss=loss_of(0.3, 0.5, 1e29)))
    (low, high) = seen_range(view.plot)[2:]
    assert high <= RUNAWAY + 1
    assert view.curves.curves[2].y[1] == RUNAWAY
    assert f"≥1e{RUNAWAY}" in ticks(view.plot, "left")
    apart = (view.curves.curves[1].y[1] - view.curves.curves[0].y[1]) / (high - low)
    assert apart > 0.02


def test_losses_that_all_run_away_are_drawn_as_they_are(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(2, epoch=1, train_loss=loss_of(1e12, 1e29)))
    assert [curve.y[1] for curve in view.curves.curves] == pytest.approx([12, 29])


@pytest.mark.parametrize(
    ("largest", "top"),
    [([0.5, 0.6], HIGHEST), ([0.5, 1e5], HIGHEST), ([0.5, 1e20], RUNAWAY), ([1e9, 1e20], HIGHEST),
     ([0.5, math.inf], HIGHEST), ([math.nan, 1e20], RUNAWAY)],
)  # fmt: skip
def test_an_axis_ends_early_only_for_the_sake_of_usual_curves(
    largest: list[float], top: int
) -> None:
    assert top_decade([np.array([largest])], usual=1e3) == top


def test_decades_that_are_never_drawn_have_no_labels() -> None:
    seen = DecadeRange()
    seen.see(np.array([1e-300, 1e300]))
    labels = [text for _, text in seen.ticks(most=60)[0]]
    assert labels[0] == f"≤1e{LOWEST}"
    assert labels[-1] == f"≥1e{HIGHEST}"


def test_an_axis_is_wide_enough_for_its_labels_before_it_is_painted(make: Make) -> None:
    view = make(GradientView)
    view.show(snapshot(2, 3, weight_gradients=1.0))
    narrow = view.plot.getAxis("left").minimumWidth()
    view.show(snapshot(2, 3, epoch=1, weight_gradients=1e-25))
    axis = view.plot.getAxis("left")
    widest = QFontMetricsF(DARK.font(SMALL_SIZE)).horizontalAdvance(f"≤1e{LOWEST}")
    assert axis.minimumWidth() > max(narrow, widest)


@pytest.mark.parametrize("view", [HistoryView, MovementView], ids=lambda view: view.name)
def test_epochs_are_counted_in_whole_numbers(make: Make, view: type[HistoryView]) -> None:
    shown = make(view, 900)
    shown.show(snapshot(2, 3, epoch=2, of=experiment(epochs=2)))
    axis = shown.plot.getAxis("bottom")
    numbers = [n for _, level in axis.tickValues(*axis.range, axis.width()) for n in level]
    assert numbers
    assert all(float(n).is_integer() for n in numbers)


def test_lanes_that_diverged_together_share_a_line(make: Make) -> None:
    view = make(HistoryView)
    view.show(snapshot(5, epoch=3, diverged_at=[1, 1, 3, -1, 1]))
    first, second = view.notes.text.split("<br>")
    assert first.endswith("diverged at epoch 1")
    assert [glyph for glyph in GLYPHS if glyph in first] == [GLYPHS[0], GLYPHS[1], GLYPHS[4]]
    assert second.endswith(f"{GLYPHS[2]}</span> diverged at epoch 3")


@pytest.mark.parametrize("width", [1200, 240, 190])
@pytest.mark.parametrize("view", [HistoryView, GradientView], ids=lambda view: view.name)
def test_the_lanes_that_diverged_are_named_within_the_plot(
    make: Make, view: type[HistoryView | GradientView], width: int
) -> None:
    shown = make(view, 600)
    shown.show(snapshot(8, 4, epoch=3, diverged_at=[1, 1, 3, -1, 1, 1, 1, 1]))
    shown.widget.resize(width, 300)
    QApplication.processEvents()
    notes, box = shown.notes.item, shown.plot.vb
    words = notes.item.mapRectToItem(box, notes.item.boundingRect())

    assert box.rect().left() <= words.left()
    assert words.right() <= box.rect().right()
    said = " ".join(notes.item.toPlainText().split())
    assert said.count("diverged at epoch") == 2
    assert [glyph for glyph in GLYPHS if glyph not in said] == [GLYPHS[3]]


def test_all_lanes_need_no_list(make: Make) -> None:
    view = make(ActivationView, 300, 200)
    view.show(snapshot(8, 7, diverged_at=[0] * 8))
    assert view.notes is not None
    assert view.notes.text.replace("<br>", " ") == "all diverged"


def test_activations_beyond_all_bins_have_an_axis(make: Make) -> None:
    view = make(ActivationView)
    view.scale.choose("size")
    view.show(snapshot(2, 3, sizes=in_bin(LOG_HIGH - 0.25)))
    left, right, *_ = seen_range(view.plots[0])
    assert left < LOG_HIGH <= right
    assert all(np.isfinite(curve.y).all() for curve in view.curves[0].curves)


def test_an_r2_far_below_0_stands_in_the_header(make: Make) -> None:
    view = make(BoundaryView, 900, 300)
    of = experiment(2, data=data("salary", samples=64))
    plane = flat_plane(labels=(1.0, 2.0, 3.0, 4.0, 5.0))
    view.show(snapshot(of=of, plane=plane, boundary=linear_logits(1, 0, 0), test_score=-1e30))
    assert "&lt; −10" in view._tiles[0].header.text


def test_lines_do_not_cover_an_answer_that_changes_from_cell_to_cell(make: Make) -> None:
    view = make(BoundaryView, 900, 300)
    noise = np.random.default_rng(0).normal(size=(1, 1, 40, 40))
    view.show(snapshot(2, boundary=np.concatenate([noise, linear_logits(1, 0, 0)[None]])))
    lines = [tile.line.getData()[0] for tile in view._tiles]
    assert lines[0] is None or not len(lines[0])
    assert len(lines[1])


def test_a_target_that_never_changes_has_a_colour_bar() -> None:
    facts = Facts(REGRESSION, 4, 4, 2, ("a", "b"), (), "target")
    plane = dataclasses.replace(flat_plane(labels=(1e15,) * 5), target_mean=1e15)
    found = colouring(DARK, facts, plane)
    assert found.bar.ticks
    assert all(0 <= at <= 1 for at, _ in found.bar.ticks)


def test_logits_as_large_as_there_are_have_colours_and_lines() -> None:
    facts = Facts(CLASSES, 4, 4, 2, ("a", "b"), ("x", "y", "z"), "")
    found = colouring(DARK, facts, flat_plane(labels=(0, 1, 2, 0, 1)))
    steps = np.linspace(-3.4e38, 3.4e38, 20, dtype=np.float32)
    logits = np.stack([np.tile(steps, (20, 1)), np.zeros((20, 20), np.float32),
                       np.tile(-steps, (20, 1))])  # fmt: skip
    assert len(np.unique(found.paint(logits))) > 1
    assert all(np.isfinite(field).all() for field in found.fields(logits))


def test_a_label_stands_on_its_box_in_the_first_picture() -> None:
    logits = np.full((2, 1, 40, 40), np.nan)
    shown = snapshot(2, epoch=3, boundary=logits, diverged_at=[3, 3])
    with staged("overview", DARK, (800, 500)) as stage:
        stage.show(shown)
        first, second = stage.image(2.0), stage.image(2.0)
    assert first == second


def test_a_label_that_is_too_long_has_two_lines() -> None:
    label = Label(DARK)
    label.say("diverged at epoch 12", room=60)
    assert label.toPlainText() == "diverged\nat epoch 12"
    label.say("diverged at epoch 12", room=600)
    assert label.toPlainText() == "diverged at epoch 12"
    label.say("")
    assert not label.isVisible()


@pytest.mark.parametrize(
    ("text", "short"), [("5e+18", "5e18"), ("1e-09", "1e-9"), ("0.01", "0.01"), ("-3e+09", "-3e9")]
)
def test_exponents_have_no_idle_signs(text: str, short: str) -> None:
    assert short_exponent(text) == short


def test_notes_do_not_lie_on_the_loss_that_they_are_about(make: Make) -> None:
    view = make(HistoryView)
    gone = np.array([[0.7, 0.7], [0.5, 1e20], [0.4, math.inf]])
    view.show(snapshot(2, epoch=2, train_loss=gone, diverged_at=[-1, 2]))
    corner = view.plot.vb.mapSceneToView(view.notes.item.sceneBoundingRect().center())
    assert view.curves.curves[1].y[1] < corner.y()
