"""Readers: one vendor value in, one canonical value out; dirt becomes None. Knows no object and no record."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Final

from adapters import times
from adapters.records import Value
from config.fields import FieldType
from config.words import UNKNOWN

Reader = Callable[[object, tzinfo], Value]
"""A vendor value and the workspace's zone → a canonical value."""

_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(value: object) -> str | None:
    """A record id in its 18-character form; None for what is no Salesforce id.

    The last three characters say which of the first fifteen are capitals: five per character, lowest bit first.
    """
    text = str(value).strip() if value else ""
    if len(text) == 18 and text.isascii() and text.isalnum():
        return text
    if len(text) != 15 or not text.isascii() or not text.isalnum():
        return None
    fives = (text[0:5], text[5:10], text[10:15])
    return text + "".join(_SUFFIX[sum(1 << n for n, char in enumerate(five) if "A" <= char <= "Z")] for five in fives)


def text(value: object, _zone: tzinfo | None = None) -> str | None:
    """Text that any store takes: without NUL, and half a surrogate pair (a text cut by a careless tool) shown as �."""
    if isinstance(value, str):
        clean = _UNSTORABLE.sub(lambda found: "" if found[0] == "\0" else "\ufffd", value)
        return clean.strip() or None
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def number(value: object, _zone: tzinfo | None = None) -> float | None:
    """Numbers that arrive as text are read; NaN, infinity and words are missing."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def whole(value: object, _zone: tzinfo | None = None) -> int | None:
    read = number(value)
    return None if read is None else int(read)


def flag(value: object, _zone: tzinfo | None = None) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).strip().lower())


def identifier(value: object, _zone: tzinfo | None = None) -> str | None:
    """An id in its long form; what an admin maps instead of one (an external key) stays as it is."""
    return long_id(value) or text(value)


def options(value: object, _zone: tzinfo | None = None) -> tuple[str, ...] | None:
    """A multi-select ``a;b`` as a sorted tuple; blank is None."""
    chosen = {part.strip() for part in (text(value) or "").split(";")} - {""}
    return tuple(sorted(chosen)) or None


def instant(value: object, _zone: tzinfo | None = None) -> Value:
    return times.instant(value)


def day(value: object, zone: tzinfo) -> Value:
    return times.day(value, zone)


def word(value: object, table: Mapping[str, str]) -> str | None:
    """A vendor word in ours: as written, else whatever its case; ``unknown`` when the table has no entry."""
    said = text(value)
    if said is None:
        return None
    if said in table:
        return table[said]
    folded = {name.casefold(): ours for name, ours in table.items()}
    return folded.get(said.casefold(), UNKNOWN)


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
