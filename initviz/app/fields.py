"""Editors made from declared settings: one label, one control, one place for the cure."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from initviz.app.edits import is_undo_or_redo
from initviz.app.sliders import ValueSlider
from initviz.catalog.parameter import Kind, Parameter, SettingError
from initviz.views.combo import Combo
from initviz.views.style import TEXT_SIZE

LABEL_WIDTH = 84
SHORT_WIDTH = 52
AS_EXPERIMENT = "as for all"


class Field(QWidget):
    """A setting's label, control and slider, and the cure below them when the input is refused.

    Emits ``edited(value)`` when the user has given another valid value. Text that is refused or
    half typed gives nothing: what held before the typing holds then, and is told again where a
    shorter text was valid.

    Args:
        parameter: the setting.
        label_width: pixels.
        short: a label of a few letters, for a field whose slider stands in the same line.

    Attributes:
        typing: what tells the typing that goes on from all other, None while nobody types. It ends
            with Return, Esc, the focus, or the training.
    """

    edited = Signal(object)

    def __init__(
        self, parameter: Parameter, label_width: int = LABEL_WIDTH, short: str = ""
    ) -> None:
        super().__init__()
        self.parameter = parameter
        self.value: Any = parameter.default
        self._before: Any = parameter.default
        self._held: Any = parameter.default  # before the typing: what Esc and refusals bring back
        self.typing: object | None = None
        self.control = _combo(parameter) if parameter.kind is Kind.CHOICE else QLineEdit()
        self.control.setToolTip(parameter.tooltip())
        self.control.setAccessibleName(parameter.label)
        self.control.setAccessibleDescription(parameter.help)
        self._label_width = label_width
        self.label = label = QLabel(short or parameter.label)
        label.setProperty("small", True)
        label.setToolTip(parameter.tooltip())
        label.setBuddy(self.control)
        self._fit_label()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(label)
        self.slider = ValueSlider(parameter) if parameter.slide else None
        if self.slider is not None and short:
            row.addWidget(self.slider, 1)
            self.control.setFixedWidth(SHORT_WIDTH)
            row.addWidget(self.control)
        else:
            row.addWidget(self.control, 1)
        self.cure = QLabel()
        self.cure.setProperty("cure", True)
        self.cure.setWordWrap(True)
        self.cure.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        if self.slider is not None:
            self.slider.slid.connect(self.take)
            if not short:
                column.addWidget(self.slider)
        column.addWidget(self.cure)
        if isinstance(self.control, QComboBox):
            self.control.activated.connect(self._chosen)
        else:
            if parameter.optional:
                self.control.setPlaceholderText(AS_EXPERIMENT)
            self.control.textEdited.connect(self._typed)
            self.control.editingFinished.connect(self._tidy)
            # After Enter, Space and the arrows belong to the transport again.
            self.control.returnPressed.connect(self._entered)
            self.control.installEventFilter(self)
        self._write(self.value)

    def set_value(self, value: Any) -> None:
        """Show a value without emitting anything.

        Text that means it already is left alone, and so is refused text while the value behind
        it stays what it was.
        """
        if self.slider is not None:
            self.slider.show_value(value)
        # Without a cure, the control means the value already: a drag asks a hundred times a second.
        if value == self.value and (not self.cure.text() or not self._means(value)):
            return
        if value != self.value:
            self.value = value
            self._accept()
        self.show_cure("")
        self._write(value)

    def settle(self) -> None:
        """Take what is typed as it is; refused text gives way to the value that holds."""
        self._accept()
        if self.cure.text() and not self._means(self.value):
            self.show_cure("")
            self._write(self.value)

    def _accept(self) -> None:
        self.typing, self._held = None, self.value

    def take(self, value: Any) -> None:
        """Take a valid value from another control, such as the slider."""
        self._accept()
        self.show_cure("")
        self._write(value)
        self._give(value)
        self._accept()

    def _write(self, value: Any) -> None:
        with QSignalBlocker(self.control):
            if isinstance(self.control, QComboBox):
                self.control.setCurrentIndex(self.control.findData(value))
            elif not self._means(value):
                self.control.setText(self._format(value))

    def show_cure(self, message: str) -> None:
        """Mark the control as refused, and say beside it what to do; "" takes both away."""
        prefix = f"{self.parameter.label}: "
        cure = message.removeprefix(prefix)
        self.cure.setText(cure[:1].upper() + cure[1:])
        self.cure.setVisible(bool(message))
        if self.control.property("invalid") != bool(message):
            self.control.setProperty("invalid", bool(message))
            self.control.style().unpolish(self.control)
            self.control.style().polish(self.control)

    def refuse(self, message: str) -> None:
        """Take back the value that was just given: good by itself, but not in the whole.

        Its text stays, for the user to mend.
        """
        self.value = self._before
        if self.slider is not None:
            self.slider.show_value(self.value)
        self.show_cure(message)
        self._hold()

    def changeEvent(self, event: QEvent) -> None:
        """Make room for larger text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_label()

    def _fit_label(self) -> None:
        # A font in points is none of ours: it is there before the window has its look.
        pixels = self.font().pixelSize()
        scale = pixels / TEXT_SIZE if pixels > 0 else 1.0
        self.label.setFixedWidth(round(self._label_width * scale))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down step a number, by one or along 1, 2, 5; Esc takes all typing back.

        The keys of undo are the window's, unless there is refused text to take back.
        """
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if is_undo_or_redo(event) and not self.cure.text():
                event.ignore()
                return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
            if direction and isinstance(self.value, int | float):
                self._accept()
                self._judge(self._stepped(direction))
                self._accept()
                return True
            if event.key() == Qt.Key.Key_Escape:
                assert isinstance(self.control, QLineEdit)
                before = self._format(self._held)
                if self.control.text() == before and not self.cure.text():
                    return False  # nothing to take back: Esc is the window's
                self.set_text(before)
                self._accept()
                return True
        return super().eventFilter(watched, event)

    def set_text(self, text: str) -> None:
        """Put text into the line and judge it, as typing would."""
        assert isinstance(self.control, QLineEdit)
        self.control.setText(text)
        self._typed(text)

    def _entered(self) -> None:
        if not self.cure.text():
            self.window().setFocus()

    def _stepped(self, direction: int) -> str:
        parameter, value = self.parameter, self.value
        if parameter.log and value > 0:
            value = _next_step(float(value), direction)
        else:
            whole = parameter.kind is Kind.INTEGER
            value += direction * (1 if whole else 0.05)
        value = min(max(value, parameter.low), parameter.high)
        text = f"{value:.10g}"
        assert isinstance(self.control, QLineEdit)
        self.control.setText(text)
        return text

    def _typed(self, text: str) -> None:
        if self.typing is None:
            self.typing, self._held = object(), self.value
        self._judge(text)

    def _judge(self, text: str) -> None:
        try:
            value = self._check(text)
        except SettingError as error:
            self.show_cure(str(error))
            self._hold()
            return
        self.show_cure("")
        self._give(value)

    def _chosen(self, index: int) -> None:
        assert isinstance(self.control, QComboBox)
        self.show_cure("")
        self._give(self.control.itemData(index))

    def _give(self, value: Any) -> None:
        if value != self.value:
            self._before, self.value = self.value, value
            if self.slider is not None:
                self.slider.show_value(value)
            self.edited.emit(value)

    def _hold(self) -> None:
        """Go back to what held before the typing: a part of refused text was valid, perhaps."""
        if self.typing is not None:
            self._give(self._held)

    def _tidy(self) -> None:
        """On leaving the field, write an accepted value in its normal form."""
        assert isinstance(self.control, QLineEdit)
        self._accept()
        if not self.cure.text():
            self.control.setText(self._format(self.value))

    def _check(self, text: str) -> Any:
        if self.parameter.optional and not text.strip():
            return None
        return self.parameter.check(text)

    def _format(self, value: Any) -> str:
        return "" if value is None else self.parameter.format(value)

    def _means(self, value: Any) -> bool:
        if isinstance(self.control, QComboBox):
            return bool(self.control.currentData() == value)
        try:
            return bool(self._check(self.control.text()) == value)
        except SettingError:
            return False


def _combo(parameter: Parameter) -> QComboBox:
    combo = Combo()
    if parameter.optional:
        combo.addItem(AS_EXPERIMENT, None)
    for choice in parameter.options():
        combo.addItem(choice.label, choice.value)
        combo.setItemData(combo.count() - 1, choice.help, Qt.ItemDataRole.ToolTipRole)
    return combo


def _next_step(value: float, direction: int) -> float:
    """The neighbour of a value among ..., 0.5, 1, 2, 5, 10, 20, ..."""
    power = math.floor(math.log10(value) + 1e-9)
    ladder = [m * 10.0**p for p in (power - 1, power, power + 1) for m in (1, 2, 5)]
    ladder.append(10.0 ** (power + 2))
    if direction > 0:
        return next(step for step in ladder if step > value * (1 + 1e-9))
    return next(step for step in reversed(ladder) if step < value * (1 - 1e-9))
