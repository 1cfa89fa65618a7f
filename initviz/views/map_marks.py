"""What lies upon a map of layers over epochs: the shown epoch, the layer in focus, and gaps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QTransform

from initviz.views.overplot import OverPlot
from initviz.views.style import SMALL_SIZE, Style

HATCH = 7
"""Pixels between the lines of a hatched gap."""


class _Over(OverPlot):
    """An item over all of a plot that draws in pixels."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.look = style

    def set_look(self, look: Style) -> None:
        """Draw the same in another look."""
        self.look = look
        self.update()


class Marks(_Over):
    """The shown epoch as a dashed line, and a quiet frame around the layer in focus."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.setZValue(20)
        self.epoch, self.frame, self.bright = 0.0, QRectF(), False

    def show(self, epoch: float, frame: QRectF, *, bright: bool) -> None:
        """Mark an epoch and a layer, whose frame is ``bright`` where the lane is in focus."""
        if (epoch, frame, bright) != (self.epoch, self.frame, self.bright):
            self.epoch, self.frame, self.bright = epoch, frame, bright
            self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Dark lines below light ones can be seen on every colour of the map."""
        transform = painter.worldTransform()
        whole, frame = transform.mapRect(self.boundingRect()), transform.mapRect(self.frame)
        x = transform.map(QPointF(self.epoch, 0)).x()
        painter.setWorldTransform(QTransform())
        dark, light = QColor(0, 0, 0), QColor(255, 255, 255)
        dark.setAlpha(150 if self.bright else 90)
        light.setAlpha(230 if self.bright else 110)
        painter.setPen(self.look.pen(dark.name(QColor.NameFormat.HexArgb), 3))
        painter.drawRect(frame)
        painter.setPen(self.look.pen(light.name(QColor.NameFormat.HexArgb), 1))
        painter.drawRect(frame)
        dark.setAlpha(170)
        painter.setPen(self.look.pen(dark.name(QColor.NameFormat.HexArgb), 3))
        painter.drawLine(QPointF(x, whole.top()), QPointF(x, whole.bottom()))
        dash = QPen(self.look.pen("#ffffff", 1))
        dash.setDashPattern([4, 3])
        painter.setPen(dash)
        painter.drawLine(QPointF(x, whole.top()), QPointF(x, whole.bottom()))
        painter.setWorldTransform(transform)


class Gap(_Over):
    """A part of the map where there is nothing to show; ``words`` say why, upon everything."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.setZValue(-10)  # the map is transparent there
        self.place, self.hatched = QRectF(), False
        self.words = Words(style)

    @property
    def lines(self) -> tuple[str, ...]:
        """Why there is nothing to show."""
        return self.words.lines

    def set_look(self, look: Style) -> None:
        """Draw the same in another look."""
        super().set_look(look)
        self.words.set_look(look)

    def show(self, place: QRectF, lines: Sequence[str] = (), *, hatched: bool = True) -> None:
        """Mark a rectangle, in the plot's coordinates; an empty one marks nothing."""
        if (place, hatched) != (self.place, self.hatched):
            self.place, self.hatched = place, hatched
            self.update()
        self.words.show(place, tuple(lines), bad=hatched)

    def paint(self, painter: QPainter, *_: object) -> None:
        """Slanted lines."""
        if self.place.isEmpty() or not self.hatched:
            return
        transform = painter.worldTransform()
        box = transform.mapRect(self.place)
        painter.setWorldTransform(QTransform())
        painter.setClipRect(box)
        painter.fillRect(box, QColor(self.look.field))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = self.look.pen(self.look.muted, 1)
        faint = pen.color()
        faint.setAlpha(130)
        pen.setColor(faint)
        painter.setPen(pen)
        # From the scene's corner, so that the lines of neighbours meet.
        x = box.left() - box.left() % HATCH - box.height()
        while x < box.right():
            painter.drawLine(QPointF(x, box.bottom()), QPointF(x + box.height(), box.top()))
            x += HATCH
        painter.setClipping(False)
        painter.setWorldTransform(transform)


class Words(_Over):
    """A few words in the middle of a rectangle that has room for them."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.setZValue(30)
        self.place, self.bad = QRectF(), False
        self.lines: tuple[str, ...] = ()

    def show(self, place: QRectF, lines: tuple[str, ...], *, bad: bool) -> None:
        """Say this in a rectangle, in the plot's coordinates; ``bad`` news look bad."""
        if (place, lines, bad) != (self.place, self.lines, self.bad):
            self.place, self.lines, self.bad = place, lines, bad
            self.update()

    @property
    def fit(self) -> bool:
        """Whether they have room."""
        width, height = self._room()
        box = self.sceneTransform().mapRect(self.place)
        return bool(self.lines) and box.width() >= width and box.height() >= height

    def _room(self) -> tuple[float, float]:
        metrics = QFontMetricsF(self.look.font(SMALL_SIZE))
        widest = max((metrics.horizontalAdvance(line) for line in self.lines), default=0.0)
        return widest + 8, metrics.height() * len(self.lines) + 4

    def paint(self, painter: QPainter, *_: object) -> None:
        """The words on a ground of their own."""
        if not self.fit:
            return
        transform = painter.worldTransform()
        centre = transform.mapRect(self.place).center()
        painter.setWorldTransform(QTransform())
        box = QRectF(QPointF(0, 0), QSizeF(*self._room()))
        box.moveCenter(centre)
        painter.fillRect(box, QColor(self.look.panel))
        painter.setFont(self.look.font(SMALL_SIZE))
        painter.setPen(QColor(self.look.bad if self.bad else self.look.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "\n".join(self.lines))
        painter.setWorldTransform(transform)
