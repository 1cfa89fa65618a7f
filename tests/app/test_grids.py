"""The second row of the Neurons page in the real window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.focus import Focus
from initviz.views.page import PAGES
from tests.app.conftest import LONG, MakeWindow
from tests.app.hands import finish
from tests.views.grids import scene


def test_clicks_on_neurons_and_layers_move_the_focus_of_the_window(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window()
    window.resize(1280, 800)
    window.tabs.setCurrentIndex(list(PAGES).index("neurons"))
    page = window.page
    heatmap, similarity, samples = (
        page.view(name) for name in ("heatmap", "similarity", "samples")
    )
    window.model.set_focus(Focus(1))

    def drawn() -> bool:
        window.player.look()
        shown = samples.snapshot
        return shown is not None and shown.samples is not None and bool(shown.layers)

    qtbot.waitUntil(drawn, timeout=LONG)
    finish(qtbot, window)
    qtbot.waitUntil(drawn, timeout=LONG)
    QApplication.processEvents()

    def click(view: object, plot: object, x: float, y: float) -> None:
        canvas = view.canvas  # type: ignore[attr-defined]
        at: QPoint = canvas.mapFromScene(scene(plot, x, y))
        qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)

    width = page.view("heatmap").snapshot.experiment.sizes[2]
    click(samples, samples.plot, 2, samples.plot.vb.viewRange()[1][0] * 0.4)
    assert window.model.focus == Focus(1, None, 1)
    assert page.bar.layer.currentText() == "Hidden 2"
    assert "hidden 2" in heatmap.panel.subtitle.text()
    assert heatmap.grids[0].size[0] == similarity.grids[0].size[0] == width

    click(heatmap, heatmap.grids[0].plot, 2, 5)
    assert window.model.focus == Focus(1, None, 1, 4)
    assert heatmap.grids[0].outline.rects
    assert similarity.grids[0].outline.rects

    click(similarity, similarity.grids[0].plot, 2, 3)
    assert window.model.focus == Focus(1, None, 1, 2)

    window.model.set_focus(Focus(0, 1, 1))
    assert [len(view.grids) for view in (heatmap, similarity)] == [2, 2]
    qtbot.waitUntil(drawn, timeout=LONG)
    assert "8 dead" in heatmap.grids[0].header.item.toPlainText()
