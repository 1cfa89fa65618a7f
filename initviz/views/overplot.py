"""What an item has that lies over all of a plot, however the plot is zoomed."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF


class OverPlot(pg.GraphicsObject):
    """An item over all that is seen of a plot; it has no say in the plot's ranges."""

    def viewRangeChanged(self) -> None:
        """The item is as large as what is seen of the plot."""
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        """All that the view shows."""
        return QRectF(self.viewRect() or QRectF())

    def dataBounds(self, *_: object, **__: object) -> None:
        """The views set their own ranges."""
