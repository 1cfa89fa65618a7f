"""The user's own data: a CSV file, the column to predict, and what was found in the file.

The experiment stays the whole truth: it holds the path, the choices, what the network needs to
know, and a digest of the file. The file is read again when it is trained on; if it has changed,
that is an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.datasets.csv_column import FEW_NUMBERS, MOST_WORD, Column, CsvError
from initviz.catalog.datasets.csv_file import Table, digest_of, read_table
from initviz.catalog.datasets.dataset import Dataset, Facts, Points
from initviz.catalog.datasets.tables import TABLE_TEST_SHARE, split, split_counts
from initviz.catalog.parameter import Choice, Kind, Parameter, SettingError, told
from initviz.catalog.tasks import BINARY, CLASSES, REGRESSION
from initviz.spelling import counted

MOST_CLASSES = 20
MOST_FEATURES, FEWEST_ROWS = 1000, 8
USUAL_ROWS = 2000
MOST_SAID = 20
"""Columns that a line on how a table was read names."""

SAMPLE = "students.csv"
"""The file that is there before people open their own: 300 made-up students."""


@dataclass(frozen=True)
class Prepared:
    """A table ready to learn from.

    Attributes:
        x: (rows, features), numbers as they are and categories as columns of 0 and 1.
        y: (rows,), the class or the target.
        names: of the features.
        classes: the names of the classes, () for a regression.
        dropped: rows that were left out since a value was missing.
        left_out: names of columns that hold neither numbers nor a few categories.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    names: tuple[str, ...]
    classes: tuple[str, ...]
    dropped: int
    left_out: tuple[str, ...]


def suits_classes(column: Column) -> bool:
    """Whether a target is more likely classes than a number."""
    if column.numbers is None:
        return True
    found = np.unique(column.numbers[~np.isnan(column.numbers)])
    return len(found) <= FEW_NUMBERS and bool((found == np.round(found)).all())


def inputs_of(column: Column) -> tuple[str, ...]:
    """Names of the inputs that a column becomes; of two categories, one input says which it is."""
    if column.kind == "category":
        levels = column.levels[1:] if len(column.levels) == 2 else column.levels
        return tuple(f"{column.name} = {level}" for level in levels)
    return (column.name,) if column.kind == "number" else ()


def how_read(table: Table, target: str, *, classes: bool) -> str:
    """In a line, what each column is taken for, how many inputs they become, what is predicted."""
    inputs = [column for column in table.columns if column.name != target]
    said = [f"{_short(column.name)}: {_taken_for(column)}" for column in inputs[:MOST_SAID]]
    if len(inputs) > MOST_SAID:
        said.append(f"and {len(inputs) - MOST_SAID} more")
    count = sum(len(inputs_of(column)) for column in inputs)
    predicted = "classes" if classes else "number"
    return f"{', '.join(said)} → {counted(count, 'input')}; predicts {_short(target)} ({predicted})"


def _taken_for(column: Column) -> str:
    match column.kind:
        case "number":
            return "number"
        case "category":
            return counted(len(column.levels), "category", "categories")
    return "left out (texts)"


def _short(name: str) -> str:
    return told(name)[1:-1]


def missing_rows(table: Table) -> NDArray[np.bool_]:
    """(rows,), whether a value is missing in a column that can be learnt from."""
    masks = [column.missing for column in table.columns]
    found = np.zeros(len(table.lines), dtype=bool)
    for mask in masks:
        if mask is not None:
            found |= mask
    return found


