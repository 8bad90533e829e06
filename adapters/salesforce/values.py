"""Readers: one vendor value in, one canonical value out; dirt becomes None. Knows no object and no record."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

from adapters import times
from adapters.readers import Reader, flag, number, options, text, whole, word
from adapters.records import Value
from config.fields import FieldType

__all__ = [
    "OWN_READERS", "Reader", "account_id", "day", "described", "flag", "identifier", "instant", "long_id", "number",
    "options", "text", "undescribed", "user", "whole", "word",
]  # fmt: skip

_ACCOUNT: Final = "001"
_QUEUE: Final = "00G"
_STAMP: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:")
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(value: object) -> str | None:
    """A record id in its 18-character form; None for what is no Salesforce id.

    The last three characters say which of the first fifteen are capitals: five per character, lowest bit first.
    """
    if isinstance(value, str) and len(value) == 18 and value.isascii() and value.isalnum():  # nearly all are
        return value
    text = str(value).strip() if value else ""
    if len(text) == 18 and text.isascii() and text.isalnum():
        return text
    if len(text) != 15 or not text.isascii() or not text.isalnum():
        return None
    fives = (text[0:5], text[5:10], text[10:15])
    return text + "".join(_SUFFIX[sum(1 << n for n, char in enumerate(five) if "A" <= char <= "Z")] for five in fives)


def account_id(said: str) -> str:
    """An account as people name it, by its id here: reports and list views show its first 15 characters only."""
    return (long_id(said) if said.startswith(_ACCOUNT) else None) or said


def identifier(value: object, _zone: tzinfo | None = None) -> str | None:
    """An id in its long form; what an admin maps instead of one (an external key) stays as it is."""
    return long_id(value) or text(value)


def user(value: object, zone: tzinfo | None = None) -> str | None:
    """The id of who owns a record, unless that is a queue: nobody has taken it up yet."""
    owner = identifier(value, zone)
    return None if owner and long_id(owner) and owner.startswith(_QUEUE) else owner


def instant(value: object, _zone: tzinfo | None = None) -> Value:
    return times.instant(value)


def day(value: object, zone: tzinfo) -> Value:
    return times.day(value, zone)


OWN_READERS: Final[Mapping[FieldType, Reader]] = {
    "number": number,
    "currency": number,
    "text": text,
    "url": text,
    "picklist": text,
    "multi_picklist": options,
    "date": day,
    "datetime": instant,
}
"""How an own field's value is read, by its canonical type."""

_DESCRIBED: Final[Mapping[str, Reader]] = {
    "double": number,
    "currency": number,
    "percent": number,
    "int": whole,
    "long": whole,
    "boolean": flag,
    "date": day,
    "datetime": instant,
    "multipicklist": options,
}


def described(vendor_type: str) -> Reader:
    """How a field is read of which only describe's ``type`` is known."""
    return _DESCRIBED.get(vendor_type, text)


def undescribed(value: object, zone: tzinfo | None = None) -> Value:
    """A parent's field, of which no type is known: alike whether it came as JSON or in a cell of a bulk job."""
    said = text(value, zone)
    if said and _STAMP.match(said):
        return times.instant(said)
    return said if (yes := flag(said)) is None else yes
