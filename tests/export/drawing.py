"""A page or a view of one epoch as an image."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QImage

from initviz.export.render import staged
from initviz.snapshot import Snapshot
from initviz.views.style import STYLES


def image_of(
    snapshot: Snapshot,
    what: str = "overview",
    style: str = "dark",
    size: Sequence[int] = (800, 500),
    scale: float = 1.0,
) -> QImage:
    with staged(what, STYLES[style], size) as stage:
        stage.show(snapshot)
        return stage.image(scale)
