"""Expressions of functions that run, made into those of a script: what is known is filled in."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

from initviz.script.source import UnsupportedError, source_of, surroundings
from initviz.script.value import Value, by_number, combine, known, name

PURE = {float, int, min, max, abs, round, len}
PACKAGE = "initviz"

OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.USub: operator.neg, ast.Not: operator.not_,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.In: lambda part, whole: part in whole, ast.NotIn: lambda part, whole: part not in whole,
    ast.Is: operator.is_, ast.IsNot: operator.is_not,
}  # fmt: skip


@dataclass
class Frame:
    """One function on its way into the script.

    Attributes:
        names: what its own names stand for.
        around: what all others stand for.
        lines: the lines of its module.
        in_loop: whether a loop is being gone through.
    """

    names: dict[str, Value]
    around: Mapping[str, Any]
    lines: Sequence[str] = ()
    in_loop: bool = False
    unwritten: set[str] = field(default_factory=set)

    def branch(self) -> Frame:
        """The same, for a branch that may not be taken."""
        return replace(self, names=dict(self.names), unwritten=set(self.unwritten))


class Expressions:
    """Evaluates expressions as far as they are known, and gives code for the rest.

    Args:
        numbers: the number of the layer in every case that the function serves.
    """

    def __init__(self, numbers: Sequence[int] = (0,)) -> None:
        self.numbers = tuple(numbers)

    def code(self, value: Value) -> ast.expr:
        """The code of a value, in a script.

        Raises:
            UnsupportedError: if it cannot be written down.
        """
        return by_number(value, self.numbers)

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """What an expression is."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise UnsupportedError(f"{ast.unparse(node)}: cannot be carried over")
        value: Value = method(node, frame)
        return value

    def _all(self, nodes: Sequence[ast.expr], frame: Frame) -> list[Value]:
        return [self.evaluate(node, frame) for node in nodes]

    def _combined(
        self, function: Callable[..., Any], parts: Sequence[Value], rebuild: Callable[..., ast.expr]
    ) -> Value:
        return combine(function, parts, rebuild, self.code)

    # ---- leaves

    def _constant(self, node: ast.Constant, frame: Frame) -> Value:
        return Value(ast.Constant(node.value), (node.value,) * len(self.numbers))

    def _name(self, node: ast.Name, frame: Frame) -> Value:
        if node.id in frame.names:
            return frame.names[node.id]
        found = frame.around.get(node.id, getattr(builtins, node.id, None))
        each = (found,) * len(self.numbers)
        if isinstance(found, ModuleType) or callable(found):
            return Value(name(node.id), each)
        return known(each)

    # ---- operators

    def _binop(self, node: ast.BinOp, frame: Frame) -> Value:
        left, right = self._all((node.left, node.right), frame)
        function = OPERATORS.get(type(node.op))
        if function is None:
            return Value(ast.BinOp(self.code(left), node.op, self.code(right)))
        if isinstance(node.op, ast.Mult):  # by 1 that the experiment says: the same number
            for one, other in ((left, right), (right, left)):
                if one.given and one.plain and one.each and one.each[0] == 1 and other.code:
                    return other
        return self._combined(
            function, (left, right), lambda one, other: ast.BinOp(one, node.op, other)
        )

    def _unaryop(self, node: ast.UnaryOp, frame: Frame) -> Value:
        operand = self.evaluate(node.operand, frame)
        return self._combined(
            OPERATORS[type(node.op)], (operand,), lambda one: ast.UnaryOp(node.op, one)
        )

    def _compare(self, node: ast.Compare, frame: Frame) -> Value:
        parts = self._all((node.left, *node.comparators), frame)

        def compare(*values: Any) -> bool:
            pairs = zip(node.ops, values, values[1:], strict=False)
            return all(OPERATORS[type(op)](one, other) for op, one, other in pairs)

        return self._combined(
            compare, parts, lambda first, *rest: ast.Compare(first, node.ops, list(rest))
        )

    def _boolop(self, node: ast.BoolOp, frame: Frame) -> Value:
        decides = isinstance(node.op, ast.Or)
        left: list[Value] = []
        for part in self._all(node.values, frame):
            if not part.decided:
                left.append(part)
            elif part.each and bool(part.each[0]) is decides:
                return part if not left else self._together(node.op, [*left, part])
        if not left:
            return known((not decides,) * len(self.numbers))
        return self._together(node.op, left)

    def _together(self, op: ast.boolop, parts: Sequence[Value]) -> Value:
        if len(parts) == 1:
            return parts[0]
        function = any if isinstance(op, ast.Or) else all
        return self._combined(
            lambda *values: function(values), parts, lambda *codes: ast.BoolOp(op, list(codes))
        )

    def _ifexp(self, node: ast.IfExp, frame: Frame) -> Value:
        test = self.evaluate(node.test, frame)
        if test.decided and test.each:
            return self.evaluate(node.body if test.each[0] else node.orelse, frame)
        parts = (test, *self._all((node.body, node.orelse), frame))
        return self._combined(lambda test, one, other: one if test else other, parts, ast.IfExp)

    # ---- parts and wholes

    def _attribute(self, node: ast.Attribute, frame: Frame) -> Value:
        return self.attribute(self.evaluate(node.value, frame), node.attr)

    def attribute(self, base: Value, attribute: str) -> Value:
        """``base.attribute``."""
        if base.fields is not None and attribute in base.fields:
            return base.fields[attribute]
        if base.each is not None and base.code is None:
            return known([getattr(value, attribute) for value in base.each])
        code = ast.Attribute(self.code(base), attribute, ast.Load())
        if base.each is not None and isinstance(base.each[0], ModuleType):
            return Value(code, tuple(getattr(module, attribute) for module in base.each))
        return Value(code)

    def _subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        base, place = self._all((node.value, node.slice), frame)
        if base.fields is not None and place.constant and place.each:
            return base.fields[place.each[0]]
        return self._combined(
            operator.getitem, (base, place), lambda one, other: ast.Subscript(one, other)
        )

    def _slice(self, node: ast.Slice, frame: Frame) -> Value:
        ends = [
            None if end is None else self.code(self.evaluate(end, frame))
            for end in (node.lower, node.upper, node.step)
        ]
        return Value(ast.Slice(*ends))

    def _tuple(self, node: ast.Tuple, frame: Frame) -> Value:
        return self.tuple(self._all(node.elts, frame))

    def tuple(self, parts: Sequence[Value]) -> Value:
        """Several values as one."""
        return self._combined(
            lambda *values: values, parts, lambda *codes: ast.Tuple(list(codes), ast.Load())
        )

    def _list(self, node: ast.List, frame: Frame) -> Value:
        return Value(ast.List([self.code(part) for part in self._all(node.elts, frame)]))

    def _dict(self, node: ast.Dict, frame: Frame) -> Value:
        return Value(
            ast.Dict(list(node.keys), [self.code(v) for v in self._all(node.values, frame)])
        )

    # ---- calls

    def _call(self, node: ast.Call, frame: Frame) -> Value:
        function = self.evaluate(node.func, frame)
        arguments = self._all(node.args, frame)
        keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, frame)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value.code, ast.Dict):
                names = [key.value for key in value.code.keys if isinstance(key, ast.Constant)]
                keywords |= {
                    str(key): Value(code)
                    for key, code in zip(names, value.code.values, strict=True)
                }
        target = function.each[0] if function.each and function.constant else None
        return self.call(target, function, arguments, keywords)

    def call(
        self, target: Any, function: Value, arguments: Sequence[Value], keywords: dict[str, Value]
    ) -> Value:
        """A call of ``target``, where it is known, or of ``function``'s code."""
        if target is getattr and arguments[1].constant and arguments[1].each:
            return self.attribute(arguments[0], str(arguments[1].each[0]))
        if isinstance(target, type) and issubclass(target, tuple) and hasattr(target, "_fields"):
            return self.tuple(arguments)
        if _is_pure(target):
            only = arguments[0]
            if target in (float, int) and not only.plain and only.all_of(target):
                return only  # float(x) of what is a float
            return self._combined(
                target, arguments, lambda *codes: ast.Call(self.code(function), list(codes), [])
            )
        if _is_own(target):
            return self.own(target, arguments, keywords)
        return Value(
            ast.Call(
                self.code(function), [self.code(each) for each in arguments],
                [ast.keyword(key, self.code(value)) for key, value in keywords.items()],
            )
        )  # fmt: skip

    def own(
        self, target: Callable[..., Any], arguments: Sequence[Value], keywords: dict[str, Value]
    ) -> Value:
        """A call of a function of the package: its result, its body, or a function of its own.

        Raises:
            UnsupportedError: if none of these can be had.
        """
        bound = inspect.signature(target).bind(*arguments, **keywords)
        bound.apply_defaults()
        values = {
            key: value if isinstance(value, Value) else known((value,) * len(self.numbers))
            for key, value in bound.arguments.items()
        }
        try:
            return self.inlined(target, values)
        except UnsupportedError:
            every = [value.each for value in values.values()]
            if None in every:
                return self.helper(target, values)
        return known([target(*each) for each in zip(*[e for e in every if e], strict=True)])

    def inlined(self, target: Callable[..., Any], values: dict[str, Value]) -> Value:
        """The body of a function that only returns something, with its arguments filled in."""
        node, lines = source_of(target)
        frame = Frame(dict(values), surroundings(target), lines)
        if isinstance(node, ast.Lambda):
            return self.evaluate(node.body, frame)
        return self._result(node.body, frame)

    def _result(self, body: Sequence[ast.stmt], frame: Frame) -> Value:
        for place, statement in enumerate(body):
            match statement:
                case ast.Expr(ast.Constant(str())):
                    continue
                case ast.Assign([ast.Name(target)], source):
                    value = self.evaluate(source, frame)
                    if not value.plain and value.each is None:
                        break
                    frame.names[target] = value
                case ast.If(condition, then, other):
                    test = self.evaluate(condition, frame)
                    if not test.decided or not test.each:
                        break
                    taken = then if test.each[0] else other
                    return self._result([*taken, *body[place + 1 :]], frame)
                case ast.Return(ast.expr() as result):
                    return self.evaluate(result, frame)
                case _:
                    break
        raise UnsupportedError("more than an expression")

    def helper(self, target: Callable[..., Any], values: dict[str, Value]) -> Value:
        """A call of a function that the script gets, too."""
        raise UnsupportedError(f"{target.__name__}: cannot be carried over")


def _is_pure(target: Any) -> bool:
    """Whether a call gives a number that depends on nothing but its arguments."""
    if getattr(target, "__module__", None) == math.__name__:
        return True
    return (inspect.isbuiltin(target) or isinstance(target, type)) and target in PURE


def _is_own(target: Any) -> bool:
    """Whether it is a function of this package."""
    if not callable(target) or not inspect.isfunction(inspect.unwrap(target)):
        return False
    return str(target.__module__).partition(".")[0] == PACKAGE
