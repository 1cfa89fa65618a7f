"""Recordings to save, and run files to spoil."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import numpy as np

from initviz.experiment import Experiment, Lane
from initviz.recording import DEFAULT_BUDGET, Epoch, Recording, Scalars
from tests.make import data

SMALL = Experiment(
    data=data("moons", samples=32),
    hidden=(3,),
    lanes=(Lane(scheme="zeros"), Lane(scheme="xavier_uniform")),
    batch_size=16,
    epochs=4,
)
EPOCH_BYTES = SMALL.parameter_count * len(SMALL.lanes) * 4


def random_epoch(experiment: Experiment, number: int, random: np.random.Generator) -> Epoch:
    lanes, layers = len(experiment.lanes), len(experiment.layer_names)
    shape = lanes, experiment.parameter_count
    return Epoch(
        number,
        random.normal(size=shape).astype(experiment.precision),
        Scalars(
            *[random.normal(size=lanes) for _ in range(4)],
            *[random.normal(size=(lanes, layers)) for _ in range(7)],
        ),
    )


def recorded(
    experiment: Experiment = SMALL, epochs: int = 4, budget: int = DEFAULT_BUDGET
) -> Recording:
    """A recording of random numbers."""
    random = np.random.default_rng(1)
    recording = Recording(experiment, budget)
    for number in range(epochs + 1):
        recording.append(random_epoch(experiment, number, random))
    return recording


def same(one: Recording, other: Recording) -> bool:
    """Whether two recordings hold the same, bit for bit."""
    left, right = one.kept(), other.kept()
    return (
        left.experiment == right.experiment
        and left.epochs == right.epochs
        and left.stride == right.stride
        and np.array_equal(left.diverged, right.diverged)
        and one.kept_bytes == other.kept_bytes
        and all(
            a.dtype == b.dtype and a.tobytes() == b.tobytes()
            for a, b in zip(left.parameters, right.parameters, strict=True)
        )
        and all(
            getattr(a, name).tobytes() == getattr(b, name).tobytes()
            for a, b in (
                (left.scalars, right.scalars),
                (left.scalars.low, right.scalars.low),
                (left.scalars.high, right.scalars.high),
            )
            for name in Scalars.__dataclass_fields__
        )
        and left.scalars.stride == right.scalars.stride
        and np.array_equal(left.scalars.epochs, right.scalars.epochs)
    )


def assert_equal(one: object, other: object) -> None:
    """The same in every array, however deep it lies."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, (tuple, list)):
        assert len(one) == len(other)  # type: ignore[arg-type]
        for a, b in zip(one, other, strict=True):  # type: ignore[call-overload]
            assert_equal(a, b)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()  # type: ignore[attr-defined]
        for key in one:
            assert_equal(one[key], other[key])  # type: ignore[index]
    elif isinstance(one, Experiment) or not hasattr(one, "__dict__"):
        assert one == other or (one != one and other != other)
    else:
        assert_equal(vars(one), vars(other))


Members = dict[str, bytes]


def members_of(path: Path) -> Members:
    """Every member of a run file."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, members: Mapping[str, bytes], packing: int = ZIP_STORED) -> None:
    """A run file of these members, whatever they are."""
    with ZipFile(path, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def forged(members: Members, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Members:
    """The members with a manifest that agrees with them, but for a change."""
    manifest = json.loads(members["manifest.json"])
    for name, entry in manifest["members"].items():
        if name in members:
            entry["size"] = len(members[name])
            entry["sha256"] = hashlib.sha256(members[name]).hexdigest()
    change(manifest)
    return {**members, "manifest.json": json.dumps(manifest).encode()}
