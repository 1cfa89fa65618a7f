"""Layers with chosen numbers, and clicks on the images of them."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from initviz.focus import Focus
from initviz.snapshot import Snapshot, Spread
from initviz.views.base import View


def with_layer(snapshot: Snapshot, place: int, **arrays: ArrayLike) -> Snapshot:
    """The snapshot with other numbers in one layer; sizes follow the activations."""
    layers = list(snapshot.layers)
    changes = {name: np.asarray(array) for name, array in arrays.items()}
    if "activation" in changes:
        a = changes["activation"].astype(np.float64)
        with np.errstate(all="ignore"):
            rms = np.sqrt((a**2).mean(axis=(1, 2)))
        changes["activation_size"] = Spread(rms, rms, (a == 0).mean(axis=(1, 2)))
    layers[place] = dataclasses.replace(layers[place], **changes)
    return dataclasses.replace(snapshot, layers=tuple(layers))


def click(view: View, plot: object, x: float, y: float) -> list[Focus]:
    """Click on a point of a plot, as a hand would; returns what focus was asked for."""
    asked: list[Focus] = []
    view.focus_asked.connect(asked.append)
    QTest.mouseClick(
        view.canvas.viewport(),
        Qt.MouseButton.LeftButton,
        pos=view.canvas.mapFromScene(scene(plot, x, y)),
    )
    QApplication.processEvents()
    view.focus_asked.disconnect(asked.append)
    return asked


def scene(plot: object, x: float, y: float) -> QPointF:
    """Where a point of a plot lies in the scene."""
    at: QPointF = plot.vb.mapViewToScene(QPointF(x, y))  # type: ignore[attr-defined]
    return at
