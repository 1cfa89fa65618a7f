"""Pictures: any panel or page as PNG, sharp at any scale."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QBuffer, QIODevice, QPoint
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QWidget

from initviz.views.panel import Panel
from initviz.views.style import Style
from initviz.whole import whole

SCALES = (1, 2, 4)


class PictureError(OSError):
    """A picture that could not be written; the message says why."""


class Drawable(Protocol):
    """A view or a page."""

    @property
    def widget(self) -> QWidget: ...

    @property
    def look(self) -> Style: ...

    def set_line(self, factor: float) -> None: ...


def draw(what: Drawable, scale: float = 1.0) -> QImage:
    """A view or a page as an image of ``scale`` times its size, without the panels' buttons.

    Text and curves are drawn anew for the size, not enlarged.
    """
    widget, look = what.widget, what.look
    image = QImage(widget.size() * scale, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(look.window))
    panels = [widget] if isinstance(widget, Panel) else widget.findChildren(Panel)
    rescaled = scale != look.line
    for panel in panels:
        panel.show_tools(False)
    if rescaled:
        what.set_line(scale)
    # What the screen keeps of an item has the screen's pixels, and would be enlarged.
    kept = [
        (item, item.cacheMode())
        for view in widget.findChildren(QGraphicsView)
        for item in view.scene().items()
        if item.cacheMode() is not QGraphicsItem.CacheMode.NoCache
    ]
    for item, _ in kept:
        item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
    painter = QPainter(image)
    try:
        widget.render(painter, QPoint())
    finally:
        painter.end()  # before the image goes: Qt crashes otherwise
        for item, mode in kept:
            item.setCacheMode(mode)
        if rescaled:
            what.set_line(look.line)
        for panel in panels:
            panel.show_tools(True)
    return image


def save_png(image: QImage, path: Path) -> None:
    """Write an image; a file of that name is replaced only by a whole new one.

    Raises:
        PictureError: if the disk is full, the folder is missing or may not be written to.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise PictureError(f"{path.name}: the picture cannot be encoded")
    try:
        with whole(path) as file:
            file.write(buffer.data().data())
    except OSError as error:
        raise PictureError(f"{path}: {error.strerror or error}") from error
