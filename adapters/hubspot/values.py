"""HubSpot's property values, read and written. Every value arrives as text or null; "" is null.

One value at a time: knows no object and no record. Dirt becomes None.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from typing import Final

from adapters import times
from adapters.readers import Reader, flag, number, options, text, whole, word
from adapters.texts import written
from config.fields import FieldType

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
