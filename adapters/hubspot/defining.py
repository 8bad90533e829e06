"""What a property of ours is made of in HubSpot's words, and whether one that exists can hold it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.hubspot.shapes import vendor_name
from config.fields import FieldType, OwnField
from config.words import KEYED_KINDS

GROUP: Final = "csbridge"

TYPES: Final[Mapping[FieldType, tuple[str, tuple[str, ...]]]] = {
    "number": ("number", ("number",)),
    "currency": ("number", ("number",)),
    "text": ("string", ("text", "textarea")),
    "url": ("string", ("text", "textarea")),
    "picklist": ("enumeration", ("select", "radio")),
    "multi_picklist": ("enumeration", ("checkbox",)),
    "date": ("date", ("date",)),
    "datetime": ("datetime", ("date",)),
}
"""Canonical type → HubSpot's type, and the field types that can hold it; the first is what is created."""


def unfit(field: OwnField, there: Mapping[str, Any]) -> str:
    """Why a property that exists cannot hold the field; "" when it can."""
    vendor_type, field_types = TYPES[field.type]
    said = str(there.get("type")), str(there.get("fieldType"))
    if said[0] != vendor_type or (vendor_type == "enumeration" and said[1] not in field_types):
        return f"it is of type {said[0]} ({said[1]}), and {vendor_type} ({field_types[0]}) is needed"
    if field.on in KEYED_KINDS and not there.get("hasUniqueValue"):
        return "it is there, but several records may hold the same value in it"
    if field.written and (there.get("calculated") or says(there, "readOnlyValue")):
        return "its value cannot be written: it is calculated or read-only"
    return ""


def group() -> dict[str, Any]:
    """The body that creates the property group of an object."""
    return {"name": GROUP, "label": "CS Bridge", "displayOrder": -1}


def definition(field: OwnField) -> dict[str, Any]:
    """The body that creates the field's property."""
    vendor_type, field_types = TYPES[field.type]
    long = field.type == "text" and field.length > 255
    body = {
        "name": vendor_name(field),
        "label": field.label,
        "type": vendor_type,
        "fieldType": "textarea" if long else field_types[0],
        "groupName": GROUP,
        "description": field.description,
        "hasUniqueValue": field.on in KEYED_KINDS,
        "formField": False,
    }
    return body | ({"options": options(field.options, 0)} if vendor_type == "enumeration" else {})


def options(values: Sequence[str], first: int) -> list[dict[str, Any]]:
    """``escalated_ticket`` is shown as "Escalated ticket"; HubSpot insists on ``hidden``."""
    return [
        {"label": value.replace("_", " ").capitalize(), "value": value, "displayOrder": place, "hidden": False}
        for place, value in enumerate(values, first)
    ]


def grown(kept: Sequence[Mapping[str, Any]], lacking: Sequence[str]) -> list[dict[str, Any]]:
    """The options with these shown as well: hidden ones come back, new ones stand at the end."""
    shown = [{**option, "hidden": option.get("hidden") and option.get("value") not in lacking} for option in kept]
    known = {str(option.get("value")) for option in kept}
    return shown + options([value for value in lacking if value not in known], len(kept))


def says(there: Mapping[str, Any], what: str) -> bool:
    """Whether HubSpot says that of a property which it defines itself, such as ``readOnlyValue``."""
    return bool((there.get("modificationMetadata") or {}).get(what))
