"""Parts: some epochs' figures or weights as one safetensors file, small enough to copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from initviz.experiment import Experiment
from initviz.history import History, Scalars
from initviz.recording import Kept
from initviz.runfile.form import (
    EPOCHS,
    GREATEST,
    LEAST,
    PART_BYTES,
    SCALARS,
    WEIGHTS,
    RunFileError,
    figure_tensors,
    part_name,
    scalar_bytes,
    weight_bytes,
    weight_shape,
)

Tensors = Mapping[str, NDArray[np.generic]]


def parts_of(kept: Kept, part_bytes: int = PART_BYTES) -> Iterator[tuple[str, int, Tensors]]:
    """The name, the number of epochs and the tensors of every part, one after the other.

    Each is about as large as ``part_bytes``, or one epoch, where that is larger.
    """
    experiment, figures = kept.experiment, _tensors(kept.scalars)
    row_bytes = scalar_bytes(experiment, kept.scalars.stride)
    cuts = _cut(len(kept.scalars.epochs), row_bytes, part_bytes)
    for number, some in enumerate(cuts):
        tensors = {name: table[some] for name, table in figures.items()}
        yield part_name(SCALARS, number), some.stop - some.start, tensors
    cuts = _cut(len(kept.epochs), weight_bytes(experiment), part_bytes)
    for number, some in enumerate(cuts):
        rows = kept.parameters[some]
        # A network of which one epoch fills a part is not copied.
        stacked = np.stack(rows) if len(rows) > 1 else rows[0][None]
        epochs = np.array(kept.epochs[some], np.int64)
        yield part_name(WEIGHTS, number), len(rows), {"epochs": epochs, "parameters": stacked}


def _cut(rows: int, row_bytes: int, part_bytes: int) -> Iterator[slice]:
    step = max(1, part_bytes // row_bytes)
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


def packed(tensors: Tensors) -> bytes:
    """Tensors as a safetensors file."""
    # The library takes their bytes as they lie there.
    whole = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    return safetensors.numpy.save(whole)


def _tensors(history: History) -> dict[str, NDArray[np.generic]]:
    """A history as the tensors of a run file, see ``figure_tensors``."""
    found: dict[str, NDArray[np.generic]] = {
        name: getattr(history, name) for name in Scalars.__dataclass_fields__
    }
    if history.stride > 1:
        for end, extremes in ((LEAST, history.low), (GREATEST, history.high)):
            found |= {f"{name}{end}": table for name, table in vars(extremes).items()}
        found[EPOCHS] = history.epochs
    return found


def history_of(tensors: Tensors, stride: int) -> History:
    """The history that the tensors of all parts, one behind the other, are."""

    def scalars(end: str = "") -> Scalars:
        names = Scalars.__dataclass_fields__
        return Scalars(**{name: tensors[f"{name}{end}"] for name in names})  # type: ignore[arg-type]

    if stride == 1:
        return History.of(scalars())
    history = History.of(scalars(), tensors[EPOCHS])  # type: ignore[arg-type]
    return replace(history, stride=stride, lows=scalars(LEAST), highs=scalars(GREATEST))


def figures_in(
    raw: bytes, epochs: NDArray[np.int64], experiment: Experiment, stride: int
) -> Tensors:
    """The tensors of a part of the figures, see ``figure_tensors``.

    Raises:
        RunFileError: if it holds anything else, or other epochs.
    """
    wanted = {
        name: ((len(epochs), *shape), kind)
        for name, (shape, kind) in figure_tensors(experiment, stride).items()
    }
    tensors = _unpacked(raw, wanted)
    if stride > 1 and not np.array_equal(tensors[EPOCHS], epochs):
        raise RunFileError("is damaged: its epochs are not those that it should have")
    return tensors


def weights_in(
    raw: bytes, epochs: NDArray[np.int64], experiment: Experiment
) -> NDArray[np.floating]:
    """The parameters of a part, (epochs, K, P).

    Raises:
        RunFileError: if it holds anything else, or other epochs.
    """
    rows = len(epochs)
    wanted = {
        "epochs": ((rows,), "int64"),
        "parameters": ((rows, *weight_shape(experiment)), experiment.precision),
    }
    tensors = _unpacked(raw, wanted)
    if not np.array_equal(tensors["epochs"], epochs):
        raise RunFileError("is damaged: its epochs are not those that it should have")
    return tensors["parameters"]  # type: ignore[return-value]


def _unpacked(raw: bytes, wanted: Mapping[str, tuple[tuple[int, ...], str]]) -> Tensors:
    try:
        tensors = safetensors.numpy.load(raw)
    except (SafetensorError, KeyError, ValueError):  # KeyError: a type that numpy lacks
        raise RunFileError("is damaged: its numbers cannot be read") from None
    found = {name: (tensor.shape, tensor.dtype.name) for name, tensor in tensors.items()}
    if found != dict(wanted):
        raise RunFileError("is damaged: its numbers do not belong to its experiment")
    return tensors
