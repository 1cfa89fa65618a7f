"""The readers, what belongs to a good answer of theirs, and the files that they are tried with."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from stress.fuzzing import corpus
from stress.fuzzing.archives import archive_spoilt
from stress.fuzzing.mutate import bytes_spoilt

MOST_WORDS = 700
"""Letters of a refusal; those that list every activation and every scheme are the longest."""

PROBED = 20
"""One in so many of the runs that open is probed, and one in so many of the tables is trained."""

CURES = re.compile(
    r"\b(add|choose|copy|get|give|keep|leave|mean|mend|name|open|part|predict|put|remove|save|say|shorten|"
    r"take|update|use|write|needs|needed|can be|can only be|nothing to|belong)\b"
)
RAW = re.compile(r"(Error\b|Exception|Traceback|<class|0x[0-9a-f]{6}|object at|sys\.set_int)")


class LossError(Exception):
    """A reader that gave a bad answer."""


@dataclass(frozen=True)
class Reader:
    """A reader of files.

    Attributes:
        suffix: of its files.
        good: a folder → good files.
        spoil: a good file, random numbers, all good files → a bad one.
        read: reads a file; returns whether it was taken, raises what must not happen.
    """

    suffix: str
    good: Callable[[Path], list[bytes]]
    spoil: Callable[[bytes, Random, Sequence[bytes]], bytes]
    read: Callable[[Path, int], bool]


def check_words(words: str) -> None:
    """Whether a refusal is short, has a cure, and nothing of the inside."""
    if len(words) > MOST_WORDS:
        raise LossError(f"says {len(words)} letters: {words[:80]}…")
    if not CURES.search(words):
        raise LossError(f"names no cure: {words[:200]}")
    if RAW.search(
        re.sub(r'"[^"]*"?|members\.\S*', "", words)
    ):  # what a file says itself is its own
        raise LossError(f"shows its inside: {words[:200]}")


def read_toml(path: Path, number: int) -> bool:
    """Whether it is an experiment; one that is comes back the same from what it writes."""
    from initviz.experiment import Experiment, ExperimentError

    try:
        experiment = Experiment.load(path)
    except ExperimentError as error:
        for problem in error.problems[:10]:
            check_words(str(problem))
        return False
    if Experiment.from_toml(experiment.to_toml()) != experiment:
        raise LossError("is not what it writes")
    return True


def read_csv(path: Path, number: int) -> bool:
    """Whether it is a table; one that is gives an experiment for some target, or says why not."""
    from initviz.catalog.datasets.csv_file import CsvError, read_table
    from initviz.catalog.datasets.own import own_values, prepare, suits_classes
    from initviz.experiment import DataSettings, Experiment, ExperimentError

    try:
        table = read_table(path)
    except CsvError as error:
        check_words(str(error))
        return False
    if any(column.kind != "text" and len(table.lines) != len(column.missing) for column in
           table.columns):  # type: ignore[arg-type]  # fmt: skip
        raise LossError("has columns of different lengths")
    columns = table.columns
    for place in {number % len(columns), len(columns) - 1}:
        column = columns[place]
        try:
            prepared = prepare(
                table, column.name, classes=suits_classes(column), drop_missing=number % 3 > 0
            )
            values = own_values(path, table, column.name, prepared, drop_missing=number % 3 > 0)
            experiment = Experiment(
                data=DataSettings(dataset="csv", values=values), hidden=(3,), seed=number
            )
        except (CsvError, ExperimentError) as error:
            check_words(str(error))
            continue
        if Experiment.from_toml(experiment.to_toml()) != experiment:
            raise LossError("is not what it writes")
        if number % PROBED == 0:
            _train(experiment)
    return True


def _train(experiment: object) -> None:
    from initviz.engine import probe
    from initviz.experiment import Experiment
    from initviz.training import train

    assert isinstance(experiment, Experiment)
    probe(train(experiment, 1), 1)


def read_run(path: Path, number: int) -> bool:
    """Whether it is a run; one that is shows its last epoch."""
    from initviz.runfile import RunFileError, open_run

    try:
        recording = open_run(path, tables=path.parent / "tables")
    except RunFileError as error:
        check_words(str(error))
        return False
    if number % PROBED == 0:
        from initviz.catalog.datasets.csv_file import CsvError
        from initviz.engine import probe

        # A table that is not there any more, or is another one: the run cannot be looked at.
        with contextlib.suppress(CsvError):
            probe(recording, recording.last)
    return True


READERS = {
    "toml": Reader(".toml", corpus.documents, bytes_spoilt, read_toml),
    "csv": Reader(".csv", corpus.tables, bytes_spoilt, read_csv),
    "runfile": Reader(".initviz", corpus.runs, archive_spoilt, read_run),
}


def spoilt(reader: Reader, good: Sequence[bytes], name: str, seed: int, number: int) -> bytes:
    """The same bytes for the same numbers."""
    random = Random(f"{name} {seed} {number}")
    return reader.spoil(random.choice(good), random, good)
