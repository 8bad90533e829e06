"""Values of own fields as text, where that is how they are written: HubSpot's properties, cells of a file.

One value at a time, at the precision that its field can hold; knows no vendor.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from adapters import times
from adapters.records import Value
from config.fields import OwnField


def written(field: OwnField, value: Value) -> str:
    """A value as text: "" clears, several options are sorted ``a;b``, a datetime is ISO in milliseconds.

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