def prepare(table: Table, target: str, *, classes: bool, drop_missing: bool) -> Prepared:
    """Choose the target and make numbers of everything else.

    Raises:
        CsvError: if the table does not allow it; the message says what to do.
    """
    wanted = table.column(target)
    if wanted.kind == "text":
        raise CsvError(
            f'{table.name}: "{target}" has too many different texts to predict; choose another '
            "column"
        )
    missing = missing_rows(table)
    if missing.any() and not drop_missing:
        first = int(np.flatnonzero(missing)[0])
        column = next(c.name for c in table.columns if c.missing is not None and c.missing[first])
        have = "has" if missing.sum() == 1 else "have"
        raise CsvError(
            f"{table.name}: {missing.sum()} of {len(missing)} rows {have} missing values (the "
            f'first: line {table.lines[first]}, column "{column}"); say that they may be left out'
        )
    kept = ~missing
    if kept.sum() < FEWEST_ROWS:
        raise CsvError(
            f"{table.name}: {counted(int(kept.sum()), 'row')} without gaps; at least {FEWEST_ROWS} "
            "are needed, add some"
        )
    y, names = _target(table.name, wanted, kept, classes)
    columns: list[NDArray[np.float64]] = []
    features: list[str] = []
    for each in table.columns:
        if each is wanted or each.kind == "text":
            continue
        inputs = inputs_of(each)
        features += inputs
        if each.numbers is not None:
            columns.append(each.numbers[kept])
            continue
        assert each.codes is not None
        for code in range(len(each.levels) - len(inputs), len(each.levels)):
            columns.append((each.codes[kept] == code).astype(np.float64))
    if not 2 <= len(columns) <= MOST_FEATURES:
        cure = "add another column" if len(columns) < 2 else "take columns out"
        raise CsvError(
            f'{table.name}: {counted(len(columns), "input")} besides the target "{target}"; 2 to '
            f"{MOST_FEATURES} can be learnt from, {cure}"
        )
    if all(column.min() == column.max() for column in columns):
        raise CsvError(
            f"{table.name}: every input is the same in all rows; there is nothing to learn from, "
            "add a column that varies"
        )
    left_out = tuple(c.name for c in table.columns if c.kind == "text")
    return Prepared(
        np.stack(columns, axis=1), y, tuple(features), names, int(missing.sum()), left_out
    )


