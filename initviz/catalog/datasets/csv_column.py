"""What a column of a table holds: numbers, categories, or text that is not learnt from.

A column is numbers even where some of them cannot be read: those are refused with their place,
since categories made of misread numbers would be learnt from without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from initviz.catalog.datasets.libraries import load_polars
from initviz.catalog.datasets.numerals import COMMA, NUMERAL, THOUSANDS, WHOLE, plain
from initviz.catalog.parameter import told

if TYPE_CHECKING:
    import polars as pl

MISSING = ("", "na", "n/a", "nan", "null", "none", "?")
MOST_LEVELS = 50
"""Different texts up to which a column is a category; beyond, it is names or prose."""

MOST_WORD = 200
"""Letters of a column's name and of a category; what is longer is prose."""

MISTYPED = 0.1
"""Up to this share of texts among numbers, the texts are mistakes and the column is numbers."""

MOSTLY = 0.5
"""From this share on, numbers that are too many for categories make the texts mistakes, too."""

FEW_NUMBERS = 10
"""Different whole numbers up to which a column of numbers may be classes or categories."""

FEW_TEXTS = 10
"""Different texts up to which they are mistakes in a column of very many numbers; where there are
more, it holds names, such as those of tickets."""

LARGEST = 1e100
"""Numbers beyond this cannot be standardised: the squares of float64 end at 1e308."""


class CsvError(ValueError):
    """A file that cannot be used; the message says where, and what to do."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: from the header.
        numbers: (rows,), NaN where missing; None if it is not numbers.
        codes: (rows,), the place in ``levels``, −1 where missing; None if it is not a category.
        levels: the texts of a category, sorted.
    """

    name: str
    numbers: NDArray[np.float64] | None = None
    codes: NDArray[np.int32] | None = None
    levels: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Either "number", "category", or "text" for what cannot be learnt from."""
        if self.numbers is not None:
            return "number"
        return "category" if self.codes is not None else "text"

    @property
    def missing(self) -> NDArray[np.bool_] | None:
        """(rows,), where there is no value; None for text."""
        if self.numbers is not None:
            return np.isnan(self.numbers)
        return None if self.codes is None else self.codes < 0


def read_column(file: str, values: pl.Series, lines: NDArray[np.int64], separator: str) -> Column:
    """Find out what a column holds.

    Args:
        file: its name, for messages.
        values: (rows,), as they are written.
        lines: (rows,), the line of each row.
        separator: what parts the columns; decimal commas are read where it is no comma.

    Raises:
        CsvError: if it holds numbers, and some of them cannot be read.
    """
    load_polars()
    import polars as pl

    values = values.fill_null("").str.strip_chars()
    missing = values.str.to_lowercase().is_in(list(MISSING))
    commas = separator != "," and bool(values.str.contains(COMMA).any())
    pointed = values.str.replace(",", ".", literal=True) if commas else values
    numbers = pointed.cast(pl.Float64, strict=False).set(missing, None)
    texts = ~missing & numbers.is_null()
    respelt = texts & values.str.contains(NUMERAL) if texts.any() else texts
    words = values.filter(texts & ~respelt)
    there = len(values) - int(missing.sum())
    if there == 0:
        return Column(values.name)
    levels = values.filter(~missing).unique().sort() if len(words) else words
    long = len(levels) > MOST_LEVELS or bool((levels.str.len_chars() > MOST_WORD).any())
    if len(words) <= MISTYPED * there or (
        len(words) <= (1 - MOSTLY) * there
        and (bool(respelt.any()) or _many(numbers))
        and (not long or words.n_unique() <= FEW_TEXTS)
    ):
        wrong = texts | (numbers.abs() > LARGEST).fill_null(False)
        if commas:
            wrong |= _unclear(values)
        if wrong.any():
            first = int(wrong.arg_max() or 0)
            what = _refused(values[first], numbers[first], bool(respelt[first]))
            if len(words) > MISTYPED * there and texts[first] and not respelt[first]:
                what = (
                    f"{told(values[first])} is no number, as {there - len(words)} of {there} are; "
                    "mend it, leave it empty, or take the column out"
                )
            raise CsvError(f'{file}: line {lines[first]}, column "{values.name}": {what}')
        return Column(values.name, numbers=numbers.fill_null(float("nan")).to_numpy().copy())
    if long:
        return Column(values.name)
    place = {level: code for code, level in enumerate(levels)}
    codes = values.replace_strict(place, default=-1, return_dtype=pl.Int32).to_numpy().copy()
    return Column(values.name, codes=codes, levels=tuple(levels))


def check_marks(
    file: str, frame: pl.DataFrame, columns: Sequence[Column], lines: NDArray[np.int64]
) -> None:
    """Refuse points that may part thousands in one column beside decimal commas in another.

    Raises:
        CsvError: at the first of them.
    """
    cells = {c.name: frame[c.name].fill_null("").str.strip_chars()
             for c in columns if c.numbers is not None}  # fmt: skip
    if not any(texts.str.contains(COMMA).any() for texts in cells.values()):
        return
    for name, texts in cells.items():
        unclear = texts.str.contains(THOUSANDS["."])
        if unclear.any() and unclear.sum() == texts.str.contains(".", literal=True).sum():
            first = int(unclear.arg_max() or 0)
            raise CsvError(
                f'{file}: line {lines[first]}, column "{name}": {_respelt(texts[first])}'
            )


def _many(numbers: pl.Series) -> bool:
    """Whether they are more than a column of categories has: many, or no whole ones."""
    found = numbers.drop_nulls().unique()
    return len(found) > FEW_NUMBERS or bool((found != found.round()).any())


def _unclear(values: pl.Series) -> pl.Series:
    """Where a number's only mark may part thousands, by what the others of its column look like."""
    commas, points = values.str.contains(COMMA), values.str.contains(r"^[-+]?\d*\.\d+$")
    thousands = {mark: values.str.contains(spelling) for mark, spelling in THOUSANDS.items()}
    if commas.any() and (thousands["."] & points).any():  # 1.000 beside 999,5
        return thousands["."]
    if commas.any() and commas.sum() == thousands[","].sum() and values.str.contains(WHOLE).any():
        return thousands[","]  # 1,000 beside 999
    return commas & False


def _refused(text: str, number: float | None, respelt: bool) -> str:
    if respelt or (number is not None and abs(number) <= LARGEST):
        return _respelt(text)
    if number is None or not text[-1:].isdigit():  # such as inf
        return f"{told(text)} is no number; mend it, or leave it empty"
    return (
        f"{told(text)[1:-1]} is too large to compute with; write at most {LARGEST:g}, or leave it "
        "empty"
    )


def _respelt(text: str) -> str:
    return (
        f"{told(text)} is a number in another spelling; write {plain(text)}, and all others of the "
        "column so, too, or take the column out if they are no numbers"
    )
