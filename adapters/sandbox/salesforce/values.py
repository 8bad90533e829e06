"""Turns a JSON value into what a field stores, or refuses it as Salesforce does. Pure."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from adapters.sandbox.salesforce import ids, times
from adapters.sandbox.salesforce.errors import RowError
from adapters.sandbox.salesforce.fields import Field

INT_DIGITS: Final = 8


def stored(field: Field, value: Any) -> Any:
    """``value`` as ``field`` keeps it; None clears. Raises RowError."""
    if value is None or (value == "" and field.type != "boolean"):
        if field.type == "boolean":
            raise _unreadable(field, value)
        return None
    return _BY_TYPE[field.type](field, value)


def _unreadable(field: Field, value: Any) -> RowError:
    wanted = {"boolean": "boolean", "date": "date", "datetime": "dateTime", "int": "int"}.get(field.type, "double")
    return RowError("JSON_PARSER_ERROR", f"Cannot deserialize instance of {wanted} from value {value}", [field.name])


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in ("true", "false"):
        return value.casefold() == "true"
    raise _unreadable(field, value)


def _number(field: Field, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _unreadable(field, value)
    try:
        exact = Decimal(str(value))
    except InvalidOperation as exc:
        raise _unreadable(field, value) from exc
    if not exact.is_finite():
        raise _unreadable(field, value)
    scale, digits = (0, INT_DIGITS) if field.type == "int" else (field.scale, field.precision - field.scale)
    too_large = bool(digits) and exact.copy_abs() >= Decimal(10) ** digits
    rounded = exact if too_large else exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    if too_large or (digits and abs(rounded) >= Decimal(10) ** digits):
        raise RowError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            [field.name],
        )
    return int(rounded) if field.type == "int" else float(rounded)


def _text(field: Field, value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise _unreadable(field, value)
    text = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    text = text.strip()
    if field.length and len(text) > field.length:
        raise RowError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {text[:255]} (max length={field.length})",
            [field.name],
        )
    return text


def _email(field: Field, value: Any) -> str:
    text = _text(field, value)
    name, _, host = text.rpartition("@")
    if not name or "." not in host or " " in text:
        raise RowError("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", [field.name])
    return text


def _choice(field: Field, value: Any) -> str:
    text = _text(field, value)
    _check_options(field, [text])
    return text


def _choices(field: Field, value: Any) -> str | None:
    wanted = [part.strip() for part in _text(field, value).split(";") if part.strip()]
    _check_options(field, wanted)
    order = [option.value for option in field.options]
    known = [option for option in order if option in wanted]
    return ";".join(known + [part for part in dict.fromkeys(wanted) if part not in order]) or None


def _check_options(field: Field, wanted: list[str]) -> None:
    allowed = {option.value for option in field.options if option.active}
    for text in wanted:
        if field.restricted and text not in allowed:
            raise RowError(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                f"{field.label}: bad value for restricted picklist field: {text}",
                [field.name],
            )


def _date(field: Field, value: Any) -> str:
    try:
        return times.day(str(value)).isoformat()
    except ValueError as exc:
        raise _unreadable(field, value) from exc


def _datetime(field: Field, value: Any) -> str:
    try:
        return times.shown(times.moment(str(value)))
    except ValueError as exc:
        raise _unreadable(field, value) from exc


def _reference(field: Field, value: Any) -> str:
    found = ids.normal(value) if isinstance(value, str) else None
    if found is None:
        raise RowError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", [field.name])
    return found


_BY_TYPE: Final[Mapping[str, Callable[[Field, Any], Any]]] = {
    "boolean": _boolean, "double": _number, "int": _number, "currency": _number, "percent": _number,
    "string": _text, "textarea": _text, "url": _text, "phone": _text, "email": _email,
    "picklist": _choice, "multipicklist": _choices, "date": _date, "datetime": _datetime,
    "reference": _reference, "id": _reference,
}  # fmt: skip
