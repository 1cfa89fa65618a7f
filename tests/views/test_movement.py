from __future__ import annotations

import math

import numpy as np
import pytest

from initviz.focus import Focus
from initviz.snapshot import Pinned
from initviz.views.axes import decades
from initviz.views.curves import MOST_POINTS
from initviz.views.movement import USUAL, MovementView
from tests.views.conftest import Make
from tests.views.mouse import click, scene_at
from tests.views.snapshots import experiment, snapshot
from tests.views.ticks import labels_are_apart, seen_range, ticks

EPOCHS, LANES, LAYERS = 6, 2, 3


@pytest.fixture
def view(make: Make) -> MovementView:
    return make(MovementView, 300, 320)


def ratios() -> np.ndarray:
    """‖ΔW‖/‖W‖, different everywhere, and 0 at epoch 0, (epochs, K, L)."""
    e, k, layer = np.ogrid[:EPOCHS, :LANES, :LAYERS]
    return np.where(e == 0, 0, 10.0 ** (-1 - e / 3 - k - layer / 2))


def shown(view: MovementView, values: object = None, **more: object):  # type: ignore[no-untyped-def]
    settings = {
        "epoch": 3, "recorded": EPOCHS - 1, "lanes": LANES, "layers": LAYERS,
        "per_layer": {"update_ratio": ratios() if values is None else values},
    }  # fmt: skip
    made = snapshot(**{**settings, **more})
    view.show(made)
    return made


@pytest.mark.parametrize("layer", range(LAYERS))
def test_curves_are_the_ratios_of_the_layer_in_focus(view: MovementView, layer: int) -> None:
    view.set_focus(Focus(0, None, layer))
    shown(view)

    for k, curve in enumerate(view.curves.curves):
        np.testing.assert_array_equal(curve.x, range(1, EPOCHS))
        np.testing.assert_allclose(curve.y, np.log10(ratios()[1:, k, layer]))
    assert view.cursor.value() == 3
    assert ["output", "hidden 1", "hidden 2"][(layer + 1) % 3] in view.panel.subtitle.text()


def test_the_guide_is_at_1e_3_with_its_label_on_the_axis(view: MovementView) -> None:
    for seed, values in enumerate((1.0, 1e-9, 0.0, np.nan)):
        shown(view, values, of=experiment(2, LAYERS, seed=seed))
        assert view.guide.isVisible()
        assert view.guide.value() == math.log10(USUAL) == -3
        _, _, bottom, top = seen_range(view.plot)
        assert bottom < -3 < top
        assert ticks(view.plot, "left")["1e-3"] == -3
        assert "1e-3" in view.panel.subtitle.text()
        assert labels_are_apart(view.plot, "left")

    view.quantity.choose("moved")
    assert not view.guide.isVisible()


def test_an_exact_zero_rests_on_the_floor_and_a_gap_is_named(view: MovementView) -> None:
    values = ratios()
    values[:, 0, 0] = 0
    values[4:, 1, 0] = np.nan
    shown(view, values, diverged_at=[-1, 4])

    floor = ticks(view.plot, "left")["0"]
    assert (view.curves.curves[0].y == floor).all()
    assert np.isnan(view.curves.curves[1].y[3:]).all()
    assert "diverged" in view.notes.item.text
    ends = view.points.curves[1]
    np.testing.assert_array_equal(ends.x[[0, 2]], [3, 3])  # the shown epoch, and the last one


def test_before_the_first_step_there_is_no_update(view: MovementView) -> None:
    shown(view, 0.0, epoch=0, recorded=0)
    assert view.curves.curves == []
    assert "no update yet" in view.panel.subtitle.text()
    view.over.choose("layers")
    assert view.curves.curves == []
    assert "no update yet" in view.panel.subtitle.text()
    shown(view)
    assert "no update yet" not in view.panel.subtitle.text()


def test_the_distance_begins_at_an_exact_zero(view: MovementView) -> None:
    view.quantity.choose("moved")
    moved = np.linspace(0, 2, EPOCHS)[:, None, None] * np.ones((1, LANES, LAYERS))
    shown(view, per_layer={"distance": moved, "weight_norm": 4.0})

    assert view.panel.title.text() == "Distance moved"
    curve = view.curves.curves[0]
    np.testing.assert_array_equal(curve.x, range(EPOCHS))
    assert curve.y[0] == ticks(view.plot, "left")["0"]
    np.testing.assert_allclose(curve.y[1:], np.log10(moved[1:, 0, 0] / 4))
    assert "W₀ = 0" not in view.panel.subtitle.text()


def test_where_the_weights_start_at_0_their_size_is_shown_and_it_says_so(
    view: MovementView,
) -> None:
    view.quantity.choose("moved")
    norm = np.ones((EPOCHS, LANES, LAYERS))
    norm[0, 0] = 0
    shown(view, per_layer={"distance": 2.0, "weight_norm": norm})

    assert view.curves.curves[0].y[1] == pytest.approx(math.log10(2))
    assert "‖W‖ where W₀ = 0" in view.panel.subtitle.text()


