"""Which epochs a command is asked for: ``30``, ``last``, ``0:60:5`` or ``all``."""

from __future__ import annotations

import re

from initviz.cli.status import BadInputError

HELP = (
    'a number, "last", "all", or A:B:S for every S-th epoch from A to B, both counted; '
    "A, B and S may be left out"
)


def epochs_of(text: str, last: int, option: str = "--epoch") -> list[int]:
    """The epochs that a text asks for, in order.

    Args:
        text: a number, "last", "all", or "A:B:S" with both ends counted.
        last: the last epoch that there is.
        option: what the text was written behind.

    Raises:
        BadInputError: if it is none of them, or asks for epochs that there are not.
    """
    if text == "last":
        return [last]
    if text == "all":
        return [*range(last + 1)]
    match = re.fullmatch(r"(\d{0,18})(?:(:)(\d{0,18})(?::(\d{0,18}))?)?", text, re.ASCII)
    if not match or not text:
        raise BadInputError(
            f'{option}: "{text}" names no epochs; write a number, last, all or A:B:S like 0:60:5'
        )
    first, colon, end, step = match.groups()
    start = int(first or 0)
    stop = int(end or last) if colon else start
    if max(start, stop) > last:
        raise BadInputError(f"{option}: {text} goes too far; there are epochs 0 to {last}")
    if step and int(step) == 0:
        raise BadInputError(f"{option}: {text} has steps of 0; write 1 or more")
    if stop < start:
        raise BadInputError(f"{option}: {text} ends before it begins; write {stop}:{start}")
    return [*range(start, stop + 1, int(step or 1))]
