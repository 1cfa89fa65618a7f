"""Good bytes made bad, by a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence


def mutated(good: bytes, chance: random.Random, words: Sequence[bytes] = ()) -> bytes:
    """A few bytes changed, left out, put in or repeated, and words of the format in odd places."""
    content = bytearray(good)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(content) + 1)
        kind = chance.random()
        if kind < 0.4 and place < len(content):
            content[place] = chance.randrange(256)
        elif kind < 0.6:
            del content[place : place + chance.randint(1, 40)]
        elif kind < 0.8:
            content[place:place] = chance.randbytes(chance.randint(1, 20))
        elif kind < 0.9 and words:
            content[place:place] = chance.choice(words)
        else:
            other = chance.randrange(len(content) + 1)
            content[place : place + 30] = content[other : other + 30]
    return bytes(content)
