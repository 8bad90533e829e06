"""Canonical records made of what the store keeps of them: JSON back into fields. Must not know what they are for."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any, cast, get_args, get_origin, get_type_hints

from adapters.records import RECORD_TYPES, Record, Ref
from config.words import Kind


def record_of(ref: Ref, changed_at: datetime, content: Mapping[str, Any]) -> Record:
    """The record with this content; what its kind has no field for is left out."""
    readers = _types(ref.kind)
    known = {name: _value(readers[name], value) for name, value in content.items() if name in readers}
    return RECORD_TYPES[cast(Kind, ref.kind)](ref=ref, changed_at=changed_at, **known)


def _value(type: Any, value: Any) -> Any:
    if value is None:
        return None
    if type in (datetime, date) and isinstance(value, str):
        return type.fromisoformat(value)
    return tuple(value) if type is tuple else value


@cache
def _types(kind: Kind) -> Mapping[str, Any]:
    """Field → the type that JSON does not keep: datetime, date or tuple; else None."""
    hints = get_type_hints(RECORD_TYPES[kind])
    names = [field.name for field in fields(RECORD_TYPES[kind]) if field.name not in ("ref", "changed_at", "own")]
    return {name: _lost(hints[name]) for name in names}


def _lost(hint: Any) -> Any:
    some = (hint, *get_args(hint))
    return next((type for type in (datetime, date) if type in some), tuple if get_origin(hint) is tuple else None)
