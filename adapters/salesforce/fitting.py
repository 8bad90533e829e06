"""Whether a Salesforce field can hold one of ours, and how ours is created. Pure.

Type names twice: describe has its own (``double``), the metadata that creates a field others (``Number``).
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.salesforce.describe import Field
from config.fields import FieldType, OwnField

_FITTING: Final[Mapping[FieldType, tuple[str, ...]]] = {
    "number": ("double", "int", "percent", "currency"),
    "currency": ("currency", "double"),
    "text": ("string", "textarea"),
    "url": ("url", "string"),
    "picklist": ("picklist",),
    "multi_picklist": ("multipicklist",),
    "date": ("date",),
    "datetime": ("datetime",),
}
"""Our type → describe's types that hold it."""

_METADATA_TYPES: Final = {
    "Number": "double", "Percent": "percent", "Currency": "currency", "Text": "string", "TextArea": "textarea",
    "LongTextArea": "textarea", "Html": "textarea", "Url": "url", "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist", "Date": "date", "DateTime": "datetime", "Checkbox": "boolean",
}  # fmt: skip

TEXT_LIMIT: Final = 255
LABEL_LIMIT: Final = 40
DESCRIPTION_LIMIT: Final = 1000
HELP_LIMIT: Final = 510


def unfit(own: OwnField, field: Field) -> str:
    """Why ``field`` cannot hold ``own``, in words; empty when it can."""
    if field.type not in _FITTING[own.type]:
        return f"{field.name} is a {field.type} field; {own.name} needs {' or '.join(_FITTING[own.type])}"
    if own.type == "number" and _digits_missing(own, field):
        return (
            f"{field.name} holds {field.precision} digits, {field.scale} of them decimals; "
            f"{own.name} needs {own.precision} and {own.scale}"
        )
    if own.type in ("text", "url") and 0 < field.length < own.length:
        return f"{field.name} holds {field.length} characters; {own.name} needs {own.length}"
    return ""


def _digits_missing(own: OwnField, field: Field) -> bool:
    if field.type == "int" or not field.precision:
        return own.scale > field.scale
    return field.scale < own.scale or field.precision - field.scale < own.precision - own.scale


def missing_options(own: OwnField, field: Field) -> tuple[str, ...]:
    return tuple(option for option in own.options if option not in field.options)


def from_metadata(name: str, metadata: Mapping[str, Any]) -> Field:
    """A field as its Tooling ``Metadata`` tells it, for one that describe does not show."""
    said = str(metadata.get("type") or "")
    return Field(
        name=name,
        type=_METADATA_TYPES.get(said, said.lower()),
        updateable=False,
        length=int(metadata.get("length") or 0),
        precision=int(metadata.get("precision") or 0),
        scale=int(metadata.get("scale") or 0),
        options=tuple(str(value.get("fullName")) for value in _values(metadata) if value.get("isActive") is not False),
    )


def creation(own: OwnField, full_name: str) -> dict[str, Any]:
    """The body of ``POST tooling/sobjects/CustomField``."""
    metadata: dict[str, Any] = {"label": own.label[:LABEL_LIMIT], "required": False, "externalId": False}
    if own.description:
        description = own.description[:DESCRIPTION_LIMIT]
        metadata |= {"description": description, "inlineHelpText": description[:HELP_LIMIT]}
    return {"FullName": full_name, "Metadata": metadata | _sized(own)}


def _sized(own: OwnField) -> dict[str, Any]:
    match own.type:
        case "number":
            return {"type": "Number", "precision": own.precision, "scale": own.scale}
        case "currency":
            return {"type": "Currency", "precision": own.precision, "scale": own.scale}
        case "text" if own.length > TEXT_LIMIT:
            return {"type": "LongTextArea", "length": own.length, "visibleLines": 3}
        case "text":
            return {"type": "Text", "length": own.length}
        case "picklist":
            return {"type": "Picklist", "valueSet": _value_set(own)}
        case "multi_picklist":
            return {"type": "MultiselectPicklist", "visibleLines": 4, "valueSet": _value_set(own)}
        case "date":
            return {"type": "Date"}
        case "datetime":
            return {"type": "DateTime"}
        case "url":
            return {"type": "Url"}


def _value_set(own: OwnField) -> dict[str, Any]:
    """Restricted: an unrestricted pick-list takes any typing error silently."""
    return {"restricted": True, "valueSetDefinition": {"sorted": False, "value": [_value(one) for one in own.options]}}


def _value(option: str) -> dict[str, Any]:
    return {"fullName": option, "default": False, "label": option}


def _values(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    definition = (metadata.get("valueSet") or {}).get("valueSetDefinition") or {}
    return list(definition.get("value") or [])


def with_options(metadata: Mapping[str, Any], options: tuple[str, ...]) -> dict[str, Any] | None:
    """The metadata with these options active as well; None when they come from a shared value set of the org."""
    value_set = dict(metadata.get("valueSet") or {})
    if "valueSetDefinition" not in value_set or value_set["valueSetDefinition"] is None:
        return None
    kept = [{**value, "isActive": True} if value.get("fullName") in options else value for value in _values(metadata)]
    names = {value.get("fullName") for value in kept}
    added = [_value(option) for option in options if option not in names]
    definition = {**value_set["valueSetDefinition"], "value": [*kept, *added]}
    return {**metadata, "valueSet": {**value_set, "valueSetDefinition": definition}}
