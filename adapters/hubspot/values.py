"""HubSpot's property values, read and written. Every value arrives as text or null; "" is null.

One value at a time: knows no object and no record. Dirt becomes None.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final

from adapters import times
from adapters.records import Value
from config.fields import FieldType, OwnField
from config.words import UNKNOWN

Reader = Callable[[object, tzinfo], Value]
"""A property value and the workspace's zone → a canonical value."""

_LARGEST: Final = 2**53
"""Beyond it a float does not hold every whole number, and no count of ours is real."""
_NO_CHARACTER: Final = re.compile("[\x00\ud800-\udfff]")


def text(value: object, _zone: tzinfo | None = None) -> str | None:
    """Trimmed, and such that every store can keep it: no NUL, U+FFFD for half of a surrogate pair."""
    if value is None or isinstance(value, (dict, list)):
        return None
    return _NO_CHARACTER.sub(_mended, str(value)).strip() or None


def number(value: object, _zone: tzinfo | None = None) -> float | None:
    said = text(value)
    if said is None or isinstance(value, bool):
        return None
    try:
        read = float(said)
    except ValueError:
        return None
    return read if math.isfinite(read) else None


def whole(value: object, _zone: tzinfo | None = None) -> int | None:
    """Cut to a whole number; None beyond ±2**53."""
    read = number(value)
    return None if read is None or abs(read) > _LARGEST else int(read)


def flag(value: object, _zone: tzinfo | None = None) -> bool | None:
    return {"true": True, "false": False}.get(str(value).strip().lower())


def instant(value: object, _zone: tzinfo | None = None) -> datetime | None:
    return times.instant(text(value))


def day(value: object, zone: tzinfo) -> date | None:
    """A date property is midnight UTC and means that day everywhere; a datetime has its day in ``zone``."""
    read = times.instant(text(value))
    return times.day(text(value), UTC if read and read.timetz() == time(tzinfo=UTC) else zone)


def options(value: object, _zone: tzinfo | None = None) -> tuple[str, ...] | None:
    """A multiple checkbox ``a;b`` as a sorted tuple; blank is None."""
    chosen = {part.strip() for part in (text(value) or "").split(";")} - {""}
    return tuple(sorted(chosen)) or None


def ids(value: object) -> tuple[str, ...]:
    """Record ids in a property: one, or several as ``1;2``; of ``vid:timestamp`` the vid."""
    parts = (part.partition(":")[0].strip() for part in (text(value) or "").split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))


def word(value: object, table: Mapping[str, str], ours: tuple[str, ...]) -> str | None:
    """A vendor word in ours: by the table, whatever its case; as it is, if it is one of ours; else unknown."""
    said = text(value)
    if said is None:
        return None
    if said in table:
        return table[said]
    folded = {**{known: known for known in ours}, **{name.casefold(): known for name, known in table.items()}}
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


def written(field: OwnField, value: Value) -> str:
    """A value as HubSpot takes it: "" clears, a multiple checkbox is sorted ``a;b``, a datetime ISO in milliseconds.

    Raises ValueError for what the field's type cannot express.
    """
    if value is None or value == ():
        return ""
    if field.type in ("number", "currency"):
        return _decimal(field, value)
    if field.type == "multi_picklist":
        return ";".join(sorted({value} if isinstance(value, str) else {str(part) for part in _parts(field, value)}))
    if isinstance(value, datetime):
        return value.date().isoformat() if field.type == "date" else times.iso_milliseconds(value)
    if isinstance(value, date):
        return times.iso_milliseconds(times.midnight(value)) if field.type == "datetime" else value.isoformat()
    if isinstance(value, tuple):
        raise ValueError(f"{field.name} holds one value, not several")
    return str(value)


def _mended(found: re.Match[str]) -> str:
    return "" if found[0] == "\0" else "\N{REPLACEMENT CHARACTER}"


def _parts(field: OwnField, value: Value) -> tuple[str, ...]:
    if not isinstance(value, tuple):
        raise ValueError(f"{field.name} holds options, not {type(value).__name__}")
    return value


def _decimal(field: OwnField, value: Value) -> str:
    """At the field's scale, without trailing zeros: 71.30000000000001 → 71.3, 80.0 → 80."""
    try:
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_EVEN)
    except InvalidOperation as exc:
        raise ValueError(f"{field.name} holds a number, not {value!r}") from exc
    if not exact.is_finite():
        raise ValueError(f"{field.name} holds a number, not {value!r}")
    shown = f"{exact:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown
