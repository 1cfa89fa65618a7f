"""Reading people's own CSV files: quickly, and with the line and the column of what is wrong.

polars reads a million rows in half a second, without holding the interpreter. It is imported when
a file is read.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.datasets.csv_column import (
    MOST_WORD,
    Column,
    check_marks,
    read_column,
)
from initviz.catalog.datasets.csv_column import CsvError as CsvError
from initviz.catalog.datasets.libraries import load_polars
from initviz.reasons import not_read
from initviz.spelling import counted

if TYPE_CHECKING:
    import polars as pl

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MOST_COLUMNS = 5000

WHOLE_LINE = b"\x01"
"""What parts no values, so that polars takes a line for one; Python reads a file that has it."""

PREVIEW = 8
MOST_BYTES = 2 * 2**30

Cancelled = Callable[[], bool]


class CancelledError(Exception):
    """Raised while reading when nobody wants the file any more."""


@dataclass(frozen=True)
class Table:
    """A file that has been read.

    Attributes:
        name: of the file.
        columns: in the order of the header.
        lines: (rows,), the line that each row begins on.
        preview: the first rows as they are written.
        digest: SHA-256 of the file, in hexadecimal.
    """

    name: str
    columns: tuple[Column, ...]
    lines: NDArray[np.int64]
    preview: tuple[tuple[str, ...], ...]
    digest: str

    def column(self, name: str) -> Column:
        """The column with this name.

        Raises:
            CsvError: if there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        names = ", ".join(f'"{column.name}"' for column in self.columns)
        raise CsvError(f'{self.name}: there is no column "{name}"; it has {names}')


def read_table(path: Path, cancelled: Cancelled = lambda: False) -> Table:
    """Read a CSV file with a header.

    Args:
        path: the file; commas, semicolons, tabs or bars, UTF-8 or Latin-1, decimal points, or
            decimal commas where the separator is another one.
        cancelled: asked between the steps.

    Raises:
        CsvError: if it cannot be used.
        CancelledError: when ``cancelled`` says so.
    """

    def check() -> None:
        if cancelled():
            raise CancelledError

    raw = _bytes(path)
    check()
    text = _utf8(path.name, raw)
    header, _, _ = text.lstrip(b"\n").partition(b"\n")
    separator = _separator(path.name, header)
    names = _names(path.name, header, separator)
    check()
    lines = _line_numbers(path.name, text, separator, len(names), check)
    check()
    frame = _parse(path.name, text, separator, names)
    if len(frame) != len(lines):  # blank lines, which polars takes for rows of nothing
        frame = _parse_rows(path.name, text, separator, names)
    columns = []
    for name in names:
        check()
        columns.append(read_column(path.name, frame[name], lines, separator))
    if separator != "," and b"," in text:
        check_marks(path.name, frame, columns, lines)
    preview = tuple(tuple(str(v or "") for v in row) for row in frame.head(PREVIEW).iter_rows())
    return Table(path.name, tuple(columns), lines, preview, digest_of(raw))


