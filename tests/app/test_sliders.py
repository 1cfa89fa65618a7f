from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from initviz.app.controls import Controls
from initviz.app.fields import Field
from initviz.app.lanes import LaneRow
from initviz.app.sliders import ValueSlider
from initviz.catalog.datasets import DATASETS
from initviz.catalog.parameter import Kind, Parameter
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.catalog.stops import stops
from initviz.experiment import SCALE, DataSettings, Experiment, ExperimentError, Lane
from tests.app.hands import drag

SHARE = Parameter("share", "Share", "How much.", Kind.NUMBER, 0.5, -9.0, 9.0, slide=(0, 1))

MakeField = Callable[..., tuple[Field, list[Any]]]


@pytest.fixture
def make(qtbot: QtBot) -> MakeField:
    """``make(parameter)``: a field with a slider, and the list of values that it tells of."""

    def made(parameter: Parameter, **more: Any) -> tuple[Field, list[Any]]:
        field, told = Field(parameter, **more), []
        qtbot.addWidget(field)
        field.edited.connect(told.append)
        field.resize(214, 50)
        field.show()
        qtbot.waitExposed(field)
        return field, told

    return made


def slider(field: Field) -> ValueSlider:
    assert field.slider is not None
    return field.slider


def text(field: Field) -> str:
    assert isinstance(field.control, QLineEdit)
    return field.control.text()


# --- every slider that there is ---------------------------------------------------------------


def of_lanes() -> list[tuple[str, Lane, str, Parameter]]:
    """(group, lane, name, parameter) of every number of every scheme, bias and lane."""
    found: list[tuple[str, Lane, str, Parameter]] = [("lane", Lane(), "scale", SCALE)]
    for scheme in SCHEMES.values():
        lane = Lane(scheme=scheme.name)
        found += [("values", lane, p.name, p) for p in scheme.parameters]
        output = Lane(output=scheme.name)
        found += [("output_values", output, p.name, p) for p in scheme.parameters]
    for bias in BIASES.values():
        lane = Lane(bias=bias.name)
        found += [("bias_values", lane, p.name, p) for p in bias.parameters]
    return [entry for entry in found if entry[-1].slide]


@pytest.mark.parametrize(
    ("group", "lane", "name", "parameter"), of_lanes(),
    ids=lambda x: x if isinstance(x, str) else x.title if isinstance(x, Lane) else "",
)  # fmt: skip
def test_every_number_of_a_lane_is_dragged_from_end_to_end_through_valid_lanes(
    qtbot: QtBot, group: str, lane: Lane, name: str, parameter: Parameter
) -> None:
    row = LaneRow(lane)
    qtbot.addWidget(row)
    row.more.setChecked(True)
    row.resize(214, 400)
    told: list[Lane] = []

    def tell(changed: Lane) -> None:
        told.append(changed)
        row.set_lane(changed)  # as the window does

    row.edited.connect(tell)
    row.show()
    qtbot.waitExposed(row)
    field = row._fields[group, name]
    drag(qtbot, slider(field), 0.5, 1)
    told.clear()
    drag(qtbot, slider(field), 1, 0)
    drag(qtbot, slider(field), 0, 1, steps=60)

    found = [getattr(x, name) if group == "lane" else getattr(x, group)[name] for x in told]
    assert (min(found), found[-1]) == parameter.slide
    turn = found.index(min(found))
    assert found[:turn] == sorted(found[:turn], reverse=True)
    assert found[turn:] == sorted(found[turn:])
    assert len(found) > 40
    assert set(found) <= set(stops(parameter))
    assert text(field) == parameter.format(found[-1])
    for changed in told:
        Experiment(lanes=(changed,))


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_numbers_of_data_are_dragged_from_end_to_end(qtbot: QtBot, dataset: str) -> None:
    if dataset == "csv":
        return  # its numbers are the file's
    controls = Controls(Experiment(data=DataSettings(dataset=dataset)))
    qtbot.addWidget(controls)
    told: list[Experiment] = []
    controls.edited.connect(told.append)
    controls.edited.connect(controls.set_experiment)
    controls.show()
    qtbot.waitExposed(controls)
    for name, field in controls.data_fields.items():
        if field.slider is not None:
            drag(qtbot, field.slider, 0.5, 0)
            low = told[-1].data.values[name]
            drag(qtbot, field.slider, 0, 1)
            assert (low, told[-1].data.values[name]) == field.parameter.slide


