"""Whole functions that run, made into those of a script.

A script's functions are derived from the ones that initviz itself runs: what an experiment fixes
is filled in, branches that it never takes are left out, and functions of the package that remain
are taken along. So there is one formula, and nothing to keep in step.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from initviz.script.expressions import Expressions, Frame
from initviz.script.source import UnsupportedError, comment_above, source_of, surroundings
from initviz.script.value import Value, dynamic, name


@dataclass(frozen=True)
class Function:
    """A function of a script.

    Attributes:
        name: of the function.
        parameters: their names.
        body: its statements, without the docstring; see ``initviz.script.text``.
        docstring: one or more lines.
    """

    name: str
    parameters: tuple[str, ...]
    body: tuple[ast.stmt, ...]
    docstring: str = ""


@dataclass
class Taken:
    """What functions of a script need beside themselves."""

    functions: dict[str, Function] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)


class Specialiser(Expressions):
    """Carries functions over into a script.

    Args:
        numbers: the number of the layer in every case that the function serves.
        taken: gathers what the functions need.
        without: functions of one argument that a script does without: it takes the argument.
    """

    def __init__(
        self, numbers: Sequence[int] = (0,), taken: Taken | None = None,
        without: Sequence[Callable[..., Any]] = (),
    ) -> None:  # fmt: skip
        super().__init__(numbers)
        self.taken = Taken() if taken is None else taken
        self.without = tuple(without)

    def own(
        self, target: Callable[..., Any], arguments: Sequence[Value], keywords: dict[str, Value]
    ) -> Value:
        """As for every expression; see ``without``."""
        if target in self.without:
            return arguments[0]
        return super().own(target, arguments, keywords)

    def statements(
        self, function: Callable[..., Any], values: dict[str, Value], *, returns: bool = False
    ) -> list[ast.stmt]:
        """The body of a function with its arguments filled in.

        Args:
            function: a function or lambda of the package.
            values: its arguments, by name.
            returns: whether what it returns is wanted; otherwise other statements may follow.

        Raises:
            UnsupportedError: if it cannot be carried over.
        """
        node, lines = source_of(function)
        frame = Frame(dict(values), surroundings(function), lines)
        if isinstance(node, ast.Lambda):
            code = self.code(self.evaluate(node.body, frame))
            return [ast.Return(code) if returns else ast.Expr(code)]
        return self._block(node.body, frame, returns)[0]

    def helper(self, target: Callable[..., Any], values: dict[str, Value]) -> Value:
        """A call of a function of the package, which is taken along into the script."""
        called = target.__name__.strip("_")
        node, _ = source_of(target)
        written = {key: value for key, value in values.items() if self._is_argument(value)}
        if called not in self.taken.functions:
            inner = {**values, **{key: dynamic(key) for key in written}}
            body = self.statements(target, inner, returns=True)
            said = (ast.get_docstring(node) or "") if isinstance(node, ast.FunctionDef) else ""
            self.taken.functions[called] = Function(called, tuple(written), tuple(body), said)
        return Value(ast.Call(name(called), [self.code(v) for v in written.values()], []))

    def _is_argument(self, value: Value) -> bool:
        """Whether a helper is told it, and does not have it filled in."""
        if value.fields is not None or value.code is None:
            return False
        first = value.each[0] if value.each else None
        return not (value.constant and (isinstance(first, bool | str) or first is None))

    def _block(
        self, body: Sequence[ast.stmt], frame: Frame, returns: bool
    ) -> tuple[list[ast.stmt], bool]:
        """Statements, and whether the last of them returns in any case."""
        made: list[ast.stmt] = []
        for place, statement in enumerate(body):
            if isinstance(statement, ast.If):
                test = self.evaluate(statement.test, frame)
                rest = body[place + 1 :]
                if test.decided and test.each:
                    taken = statement.body if test.each[0] else statement.orelse
                    more, ended = self._block([*taken, *rest], frame, returns)
                    return made + more, ended
                before, branch, ended = self._branch(statement, test, rest, frame, returns)
                made += [*before, _commented(branch, statement, frame)]
                if ended:
                    return made, True
                continue
            more, ended = self._statement(statement, frame, returns)
            made += [_commented(each, statement, frame) for each in more[:1]] + more[1:]
            if ended:
                return made, True
        return made, False

    def _branch(
        self, node: ast.If, test: Value, rest: Sequence[ast.stmt], frame: Frame, returns: bool
    ) -> tuple[list[ast.stmt], ast.stmt, bool]:
        then, then_ended = self._block(node.body, frame.branch(), returns)
        if then_ended and not returns:
            # What follows the function must still run: not to return is to do nothing else.
            other, _ = self._block([*node.orelse, *rest], frame.branch(), returns)
            return [], ast.If(self.code(test), then or [ast.Pass()], other), True
        before = self._write_down(_assigned(node), frame)
        then, then_ended = self._block(node.body, frame.branch(), returns)
        other, other_ended = self._block(node.orelse, frame.branch(), returns)
        self._forget(_assigned(node), frame)
        return before, ast.If(self.code(test), then, other), then_ended and other_ended

    def _statement(
        self, node: ast.stmt, frame: Frame, returns: bool
    ) -> tuple[list[ast.stmt], bool]:
        match node:
            case ast.Expr(ast.Constant(str())):
                return [], False
            case ast.Expr(value):
                return [ast.Expr(self.code(self.evaluate(value, frame)))], False
            case ast.Return(value):
                return self._return(value, frame, returns), True
            case ast.Assign([target], value):
                return self._assign(target, value, frame), False
            case ast.For(target, iterable, body, []):
                return self._loop(target, iterable, body, frame, returns), False
            case ast.Import() | ast.ImportFrom():
                self.taken.imports.add(ast.unparse(node))
                for alias in node.names:
                    frame.names[alias.asname or alias.name] = dynamic(alias.asname or alias.name)
                return [], False
        raise UnsupportedError(f"{ast.unparse(node)}: cannot be carried over")

    def _return(self, value: ast.expr | None, frame: Frame, returns: bool) -> list[ast.stmt]:
        if not returns and frame.in_loop:
            raise UnsupportedError("a loop that returns cannot be carried over")
        code = None if value is None else self.code(self.evaluate(value, frame))
        if returns:
            return [ast.Return(code)]
        # What is only looked at, such as the tensor that has been filled, is nothing to do.
        acts = code is not None and any(isinstance(each, ast.Call) for each in ast.walk(code))
        return [ast.Expr(code)] if code is not None and acts else []

    def _assign(self, target: ast.expr, source: ast.expr, frame: Frame) -> list[ast.stmt]:
        if isinstance(target, ast.Tuple) and isinstance(source, ast.Tuple):
            values = [self.evaluate(each, frame) for each in source.elts]
            parts = [each.id for each in target.elts if isinstance(each, ast.Name)]
            if len(parts) == len(values) and all(value.plain for value in values):
                frame.names |= dict(zip(parts, values, strict=True))
                frame.unwritten |= set(parts)
                return []
        value = self.evaluate(source, frame)
        if isinstance(target, ast.Name):
            if value.plain and not frame.in_loop:
                frame.names[target.id] = value
                frame.unwritten.add(target.id)
                return []
            code = self.code(value)
            frame.names[target.id] = Value(name(target.id), value.each, value.given)
            frame.unwritten.discard(target.id)
            return [ast.Assign([name(target.id)], code, lineno=0)]
        code = self.code(value)
        names = _assigned(ast.Assign([target], source, lineno=0))
        self._forget(names, frame)
        return [ast.Assign([self.code(self.evaluate(target, frame))], code, lineno=0)]

    def _loop(
        self, target: ast.expr, iterable: ast.expr, body: list[ast.stmt], frame: Frame,
        returns: bool,
    ) -> list[ast.stmt]:  # fmt: skip
        over = self.code(self.evaluate(iterable, frame))
        whole = ast.For(target, iterable, body, [], lineno=0)
        before = self._write_down(_assigned(whole), frame)
        self._forget(_assigned(whole), frame)
        frame.in_loop, outside = True, frame.in_loop
        made, _ = self._block(body, frame, returns)
        frame.in_loop = outside
        self._forget(_assigned(whole), frame)
        return [*before, ast.For(target, over, made, [], lineno=0)]

    def _write_down(self, names: set[str], frame: Frame) -> list[ast.stmt]:
        """Assign what has only been filled in so far, and is going to change."""
        written: list[ast.stmt] = [
            ast.Assign([name(each)], self.code(frame.names[each]), lineno=0)
            for each in sorted(names & frame.unwritten)
        ]
        frame.unwritten -= names
        return written

    def _forget(self, names: set[str], frame: Frame) -> None:
        """From here on only the running script knows these."""
        frame.names |= {each: dynamic(each) for each in names}


def _assigned(node: ast.AST) -> set[str]:
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _commented(made: ast.stmt, source: ast.stmt, frame: Frame) -> ast.stmt:
    made.comments = comment_above(source, tuple(frame.lines))  # type: ignore[attr-defined]
    return made
