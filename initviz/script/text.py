"""From syntax trees to text that people like to read: lines that fit, and comments."""

from __future__ import annotations

import ast
import copy
import io
import json
import re
import textwrap
import tokenize
from collections.abc import Sequence

from initviz.script.functions import Function

WIDTH = 88
OPEN, CLOSE = "([{", ")]}"


def quoted(text: str) -> str:
    """A text as code, always in double quotes."""
    return json.dumps(text, ensure_ascii=False)


class _Slices(ast.NodeTransformer):
    """Slices as ready text: with room around the colon where an end is more than a name."""

    def visit_Slice(self, node: ast.Slice) -> ast.expr:
        self.generic_visit(node)
        ends = [end for end in (node.lower, node.upper) if end is not None]
        simple = all(isinstance(end, ast.Name | ast.Constant) for end in ends)
        lower, upper = ("" if end is None else ast.unparse(end) for end in (node.lower, node.upper))
        return ast.Name(f"{lower}:{upper}" if simple else f"{lower} : {upper}".strip(), ast.Load())


def expression(node: ast.AST) -> str:
    """Code in double quotes, with the powers of single terms set close."""
    text = ast.unparse(_Slices().visit(copy.deepcopy(node)))
    parts: list[str] = []
    end = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        new = token.string
        if token.type == tokenize.STRING:
            new = quoted(ast.literal_eval(new))
        elif token.type == tokenize.NUMBER:
            new = new.replace("e+", "e")
        if new != token.string:
            parts += [text[end : token.start[1]], new]
            end = token.end[1]
    text = "".join([*parts, text[end:]])
    return re.sub(r"(?<![\w.)\]])([\w.]+) \*\* (-?[\w.]+)(?![\w.(\[])", r"\1**\2", text)


def statements(body: Sequence[ast.stmt], indent: int = 0) -> list[str]:
    """The lines of some statements."""
    lines: list[str] = []
    for node in body:
        for comment in getattr(node, "comments", ()):
            lines.append(" " * indent + comment)
        match node:
            case ast.If(test, then, other):
                lines += fit(f"if {expression(test)}:", indent)
                lines += statements(then, indent + 4)
                if other:
                    lines.append(" " * indent + "else:")
                    lines += statements(other, indent + 4)
            case ast.For(target, over, inner):
                lines += fit(f"for {_bare(target)} in {expression(over)}:", indent)
                lines += statements(inner, indent + 4)
            case ast.Assign([target], value):
                lines += fit(f"{_bare(target)} = {_bare(value)}", indent)
            case ast.Return(value):
                lines += fit("return" if value is None else f"return {_bare(value)}", indent)
            case _:
                lines += fit(expression(node), indent)
    return lines


def _bare(node: ast.expr) -> str:
    """A tuple without its brackets."""
    if isinstance(node, ast.Tuple):
        return ", ".join(expression(each) for each in node.elts)
    return expression(node)


def fit(line: str, indent: int = 0, *, inside: bool = False) -> list[str]:
    """A line, broken at its brackets, or inside of some before an operator, where it is too long.

    Args:
        line: the text, without its margin.
        indent: the width of the margin.
        inside: whether the line stands in brackets.
    """
    margin = " " * indent
    if indent + len(line) <= WIDTH:
        return [margin + line]
    terms = _terms(line) if inside else [line]
    if len(terms) > 1:
        return [row for term in terms for row in fit(term, indent, inside=True)]
    start, stop = _brackets(line, WIDTH - indent)
    if start < 0:
        return [margin + line]
    head, within, tail = line[: start + 1], line[start + 1 : stop], line[stop:]
    parts = _parts(within)
    if indent + 4 + len(within) <= WIDTH or len(parts) == 1:
        return [margin + head, *fit(within, indent + 4, inside=True), margin + tail]
    rows = [row for part in parts for row in fit(f"{part},", indent + 4, inside=True)]
    return [margin + head, *rows, margin + tail]


def _brackets(line: str, room: int) -> tuple[int, int]:
    """Where the brackets to break at begin and end, or −1, −1.

    They are the last outermost ones with something inside, or else, where what stands before
    these is longer than ``room``, those with the most inside.
    """
    depth, start = 0, -1
    found: list[tuple[int, int]] = []
    for place, letter in _outside_texts(line):
        if letter in OPEN:
            depth += 1
            start = place if depth == 1 else start
        elif letter in CLOSE:
            depth -= 1
            if depth == 0 and place > start + 1:
                found.append((start, place))
    if not found:
        return -1, -1
    return found[-1] if found[-1][0] < room else max(found, key=lambda ends: ends[1] - ends[0])


def _terms(line: str) -> list[str]:
    """The line cut before its operators, those that bind least; itself where it has none."""
    for operators in ("+-", "*/"):
        depth, cuts = 0, [0]
        for place, letter in _outside_texts(line):
            depth += (letter in OPEN) - (letter in CLOSE)
            alone = line[place - 1 : place] == " " and line[place + 1 : place + 2] == " "
            if depth == 0 and letter in operators and alone:
                cuts.append(place)
        if len(cuts) > 1:
            return [line[a:b].strip() for a, b in zip(cuts, [*cuts[1:], None], strict=True)]
    return [line]


def _parts(inside: str) -> list[str]:
    """What commas part, outside of brackets."""
    depth, begin, parts = 0, 0, []
    for place, letter in _outside_texts(inside):
        depth += (letter in OPEN) - (letter in CLOSE)
        if letter == "," and depth == 0:
            parts.append(inside[begin:place].strip())
            begin = place + 1
    last = inside[begin:].strip()
    return [*parts, last] if last else parts


def _outside_texts(line: str) -> list[tuple[int, str]]:
    """The letters of a line that stand in no string; strings are in double quotes."""
    found: list[tuple[int, str]] = []
    quoted = escaped = False
    for place, letter in enumerate(line):
        if letter == '"' and not escaped:
            quoted = not quoted
        elif not quoted:
            found.append((place, letter))
        escaped = quoted and letter == "\\" and not escaped
    return found


def docstring(text: str, indent: int) -> list[str]:
    """A docstring, on as many lines as it takes."""
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').strip()
    if indent + len(text) + 6 <= WIDTH and "\n" not in text:
        return [f'{" " * indent}"""{text}"""']
    paragraphs = [
        textwrap.wrap(paragraph, WIDTH - indent - 3) or [""] for paragraph in text.splitlines()
    ]
    lines = [line for paragraph in paragraphs for line in paragraph]
    margin = " " * indent
    wrapped = [f'{margin}"""{lines[0]}', *(f"{margin}{line}".rstrip() for line in lines[1:])]
    return [*wrapped, f'{margin}"""']


def function(made: Function, decorators: Sequence[str] = ()) -> str:
    """The text of a function."""
    lines = [*decorators, *fit(f"def {made.name}({', '.join(made.parameters)}):")]
    if made.docstring:
        lines += docstring(made.docstring, 4)
    return "\n".join([*lines, *statements(made.body, 4)])
