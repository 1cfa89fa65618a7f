"""Which part of a network's ground is seen, and how large."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSizeF

from initviz.views.arrangement import Arrangement

CLOSEST = 5.0
"""The largest zoom."""

FARTHEST = 0.45
"""The smallest zoom; a ground that fits is never made smaller."""

STEP = 1.2
"""Zoom of one step of the wheel."""


class Sight:
    """Zoom and offset of the ground, the same for lanes side by side.

    Attributes:
        zoom: 1 is as the network is arranged for the room that there is.
        offset: the ground's point in the upper left corner of the window.
    """

    def __init__(self) -> None:
        self.zoom = 1.0
        self.offset = QPointF()
        self.window = QSizeF(1, 1)
        self._base = QSizeF(1, 1)

    def fit(self, base: Arrangement, window: QSizeF) -> None:
        """Take the sizes of the ground without zoom, and of the window."""
        if base.height > window.height() + 1 >= self._base.height():
            self.offset.setY((base.height - window.height()) / 2)  # inputs and output stand there
        self._base = QSizeF(base.width, base.height)
        self.window = window
        self.zoom = min(CLOSEST, max(self.farthest, self.zoom))
        self._clamp()

    @property
    def farthest(self) -> float:
        """The zoom at which all is seen, if it is not too small."""
        across = self.window.width() / self._base.width()
        down = self.window.height() / self._base.height()
        return max(FARTHEST, min(1.0, across, down))

    @property
    def ground(self) -> QSizeF:
        """The ground as it is zoomed."""
        return self._base * self.zoom

    def zoom_at(self, steps: float, place: QPointF) -> None:
        """Zoom; the ground's point at this place of the window stays there."""
        before = self.zoom
        self.zoom = min(CLOSEST, max(self.farthest, self.zoom * STEP**steps))
        self.offset = (self.offset + place) * (self.zoom / before) - place
        self._clamp()

    def move(self, across: float, down: float) -> None:
        """Move the window over the ground."""
        self.offset += QPointF(across, down)
        self._clamp()

    def centre(self, share: float) -> None:
        """Bring a place of the ground, 0 to 1 from the left, into the middle."""
        self.offset.setX(share * self.ground.width() - self.window.width() / 2)
        self._clamp()

    def reveal(self, arrangement: Arrangement, place: int) -> None:
        """Bring a column into the middle unless it and its neighbours are seen."""
        columns = arrangement.columns
        if place >= len(columns):
            return
        left = columns[max(place - 1, 0)].left
        last = place + 1 >= len(columns)
        right = arrangement.width if last else columns[place + 1].right
        if left < self.offset.x() or right > self.offset.x() + self.window.width():
            self.centre(columns[place].x / max(arrangement.width, 1))

    def reveal_tile(self, y: float, size: float) -> None:
        """Move up or down until a tile is seen."""
        top, bottom = y - size / 2, y + size / 2
        if top < self.offset.y() or bottom > self.offset.y() + self.window.height():
            self.offset.setY(y - self.window.height() / 2)
            self._clamp()

    @property
    def seen(self) -> tuple[float, float]:
        """Where the window begins and ends on the ground, 0 to 1 from the left."""
        whole = self.ground.width()
        left = max(0.0, self.offset.x() / whole)
        return left, min(1.0, (self.offset.x() + self.window.width()) / whole)

    @property
    def overflows(self) -> bool:
        """Whether some columns are out of sight."""
        return self.ground.width() > self.window.width() + 1

    def _clamp(self) -> None:
        """Keep the ground in the window, in its middle if it is smaller."""
        ends = []
        for offset, ground, window in (
            (self.offset.x(), self.ground.width(), self.window.width()),
            (self.offset.y(), self.ground.height(), self.window.height()),
        ):
            room = ground - window
            ends.append(room / 2 if room <= 0 else min(room, max(0.0, offset)))
        self.offset = QPointF(*ends)