def test_depth_and_width_are_dragged_to_layers_of_one_width(qtbot: QtBot) -> None:
    controls = Controls(Experiment(hidden=(16, 16, 8)))
    qtbot.addWidget(controls)
    told: list[Experiment] = []
    controls.edited.connect(told.append)
    controls.edited.connect(controls.set_experiment)
    controls.show()
    qtbot.waitExposed(controls)
    shape = controls.shape
    assert (shape.depth_slider.value() + 1, shape.width_slider.value() + 1) == (3, 16)
    assert text(controls.fields["hidden"]) == "16, 16, 8"

    drag(qtbot, shape.depth_slider, 0, 1, steps=80)
    assert [each.hidden for each in told] == [(16,) * depth for depth in range(1, 41)]
    assert text(controls.fields["hidden"]) == "40 × 16"
    told.clear()
    drag(qtbot, shape.width_slider, 1, 0)
    assert (told[0].hidden, told[-1].hidden) == ((128,) * 40, (1,) * 40)

    controls.fields["hidden"].set_text("50 × 200")  # beyond both sliders
    assert told[-1].hidden == (200,) * 50
    ends = shape.depth_slider.maximum(), shape.width_slider.maximum()
    assert (shape.depth_slider.value(), shape.width_slider.value()) == ends


def test_layers_that_a_scheme_refuses_are_refused_at_the_sizes_and_the_slider_goes_back(
    qtbot: QtBot,
) -> None:
    custom = Lane(scheme="custom", values={"deviations": (1.0, 2.0, 3.0, 4.0)})
    controls = Controls(Experiment(hidden=(8,) * 5, lanes=(custom,)))
    qtbot.addWidget(controls)
    controls.edited.connect(controls.set_experiment)
    controls.show()
    qtbot.waitExposed(controls)
    with pytest.raises(ExperimentError):
        controls.experiment.replace(hidden=(8,))
    drag(qtbot, controls.shape.depth_slider, 0.1, 0)

    assert controls.fields["hidden"].cure.text()
    assert len(controls.experiment.hidden) == 3
    drag(qtbot, controls.shape.depth_slider, 0, 0.1)
    assert not controls.fields["hidden"].cure.text()
    assert len(controls.experiment.hidden) > 3


# --- one slider -------------------------------------------------------------------------------


def test_a_slider_follows_what_is_typed_and_told_and_says_nothing(make: MakeField) -> None:
    field, told = make(SHARE)
    said: list[float] = []
    slider(field).slid.connect(said.append)
    field.set_value(0.75)
    assert slider(field).stops[slider(field).value()] == 0.75
    field.set_text("0.2")
    assert slider(field).stops[slider(field).value()] == 0.2
    field.set_text("7")  # beyond the slide, within the range
    assert slider(field).value() == slider(field).maximum()
    assert told == [0.2, 7.0]
    assert text(field) == "7"
    field.set_text("70")
    assert field.cure.text()
    assert slider(field).stops[slider(field).value()] == 0.75  # what held before the typing
    assert said == []


