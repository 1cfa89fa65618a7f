"""The form of a run file: its members, their names and their limits; see docs/run-files.md."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.parameter import Values
from initviz.experiment import Experiment
from initviz.recording import PER_LAYER, Scalars

SUFFIX = ".initviz"
FORMAT = 2
"""Of what is written; only older or equal ones can be read."""

WHOLE_FORMAT = 1
"""Of a file that has the figures of every epoch, which readers of this format understand."""

MANIFEST, EXPERIMENT, TABLE = "manifest.json", "experiment.toml", "table.csv"
EPOCHS, LEAST, GREATEST = "epochs", "_least", "_greatest"
SCALARS, WEIGHTS = "scalars", "weights"
PART = re.compile(rf"(?:{SCALARS}|{WEIGHTS})-\d{{4,6}}\.safetensors")

PART_BYTES = 8 * 2**20
"""A part of the scalars or the weights is about as large, or one epoch, where that is larger."""

MOST_PART = 64 * 2**20
"""Bytes of a part that holds more than one epoch."""

HEADER_ROOM = 64 * 2**10
"""Bytes that a safetensors header may have besides the numbers."""

MOST_TEXT = 4 * 2**20
"""Bytes of the manifest, of the experiment, and of the archive's own list of members."""

MOST_TABLE = 256 * 2**20
"""Bytes of a table of the user's own."""


class RunFileError(ValueError):
    """A run file that cannot be written or believed; the message is one sentence with the cure."""


def part_name(kind: str, number: int) -> str:
    """The name of a part: "weights-0000.safetensors"."""
    return f"{kind}-{number:04}.safetensors"


def scalar_shapes(experiment: Experiment) -> dict[str, tuple[int, ...]]:
    """The shape that each of the scalars has at one epoch, (K,) or (K, L), in float64."""
    lanes, layers = len(experiment.lanes), len(experiment.layer_names)
    return {
        name: (lanes, layers) if name in PER_LAYER else (lanes,)
        for name in Scalars.__dataclass_fields__
    }


def figure_tensors(experiment: Experiment, stride: int) -> dict[str, tuple[tuple[int, ...], str]]:
    """The shape at one epoch, and the type, of each tensor of a part of the figures."""
    shapes = scalar_shapes(experiment)
    wanted = {name: (shape, "float64") for name, shape in shapes.items()}
    if stride > 1:
        wanted |= {
            f"{name}{end}": (shape, "float64")
            for name, shape in shapes.items()
            for end in (LEAST, GREATEST)
        }
        wanted[EPOCHS] = ((), "int64")
    return wanted


def scalar_bytes(experiment: Experiment, stride: int = 1) -> int:
    """Bytes of one epoch's figures, where they are those of every ``stride``-th."""
    tensors = figure_tensors(experiment, stride)
    return 8 * sum(int(np.prod(shape)) for shape, _ in tensors.values())


def weight_shape(experiment: Experiment) -> tuple[int, int]:
    """(K, P): the shape of one epoch's parameters, in the experiment's precision."""
    return len(experiment.lanes), experiment.parameter_count


def weight_bytes(experiment: Experiment) -> int:
    """Bytes of one epoch's parameters and of its number."""
    lanes, count = weight_shape(experiment)
    return lanes * count * np.dtype(experiment.precision).itemsize + 8


def kept_count(epochs: int, stride: int) -> int:
    """How many of so many epochs are held: every ``stride``-th, and the newest."""
    return len(range(0, epochs, stride)) + ((epochs - 1) % stride != 0)


def kept_epochs(epochs: int, stride: int) -> NDArray[np.int64]:
    """Which ones, in order."""
    numbers = np.arange(0, epochs, stride, dtype=np.int64)
    return numbers if (epochs - 1) % stride == 0 else np.append(numbers, epochs - 1)


def own_table(experiment: Experiment) -> Values | None:
    """The values of a table of the user's own; None for data that every initviz has."""
    values = experiment.data.values
    own = experiment.data.dataset == "csv" and values["path"]
    return Values(values) if own else None
