from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from initviz.app.fields import Field
from initviz.catalog.parameter import Choice, Kind, Parameter
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.experiment import DataSettings, Experiment, Lane

RATE = Parameter("rate", "Rate", "How fast.", Kind.NUMBER, 0.1, 1e-6, 100.0, log=True)
COUNT = Parameter("count", "Count", "How many.", Kind.INTEGER, 5, 0, 10)
SHARE = Parameter("share", "Share", "How much.", Kind.NUMBER, 0.5, 0.0, 1.0)
SIZES = Parameter("sizes", "Sizes", "How wide.", Kind.SIZES, (16, 16), 1, 64, longest=10)
KIND = Parameter(
    "kind", "Kind", "Which.", Kind.CHOICE, "a",
    choices=lambda: [Choice("a", "First", "One."), Choice("b", "Second", "Two.")],
)  # fmt: skip
MAYBE = Parameter("rate", "Rate", "How fast.", Kind.NUMBER, None, 0.0, 9.0, optional=True)

EVERY = [
    *Experiment.parameters().values(), *DataSettings.parameters().values(),
    *Lane.parameters().values(),
    *(p for scheme in (*SCHEMES.values(), *BIASES.values()) for p in scheme.parameters),
]  # fmt: skip

MakeField = Callable[..., tuple[Field, list[Any]]]


@pytest.fixture
def make(qtbot: QtBot) -> MakeField:
    """``make(parameter, value)``: a field, and the list of values that it tells of."""

    def made(parameter: Parameter, *value: Any) -> tuple[Field, list[Any]]:
        field, told = Field(parameter), []
        qtbot.addWidget(field)
        field.set_value(*value or (parameter.default,))
        field.edited.connect(told.append)
        field.show()
        qtbot.waitExposed(field)
        return field, told

    return made


def line(field: Field) -> QLineEdit:
    assert isinstance(field.control, QLineEdit)
    return field.control


def combo(field: Field) -> QComboBox:
    assert isinstance(field.control, QComboBox)
    return field.control


def write(qtbot: QtBot, field: Field, text: str) -> None:
    """Type text in the place of what stands there."""
    line(field).selectAll()
    qtbot.keyClicks(field.control, text) if text else qtbot.keyClick(
        field.control, Qt.Key.Key_Delete
    )


@pytest.mark.parametrize("parameter", EVERY, ids=lambda p: p.name)
def test_every_declared_setting_has_a_control_that_explains_itself(
    make: MakeField, parameter: Parameter
) -> None:
    field, told = make(parameter)

    assert next(label.text() for label in field.findChildren(QLabel)) == parameter.label
    assert field.control.accessibleName() == parameter.label
    assert field.control.accessibleDescription() == parameter.help
    assert parameter.help in field.control.toolTip()
    assert parameter.formula in field.control.toolTip()
    assert field.control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert field.value == parameter.default
    assert not field.cure.text()
    assert told == []


@pytest.mark.parametrize("parameter", EVERY, ids=lambda p: p.name)
def test_what_is_shown_means_the_value(make: MakeField, parameter: Parameter) -> None:
    field, _ = make(parameter)
    if isinstance(field.control, QComboBox):
        assert field.control.currentData() == parameter.default
        assert field.control.count() == len(parameter.options()) + parameter.optional
        assert field.control.currentText()
    elif parameter.default is not None:
        assert parameter.check(line(field).text()) == parameter.default


