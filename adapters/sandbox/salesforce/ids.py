"""Salesforce record ids: 15 case-sensitive characters, and the 3 that make 18 safe where case is lost."""

import re
from typing import Final

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ID: Final = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Z]{3})?", re.ASCII)
_CAPITAL: Final = str.maketrans({char: str(int(char.isupper())) for char in DIGITS})
INSTANCE: Final = "Sx0000"
"""Pod and reserved characters of every id made here."""


def safe(short: str) -> str:
    """The 18 characters of a 15-character id: each suffix letter holds which of 5 characters are capitals."""
    capitals = short[::-1].translate(_CAPITAL)
    return short + "".join(_SUFFIX[int(capitals[start : start + 5], 2)] for start in (10, 5, 0))


def made(prefix: str, number: int) -> str:
    """The id of the ``number``-th record of an object; later numbers sort later."""
    body = ""
    for _ in range(15 - len(prefix) - len(INSTANCE)):
        number, digit = divmod(number, len(DIGITS))
        body = DIGITS[digit] + body
    return safe(prefix + INSTANCE + body)


def normal(text: str) -> str | None:
    """``text`` as 18 characters, or None when it cannot be an id at all."""
    if not _ID.fullmatch(text):
        return None
    return safe(text) if len(text) == 15 else text
