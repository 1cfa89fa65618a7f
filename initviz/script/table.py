"""The user's own table in a script: read with Python's csv module, column by column.

What initviz found in the file (the separator, which columns are numbers, which texts a category
has) is written into the script, so that nothing has to be guessed there. The file is read by its
path, and checked against the digest of what was seen. The sample table, which is no file of the
user's, is written into the script.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from initviz.catalog.datasets.csv_column import MISSING
from initviz.catalog.datasets.csv_file import SEPARATORS, CsvError, Table, read_table
from initviz.catalog.datasets.own import Prepared, file_of, prepare
from initviz.experiment import DataSettings
from initviz.script.text import quoted


@dataclass(frozen=True)
class TableCode:
    """How a script reads a table; the last function is ``read_table()``."""

    functions: tuple[str, ...]
    constants: tuple[str, ...]
    imports: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """How a file was written: its encoding, its separator, and whether commas are decimal."""

    encoding: str
    separator: str
    decimal_commas: bool
    text: str


def table_code(settings: DataSettings) -> TableCode:
    """The code that reads the table of an experiment.

    Raises:
        CsvError: if the file cannot be read again, or has changed.
    """
    values, path = settings.values, file_of(settings.values)
    table = read_table(path)
    if values["digest"] not in ("", table.digest):
        raise CsvError(f"{path.name}: has changed since it was opened; open the data again")
    classes = bool(settings.facts.classes)
    prepared = prepare(
        table, values["target"], classes=classes, drop_missing=values["drop_missing"] == "yes"
    )
    written = how_written(path.read_bytes(), table)
    own = bool(values["path"])
    constants = [
        *((f"DATA = {quoted(str(path))}", f"DIGEST = {quoted(table.digest)}") if own else ()),
        f"TARGET = {quoted(values['target'])}",
        *_list("FEATURES", "Each input: a number, or 1 where the column has this text.", _features(
            table, values["target"]
        )),
    ]  # fmt: skip
    if not own:
        constants.append(f'TABLE = """\\\n{written.text}"""')
    functions = [_number(written), _reading(values, table, prepared, written, own)]
    imports = ["import csv", "import io"]
    if own:
        imports += ["import hashlib", "from pathlib import Path"]
    return TableCode(tuple(functions), tuple(constants), tuple(imports))


def how_written(raw: bytes, table: Table) -> Written:
    """Find out how a file that has been read was written."""
    encoding = "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = raw.decode(encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    names = [column.name for column in table.columns]
    for separator in SEPARATORS:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
        if [name.strip() for name in rows[0]] == names:
            numbers = [i for i, column in enumerate(table.columns) if column.kind == "number"]
            commas = separator != "," and any("," in row[i] for row in rows[1:] for i in numbers)
            return Written(encoding, separator, commas, text)
    raise CsvError(f"{table.name}: cannot be read with Python's csv module; save it as CSV again")


def _features(table: Table, target: str) -> list[str]:
    rows = []
    for column in table.columns:
        if column.name == target or column.kind == "text":
            continue
        if column.kind == "number":
            rows.append(f"({quoted(column.name)}, None),")
            continue
        levels = column.levels[1:] if len(column.levels) == 2 else column.levels
        rows += [f"({quoted(column.name)}, {quoted(level)})," for level in levels]
    return rows


def _list(name: str, comment: str, rows: list[str]) -> list[str]:
    return [f"# {comment}", f"{name} = [", *(f"    {row}" for row in rows), "]"]


def _number(written: Written) -> str:
    text = 'text.replace(",", ".")' if written.decimal_commas else "text"
    return "\n".join(
        [
            "def as_number(text, level):",
            '    """A number as it is; a category as 1 where it is this one."""',
            f"    return float({text}) if level is None else float(text == level)",
        ]
    )


def _reading(
    values: Mapping[str, Any], table: Table, prepared: Prepared, written: Written, own: bool
) -> str:
    lines = ["def read_table():", '    """Inputs x, (rows, inputs), and the target y, (rows,)."""']
    source = "TABLE"
    if own:
        lines += [
            "    raw = Path(DATA).read_bytes()",
            "    if hashlib.sha256(raw).hexdigest() != DIGEST:",
            '        raise SystemExit(f"{DATA}: has changed since this script was written")',
            f"    text = raw.decode({quoted(written.encoding)})",
        ]
        source = "text, newline=None"
    separator = "" if written.separator == "," else f", delimiter={quoted(written.separator)}"
    lines += [
        f"    header, *rows = [row for row in csv.reader(io.StringIO({source}){separator}) if row]",
        "    names = [name.strip() for name in header]",
        "    rows = [dict(zip(names, (text.strip() for text in row))) for row in rows]",
    ]
    if prepared.dropped:
        lines += [
            "    # Rows with missing values are left out.",
            f"    missing = {{{', '.join(quoted(word) for word in MISSING)}}}",
            "    used = {TARGET, *(name for name, _ in FEATURES)}",
            "    rows = [r for r in rows if not any(r[n].lower() in missing for n in used)]",
        ]
    lines += [
        "    x = np.array([[as_number(r[n], level) for n, level in FEATURES] for r in rows])",
    ]
    target = table.column(values["target"])
    if target.kind == "category":
        lines += [
            "    # The classes, in the order of the alphabet.",
            "    _, y = np.unique([row[TARGET] for row in rows], return_inverse=True)",
        ]
    else:
        lines.append("    y = np.array([as_number(row[TARGET], None) for row in rows])")
        if prepared.classes:
            lines.append("    _, y = np.unique(y, return_inverse=True)  # the classes, by size")
    return "\n".join([*lines, "    return x, y"])
