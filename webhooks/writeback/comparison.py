"""When two values of an own field are the same: compared as the field in the CRM can hold them.

Pure. Owns how a value is fitted into a field; must not know what is wanted, sent or confirmed, nor why.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from adapters.records import Fields, Value
from config.fields import OwnField

ELLIPSIS: Final = "…"
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


def fit(value: Value, field: OwnField) -> Value:
    """The value as ``field`` can hold it, which is also what is sent; None for every kind of blank.

    A value of the wrong type is handed on as it is: the CRM refuses it by name, and nobody guesses here.
    """
    if value is None or value == "" or value == () or value != value:  # NaN alone is not itself
        return None
    match field.type:
        case "number" | "currency":
            return _number(value, field.scale)
        case "text":
            return _text(str(value), field.length)
        case "multi_picklist":
            return _options(value)
        case "date":
            return _day(value)
        case "datetime":
            return _instant(value)
        case _:
            return str(value).strip() or None


def same(a: Value, b: Value, field: OwnField) -> bool:
    """Whether the CRM could not tell the two apart in this field. Nearly all are equal as they are."""
    return (a == b and type(a) is type(b)) or fit(a, field) == fit(b, field)


def differences(desired: Fields, confirmed: Fields, fields: Mapping[str, OwnField], accepted: Fields) -> Fields:
    """What is to be written, fitted: desired, not confirmed, ours to write, and not set aside by accepted drift."""
    patch: dict[str, Value] = {}
    for name, value in desired.items():
        field = fields.get(name)
        if field is None or not field.written or same(value, confirmed.get(name), field):
            continue
        if name in accepted and same(value, accepted[name], field):
            continue
        patch[name] = fit(value, field)
    return patch


def _number(value: Value, scale: int) -> Value:
    try:
        number = Decimal(int(value)) if isinstance(value, bool) else Decimal(str(value).strip())
    except InvalidOperation:
        return value
    if not number.is_finite():
        return None
    try:
        rounded = number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
    except InvalidOperation:  # more digits than Decimal works with: far outside of any field
        return value
    return float(rounded) + 0.0 if scale > 0 else int(rounded)  # + 0.0 turns -0.0 into 0.0


def _text(value: str, length: int) -> str | None:
    """Cut at the end of a sentence, else of a word. CRMs trim the white space around a text, so we do too."""
    text = value.replace("\r\n", "\n").strip()
    if len(text) <= length:
        return text or None
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: length + 1]) if match.end() <= length]
    if ends:
        return text[: ends[-1]]
    room = text[:length]
    head, space, _ = room[: length - len(ELLIPSIS) + 1].rpartition(" ")
    return head.rstrip(" ,;:–-") + ELLIPSIS if space and head.strip() else room.rstrip()


def _options(value: Value) -> Value:
    options: Iterable[object]
    if isinstance(value, str):
        options = value.split(";")
    elif isinstance(value, Iterable):
        options = value
    else:
        options = (value,)
    return tuple(sorted({text for option in options if (text := str(option).strip())})) or None


def _day(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()).date()
        except ValueError:
            return value
    return value


def _instant(value: Value) -> Value:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)
