from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from initviz.app.controls import Controls
from initviz.app.fields import Field
from initviz.app.lanes import LaneRow
from initviz.catalog.datasets import DATASETS
from initviz.catalog.lessons import LESSONS
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.experiment import MAX_LANES, DataSettings, Experiment, Lane
from initviz.views.style import DARK, GLYPHS

START = Experiment(
    hidden=(8, 8),
    lanes=(
        Lane(scheme="zeros"),
        Lane(scheme="normal", values={"deviation": 2.0}),
        Lane(scheme="xavier_uniform", activation="relu", learning_rate=0.5),
    ),
)


class Panel:
    """The controls, and the experiments that they tell of."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self.told: list[Experiment] = []
        controls.edited.connect(self._tell)

    def _tell(self, experiment: Experiment) -> None:
        # As the window does: what is told comes back.
        self.told.append(experiment)
        self.controls.set_experiment(experiment)

    @property
    def rows(self) -> list[LaneRow]:
        return self.controls.lanes.rows

    def field(self, name: str) -> Field:
        return self.controls.fields[name]

    def colours(self) -> list[int | None]:
        return [lane.colour for lane in self.controls.experiment.lanes]

    def add(self, scheme: str) -> None:
        menu = self.controls.lanes.add.menu()
        next(a for a in menu.actions() if a.text() == SCHEMES[scheme].label).trigger()


def lane_field(row: LaneRow, group: str, name: str) -> Field:
    return row._fields[group, name]


def choose(field: Field, value: str) -> None:
    """Choose from a combo as a click does."""
    assert isinstance(field.control, QComboBox)
    index = field.control.findData(value)
    field.control.setCurrentIndex(index)
    field.control.activated.emit(index)


@pytest.fixture
def panel(qtbot: QtBot) -> Panel:
    controls = Controls(START)
    controls.set_style(DARK)
    qtbot.addWidget(controls)
    controls.resize(260, 900)
    controls.show()
    qtbot.waitExposed(controls)
    return Panel(controls)


def test_every_field_of_the_experiment_has_its_control(panel: Panel) -> None:
    assert set(panel.controls.fields) == set(Experiment.parameters())
    for name, field in panel.controls.fields.items():
        assert field.parameter is Experiment.parameters()[name]
        assert field.value == getattr(START, name)
    assert set(Experiment.model_fields) - set(panel.controls.fields) == {"data", "lanes"}


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_setting_of_a_dataset_has_its_control(panel: Panel, dataset: str) -> None:
    choose(panel.controls.dataset, dataset)

    declared = {p.name for p in DATASETS[dataset].parameters if not p.hidden}
    assert set(panel.controls.data_fields) == declared
    assert panel.controls.experiment.data.dataset == dataset
    for name, field in panel.controls.data_fields.items():
        assert field.value == panel.controls.experiment.data.values[name]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_setting_of_a_scheme_has_its_control(panel: Panel, scheme: str) -> None:
    choose(panel.rows[0].scheme, scheme)

    row = panel.rows[0]
    for parameter in SCHEMES[scheme].parameters:
        assert lane_field(row, "values", parameter.name).value == parameter.default
    shown = {name for group, name in row._fields if group == "values"}
    assert shown == {parameter.name for parameter in SCHEMES[scheme].parameters}
    assert SCHEMES[scheme].formula in row.scheme.control.toolTip()


@pytest.mark.parametrize("bias", BIASES)
def test_every_setting_of_a_bias_has_its_control(panel: Panel, bias: str) -> None:
    row = panel.rows[0]
    row.more.setChecked(True)
    choose(lane_field(row, "lane", "bias"), bias)

    shown = {name for group, name in row._fields if group == "bias_values"}
    assert shown == {parameter.name for parameter in BIASES[bias].parameters}
    assert panel.controls.experiment.lanes[0].bias == bias


def test_every_field_of_a_lane_has_its_control(panel: Panel) -> None:
    row = panel.rows[2]
    row.more.setChecked(True)
    assert row.scheme.value == "xavier_uniform"
    assert lane_field(row, "lane", "activation").value == "relu"
    assert lane_field(row, "lane", "learning_rate").value == 0.5
    with_control = {"scheme", *(name for group, name in row._fields if group == "lane")}
    assert with_control == set(Lane.parameters())
    assert all(field.isVisible() for field in row._fields.values())


def test_every_button_explains_itself(panel: Panel) -> None:
    for button in panel.controls.findChildren(QToolButton):
        assert button.toolTip()
        assert button.accessibleName() or button.text()


@pytest.mark.parametrize("name", Experiment.parameters())
def test_every_control_changes_its_own_field_alone(panel: Panel, qtbot: QtBot, name: str) -> None:
    field, old = panel.field(name), getattr(START, name)
    if isinstance(field.control, QComboBox):
        other = next(c.value for c in field.parameter.options() if c.value != old)
        choose(field, other)
    else:
        other = (8, 8, 8) if name == "hidden" else field.parameter.check(3)
        field.set_text("8, 8, 8" if name == "hidden" else "3")

    assert panel.told == [START.replace(**{name: other})]


def test_half_typed_input_tells_nothing(panel: Panel, qtbot: QtBot) -> None:
    field = panel.field("hidden")
    assert isinstance(field.control, QLineEdit)
    field.control.selectAll()
    qtbot.keyClicks(field.control, ",")
    field.control.setCursorPosition(0)

    assert panel.told == []
    assert "empty entry" in field.cure.text()
    assert field.cure.isVisible()
    assert panel.controls.experiment == START


def test_half_typed_input_survives_an_edit_elsewhere(panel: Panel) -> None:
    panel.field("hidden").set_text("8, 8,")
    panel.field("seed").set_text("5")

    control = panel.field("hidden").control
    assert isinstance(control, QLineEdit)
    assert control.text() == "8, 8,"
    assert panel.field("hidden").cure.isVisible()
    assert panel.told == [START.replace(seed=5)]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_showing_an_experiment_tells_nothing(panel: Panel, lesson: object) -> None:
    panel.controls.set_experiment(lesson.experiment)  # type: ignore[attr-defined]

    assert panel.told == []
    assert panel.controls.experiment == lesson.experiment  # type: ignore[attr-defined]
    assert len(panel.rows) == len(panel.controls.experiment.lanes)
    for row, lane in zip(panel.rows, panel.controls.experiment.lanes, strict=True):
        assert row.scheme.value == lane.scheme
        for name, value in lane.values.items():
            assert lane_field(row, "values", name).value == value


def test_what_is_too_large_as_a_whole_is_refused_at_the_field(panel: Panel, qtbot: QtBot) -> None:
    field = panel.field("hidden")
    field.set_text("100 x 1024")

    assert panel.told == []
    assert "million parameters" in field.cure.text()
    assert field.cure.isVisible()
    assert panel.controls.experiment == START
    qtbot.keyClick(field.control, Qt.Key.Key_Escape)
    assert field.control.text() == "8, 8"  # type: ignore[union-attr]
    assert not field.cure.isVisible()
    assert panel.told == []


def test_too_many_inputs_are_refused_where_they_were_typed(qtbot: QtBot) -> None:
    wide = Experiment(hidden=(*(1024,) * 19, 128), lanes=(Lane(),) * 8)
    controls = Controls(wide)
    qtbot.addWidget(controls)
    panel = Panel(controls)
    field = controls.data_fields["features"]
    field.set_text("1000")

    assert panel.told == []
    assert "million parameters" in field.cure.text()
    assert not panel.field("hidden").cure.text()
    assert field.value == 2
    field.set_text("10")
    assert not field.cure.text()
    assert panel.told[-1].data.values["features"] == 10


def test_too_large_a_batch_is_refused_where_it_was_typed_and_the_cure_cures(
    qtbot: QtBot,
) -> None:
    wide = Experiment(
        data=DataSettings(values={"samples": 20_000}), hidden=(1024,) * 10, lanes=(Lane(),) * 4
    )
    controls = Controls(wide)
    qtbot.addWidget(controls)
    panel = Panel(controls)
    field = panel.field("batch_size")
    field.set_text("20000")

    assert panel.told == []
    most = re.search(r"at most (\d+) points", field.cure.text())
    assert most is not None
    field.set_text(most[1])
    assert not field.cure.text()
    assert panel.told[-1].batch_size == int(most[1])


def test_one_lane_too_many_for_the_memory_is_refused_until_there_is_room(
    qtbot: QtBot,
) -> None:
    wide = Experiment(hidden=(1024,) * 30, lanes=(Lane(),) * 5)
    controls = Controls(wide)
    qtbot.addWidget(controls)
    panel = Panel(controls)
    panel.add("zeros")

    assert panel.told == []
    assert "million parameters" in panel.field("hidden").cure.text()
    assert len(panel.rows) == 5
    panel.rows[0].remove.click()
    assert len(panel.rows) == 4
    assert not panel.field("hidden").cure.text()


# --- lanes ------------------------------------------------------------------------------------


def test_a_new_lane_gets_a_free_colour_and_the_others_keep_theirs(panel: Panel) -> None:
    before = panel.colours()
    panel.add("he_normal")

    assert panel.colours()[:3] == before
    assert len(set(panel.colours())) == 4
    assert panel.controls.experiment.lanes[3].scheme == "he_normal"
    assert panel.rows[3].mark.text() == GLYPHS[panel.colours()[3] or 0]


def test_removing_a_lane_keeps_the_colours_of_the_others(panel: Panel) -> None:
    first, _, third = panel.colours()
    panel.rows[1].remove.click()

    assert panel.colours() == [first, third]
    assert [row.scheme.value for row in panel.rows] == ["zeros", "xavier_uniform"]
    assert [row.mark.text() for row in panel.rows] == [GLYPHS[first or 0], GLYPHS[third or 0]]


def replaced() -> dict[str, tuple[Callable[[Panel], Field], Experiment]]:
    """What a hand may hold, and an experiment that has nothing of the kind."""
    other = (START.lanes[1].replace(scheme="orthogonal"), *START.lanes[:1], *START.lanes[2:])
    return {
        "of a scheme": (lambda panel: lane_field(panel.rows[1], "values", "deviation"),
                        START.replace(lanes=other)),
        "of a lane": (lambda panel: lane_field(panel.rows[2], "lane", "scale"),
                      START.replace(lanes=START.lanes[:2])),
        "of a dataset": (lambda panel: panel.controls.data_fields["noise"],
                         START.replace(data=DataSettings(dataset="iris"))),
    }  # fmt: skip


@pytest.mark.parametrize("held", replaced())
def test_a_slider_that_is_replaced_in_a_hand_tells_nothing_more(panel: Panel, held: str) -> None:
    field, other = replaced()[held][0](panel), replaced()[held][1]
    slider = field.slider
    assert slider is not None
    slider.setSliderDown(True)
    slider.setValue(slider.minimum())
    assert len(panel.told) == 1

    panel.controls.set_experiment(other)  # as when a run has been opened meanwhile
    slider.setValue(slider.maximum())
    slider.setSliderDown(False)
    assert len(panel.told) == 1
    assert panel.controls.experiment == other


def test_moving_a_lane_takes_its_colour_along(panel: Panel) -> None:
    a, b, c = panel.colours()
    panel.rows[0].move_asked.emit(1)

    assert panel.colours() == [b, a, c]
    assert [row.scheme.value for row in panel.rows] == ["normal", "zeros", "xavier_uniform"]
    assert lane_field(panel.rows[0], "values", "deviation").value == 2.0


@pytest.mark.parametrize(("row", "by"), [(0, -1), (2, 1)])
def test_a_lane_at_the_end_moves_no_further(panel: Panel, row: int, by: int) -> None:
    panel.rows[row].move_asked.emit(by)

    assert panel.told == []


def test_the_keys_move_the_lane_with_the_focus(panel: Panel, qtbot: QtBot) -> None:
    panel.controls.activateWindow()
    panel.rows[2].scheme.control.setFocus()
    qtbot.waitUntil(panel.rows[2].scheme.control.hasFocus)
    panel.controls.lanes.move_focused(-1)
    panel.controls.lanes.move_focused(-1)  # the focus goes along

    assert [row.scheme.value for row in panel.rows] == ["xavier_uniform", "zeros", "normal"]


def test_what_is_unfolded_moves_with_its_lane(panel: Panel) -> None:
    panel.rows[0].more.setChecked(True)
    panel.rows[0].move_asked.emit(1)

    assert [row.more.isChecked() for row in panel.rows] == [False, True, False]
    assert not lane_field(panel.rows[0], "lane", "bias").isVisible()
    assert lane_field(panel.rows[1], "lane", "bias").isVisible()


@pytest.mark.parametrize("unfolded", [{0, 2}, {1}, {2}, {0, 1, 2}, set()], ids=str)
@pytest.mark.parametrize("removed", [0, 1, 2])
def test_removing_a_lane_leaves_every_other_row_as_it_was(
    panel: Panel, unfolded: set[int], removed: int
) -> None:
    for place in unfolded:
        panel.rows[place].more.setChecked(True)
    kept = [row for place, row in enumerate(panel.rows) if place != removed]
    schemes = [row.scheme.value for row in kept]
    panel.rows[removed].remove.click()

    assert [row.scheme.value for row in panel.rows] == schemes
    expected = [place in unfolded for place in range(3) if place != removed]
    assert [row.more.isChecked() for row in panel.rows] == expected
    assert [lane_field(row, "lane", "bias").isVisible() for row in panel.rows] == expected
    column = panel.controls.lanes.layout()
    assert [column.itemAt(place).widget() for place in range(2)] == panel.rows


def test_eight_lanes_are_the_most_and_one_the_least(panel: Panel) -> None:
    for _ in range(5):
        panel.add("zeros")
    assert len(panel.rows) == MAX_LANES
    assert not panel.controls.lanes.add.isEnabled()
    assert len(set(panel.colours())) == MAX_LANES

    for _ in range(7):
        panel.rows[0].remove.click()
    assert len(panel.rows) == 1
    assert not panel.rows[0].remove.isEnabled()
    assert panel.controls.lanes.add.isEnabled()


def test_another_scheme_brings_its_own_parameters_and_keeps_the_rest(panel: Panel) -> None:
    before = panel.controls.experiment.lanes
    row = panel.rows[1]
    choose(row.scheme, "uniform")

    lane = panel.controls.experiment.lanes[1]
    assert lane.scheme == "uniform"
    assert dict(lane.values) == {p.name: p.default for p in SCHEMES["uniform"].parameters}
    assert lane.colour == before[1].colour
    assert panel.controls.experiment.lanes[0] == before[0]
    assert panel.controls.experiment.lanes[2] == before[2]


def test_another_scheme_keeps_what_the_lane_overrides(panel: Panel) -> None:
    choose(panel.rows[2].scheme, "he_normal")

    lane = panel.controls.experiment.lanes[2]
    assert lane.activation == "relu"
    assert lane.learning_rate == 0.5


def test_a_schemes_parameter_is_edited_in_its_row(panel: Panel) -> None:
    lane_field(panel.rows[1], "values", "deviation").set_text("0.5")

    assert panel.controls.experiment.lanes[1].values["deviation"] == 0.5
    assert len(panel.told) == 1


def test_a_refused_parameter_of_a_lane_is_marked_in_its_row(panel: Panel) -> None:
    field = lane_field(panel.rows[1], "values", "deviation")
    field.set_text("-1")

    assert panel.told == []
    assert "out of range" in field.cure.text()


def test_an_override_is_taken_back_by_emptying_it(panel: Panel) -> None:
    row = panel.rows[2]
    lane_field(row, "lane", "learning_rate").set_text("")
    activation = lane_field(row, "lane", "activation")
    assert isinstance(activation.control, QComboBox)
    activation.control.setCurrentIndex(0)
    activation.control.activated.emit(0)

    lane = panel.controls.experiment.lanes[2]
    assert lane.learning_rate is None
    assert lane.activation is None


def test_another_dataset_keeps_no_setting_of_the_one_before(panel: Panel) -> None:
    panel.controls.data_fields["samples"].set_text("128")
    choose(panel.controls.dataset, "spirals")

    assert panel.controls.experiment.data == DataSettings(dataset="spirals")


def test_rows_that_are_gone_are_destroyed(panel: Panel, qtbot: QtBot) -> None:
    many = START.replace(lanes=(Lane(),) * 8)
    panel.controls.set_experiment(many)
    panel.controls.set_experiment(START)
    qtbot.waitUntil(lambda: len(panel.controls.findChildren(LaneRow)) == 3)
