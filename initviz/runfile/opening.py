"""Opening a run: every size is checked before it is read, and every number before it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.datasets.csv_file import CancelledError
from initviz.experiment import Experiment, ExperimentError
from initviz.history import History
from initviz.recording import DEFAULT_BUDGET, FIGURE_BUDGET, Recording
from initviz.runfile.container import Container, opened
from initviz.runfile.form import (
    EXPERIMENT,
    HEADER_ROOM,
    MOST_PART,
    SCALARS,
    TABLE,
    WEIGHTS,
    RunFileError,
    figure_tensors,
    kept_count,
    kept_epochs,
    own_table,
    part_name,
    scalar_bytes,
    weight_bytes,
)
from initviz.runfile.parts import figures_in, history_of, weights_in
from initviz.runfile.tables import cached, has, is_local
from initviz.whole import whole

Cancelled = Callable[[], bool]


def open_run(
    path: Path,
    *,
    budget: int = DEFAULT_BUDGET,
    figure_budget: int = FIGURE_BUDGET,
    tables: Path | None = None,
    cancelled: Cancelled = lambda: False,
) -> Recording:
    """Open a run file.

    The recording shows the same pictures as the one that was saved, and is trained on from as
    that one is. Of more weights than the budget has room for, some epochs are left out evenly.
    Where a table of the user's own is not where it was, or is another one by now, the experiment
    takes the one inside the file, which is put into a folder for that.

    Args:
        path: the file.
        budget: bytes of weights to keep.
        figure_budget: bytes of figures to keep.
        tables: the folder for tables; None is the user's cache.
        cancelled: asked between the parts.

    Raises:
        RunFileError: if it cannot be read or believed; the message names the file and the cure.
        CancelledError: when ``cancelled`` says so.
    """
    with opened(path) as container:
        experiment = _experiment(container)
        _check_sizes(container, experiment)
        manifest = container.manifest
        epochs, stride = manifest.recording.epochs, manifest.recording.stride
        recording = Recording.restored(
            experiment,
            _figures(container, experiment, cancelled),
            _weights(container, experiment, cancelled),
            stride=stride,
            diverged=np.array(manifest.recording.diverged_at),
            budget=budget,
            figure_budget=figure_budget,
        )
        recording.versions = dict(manifest.trained_with)
        if recording.last != epochs - 1:
            raise RunFileError("is damaged: it has fewer epochs than its manifest says")
        recording.experiment = _with_table(container, experiment, tables)
        return recording


def _experiment(container: Container) -> Experiment:
    raw = container.read(EXPERIMENT)
    try:
        return Experiment.from_toml(raw.decode())
    except (UnicodeDecodeError, RecursionError):
        raise RunFileError(f"is damaged: {EXPERIMENT} cannot be read as text") from None
    except ExperimentError as error:
        more = len(error.problems) - 1
        words = f"{error.problems[0]}{f' (and {more} more)' if more else ''}"
        raise RunFileError(f"its experiment cannot be run: {words}") from None


def _parts(container: Container, kind: str) -> list[tuple[str, int]]:
    """The names of a kind's parts in order, and the epochs that each says it has."""
    members = container.manifest.members
    names = [name for name in members if name.startswith(f"{kind}-")]
    wanted = [part_name(kind, number) for number in range(len(names))]
    if set(names) != set(wanted):
        raise RunFileError(f"is damaged: a part of its {kind} is missing")
    return [(name, members[name].rows or 0) for name in wanted]


def _check_sizes(container: Container, experiment: Experiment) -> None:
    """Make sure that what will be read is as large as this experiment's recording can be."""
    manifest = container.manifest
    recorded = manifest.recording
    lanes, epochs = len(experiment.lanes), recorded.epochs
    if len(recorded.diverged_at) != lanes or max(recorded.diverged_at) >= epochs:
        raise RunFileError("is damaged: its manifest does not belong to its experiment")
    figure_stride = recorded.figure_stride or 1
    if recorded.stride % figure_stride:
        raise RunFileError("is damaged: it has weights of epochs that have no figures")
    for kind, rows, row_bytes in (
        (SCALARS, kept_count(epochs, figure_stride), scalar_bytes(experiment, figure_stride)),
        (WEIGHTS, kept_count(epochs, recorded.stride), weight_bytes(experiment)),
    ):
        parts = _parts(container, kind)
        if sum(some for _, some in parts) != rows:
            raise RunFileError(f"is damaged: its {kind} are not of the epochs that it says")
        for name, some in parts:
            numbers, size = some * row_bytes, manifest.members[name].size
            too_many = some > 1 and numbers > MOST_PART
            if too_many or not numbers < size <= numbers + HEADER_ROOM:
                raise RunFileError(
                    f"is damaged: {name} is not as large as its experiment's {kind} are"
                )
    if (TABLE in manifest.members) != (own_table(experiment) is not None):
        raise RunFileError(f"is damaged: {TABLE} does not belong to its experiment")


def _figures(container: Container, experiment: Experiment, cancelled: Cancelled) -> History:
    recorded = container.manifest.recording
    stride = recorded.figure_stride or 1
    epochs = kept_epochs(recorded.epochs, stride)
    tables = {
        name: np.empty((len(epochs), *shape), kind)
        for name, (shape, kind) in figure_tensors(experiment, stride).items()
    }
    done = 0
    for name, rows in _parts(container, SCALARS):
        _check(cancelled)
        part = figures_in(container.read(name), epochs[done : done + rows], experiment, stride)
        for figure, table in tables.items():
            table[done : done + rows] = part[figure]
        done += rows
    return history_of(tables, stride)


def _weights(
    container: Container, experiment: Experiment, cancelled: Cancelled
) -> Iterator[tuple[int, NDArray[np.floating]]]:
    recorded = container.manifest.recording
    epochs = kept_epochs(recorded.epochs, recorded.stride)
    done = 0
    for name, rows in _parts(container, WEIGHTS):
        _check(cancelled)
        some = epochs[done : done + rows]
        parameters = weights_in(container.read(name), some, experiment)
        done += rows
        yield from zip(some.tolist(), parameters, strict=True)


def _check(cancelled: Cancelled) -> None:
    if cancelled():
        raise CancelledError


def _with_table(container: Container, experiment: Experiment, folder: Path | None) -> Experiment:
    """The experiment with a path to its table, which comes out of the file where it must."""
    values = own_table(experiment)
    if values is None:
        return experiment
    member = container.manifest.members[TABLE]
    if values["digest"] and values["digest"] != member.sha256:
        raise RunFileError("is damaged: its table is not the one that it was trained on")
    path = values["path"]
    if is_local(path) and has(Path(path), member.size, member.sha256):
        return experiment
    place = cached(values, member.sha256, folder)
    if not has(place, member.size, member.sha256):
        place.parent.mkdir(parents=True, exist_ok=True)
        with whole(place) as file:
            container.copy(TABLE, file)
    data = experiment.data.replace(values={**values, "path": str(place)})
    return experiment.replace(data=data)
