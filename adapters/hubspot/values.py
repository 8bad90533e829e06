"""HubSpot's property values, read and written. Every value arrives as text or null; "" is null.

One value at a time: knows no object and no record. Dirt becomes None.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from adapters import times
from adapters.readers import Reader, flag, number, options, text, whole, word
from adapters.records import Value
from config.fields import FieldType, OwnField

__all__ = [
    "OWN_READERS",
    "Reader",
    "day",
    "flag",
    "ids",
    "instant",
    "number",
    "options",
    "text",
    "whole",
    "word",
    "written",
]


def instant(value: object, _zone: tzinfo | None = None) -> datetime | None:
    return times.instant(text(value))


def day(value: object, zone: tzinfo) -> date | None:
    """A date property is midnight UTC and means that day everywhere; a datetime has its day in ``zone``."""
    read = times.instant(text(value))
    return times.day(text(value), UTC if read and read.timetz() == time(tzinfo=UTC) else zone)


def ids(value: object) -> tuple[str, ...]:
    """Record ids in a property: one, or several as ``1;2``; of ``vid:timestamp`` the vid."""
    parts = (part.partition(":")[0].strip() for part in (text(value) or "").split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))


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


def _parts(field: OwnField, value: Value) -> tuple[str, ...]:
    if not isinstance(value, tuple):
        raise ValueError(f"{field.name} holds options, not {type(value).__name__}")
    return value


def _decimal(field: OwnField, value: Value) -> str:
    """At the field's scale, without trailing zeros: 71.30000000000001 → 71.3, 80.0 → 80."""
    try:
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    except InvalidOperation as exc:
        raise ValueError(f"{field.name} holds a number, not {value!r}") from exc
    if not exact.is_finite():
        raise ValueError(f"{field.name} holds a number, not {value!r}")
    shown = f"{exact:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown
