"""Creating, changing, archiving and merging records: first every value is checked, then all of it is done.

Works on the portal's state; the caller holds its lock. ``source`` is INTEGRATION (API) or CRM_UI (a person).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.sandbox.hubspot.errors import HubspotError, Problem, invalid_values, validation
from adapters.sandbox.hubspot.links import PRIMARY_TYPES, types_of
from adapters.sandbox.hubspot.pipelines import consequences
from adapters.sandbox.hubspot.portal import Portal, Row, Shelf, Version
from adapters.sandbox.hubspot.values import iso, stored

API: Final = "INTEGRATION"
PERSON: Final = "CRM_UI"
_STAMPS: Final = ("hs_object_id", "hs_createdate", "hs_lastmodifieddate", "lastmodifieddate")


@dataclass(frozen=True, slots=True)
class Stroke:
    """What a write does to one record: the values that differ, None where one is cleared."""

    row: Row
    changes: Mapping[str, str | None]


def checked(
    portal: Portal, shelf: Shelf, row: Row | None, props: Mapping[str, Any], source: str
) -> dict[str, str | None]:
    """Every value as it would be kept; HubspotError (400) that names all that cannot be. JSON null is ignored."""
    found: dict[str, str | None] = {}
    problems: list[Problem] = []
    for name, value in props.items():
        if value is None:
            continue
        try:
            found[name] = _checked(shelf, row, name, value, source)
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise invalid_values(problems, portal.options.portal_id)
    return found


def _checked(shelf: Shelf, row: Row | None, name: str, value: Any, source: str) -> str | None:
    definition = shelf.definitions.get(name)
    if definition is None:
        raise Problem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if definition.calculated or name in _STAMPS or (definition.read_only and source == API):
        raise Problem(name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
    kept = stored(definition, value, row.props.get(name) if row else None)
    holder = shelf.by_value(name, kept) if definition.unique and kept is not None else None
    if holder is not None and holder is not row:
        raise _taken(shelf, name, kept or "", holder)
    return kept


def _taken(shelf: Shelf, name: str, value: str, holder: Row) -> Exception:
    if name == "email":
        return HubspotError(409, "CONFLICT", f"Contact already exists. Existing ID: {holder.id}")
    return Problem(name, "CONFLICTING_UNIQUE_VALUE", f'Cannot set "{name}" to "{value}": {holder.id} already has it.')


def check_new(portal: Portal, shelf: Shelf, props: Mapping[str, Any], source: str) -> dict[str, str]:
    """The values of a record to be made; HubspotError when one is bad or a required one is missing."""
    values = {name: value for name, value in checked(portal, shelf, None, props, source).items() if value is not None}
    missing = [name for name in shelf.kind.required if name not in values]
    if missing and source == API:
        message = f"Error creating {shelf.kind.singular.upper()}. Some required properties were not set."
        raise validation(message, context={"properties": missing})
    return values


def create(portal: Portal, shelf: Shelf, props: Mapping[str, Any], now: int, source: str) -> Row:
    """A new record; HubspotError as ``check_new``."""
    values = check_new(portal, shelf, props, source)
    row = Row(portal.new_id(shelf.kind.name), {}, now, now)
    shelf.put(row)
    _set(shelf, row, {**consequences(shelf.kind.name, dict(values), iso(now)), **values}, now, source)
    return row


def stroke(portal: Portal, shelf: Shelf, row: Row, props: Mapping[str, Any], source: str) -> Stroke:
    """Decide an update: what differs from what is there."""
    values = checked(portal, shelf, row, props, source)
    return Stroke(row, {name: value for name, value in values.items() if value != row.props.get(name)})


def apply(shelf: Shelf, change: Stroke, now: int, source: str) -> dict[str, str | None]:
    """Do an update; nothing that differs leaves the stamp alone. Returns what changed, consequences included."""
    if not change.changes:
        return {}
    derived = consequences(shelf.kind.name, dict(change.changes), iso(now))
    values = {**derived, **change.changes}
    _set(shelf, change.row, values, now, source)
    return values


def _set(shelf: Shelf, row: Row, values: Mapping[str, str | None], now: int, source: str) -> None:
    before = {name: row.props.get(name) for name in values}
    history = row.history = row.history or {}
    for name, value in values.items():
        versions = history.setdefault(name, [])
        if not versions and before[name] is not None:
            versions.append(Version(before[name] or "", row.created, "IMPORT"))
        versions.append(Version(value or "", now, source))
        if value is None:
            row.props.pop(name, None)
        else:
            row.props[name] = value
    row.updated = now
    shelf.moved(row, before)


def archive(portal: Portal, shelf: Shelf, row: Row, now: int) -> None:
    """Delete softly; links go with it. The stamp does not move."""
    portal.links.forget(shelf.kind.name, row.id)
    row.archived = now
    shelf.moved(row, dict(row.props))


def restore(portal: Portal, shelf: Shelf, row: Row, now: int) -> None:
    """Out of the recycling bin: no link comes back; whether the stamp moves is an option."""
    row.archived = None
    row.updated = now if portal.options.restore_moves_stamp else row.updated
    shelf.moved(row, dict.fromkeys(row.props))


def erase(portal: Portal, shelf: Shelf, row: Row, now: int) -> None:
    """Deleted for privacy: in no list, archived ones included, and never to be restored."""
    archive(portal, shelf, row, now)
    del shelf.rows[row.id]
    shelf.moved(row)


def merge(portal: Portal, shelf: Shelf, primary: Row, other: Row, now: int) -> Row:
    """Join two records: values of the primary win; its id survives, or a new one does (option ``merge_new_id``)."""
    if primary is other:
        raise validation("Cannot merge an object with itself")
    values = {**other.props, **primary.props}
    old = ";".join(filter(None, [primary.props.get("hs_merged_object_ids"), str(other.id)]))
    survivor = primary
    gone = [other]
    if portal.options.merge_new_id:
        survivor = Row(portal.new_id(shelf.kind.name), {}, primary.created, now)
        old = ";".join(filter(None, [primary.props.get("hs_merged_object_ids"), str(primary.id), str(other.id)]))
        shelf.put(survivor)
        gone = [primary, other]
    for row in gone:
        for pair, target in list(portal.links.around(shelf.kind.name, row.id)):
            portal.links.add(pair, survivor.id, target, types_of(pair))
        archive(portal, shelf, row, now)
        shelf.merged[row.id] = survivor.id
    for source, target in list(shelf.merged.items()):
        shelf.merged[source] = shelf.merged.get(target, target)
    _set(shelf, survivor, {**values, "hs_merged_object_ids": old}, now, API)
    return survivor


def link(portal: Portal, pair: tuple[str, str], left: int, right: int, types: Iterable[tuple[str, int]]) -> None:
    """Associate two records; a record's first company becomes its primary one, as in HubSpot."""
    wanted = tuple(types)
    primary = types_of(pair, True)[0] if pair in PRIMARY_TYPES else None
    if pair[1] == "companies" and primary and not portal.links.of(pair, left):
        wanted = (primary, *wanted)
    portal.links.add(pair, left, right, dict.fromkeys(wanted))
    if primary in wanted:
        note_primary(portal, pair, left, right)


def unlink(portal: Portal, pair: tuple[str, str], left: int, right: int) -> None:
    """End an association; what was the primary company is none any more. No stamp moves."""
    portal.links.remove(pair, left, right)
    row = portal.shelves[pair[0]].rows.get(left)
    named = _PRIMARY_NAMES[pair[0] == "contacts"]
    if row is not None and pair[1] == "companies" and row.props.get(named) == str(right):
        row.props.pop(named)


_PRIMARY_NAMES: Final = ("hs_primary_associated_company", "associatedcompanyid")


def note_primary(portal: Portal, pair: tuple[str, str], left: int, right: int) -> None:
    """Keep the property that names the primary company; no stamp moves for it."""
    name, record, company = (pair[0], left, right) if pair[1] == "companies" else (pair[1], right, left)
    row = portal.shelves[name].rows.get(record)
    if row is not None and "companies" in pair:
        row.props[_PRIMARY_NAMES[name == "contacts"]] = str(company)
