from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from initviz.export.picture import draw
from initviz.views import VIEWS
from initviz.views.base import add_plot
from initviz.views.canvas import Canvas
from initviz.views.plot import Plot, bare_plot
from initviz.views.style import DARK, LIGHT
from tests.views.conftest import Make
from tests.views.test_readout import full


@pytest.fixture
def canvas(qapp: QApplication) -> Iterator[Canvas]:
    canvas = Canvas()
    canvas.resize(400, 300)
    yield canvas
    canvas.close()
    canvas.deleteLater()


def settle(canvas: Canvas) -> None:
    canvas.ci.layout.activate()
    canvas.grab()
    QApplication.processEvents()


def test_a_plot_has_no_widgets_but_that_of_its_layout(canvas: Canvas) -> None:
    before = len(QApplication.allWidgets())
    add_plot(canvas, DARK, 0, 0)
    bare_plot(canvas, 0, 1)
    assert len(QApplication.allWidgets()) <= before + 2  # Qt asks one for the gaps of the style


def test_axes_that_are_not_there_take_no_room(canvas: Canvas) -> None:
    plot = add_plot(canvas, DARK, 0, 0)
    plot.layout.setContentsMargins(0, 0, 0, 0)
    settle(canvas)
    box = plot.vb.geometry()
    assert box.right() == pytest.approx(plot.width(), abs=0.1)
    assert box.top() == pytest.approx(0, abs=0.1)
    assert box.left() == pytest.approx(plot.getAxis("left").width(), abs=0.1)

    plot.hideAxis("left")
    settle(canvas)
    assert plot.vb.geometry().left() == pytest.approx(0, abs=0.1)
    plot.showAxis("left")
    settle(canvas)
    assert plot.vb.geometry().left() == pytest.approx(box.left(), abs=1)


def test_a_title_stands_above_the_box(canvas: Canvas) -> None:
    plot = add_plot(canvas, DARK, 0, 0)
    settle(canvas)
    assert not plot.titleLabel.isVisible()
    top = plot.vb.geometry().top()
    plot.setTitle("words")
    settle(canvas)
    assert plot.titleLabel.text == "words"
    assert plot.vb.geometry().top() == pytest.approx(top + 30, abs=0.1)


def test_a_grid_is_drawn_at_the_ticks_of_the_axes_that_are_named(canvas: Canvas) -> None:
    plot = add_plot(canvas, DARK, 0, 0)
    plot.showGrid(y=True, alpha=0.2)
    assert plot.getAxis("left").grid == 51
    assert plot.getAxis("bottom").grid is False


def test_a_range_that_is_set_is_shown(canvas: Canvas) -> None:
    plot = Plot(pg.ViewBox(enableMenu=False), {"left": pg.AxisItem("left")})
    canvas.addItem(plot, 0, 0)
    plot.setRange(xRange=(0, 4), yRange=(1, 3), padding=0)
    assert plot.vb.viewRange() == [[0, 4], [1, 3]]
    plot.setXRange(5, 6, padding=0)
    plot.setYRange(7, 8, padding=0)
    assert plot.vb.viewRange() == [[5, 6], [7, 8]]
    plot.invertY()
    settle(canvas)
    assert plot.vb.mapViewToScene(QPointF(5, 7)).y() < plot.vb.mapViewToScene(QPointF(5, 8)).y()


@pytest.mark.parametrize("name", list(VIEWS))
def test_what_is_taken_off_a_canvas_is_forgotten(make: Make, name: str) -> None:
    view = make(VIEWS[name])
    view.show(full())
    draw(view)
    before = [weakref.ref(item) for item in view.canvas.ci.items]
    assert before
    view.set_style(LIGHT)
    gc.collect()
    assert [item() for item in before if item() is not None] == []
