"""Spoiling good files: bytes, and what the bytes mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

INTERESTING = [
    b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\x80", b"\n", b"\r", b"\r\n", b'"', b"'",
    b'"""', b"'''", b"\\", b"[", b"]", b"[[", b"{", b"}", b"=", b",", b";", b"\t", b"|", b".", b"#",
    b"\xed\xa0\x80", "\u2028".encode(), "é".encode(), b"\\u0000", b"\\ud800", b"../", b"__class__",
    b"$(touch x)", b"=cmd|' /C calc'!A0", b"import os",
]  # fmt: skip
NUMBERS = [
    b"0",
    b"-1",
    b"1e999",
    b"-1e999",
    b"nan",
    b"inf",
    b"-inf",
    b"1e-400",
    b"0x" + b"f" * 300,
    b"9" * 400,
    b"9" * 5000,
    b"2147483648",
    b"9223372036854775808",
    b"1.5",
    b"true",
    b"1979-05-27",
    b"0.30000000000000004",
    b'"7"',
    b"[]",
    b"{}",
    b"1e308",
    b"5e-324",
    b"1_000",
    b"+3",
    b"''",
]
NUMBER = re.compile(rb"[-+]?\d[\d.eE+-]*")
WORD = re.compile(rb"[A-Za-z_]\w*")
MOST = 300_000
"""Bytes of a spoilt file: what is larger is refused by its size alone, and takes long to make."""


def bytes_spoilt(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """One to six changes of the kinds below."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        raw = random.choice(CHANGES)(raw, random, others)[:MOST]
    return raw


def _place(raw: bytes, random: Random) -> int:
    return random.randint(0, len(raw))


def _flip(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    spoilt = bytearray(raw)
    for _ in range(random.choice((1, 1, 4, 32))):
        if spoilt:
            spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
    return bytes(spoilt)


def _insert(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    at = _place(raw, random)
    new = random.choice((random.choice(INTERESTING), random.randbytes(random.randint(1, 8))))
    return raw[:at] + new + raw[at:]


def _delete(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    at = _place(raw, random)
    return raw[:at] + raw[at + random.choice((1, 2, 8, 64, 4096)) :]


def _repeat(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    at = _place(raw, random)
    block = raw[at : at + random.choice((1, 4, 40, 400))]
    times = random.choice((2, 2, 9, 100, 1000))
    return raw[:at] + block * times + raw[at:]


def _splice(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    at, there = _place(raw, random), _place(other, random)
    return raw[:at] + other[there : there + random.choice((8, 64, 512, 10**6))] + raw[at:]


def _cut(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    return raw[: _place(raw, random)]


def _number(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    found = list(NUMBER.finditer(raw[:20_000]))
    if not found:
        return raw
    one = random.choice(found)
    return raw[: one.start()] + random.choice(NUMBERS) + raw[one.end() :]


def _word(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    found, words = list(WORD.finditer(raw[:20_000])), WORD.findall(random.choice(others)[:20_000])
    if not found or not words:
        return raw
    one = random.choice(found)
    new = random.choice((random.choice(words), random.choice(INTERESTING), b"", b"x" * 50_000))
    return raw[: one.start()] + new + raw[one.end() :]


def _lines(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    lines = raw.split(b"\n")
    at, to = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(to, lines[at])
        case 2:
            lines[at], lines[to] = lines[to], lines[at]
        case 3:
            lines[at:at] = [lines[to]] * random.choice((10, 200, 3000))
    return b"\n".join(lines)


def _nest(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    at = _place(raw, random)
    one = random.choice((b"[", b"{", b"{a=", b"[[", b"(", b'"', b"a.", b"a,", b'""', b"[a.", b" "))
    return raw[:at] + one * random.choice((5, 100, 2000, 100_000 // len(one))) + raw[at:]


def _encode(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    text = raw.decode("utf-8", "replace")
    how = random.choice(
        ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7")
    )
    return text.encode(how, "replace")


CHANGES: tuple[Callable[[bytes, Random, Sequence[bytes]], bytes], ...] = (
    _flip, _insert, _delete, _repeat, _splice, _cut, _number, _number, _number, _word, _word,
    _lines, _nest, _encode,
)  # fmt: skip
