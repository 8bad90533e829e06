"""Members of JSON bodies, read strictly: a missing or malformed one is HubSpot's 400, never a crash. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.sandbox.hubspot.errors import validation

BATCH: Final = 100


def inputs_of(body: Mapping[str, Any], largest: int = BATCH) -> list[dict[str, Any]]:
    """The ``inputs`` of a batch; 400 when they are missing, malformed or too many."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(item, dict) for item in inputs):
        raise validation("Invalid input JSON: inputs must be a list of objects")
    if not inputs:
        raise validation("Some required fields were not set: [inputs]")
    if len(inputs) > largest:
        raise validation(f"The maximum number of inputs supported in a batch request for property_values is {largest}")
    return inputs


def text_of(item: Mapping[str, Any], key: str) -> str:
    """A required id or name of an input."""
    value = item.get(key)
    if value is None or isinstance(value, (dict, list)):
        raise validation(f"Some required fields were not set: [{key}]")
    return str(value)


def properties_of(item: Mapping[str, Any]) -> dict[str, Any]:
    properties = item.get("properties")
    if not isinstance(properties, dict):
        raise validation("Some required fields were not set: [properties]")
    return properties


def optional_text(item: Mapping[str, Any], key: str) -> str | None:
    """A text that may be absent or null."""
    return text_of(item, key) if item.get(key) is not None else None


def texts_of(item: Mapping[str, Any], key: str) -> list[str]:
    """A list of names that may be absent or null."""
    value = item.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or any(isinstance(part, (dict, list)) for part in value):
        raise validation(f"Invalid input JSON: {key} must be a list of names")
    return [str(part) for part in value]


def objects_of(item: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of objects that may be absent or null."""
    value = item.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise validation(f"Invalid input JSON: {key} must be a list of objects")
    return value


def whole_of(item: Mapping[str, Any], key: str, default: int) -> int:
    """A whole number that may be absent or null."""
    value = item.get(key)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise validation(f"Invalid input JSON: {key} must be a whole number")
    return value
