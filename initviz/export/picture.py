"""Pictures: any panel or page as PNG, SVG or PDF, drawn by the same code as on the screen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter

from initviz.export.figure import INCH, PRINT_DPI, SCREEN_DPI, Figure, Millimetres
from initviz.export.paint import Drawable as Drawable
from initviz.export.paint import bare, paint
from initviz.export.paint import metric as density
from initviz.export.svg import SvgPaper
from initviz.reasons import not_written
from initviz.views.style import STYLES, Style
from initviz.whole import whole

SCALES = (1, 2, 4)


class PictureError(OSError):
    """A picture that could not be written; the message says why."""


def style_of(figure: Figure) -> Style:
    """The look of a picture, with its own ground."""
    style = STYLES[figure.theme]
    if figure.ground == "white":
        return dataclasses.replace(style, window="#ffffff", panel="#ffffff")
    return style


def draw(what: Drawable, scale: float = 1.0) -> QImage:
    """A view or a page as an image of ``scale`` times its size, without buttons.

    Text and curves are drawn anew for the size, not enlarged.
    """
    return _image(what, what.widget.size() * scale, scale)


def preview(what: Drawable, figure: Figure, room: QSize | None) -> QImage:
    """What ``encode`` would draw, as an image that fits into so many pixels; None for all."""
    layout = figure.size.layout
    scale = 2.0
    if room is not None:
        scale = min(room.width() / layout[0], room.height() / layout[1], 4.0)
    size = QSize(*(max(1, round(side * scale)) for side in layout))
    return _image(what, size, scale, ground=figure.ground != "transparent", fine=True)


def encode(what: Drawable, figure: Figure) -> bytes:
    """A view or a page, which has the figure's layout and style, as the content of a file.

    Raises:
        PictureError: if the picture cannot be encoded, as where there is no memory for it.
    """
    return WRITERS[figure.format](what, figure)


def save(data: bytes, path: Path) -> None:
    """Write a file; one of that name is replaced only by a whole new one.

    Raises:
        PictureError: if the disk is full, the folder is missing or may not be written to.
    """
    try:
        with whole(path) as file:
            file.write(data)
    except OSError as error:
        raise PictureError(f"{path}: {not_written(error)}") from error


def _png(what: Drawable, figure: Figure) -> bytes:
    size = figure.size
    ground = figure.ground != "transparent"
    image = _image(what, QSize(*size.pixels), size.scale, ground=ground, fine=True)
    image.setDotsPerMeterX(round(size.dpi * 1000 / INCH))
    image.setDotsPerMeterY(round(size.dpi * 1000 / INCH))
    image.setText("Software", "initviz")
    return _png_bytes(image, figure.what)


def _svg(what: Drawable, figure: Figure) -> bytes:
    units = _units(figure)
    sheet = SvgPaper(units, *figure.size.words, title=_title(what))
    with bare(what, vector=True):
        painter = QPainter(sheet)
        try:
            paint(what, painter, figure.ground != "transparent")
        finally:
            painter.end()
    return sheet.text().encode()


def _pdf(what: Drawable, figure: Figure) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = _Paper(buffer)
    writer.setTitle(_title(what))
    writer.setCreator("initviz")
    # One unit of the paper is one pixel of the layout, which points and fonts are made for.
    writer.setResolution(_per_inch(figure))
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    writer.setPageSize(QPageSize(QSizeF(*figure.size.points), QPageSize.Unit.Point, "", exact))
    writer.setPageMargins(QMarginsF())
    with bare(what, vector=True):
        painter = QPainter(writer)
        try:
            paint(what, painter, figure.ground != "transparent")
        finally:
            painter.end()
    return bytes(buffer.data().data())


class _Paper(QPdfWriter):
    """A PDF's page; see ``density``."""

    def metric(self, which: QPaintDevice.PaintDeviceMetric) -> int:
        dpi = density(which)
        return super().metric(which) if dpi is None else dpi


WRITERS: Mapping[str, Callable[[Drawable, Figure], bytes]] = {
    "png": _png,
    "svg": _svg,
    "pdf": _pdf,
}
"""How each of ``FORMATS`` is written."""


def _image(
    what: Drawable, size: QSize, scale: float, *, ground: bool = True, fine: bool = False
) -> QImage:
    """``fine`` draws every point anew, which takes longer."""
    image = QImage(size, QImage.Format.Format_ARGB32)
    if image.isNull() and not size.isEmpty():
        raise PictureError(f"no memory for {size.width()} × {size.height()} pixels")
    image.setDevicePixelRatio(scale)
    image.fill(QColor(what.look.window) if ground else QColor(0, 0, 0, 0))
    with bare(what, scale, vector=fine):
        painter = QPainter(image)
        try:
            paint(what, painter, ground)
        finally:
            painter.end()  # before the image goes: Qt crashes otherwise
    return image


def _png_bytes(image: QImage, name: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise PictureError(f"{name}: the picture cannot be encoded")
    return bytes(buffer.data().data())


def _per_inch(figure: Figure) -> int:
    return PRINT_DPI if isinstance(figure.size, Millimetres) else SCREEN_DPI


def _units(figure: Figure) -> QSizeF:
    """Width and height in pixels of the layout, with their fractions."""
    width, height = (points * _per_inch(figure) / 72 for points in figure.size.points)
    return QSizeF(width, height)


def _title(what: Drawable) -> str:
    """What the picture shows, for those who read the file."""
    return f"initviz: {what.caption}"