@pytest.mark.parametrize("quantity", ["update", "moved"])
def test_over_the_layers_every_layer_has_its_point(view: MovementView, quantity: str) -> None:
    view.quantity.choose(quantity)
    view.over.choose("layers")
    shown(view, per_layer={"update_ratio": ratios(), "distance": ratios(), "weight_norm": 1.0})
    floor = view.range.floor

    for k, curve in enumerate(view.curves.curves):
        np.testing.assert_allclose(curve.x, np.arange(1, LAYERS + 1), atol=0.1)
        np.testing.assert_array_equal(curve.y, decades(ratios()[3, k], floor))
    assert list(ticks(view.plot, "bottom")) == ["1", "2", "out"]
    view.set_focus(Focus(0, None, 2))
    assert view.cursor.value() == 3
    assert "epoch 3" in view.panel.subtitle.text()


def test_a_click_moves_the_cursor_or_the_layer(view: MovementView) -> None:
    shown(view)
    epochs: list[int] = []
    layers: list[Focus] = []
    view.epoch_asked.connect(epochs.append)
    view.focus_asked.connect(layers.append)
    middle = sum(seen_range(view.plot)[2:]) / 2
    click(view, view.plot, 1.2, middle)
    click(view, view.plot, 9, middle)
    assert (epochs, layers) == ([1, EPOCHS - 1], [])

    view.over.choose("layers")
    click(view, view.plot, 2.1, middle)
    assert (epochs, layers) == ([1, EPOCHS - 1], [Focus(0, None, 1)])


def test_the_range_only_grows_while_a_run_is_shown(view: MovementView) -> None:
    shown(view, 1e-2)
    narrow = seen_range(view.plot)
    shown(view, 1e-9)
    wide = seen_range(view.plot)
    shown(view, 1e-2)
    assert wide[2] < narrow[2]
    assert seen_range(view.plot) == wide


def test_of_many_epochs_the_extremes_are_drawn(view: MovementView) -> None:
    values = np.full((5000, LANES, LAYERS), 1e-4)
    values[3210, 0, 0], values[1234, 0, 0] = 0.5, 1e-7
    shown(view, values, epoch=4999, recorded=4999)
    curve = view.curves.curves[0]

    assert len(curve.x) <= 2 * MOST_POINTS + 20
    assert np.nanmax(curve.y) == pytest.approx(math.log10(0.5))
    assert np.nanmin(curve.y) == pytest.approx(-7)
    assert abs(curve.x[np.nanargmax(curve.y)] - 3210) < 20


def test_the_words_under_the_mouse_have_the_exact_number(view: MovementView) -> None:
    values = ratios()
    values[4, 1, 0] = 0.01234
    made = shown(view, values)
    title = made.experiment.lanes[1].title
    at = scene_at(view.plot, 4, math.log10(0.01234))

    assert f"epoch 4, hidden 1 · {title}: ‖ΔW‖/‖W‖ 0.01234" in view.value_at(at)
    assert view.value_at(scene_at(view.plot, 9, -1.5)) == ""


def pinned_run(layers: int = LAYERS, factor: float = 1e-3, epochs: int = 9) -> Pinned:
    """A run of its own whose ratios are ``factor`` times its layer's number."""
    each = factor * np.arange(1, layers + 1)
    of = snapshot(2, layers, epoch=epochs, per_layer={"update_ratio": each})
    return Pinned("earlier", of)


def test_pinned_runs_are_drawn_behind_and_widen_the_axes(view: MovementView) -> None:
    view.set_pinned((pinned_run(factor=1e-9),))
    view.set_focus(Focus(0, None, 1))
    shown(view)

    for curve in view.grey.curves.curves:
        np.testing.assert_array_equal(curve.x, range(1, 10))  # the start has no update
        np.testing.assert_allclose(curve.y, np.log10(2e-9))
    left, right, bottom, _ = seen_range(view.plot)
    assert left < 0 < 9 < right
    assert bottom < np.log10(2e-9)
    assert view.grey.curves.zValue() < view.curves.zValue()


def test_a_pinned_run_shows_the_same_layer_and_the_output_its_output(view: MovementView) -> None:
    view.set_pinned((pinned_run(layers=2),))
    view.set_focus(Focus(0, None, LAYERS - 1))  # the output, here the third, there the second
    shown(view)
    np.testing.assert_allclose(view.grey.curves.curves[0].y[1:], np.log10(2e-3))

    view.set_focus(Focus(0, None, 0))
    shown(view)
    np.testing.assert_allclose(view.grey.curves.curves[0].y[1:], np.log10(1e-3))
    view.set_focus(Focus(0, None, 1))  # the second hidden layer, which it does not have
    shown(view)
    assert view.grey.curves.curves == []
    assert "no such layer" in view.grey.legend.toolTip()


def test_a_pinned_run_is_drawn_over_the_layers_at_its_own_epoch(view: MovementView) -> None:
    view.set_pinned((pinned_run(layers=5),))
    view.over.choose("layers")
    shown(view)
    curve = view.grey.curves.curves[0]
    np.testing.assert_array_equal(curve.x, range(1, 6))
    np.testing.assert_allclose(curve.y, np.log10(1e-3 * np.arange(1, 6)))
    assert seen_range(view.plot)[1] > 5
    assert "epoch 9" in view.grey.legend.toolTip()