def _target(
    file: str, column: Column, kept: NDArray[np.bool_], classes: bool
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    if not classes:
        if column.numbers is None:
            raise CsvError(f'{file}: "{column.name}" has texts; they can only be classes')
        y = column.numbers[kept]
        if y.min() == y.max():
            raise CsvError(f'{file}: "{column.name}" is always {y[0]:g}; there is nothing to learn')
        return y, ()
    raw = column.codes[kept] if column.codes is not None else column.numbers[kept]  # type: ignore[index]
    found, codes = np.unique(raw, return_inverse=True)
    if column.codes is not None:
        names = tuple(column.levels[int(code)] for code in found)
    else:
        names = tuple(f"{value:g}" for value in found)
    if not 2 <= len(names) <= MOST_CLASSES:
        few = (
            "there is nothing to tell apart, predict another column"
            if len(names) < 2
            else "predict it as a number"
        )
        raise CsvError(
            f'{file}: "{column.name}" has {counted(len(names), "class", "classes")}, and 2 to '
            f"{MOST_CLASSES} can be drawn; {few}"
        )
    return codes.astype(np.float64), names


def own_values(
    path: Path, table: Table, target: str, prepared: Prepared, *, drop_missing: bool
) -> dict[str, Any]:
    """The values of a dataset "csv" for a file that has been read and prepared."""
    return {
        "samples": min(len(prepared.y), USUAL_ROWS),
        "path": str(path.absolute()),
        "target": target,
        "drop_missing": "yes" if drop_missing else "no",
        "rows": len(prepared.y),
        "features": len(prepared.names),
        "axes": json.dumps(prepared.names[:2], ensure_ascii=False),
        "classes": json.dumps(prepared.classes, ensure_ascii=False),
        "digest": table.digest,
    }


def _hidden(name: str, label: str, default: Any, kind: Kind = Kind.TEXT, **more: Any) -> Parameter:
    help = "What was found in the file when it was opened."
    return Parameter(name, label, help, kind, default, hidden=True, **more)


def _yes_no() -> list[Choice]:
    return [Choice("no", "no", "a missing value is an error"),
            Choice("yes", "yes", "rows with missing values are left out")]  # fmt: skip


PARAMETERS = (
    Parameter("samples", "Rows used", "Rows to train and test on, chosen by the seed; more than "
              "there are is all of them.", Kind.INTEGER, 300, FEWEST_ROWS, 1_000_000,
              unit="rows", log=True),
    TABLE_TEST_SHARE,
    _hidden("path", "File", ""),
    _hidden("target", "Target", "placed"),
    _hidden("drop_missing", "Leave out rows", "no", Kind.CHOICE, choices=_yes_no),
    _hidden("rows", "Rows", 300, Kind.INTEGER, low=FEWEST_ROWS, high=100_000_000),
    _hidden("features", "Inputs", 5, Kind.INTEGER, low=2, high=MOST_FEATURES),
    _hidden("axes", "Axes", '["CGPA", "IQ"]'),
    _hidden("classes", "Classes", '["no", "yes"]'),
    _hidden("digest", "Digest", ""),
)  # fmt: skip


def _words(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    try:
        words = json.loads(values[name])
    except (ValueError, RecursionError):
        words = None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        said = told(values[name])
        raise SettingError(f'{name}: {said} is no list of texts; write ["a", "b"]', name)
    if any(len(word) > MOST_WORD or "\0" in word or (not word.isascii() and _torn(word))
           for word in words):  # fmt: skip
        raise SettingError(
            f"{name}: a text is too long or has what is no letter; write at most {MOST_WORD} "
            "letters", name
        )  # fmt: skip
    return tuple(words)


def _torn(word: str) -> bool:
    """Whether a word has half of a letter, which no file can hold."""
    return any("\ud800" <= letter <= "\udfff" for letter in word)


def _facts(values: Mapping[str, Any]) -> Facts:
    classes, axes = _words(values, "classes"), _words(values, "axes")
    if len(classes) == 1 or len(classes) > MOST_CLASSES:
        raise SettingError(f"classes: write none, or 2 to {MOST_CLASSES}", "classes")
    if len(axes) != 2:
        raise SettingError("axes: write the names of the first two inputs", "axes")
    used = min(int(values["samples"]), int(values["rows"]))
    train, test = split_counts(used, float(values["test_share"]))
    task = REGRESSION if not classes else BINARY if len(classes) == 2 else CLASSES
    return Facts(
        task, train, test, int(values["features"]), axes, classes,
        str(values["target"]), units=int(values["features"]) == 2,
    )  # fmt: skip


def file_of(values: Mapping[str, Any]) -> Path:
    """The file that the values are about; the sample where none was opened."""
    if values["path"]:
        return Path(values["path"])
    return Path(str(files("initviz.catalog.datasets") / SAMPLE))


@lru_cache(maxsize=1)
def _prepared(path: Path, target: str, classes: bool, drop_missing: bool, digest: str) -> Prepared:
    return prepare(read_table(path), target, classes=classes, drop_missing=drop_missing)


def _check_unchanged(path: Path, digest: str) -> None:
    try:
        if path.exists() and not path.is_file():  # a device is read without end
            raise CsvError(f"{path}: is no file; open the data again")
        changed = digest_of(path.read_bytes()) != digest
    except OSError as error:
        raise CsvError(f"{path}: cannot be read ({error.strerror}); open the data again") from None
    except CsvError:  # a ValueError, too
        raise
    except ValueError:  # no system has such a path
        raise CsvError(f"{path}: is no path; open the data again") from None
    if changed:
        raise CsvError(f"{path.name}: has changed since it was opened; open the data again")


def _make(values: Mapping[str, Any], seed: int) -> tuple[Points, Points]:
    classes = bool(_words(values, "classes"))
    if values["digest"]:
        _check_unchanged(file_of(values), values["digest"])
    prepared = _prepared(
        file_of(values), values["target"], classes, values["drop_missing"] == "yes",
        values["digest"],
    )  # fmt: skip
    shape = (int(values["rows"]), int(values["features"]))
    if prepared.x.shape != shape or (classes and prepared.classes != _words(values, "classes")):
        raise CsvError(f"{file_of(values).name}: is not what the experiment says; open it again")
    return choose(prepared.x, prepared.y, values, seed, classes=classes)


def choose(
    x: NDArray[np.float64], y: NDArray[np.float64], values: Mapping[str, Any], seed: int, *,
    classes: bool,
) -> tuple[Points, Points]:  # fmt: skip
    """As many rows as are wanted, chosen by the seed, to train and to test on."""
    used = min(int(values["samples"]), len(y))
    chosen = np.random.default_rng(seed).permutation(len(y))[:used]
    return split(x[chosen], y[chosen], float(values["test_share"]), seed, classes=classes)


OWN = (
    Dataset(
        "csv", "Your own (CSV)", "A table of yours: choose the column to predict.", "Your own",
        PARAMETERS, _facts, _make,
    ),
)  # fmt: skip
