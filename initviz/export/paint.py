"""Painting a view or a page with any painter: on pixels, on a PDF's paper, on an SVG's sheet.

Widgets cannot be painted on paper: Qt would make a picture of pixels of them. What a panel shows
is little, though: a frame, two lines of words, and a scene, which paints on anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QPaintDevice, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QLabel, QWidget

from initviz.views.focus_bar import FocusBar
from initviz.views.panel import Panel
from initviz.views.style import SMALL_SIZE, Style

CORNER = 6.0
"""The radius of a panel's corners, as on the screen."""

SHORTEST = 40
"""Pixels under which a letter and an ellipsis would be all that is left of words."""


class Drawable(Protocol):
    """A view or a page."""

    @property
    def widget(self) -> QWidget: ...

    @property
    def look(self) -> Style: ...

    @property
    def caption(self) -> str: ...

    def set_line(self, factor: float) -> None: ...


@contextmanager
def bare(what: Drawable, line: float = 1.0, *, vector: bool = False) -> Iterator[None]:
    """What is drawn as it is in a picture: no buttons, sharp at every size.

    Args:
        what: a view or a page.
        line: factor on the width of lines, see ``Style.line``.
        vector: whether points become shapes, which the screen draws from pictures of them.
    """
    widget, look = what.widget, what.look
    panels = panels_of(widget)
    bars = [bar for bar in widget.findChildren(FocusBar) if bar.isVisibleTo(widget)]
    tools = [panel for panel in panels if panel.tools_shown]
    rescaled = line != look.line
    items = [item for view in widget.findChildren(QGraphicsView) for item in view.scene().items()]
    # What the screen keeps of an item has the screen's pixels, and would be enlarged.
    kept = [
        (item, item.cacheMode())
        for item in items
        if item.cacheMode() is not QGraphicsItem.CacheMode.NoCache
    ]
    axes = [(item, item.pen()) for item in items if isinstance(item, pg.AxisItem)]
    outlined = [
        (item, QPen(item.opts["pen"]))
        for item in items
        if vector and line != 1 and isinstance(item, pg.ScatterPlotItem)
    ]
    exported = [item for item in items if hasattr(item, "setExportMode")] if vector else []
    try:
        for panel in tools:
            panel.show_tools(False)
        for bar in bars:
            bar.hide()
        if tools or bars:
            settle(widget)
        if rescaled:
            what.set_line(line)
        for item, _ in kept:
            item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        for axis, pen in axes:
            wide = QPen(pen)
            wide.setWidthF((pen.widthF() or 1.0) * line * look.stroke)
            axis.setPen(wide)
        for points, pen in outlined:
            points.setPen(pg.mkPen(pen.color(), width=pen.widthF() * line))
        for item in exported:
            item.setExportMode(True, {"antialias": True, "resolutionScale": 1.0})
        yield
    finally:
        for item in exported:
            item.setExportMode(False)
        for points, pen in outlined:
            points.setPen(pen)
        for axis, pen in axes:
            axis.setPen(pen)
        for item, mode in kept:
            item.setCacheMode(mode)
        if rescaled:
            what.set_line(look.line)
        for bar in bars:
            bar.show()
        for panel in tools:
            panel.show_tools(True)


def paint(what: Drawable, painter: QPainter, ground: bool = True) -> None:
    """Paint a view or a page at its own size, from the painter's origin; see ``bare``.

    Args:
        what: a view or a page.
        painter: of whatever it is to be on.
        ground: whether there is anything below the plots.
    """
    widget, look = what.widget, what.look
    if ground:
        painter.fillRect(QRectF(widget.rect()), QColor(look.window))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for panel in panels_of(widget):
        if panel is not widget and not panel.isVisibleTo(widget):
            continue
        painter.save()
        painter.translate(QPoint() if panel is widget else panel.mapTo(widget, QPoint()))
        _paint_panel(panel, look, painter, ground)
        painter.restore()


def metric(which: QPaintDevice.PaintDeviceMetric) -> int | None:
    """What paper says of its density; None for other questions.

    It has that of the screen, whatever its units are: pyqtgraph records axes for the screen, and
    Qt would play them back larger or smaller.
    """
    of = QPaintDevice.PaintDeviceMetric
    if which in (of.PdmDpiX, of.PdmDpiY, of.PdmPhysicalDpiX, of.PdmPhysicalDpiY):
        screen = QGuiApplication.primaryScreen()
        return round(screen.logicalDotsPerInch()) if screen else 96
    return None


def panels_of(widget: QWidget) -> list[Panel]:
    """The panels of a page, or the one that a view is."""
    return [widget] if isinstance(widget, Panel) else widget.findChildren(Panel)


def _paint_panel(panel: Panel, look: Style, painter: QPainter, ground: bool) -> None:
    framed = ground and look.panel != look.window
    if framed:
        painter.setPen(QPen(QColor(look.border), 1))
        painter.setBrush(QColor(look.panel))
        frame = QRectF(panel.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, CORNER, CORNER)
    _paint_words(panel, panel.title, look, painter)
    _paint_words(panel, panel.subtitle, look, painter)
    if panel.key.isVisibleTo(panel):
        painter.save()
        painter.translate(panel.key.mapTo(panel, QPoint()))
        panel.key.paint(painter)
        painter.restore()
    for canvas in panel.findChildren(QGraphicsView):
        at = canvas.viewport().mapTo(panel, QPoint())
        place = QRectF(at, canvas.viewport().size())
        behind = canvas.backgroundBrush()
        canvas.setBackgroundBrush(QBrush(Qt.BrushStyle.NoBrush))
        # Items that set no brush count on a painter without one.
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen())
        painter.setRenderHints(painter.renderHints(), on=False)
        # Lossless: a PDF would make JPEGs of images.
        hints = canvas.renderHints() | QPainter.RenderHint.LosslessImageRendering
        painter.setRenderHints(hints)
        try:
            canvas.render(painter, place, canvas.viewport().rect())
        finally:
            canvas.setBackgroundBrush(behind)


def _paint_words(panel: Panel, label: QLabel, look: Style, painter: QPainter) -> None:
    """A title or a subtitle, where it stands on the screen."""
    title = label is panel.title
    if not label.text() or (not title and label.width() < SHORTEST):
        return
    font = look.font(bold=True) if title else look.font(SMALL_SIZE)
    place = QRectF(label.mapTo(panel, QPoint()), label.size())
    painter.setFont(font)
    painter.setPen(QColor(look.text if title else look.muted))
    metrics = painter.fontMetrics()
    words = label.text()
    if not title:
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, label.width())
    painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)


def settle(widget: QWidget) -> None:
    """Let what is left take the room of what is hidden, without a screen or an event loop."""
    widget.grab(QRect(0, 0, 1, 1))
