"""The tables themselves, as polars frames: tidy, one observation a row."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.datasets.libraries import load_polars
from initviz.findings import Evidence, diagnose
from initviz.history import History
from initviz.recording import Recording
from initviz.snapshot import LayerSnapshot, Snapshot
from initviz.tables.columns import (
    FINDINGS,
    LAYERS,
    RECORDED,
    SCALARS,
    SIZES,
    STATISTICS,
    Column,
    Kind,
)

if TYPE_CHECKING:
    import polars as pl


def scalars(recording: Recording, epochs: Sequence[int] | None = None) -> pl.DataFrame:
    """The losses and scores of every lane; see ``SCALARS``.

    Args:
        recording: whose they are.
        epochs: which rows; all whose figures are kept by default.

    Raises:
        IndexError: if an epoch was not recorded, or its figures are no longer kept.
    """
    history = recording.scalars()
    rows = _rows(history, epochs)
    names = _titles(recording)
    return _frame(SCALARS, {
        "epoch": np.repeat(history.epochs[rows], len(names)),
        "lane": np.tile(np.arange(1, len(names) + 1), len(rows)),
        "lane_name": names * len(rows),
        **{c.name: getattr(history, c.name)[rows].ravel() for c in SCALARS[3:]},
    })  # fmt: skip


def layers(
    recording: Recording,
    epochs: Sequence[int] | None = None,
    snapshots: Iterable[Snapshot] = (),
) -> pl.DataFrame:
    """The figures of every layer of every lane; see ``LAYERS``.

    Args:
        recording: whose they are.
        epochs: which rows; all whose figures are kept by default.
        snapshots: of epochs that are to have a probe's statistics, too, with their layers; they
            are looked at one after the other and may be made as they are asked for.

    Raises:
        IndexError: if an epoch was not recorded, or its figures are no longer kept.
        ValueError: if a snapshot has no layers.
    """
    history = recording.scalars()
    rows = _rows(history, epochs)
    names, layer_names = _titles(recording), recording.experiment.layer_names
    shape = (len(rows), len(names), len(layer_names))
    place = {int(epoch): i for i, epoch in enumerate(history.epochs[rows])}
    found = {column.name: np.full(shape, np.nan) for column in STATISTICS}
    probed = np.zeros(shape, dtype=np.bool_)
    for snapshot in snapshots:
        if not snapshot.layers:
            raise ValueError("a snapshot has no layers; probe with Part.LAYERS")
        if snapshot.epoch not in place:
            continue
        at = place[snapshot.epoch]
        probed[at] = True
        for layer, numbers in enumerate(snapshot.layers):
            for name, values in _statistics(numbers).items():
                found[name][at, :, layer] = values
    lane, layer_number = np.indices(shape)[1:] + 1
    return _frame(LAYERS, {
        "epoch": np.repeat(history.epochs[rows], shape[1] * shape[2]),
        "lane": lane.ravel(),
        "lane_name": [names[k] for k in (lane.ravel() - 1).tolist()],
        "layer": layer_number.ravel(),
        "layer_name": list(layer_names) * (shape[0] * shape[1]),
        **{c.name: getattr(history, c.name)[rows].ravel() for c in RECORDED},
        **{name: values.ravel() for name, values in found.items()},
    }, {c.name: probed.ravel() for c in STATISTICS})  # fmt: skip


def findings(snapshots: Iterable[Snapshot]) -> pl.DataFrame:
    """What the numbers of each snapshot say of every lane; see ``FINDINGS``.

    Args:
        snapshots: with their layers; they are looked at one after the other.

    Raises:
        ValueError: if a snapshot has no layers.
    """
    rows: list[dict[str, Any]] = []
    for snapshot in snapshots:
        if not snapshot.layers:
            raise ValueError("a snapshot has no layers; probe with Part.LAYERS")
        for finding in diagnose(snapshot):
            remedy = finding.remedy
            rows.append({
                "epoch": snapshot.epoch,
                "lane": finding.lane + 1,
                "lane_name": snapshot.experiment.lanes[finding.lane].title,
                "symptom": finding.symptom.value,
                "severity": finding.severity.value,
                "title": finding.title,
                "layers": ", ".join(finding.layers) or None,
                "since": finding.epochs[0],
                "reason": finding.reason,
                "figures": _figures(finding.evidence),
                "also": ", ".join(symptom.value for symptom in finding.also) or None,
                "remedy": remedy and remedy.advice,
                "remedy_lane": remedy and remedy.lane.title,
            })  # fmt: skip
    return _frame(FINDINGS, {c.name: [row[c.name] for row in rows] for c in FINDINGS})


def _rows(history: History, epochs: Sequence[int] | None) -> NDArray[np.int_]:
    """The rows of epochs; by default those that are there whoever looked at the recording."""
    if epochs is None:
        return history.regular()
    rows = [history.row(epoch) for epoch in epochs]
    for row, epoch in zip(rows, epochs, strict=True):
        if not 0 <= epoch <= history.last:
            raise IndexError(f"epoch {epoch} was not recorded; there are 0 to {history.last}")
        if history.epochs[row] != epoch:
            raise IndexError(
                f"the figures of epoch {epoch} did not fit into memory beside the others; they "
                f"are there of every {history.stride} epochs"
            )
    return np.array(rows, dtype=np.int_)


def _titles(recording: Recording) -> list[str]:
    return [lane.title for lane in recording.experiment.lanes]


def _statistics(layer: LayerSnapshot) -> dict[str, NDArray[np.floating]]:
    """What a probe finds of one layer, by the columns' names, (K,) each."""
    sizes = {
        f"{name}_{figure}": getattr(getattr(layer, f"{name}_size"), figure)
        for name in SIZES
        for figure in ("rms", "median", "zeros")
    }
    return {
        **sizes,
        "deviation": layer.deviation,
        "saturated": layer.saturated,
        "symmetry": layer.symmetry,
    }


def _figures(evidence: Sequence[Evidence]) -> str:
    """Labels and values as JSON, which has no numbers that are not finite."""
    return json.dumps({e.label: _json_number(e.value) for e in evidence}, ensure_ascii=False)


def _json_number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _frame(
    columns: Sequence[Column],
    values: dict[str, Any],
    known: dict[str, NDArray[np.bool_]] | None = None,
) -> pl.DataFrame:
    """The columns in their order; where ``known`` is False, nothing is known, and nothing said."""
    load_polars()
    import polars as pl

    types = {Kind.COUNT: pl.Int64, Kind.NUMBER: pl.Float64, Kind.TEXT: pl.String}
    frame = pl.DataFrame([pl.Series(c.name, values[c.name], dtype=types[c.kind]) for c in columns])
    return frame.with_columns(
        pl.when(pl.Series(said)).then(pl.col(name)) for name, said in (known or {}).items()
    )
