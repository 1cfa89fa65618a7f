"""The Neurons page in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from initviz.app.window import Window
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.focus import Focus
from initviz.parts import Part
from initviz.views.network import NetworkView
from tests.app.conftest import LONG, MakeWindow
from tests.app.hands import finish, press, press_focused


def network(window: Window) -> NetworkView:
    """The network on the page that is on top."""
    view = window.page.view("network")
    assert isinstance(view, NetworkView)
    return view


def open_page(qtbot: QtBot, window: Window) -> NetworkView:
    """Go to the page as a user does, and wait for its neurons."""
    names = [window.tabs.tabText(i) for i in range(window.tabs.count())]
    bar = window.tabs.tabBar()
    where = bar.tabRect(names.index("Neurons")).center()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=where)
    view = network(window)

    def there() -> bool:
        return (
            view.inside is not None
            and view.inside.snapshot.experiment == window.model.experiment
            and view.arrangement is not None
        )

    qtbot.waitUntil(there, timeout=LONG)
    return view


def click(qtbot: QtBot, view: NetworkView, layer: int, neuron: int) -> None:
    column = view.arrangement.columns[layer + 1]
    place = column.place(neuron)
    pane = view.stage.panes[0]
    spot = pane.tiles.mapToScene(QPointF(column.xs[place], column.ys[place]))
    qtbot.mouseClick(
        view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=view.canvas.mapFromScene(spot)
    )


def test_a_neuron_is_pinned_and_followed_through_training(
    qtbot: QtBot, make_window: MakeWindow
) -> None:
    window = make_window()
    view = open_page(qtbot, window)
    assert window.player.parts >= {Part.NEURONS, Part.LAYERS}
    click(qtbot, view, 1, 3)

    assert (window.model.focus.layer, window.model.focus.neuron) == (1, 3)
    qtbot.waitUntil(
        lambda: bool(view.stage.detail and view.stage.detail.plots.curves[0].curves), timeout=LONG
    )
    assert view.stage.detail.portrait.words.title == "hidden 2 · neuron 4"

    finish(qtbot, window)
    end = window.model.experiment.epochs
    plots = view.stage.detail.plots
    qtbot.waitUntil(
        lambda: bool(plots.curves[0].curves) and plots.curves[0].curves[0].x.tolist()
        == list(range(end + 1)), timeout=LONG,
    )  # fmt: skip
    assert plots.cursors[0].value() == end
    assert view.panel.subtitle.text() == f"epoch {end}"

    view.canvas.setFocus()
    qtbot.keyClick(view.canvas, Qt.Key.Key_Escape)
    assert window.model.focus.neuron is None
    assert view.stage.detail is None


def test_arrows_step_through_the_epochs_while_the_network_has_the_keyboard(
    qtbot: QtBot, make_window: MakeWindow
) -> None:
    window = make_window()
    view = open_page(qtbot, window)
    click(qtbot, view, 0, 2)
    view.canvas.setFocus()
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.model.cursor == 1, timeout=LONG)
    assert window.model.focus.neuron == 2

    qtbot.keyClick(view.canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert window.model.focus.neuron == 3
    assert window.model.cursor == 1


def test_two_lanes_stand_side_by_side(qtbot: QtBot, make_window: MakeWindow) -> None:
    window = make_window()
    view = open_page(qtbot, window)
    assert window.page.bar is not None
    qtbot.mouseClick(window.page.bar.pair, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: len(view.stage.panes) == 2, timeout=LONG)
    assert view.stage.panes[0].tiles.rects == view.stage.panes[1].tiles.rects
    # Zeros draw no lines, and every one of their neurons is dead.
    assert view.stage.panes[0].edges.strokes == []
    assert view.stage.panes[1].edges.strokes
    assert {mark.dead for mark in view.stage.panes[0].tiles.marks} == {True}


@pytest.mark.parametrize("hidden", [(64,) * 12, (300,)], ids=str)
def test_a_large_network_shows_its_most_telling_neurons(
    qtbot: QtBot, make_window: MakeWindow, hidden: tuple[int, ...]
) -> None:
    window = make_window(
        Experiment(
            data=DataSettings(values={"samples": 32, "features": 500}), hidden=hidden,
            lanes=(Lane(scheme="xavier_uniform"),), batch_size=16, epochs=2,
        )
    )  # fmt: skip
    view = open_page(qtbot, window)

    columns = view.arrangement.columns
    assert columns[0].rest > 480
    assert columns[1].rest > 0
    before = [column.neurons.tolist() for column in columns]
    finish(qtbot, window)
    assert [column.neurons.tolist() for column in view.arrangement.columns] == before


def test_an_edit_of_the_layers_lets_the_pinned_neuron_go(
    qtbot: QtBot, make_window: MakeWindow
) -> None:
    window = make_window()
    view = open_page(qtbot, window)
    click(qtbot, view, 1, 7)
    window.model.edit(window.model.experiment.replace(hidden=(8, 4)))

    assert window.model.focus.neuron is None
    qtbot.waitUntil(
        lambda: view.inside is not None and view.inside.sizes == (2, 8, 4, 1), timeout=LONG
    )
    assert view.stage.detail is None
    assert len(view.arrangement.columns[2].neurons) == 4


def test_esc_lets_a_pinned_neuron_go_wherever_the_keyboard_is(window: Window, qtbot: QtBot) -> None:
    window.model.set_focus(Focus(layer=0, neuron=2))
    window.controls.fields["hidden"].control.setFocus()
    press_focused(qtbot, window, Qt.Key.Key_Escape)
    assert window.model.focus == Focus(layer=0)


def test_esc_first_takes_back_what_was_typed(window: Window, qtbot: QtBot) -> None:
    window.model.set_focus(Focus(layer=0, neuron=2))
    field = window.controls.fields["hidden"]
    field.control.setFocus()
    typed = field.control.text()
    qtbot.keyClicks(field.control, ",,")
    press_focused(qtbot, window, Qt.Key.Key_Escape)
    assert field.control.text() == typed
    assert window.model.focus.neuron == 2
