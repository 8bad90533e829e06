"""Values of a delivery, read with suspicion: what has the wrong shape is ``Rejected``, never guessed at."""

import math
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import orjson

from adapters import times
from adapters.errors import Rejected
from adapters.records import RECORD_TYPES, Value
from config.words import UNKNOWN, Kind, Survey

LONGEST: Final = 10_000
"""Characters of a text, such as a comment."""
SURVEYS: Final = frozenset(get_args(Survey)) - {UNKNOWN}


def malformed(what: str) -> Rejected:
    return Rejected(what, status=400)


def document(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise malformed("the body is no JSON") from exc
    return mapping(found, "the body")


def mapping(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise malformed(f"{what} is no object")
    return value


def rows(value: object, what: str) -> list[dict[str, Any]]:
    """A list of objects; none where it is left out."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise malformed(f"{what} is no list")
    return [mapping(one, f"an item of {what}") for one in value]


def text(value: object) -> str | None:
    """A text without what no database takes, or a number as text; None where it says nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    clean = str(value).replace("\x00", "").encode("utf-8", "replace").decode().strip()
    return clean[:LONGEST] or None


def identifier(value: object, what: str) -> str:
    found = text(value)
    if found is None or len(found) > 200:
        raise malformed(f"{what} is missing, or is no id")
    return found


def number(value: object) -> float | None:
    """A finite number, also one that is written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def seconds(value: object) -> datetime | None:
    """An instant in seconds since 1970, as aware UTC."""
    found = number(value)
    if found is None:
        return None
    try:
        return datetime.fromtimestamp(found, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise malformed("a time is beyond the calendar") from exc


def day_of(value: object, zone: ZoneInfo) -> date | None:
    """The day of an instant in seconds, where the company is."""
    found = seconds(value)
    return times.day(found.isoformat(), zone) if found else None


def survey(value: object, otherwise: Survey) -> Survey:
    """The canonical word, however it is written; the sender's own where it names none of ours."""
    said = str(value).strip().lower()
    return next((name for name in get_args(Survey) if name == said and name in SURVEYS), otherwise)


def canonical(kind: Kind, name: str, value: object, zone: ZoneInfo) -> Value:
    """A field of a canonical record, from JSON. Raises ``Rejected`` where it is of another type, or no such word."""
    if value is None or value == "":
        return None
    hint = _hint(kind, name)
    words = get_args(hint) if get_origin(hint) is Literal else ()
    found: Value
    if words:
        found = next((word for word in words if word == value), None)
    elif hint is bool:
        found = value if isinstance(value, bool) else None
    elif hint in (float, int):
        found = number(value)
    elif hint is datetime:
        found = _instant(value)
    elif hint is date:
        found = times.day(value, zone)
    else:
        found = text(value)
    if found is None:
        raise malformed(f"{name} cannot be {str(value)[:50]!r}" + (f"; one of {', '.join(words)}" if words else ""))
    return found


def _instant(value: object) -> datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970."""
    found = times.instant(value)
    return found or (seconds(value) if (number(value) or 0) < 1e11 else None)


def _hint(kind: Kind, name: str) -> Any:
    """The type of a field, without its None."""
    hint = get_type_hints(RECORD_TYPES[kind])[name]
    some = [one for one in get_args(hint) if one is not type(None)]
    return some[0] if get_origin(hint) is not Literal and some and _optional(hint) else hint


def _optional(hint: Any) -> bool:
    return type(None) in get_args(hint) or get_origin(hint) is Union
