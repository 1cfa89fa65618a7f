"""Declared settings: label, unit, range and help of a setting stand here once.

The window's control, its tooltip, the error message and the command line's help are all
made from the same ``Parameter``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from initviz.spelling import meant

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

_TYPE_NAMES = {int: "a whole number", float: "a number"}

MOST_TOLD = 60
"""Letters of a refused value that its message shows."""

MOST_LETTERS = 10_000
"""Letters of a text that is a setting."""


class SettingError(ValueError):
    """A value that a setting refuses; the message names the setting and the cure.

    ``field`` is the name of the field that a whole was refused for, where one is to blame;
    ``others`` are those of its other fields that are refused, too.
    """

    def __init__(
        self, message: str, field: str | None = None, others: Sequence[SettingError] = ()
    ) -> None:
        super().__init__(message)
        self.field, self.others = field, tuple(others)


def told(value: object) -> str:
    """A refused value as its message shows it: quoted, on one line and short, whatever it is."""
    match value:
        case Mapping():
            return "a table"
        case list() | tuple() | set() | frozenset():
            return "a list"
        case bytes() | bytearray():
            return "a row of bytes"
        case bool():
            return f'"{str(value).lower()}"'  # as files have it
        case int() if value.bit_length() > 200:  # Python refuses to write very long ones
            return "a number of very many digits"
    text = value if isinstance(value, str) else str(value)
    text = "".join(letter if letter.isprintable() else "�" for letter in text[: MOST_TOLD + 1])
    return f'"{text}"' if len(text) <= MOST_TOLD else f'"{text[:MOST_TOLD]}…"'


class Kind(Enum):
    """How a setting is written and edited."""

    INTEGER = "integer"
    NUMBER = "number"
    CHOICE = "choice"
    SIZES = "sizes"
    NUMBERS = "numbers"
    TEXT = "text"


@dataclass(frozen=True)
class Choice:
    """One value of a ``Kind.CHOICE`` setting, with the words that the window shows for it."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True)
