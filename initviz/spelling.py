"""What somebody may have meant who wrote a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def meant(word: str, known: Iterable[object]) -> str:
    """'did you mean "zeros"? ' where a known name is close to the word, "" where none is."""
    near = get_close_matches(
        word.casefold(), [name for name in known if isinstance(name, str)], n=1, cutoff=0.7
    )
    return f'did you mean "{near[0]}"? ' if near else ""
