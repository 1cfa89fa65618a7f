"""The scene of a view, and what the mouse does on all of them."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QGraphicsScene

from initviz.views.panel import QWIDGETSIZE_MAX
from initviz.views.plot import Plot
from initviz.views.zoom import FIXED, SHARED, ZoomBox, Zooms

pg.setConfigOptions(imageAxisOrder="row-major", antialias=False)


class Canvas(pg.GraphicsLayoutWidget):
    """The scene of a view.

    Args:
        name: of the view: axes that it shares with no other are known by it.

    Signals:
        zoomed(bool): whether any axis shows less than the whole.
        double_clicked(): anywhere in it.
    """

    zoomed = Signal(bool)
    double_clicked = Signal()

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.name = name
        self.zooms = Zooms()
        self.zooms.moved.connect(self._zoom_moved)
        # The index remembers where items were by rectangles that pyqtgraph changes unannounced:
        # it would go on to paint items that are gone. There are too few of them to need one.
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMinimumSize(60, 60)
        # The plot's ground covers all of it: what lies behind need not be painted first.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.ci.layout.setContentsMargins(0, 0, 0, 0)
        self.ci.layout.setSpacing(4)

    def empty(self) -> None:
        """Empty the scene, and free its rows and columns of the sizes that they were given."""
        # An item that is being dragged would be told of the mouse also when it is gone.
        self.scene().dragItem = self.scene().lastHoverEvent = None
        self.ci.clear()
        layout = self.ci.layout
        for column in range(layout.columnCount()):
            layout.setColumnMinimumWidth(column, 0)
            layout.setColumnPreferredWidth(column, -1)
            layout.setColumnMaximumWidth(column, QWIDGETSIZE_MAX)
            layout.setColumnStretchFactor(column, 0)
        for row in range(layout.rowCount()):
            layout.setRowMinimumHeight(row, 0)
            layout.setRowPreferredHeight(row, -1)
            layout.setRowMaximumHeight(row, QWIDGETSIZE_MAX)
            layout.setRowStretchFactor(row, 0)

    def share(self, zooms: Zooms) -> None:
        """Zoom together with the other views that have been given these; call it before drawing."""
        self.zooms.moved.disconnect(self._zoom_moved)
        self.zooms = zooms
        zooms.moved.connect(self._zoom_moved)

    def add_box(self, row: int, column: int, x: str | None = None, y: str | None = None) -> ZoomBox:
        """An empty box without axes; see ``add_plot``."""
        box = ZoomBox(self.zooms, self.keys(row, column, x, y))
        self.addItem(box, row, column)
        return box

    def boxes(self) -> list[ZoomBox]:
        """What can be zoomed."""
        boxes = [item.vb if isinstance(item, Plot) else item for item in self.ci.items]
        return [box for box in boxes if isinstance(box, ZoomBox)]

    def is_zoomed(self) -> bool:
        """Whether any axis shows less than the whole."""
        return any(box.zoomed(axis) for box in self.boxes() for axis in (0, 1))

    def reset_axes(self) -> None:
        """Show the whole of every axis again."""
        self.zooms.reset({key for box in self.boxes() for key in box.keys})

    def keys(self, row: int, column: int, x: str | None, y: str | None) -> tuple[str, str]:
        """By which the axes of the plot in this place are known, see ``add_plot``."""

        def key(axis: str, meaning: str | None) -> str:
            if meaning in (*SHARED, FIXED):
                return str(meaning)
            return f"{self.name}: {axis} of {meaning or f'({row}, {column})'}"

        return key("x", x), key("y", y)

    def _zoom_moved(self, key: str) -> None:
        for box in self.boxes():
            box.follow(key)
        self.zoomed.emit(self.is_zoomed())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell of it: a view that is double clicked fills the page."""
        super().mouseDoubleClickEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()  # or the panel would take it as one of its own
            self.double_clicked.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Leave the menu to the panel."""
        event.ignore()
