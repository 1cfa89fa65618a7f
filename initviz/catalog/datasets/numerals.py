"""Numbers as people and other programs spell them, and how they are written in a table here.

Such a text is not guessed at: "1.000" is a thousand in one country and one in another. It is
recognised, so that it can be refused with the cure and is not taken for a category.
"""

from __future__ import annotations

import re
import unicodedata

_SIGN = r"[-+−–]?"
_MONEY = r"(?:[$€£¥₹]|EUR|USD|GBP|CHF|Fr\.)"
# Groups of two are India's, with commas. None begins with 0: 10.12.100 and 001.002.003 are names.
_GROUPS = "|".join(
    rf"[^\D0]\d{{0,2}}(?:{mark}\d{{{least},3}})*{mark}\d{{3}}(?:{decimal}\d*)?"
    for mark, least, decimal in ((r"\.", 3, ","), (",", 2, r"\."), (r"['’_\s]", 3, "[.,]"))
)

NUMERAL = (
    rf"^{_SIGN}\s*{_MONEY}?\s*{_SIGN}(?:{_GROUPS}|\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?"
    rf"\s*(?:[%‰]|{_MONEY})?$"
)
"""Numbers in every spelling, for polars and for Python: thousands separators, decimal commas, signs
of currencies and per cent, digits of every script."""

COMMA = r"^[-+]?\d+,\d+$"
"""Numbers with a decimal comma, or with a comma that parts thousands."""

THOUSANDS = {".": r"^[-+]?[1-9]\d{0,2}(?:\.\d{3})+$", ",": r"^[-+]?[1-9]\d{0,2}(?:,\d{3})+$"}
"""Numbers whose only mark may part thousands."""

WHOLE = r"^[-+]?\d+$"


def plain(text: str) -> str:
    """The number that a ``NUMERAL`` stands for, as it is written in a table here.

    Where the only mark may be either, both: "1000 (or 1.000)" for "1,000".
    """
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    text = re.sub(_MONEY, "", text).replace("−", "-").replace("–", "-")
    number, e, exponent = re.sub(r"[^\d.,eE+-]", "", text).upper().partition("E")
    exponent = e.lower() + exponent
    last = max(number.rfind("."), number.rfind(","))
    if last < 0:
        return number + exponent
    digits = re.sub("[.,]", "", number)
    if number.count(number[last]) > 1:
        return digits + exponent
    decimals = number[last + 1 :]
    pointed = f"{digits[: len(digits) - len(decimals)]}.{decimals}".rstrip(".") + exponent
    if any(re.match(spelling, number) for spelling in THOUSANDS.values()):
        return f"{digits}{exponent} (or {pointed})"
    return pointed
