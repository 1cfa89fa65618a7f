"""A plot: a box for what is drawn, axes around it, and a title."""

from __future__ import annotations

from collections.abc import Mapping

import pyqtgraph as pg
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsItem, QSizePolicy

PLACES = {"top": (1, 1), "bottom": (3, 1), "left": (2, 0), "right": (2, 2)}
"""Row and column of every axis; the box stands in row 2 and column 1, the title above all."""


class Plot(pg.GraphicsWidget):
    """What ``pg.PlotItem`` is to look at, without its menus.

    Those are 45 hidden widgets for every plot, made with it whether anybody opens them or not, and
    a new style sheet goes through all of them: changing the theme took twice as long.

    Args:
        box: what things are drawn in.
        axes: by their sides, all to be seen.

    Attributes:
        vb: the box, by pyqtgraph's name for it.
        layout: the rows and columns that the parts stand in.
        titleLabel: the title, as high as its row; hidden until there is one.
    """

    def __init__(self, box: pg.ViewBox, axes: Mapping[str, pg.AxisItem]) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.vb = box
        self.layout = QGraphicsGridLayout()
        self.layout.setContentsMargins(1, 1, 1, 1)
        self.layout.setHorizontalSpacing(0)
        self.layout.setVerticalSpacing(0)
        self.setLayout(self.layout)
        self.layout.addItem(box, 2, 1)
        self.titleLabel = pg.LabelItem("", parent=self)
        self.layout.addItem(self.titleLabel, 0, 1)
        self.titleLabel.setVisible(False)
        self.titleLabel.setMaximumHeight(0)
        for row in range(4):
            self.layout.setRowPreferredHeight(row, 0)
            self.layout.setRowMinimumHeight(row, 0)
            self.layout.setRowStretchFactor(row, 100 if row == 2 else 1)
        for column in range(3):
            self.layout.setColumnPreferredWidth(column, 0)
            self.layout.setColumnMinimumWidth(column, 0)
            self.layout.setColumnStretchFactor(column, 100 if column == 1 else 1)
        self.layout.setRowFixedHeight(0, 0)
        for side in PLACES.keys() - axes.keys():  # or they would have a hundredth of the room
            row, column = PLACES[side]
            if side in ("left", "right"):
                self.layout.setColumnFixedWidth(column, 0)
            else:
                self.layout.setRowFixedHeight(row, 0)
        self._axes = dict(axes)
        for side, axis in self._axes.items():
            axis.linkToView(box)
            self.layout.addItem(axis, *PLACES[side])
            axis.setZValue(0.5)  # above images
            axis.setFlag(QGraphicsItem.GraphicsItemFlag.ItemNegativeZStacksBehindParent)

    def getAxis(self, side: str) -> pg.AxisItem:
        """The axis at a side."""
        return self._axes[side]

    def showAxis(self, side: str, show: bool = True) -> None:
        """Show or hide the axis at a side."""
        self._axes[side].setVisible(show)

    def hideAxis(self, side: str) -> None:
        """Hide the axis at a side."""
        self._axes[side].hide()

    def showGrid(self, *, x: bool = False, y: bool = False, alpha: float) -> None:
        """Draw lines behind the data at the ticks of the axes, as opaque as ``alpha`` says."""
        for side, axis in self._axes.items():
            axis.setGrid(int(255 * alpha) if (y if side in ("left", "right") else x) else False)

    def setTitle(self, text: str, **more: object) -> None:
        """Put a title above the box."""
        self.titleLabel.setMaximumHeight(30)
        self.layout.setRowFixedHeight(0, 30)
        self.titleLabel.setVisible(True)
        self.titleLabel.setText(text, **more)

    def addItem(self, item: QGraphicsItem, ignoreBounds: bool = False) -> None:
        """Draw an item in the box."""
        self.vb.addItem(item, ignoreBounds=ignoreBounds)

    def setRange(self, *args: object, **more: object) -> None:
        """Show a range of both axes."""
        self.vb.setRange(*args, **more)

    def setXRange(self, low: float, high: float, **more: object) -> None:
        """Show a range of the horizontal axis."""
        self.vb.setXRange(low, high, **more)

    def setYRange(self, low: float, high: float, **more: object) -> None:
        """Show a range of the vertical axis."""
        self.vb.setYRange(low, high, **more)

    def invertY(self, inverted: bool = True) -> None:
        """Let the vertical axis run downwards."""
        self.vb.invertY(inverted)


def bare_plot(canvas: pg.GraphicsLayoutWidget, row: int, column: int, rows: int = 1) -> Plot:
    """A plot with an axis at its right only, such as a colour bar, that nobody moves."""
    box = pg.ViewBox(enableMenu=False, enableMouse=False)
    plot = Plot(box, {"right": pg.AxisItem("right")})
    canvas.addItem(plot, row, column, rowspan=rows)
    return plot
