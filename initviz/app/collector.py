"""Python's garbage collector, in the window's thread alone.

By itself it runs in whichever thread has just made an object. pyqtgraph's plots are held by cycles
and own widgets: collected by the thread that trains, or by a handler in the middle of Qt's work,
they take the program with them.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 200
"""Time between two looks at how much there is to collect."""


class Collector(QObject):
    """Collects from the event loop, where nothing is under way; never elsewhere until closed."""

    open = 0
    """Collectors that are not closed: the last one gives Python its own back."""

    frozen = False
    """Whether a window has left something out of the collections already."""

    def __init__(self) -> None:
        super().__init__()
        self._closed = self._froze = self._to_freeze = False
        Collector.open += 1
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)

    def freeze(self) -> None:
        """Leave what is there now, such as torch's modules, out of every collection to come.

        Hundreds of thousands of objects that stay would be gone through each time: 0.2 s. Once for
        a window. What an earlier one had left out so is gone through before, by the event loop:
        its plots, and all that they refer to, would stay for ever.
        """
        if self._froze:
            return
        self._froze = True
        if Collector.frozen:
            self._to_freeze = True
        else:
            Collector.frozen = True
            gc.freeze()

    def look(self) -> None:
        """Collect the oldest generation that has grown past its threshold."""
        if self._to_freeze:
            self._to_freeze = False
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            return
        grown = [
            generation
            for generation, (count, threshold) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if count > threshold > 0
        ]
        if grown:
            gc.collect(grown[-1])

    def close(self) -> None:
        """Let Python collect by itself again."""
        if self._closed:
            return
        self._closed = True
        self._timer.stop()
        Collector.open -= 1
        if not Collector.open:
            gc.enable()
