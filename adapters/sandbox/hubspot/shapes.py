"""Records, properties and owners as HubSpot's JSON. Pure: reads the portal, changes nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.sandbox.hubspot.links import inline_name
from adapters.sandbox.hubspot.portal import Owner, Portal, Row, Shelf, Version
from adapters.sandbox.hubspot.schema import Definition
from adapters.sandbox.hubspot.values import iso

INLINE_PAGE = 100


def record(shelf: Shelf, row: Row, properties: Sequence[str] = (), history: Sequence[str] = ()) -> dict[str, Any]:
    """One record; without ``properties`` the type's defaults. Names that do not exist are left out."""
    kind = shelf.kind
    names = [name for name in properties if name in shelf.definitions] if properties else list(kind.defaults)
    always = (kind.created, kind.changed, "hs_object_id")
    shown: dict[str, Any] = {
        "id": str(row.id),
        "properties": {name: shelf.value(row, name) for name in dict.fromkeys((*names, *always))},
        "createdAt": iso(row.created),
        "updatedAt": iso(row.updated),
        "archived": row.archived is not None,
    }
    if row.archived is not None:
        shown["archivedAt"] = iso(row.archived)
    if history:
        shown["propertiesWithHistory"] = {
            name: versions(shelf, row, name) for name in history if name in shelf.definitions
        }
    return shown


def versions(shelf: Shelf, row: Row, name: str) -> list[dict[str, Any]]:
    """A property's past, newest first; a value never changed has one version, from the record's creation."""
    kept = (row.history or {}).get(name)
    value = shelf.value(row, name)
    if kept is None:
        kept = [] if value is None else [Version(value, row.created, "IMPORT")]
    return [
        {"value": version.value, "timestamp": iso(version.at), "sourceType": version.source}
        for version in reversed(kept)
    ]


def associations(portal: Portal, shelf: Shelf, row: Row, targets: Iterable[str]) -> dict[str, Any]:
    """Inline associations by target type: every type of every link, at most 100 per target, then ``paging``."""
    shown = {}
    for target in targets:
        entries = association_entries(portal, shelf, row, target)
        if entries:
            shown[target] = association_page(entries, 0, INLINE_PAGE)
    return shown


def association_entries(portal: Portal, shelf: Shelf, row: Row, target: str) -> list[dict[str, str]]:
    pair = (shelf.kind.name, target)
    return [
        {"id": str(other), "type": inline_name(pair, kind)}
        for other, types in portal.links.of(pair, row.id)
        for kind in types
    ]


def association_page(entries: Sequence[dict[str, str]], start: int, limit: int) -> dict[str, Any]:
    page: dict[str, Any] = {"results": list(entries[start : start + limit])}
    if start + limit < len(entries):
        page["paging"] = {"next": {"after": str(start + limit)}}
    return page


def definition(item: Definition) -> dict[str, Any]:
    """One property of the Properties API."""
    shown: dict[str, Any] = {
        "name": item.name,
        "label": item.label,
        "type": item.type,
        "fieldType": item.field_type,
        "description": item.description,
        "groupName": item.group,
        "options": [
            {"label": o.label, "value": o.value, "displayOrder": o.order, "hidden": o.hidden} for o in item.options
        ],
        "displayOrder": item.order,
        "calculated": item.calculated,
        "externalOptions": False,
        "hasUniqueValue": item.unique,
        "hidden": False,
        "archived": False,
        "formField": item.form_field,
        "modificationMetadata": {
            "archivable": not item.shipped,
            "readOnlyDefinition": item.shipped,
            "readOnlyOptions": item.shipped,
            "readOnlyValue": item.read_only,
        },
        "createdAt": iso(item.created),
        "updatedAt": iso(item.updated),
    }
    if item.shipped:
        shown["hubspotDefined"] = True
    return shown


def owner(item: Owner) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "email": item.email,
        "type": "PERSON",
        "firstName": item.first,
        "lastName": item.last,
        "userId": item.user_id if item.active else None,
        "userIdIncludingInactive": item.user_id,
        "createdAt": iso(item.created),
        "updatedAt": iso(item.created),
        "archived": not item.active,
    }
