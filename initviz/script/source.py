"""The source of functions that run, as syntax trees: what scripts are made from."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from functools import cache
from typing import Any


class UnsupportedError(Exception):
    """A function uses something that cannot be carried over into a script."""


Definition = ast.Lambda | ast.FunctionDef


@cache
def _module(path: str) -> tuple[dict[int, list[Definition]], tuple[str, ...]]:
    """The functions of a module by the lines that they begin on, and all of its lines."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found: dict[int, list[Definition]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Definition):
            found.setdefault(_first_line(node), []).append(node)
    return found, tuple(text.splitlines())


def source_of(
    function: Callable[..., Any],
) -> tuple[Definition, tuple[str, ...]]:
    """The syntax tree of a function or lambda, and the lines of its module, for comments.

    Raises:
        UnsupportedError: if there is no source, or more than one lambda that it could be.
    """
    function = inspect.unwrap(function)
    code = function.__code__
    try:
        definitions, lines = _module(inspect.getsourcefile(function) or "")
    except OSError:
        raise UnsupportedError(f"{function}: its source is not there") from None
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    found = [
        node
        for node in definitions.get(code.co_firstlineno, ())
        if tuple(arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)) == names
    ]
    if len(found) != 1:
        raise UnsupportedError(f"{function}: write one lambda a line")
    return found[0], lines


def _first_line(node: Definition) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(each.lineno for each in decorators)])


def comment_above(node: ast.stmt, lines: tuple[str, ...]) -> list[str]:
    """The lines of comment that stand directly above a statement, without indentation."""
    found: list[str] = []
    for line in reversed(lines[: node.lineno - 1]):
        if not line.lstrip().startswith("#"):
            break
        found.insert(0, line.strip())
    return found


def surroundings(function: Callable[..., Any]) -> dict[str, Any]:
    """What the names in a function that are not its own stand for: globals and closed-over."""
    function = inspect.unwrap(function)
    closed = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {**function.__globals__, **{name: cell.cell_contents for name, cell in closed}}
