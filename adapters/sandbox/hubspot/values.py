"""Property values as HubSpot checks and keeps them: always text. Pure; one rule per property type.

Writing accepts epoch milliseconds or ISO for times; reading gives ``2026-03-09`` and ``2026-03-09T20:23:36.861Z``.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from adapters.sandbox.hubspot.errors import Problem
from adapters.sandbox.hubspot.schema import Definition

DAY_MS: Final = 86_400_000
TEXT_LIMIT: Final = 65_536
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_INTEGER: Final = re.compile(r"-?\d+")


def iso(ms: int) -> str:
    """Epoch milliseconds as HubSpot writes a time."""
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_ms(moment: datetime) -> int:
    """An aware time as whole milliseconds, by integer arithmetic (floats would be off by one)."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def parse_ms(text: str) -> int | None:
    """Epoch milliseconds, ISO time or ISO date as milliseconds; None when it is none of them."""
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return epoch_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def date_ms(day: date) -> int:
    return epoch_ms(datetime.combine(day, time(), UTC))


def stored(definition: Definition, value: Any, current: str | None) -> str | None:
    """What the portal keeps for a written ``value`` (None = cleared); Problem when the property cannot hold it."""
    if isinstance(value, (dict, list)):
        raise Problem(definition.name, "INVALID_STRING", f"{value} is not a valid value for {definition.name}")
    text = _text(value)
    if text == "":
        return None
    return _RULES[definition.type](definition, text, current)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _string(definition: Definition, text: str, current: str | None) -> str:
    if len(text) > TEXT_LIMIT:
        raise Problem(definition.name, "INVALID_STRING", f"{definition.name} is longer than {TEXT_LIMIT} characters")
    if definition.name == "email" and not _EMAIL.fullmatch(text):
        raise Problem(definition.name, "INVALID_EMAIL", f"Email address {text} is invalid")
    return text.lower() if definition.name == "email" else text


def _number(definition: Definition, text: str, current: str | None) -> str:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Problem(definition.name, "INVALID_INTEGER", f"{text} was not a valid number.")
    return text.strip()


def _date(definition: Definition, text: str, current: str | None) -> str:
    ms = parse_ms(text)
    if ms is None:
        raise Problem(definition.name, "INVALID_DATE", f"{text} was not a valid date.")
    if ms % DAY_MS:
        raise Problem(
            definition.name, "INVALID_DATE", f"{text} is at {iso(ms)[11:]}, not midnight UTC. It must be midnight."
        )
    return _shown(definition, ms)[:10]


def _datetime(definition: Definition, text: str, current: str | None) -> str:
    ms = parse_ms(text)
    if ms is None:
        raise Problem(definition.name, "INVALID_DATE", f"{text} was not a valid long or date.")
    return _shown(definition, ms)


def _shown(definition: Definition, ms: int) -> str:
    try:
        return iso(ms)
    except OverflowError as exc:
        raise Problem(definition.name, "INVALID_DATE", f"{ms} is out of range.") from exc


def _enumeration(definition: Definition, text: str, current: str | None) -> str | None:
    allowed = [option.value for option in definition.options]
    if definition.field_type != "checkbox":
        _check_options(definition, [text], allowed)
        return text
    asked = [part for part in text.split(";") if part]
    _check_options(definition, asked, allowed)
    before = (current or "").split(";") if text.startswith(";") else []
    return ";".join(dict.fromkeys(part for part in [*before, *asked] if part)) or None


def _check_options(definition: Definition, asked: list[str], allowed: list[str]) -> None:
    for value in asked:
        if value not in allowed:
            message = f"{value} was not one of the allowed options: [{', '.join(allowed)}]"
            raise Problem(definition.name, "INVALID_OPTION", message)


def _bool(definition: Definition, text: str, current: str | None) -> str:
    if text.lower() not in ("true", "false"):
        raise Problem(definition.name, "INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]")
    return text.lower()


_RULES: Final[Mapping[str, Callable[[Definition, str, str | None], str | None]]] = {
    "string": _string,
    "phone_number": _string,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "enumeration": _enumeration,
    "bool": _bool,
}


def comparable(kind: str, text: str) -> float | str | None:
    """``text`` as search compares it: times in ms, numbers as such, strings in lower case; None when it is not one."""
    if kind in ("date", "datetime"):
        return parse_ms(text)
    if kind == "number":
        try:
            return float(text)
        except ValueError:
            return None
    return text if kind in ("enumeration", "bool") else text.lower()
