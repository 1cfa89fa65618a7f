"""Parts: some epochs' figures or weights as one safetensors file, small enough to copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from initviz.experiment import Experiment
from initviz.recording import Kept, Scalars
from initviz.runfile.form import (
    PART_BYTES,
    SCALARS,
    WEIGHTS,
    RunFileError,
    part_name,
    scalar_bytes,
    scalar_shapes,
    weight_bytes,
    weight_shape,
)

Tensors = Mapping[str, NDArray[np.generic]]


def parts_of(kept: Kept) -> Iterator[tuple[str, int, Tensors]]:
    """The name, the number of epochs and the tensors of every part, one after the other."""
    experiment, figures = kept.experiment, vars(kept.scalars)
    cuts = _cut(len(kept.scalars.train_loss), scalar_bytes(experiment))
    for number, some in enumerate(cuts):
        tensors = {name: table[some] for name, table in figures.items()}
        yield part_name(SCALARS, number), some.stop - some.start, tensors
    for number, some in enumerate(_cut(len(kept.epochs), weight_bytes(experiment))):
        rows = kept.parameters[some]
        # A network of which one epoch fills a part is not copied.
        stacked = np.stack(rows) if len(rows) > 1 else rows[0][None]
        epochs = np.array(kept.epochs[some], np.int64)
        yield part_name(WEIGHTS, number), len(rows), {"epochs": epochs, "parameters": stacked}


def _cut(rows: int, row_bytes: int) -> Iterator[slice]:
    step = max(1, PART_BYTES // row_bytes)
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


def packed(tensors: Tensors) -> bytes:
    """Tensors as a safetensors file."""
    # The library takes their bytes as they lie there.
    whole = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    return safetensors.numpy.save(whole)


def scalars_in(raw: bytes, rows: int, experiment: Experiment) -> Scalars:
    """The figures of a part, (rows, K) or (rows, K, L).

    Raises:
        RunFileError: if it holds anything else.
    """
    shapes = scalar_shapes(experiment)
    wanted = {name: ((rows, *shape), "float64") for name, shape in shapes.items()}
    return Scalars(**_unpacked(raw, wanted))  # type: ignore[arg-type]


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
    except (SafetensorError, KeyError, ValueError) as error:  # KeyError: a type that numpy lacks
        words = " ".join(str(error).split())[:120]
        raise RunFileError(f"is damaged: its numbers cannot be read ({words})") from None
    found = {name: (tensor.shape, tensor.dtype.name) for name, tensor in tensors.items()}
    if found != dict(wanted):
        raise RunFileError("is damaged: its numbers do not belong to its experiment")
    return tensors
