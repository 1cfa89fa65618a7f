"""What is known of an expression before a script runs: its code, and its value in every case."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from initviz.script.source import UnsupportedError

NUMBER = "number"
"""What a script calls a layer's place, from 0."""


@dataclass(frozen=True)
class Value:
    """An expression, as far as it is known.

    A script's function serves several cases: every layer of every lane that uses it.

    Attributes:
        code: how a script writes it; None where it has no name there.
        each: what it is in every case; None where only the running script knows.
        given: whether it comes from the experiment, so that scripts write its value; what stands
            in the source as a number stays as it stands.
        fields: its attributes or items, where these are known one by one.
    """

    code: ast.expr | None
    each: tuple[Any, ...] | None = None
    given: bool = False
    fields: Mapping[str, Value] | None = None

    @property
    def constant(self) -> bool:
        """Whether it is the same in every case."""
        return self.each is not None and all(_same(value, self.each[0]) for value in self.each)

    @property
    def decided(self) -> bool:
        """Whether it is true in every case, or false in every case."""
        return self.each is not None and len({bool(value) for value in self.each}) == 1

    def all_of(self, kind: type) -> bool:
        """Whether it is known to be of this type in every case."""
        return self.each is not None and all(type(value) is kind for value in self.each)

    @property
    def plain(self) -> bool:
        """Whether it is written as a number or a text, or not at all."""
        return self.constant and (self.code is None or is_literal(self.code))


def known(each: Sequence[Any]) -> Value:
    """A value that comes from the experiment."""
    same = all(_same(value, each[0]) for value in each)
    return Value(literal(each[0]) if same else None, tuple(each), given=True)


def name(text: str) -> ast.Name:
    """A name in code."""
    return ast.Name(text, ast.Load())


def dynamic(text: str) -> Value:
    """Something that only the running script knows, by its name or expression there."""
    return Value(ast.parse(text, mode="eval").body)


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and bool(one == other))


def literal(value: Any) -> ast.expr | None:
    """Code of a number, a text or a tuple of those; None for everything else."""
    if isinstance(value, tuple) and type(value) is tuple:
        parts = [literal(each) for each in value]
        return None if None in parts else ast.Tuple([p for p in parts if p], ast.Load())
    if isinstance(value, float | int) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    if value is None or isinstance(value, bool | int | float | str):
        return ast.Constant(value)
    return None


def is_literal(code: ast.expr) -> bool:
    """Whether code is a number, a text or a tuple of those."""
    match code:
        case ast.Constant() | ast.UnaryOp(ast.USub(), ast.Constant()):
            return True
        case ast.Tuple(parts):
            return all(is_literal(part) for part in parts)
    return False


def combine(
    function: Callable[..., Any], parts: Sequence[Value], rebuild: Callable[..., ast.expr],
    codes: Callable[[Value], ast.expr],
) -> Value:  # fmt: skip
    """What a pure function makes of values: in every case, and in code.

    Args:
        function: of the parts' values.
        parts: its arguments.
        rebuild: the code of the whole from that of the parts.
        codes: the code of a part; may raise UnsupportedError.
    """
    each: tuple[Any, ...] | None = None
    every = [part.each for part in parts]
    if None not in every:
        each = tuple(function(*values) for values in zip(*[e for e in every if e], strict=True))
    given = any(part.given for part in parts)
    if each is not None and given and all(part.plain or part.code is None for part in parts):
        return known(each)
    return Value(rebuild(*[codes(part) for part in parts]), each, given)


def by_number(value: Value, numbers: Sequence[int]) -> ast.expr:
    """Code of a value: its own, or its value, or one that is looked up by the layer's number.

    Raises:
        UnsupportedError: if it depends on more than the number of the layer.
    """
    if value.code is not None:
        return value.code
    if value.each is None:
        raise UnsupportedError("something has neither a value nor a name")
    found: dict[int, Any] = {}
    for number, each in zip(numbers, value.each, strict=True):
        if not _same(found.setdefault(number, each), each):
            raise UnsupportedError("lanes differ in something that is not a parameter")
    codes = [literal(found.get(number)) for number in range(len(found))]
    if sorted(found) != list(range(len(found))) or None in codes:
        raise UnsupportedError(f"{value.each[0]!r} cannot be written down")
    written = [code for code in codes if code]
    if len({ast.dump(code) for code in written[1:]}) == 1:
        first = ast.Compare(name(NUMBER), [ast.Eq()], [ast.Constant(0)])
        return ast.IfExp(first, written[0], written[1])
    return ast.Subscript(ast.Tuple(written, ast.Load()), name(NUMBER), ast.Load())
