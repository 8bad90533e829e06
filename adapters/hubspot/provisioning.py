"""Own fields as HubSpot properties: what is missing or differs, and creating it. Never removes anything."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from adapters.contract import Change, Plan
from adapters.errors import Refused
from adapters.hubspot import limits, paths
from adapters.hubspot.client import Client
from adapters.hubspot.defining import GROUP, TYPES, definition, group, grown, says, unfit
from adapters.hubspot.shapes import OWN_OBJECTS, vendor_name
from config.fields import OwnField
from config.words import KEYED_KINDS

_ALREADY_THERE: Final = 409

WRITING_SCOPES: Final = ("crm.schemas.companies.write", "crm.schemas.contacts.write")
"""What an app needs that creates properties."""

Definitions = Mapping[str, Mapping[str, Any]]
"""Property definitions by name, as HubSpot describes them."""


@dataclass(frozen=True, slots=True)
class Site:
    """The properties and groups of one object."""

    definitions: Definitions
    groups: frozenset[str]
    archived: frozenset[str] = frozenset()
    """Names of archived properties, looked up where one of ours is missing."""


def plan(client: Client, fields: Sequence[OwnField]) -> Plan:
    """Asks each object for its groups and properties, and an admin's own field whether it is blank everywhere."""
    changes: list[Change] = []
    for kind, vendor_object in OWN_OBJECTS.items():
        ours = [field for field in fields if field.on == kind]
        if not ours:
            continue
        site = _site(client, vendor_object, ours)
        mark = _mark(fields, site)
        changes += missing_group(ours, site)
        for field in ours:
            found = difference(field, site.definitions.get(vendor_name(field)), site.archived)
            if field.to and field.written and not field.adopt and not (found and found.blocked):
                found = _in_use(client, field, vendor_object, "" if field.lent_late else mark) or found
            changes += [found] if found else []
    if any(change.action == "create_field" and not change.blocked for change in changes):
        changes += [
            Change("create_field", "", vendor_object, blocked=f"{finding.what}; {finding.mend}")
            for vendor_object, finding in limits.shortages(client, fields)
        ]
    return Plan(tuple(changes), lacking_scopes(client, changes))


def lacking_scopes(client: Client, changes: Sequence[Change]) -> tuple[str, ...]:
    """Scopes that these changes need and the app says it was not granted; none where it does not say."""
    granted = client.app.scopes() if changes and client.app else ()
    return tuple(scope for scope in WRITING_SCOPES if scope not in granted) if granted else ()


def missing_group(fields: Sequence[OwnField], site: Site) -> list[Change]:
    """The group, where a property has to be created and the object has none yet."""
    created = [field for field in fields if not field.to and vendor_name(field) not in site.definitions]
    if GROUP in site.groups or not created:
        return []
    return [Change("create_group", "", GROUP, detail=f"property group on {OWN_OBJECTS[fields[0].on]}")]


def difference(field: OwnField, there: Mapping[str, Any] | None, archived: Set[str] = frozenset()) -> Change | None:
    """What stands between one own field and the portal; None when nothing does."""
    target = vendor_name(field)
    vendor_type, field_types = TYPES[field.type]
    if there is None and field.to:
        return Change("create_field", field.name, target, blocked=f"there is no property {target}")
    if there is None:
        note = "; a property of this name was archived, restoring it brings its values back" * (target in archived)
        where = f" on {OWN_OBJECTS[field.on]}" if field.on in KEYED_KINDS else ""
        return Change(
            "create_field", field.name, target, f"{vendor_type}, {field_types[0]}{where}{note}", field.options
        )
    if problem := unfit(field, there):
        return Change("create_field", field.name, target, blocked=problem)
    if lacking := _lacking(field, there):
        frozen = says(there, "readOnlyOptions") or (bool(field.to) and says(there, "readOnlyDefinition"))
        blocked = f"its options cannot be changed; missing: {', '.join(lacking)}" if frozen else ""
        return Change("add_options", field.name, target, options=lacking, blocked=blocked)
    return None


