"""Views of runs so long that not every epoch has its figures."""

from __future__ import annotations

import dataclasses
from dataclasses import fields

import numpy as np
import pytest

from initviz.figures import Figures
from initviz.focus import Focus
from initviz.recording import Scalars
from initviz.snapshot import Pinned, Snapshot
from initviz.views.curves import MOST_POINTS
from initviz.views.heat import MOST_COLUMNS
from initviz.views.history import HistoryView
from initviz.views.maps import MapView
from initviz.views.movement import MovementView
from tests.views.conftest import Make
from tests.views.mouse import scene_at
from tests.views.snapshots import snapshot

LAST, SPIKE, STRIDE = 5003, 2999, 4


@pytest.fixture(scope="module", params=[4500, 360], ids=["many rows", "few rows"])
def long_run(request: pytest.FixtureRequest) -> Snapshot:
    """A run with figures of every few epochs, and a spike in everything between two of them."""
    loss = np.full((LAST + 1, 2), 0.5)
    loss[SPIKE, 1] = 1e4
    ratio = np.full((LAST + 1, 2, 3), 1e-3)
    ratio[SPIKE, 1, 0] = 10.0
    every = snapshot(
        epoch=LAST, train_loss=loss, test_score=loss / 2e4, layers=3,
        per_layer={"update_ratio": ratio, "gradient_norm": ratio, "weight_norm": 1.0},
    )  # fmt: skip
    figures = Figures(2, 3, request.param * 8 * (4 * 2 + 7 * 2 * 3 + 1))
    for number in range(LAST + 1):
        figures.append(number, every.history.take(number))  # type: ignore[arg-type]
        if number == 2001:
            figures.history()  # somebody looks at it, and it has a row from then on
    return dataclasses.replace(every, history=figures.history())


def test_a_spike_between_two_rows_is_drawn_where_it_was(make: Make, long_run: Snapshot) -> None:
    stride = long_run.history.stride
    assert stride >= STRIDE
    assert SPIKE % stride
    view = make(HistoryView)
    view.show(long_run)
    calm, spiky = view.curves.curves
    assert len(spiky.x) <= 2 * MOST_POINTS + 2 * 10
    assert np.nanmax(spiky.y) == pytest.approx(4)
    assert spiky.x[np.nanargmax(spiky.y)] == pytest.approx(SPIKE, abs=2 * stride + 10)
    assert np.nanmax(calm.y) == pytest.approx(np.log10(0.5))
    assert spiky.x[spiky.marked].tolist() == [LAST]
    assert view.cursor.value() == LAST


def test_the_mouse_reads_a_row_and_what_was_between(make: Make, long_run: Snapshot) -> None:
    view = make(HistoryView)
    view.show(long_run)
    spiky = view.curves.curves[1]
    top = int(np.nanargmax(spiky.y))
    words = view.value_at(scene_at(view.plot, float(spiky.x[top]), float(spiky.y[top])))
    row = long_run.history.row(SPIKE) + 1
    assert words.splitlines()[0] == f"epoch {long_run.history.epochs[row]} · train loss"
    since = long_run.history.epochs[row - 1] + 1
    assert f"0.5 (0.5 to 1e+04 since epoch {since})" in words


def test_a_row_that_somebody_looked_at_begins_no_stretch_of_its_own(make: Make) -> None:
    loss = np.full((101, 2), 0.5)
    loss[97, 1] = 1e4
    every = snapshot(epoch=100, train_loss=loss, test_score=loss / 2e4, layers=3)
    figures = Figures(2, 3, 90 * 8 * (4 * 2 + 7 * 2 * 3 + 1))
    for number in range(101):
        figures.append(number, every.history.take(number))  # type: ignore[arg-type]
        if number == 98:
            figures.history()
    run = dataclasses.replace(every, history=figures.history())
    assert run.history.epochs[-3:].tolist() == [96, 98, 100]
    view = make(HistoryView)
    view.show(run)
    words = view.value_at(scene_at(view.plot, 100.0, float(np.log10(0.5))))
    assert "0.5 (0.5 to 1e+04 since epoch 97)" in words


def test_a_map_has_its_columns_where_their_epochs_are(make: Make, long_run: Snapshot) -> None:
    view = make(MapView)
    view.show(long_run)
    image = view.images[1]
    columns = image.image.shape[1]
    assert columns <= MOST_COLUMNS + 1
    rect = image.mapRectToParent(image.boundingRect())
    step = rect.width() / columns
    assert rect.left() == -0.5
    assert LAST + 0.5 <= rect.right() < LAST + 0.5 + step
    brightest = int(image.image[0].argmax())
    assert brightest * step == pytest.approx(SPIKE, abs=2 * step + long_run.history.stride)
    words = view.value_at(scene_at(view.plots[1], float(SPIKE), 1.0))
    assert words.startswith(f"epoch {long_run.history.epochs[long_run.history.row(SPIKE)]}, ")


@pytest.mark.parametrize("over", ["epochs", "layers"])
def test_the_movement_of_a_long_run_is_drawn_and_pinned(
    make: Make, long_run: Snapshot, over: str
) -> None:
    view = make(MovementView)
    view.over.choose(over)
    view.set_focus(Focus(0, None, 0))
    view.set_pinned((Pinned("1", long_run),))
    view.show(long_run)
    curve, grey = view.curves.curves[1], view.grey.curves.curves[1]
    if over == "layers":
        np.testing.assert_allclose(curve.y, -3)
        return
    for each in (curve, grey):
        assert each.x[0] >= 1  # the start has no update
        assert each.y.max() == pytest.approx(1)
        assert each.x[each.y.argmax()] == pytest.approx(SPIKE, abs=2 * long_run.history.stride + 10)


def test_figures_at_the_shown_epoch_are_its_own(long_run: Snapshot) -> None:
    history = long_run.history
    for epoch in (0, history.stride, LAST):
        row = history.row(epoch)
        assert history.epochs[row] == epoch
        for field in fields(Scalars):
            assert np.isfinite(getattr(history, field.name)[row]).all()