def test_a_value_that_comes_back_does_not_move_the_slider_under_the_hand(
    make: MakeField, qtbot: QtBot
) -> None:
    field, told = make(SHARE)
    grip = slider(field)
    qtbot.mousePress(grip, Qt.MouseButton.LeftButton, pos=QPoint(grip.width() // 4, 6))
    held = grip.value()
    assert told == [grip.stops[held]]
    field.set_value(0.9)
    assert grip.value() == held
    qtbot.mouseRelease(grip, Qt.MouseButton.LeftButton, pos=QPoint(grip.width() // 4, 6))
    assert grip.stops[grip.value()] == 0.9


def test_dragging_away_a_refused_text_takes_its_cure_away(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(SHARE)
    field.set_text("nonsense")
    assert field.cure.text()
    drag(qtbot, slider(field), 0.5, 1)
    assert not field.cure.text()
    assert (field.value, told[-1], text(field)) == (1.0, 1.0, "1")


def test_the_handle_is_taken_where_it_is_and_does_not_jump(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(SHARE)
    grip = slider(field)
    middle = round(grip._middle(grip.value()))
    for off in (-4, 3):
        qtbot.mousePress(grip, Qt.MouseButton.LeftButton, pos=QPoint(middle + off, 6))
        qtbot.mouseRelease(grip, Qt.MouseButton.LeftButton, pos=QPoint(middle + off, 6))
    qtbot.mousePress(grip, Qt.MouseButton.RightButton, pos=QPoint(1, 6))
    assert told == []


def test_a_double_click_goes_back_to_the_default(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(SHARE)
    field.set_value(0.1)
    qtbot.mouseDClick(slider(field), Qt.MouseButton.LeftButton, pos=QPoint(180, 6))
    assert told[-1] == 0.5
    assert slider(field).stops[slider(field).value()] == 0.5
    assert not slider(field).isSliderDown()


def test_keys_step_a_slider_that_has_the_focus_before_the_window_sees_them(
    make: MakeField, qtbot: QtBot
) -> None:
    field, told = make(SHARE)
    grip = slider(field)
    grip.setFocus(Qt.FocusReason.TabFocusReason)
    for key, value in (
        (Qt.Key.Key_Right, 0.51), (Qt.Key.Key_Up, 0.52), (Qt.Key.Key_Left, 0.51),
        (Qt.Key.Key_End, 1.0), (Qt.Key.Key_Home, 0.0), (Qt.Key.Key_PageUp, 0.1),
    ):  # fmt: skip
        asked = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        asked.ignore()
        QApplication.sendEvent(grip, asked)
        assert asked.isAccepted()
        qtbot.keyClick(grip, key)
        assert told[-1] == value
    space = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier
    )
    space.ignore()
    QApplication.sendEvent(grip, space)
    assert not space.isAccepted()


def test_the_wheel_scrolls_the_panel_and_moves_no_slider(make: MakeField) -> None:
    field, told = make(SHARE)
    grip = slider(field)
    grip.setFocus()
    wheel = QWheelEvent(
        QPointF(20, 6), grip.mapToGlobal(QPointF(20, 6)), QPoint(0, 120), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(grip, wheel)
    assert not wheel.isAccepted()
    assert told == []


def test_a_click_leaves_the_keyboard_to_the_window(make: MakeField, qtbot: QtBot) -> None:
    field, _ = make(SHARE)
    assert not slider(field).focusPolicy() & Qt.FocusPolicy.ClickFocus
    assert slider(field).focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.mouseClick(slider(field), Qt.MouseButton.LeftButton)
    assert not slider(field).hasFocus()


def test_a_slider_says_what_it_is(make: MakeField) -> None:
    field, _ = make(SCALE, short="W ×")
    grip = slider(field)
    assert grip.accessibleName() == "Scale all weights by: slider"
    assert "W ← c W" in grip.toolTip()
    assert "Double click: back to 1" in grip.toolTip()
    assert field.control.accessibleName() == "Scale all weights by"


def test_a_setting_as_for_all_has_no_slider() -> None:
    declared = Lane.parameters()["learning_rate"]
    assert declared.optional
    assert declared.slide is None
    assert Experiment.parameters()["learning_rate"].slide is not None
