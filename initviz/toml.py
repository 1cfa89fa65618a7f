"""TOML that anybody may have written: read only where that takes neither long nor much memory."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from initviz.reasons import not_read
from initviz.textfile import read_text

MOST_LETTERS = 2**19
"""Of a file; an experiment with everything that it may say has half as many."""

MOST_DOTS = 128
"""Dots in a line, outside of texts. Reading a name of many parts takes the square of their number,
in seconds and in memory; a list of numbers may have a hundred."""

MOST_STEPS = 2**20
"""Parts of names that may be gone through: each line's, times those of the table that it is in."""

_TEXTS = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\\?\Z)'
    r"|'''.*?(?:'''|\Z)"
    r'|"(?:\\[^\n]|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|#[^\n]*",
    re.DOTALL,
)
"""Texts and remarks. Each alternative ends somewhere whatever follows, so that none is tried twice
over the same letters."""


class TomlError(ValueError):
    """A text that is not read; the message says why, and what to do."""


def read_toml(path: Path) -> str:
    """The text of a file, in UTF-8, with or without a byte order mark.

    Raises:
        TomlError: if it is no file, too large, no text, or cannot be read.
    """
    try:
        return read_text(path).removeprefix("\ufeff")
    except OSError as error:
        raise TomlError(f"cannot be read ({not_read(error)})") from None
    except UnicodeDecodeError:
        raise TomlError("is no text in UTF-8; save it as that") from None
    except ValueError:  # no system has such a path
        raise TomlError("is no path; choose a file") from None


def fields_of(text: str) -> dict[str, Any]:
    """What a TOML document says.

    Raises:
        TomlError: if it is none, or one that takes too long to read.
    """
    if len(text) > MOST_LETTERS:
        raise TomlError(f"not a TOML file: {_too_long(len(text))}")
    table = steps = 0
    for number, line in enumerate(_TEXTS.sub(_lines_kept, text).split("\n"), 1):
        dots = line.count(".")
        if line.lstrip().startswith("["):
            table = dots
        steps += (table + dots) * (dots + 1)
        if dots > MOST_DOTS or steps > MOST_STEPS:
            raise TomlError(
                f"not a TOML file: line {number} has a name of too many parts; remove the line"
            )
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TomlError(
            "not a TOML file: its lists or tables are nested too deeply; remove the brackets"
        ) from None
    except tomllib.TOMLDecodeError as error:
        words = " ".join(str(error).split())[:160]
        raise TomlError(f"not a TOML file: {words}; mend it there") from None
    except (ValueError, OverflowError):  # digits without end, or a day that no calendar has
        raise TomlError(
            "not a TOML file: a number or a date is out of range; write a shorter one"
        ) from None


def _lines_kept(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _too_long(size: int) -> str:
    return f"{size} letters are more than an experiment has; keep at most {MOST_LETTERS}"
