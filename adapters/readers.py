"""Readers that every adapter shares: one vendor value in, one canonical value out; dirt becomes None.

Know no vendor, no object and no record. What differs between vendors (days, ids) is in each adapter's ``values``.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Final

from adapters.records import Value
from config.words import UNKNOWN

Reader = Callable[[object, tzinfo], Value]
"""A vendor value and the workspace's zone → a canonical value."""

UNREAD: Final = "_in_crm"
"""``status_in_crm`` in ``extra``: what the CRM says in a field (here status) for which we have no word."""

_LARGEST: Final = 2**53
"""Beyond it a float does not hold every whole number, and no count of ours is real."""
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def text(value: object, _zone: tzinfo | None = None) -> str | None:
    """Trimmed, and such that every store can keep it: no NUL, U+FFFD for half of a surrogate pair. Blank is None."""
    if isinstance(value, str) and value.isprintable():  # nearly all are: nothing to mend
        return value.strip() or None
    if value is None or isinstance(value, (dict, list)):
        return None
    return _UNSTORABLE.sub(_mended, str(value)).strip() or None


def _mended(found: re.Match[str]) -> str:
    return "" if found[0] == "\0" else "\N{REPLACEMENT CHARACTER}"


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
    """Cut to a whole number; None beyond ±2**53."""
    read = number(value)
    return None if read is None or abs(read) > _LARGEST else int(read)


def flag(value: object, _zone: tzinfo | None = None) -> bool | None:
    """True and false, as such or in words."""
    return {"true": True, "false": False}.get(str(value).strip().lower())


def options(value: object, _zone: tzinfo | None = None) -> tuple[str, ...] | None:
    """Several choices ``a;b`` as a sorted tuple; blank is None."""
    chosen = {part.strip() for part in (text(value) or "").split(";")} - {""}
    return tuple(sorted(chosen)) or None


def word(value: object, table: Mapping[str, str], ours: tuple[str, ...] = ()) -> str | None:
    """A vendor word in ours: by the table, whatever its case; as it is, if it is one of ``ours``; else unknown."""
    if isinstance(value, str) and value in table:
        return table[value]
    said = text(value)
    if said is None:
        return None
    if said in table:
        return table[said]
    folded = {**{known: known for known in ours}, **{name.casefold(): known for name, known in table.items()}}
    return folded.get(said.casefold(), UNKNOWN)
