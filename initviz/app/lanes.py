"""The list of initialisations: one row a lane, its parameters below it, the rest on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from initviz.app.fields import Field
from initviz.catalog.parameter import Parameter
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.experiment import MAX_LANES, Experiment, Lane
from initviz.views.icons import icon
from initviz.views.retire import retire
from initviz.views.style import GLYPHS, Style

DETAIL_LABEL_WIDTH = 74
MARK_WIDTH, ICON = 14, 16


class LaneRow(QWidget):
    """One lane: colour, scheme, parameters; behind "more" its biases and overrides."""

    edited = Signal(object)
    remove_asked = Signal()
    move_asked = Signal(int)

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.lane = lane
        self._fields: dict[tuple[str, str], Field] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.mark = QLabel()
        declared = Lane.parameters()
        self.scheme = Field(declared["scheme"], 0)
        self.scheme.edited.connect(self._scheme_chosen)
        self.more = _button("Biases, and what differs from the other lanes")
        self.more.setCheckable(True)
        self.more.toggled.connect(self._toggle_details)
        self.remove = _button("Remove this initialisation")
        self.remove.clicked.connect(self.remove_asked)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        row.addWidget(self.mark)
        row.addWidget(self.scheme, 1)
        row.addWidget(self.more)
        row.addWidget(self.remove)
        self._column.addLayout(row)
        self._scale = _indented(self._column)
        self._add(self._scale, declared["scale"], "scale", 26, "W ×")
        self._parameters = _indented(self._column)
        self._details = _indented(self._column)
        self._details.parentWidget().hide()
        for name in ("bias",):
            self._add(self._details, declared[name], name)
        self._bias_values = _indented(self._details, 0)
        self._add(self._details, declared["output"], "output")
        self._output_values = _indented(self._details, 0)
        for name in ("activation", "learning_rate"):
            self._add(self._details, declared[name], name)
        self.moves = up, down = _button("Move up (Alt+↑)"), _button("Move down (Alt+↓)")
        up.setText("↑ up")
        down.setText("↓ down")
        up.clicked.connect(lambda: self.move_asked.emit(-1))
        down.clicked.connect(lambda: self.move_asked.emit(1))
        moves = QHBoxLayout()
        moves.addWidget(up)
        moves.addWidget(down)
        moves.addStretch(1)
        self._details.addLayout(moves)
        self._built: tuple[str | None, ...] = ()
        self._styled: tuple[int, Style] | None = None
        self.set_lane(lane)

    def set_lane(self, lane: Lane) -> None:
        """Show a lane; nothing is emitted."""
        self.lane = lane
        self.scheme.set_value(lane.scheme)
        if self._built[:1] != (lane.scheme,):
            self.scheme.control.setToolTip(lane.entry.tooltip())
        for name in ("scale", "bias", "output", "activation", "learning_rate"):
            self._fields["lane", name].set_value(getattr(lane, name))
        if self._built != (lane.scheme, lane.bias, lane.output):
            self._built = (lane.scheme, lane.bias, lane.output)
            self._rebuild(self._parameters, "values", SCHEMES[lane.scheme].parameters)
            self._rebuild(self._bias_values, "bias_values", BIASES[str(lane.bias)].parameters)
            output = SCHEMES[lane.output].parameters if lane.output else ()
            self._rebuild(self._output_values, "output_values", output)
        for name, value in lane.values.items():
            self._fields["values", name].set_value(value)
        for name, value in lane.bias_values.items():
            self._fields["bias_values", name].set_value(value)
        for name, value in lane.output_values.items():
            self._fields["output_values", name].set_value(value)
        self._name_controls()

    def _name_controls(self) -> None:
        """Say to those who hear the window which of the equal controls is whose."""
        title = self.lane.title
        for field in (self.scheme, *self._fields.values()):
            field.control.setAccessibleName(f"{field.parameter.label} of {title}")
        for button in (self.more, self.remove, *self.moves):
            button.setAccessibleName(f"{button.toolTip()}: {title}")

    def set_style(self, style: Style) -> None:
        """Colour the mark and the buttons."""
        colour = int(self.lane.colour or 0)
        if self._styled == (colour, style):
            return
        self._styled = colour, style
        self.mark.setText(GLYPHS[colour])
        self.mark.setFixedWidth(style.px(MARK_WIDTH))
        self.mark.setStyleSheet(f"color: {style.lanes[colour]};")
        self.more.setIcon(icon("more", style.muted))
        self.remove.setIcon(icon("remove", style.muted))
        for button in (self.more, self.remove):
            button.setIconSize(QSize(1, 1) * style.px(ICON))

    def _add(
        self, column: QVBoxLayout, parameter: Parameter, name: str,
        label_width: int = DETAIL_LABEL_WIDTH, short: str = "",
    ) -> None:  # fmt: skip
        field = Field(parameter, label_width, short)
        field.edited.connect(lambda value: self._change(**{name: value}))
        self._fields["lane", name] = field
        column.addWidget(field)

    def _rebuild(self, column: QVBoxLayout, group: str, parameters: tuple[Parameter, ...]) -> None:
        for key in [key for key in self._fields if key[0] == group]:
            field = self._fields.pop(key)
            retire(field, column)
        for parameter in parameters:
            field = Field(parameter, DETAIL_LABEL_WIDTH)
            field.edited.connect(self._value_setter(group, parameter.name))
            self._fields[group, parameter.name] = field
            column.addWidget(field)
        column.parentWidget().setVisible(bool(parameters))

    def _value_setter(self, group: str, name: str) -> Callable[[Any], None]:
        def set_value(value: Any) -> None:
            self._change(**{group: {**getattr(self.lane, group), name: value}})

        return set_value

    def _scheme_chosen(self, scheme: str) -> None:
        self._change(scheme=scheme, name="")

    def _change(self, **changes: Any) -> None:
        self.edited.emit(self.lane.replace(**changes))

    def _toggle_details(self, shown: bool) -> None:
        self._details.parentWidget().setVisible(shown)


class LaneList(QWidget):
    """All lanes, and a button that adds another.

    Emits ``edited(lanes)`` with the whole new tuple.
    """

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._lanes: tuple[Lane, ...] = ()
        self._style: Style | None = None
        self.rows: list[LaneRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)
        self.add = QToolButton()
        self.add.setText("+ Add initialisation")
        self.add.setToolTip("Train the same network from one more initialisation (at most 8)")
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add.setSizePolicy(self.sizePolicy())
        self.add.setMenu(self._scheme_menu())
        self._column.addWidget(self.add)

    def set_experiment(self, experiment: Experiment) -> None:
        """Show the lanes of an experiment. A lane is known by its colour, and keeps its row."""
        self._lanes = experiment.lanes
        there = {row.lane.colour: row for row in self.rows}
        rows = [
            there.pop(lane.colour) if lane.colour in there else self._new_row(lane)
            for lane in self._lanes
        ]
        for row in there.values():
            retire(row, self._column)
        if rows != self.rows:
            self.rows = rows
            for place, row in enumerate(rows):
                self._column.insertWidget(place, row)
        for row, lane in zip(self.rows, self._lanes, strict=True):
            row.set_lane(lane)
            row.remove.setEnabled(len(self._lanes) > 1)
            if self._style:
                row.set_style(self._style)
        self.add.setEnabled(len(self._lanes) < MAX_LANES)

    def set_style(self, style: Style) -> None:
        """Colour the rows."""
        self._style = style
        for row in self.rows:
            row.set_style(style)

    def _new_row(self, lane: Lane) -> LaneRow:
        row = LaneRow(lane)
        row.edited.connect(lambda lane: self._replace(row, lane))
        row.remove_asked.connect(lambda: self._remove(row))
        row.move_asked.connect(lambda by: self._move(row, by))
        return row

    def _replace(self, row: LaneRow, lane: Lane) -> None:
        lanes = list(self._lanes)
        lanes[self.rows.index(row)] = lane
        self.edited.emit(tuple(lanes))

    def _remove(self, row: LaneRow) -> None:
        index = self.rows.index(row)
        self.edited.emit(self._lanes[:index] + self._lanes[index + 1 :])

    def _move(self, row: LaneRow, by: int) -> None:
        here = self.rows.index(row)
        there = here + by
        if 0 <= there < len(self._lanes):
            lanes = list(self._lanes)
            lanes[here], lanes[there] = lanes[there], lanes[here]
            self.edited.emit(tuple(lanes))
            row.scheme.control.setFocus()

    def move_focused(self, by: int) -> None:
        """Move the lane that has the keyboard focus up or down."""
        focused: QWidget | None = self.window().focusWidget()
        for row in self.rows:
            if focused is not None and row.isAncestorOf(focused):
                self._move(row, by)
                return

    def _scheme_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = ""
        for scheme in SCHEMES.values():
            if scheme.group != group:
                group = scheme.group
                menu.addSection(group)
            action = menu.addAction(scheme.label)
            action.setToolTip(scheme.tooltip())
            action.triggered.connect(lambda _=False, name=scheme.name: self._append(name))
        return menu

    def _append(self, scheme: str) -> None:
        self.edited.emit((*self._lanes, Lane(scheme=scheme)))


def _button(tip: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("flat", True)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


def _indented(column: QVBoxLayout, indent: int = 17) -> QVBoxLayout:
    """A column of its own inside ``column``, moved to the right, that can be hidden."""
    holder = QWidget()
    inner = QVBoxLayout(holder)
    inner.setContentsMargins(indent, 0, 0, 0)
    inner.setSpacing(4)
    column.addWidget(holder)
    return inner
