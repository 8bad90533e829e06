"""How many custom properties a portal has room for, held against those that csbridge would create.

https://developers.hubspot.com/docs/api-reference/legacy/crm/limits-tracking/guide
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.contract import Finding
from adapters.errors import Refused, Unauthorized
from adapters.hubspot import paths
from adapters.hubspot.client import Client
from adapters.hubspot.shapes import OWN_OBJECTS, vendor_name
from config.fields import OwnField, OwnKind

TYPE_IDS: Final[Mapping[str, str]] = {"contacts": "0-1", "companies": "0-2", "tasks": "0-27", "notes": "0-46"}


def findings(client: Client, own: Sequence[OwnField]) -> list[Finding]:
    """What does not fit, with the set that does. A portal that does not tell its limits is silent."""
    return [finding for _, finding in shortages(client, own)]


def shortages(client: Client, own: Sequence[OwnField]) -> list[tuple[str, Finding]]:
    """The same, each with the object that has no room."""
    if not any(field.to is None for field in own):
        return []
    try:
        told = client.get(paths.PROPERTY_LIMITS, "describe").body
        names = {kind: _names(client, kind) for kind in dict.fromkeys(one.on for one in own)}
    except (Unauthorized, Refused) as error:
        if error.status == 401:
            raise
        return []
    return list(compared(told, own, names))


def compared(
    told: Mapping[str, Any], own: Sequence[OwnField], names: Mapping[OwnKind, frozenset[str]]
) -> Iterator[tuple[str, Finding]]:
    """``told``: HubSpot's answer; ``names``: the properties that are there, by kind."""
    rows = {str(row.get("objectTypeId")): row for row in told.get("byObjectType") or () if isinstance(row, dict)}
    for kind in names:
        vendor_object = OWN_OBJECTS[kind]
        free = _free(rows.get(TYPE_IDS[vendor_object], {}))
        missing = [one for one in own if one.on == kind and one.to is None and vendor_name(one) not in names[kind]]
        if free is not None and len(missing) > free:
            yield vendor_object, _too_many(vendor_object, free, missing)


def _too_many(vendor_object: str, free: int, missing: Sequence[OwnField]) -> Finding:
    what = f"{vendor_object} have room for {free} more custom properties, and {len(missing)} own fields are missing"
    core = sum(field.core for field in missing)
    fits = (
        "which fits" if core <= free else "which does not fit either: make room for it, or name fewer in write.fields"
    )
    mend = f"before provision, set write: {{fields: core}} ({core} of them, {fits}), or keep some in fields of yours"
    return Finding("warning", what, mend)


def _free(row: Mapping[str, Any]) -> int | None:
    try:
        return max(int(row["limit"]) - int(row["usage"]), 0)
    except (KeyError, TypeError, ValueError):
        return None


def _names(client: Client, kind: str) -> frozenset[str]:
    rows = client.get(paths.PROPERTIES, "describe", object=OWN_OBJECTS[kind]).results
    return frozenset(str(row.get("name")) for row in rows)
