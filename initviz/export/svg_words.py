"""How an SVG file says things: numbers, colours, pens, paths and images as attributes."""

from __future__ import annotations

import math
from base64 import b64encode

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainterPath, QPen, QTransform

FARTHEST = 1e5
"""Places beyond are drawn here: exploding curves reach further than renderers can count."""

HATCH = 8.0
"""Distance of the lines of a hatching, as Qt draws it."""

HAIRLINE = 1.0
"""Width of a pen of width 0."""

CAPS = {Qt.PenCapStyle.RoundCap: "round", Qt.PenCapStyle.SquareCap: "square"}
JOINS = {Qt.PenJoinStyle.RoundJoin: "round", Qt.PenJoinStyle.BevelJoin: "bevel"}

MOVE, LINE, CURVE = (
    QPainterPath.ElementType.MoveToElement,
    QPainterPath.ElementType.LineToElement,
    QPainterPath.ElementType.CurveToElement,
)


def number(value: float, digits: int = 2) -> str:
    """A number without what does not count."""
    text = f"{min(max(value, -FARTHEST), FARTHEST):.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def matrix_words(transform: QTransform) -> str:
    """A transformation."""
    t = transform
    turn = " ".join(number(v, 6) for v in (t.m11(), t.m12(), t.m21(), t.m22()))
    return f"matrix({turn} {number(t.dx())} {number(t.dy())})"


def fill_words(colour: QColor, opacity: float) -> str:
    """A colour to fill with."""
    return _colour("fill", colour, opacity)


def _colour(what: str, colour: QColor, opacity: float) -> str:
    opaque = colour.alphaF() * opacity
    faint = f' {what}-opacity="{number(opaque, 3)}"' if opaque < 0.999 else ""
    return f'{what}="{colour.name()}"{faint}'


def stroke_words(pen: QPen, transform: QTransform, opacity: float) -> tuple[str, float]:
    """A pen, and its width; "" and 0 for one that draws nothing."""
    if pen.style() is Qt.PenStyle.NoPen or pen.brush().style() is Qt.BrushStyle.NoBrush:
        return "", 0.0
    width = pen.widthF() or HAIRLINE
    if not pen.isCosmetic():
        width *= math.sqrt(abs(transform.determinant()))
    words = [_colour("stroke", pen.color(), opacity)]
    if round(width, 2) != 1:
        words.append(f'stroke-width="{number(width)}"')
    if pen.style() is not Qt.PenStyle.SolidLine:
        dashes = " ".join(number(part * width) for part in pen.dashPattern())
        words.append(f'stroke-dasharray="{dashes}"')
    if pen.capStyle() in CAPS:
        words.append(f'stroke-linecap="{CAPS[pen.capStyle()]}"')
    if pen.joinStyle() in JOINS:
        words.append(f'stroke-linejoin="{JOINS[pen.joinStyle()]}"')
    return " ".join(words), width


def path_words(path: QPainterPath) -> str:
    """The data of a path; points that are not finite are left out."""
    words: list[str] = []
    start = last = (math.nan, math.nan)
    i, count = 0, path.elementCount()
    while i < count:
        element = path.elementAt(i)
        kind, x, y = element.type, element.x, element.y
        i += 1
        if kind == CURVE:
            points = [(x, y), *((e.x, e.y) for e in map(path.elementAt, (i, i + 1)))]
            i += 2
            if all(math.isfinite(v) for point in points for v in point):
                words.append("C" + " ".join(f"{number(a)} {number(b)}" for a, b in points))
            last = points[-1]
            continue
        if not (math.isfinite(x) and math.isfinite(y)):
            continue
        if kind == MOVE:
            if words and last == start:
                words.append("Z")
            words.append(f"M{number(x)} {number(y)}")
            start = (x, y)
            last = (math.nan, math.nan)
        else:
            words.append(f"L{number(x)} {number(y)}")
            last = (x, y)
    if words and last == start:
        words.append("Z")
    return "".join(words)


def clip_words(clip: QRectF | QPainterPath) -> str:
    """What may be drawn upon."""
    if isinstance(clip, QRectF):
        x, y, width, height = map(number, (clip.x(), clip.y(), clip.width(), clip.height()))
        inside = f'<rect x="{x}" y="{y}" width="{width}" height="{height}"/>'
    else:
        inside = f'<path d="{path_words(clip)}"/>'
    return f'<clipPath id="NAME">{inside}</clipPath>'


def image_words(image: QImage, smooth: bool) -> str:
    """An image as it is, one unit for each of its pixels."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    data = b64encode(buffer.data().data()).decode()
    # A browser would blur the cells of a map.
    how = "" if smooth else ' image-rendering="optimizeSpeed" style="image-rendering:pixelated"'
    return (
        f'<image id="NAME" width="{image.width()}" height="{image.height()}" '
        f'preserveAspectRatio="none"{how} xlink:href="data:image/png;base64,{data}"/>'
    )


def hatching(box: QRectF) -> QPainterPath:
    """Slanted lines that fill a rectangle."""
    path = QPainterPath()
    at = math.ceil((box.left() + box.top()) / HATCH) * HATCH  # x + y of a line
    while at < box.right() + box.bottom():
        left = max(box.left(), at - box.bottom())
        right = min(box.right(), at - box.top())
        path.moveTo(left, at - left)
        path.lineTo(right, at - right)
        at += HATCH
    return path
