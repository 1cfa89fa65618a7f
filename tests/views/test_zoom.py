from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.experiment import Experiment
from initviz.views import VIEWS
from initviz.views.activations import ActivationView
from initviz.views.axes import fine_decades, whole_numbers
from initviz.views.base import View
from initviz.views.boundary import BoundaryView
from initviz.views.gradients import GradientView
from initviz.views.history import HistoryView
from initviz.views.page import PAGES, Page
from initviz.views.style import DARK, LIGHT
from initviz.views.zoom import DEEPEST, FIXED, ZoomBox, within
from tests.views.conftest import Make
from tests.views.inside import with_inside
from tests.views.snapshots import experiment, linear_logits, snapshot

AXES = [name for name in VIEWS if name != "network"]
"""Views with axes; the network is a drawing that is moved and zoomed in its own way."""

ANY = pytest.mark.parametrize("name", AXES)


def full(epoch: int = 3, of: Experiment | None = None, **more: object):  # type: ignore[no-untyped-def]
    return with_inside(snapshot(of=of, epoch=epoch, boundary=linear_logits(1, 1, 0), **more))


def turn(view: View, box: ZoomBox, notches: int = 3, share: float = 0.5) -> QPoint:
    """Turn the wheel over a box, and say where."""
    area = box.sceneBoundingRect()
    place = area.topLeft() + QPointF(share * area.width(), share * area.height())
    viewport = view.canvas.viewport()
    at = view.canvas.mapFromScene(place)
    for _ in range(abs(notches)):
        step = QPoint(0, 120 if notches > 0 else -120)
        event = QWheelEvent(
            QPointF(at), QPointF(viewport.mapToGlobal(at)), step, step, Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(viewport, event)
    return at


def lengths(box: ZoomBox) -> list[float]:
    return [high - low for low, high in box.viewRange()]


@ANY
def test_the_wheel_enlarges_what_is_under_the_mouse(make: Make, name: str) -> None:
    view = make(VIEWS[name])
    view.show(full())
    for box in view.canvas.boxes():
        before = lengths(box)
        at = turn(view, box, share=0.4)
        place = box.mapSceneToView(view.canvas.mapToScene(at))
        after = lengths(box)
        free = [axis for axis in (0, 1) if box.keys[axis] != FIXED]
        assert free
        assert all(after[axis] < before[axis] for axis in free)
        turn(view, box, notches=1, share=0.4)
        again = box.mapSceneToView(view.canvas.mapToScene(at))
        for axis in free:
            shift = (again.x(), again.y())[axis] - (place.x(), place.y())[axis]
            assert abs(shift) < 0.02 * after[axis]
        view.canvas.reset_axes()


@ANY
def test_turning_back_far_enough_shows_the_whole_again(make: Make, name: str) -> None:
    view = make(VIEWS[name])
    view.show(full())
    for box in view.canvas.boxes():
        before = box.viewRange()
        turn(view, box, notches=4)
        assert view.canvas.is_zoomed()
        turn(view, box, notches=-30)
        assert not view.canvas.is_zoomed()
        assert box.viewRange() == [pytest.approx(ends) for ends in before]


@ANY
def test_nobody_gets_lost(make: Make, name: str) -> None:
    view = make(VIEWS[name])
    view.show(full())
    for box in view.canvas.boxes():
        whole = box.viewRange()
        turn(view, box, notches=200, share=0.9)
        for axis, length in enumerate(lengths(box)):
            assert length > 0.99 * (whole[axis][1] - whole[axis][0]) / DEEPEST
            low, high = box.viewRange()[axis]
            assert low >= whole[axis][0] - 1e-6
            assert high <= whole[axis][1] + 1e-6
        view.canvas.reset_axes()


@ANY
def test_new_snapshots_and_styles_leave_a_zoom_alone(make: Make, name: str) -> None:
    view = make(VIEWS[name])
    of = experiment(2, 4)
    view.show(full(3, of, recorded=8))
    box = view.canvas.boxes()[0]
    turn(view, box)
    zoomed = box.viewRange()
    view.show(full(4, of, recorded=8))
    assert view.canvas.boxes()[0].viewRange() == [pytest.approx(ends) for ends in zoomed]
    view.set_style(LIGHT)
    QApplication.processEvents()

    assert view.canvas.is_zoomed()
    again = view.canvas.boxes()[0]
    assert again is not box
    assert lengths(again) == pytest.approx([high - low for low, high in zoomed], rel=0.05)


def test_dragging_moves_a_zoomed_axis_and_no_further_than_its_end(make: Make) -> None:
    view = make(HistoryView)
    view.show(full(3, recorded=10))
    box = view.plot.vb
    whole = box.viewRange()[0]
    at = turn(view, box)
    low, high = box.viewRange()[0]

    box.mouseDragEvent(_Drag(QPointF(at), QPointF(at) + QPointF(-40, 0)))
    moved = box.viewRange()[0]
    assert moved[0] > low
    assert moved[1] - moved[0] == pytest.approx(high - low)
    box.mouseDragEvent(_Drag(QPointF(at), QPointF(at) + QPointF(-4000, 0)))
    assert box.viewRange()[0][1] == pytest.approx(whole[1])


class _Drag:
    """A drag of the mouse over a scene, as pyqtgraph tells of it."""

    def __init__(self, before: QPointF, now: QPointF) -> None:
        self._before, self._now = before, now

    def button(self) -> Qt.MouseButton:
        return Qt.MouseButton.LeftButton

    def accept(self) -> None: ...

    def lastScenePos(self) -> QPointF:
        return self._before

    def scenePos(self) -> QPointF:
        return self._now


def test_what_is_not_zoomed_cannot_be_dragged(make: Make) -> None:
    view = make(HistoryView)
    view.show(full())
    box = view.plot.vb
    before = box.viewRange()
    box.mouseDragEvent(_Drag(QPointF(50, 50), QPointF(90, 90)))

    assert box.viewRange() == before


def test_the_wheel_over_an_axis_zooms_that_axis_alone(make: Make) -> None:
    view = make(GradientView)
    view.show(full())
    box, axis = view.plot.vb, view.plot.getAxis("bottom")
    before = lengths(box)
    place = axis.sceneBoundingRect().center()
    viewport = view.canvas.viewport()
    at = view.canvas.mapFromScene(place)
    event = QWheelEvent(
        QPointF(at), QPointF(viewport.mapToGlobal(at)), QPoint(0, 120), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)

    assert lengths(box)[0] < before[0]
    assert lengths(box)[1] == before[1]


def test_the_tiles_of_the_boundary_show_the_same_region(make: Make) -> None:
    view = make(BoundaryView, 900, 300)
    view.show(full(lanes=4))
    boxes = view.canvas.boxes()
    assert len(boxes) == 4
    turn(view, boxes[2], share=0.3)

    for box in boxes:
        assert box.viewRange() == [pytest.approx(ends) for ends in boxes[2].viewRange()]
    across, up = lengths(boxes[0])
    assert across / up == pytest.approx(boxes[0].width() / boxes[0].height(), rel=0.02)


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    page = Page(PAGES["overview"], DARK)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    qtbot.waitExposed(page)
    return page


def test_layers_are_zoomed_together_in_all_views(page: Page) -> None:
    page.show_snapshot(full(of=experiment(2, 24)))
    gradients, activations = page.view("gradients"), page.view("activations")
    assert isinstance(activations, ActivationView)
    assert activations.maps
    turn(gradients, gradients.plot.vb)
    shown = gradients.plot.vb.viewRange()[0]
    for plot in activations.plots:
        assert plot.vb.viewRange()[1] == pytest.approx(shown)
    activations.canvas.reset_axes()

    assert not gradients.plot.vb.zoomed(0)
    assert gradients.plot.vb.zoomed(1)  # the gradient's size is nobody else's


def test_epochs_are_zoomed_together_on_all_pages(qtbot: QtBot) -> None:
    first = Page(PAGES["overview"], DARK)
    second = Page(PAGES["overview"], DARK, first.zooms)
    for page in (first, second):
        qtbot.addWidget(page)
        page.resize(900, 600)
        page.show()
        qtbot.waitExposed(page)
        page.show_snapshot(full(3, recorded=10))
    one, other = first.view("history"), second.view("history")
    turn(one, one.plot.vb)

    assert other.plot.vb.viewRange()[0] == one.plot.vb.viewRange()[0]


@ANY
def test_a_button_brings_the_whole_axes_back_and_is_there_only_then(make: Make, name: str) -> None:
    view = make(VIEWS[name], 700, 400)
    view.show(full())
    reset = view.panel.buttons.reset
    assert not reset.isVisible()
    turn(view, view.canvas.boxes()[0])
    assert reset.isVisible()
    reset.click()
    assert not reset.isVisible()
    assert not view.canvas.is_zoomed()


def test_a_zoomed_axis_has_ticks(make: Make) -> None:
    view = make(GradientView)
    view.show(full(weight_gradients=[1e-3, 1e-7]))
    axis = view.plot.getAxis("left")
    given = axis._tickLevels
    turn(view, view.plot.vb, notches=12)
    low, high = view.plot.vb.viewRange()[1]
    seen = [text for at, text in axis._tickLevels[0] if low <= at <= high]
    assert len(set(seen)) >= 2
    view.canvas.reset_axes()
    assert axis._tickLevels == given


def test_zoomed_layers_have_as_many_numbers_as_there_is_room_for(make: Make) -> None:
    view = make(GradientView, 300, 300)
    view.show(full(of=experiment(2, 41)))
    turn(view, view.plot.vb, notches=5)
    low, high = view.plot.vb.viewRange()[0]
    ticks = view.plot.getAxis("bottom")._tickLevels[0]
    assert len([at for at, _ in ticks if low <= at <= high]) >= 3
    assert all(at == round(at) for at, _ in ticks)


def test_ticks_between_decades_say_what_they_stand_for() -> None:
    ticks = fine_decades(-2.5, -1.8, [(-3.0, "0.001"), (-1.0, "0.1")], 6)
    assert len(ticks) >= 3
    for at, text in ticks:
        assert 10**at == pytest.approx(float(text))
        assert -2.5 <= at <= -1.8


def test_between_the_marked_zero_and_the_lowest_decade_there_are_no_ticks() -> None:
    given = [(-8.6, "0"), (-8.0, "1e-8")]
    assert fine_decades(-8.7, -8.2, given, 6) == [(-8.6, "0")]
    assert fine_decades(-8.59, -8.2, given, 6) == []


def test_layers_keep_their_names_however_they_are_zoomed() -> None:
    given = [(1.0, "1"), (20.0, "20"), (41.0, "out")]
    assert whole_numbers(38.2, 41.5, given, 8) == [
        (39.0, "39"), (40.0, "40"), (41.0, "out")
    ]  # fmt: skip
    assert [text for _, text in whole_numbers(0.6, 41.4, given, 5)][-1] == "out"


@pytest.mark.parametrize(
    ("part", "expected"), [((2, 4), (2, 4)), ((-3, -1), (0, 2)), ((9, 12), (7, 10)),
                           ((-5, 20), (0, 10))],
)  # fmt: skip
def test_a_part_is_moved_into_the_whole(
    part: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert within(part, (0, 10)) == expected
