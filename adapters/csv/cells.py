"""Readers of single cells, by the type that a canonical field is declared with. Dirt becomes None.

A time without a zone means the company's own; people write yes and no. What is not ISO (``01.05.2026``) is not guessed.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache
from typing import Any, Final, get_type_hints

from adapters import readers, times
from adapters.readers import Reader
from adapters.records import RECORD_TYPES, Value
from adapters.vocabulary import plain
from config.fields import FieldType
from config.words import Kind

_YES_NO: Final = {"yes": True, "y": True, "1": True, "x": True, "no": False, "n": False, "0": False}
_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def text(value: object, _zone: tzinfo | None = None) -> str | None:
    """Of a number from a spreadsheet, without the ``.0`` that a whole one carries there: ids are typed as numbers."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return readers.text(value)


def ids(value: object, _zone: tzinfo | None = None) -> tuple[str, ...]:
    """One id, or several as ``a;b``, in the order given."""
    return tuple(dict.fromkeys(part.strip() for part in (text(value) or "").split(";") if part.strip()))


def flag(value: object, _zone: tzinfo | None = None) -> bool | None:
    said = readers.flag(value)
    return _YES_NO.get((text(value) or "").lower()) if said is None else said


def day(value: object, zone: tzinfo) -> date | None:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.date()
    said = text(value)
    read = times.instant(said) if said and not said.isdigit() else None
    if read is None or said is None or _DAY.fullmatch(said) or read.timetz() == time(tzinfo=UTC):
        return read.date() if read else None
    return times.day(said, zone)


def instant(value: object, zone: tzinfo) -> datetime | None:
    """A day alone is its midnight in the zone."""
    said = text(value)
    if said is None or said[4:5] != "-":
        return times.instant(said)
    try:
        read = datetime.fromisoformat(said)
    except ValueError:
        return None
    return (read.replace(tzinfo=zone) if read.tzinfo is None else read).astimezone(UTC)


def is_day(value: object) -> bool:
    """Whether a cell names a day and no time of it."""
    if isinstance(value, datetime):
        return value.timetz() == time()
    return isinstance(value, date) or _DAY.fullmatch(text(value) or "") is not None


def untyped(value: object, zone: tzinfo) -> Value:
    """A cell of a column that csbridge does not know: a number, yes or no, or a day where it looks like one.

    ``007`` is no number but a name.
    """
    said = text(value)
    if said is None or isinstance(value, bool):
        return value if isinstance(value, bool) else None
    if _NUMBER.fullmatch(said):
        return float(said)
    if is_day(value) and (read := day(value, zone)):
        return read
    return readers.flag(said) if readers.flag(said) is not None else said


@cache
def typed(kind: Kind) -> Mapping[str, Reader]:
    """How each canonical field of a kind is read; those with a vocabulary are not among them."""
    hints = get_type_hints(RECORD_TYPES[kind])
    return {name: reader for name, hint in hints.items() if (reader := _BY_TYPE.get(plain(hint)))}


_BY_TYPE: Final[Mapping[Any, Reader]] = {
    str: text,
    float: readers.number,
    int: readers.whole,
    bool: flag,
    date: day,
    datetime: instant,
    tuple[str, ...]: ids,
}

OWN: Final[Mapping[FieldType, Reader]] = {
    "number": readers.number,
    "currency": readers.number,
    "text": text,
    "url": text,
    "picklist": text,
    "multi_picklist": readers.options,
    "date": day,
    "datetime": instant,
}
"""How an own field is read back from the results file, by its canonical type."""
