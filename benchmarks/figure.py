"""The Overview page's content as a matplotlib figure, for comparison: artists made once, fed."""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as MplFigure
from matplotlib.lines import Line2D

from initviz.snapshot import Snapshot
from initviz.views.style import LIGHT


class Figure:
    """Boundaries with points and contour, histograms a layer, gradient flow, loss."""

    def __init__(self, snapshot: Snapshot, width: int, height: int) -> None:
        lanes, hidden = len(snapshot.experiment.lanes), len(snapshot.experiment.hidden)
        self.figure = MplFigure(figsize=(width / 100, height / 100), dpi=100)
        self.canvas = FigureCanvasAgg(self.figure)
        top, bottom = self.figure.add_gridspec(2, 1, height_ratios=[35, 65])
        tiles = top.subgridspec(1, lanes)
        self.tiles = [self.figure.add_subplot(tiles[0, k]) for k in range(lanes)]
        parts = bottom.subgridspec(1, 3)
        small = parts[0, 0].subgridspec(-(-hidden // 2), 2)
        self.layers = [self.figure.add_subplot(small[i // 2, i % 2]) for i in range(hidden)]
        self.flow = self.figure.add_subplot(parts[0, 1])
        self.loss = self.figure.add_subplot(parts[0, 2])
        self.images, self.contours = [], []
        points, labels = snapshot.plane.points[:400], snapshot.plane.labels[:400]
        for tile in self.tiles:
            grid = np.zeros((50, 50))
            self.images.append(
                tile.imshow(
                    grid, cmap="RdBu", vmin=0, vmax=1, origin="lower", extent=snapshot.plane.extent
                )
            )
            for label, marker in ((0, "o"), (1, "s")):
                tile.scatter(*points[labels == label].T, s=9, marker=marker, edgecolors="white",
                             linewidths=0.5)  # fmt: skip
            self.contours.append(None)
        colours = LIGHT.lanes
        self.curves = [[axes.plot([], [], color=colours[k], lw=1.2)[0] for k in range(lanes)]
                       for axes in self.layers]  # fmt: skip
        self.flows = [
            self.flow.plot([], [], color=colours[k], marker="o", ms=5)[0] for k in range(lanes)
        ]
        self.losses = [self.loss.plot([], [], color=colours[k])[0] for k in range(lanes)]
        for axes in self.layers:
            axes.set(xlim=(-1, 1), ylim=(0, 1))
        self.flow.set(xlim=(0.6, hidden + 1.4), ylim=(1e-10, 1e2), yscale="log")
        self.loss.set(xlim=(0, len(snapshot.history.train_loss)), ylim=(1e-3, 1e2), yscale="log")

    def draw(self, snapshot: Snapshot) -> None:
        """Feed the artists and draw the whole figure."""
        self.feed(snapshot)
        self.canvas.draw()

    def feed(self, snapshot: Snapshot) -> None:
        """Feed the artists, and draw nothing yet."""
        assert snapshot.boundary is not None
        left, right, low, high = snapshot.plane.extent
        for k, tile in enumerate(self.tiles):
            logits = snapshot.boundary[k, 0]
            self.images[k].set_data(1 / (1 + np.exp(-np.clip(logits, -60, 60))))
            old = self.contours[k]
            if old is not None:
                old.remove()
            self.contours[k] = None
            if logits.min() < 0 < logits.max():
                x = np.linspace(left, right, logits.shape[1])
                y = np.linspace(low, high, logits.shape[0])
                self.contours[k] = tile.contour(x, y, logits, [0], colors="black", linewidths=1.2)
        for lines, layer in zip(self.curves, snapshot.layers[:-1], strict=True):
            middle = (layer.values.edges[1:] + layer.values.edges[:-1]) / 2
            self._feed(lines, middle, np.sqrt(layer.values.shares).T)
        rms = np.stack([layer.grad_weight_size.rms for layer in snapshot.layers])
        self._feed(self.flows, np.arange(1, len(rms) + 1), rms)
        losses = snapshot.history.train_loss
        self._feed(self.losses, np.arange(len(losses)), losses)

    @staticmethod
    def _feed(lines: list[Line2D], x: np.ndarray, columns: np.ndarray) -> None:
        for line, y in zip(lines, columns.T, strict=True):
            line.set_data(x, y)
