"""Words of messages: what somebody may have meant by a name that there is not, and counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

LONGEST = 60
"""Letters of a word that is compared; what is longer is no misspelt name."""

OTHERS = {
    "initialisation": ("lanes", "scheme"),
    "initialisations": ("lanes",),
    "init": ("scheme", "lanes"),
    "layers": ("hidden",),
    "hidden_layers": ("hidden",),
    "lr": ("learning_rate",),
    "weight_decay": ("l2",),
}
"""What other programs call some fields, in British spelling, and what they are called here."""


def meant(word: str, known: Iterable[object]) -> str:
    """'did you mean "zeros"? ' where a known name is close to the word, "" where none is."""
    near = nearest(word, known)
    return f'did you mean "{near}"? ' if near else ""


def nearest(word: str, known: Iterable[object]) -> str:
    """The known name that is closest to the word, "" where none is close."""
    if len(word) > LONGEST:
        return ""
    names = [name for name in known if isinstance(name, str)]
    word = word.casefold()
    others = OTHERS.get(word.replace("iza", "isa"), ())
    near = [name for name in others if name in names] or get_close_matches(word, names, 1, 0.7)
    return near[0] if near else ""


def counted(count: int, one: str, many: str = "") -> str:
    """Such as "1 class" and "3 classes"; ``many`` is the word with an s where nothing is said."""
    return f"{count} {one}" if count == 1 else f"{count} {many or f'{one}s'}"


def instead(word: str, known: Sequence[str]) -> str:
    """Which field there is instead of one that there is not: the one that was meant, or all."""
    if near := nearest(word, known):
        return f"did you mean {near}?"
    return f"write one of {', '.join(known)}" if known else "there are no others, remove it"