def provision(client: Client, plan: Plan, fields: Sequence[OwnField]) -> None:
    """Carry out the plan in its order. Raises Refused when it is blocked, and at the end with all that HubSpot refused;
    Unauthorized naming a missing scope.
    """
    if plan.blocked:
        reasons = "; ".join(f"{change.target}: {change.blocked}" for change in plan.blocked)
        raise Refused(f"the plan is blocked: {reasons}")
    by_name = {field.name: field for field in fields}
    refused: list[tuple[str, Refused]] = []
    for change in plan.changes:
        try:
            for path, body, parts in _requests(client, change, by_name):
                _create(client, path, body, parts)
        except Refused as error:
            refused.append((change.target, error))
    if refused:
        first = refused[0][1]
        what = "; ".join(f"{target}: {error.said}" for target, error in refused)
        raise Refused(what, connection=first.connection, status=first.status, code=first.code)


def _requests(
    client: Client, change: Change, fields: Mapping[str, OwnField]
) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """The requests of one change: path, body and path parts."""
    if change.action == "create_group":
        for kind in dict.fromkeys(field.on for field in fields.values() if not field.to):
            yield paths.GROUPS, group(), {"object": OWN_OBJECTS[kind]}
        return
    field = fields[change.field]
    where = {"object": OWN_OBJECTS[field.on]}
    if change.action == "create_field":
        yield paths.PROPERTIES, definition(field), where
    elif change.action == "add_options":
        where |= {"property": change.target}
        there = client.get(paths.PROPERTY, "provision", (), **where).body
        if lacking := _lacking(field, there):
            yield paths.PROPERTY, {"options": grown(list(there.get("options") or ()), lacking)}, where


def _create(client: Client, path: str, body: Mapping[str, Any], parts: Mapping[str, str]) -> None:
    """A property or group that is there by now is what was wanted: somebody else was faster, or an answer was lost."""
    try:
        client.send("PATCH" if path == paths.PROPERTY else "POST", path, "provision", body, **parts)
    except Refused as error:
        if error.status != _ALREADY_THERE:
            raise
        if path == paths.PROPERTIES and not _is_there(client, str(body["name"]), parts):
            what = (
                f"the name {body['name']} is held by an archived property: restore or delete it in HubSpot's settings"
            )
            raise Refused(what, connection=error.connection, status=error.status, code=error.code) from error


def _is_there(client: Client, name: str, parts: Mapping[str, str]) -> bool:
    return name in definitions(client, parts["object"])


def _site(client: Client, vendor_object: str, ours: Sequence[OwnField] = ()) -> Site:
    groups = client.get(paths.GROUPS, "provision", object=vendor_object).results
    there = definitions(client, vendor_object)
    missing = any(not field.to and vendor_name(field) not in there for field in ours)
    archived = definitions(client, vendor_object, archived=True) if missing else {}
    return Site(there, frozenset(str(group.get("name")) for group in groups), frozenset(archived))


def definitions(client: Client, vendor_object: str, *, archived: bool = False) -> Definitions:
    """The properties of an object by name: the living ones, or the archived ones."""
    query = [("archived", "true")] if archived else []
    rows = client.get(paths.PROPERTIES, "provision", query, object=vendor_object).results
    return {str(row.get("name")): row for row in rows}


def _mark(fields: Sequence[OwnField], site: Site) -> str:
    """The property that csbridge fills on every record it writes to; "" while there is none."""
    names = (vendor_name(field) for field in fields if field.name == "scored_at")
    return next((name for name in names if name in site.definitions), "")


def _in_use(client: Client, field: OwnField, vendor_object: str, mark: str) -> Change | None:
    """Blocked, when a record holds a value in the admin's property that csbridge did not write there.

    A record with a value but without our mark was never written by us: so a second plan does not take our own
    values for the admin's.
    """
    target = vendor_name(field)
    filters = [{"propertyName": target, "operator": "HAS_PROPERTY"}]
    if mark and mark != target:
        filters.append({"propertyName": mark, "operator": "NOT_HAS_PROPERTY"})
    body = {"filterGroups": [{"filters": filters}], "limit": 1}
    reply = client.search(paths.SEARCH, "provision", body, object=vendor_object)
    held = int(reply.body.get("total") or len(reply.results))
    if not held:
        return None
    why = f"{held} records hold a value in it; `adopt: true` allows them to be overwritten"
    return Change("create_field", field.name, target, blocked=why)


def _lacking(field: OwnField, there: Mapping[str, Any]) -> tuple[str, ...]:
    """Hidden ones included: nobody can choose them, and a filter does not offer them."""
    known = {str(option.get("value")) for option in there.get("options") or () if not option.get("hidden")}
    return tuple(option for option in field.options if option not in known)
