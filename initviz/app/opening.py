"""Opening one's own data: read in a thread, look at it, choose what to predict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from initviz.app.job import LOOK_MS, Job
from initviz.app.room import fit_to_screen
from initviz.catalog.datasets.csv_file import Table, read_table
from initviz.catalog.datasets.own import how_read, missing_rows, own_values, prepare, suits_classes
from initviz.experiment import DataSettings
from initviz.views.checkbox import CheckBox
from initviz.views.combo import Combo

MOST_SHOWN = 30
"""Columns in the preview."""


class OpenData(QDialog):
    """Shows a CSV file and asks for the column to predict; ``settings`` is the answer.

    Args:
        path: the file; it is read at once, in a thread.
        parent: the window.
    """

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.table: Table | None = None
        self.settings: DataSettings | None = None
        self._missing = 0
        self.setWindowTitle(f"Open data: {path.name}")
        fit_to_screen(self, QSize(720, 460))
        self.words = QLabel(f"Reading {path.name} …")
        self.words.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.preview = QTableWidget()
        self.preview.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.preview.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.preview.verticalHeader().hide()
        self.target = Combo()
        self.target.setToolTip("The column that the network learns to predict from all others")
        self.target.currentIndexChanged.connect(self._target_chosen)
        self.task = Combo()
        self.task.addItem("classes", True)
        self.task.addItem("a number", False)
        self.task.setToolTip("Whether its values are names of classes, or a size (a regression)")
        self.task.currentIndexChanged.connect(lambda _: self._say_how())
        self.reading = QLabel()
        self.reading.setWordWrap(True)
        self.reading.setTextFormat(Qt.TextFormat.PlainText)
        self.drop = CheckBox()
        self.drop.toggled.connect(lambda _: self._update())
        self.problem = QLabel()
        self.problem.setProperty("cure", True)
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.confirm = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.confirm.setText("Open")
        self.cancel = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        for button in (self.confirm, self.cancel):
            button.setIcon(QIcon())
            button.setAutoDefault(False)
        self.confirm.setDefault(True)  # Return opens, wherever the keyboard is
        self.buttons.accepted.connect(self._prepare)
        self.buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow("Predict", self.target)
        form.addRow("It is", self.task)
        form.addRow("", self.drop)
        column = QVBoxLayout(self)
        for widget in (self.words, self.progress, self.preview):
            column.addWidget(widget)
        column.addLayout(form)
        column.addWidget(self.reading)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.drop.hide()
        self.reading.hide()
        self.problem.hide()
        self._done: Callable[[Any], None] = self._read
        self._job = Job(lambda cancelled: read_table(path, cancelled))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)
        self._update()

    def done(self, result: int) -> None:
        """Close, and end whatever is still being read."""
        self._timer.stop()
        self._job.cancel()
        super().done(result)

    def _look(self) -> None:
        if not self._job.done:
            return
        self._timer.stop()
        self.progress.hide()
        if self._job.error:
            self.problem.setText(self._job.error)
            self.problem.show()
            if self.table is None:
                self.words.setText("This file cannot be used.")
        elif self._job.result is not None:
            self._done(self._job.result)
        self._update()
        if self.target.isEnabled():  # meanwhile it could not have the keyboard
            self.target.setFocus()

    def _read(self, table: Table) -> None:
        self.table = table
        self._missing = int(missing_rows(table).sum())
        texts = [column.name for column in table.columns if column.kind == "text"]
        left = f" Left out, since they are neither numbers nor categories: {', '.join(texts)}."
        self.words.setText(
            f"{len(table.lines):,} rows, {len(table.columns)} columns.{left if texts else ''}"
        )
        self._fill_preview(table)
        for column in table.columns:
            if column.kind != "text":
                self.target.addItem(f"{column.name}  ({column.kind})", column.name)
        self.target.setCurrentIndex(self.target.count() - 1)
        if self._missing:
            rows = "row" if self._missing == 1 else "rows"
            self.drop.setText(f"Leave out the {self._missing:,} {rows} with missing values")
            self.drop.show()

    def _fill_preview(self, table: Table) -> None:
        columns = table.columns[:MOST_SHOWN]
        self.preview.setColumnCount(len(columns))
        self.preview.setRowCount(len(table.preview))
        self.preview.setHorizontalHeaderLabels([column.name for column in columns])
        for row, values in enumerate(table.preview):
            for place, value in enumerate(values[:MOST_SHOWN]):
                self.preview.setItem(row, place, QTableWidgetItem(value))
        header = self.preview.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def _target_chosen(self, _: int) -> None:
        if self.table is None or self.target.currentData() is None:
            return
        column = self.table.column(self.target.currentData())
        self.task.setCurrentIndex(0 if suits_classes(column) else 1)
        self.task.setEnabled(column.numbers is not None)
        self.problem.hide()
        self._say_how()
        self._update()

    def _say_how(self) -> None:
        """How each column is read, so that a column that was misread is seen."""
        if self.table is not None and self.target.currentData() is not None:
            target, classes = str(self.target.currentData()), bool(self.task.currentData())
            self.reading.setText(f"Read as {how_read(self.table, target, classes=classes)}.")
            self.reading.show()

    def _update(self) -> None:
        """What can be pressed now."""
        reading = not self._job.done
        usable = self.table is not None and self.target.count() > 0
        for widget in (self.target, self.drop):
            widget.setEnabled(usable and not reading)
        answered = not self._missing or self.drop.isChecked()
        self.confirm.setEnabled(usable and not reading and answered)
        self.confirm.setToolTip("" if answered else "Say first that the rows may be left out")

    def _prepare(self) -> None:
        table, target = self.table, str(self.target.currentData())
        assert table is not None
        classes, drop = bool(self.task.currentData()), self.drop.isChecked()

        def work(_: Callable[[], bool]) -> DataSettings:
            prepared = prepare(table, target, classes=classes, drop_missing=drop)
            values = own_values(self.path, table, target, prepared, drop_missing=drop)
            return DataSettings(dataset="csv", values=values)

        self.problem.hide()
        self.progress.show()
        self._done = self._finish
        self._job = Job(work)
        self._timer.start(LOOK_MS)
        self._update()

    def _finish(self, settings: DataSettings) -> None:
        self.settings = settings
        self.accept()
