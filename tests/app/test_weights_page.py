"""The Weights page in the real window."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from initviz.app.window import Window
from initviz.engine.probe import probe
from initviz.focus import Focus
from initviz.parts import Part, Wanted
from initviz.views.heat import ZERO
from tests.app.conftest import LONG
from tests.app.hands import finish, shows
from tests.views.mouse import click


@pytest.fixture
def weights(window: Window, qtbot: QtBot) -> Window:
    """The window on its Weights page, trained to the end."""
    titles = [window.tabs.tabText(i) for i in range(window.tabs.count())]
    window.tabs.setCurrentIndex(titles.index("Weights"))
    finish(qtbot, window)
    yield window
    window.tabs.setCurrentIndex(0)
    window.model.set_focus(Focus())


def test_a_click_on_a_map_moves_the_cursor_the_layer_and_the_lane(
    weights: Window, qtbot: QtBot
) -> None:
    maps = weights.page.view("maps")
    click(maps, maps.plots[1], 2, 3)
    qtbot.waitUntil(lambda: shows(weights, 2), timeout=LONG)

    assert weights.model.cursor == 2
    assert weights.model.focus == Focus(1, None, 2)
    assert weights.page.bar is not None
    assert weights.page.bar.layer.currentText() == "Output"
    assert [marks.epoch for marks in maps.marks] == [2, 2]
    assert maps.marks[1].frame.center().y() == 3
    qtbot.waitUntil(
        lambda: maps.snapshot is not None and maps.snapshot.focus == Focus(1, None, 2), timeout=LONG
    )
    assert "output" in weights.page.view("movement").panel.subtitle.text()
    assert weights.page.view("movement").cursor.value() == 2


def test_maps_show_what_was_trained(weights: Window) -> None:
    maps = weights.page.view("maps")
    history = weights.player.run.recording.scalars()
    low, high = maps.scale.ends
    assert (maps.images[0].image == ZERO).all()  # zeros: every gradient is exactly 0
    places = (np.log10(history.gradient_norm[:, 1]) - low) / (high - low) * (ZERO - 1)
    np.testing.assert_array_equal(maps.images[1].image, np.rint(places).T)


def test_a_switch_changes_what_is_probed(weights: Window, qtbot: QtBot) -> None:
    view = weights.page.view("distributions")

    def probed() -> set[Part]:
        shown = weights.player.snapshot
        return set(shown.distributions) if shown is not None else set()

    qtbot.waitUntil(lambda: probed() == {Part.WEIGHTS}, timeout=LONG)
    view.kind.choose("updates")
    view.scale.choose("value")
    qtbot.waitUntil(lambda: probed() == {Part.UPDATES}, timeout=LONG)
    wanted = Wanted(0, frozenset({Part.UPDATES}), weights.model.focus)
    expected = probe(weights.model.recording, weights.model.cursor, wanted)
    [first, *_] = expected.distributions[Part.UPDATES]
    filled = view.steps[0].steps[0]
    shares = first.values.shares[0]
    np.testing.assert_allclose(
        np.abs(filled.heights) * np.sqrt(max(shares.max(), first.start_values.shares[0].max())),
        np.sqrt(shares), atol=1e-9,
    )  # fmt: skip
    view.kind.choose("weights")