class Parameter:
    """A setting that declares its own control.

    Attributes:
        name: the field's name in files and code.
        label: the words in front of the control.
        help: one sentence on what it does; the tooltip and the command line's help.
        kind: how it is written and edited.
        default: the value when nothing is said.
        low, high: the closed range of a number (of every entry, for sizes and numbers).
        unit: what the number counts, "" where it has none.
        log: decades matter: stepping multiplies instead of adding.
        slide: the ends of the number's slider, the range that is worth going through; None for no
            slider. What lies beyond it can be typed.
        formula: the formula that the setting enters, "" where there is none.
        choices: a function that gives the possible values of a ``CHOICE``.
        longest: the most entries that ``SIZES`` and ``NUMBERS`` may have.
        symbol: the mark in front of the value in titles, such as "σ="; None keeps it out of them.
        unsaid: the value that a title leaves out, such as a gain of 1.
        hidden: whether it has no control of its own, since something else sets it.
        optional: whether None is a value too, and means "as the experiment has it".
    """

    name: str
    label: str
    help: str
    kind: Kind = Kind.NUMBER
    default: Any = None
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    log: bool = False
    slide: tuple[float, float] | None = None
    formula: str = ""
    choices: Callable[[], Sequence[Choice]] | None = None
    longest: int = 1
    symbol: str | None = None
    unsaid: Any = None
    hidden: bool = False
    optional: bool = False

    def options(self) -> tuple[Choice, ...]:
        """The values that a choice offers, in the order of the menu."""
        return _options(self.choices) if self.choices else ()

    def check(self, value: Any) -> Any:
        """Return ``value`` in its normal form.

        Raises:
            SettingError: if it is not a value of this setting; the message says the cure.
        """
        if value is None and self.optional:
            return None
        match self.kind:
            case Kind.CHOICE:
                return self._check_choice(value)
            case Kind.SIZES:
                return self._check_sizes(value)
            case Kind.NUMBERS:
                return self._check_numbers(value)
            case Kind.TEXT:
                return self._check_text(value)
            case Kind.INTEGER:
                return self._check_number(value, int)
            case Kind.NUMBER:
                return self._check_number(value, float)

    def format(self, value: Any) -> str:
        """The text with which ``value`` is shown in a control; ``check`` reads it back."""
        if self.kind is Kind.SIZES:
            return format_sizes(value)
        if self.kind is Kind.NUMBERS:
            return ", ".join(_number_text(entry) for entry in value)
        return _number_text(value) if isinstance(value, float) else str(value)

    def range_text(self) -> str:
        """The allowed range in words, such as "1 to 1024"."""
        form = ".0f" if self.kind in (Kind.INTEGER, Kind.SIZES) else "g"
        low, high = math.isfinite(self.low), math.isfinite(self.high)
        if low and high:
            return f"{self.low:{form}} to {self.high:{form}}"
        if low:
            return f"at least {self.low:{form}}"
        return f"at most {self.high:{form}}" if high else "any number"

    def tooltip(self) -> str:
        """Help, formula, range and unit, as the window and ``--help`` show them."""
        parts = [self.help]
        if self.formula:
            parts.append(self.formula)
        if self.kind in (Kind.INTEGER, Kind.NUMBER, Kind.NUMBERS):
            unit = f" {self.unit}" if self.unit else ""
            parts.append(f"Range: {self.range_text()}{unit}.")
        return "\n".join(parts)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Let ``Annotated[type, parameter]`` in a pydantic model be validated by ``check``."""
        return core_schema.no_info_plain_validator_function(self.check)

    def _check_choice(self, value: Any) -> str:
        values = [choice.value for choice in self.options()]
        if isinstance(value, str) and value in values:
            return str(value)
        hint = meant(value, values) if isinstance(value, str) and len(value) <= MOST_TOLD else ""
        raise SettingError(
            f"{self.label}: {told(value)} is not known; {hint}choose one of {', '.join(values)}"
        )

    def _check_text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise SettingError(f"{self.label}: {told(value)} is no text; write one in quotes")
        if len(value) > MOST_LETTERS:
            raise SettingError(
                f"{self.label}: {len(value)} letters are too many; write at most {MOST_LETTERS}"
            )
        if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value):
            raise SettingError(
                f"{self.label}: {told(value)} has what is no letter; write it without"
            )
        return value

    def _check_number(self, value: Any, number: type[int] | type[float]) -> int | float:
        wanted = f"write {_TYPE_NAMES[number]}, {self.range_text()}"
        if isinstance(value, str) and not value.strip():
            raise SettingError(f"{self.label}: is empty; {wanted}")
        if isinstance(value, bool):
            raise SettingError(f"{self.label}: {told(value)} is not a number; {wanted}")
        try:
            if isinstance(value, (bytes, bytearray)):
                raise TypeError
            result = float(value)
        except OverflowError:
            raise SettingError(f"{self.label}: {told(value)} is out of range; {wanted}") from None
        except (TypeError, ValueError):
            hint = _with_point(value)
            raise SettingError(
                f"{self.label}: {told(value)} is not a number; {hint}{wanted}"
            ) from None
        if result == math.inf:  # what a file's 1e400 is read as, too
            text = value if isinstance(value, str) else "inf, or what is beyond 1e308,"
            said = told(text).strip('"')
            raise SettingError(f"{self.label}: {said} is too large; {wanted}")
        if not math.isfinite(result) or (number is int and result != int(result)):
            raise SettingError(
                f"{self.label}: {told(value)} is not {_TYPE_NAMES[number]}; {wanted}"
            )
        if not self.low <= result <= self.high:
            said = told(value).strip('"')
            raise SettingError(f"{self.label}: {said} is out of range; {wanted}")
        return int(result) if number is int else result

    def _check_sizes(self, value: Any) -> tuple[int, ...]:
        entries = split_sizes(self.label, value, self.longest) if isinstance(value, str) else value
        if not _is_list(entries):
            raise SettingError(
                f'{self.label}: {told(value)} is not a list; write sizes like "10, 4"'
            )
        if not 1 <= len(entries) <= self.longest:
            raise SettingError(
                f"{self.label}: {len(entries)} layers are out of range; write 1 to {self.longest}"
            )
        return tuple(int(self._check_number(entry, int)) for entry in entries)

    def _check_numbers(self, value: Any) -> tuple[float, ...]:
        entries = value
        if isinstance(value, str):
            entries = [entry.strip() for entry in value.split(",")]
            if not all(entries):
                problem = "is empty" if not value.strip() else f"{told(value)} has an empty entry"
                raise SettingError(f'{self.label}: {problem}; write numbers like "0.1, 0.5, 1"')
        if not _is_list(entries):
            raise SettingError(
                f'{self.label}: {told(value)} is not a list; write numbers like "0.1, 0.5, 1"'
            )
        if not 1 <= len(entries) <= self.longest:
            raise SettingError(
                f"{self.label}: {len(entries)} numbers are out of range; write 1 to {self.longest}"
            )
        return tuple(float(self._check_number(entry, float)) for entry in entries)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, Mapping))


@cache
def _options(choices: Callable[[], Sequence[Choice]]) -> tuple[Choice, ...]:
    """Asked for at every check of a value; the catalogue does not change while the program runs."""
    return tuple(choices())


def _with_point(value: Any) -> str:
    """How a number is written here, where it was written with a decimal comma."""
    point = str(value).strip().replace("\N{ARABIC DECIMAL SEPARATOR}", ".").replace(",", ".")
    try:
        return "" if point == value else f"the decimal mark is a point: {float(point):g}; "
    except ValueError:
        return ""


def _number_text(value: float) -> str:
    """Six digits where they say all; otherwise as many as it takes to read the value back."""
    short = f"{value:g}"
    return short_exponent(short if float(short) == value else repr(value))


def short_exponent(text: str) -> str:
    """The same number with an exponent as people write it: 5e18 for 5e+18, 1e-9 for 1e-09."""
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def split_sizes(label: str, text: str, longest: int) -> list[str]:
    """Split "10, 4" or "40 x 64" (forty layers of 64) into the sizes it stands for.

    Raises:
        SettingError: where an entry is empty, or where there are more than ``longest`` sizes,
            which are counted and not made.
    """
    entries: list[str] = []
    count = 0
    for entry in text.split(","):
        repeated = re.fullmatch(r"\s*([1-9]\d{0,2})\s*[x×*]\s*(\d+)\s*", entry)
        times = int(repeated[1]) if repeated else 1
        if not entry.strip():
            problem = "is empty" if not text.strip() else f"{told(text)} has an empty entry"
            raise SettingError(f'{label}: {problem}; write sizes like "10, 4" or "40 × 64"')
        count += times
        if count <= longest:
            entries += [repeated[2] if repeated else entry.strip()] * times
    if count > longest:
        raise SettingError(f"{label}: {count} layers are out of range; write 1 to {longest}")
    return entries


def format_sizes(sizes: Sequence[int]) -> str:
    """Write sizes as people do: "10, 4"; five or more equal ones as "40 × 64"."""
    if len(sizes) >= 5 and len(set(sizes)) == 1:
        return f"{len(sizes)} × {sizes[0]}"
    return ", ".join(str(size) for size in sizes)


class Values(Mapping[str, Any]):
    """An unchangeable, hashable mapping of parameter names to values."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return repr(self._values)


def complete(owner: str, parameters: Sequence[Parameter], values: Mapping[str, Any]) -> Values:
    """Check ``values`` against ``parameters`` and fill in the defaults.

    Raises:
        SettingError: for unknown names and refused values; the ``field`` of each is its name.
    """
    names = [parameter.name for parameter in parameters]
    refused = []
    for name in values:
        if name not in names:
            known = f"it has {', '.join(names)}" if names else "it has none"
            cure = "write one of them" if names else "remove it"
            message = f"{owner}: there is no parameter {told(name)}; {known}, {cure}"
            refused.append(SettingError(message, name))
    checked = {}
    for parameter in parameters:
        try:
            checked[parameter.name] = parameter.check(values.get(parameter.name, parameter.default))
        except SettingError as error:
            refused.append(SettingError(str(error), parameter.name))
    if refused:
        first, *others = refused
        raise SettingError(str(first), first.field, others)
    return Values(checked)
