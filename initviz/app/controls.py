"""The left panel: every setting of the experiment, made from its declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from initviz.app.fields import LABEL_WIDTH, Field
from initviz.app.lanes import LaneList
from initviz.app.sliders import ShapeSliders
from initviz.app.thumbnails import Thumbnails
from initviz.catalog.datasets import DATASETS
from initviz.catalog.datasets.own import file_of
from initviz.experiment import DataSettings, Experiment, ExperimentError
from initviz.views.combo import Combo
from initviz.views.retire import retire
from initviz.views.style import Style

WIDTH = 232
OWN_DATA = "csv"
NETWORK = ("hidden", "activation")
TRAINING = ("optimiser", "learning_rate", "batch_size", "epochs", "l2", "seed")
MACHINE = ("precision", "device")


class Controls(QFrame):
    """Emits ``edited(experiment)`` for every valid change; refused ones stay in their field.

    ``file_asked()`` asks for a file of the user's own.
    """

    edited = Signal(object)
    file_asked = Signal()

    def __init__(self, experiment: Experiment) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.setFixedWidth(WIDTH)
        self.experiment = experiment
        self.fields: dict[str, Field] = {}
        self.data_fields: dict[str, Field] = {}
        self._dataset = ""
        inner = QWidget()
        inner.setProperty("bare", True)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(10, 8, 8, 8)
        self._column.setSpacing(4)
        self._section("Data")
        self.dataset = Field(DataSettings.parameters()["dataset"])
        self.dataset.edited.connect(lambda name: self._change(data={"dataset": name}))
        self._column.addWidget(self.dataset)
        assert isinstance(self.dataset.control, Combo)
        self.thumbnails = Thumbnails(self.dataset.control)
        self.dataset.control.opened.connect(self.thumbnails.start)
        self.file = QPushButton()
        self.file.setProperty("remedy", True)
        self.file.setToolTip("Choose a CSV file, and the column to predict (Ctrl+D)")
        self.file.clicked.connect(lambda _=False: self.file_asked.emit())
        self._column.addWidget(self.file)
        self._data_column = QVBoxLayout()
        self._data_column.setSpacing(4)
        self._column.addLayout(self._data_column)
        self._section("Network")
        self._add_fields(NETWORK[:1])
        self.shape = ShapeSliders(LABEL_WIDTH)
        self.shape.slid.connect(self.fields["hidden"].take)
        self._column.addWidget(self.shape)
        self._add_fields(NETWORK[1:])
        self._section("Initialisations")
        self.lanes = LaneList()
        self.lanes.edited.connect(lambda lanes: self._change(lanes=lanes))
        self._column.addWidget(self.lanes)
        self._section("Training")
        self._add_fields(TRAINING)
        self._section("Machine")
        self._add_fields(MACHINE)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setProperty("bare", True)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        self.set_experiment(experiment)

    def set_experiment(self, experiment: Experiment) -> None:
        """Show an experiment; nothing is emitted, and what is half typed elsewhere stays."""
        self.experiment = experiment
        self.dataset.set_value(experiment.data.dataset)
        self._show_file(experiment.data)
        if experiment.data.dataset != self._dataset:
            self._rebuild_data(experiment.data.dataset)
        for name, field in self.data_fields.items():
            field.set_value(experiment.data.values[name])
        for name, field in self.fields.items():
            field.set_value(getattr(experiment, name))
        self.shape.show_sizes(experiment.hidden)
        self.lanes.set_experiment(experiment)

    @property
    def typing(self) -> object | None:
        """What tells the typing in a field from all other, None while nobody types."""
        focused: QWidget | None = self.window().focusWidget()
        field = focused.parentWidget() if focused is not None else None
        return field.typing if isinstance(field, Field) else None

    def settle(self) -> None:
        """Take what is typed as it is; refused text gives way to the values that hold."""
        for field in self.findChildren(Field):
            field.settle()

    def _show_file(self, data: DataSettings) -> None:
        """Name the file and the target of people's own data, on the button that opens another."""
        own = data.dataset == OWN_DATA
        self.file.setVisible(own)
        if own:
            self.file.setText(f"{file_of(data.values).name} → {data.facts.target} …")

    def set_style(self, style: Style) -> None:
        """Colour the lanes' marks and the lists' pictures, and make room for the text."""
        self.setFixedWidth(style.px(WIDTH))
        self.lanes.set_style(style)
        self.thumbnails.set_style(style)

    def _section(self, title: str) -> None:
        label = QLabel(title.upper())
        label.setProperty("section", True)
        if self._column.count():
            self._column.addSpacing(8)
        self._column.addWidget(label)

    def _add_fields(self, names: Iterable[str]) -> None:
        declared = Experiment.parameters()
        for name in names:
            field = Field(declared[name])
            field.edited.connect(self._setter(field, name))
            self.fields[name] = field
            self._column.addWidget(field)

    def _rebuild_data(self, dataset: str) -> None:
        self._dataset = dataset
        for field in self.data_fields.values():
            retire(field, self._data_column)
        self.data_fields = {}
        for parameter in DATASETS[dataset].parameters:
            if parameter.hidden:
                continue
            field = Field(parameter)
            field.edited.connect(self._data_setter(field, parameter.name))
            self.data_fields[parameter.name] = field
            self._data_column.addWidget(field)

    def _setter(self, field: Field, name: str) -> Callable[[Any], None]:
        return lambda value: self._change(field, **{name: value})

    def _data_setter(self, field: Field, name: str) -> Callable[[Any], None]:
        def set_value(value: Any) -> None:
            data = self.experiment.data
            values = {**data.values, name: value}
            self._change(field, data={"dataset": data.dataset, "values": values})

        return set_value

    def _change(self, source: Field | None = None, /, **changes: Any) -> None:
        try:
            experiment = self.experiment.replace(**changes)
        except ExperimentError as error:
            # Each value is fine by itself, the whole is not: say so where it was changed.
            if source is None:
                self.fields["hidden"].show_cure(str(error))
            else:
                source.refuse(str(error))
            return
        self.edited.emit(experiment)
