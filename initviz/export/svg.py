"""Scalable Vector Graphics: text as text, curves as paths, every image embedded once.

Qt's own generator writes images again wherever they are drawn, and loses the clipping of plots;
pyqtgraph's exporter knows neither widgets nor items of one's own. This is a paint device, so that
whatever a painter draws on the screen comes out the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape
from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontInfo,
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTextItem,
    QTransform,
)

from initviz.export.figure import SCREEN_DPI
from initviz.export.paint import metric as density
from initviz.export.svg_words import (
    clip_words,
    fill_words,
    hatching,
    image_words,
    matrix_words,
    number,
    path_words,
    stroke_words,
)
from initviz.views.style import FONT_FAMILIES

Dirty = QPaintEngine.DirtyFlag


class SvgPaper(QPaintDevice):
    """A sheet that a painter can draw on; ``text`` gives the file's content.

    Args:
        size: width and height in the units that the painter draws in.
        width, height: the same with their unit, as a browser takes them, such as "85mm".
        title: what the picture shows, for those who cannot see it.
    """

    def __init__(self, size: QSizeF, width: str, height: str, title: str) -> None:
        super().__init__()
        self.size = size
        self._head = (width, height, title)
        of = QPaintDevice.PaintDeviceMetric
        # A painter asks thousands of times.
        self._answers: dict[QPaintDevice.PaintDeviceMetric, int] = {
            of.PdmWidth: math.ceil(size.width()),
            of.PdmHeight: math.ceil(size.height()),
            of.PdmWidthMM: round(size.width() * 25.4 / SCREEN_DPI),
            of.PdmHeightMM: round(size.height() * 25.4 / SCREEN_DPI),
            of.PdmNumColors: 2**24,
            of.PdmDepth: 32,
            of.PdmDevicePixelRatio: 1,
            of.PdmDevicePixelRatioScaled: 1 << 16,
            **{which: density(which) or 0
               for which in (of.PdmDpiX, of.PdmDpiY, of.PdmPhysicalDpiX, of.PdmPhysicalDpiY)},
        }  # fmt: skip
        self._engine = _Engine(QRectF(0, 0, size.width(), size.height()))

    def paintEngine(self) -> QPaintEngine:
        """What the painter hands its strokes to."""
        return self._engine

    def metric(self, which: QPaintDevice.PaintDeviceMetric) -> int:
        """The sheet's size and density."""
        return self._answers.get(which, 0)

    def text(self) -> str:
        """The whole file."""
        width, height, title = self._head
        view = f"0 0 {number(self.size.width())} {number(self.size.height())}"
        families = ", ".join(FONT_FAMILIES)
        return "\n".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>',
                '<svg xmlns="http://www.w3.org/2000/svg" '
                'xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
                f'width="{width}" height="{height}" viewBox="{view}" '
                f'font-family="{families}, sans-serif" text-rendering="geometricPrecision" '
                'stroke-miterlimit="2">',
                f"<title>{escape(readable(title))}</title>",
                *(["<defs>", *self._engine.shared, "</defs>"] if self._engine.shared else []),
                *self._engine.drawn(),
                "</svg>",
                "",
            ]
        )