def test_typing_a_value_tells_it(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(COUNT)
    write(qtbot, field, "7")

    assert told == [7]
    assert field.value == 7


def test_each_letter_that_makes_another_value_tells_it(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(RATE, 0.1)
    write(qtbot, field, "0.250")

    assert told == [0.2, 0.25]  # "0" and "0." are out of range, "0.250" is 0.25 again


@pytest.mark.parametrize(
    ("parameter", "text", "cure"),
    [
        (COUNT, "", "Is empty; write a whole number, 0 to 10"),
        (COUNT, "x", '"x" is not a number'),
        (COUNT, "11", "out of range"),
        (COUNT, "-", '"-" is not a number'),
        (COUNT, "1.5", "not a whole number"),
        (RATE, "1e", '"1e" is not a number'),
        (RATE, "nan", "not a number"),
        (SIZES, "16,,4", "empty entry"),
        (SIZES, "16, ", "empty entry"),
        (SIZES, "0", "out of range"),
        (SIZES, "10 x 99", "out of range"),
    ],
)
def test_refused_text_is_marked_cured_and_not_told(
    make: MakeField, qtbot: QtBot, parameter: Parameter, text: str, cure: str
) -> None:
    field, told = make(parameter)
    field.set_text(text)

    assert told == []
    assert field.value == parameter.default
    assert cure in field.cure.text()
    assert not field.cure.text().startswith(parameter.label)  # it stands beside its label
    assert field.cure.isVisible()
    assert field.control.property("invalid")
    assert line(field).text() == text


def test_mended_text_takes_the_cure_away(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(COUNT)
    write(qtbot, field, "1")
    write(qtbot, field, "12")
    assert field.cure.isVisible()
    qtbot.keyClick(field.control, Qt.Key.Key_Backspace)

    assert told == [1, 5, 1]  # meanwhile it was what it had been
    assert not field.cure.isVisible()
    assert not field.control.property("invalid")


@pytest.mark.parametrize(
    ("parameter", "text", "told_of"),
    [
        (COUNT, "10x", [1, 10, 5]),
        (RATE, "1e7", [1.0, 0.1]),
        (SIZES, "6, 20, 99", [(6,), (16, 16), (6, 2), (6, 20), (16, 16), (6, 20, 9), (16, 16)]),
    ],
)
def test_refused_text_gives_back_what_held_before_its_valid_beginnings(
    make: MakeField, qtbot: QtBot, parameter: Parameter, text: str, told_of: list[Any]
) -> None:
    field, told = make(parameter)
    write(qtbot, field, text)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Return):
        qtbot.keyClick(field.control, key)

    assert told == told_of
    assert field.value == parameter.default
    assert field.cure.isVisible()
    assert line(field).text() == text  # to be mended


def test_text_that_the_whole_refuses_gives_back_what_held_before_its_beginnings(
    make: MakeField, qtbot: QtBot
) -> None:
    field, told = make(COUNT)
    field.edited.connect(lambda value: field.refuse("too many") if value == 10 else None)
    write(qtbot, field, "10")

    assert told == [1, 10, 5]
    assert field.value == 5
    assert field.cure.text() == "Too many"


def test_what_was_entered_holds_against_what_is_refused_later(
    make: MakeField, qtbot: QtBot
) -> None:
    field, told = make(COUNT)
    write(qtbot, field, "7")
    qtbot.keyClick(field.control, Qt.Key.Key_Return)
    write(qtbot, field, "12")
    assert field.value == 7

    qtbot.keyClick(field.control, Qt.Key.Key_Escape)
    assert line(field).text() == "7"
    assert told == [7, 1, 7]


def test_refused_text_gives_way_when_it_is_settled(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(COUNT)
    write(qtbot, field, "12")
    field.settle()

    assert line(field).text() == "5"
    assert not field.cure.isVisible()
    assert told == [1, 5]


def test_escape_takes_all_typing_back(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(COUNT)
    write(qtbot, field, "7")
    write(qtbot, field, "seven")
    qtbot.keyClick(field.control, Qt.Key.Key_Escape)

    assert line(field).text() == "5"
    assert not field.cure.isVisible()
    assert told == [7, 5]


@pytest.mark.parametrize("value", [0.123456789, 1 / 3, 1e-6, 99.99999999])
def test_escape_without_typing_changes_nothing(make: MakeField, qtbot: QtBot, value: float) -> None:
    field, told = make(RATE, value)
    field.activateWindow()
    line(field).setFocus()
    qtbot.waitUntil(line(field).hasFocus)
    before = line(field).text()
    qtbot.keyClick(field.control, Qt.Key.Key_Escape)
    line(field).editingFinished.emit()

    assert told == []
    assert field.value == value
    assert line(field).text() == before
    assert RATE.check(before) == value


def test_escape_after_a_refusal_by_the_whole_restores_what_holds(
    make: MakeField, qtbot: QtBot
) -> None:
    field, told = make(COUNT)
    field.edited.connect(lambda _: field.refuse("too many for this machine"))
    write(qtbot, field, "9")
    assert field.cure.text() == "Too many for this machine"
    assert field.value == 5
    qtbot.keyClick(field.control, Qt.Key.Key_Escape)

    assert line(field).text() == "5"
    assert not field.cure.isVisible()
    assert told == [9]


def test_text_refused_by_the_whole_is_judged_again_when_it_is_typed_again(
    make: MakeField, qtbot: QtBot
) -> None:
    field, told = make(COUNT)
    field.edited.connect(lambda _: field.refuse("too many for this machine"))
    write(qtbot, field, "9")
    write(qtbot, field, "9")

    assert told == [9, 9]
    assert field.cure.text() == "Too many for this machine"


def test_a_value_that_is_set_is_not_told(make: MakeField) -> None:
    field, told = make(COUNT)
    field.set_value(3)
    choice, chosen = make(KIND)
    choice.set_value("b")

    assert told == chosen == []
    assert line(field).text() == "3"
    assert combo(choice).currentText() == "Second"


def test_text_that_means_the_value_is_left_as_it_was_typed(make: MakeField, qtbot: QtBot) -> None:
    field, _ = make(SIZES)
    write(qtbot, field, "6 x 8")
    field.set_value((8,) * 6)
    assert line(field).text() == "6 x 8"

    line(field).editingFinished.emit()
    assert line(field).text() == "6 × 8"


def test_refused_text_survives_while_another_setting_changes(make: MakeField, qtbot: QtBot) -> None:
    field, _ = make(COUNT)
    field.set_text("99")
    field.set_value(5)  # the value that it has had all along
    assert line(field).text() == "99"
    assert field.cure.isVisible()

    field.set_value(6)  # another one, such as a lesson's
    assert line(field).text() == "6"
    assert not field.cure.isVisible()


def test_a_complaint_about_good_text_goes_with_the_next_good_whole(make: MakeField) -> None:
    field, _ = make(COUNT)
    field.show_cure("the whole is too large")
    field.set_value(5)

    assert not field.cure.isVisible()


@pytest.mark.parametrize(
    ("parameter", "start", "key", "end"),
    [
        (COUNT, 5, Qt.Key.Key_Up, 6),
        (COUNT, 5, Qt.Key.Key_Down, 4),
        (COUNT, 10, Qt.Key.Key_Up, 10),
        (COUNT, 0, Qt.Key.Key_Down, 0),
        (SHARE, 0.5, Qt.Key.Key_Up, 0.55),
        (SHARE, 0.02, Qt.Key.Key_Down, 0.0),
        (RATE, 0.1, Qt.Key.Key_Up, 0.2),
        (RATE, 0.2, Qt.Key.Key_Up, 0.5),
        (RATE, 0.5, Qt.Key.Key_Up, 1.0),
        (RATE, 0.1, Qt.Key.Key_Down, 0.05),
        (RATE, 0.3, Qt.Key.Key_Down, 0.2),
        (RATE, 3.0, Qt.Key.Key_Up, 5.0),
        (RATE, 100.0, Qt.Key.Key_Up, 100.0),
        (RATE, 1e-6, Qt.Key.Key_Down, 1e-6),
    ],
)
def test_up_and_down_step_within_the_range(
    make: MakeField, qtbot: QtBot, parameter: Parameter, start: float, key: Qt.Key, end: float
) -> None:
    field, told = make(parameter, start)
    qtbot.keyClick(field.control, key)

    assert field.value == pytest.approx(end)
    assert told == ([pytest.approx(end)] if end != start else [])
    assert parameter.check(line(field).text()) == pytest.approx(end)
    assert not field.cure.isVisible()


def test_steps_up_and_down_again_end_where_they_began(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(RATE, 1.0)
    for key in [Qt.Key.Key_Up] * 5 + [Qt.Key.Key_Down] * 5:
        qtbot.keyClick(field.control, key)

    assert told == pytest.approx([2, 5, 10, 20, 50, 20, 10, 5, 2, 1])


def test_an_optional_field_may_be_empty(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(MAYBE, 3.0)
    write(qtbot, field, "")
    assert told == [None]
    assert field.value is None
    assert not field.cure.isVisible()

    write(qtbot, field, "2")
    assert told == [None, 2.0]


def test_a_choice_is_told_once(make: MakeField, qtbot: QtBot) -> None:
    field, told = make(KIND)
    combo(field).setFocus()
    qtbot.keyClick(field.control, Qt.Key.Key_Down)
    qtbot.keyClick(field.control, Qt.Key.Key_Down)

    assert told == ["b"]
    assert combo(field).itemData(0, Qt.ItemDataRole.ToolTipRole) == "One."


def test_scrolling_over_a_choice_changes_it_only_with_the_focus(
    make: MakeField, qtbot: QtBot
) -> None:
    field, told = make(KIND)
    field.activateWindow()
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    combo(field).clearFocus()
    QApplication.sendEvent(field.control, event)
    assert told == []

    combo(field).setFocus()
    qtbot.waitUntil(combo(field).hasFocus)
    QApplication.sendEvent(field.control, event)
    assert told == ["b"]