def digest_of(raw: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CsvError(f"{path.name}: is larger than 2 GiB; take a part of it")
        # A path may come from somebody else's experiment: a device is read without end, a pipe
        # is waited for.
        if path.exists() and not path.is_file():
            raise CsvError(f"{path}: is no file; choose a CSV file")
        raw = path.read_bytes()
    except OSError as error:
        raise CsvError(f"{path.name}: cannot be read ({not_read(error)})") from None
    except CsvError:  # a ValueError, too
        raise
    except ValueError:  # no system has such a path
        raise CsvError(f"{path.name}: is no path; choose a CSV file") from None
    if not raw.strip():
        raise CsvError(f"{path.name}: is empty; it needs a line of names and rows of values")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise CsvError(f"{path.name}: is in UTF-16; save the table as CSV in UTF-8")
    if b"\0" in raw[:65536]:
        raise CsvError(f"{path.name}: is not a text file; save the table as CSV in UTF-8")
    return raw


def _utf8(name: str, raw: bytes) -> bytes:
    """The same text in UTF-8, without a byte order mark, with line feeds only."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raw = raw.decode("latin-1").encode("utf-8")
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw


def _separator(name: str, header: bytes) -> str:
    outside = b"".join(header.split(b'"')[::2]).decode("utf-8")
    separator = max(SEPARATORS, key=outside.count)
    if not outside.count(separator):
        ways = ", ".join(SEPARATORS.values())
        raise CsvError(f"{name}: line 1 has one column only; part the columns by {ways}")
    return separator


def _names(name: str, header: bytes, separator: str) -> list[str]:
    try:
        row = next(csv.reader([header.decode("utf-8")], delimiter=separator))
    except csv.Error as error:
        raise CsvError(f"{name}: line 1: {_quotes(error)}") from None
    names = [each.strip() for each in row]
    if len(names) > MOST_COLUMNS:
        raise CsvError(
            f"{name}: {len(names)} columns are too many; keep at most {MOST_COLUMNS} of them"
        )
    seen: set[str] = set()
    for place, each in enumerate(names):
        if not each:
            raise CsvError(f"{name}: line 1, column {place + 1} has no name; write one")
        if len(each) > MOST_WORD:
            raise CsvError(
                f"{name}: line 1, column {place + 1} has a name of {len(each)} letters; write at "
                f"most {MOST_WORD}"
            )
        if each in seen:
            raise CsvError(f'{name}: line 1 has "{each}" twice; give one of them another name')
        seen.add(each)
    if all(_is_number(each.replace(",", ".")) for each in names):
        raise CsvError(
            f"{name}: line 1 has numbers where the names of the columns belong; add a line of names"
        )
    return names


def _line_numbers(
    name: str, text: bytes, separator: str, width: int, check: Callable[[], None]
) -> NDArray[np.int64]:
    """The line of every row, after making sure that each has as many values as the header."""
    if b'"' in text or WHOLE_LINE in text:
        return _quoted_line_numbers(name, text, separator, width, check)
    load_polars()
    import polars as pl

    lines = pl.read_csv(
        text, has_header=False, separator=WHOLE_LINE.decode(), quote_char=None, infer_schema=False,
        new_columns=["line"], truncate_ragged_lines=True,
    )["line"].fill_null("")  # fmt: skip
    counts = lines.str.count_matches(separator, literal=True).to_numpy()
    filled = (lines != "").to_numpy()
    wrong = np.flatnonzero(filled & (counts != width - 1))
    if len(wrong):
        _refuse_width(name, int(wrong[0]) + 1, int(counts[wrong[0]]) + 1, width)
    return _data_lines(name, np.flatnonzero(filled) + 1)


def _quoted_line_numbers(
    name: str, text: bytes, separator: str, width: int, check: Callable[[], None]
) -> NDArray[np.int64]:
    found: list[int] = []
    reader = csv.reader(
        io.StringIO(text.decode("utf-8"), newline=""), delimiter=separator, strict=True
    )
    begins = 1
    try:
        for row in reader:
            if row:
                if len(row) != width:
                    _refuse_width(name, begins, len(row), width)
                found.append(begins)
            begins = reader.line_num + 1
            if len(found) % 10_000 == 0:
                check()
    except csv.Error as error:
        raise CsvError(f"{name}: line {begins}: {_quotes(error)}") from None
    return _data_lines(name, np.array(found))


def _quotes(error: csv.Error) -> str:
    """What the quotes of a line are refused for, with the cure."""
    if "field larger" in str(error):
        return f"a value has more than {csv.field_size_limit()} letters; shorten it"
    what = "a quote is opened and never closed" if "end of data" in str(error) else str(error)
    return f"{what}; mend the quotes"


def _data_lines(name: str, lines: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(lines) < 2:
        raise CsvError(f"{name}: has a line of names and no rows; add some")
    return lines[1:]


def _refuse_width(name: str, line: int, found: int, width: int) -> None:
    raise CsvError(
        f"{name}: line {line} has {counted(found, 'value')}, and line 1 names {width} columns; "
        "mend the line"
    )


def _parse(name: str, text: bytes, separator: str, names: Sequence[str]) -> pl.DataFrame:
    load_polars()
    import polars as pl

    try:
        return pl.read_csv(
            text.lstrip(b"\n"), separator=separator, infer_schema=False, new_columns=list(names),
        )  # fmt: skip
    except pl.exceptions.PolarsError as error:
        words = str(error).splitlines()[0][:120]
        raise CsvError(f"{name}: cannot be read as a table ({words}); mend the quotes") from None


def _parse_rows(name: str, text: bytes, separator: str, names: Sequence[str]) -> pl.DataFrame:
    """Row by row, without blank lines: slow, and right for every file that has some."""
    load_polars()
    import polars as pl

    reader = csv.reader(io.StringIO(text.decode("utf-8"), newline=""), delimiter=separator)
    try:
        rows = [row for row in reader if row][1:]
    except csv.Error as error:
        raise CsvError(f"{name}: line {reader.line_num}: {_quotes(error)}") from None
    return pl.DataFrame(rows, schema={name: pl.String for name in names}, orient="row")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