class _Engine(QPaintEngine):
    """Turns a painter's strokes into elements, all in the sheet's own coordinates."""

    def __init__(self, sheet: QRectF) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.shared: list[str] = []
        self._sheet = sheet
        self._elements: list[tuple[str, str]] = []  # (name of the clip, element)
        self._names: dict[str, str] = {}  # what is defined once: its content → its name
        self._images: dict[tuple[int, ...], str] = {}
        self._pen, self._brush = QPen(), QBrush()
        self._transform = QTransform()
        self._clip: QRectF | QPainterPath = sheet
        self._clipping = False
        self._opacity = 1.0

    def drawn(self) -> list[str]:
        """All elements, those that are cut off alike in a group."""
        lines: list[str] = []
        group = ""
        for clip, element in self._elements:
            if clip != group:
                lines += ["</g>"] * bool(group)
                lines += [f'<g clip-path="url(#{clip})">'] * bool(clip)
                group = clip
            lines.append(element)
        return lines + ["</g>"] * bool(group)

    # --- what Qt asks of an engine ------------------------------------------------------------

    def begin(self, device: QPaintDevice) -> bool:
        self.setActive(True)
        return True

    def end(self) -> bool:
        self.setActive(False)
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:
        dirty = state.state()
        if dirty & Dirty.DirtyTransform:
            self._transform = QTransform(state.transform())
        if dirty & Dirty.DirtyPen:
            self._pen = QPen(state.pen())
        if dirty & Dirty.DirtyBrush:
            self._brush = QBrush(state.brush())
        if dirty & Dirty.DirtyOpacity:
            self._opacity = state.opacity()
        if dirty & Dirty.DirtyClipPath:
            self._cut(state.clipPath(), state.clipOperation())
        if dirty & Dirty.DirtyClipRegion:
            path = QPainterPath()
            path.addRegion(state.clipRegion())
            self._cut(path, state.clipOperation())
        if dirty & Dirty.DirtyClipEnabled:
            self._clipping = state.isClipEnabled()

    def drawPath(self, path: QPainterPath) -> None:
        self._draw(path, fill=True)

    def drawPolygon(
        self,
        points: Iterable[Any],
        mode: QPaintEngine.PolygonDrawMode,
    ) -> None:
        path = QPainterPath()
        path.addPolygon([QPointF(point) for point in points])
        open_ = mode is QPaintEngine.PolygonDrawMode.PolylineMode
        if not open_:
            path.closeSubpath()
        if mode is QPaintEngine.PolygonDrawMode.WindingMode:
            path.setFillRule(Qt.FillRule.WindingFill)
        self._draw(path, fill=not open_)

    def drawLines(self, lines: Iterable[Any]) -> None:
        path = QPainterPath()
        for line in lines:
            path.moveTo(QPointF(line.p1()))
            path.lineTo(QPointF(line.p2()))
        self._draw(path, fill=False)

    def drawRects(self, rects: Iterable[Any]) -> None:
        path = QPainterPath()
        for rect in rects:
            path.addRect(QRectF(rect))
        self._draw(path, fill=True)

    def drawEllipse(self, rect: QRectF | QRect) -> None:
        path = QPainterPath()
        path.addEllipse(QRectF(rect))
        self._draw(path, fill=True)

    def drawPoints(self, points: Iterable[Any]) -> None:
        path = QPainterPath()
        for point in points:
            path.moveTo(QPointF(point))
            path.lineTo(QPointF(point) + QPointF(0.01, 0))
        self._draw(path, fill=False)

    def drawTextItem(self, place: Any, item: QTextItem) -> None:
        text = item.text().replace("\u2028", "").strip("\n")
        if not text.strip():
            return
        font = QFont(item.font())
        size = QFontInfo(font).pixelSize() if font.pixelSize() <= 0 else font.pixelSize()
        # Its box, from the baseline.
        box = QRectF(place.x(), place.y() - item.ascent(), item.width(), 1.4 * item.ascent())
        clip = self._clip_for(self._transform.mapRect(box))
        if clip is None:
            return
        words = [fill_words(self._pen.color(), self._opacity)]
        if font.bold():
            words.append('font-weight="bold"')
        if font.italic():
            words.append('font-style="italic"')
        if "  " in text or text != text.strip():
            words.append('xml:space="preserve"')
        if self._transform.isRotating() or self._transform.m11() != self._transform.m22():
            where = f'transform="{matrix_words(self._transform)}" '
            x, y, scale = place.x(), place.y(), 1.0
        else:
            at = self._transform.map(place)
            where, x, y, scale = "", at.x(), at.y(), self._transform.m11()
        self._elements.append(
            (
                clip,
                f'<text {where}x="{number(x)}" y="{number(y)}" '
                f'font-size="{number(size * scale)}" {" ".join(filter(None, words))}>'
                f"{escape(readable(text), quote=False)}</text>",
            )
        )

    def drawPixmap(self, rect: Any, pixmap: QPixmap | QImage, source: Any) -> None:
        image = pixmap if isinstance(pixmap, QImage) else pixmap.toImage()
        self.drawImage(rect, image, source)

    def drawImage(
        self,
        rect: QRectF | QRect,
        image: QImage,
        source: QRectF | QRect,
        flags: Qt.ImageConversionFlag = Qt.ImageConversionFlag.AutoColor,
    ) -> None:
        rect, source = QRectF(rect), QRectF(source)
        part = source.toAlignedRect().intersected(image.rect())
        clip = self._clip_for(self._transform.mapRect(rect))
        if clip is None or part.isEmpty():
            return
        smooth = bool(self.painter().renderHints() & QPainter.RenderHint.SmoothPixmapTransform)
        key = (image.cacheKey(), smooth, part.x(), part.y(), part.width(), part.height())
        name = self._images.get(key)
        if name is None:
            piece = image if part == image.rect() else image.copy(part)
            name = self._images[key] = self._define("image", image_words(piece, smooth))
        to = QTransform(self._transform)
        to.translate(rect.x(), rect.y())
        to.scale(rect.width() / part.width(), rect.height() / part.height())
        opacity = f' opacity="{number(self._opacity)}"' if self._opacity < 1 else ""
        self._elements.append(
            (clip, f'<use xlink:href="#{name}" transform="{matrix_words(to)}"{opacity}/>')
        )

    # --- drawing ------------------------------------------------------------------------------

    def _draw(self, path: QPainterPath, *, fill: bool) -> None:
        """Fill and stroke a path in the painter's coordinates."""
        path = self._transform.map(path)
        stroke, width = stroke_words(self._pen, self._transform, self._opacity)
        filled = fill and self._brush.style() is not Qt.BrushStyle.NoBrush
        if not stroke and not filled:
            return
        clip = self._clip_for(path.controlPointRect(), width)
        if clip is None:
            return
        if filled and self._brush.style() is Qt.BrushStyle.BDiagPattern:
            lines = path_words(hatching(path.boundingRect()))
            colour = QColor(self._brush.color())
            pen, _ = stroke_words(QPen(colour, 1), QTransform(), self._opacity)
            self._elements.append((clip, f'<path d="{lines}" fill="none" {pen}/>'))
            filled = False
            if not stroke:
                return
        words = fill_words(self._brush.color(), self._opacity) if filled else 'fill="none"'
        rule = path.fillRule() is Qt.FillRule.OddEvenFill
        even = ' fill-rule="evenodd"' if filled and rule and path.elementCount() > 5 else ""
        data = path_words(path)
        if data:
            self._elements.append(
                (clip, f'<path d="{data}" {words}{even}{" " if stroke else ""}{stroke}/>')
            )

    def _cut(self, path: QPainterPath, operation: Qt.ClipOperation) -> None:
        """Draw only inside of a path from now on."""
        if operation is Qt.ClipOperation.NoClip:
            self._clip, self._clipping = self._sheet, False
            return
        path = self._transform.map(path)
        before = self._clip if self._clipping else self._sheet
        if operation is Qt.ClipOperation.ReplaceClip:
            before = self._sheet
        box = path.boundingRect()
        outline = _rectangle(box)
        if isinstance(before, QRectF) and (path.isEmpty() or (path.subtracted(outline).isEmpty()
                                           and outline.subtracted(path).isEmpty())):  # fmt: skip
            self._clip = box.intersected(before)
        else:
            held = before if isinstance(before, QPainterPath) else _rectangle(before)
            self._clip = path.intersected(held)
        self._clipping = True

    def _clip_for(self, box: QRectF, width: float = 0.0) -> str | None:
        """The name of the clip that something needs; "" for none, None if nothing is seen."""
        clip = self._clip if self._clipping else self._sheet
        reach = width / 2 + 0.5
        box = box.adjusted(-reach, -reach, reach, reach)
        bounds = clip if isinstance(clip, QRectF) else clip.boundingRect()
        if not bounds.intersects(box):
            return None
        within = clip.adjusted(-1, -1, 1, 1) if isinstance(clip, QRectF) else clip
        if within.contains(box):
            return ""
        return self._define("clip", clip_words(clip))

    def _define(self, kind: str, words: str) -> str:
        """The name of something that is written once, however often it is used."""
        if words not in self._names:
            name = f"{kind}{sum(n.startswith(kind) for n in self._names.values()) + 1}"
            self._names[words] = name
            self.shared.append(words.replace("NAME", name, 1))
        return self._names[words]


def _rectangle(box: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(box)
    return path


def readable(text: str) -> str:
    """The text without control characters, which no XML may hold."""
    return "".join(sign if sign.isprintable() or sign == " " else "\ufffd" for sign in text)
