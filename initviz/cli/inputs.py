"""What a command works on: a lesson, the file of an experiment or a run, or a table."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from initviz.catalog.lessons import find
from initviz.cli.status import BadInputError
from initviz.experiment import DataSettings, Experiment, ExperimentError, Lane
from initviz.spelling import counted, meant

if TYPE_CHECKING:
    from initviz.recording import Recording

RUN_FILE = ".initviz"


@dataclass(frozen=True)
class Subject:
    """Something that a command works on, and what its files are called.

    Attributes:
        name: of the lesson, or of the file without its folder and suffix.
        experiment: what is trained.
        recording: what a run file has of it; see ``cli.training.recorded``.
    """

    name: str
    experiment: Experiment
    recording: Recording | None = None


def add_csv(parser: argparse.ArgumentParser) -> None:
    """Let a command take a table of the user's own."""
    parser.add_argument("--csv", type=Path, metavar="FILE", help="train on a table of your own")
    parser.add_argument(
        "--target", metavar="COLUMN", help="the column of the table to predict (the last one)"
    )
    parser.add_argument(
        "--drop-missing", action="store_true", help="leave out rows with missing values"
    )


def subject_of(what: str) -> Subject:
    """A lesson, by name or number, or a file.

    Raises:
        BadInputError: if there is no such lesson or file, or something is wrong with it.
    """
    if what.lower().endswith(RUN_FILE):
        return _run_file(Path(what))
    if what.endswith(".toml"):
        path = Path(what)
        try:
            if os.path.exists(path):
                return Subject(path.stem, Experiment.load(path))
        except ExperimentError as error:
            raise BadInputError(f"{what}: {error}") from None
    try:
        lesson = find(what)
    except LookupError as error:
        if what.endswith(".toml"):
            raise BadInputError(f"{what}: there is no such file") from None
        if os.path.isdir(what):
            raise BadInputError(f"{what}: is a folder; write the name of a file") from None
        if os.path.isfile(what):
            endings = f".toml, {RUN_FILE}, .csv or .tsv"
            raise BadInputError(
                f"{what}: its name does not tell what it holds; let it end in {endings}"
            ) from None
        from initviz.cli import COMMANDS

        if (hint := meant(what, COMMANDS)) and " " not in what:
            raise BadInputError(f'there is no command or lesson "{what}"; {hint}') from None
        raise BadInputError(str(error.args[0])) from None
    return Subject(lesson.name, lesson.experiment)


def _run_file(path: Path) -> Subject:
    from initviz.runfile import RunFileError, open_run

    try:
        recording = open_run(path)
    except RunFileError as error:
        raise BadInputError(str(error)) from None
    return Subject(path.stem, recording.experiment, recording)


def subjects(options: argparse.Namespace) -> list[Subject]:
    """Everything that was asked for.

    Raises:
        BadInputError: as ``subject_of``, and for tables.
    """
    whats = [options.what] if isinstance(options.what, str) else list(options.what or ())
    tables = [Path(what) for what in whats if what.lower().endswith((".csv", ".tsv"))]
    if options.csv:
        tables.append(options.csv)
    if options.target and not tables:
        raise BadInputError("--target: goes with a table; write --csv FILE, too")
    found = [subject_of(what) for what in whats if Path(what) not in tables]
    found += [_own_data(path, options) for path in tables]
    names = [subject.name for subject in found]
    for name in names:
        if names.count(name) > 1:  # their files would overwrite one another
            raise BadInputError(f'"{name}" is the name of two of them; take one after the other')
    return found


def _own_data(path: Path, options: argparse.Namespace) -> Subject:
    """An experiment on a table of the user's own."""
    from initviz.catalog.datasets.csv_file import CsvError, read_table
    from initviz.catalog.datasets.own import how_read, own_values, prepare, suits_classes

    try:
        table = read_table(path)
        usable = [column.name for column in table.columns if column.kind != "text"]
        target = options.target or (usable[-1] if usable else table.columns[-1].name)
        classes = suits_classes(table.column(target))
        prepared = prepare(table, target, classes=classes, drop_missing=options.drop_missing)
    except CsvError as error:
        hint = "; write --drop-missing" if "missing values" in str(error) else ""
        raise BadInputError(f"{error}{hint}") from None
    values = own_values(path, table, target, prepared, drop_missing=options.drop_missing)
    if not getattr(options, "quiet", False):
        said = how_read(table, target, classes=classes)
        print(f"initviz: {path.name}: {said}", file=sys.stderr)
    if prepared.dropped:
        rows = counted(prepared.dropped, "row")
        print(f"initviz: {rows} with missing values left out", file=sys.stderr)
    lanes = tuple(Lane(scheme=scheme) for scheme in ("zeros", "uniform", "xavier_uniform"))
    data = DataSettings(dataset="csv", values=values)
    return Subject(path.stem, Experiment(data=data, lanes=lanes, learning_rate=0.05))
